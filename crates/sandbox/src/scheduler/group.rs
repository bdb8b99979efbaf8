//! Groups of schedules.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Scheduler, conflict, epoch, name, not_found, paged, validation};
use crate::api::{Answer, ApiError, Params, Scope};
use crate::tags;

const GROUPS: usize = 500;

/// A group of schedules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// When it was told to go.
    pub deleting_since: Option<Timestamp>,
    /// The token of the request that made it: the same request again is no conflict.
    pub client_token: Option<String>,
}

impl Group {
    /// An active group without tags.
    pub fn new(scope: Scope<'_>, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arn: format!(
                "arn:aws:scheduler:{}:{}:schedule-group/{name}",
                scope.region, scope.account
            ),
            tags: BTreeMap::new(),
            created: scope.now,
            modified: scope.now,
            deleting_since: None,
            client_token: None,
        }
    }

    fn show(&self) -> Value {
        json!({
            "Arn": self.arn,
            "Name": self.name,
            "State": if self.deleting_since.is_some() { "DELETING" } else { "ACTIVE" },
            "CreationDate": epoch(self.created),
            "LastModificationDate": epoch(self.modified),
        })
    }
}

impl Scheduler {
    pub(super) fn create_schedule_group(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = name(params, "Name", "")?;
        let mut group = Group::new(scope, name);
        group.tags = tags::merged(&group.tags, params, validation)?;
        group.client_token = params.text("ClientToken").map(str::to_owned);
        if let Some(existing) = self.groups.get(name) {
            let again = group.client_token.is_some() && existing.client_token == group.client_token;
            return if again {
                Ok(json!({ "ScheduleGroupArn": existing.arn }))
            } else {
                Err(conflict(format!("Schedule group {name} already exists.")))
            };
        }
        if self.groups.len() >= GROUPS {
            let message = format!("The number of schedule groups can't exceed {GROUPS}.");
            return Err(ApiError::with_status(
                402,
                "ServiceQuotaExceededException",
                message,
            ));
        }
        let arn = group.arn.clone();
        self.groups.insert(name.to_owned(), group);
        Ok(json!({ "ScheduleGroupArn": arn }))
    }

    pub(super) fn get_schedule_group(&self, params: Params<'_>) -> Answer {
        Ok(self.group(name(params, "Name", "")?)?.show())
    }

    pub(super) fn delete_schedule_group(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = name(params, "Name", "")?;
        if name == "default" {
            return Err(validation("The default schedule group can't be deleted."));
        }
        let group = self.groups.get_mut(name).ok_or_else(|| no_group(name))?;
        group.deleting_since.get_or_insert(scope.now);
        Ok(json!({}))
    }

    pub(super) fn list_schedule_groups(&self, params: Params<'_>) -> Answer {
        let prefix = params.text("NamePrefix").unwrap_or_default();
        let groups = self
            .groups
            .values()
            .filter(|group| group.name.starts_with(prefix));
        paged(params, "ScheduleGroups", groups.map(Group::show).collect())
    }

    pub(super) fn group(&self, name: &str) -> Result<&Group, ApiError> {
        self.groups.get(name).ok_or_else(|| no_group(name))
    }
}

fn no_group(name: &str) -> ApiError {
    not_found(format!("Schedule group {name} does not exist."))
}
