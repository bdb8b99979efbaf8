//! Tags with capital `Key` and `Value`, as every service but ECS and Logs writes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{ApiError, Params};

const TAGS_PER_RESOURCE: usize = 50;

/// The tags of a request laid over those that are there; `refuse` makes the service's own error of a complaint.
pub(crate) fn merged(
    before: &BTreeMap<String, String>,
    params: Params<'_>,
    refuse: fn(String) -> ApiError,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = before.clone();
    for tag in params.list("Tags") {
        let key = tag.text("Key").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refuse(format!("The tag key '{key}' can't be used.")));
        }
        tags.insert(key.to_owned(), tag.text("Value").unwrap_or_default().to_owned());
    }
    if tags.len() > TAGS_PER_RESOURCE {
        return Err(refuse(format!(
            "A resource has at most {TAGS_PER_RESOURCE} tags."
        )));
    }
    Ok(tags)
}

/// Tags as answers list them.
pub(crate) fn show<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Value {
    tags.into_iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}
