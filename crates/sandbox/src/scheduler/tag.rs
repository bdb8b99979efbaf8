//! Tags, which only groups have.

use serde_json::json;

use super::{Group, Scheduler, not_found, validation};
use crate::api::{Answer, ApiError, Params};
use crate::tags;

impl Scheduler {
    pub(super) fn tag_resource(&mut self, params: Params<'_>) -> Answer {
        let group = self.tagged(params)?;
        group.tags = tags::merged(&group.tags, params, validation)?;
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self, params: Params<'_>) -> Answer {
        let keys = params.texts("TagKeys");
        self.tagged(params)?
            .tags
            .retain(|key, _| !keys.contains(&key.as_str()));
        Ok(json!({}))
    }

    pub(super) fn list_tags_for_resource(&mut self, params: Params<'_>) -> Answer {
        Ok(json!({ "Tags": tags::show(&self.tagged(params)?.tags) }))
    }

    fn tagged(&mut self, params: Params<'_>) -> Result<&mut Group, ApiError> {
        let arn = params.text("ResourceArn").unwrap_or_default();
        let Some((_, name)) = arn.split_once(":schedule-group/") else {
            return Err(validation(format!(
                "Invalid ResourceArn {arn}: only schedule groups have tags."
            )));
        };
        let group = self.groups.get_mut(name).filter(|group| group.arn == arn);
        group.ok_or_else(|| not_found(format!("Schedule group {name} does not exist.")))
    }
}
