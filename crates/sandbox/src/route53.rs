//! Route 53: hosted zones, their record sets and batches of changes to them. It is global: one for all regions.

mod batch;
mod listing;
mod name;
mod record;
mod tag;
mod zone;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::{Answer, ApiError, Params, Scope};

pub use record::{Alias, Record};
pub use zone::Zone;

/// How long a change is PENDING.
const PROPAGATION: SignedDuration = SignedDuration::from_secs(1);
/// How long a change can be asked for; it keeps the state small.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// All hosted zones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Route53 {
    /// Zones by id, without `/hostedzone/`.
    pub zones: BTreeMap<String, Zone>,
    /// Tags of zones by id.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    changes: BTreeMap<String, Timestamp>,
    made: u64,
}

impl Route53 {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(&mut self, scope: Scope<'_>, operation: &str, params: Params<'_>) -> Option<Answer> {
        Some(match operation {
            "CreateHostedZone" => self.create_hosted_zone(scope, params),
            "GetHostedZone" => self.get_hosted_zone(params),
            "DeleteHostedZone" => self.delete_hosted_zone(scope, params),
            "ListHostedZones" => self.list_hosted_zones(params),
            "ListHostedZonesByName" => self.list_hosted_zones_by_name(params),
            "ListResourceRecordSets" => self.list_resource_record_sets(params),
            "ChangeResourceRecordSets" => self.change_resource_record_sets(scope, params),
            "GetChange" => self.get_change(scope, params),
            "ListTagsForResource" => self.list_tags_for_resource(params),
            "ListTagsForResources" => self.list_tags_for_resources(params),
            "ChangeTagsForResource" => self.change_tags_for_resource(params),
            _ => return None,
        })
    }

    /// Puts the zone of a seeded sandbox in place.
    pub fn seed(&mut self) {
        let id = "Z5EED000EXAMPLE";
        self.zones
            .insert(id.to_owned(), Zone::new(id, "example.com.", "seed"));
    }

    fn get_change(&self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let id = bare(params.text("Id").unwrap_or_default());
        let submitted = self.changes.get(id).ok_or_else(|| {
            ApiError::with_status(
                404,
                "NoSuchChange",
                format!("A change with the specified change ID does not exist: {id}"),
            )
        })?;
        Ok(json!({ "ChangeInfo": change_info(id, *submitted, scope.now) }))
    }

    /// Notes a change that begins to spread now.
    fn submit(&mut self, now: Timestamp) -> Value {
        self.changes.retain(|_, submitted| now < *submitted + MEMORY);
        let id = format!("C{}", self.new_id("change"));
        self.changes.insert(id.clone(), now);
        change_info(&id, now, now)
    }

    /// Twenty characters in the fashion of Route 53's ids.
    fn new_id(&mut self, what: &str) -> String {
        self.made += 1;
        let digest = Sha256::digest(format!("{what}/{}", self.made));
        data_encoding::BASE32_NOPAD.encode(&digest[..12])
    }

    fn zone(&self, params: Params<'_>, member: &str) -> Result<&Zone, ApiError> {
        let id = bare(params.text(member).unwrap_or_default());
        self.zones.get(id).ok_or_else(|| {
            ApiError::with_status(
                404,
                "NoSuchHostedZone",
                format!("No hosted zone found with ID: {id}"),
            )
        })
    }
}

fn change_info(id: &str, submitted: Timestamp, now: Timestamp) -> Value {
    let status = if now < submitted + PROPAGATION {
        "PENDING"
    } else {
        "INSYNC"
    };
    json!({ "Id": format!("/change/{id}"), "Status": status, "SubmittedAt": submitted.to_string() })
}

/// An id without the `/hostedzone/` or `/change/` that AWS's answers begin it with.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn invalid_input(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInput", message)
}

/// The number of entries a page holds, at most `most`.
fn max_items(params: Params<'_>, most: usize) -> Result<usize, ApiError> {
    match params.get("MaxItems") {
        None => Ok(most),
        Some(_) => match params.number("MaxItems").and_then(|n| usize::try_from(n).ok()) {
            Some(n) if n > 0 => Ok(n.min(most)),
            _ => Err(invalid_input("MaxItems must be a positive number")),
        },
    }
}

#[cfg(test)]
mod tests;
