//! Tags of rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Events, Rule, no_rule, validation};
use crate::api::{Answer, ApiError, Params};

const TAGS_PER_RULE: usize = 50;

/// The tags of a request laid over those that are there.
pub(super) fn merged(
    before: &BTreeMap<String, String>,
    params: Params<'_>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = before.clone();
    for tag in params.list("Tags") {
        let key = tag.text("Key").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(format!(
                "Parameter Tags is not valid: the key '{key}' can't be used."
            )));
        }
        tags.insert(key.to_owned(), tag.text("Value").unwrap_or_default().to_owned());
    }
    if tags.len() > TAGS_PER_RULE {
        return Err(validation(format!(
            "Parameter Tags is not valid: a rule has at most {TAGS_PER_RULE}."
        )));
    }
    Ok(tags)
}

impl Events {
    pub(super) fn tag_resource(&mut self, params: Params<'_>) -> Answer {
        let rule = self.tagged(params)?;
        rule.check_unmanaged(params)?;
        rule.tags = merged(&rule.tags, params)?;
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
        let tags = self
            .tagged(params)?
            .tags
            .iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }));
        Ok(json!({ "Tags": tags.collect::<Vec<Value>>() }))
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
