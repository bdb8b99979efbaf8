//! Tags of rules.

use serde_json::json;

use super::{Events, Rule, no_rule, validation};
use crate::api::{Answer, ApiError, Params};
use crate::tags;

impl Events {
    pub(super) fn tag_resource(&mut self, params: Params<'_>) -> Answer {
        let rule = self.tagged(params)?;
        rule.check_unmanaged(params)?;
        rule.tags = tags::merged(&rule.tags, params, validation)?;
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self, params: Params<'_>) -> Answer {
        let rule = self.tagged(params)?;
        rule.check_unmanaged(params)?;
        for key in params.texts("TagKeys") {
            rule.tags.remove(key);
        }
        Ok(json!({}))
    }

    pub(super) fn list_tags_for_resource(&mut self, params: Params<'_>) -> Answer {
        Ok(json!({ "Tags": tags::show(&self.tagged(params)?.tags) }))
    }

    fn tagged(&mut self, params: Params<'_>) -> Result<&mut Rule, ApiError> {
        let arn = params.text("ResourceARN").unwrap_or_default();
        let name = arn
            .split_once(":rule/")
            .map_or(arn, |(_, name)| name.rsplit('/').next().unwrap_or(name));
        self.rules
            .get_mut(name)
            .filter(|rule| rule.arn == arn)
            .ok_or_else(|| no_rule(name))
    }
}
