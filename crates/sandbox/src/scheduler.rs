//! EventBridge Scheduler: schedules in groups. Groups have tags, schedules don't; both come and go by name.

mod entry;
mod group;
mod settings;
mod tag;
mod target;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{self, Answer, ApiError, Params, Scope};
use crate::firing::Firing;

pub use entry::Entry;
pub use group::Group;
pub use settings::Settings;

/// How long a group is DELETING before it is gone with all that is in it.
const DELETION: SignedDuration = SignedDuration::from_secs(1);

/// The schedules of one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scheduler {
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
    /// Schedules by `group/name`.
    pub entries: BTreeMap<String, Entry>,
}

impl Scheduler {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(&mut self, scope: Scope<'_>, operation: &str, params: Params<'_>) -> Option<Answer> {
        self.tidy(scope);
        Some(match operation {
            "CreateSchedule" => self.create_schedule(scope, params),
            "GetSchedule" => self.get_schedule(params),
            "UpdateSchedule" => self.update_schedule(scope, params),
            "DeleteSchedule" => self.delete_schedule(params),
            "ListSchedules" => self.list_schedules(params),
            "CreateScheduleGroup" => self.create_schedule_group(scope, params),
            "GetScheduleGroup" => self.get_schedule_group(params),
            "DeleteScheduleGroup" => self.delete_schedule_group(scope, params),
            "ListScheduleGroups" => self.list_schedule_groups(params),
            "TagResource" => self.tag_resource(params),
            "UntagResource" => self.untag_resource(params),
            "ListTagsForResource" => self.list_tags_for_resource(params),
            _ => return None,
        })
    }

    /// The next moment at which a schedule fires.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.entries.values().filter_map(|entry| entry.next_fire).min()
    }

    /// Fires what is due up to `now`, oldest first, and drops the schedules that are to go when they are done.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Firing> {
        let due = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.next_fire.is_some_and(|at| at <= now));
        let due: Vec<String> = due.map(|(key, _)| key.clone()).collect();
        let mut fired = Vec::new();
        for key in due {
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            fired.extend(entry.settle(now));
            if entry.is_done() {
                self.entries.remove(&key);
            }
        }
        fired.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
        fired
    }

    /// Forgets what was due before `now`: a sandbox that was off for long has nothing to make up.
    pub fn resume(&mut self, now: Timestamp) {
        let missed = self
            .entries
            .values_mut()
            .filter(|entry| entry.next_fire.is_some_and(|at| at < now));
        missed.for_each(|entry| entry.watch(now));
    }

    /// Every account has the group `default`; deleted groups go, with their schedules.
    fn tidy(&mut self, scope: Scope<'_>) {
        if !self.groups.contains_key("default") {
            self.groups
                .insert("default".to_owned(), Group::new(scope, "default"));
        }
        let gone = |group: &Group| {
            group
                .deleting_since
                .is_some_and(|since| scope.now >= since + DELETION)
        };
        if self.groups.values().any(gone) {
            self.groups.retain(|_, group| !gone(group));
            let groups = &self.groups;
            self.entries.retain(|_, entry| groups.contains_key(&entry.group));
        }
    }
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

fn not_found(message: String) -> ApiError {
    ApiError::with_status(404, "ResourceNotFoundException", message)
}

fn conflict(message: String) -> ApiError {
    ApiError::with_status(409, "ConflictException", message)
}

fn constraint(value: &str, member: &str, wants: &str) -> ApiError {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {wants}"
    ))
}

/// The name of a schedule or group under `member`.
fn name<'a>(params: Params<'a>, member: &str, default: &'a str) -> Result<&'a str, ApiError> {
    let name = params.text(member).unwrap_or(default);
    if (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        return Ok(name);
    }
    Err(constraint(
        name,
        &member.to_lowercase(),
        "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$",
    ))
}

/// Seconds since the epoch, as REST-JSON writes times.
fn epoch(time: Timestamp) -> Value {
    json!(time.as_millisecond() as f64 / 1_000.0)
}

/// Cuts a listing to one page, under the member `list`.
fn paged(params: Params<'_>, list: &str, items: Vec<Value>) -> Answer {
    let size = match params.get("MaxResults") {
        None => 100,
        Some(most) => params
            .number("MaxResults")
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=100).contains(n))
            .ok_or_else(|| {
                constraint(
                    &most.to_string(),
                    "maxResults",
                    "Member must have value between 1 and 100",
                )
            })?,
    };
    let (items, next) =
        api::page(items, params.text("NextToken"), size).ok_or_else(|| validation("Invalid NextToken."))?;
    let mut answer = json!({ list: items });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
