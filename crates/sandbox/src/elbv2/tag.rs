//! Tags of load balancers, listeners, rules and target groups.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Elbv2, validation};
use crate::api::{Answer, ApiError, Params};
use crate::tags;

/// Resources that one DescribeTags, AddTags or RemoveTags may name.
const ARNS_PER_CALL: usize = 20;
const TAGS_PER_RESOURCE: usize = 50;

/// The tags of a request.
pub(super) fn parse(params: Params<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for tag in params.list("Tags") {
        let key = tag.text("Key").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 {
            return Err(validation("A tag key must be between 1 and 128 characters long"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(
                "Tag keys starting with 'aws:' are reserved for system use",
            ));
        }
        if tags
            .insert(key.to_owned(), tag.text("Value").unwrap_or_default().to_owned())
            .is_some()
        {
            return Err(ApiError::new(
                "DuplicateTagKeys",
                format!("Tag key '{key}' was specified more than once"),
            ));
        }
    }
    if tags.len() > TAGS_PER_RESOURCE {
        return Err(too_many());
    }
    Ok(tags)
}

fn too_many() -> ApiError {
    ApiError::new(
        "TooManyTags",
        format!(
            "The maximum number of tags ('{TAGS_PER_RESOURCE}') has been reached on one or more resources"
        ),
    )
}

impl Elbv2 {
    pub(super) fn add_tags(&mut self, params: Params<'_>) -> Answer {
        let arns = self.tagged(params)?;
        let tags = parse(params)?;
        for arn in &arns {
            let mut merged = self.tags.get(*arn).cloned().unwrap_or_default();
            merged.extend(tags.clone());
            if merged.len() > TAGS_PER_RESOURCE {
                return Err(too_many());
            }
        }
        for arn in arns {
            self.tags.entry(arn.to_owned()).or_default().extend(tags.clone());
        }
        Ok(json!({}))
    }

    pub(super) fn remove_tags(&mut self, params: Params<'_>) -> Answer {
        let keys = params.texts("TagKeys");
        for arn in self.tagged(params)? {
            if let Some(tags) = self.tags.get_mut(arn) {
                tags.retain(|key, _| !keys.contains(&key.as_str()));
            }
        }
        Ok(json!({}))
    }

    pub(super) fn describe_tags(&self, params: Params<'_>) -> Answer {
        let descriptions: Vec<Value> = self.tagged(params)?.into_iter().map(|arn| {
            json!({ "ResourceArn": arn, "Tags": tags::show(self.tags.get(arn).into_iter().flatten()) })
        }).collect();
        Ok(json!({ "TagDescriptions": descriptions }))
    }

    /// The resources that a request names, each of which must exist.
    fn tagged<'a>(&self, params: Params<'a>) -> Result<Vec<&'a str>, ApiError> {
        let arns = params.texts("ResourceArns");
        if arns.is_empty() {
            return Err(validation("A resource ARN must be specified"));
        }
        if arns.len() > ARNS_PER_CALL {
            return Err(validation(format!(
                "The number of resource ARNs cannot be greater than '{ARNS_PER_CALL}'"
            )));
        }
        for arn in &arns {
            match arn
                .split(':')
                .nth(5)
                .and_then(|resource| resource.split('/').next())
            {
                Some("loadbalancer") => _ = self.load_balancer(arn)?,
                Some("listener") => _ = self.listener(arn)?,
                Some("listener-rule") => _ = self.rule(arn)?,
                Some("targetgroup") => _ = self.target_group(arn)?,
                _ => return Err(validation(format!("'{arn}' is not a valid resource ARN"))),
            }
        }
        Ok(arns)
    }
}
