//! Tags of services, task definitions, tasks and clusters.

use serde_json::{Value, json};

use super::{Ecs, invalid};
use crate::api::{Answer, ApiError, Params};

const MOST: usize = 50;

/// The tags in a request's list.
pub(super) fn parse(params: Params<'_>, member: &str) -> Result<Vec<Value>, ApiError> {
    let mut tags: Vec<Value> = Vec::new();
    for tag in params.list(member) {
        let (key, value) = (
            tag.text("key").unwrap_or_default(),
            tag.text("value").unwrap_or_default(),
        );
        check(key, value)?;
        if tags.iter().any(|known| known["key"] == key) {
            return Err(invalid(format!("Duplicate tag keys found: {key}")));
        }
        tags.push(json!({ "key": key, "value": value }));
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
            "Tag keys beginning with 'aws:' are reserved and cannot be used.",
        ));
    }
    let fits = |text: &str, most| text.chars().count() <= most && text.chars().all(allowed);
    if key.is_empty() || !fits(key, 128) {
        return Err(invalid(format!("Invalid tag key: {key}")));
    }
    if !fits(value, 256) {
        return Err(invalid(format!("Invalid value of the tag {key}")));
    }
    Ok(())
}

fn too_many() -> ApiError {
    invalid("Too many tags. The maximum number of tags for a resource is 50.")
}

impl Ecs {
    pub(super) fn tag_resource(&mut self, params: Params<'_>) -> Answer {
        let added = parse(params, "tags")?;
        let tags = self.tags_mut(params)?;
        let mut merged = tags.clone();
        merged.retain(|known| !added.iter().any(|tag| tag["key"] == known["key"]));
        merged.extend(added);
        if merged.len() > MOST {
            return Err(too_many());
        }
        *tags = merged;
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self, params: Params<'_>) -> Answer {
        let keys = params.texts("tagKeys");
        self.tags_mut(params)?
            .retain(|tag| !keys.iter().any(|key| tag["key"] == *key));
        Ok(json!({}))
    }

    pub(super) fn list_tags_for_resource(&mut self, params: Params<'_>) -> Answer {
        Ok(json!({ "tags": self.tags_mut(params)? }))
    }

    fn tags_mut(&mut self, params: Params<'_>) -> Result<&mut Vec<Value>, ApiError> {
        let arn = params.text("resourceArn").unwrap_or_default();
        let resource = arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:"));
        let (kind, rest) = resource
            .and_then(|resource| resource.split_once('/'))
            .ok_or_else(|| invalid(format!("Invalid ARN: {arn}")))?;
        let missing = |what: &str| {
            invalid(format!(
                "The specified {what} is inactive or does not exist. Specify a valid {what} and try again."
            ))
        };
        match kind {
            "service" => {
                let service = self
                    .services
                    .get_mut(rest)
                    .filter(|service| service.status != "INACTIVE");
                service
                    .map(|service| &mut service.tags)
                    .ok_or_else(|| ApiError::new("ServiceNotFoundException", "Service not found."))
            }
            "cluster" => {
                let cluster = self
                    .clusters
                    .get_mut(rest)
                    .filter(|cluster| cluster.status == "ACTIVE");
                cluster
                    .map(|cluster| &mut cluster.tags)
                    .ok_or_else(|| ApiError::new("ClusterNotFoundException", "Cluster not found."))
            }
            "task" => {
                let task = self
                    .tasks
                    .get_mut(arn)
                    .filter(|task| task.last_status != "STOPPED");
                task.map(|task| &mut task.tags).ok_or_else(|| missing("task"))
            }
            "task-definition" => {
                let definition = self.task_definition_mut(rest).filter(|it| it.status == "ACTIVE");
                definition
                    .map(|it| &mut it.tags)
                    .ok_or_else(|| missing("task definition"))
            }
            _ => Err(invalid(format!("Invalid ARN: {arn}"))),
        }
    }
}
