//! Tags of log groups.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::listing::identified;
use super::{LogGroup, Logs, arn_prefix, invalid, missing, not_found};
use crate::api::{Answer, ApiError, Params, Scope};

const MOST: usize = 50;

/// The tags of a request, which are a map here.
pub(super) fn parse(params: Params<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let given = params.get("tags").and_then(Value::as_object);
    let tags: BTreeMap<String, String> = given
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    for (key, value) in &tags {
        check(key, value)?;
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

fn check(key: &str, value: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(invalid(
            "Aws: prefixed tag key names are not allowed for external use.",
        ));
    }
    if key.is_empty() || key.chars().count() > 128 || !key.chars().all(allowed) {
        return Err(invalid(format!("The tag key '{key}' is not valid.")));
    }
    if value.chars().count() > 256 || !value.chars().all(allowed) {
        return Err(invalid(format!("The value of the tag '{key}' is not valid.")));
    }
    Ok(())
}

fn too_many() -> ApiError {
    ApiError::new("TooManyTagsException", "The resource has too many tags.")
}

impl Logs {
    pub(super) fn tag_resource(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let group = self.tagged(scope, params)?;
        if !params.has("tags") {
            return Err(missing("tags"));
        }
        let mut merged = group.tags.clone();
        merged.extend(parse(params)?);
        if merged.len() > MOST {
            return Err(too_many());
        }
        group.tags = merged;
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let keys = params.texts("tagKeys");
        let group = self.tagged(scope, params)?;
        group.tags.retain(|key, _| !keys.contains(&key.as_str()));
        Ok(json!({}))
    }

    pub(super) fn list_tags_for_resource(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let group = self.tagged(scope, params)?;
        Ok(json!({ "tags": group.tags }))
    }

    fn tagged(&mut self, scope: Scope<'_>, params: Params<'_>) -> Result<&mut LogGroup, ApiError> {
        let arn = params.text("resourceArn").ok_or_else(|| missing("resourceArn"))?;
        if !arn.starts_with(&arn_prefix(scope)) {
            return Err(invalid(format!("The specified resource ARN {arn} is not valid.")));
        }
        self.groups.get_mut(identified(arn)).ok_or_else(not_found)
    }
}
