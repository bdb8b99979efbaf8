//! CloudWatch Logs: log groups with their retention, protection and tags. No log events.

mod listing;
mod tag;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{Answer, ApiError, Params, Scope, object};

const RETENTIONS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// The log groups of one region, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Logs {
    /// Groups by name.
    pub groups: BTreeMap<String, LogGroup>,
}

/// A log group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Its ARN, without `:*`.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// Days that events are kept; for ever when absent.
    pub retention: Option<i64>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// The key that encrypts it.
    pub kms_key_id: Option<String>,
    /// Whether it refuses to be deleted.
    pub is_protected: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl LogGroup {
    fn show(&self) -> Value {
        object([
            ("logGroupName", Some(json!(self.name))),
            ("creationTime", Some(json!(self.created.as_millisecond()))),
            ("retentionInDays", self.retention.map(Value::from)),
            ("metricFilterCount", Some(json!(0))),
            ("arn", Some(json!(format!("{}:*", self.arn)))),
            ("storedBytes", Some(json!(0))),
            ("kmsKeyId", self.kms_key_id.clone().map(Value::from)),
            ("logGroupClass", Some(json!(self.class))),
            ("logGroupArn", Some(json!(self.arn))),
            ("deletionProtectionEnabled", Some(json!(self.is_protected))),
        ])
    }
}

impl Logs {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(&mut self, scope: Scope<'_>, operation: &str, params: Params<'_>) -> Option<Answer> {
        Some(match operation {
            "CreateLogGroup" => self.create_log_group(scope, params),
            "DescribeLogGroups" => self.describe_log_groups(scope, params),
            "DeleteLogGroup" => self.delete_log_group(params),
            "PutRetentionPolicy" => self.put_retention_policy(params),
            "DeleteRetentionPolicy" => self.delete_retention_policy(params),
            "PutLogGroupDeletionProtection" => self.put_deletion_protection(params),
            "TagResource" => self.tag_resource(scope, params),
            "UntagResource" => self.untag_resource(scope, params),
            "ListTagsForResource" => self.list_tags_for_resource(scope, params),
            _ => return None,
        })
    }

    fn create_log_group(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = name(params)?;
        let tags = tag::parse(params)?;
        let class = params.text("logGroupClass").unwrap_or("STANDARD");
        if !["STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS", "DELIVERY"].contains(&class) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{class}' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, ESSENTIALS, DELIVERY]"
            )));
        }
        if self.groups.contains_key(name) {
            return Err(ApiError::new(
                "ResourceAlreadyExistsException",
                "The specified log group already exists",
            ));
        }
        let group = LogGroup {
            name: name.to_owned(),
            arn: format!("{}{name}", arn_prefix(scope)),
            created: scope.now,
            retention: None,
            class: class.to_owned(),
            kms_key_id: params.text("kmsKeyId").map(str::to_owned),
            is_protected: params.boolean("deletionProtectionEnabled").unwrap_or(false),
            tags,
        };
        self.groups.insert(name.to_owned(), group);
        Ok(json!({}))
    }

    fn delete_log_group(&mut self, params: Params<'_>) -> Answer {
        let group = self.group_mut(params)?;
        if group.is_protected {
            return Err(ApiError::new(
                "ValidationException",
                "The log group cannot be deleted because deletion protection is enabled.",
            ));
        }
        let name = group.name.clone();
        self.groups.remove(&name);
        Ok(json!({}))
    }

    fn put_retention_policy(&mut self, params: Params<'_>) -> Answer {
        let days = params
            .number("retentionInDays")
            .ok_or_else(|| missing("retentionInDays"))?;
        if !RETENTIONS.contains(&days) {
            let allowed = RETENTIONS.map(|days| days.to_string()).join(", ");
            return Err(invalid(format!(
                "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [{allowed}]"
            )));
        }
        self.group_mut(params)?.retention = Some(days);
        Ok(json!({}))
    }

    fn delete_retention_policy(&mut self, params: Params<'_>) -> Answer {
        self.group_mut(params)?.retention = None;
        Ok(json!({}))
    }

    fn put_deletion_protection(&mut self, params: Params<'_>) -> Answer {
        let identifier = params
            .text("logGroupIdentifier")
            .ok_or_else(|| missing("logGroupIdentifier"))?;
        let enabled = params
            .boolean("deletionProtectionEnabled")
            .ok_or_else(|| missing("deletionProtectionEnabled"))?;
        let name = listing::identified(identifier).to_owned();
        self.groups.get_mut(&name).ok_or_else(not_found)?.is_protected = enabled;
        Ok(json!({}))
    }

    fn group_mut(&mut self, params: Params<'_>) -> Result<&mut LogGroup, ApiError> {
        self.groups.get_mut(name(params)?).ok_or_else(not_found)
    }
}

fn arn_prefix(scope: Scope<'_>) -> String {
    format!("arn:aws:logs:{}:{}:log-group:", scope.region, scope.account)
}

fn name(params: Params<'_>) -> Result<&str, ApiError> {
    let name = params
        .text("logGroupName")
        .ok_or_else(|| missing("logGroupName"))?;
    check_name("logGroupName", name)?;
    Ok(name)
}

fn check_name(member: &str, name: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    let constraint = match name.len() {
        0 => "Member must have length greater than or equal to 1",
        1..=512 if name.chars().all(allowed) => return Ok(()),
        1..=512 => "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        _ => "Member must have length less than or equal to 512",
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: {constraint}"
    )))
}

fn missing(member: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

fn not_found() -> ApiError {
    ApiError::new(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

#[cfg(test)]
mod tests;
