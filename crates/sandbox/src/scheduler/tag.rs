//! Tags, which only groups have.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Group, Scheduler, not_found, validation};
use crate::api::{Answer, ApiError, Params};

const TAGS_PER_GROUP: usize = 50;

/// The tags of a request laid over those that are there.
pub(super) fn merged(
    before: &BTreeMap<String, String>,
    params: Params<'_>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = before.clone();
    for tag in params.list("Tags") {
        let key = tag.text("Key").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(format!("The tag key '{key}' can't be used.")));
        }
        tags.insert(key.to_owned(), tag.text("Value").unwrap_or_default().to_owned());
    }
    if tags.len() > TAGS_PER_GROUP {
        return Err(validation(format!(
            "A schedule group has at most {TAGS_PER_GROUP} tags."
        )));
    }
    Ok(tags)
}

impl Scheduler {
    pub(super) fn tag_resource(&mut self, params: Params<'_>) -> Answer {
        let group = self.tagged(params)?;
        group.tags = merged(&group.tags, params)?;
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
        let tags = self
            .tagged(params)?
            .tags
            .iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }));
        Ok(json!({ "Tags": tags.collect::<Vec<Value>>() }))
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
