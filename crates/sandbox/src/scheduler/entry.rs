//! Schedules themselves. Updating one replaces it whole.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::{Settings, check_start};
use super::{Scheduler, conflict, epoch, name, not_found, paged};
use crate::api::{Answer, ApiError, Params, Scope, object};
use crate::firing::{self, Firing};

/// A schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Its group.
    pub group: String,
    /// Its name, unique in the group.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What a client may set.
    pub settings: Settings,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last replaced.
    pub modified: Timestamp,
    /// What a rate counts from when there is no start.
    pub anchor: Timestamp,
    /// When it fires next.
    pub next_fire: Option<Timestamp>,
    /// The token of the request that made it: the same request again is no conflict.
    pub client_token: Option<String>,
}

impl Entry {
    /// Notes when the schedule fires next after `now`.
    pub(super) fn watch(&mut self, now: Timestamp) {
        self.next_fire = self.settings.next(now, self.anchor);
    }

    pub(super) fn settle(&mut self, now: Timestamp) -> Vec<Firing> {
        let mut fired = Vec::new();
        while let Some(at) = self.next_fire.filter(|&at| at <= now) {
            let input = self.settings.target["Input"]
                .as_str()
                .map(|input| self.fill_in(input, at));
            let run_task = firing::run_task(
                &self.settings.target,
                input.as_deref(),
                format!("chronos-schedule/{}", self.name),
            );
            fired.extend(run_task.map(|run_task| Firing {
                at,
                source: self.arn.clone(),
                run_task,
            }));
            self.watch(at);
        }
        fired
    }

    /// Whether the schedule has fired for the last time and is to go.
    pub(super) fn is_done(&self) -> bool {
        self.settings.after_completion == "DELETE"
            && self.settings.state == "ENABLED"
            && self.next_fire.is_none()
    }

    /// Puts what is known of this run into its input.
    fn fill_in(&self, input: &str, at: Timestamp) -> String {
        let values = [
            ("<aws.scheduler.schedule-arn>", self.arn.clone()),
            (
                "<aws.scheduler.scheduled-time>",
                at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            ),
            (
                "<aws.scheduler.execution-id>",
                format!("{:016x}", at.as_nanosecond()),
            ),
            ("<aws.scheduler.attempt-number>", "1".to_owned()),
        ];
        values
            .into_iter()
            .fold(input.to_owned(), |text, (name, value)| text.replace(name, &value))
    }

    fn show(&self) -> Value {
        let settings = &self.settings;
        let text = |value: &Option<String>| value.as_ref().map(|value| json!(value));
        object([
            ("Arn", Some(json!(self.arn))),
            ("GroupName", Some(json!(self.group))),
            ("Name", Some(json!(self.name))),
            ("ScheduleExpression", Some(json!(settings.expression))),
            ("StartDate", settings.start.map(epoch)),
            ("EndDate", settings.end.map(epoch)),
            ("Description", text(&settings.description)),
            ("ScheduleExpressionTimezone", Some(json!(settings.zone))),
            ("State", Some(json!(settings.state))),
            ("CreationDate", Some(epoch(self.created))),
            ("LastModificationDate", Some(epoch(self.modified))),
            ("KmsKeyArn", text(&settings.kms_key)),
            ("Target", Some(settings.target.clone())),
            ("FlexibleTimeWindow", Some(settings.window.clone())),
            ("ActionAfterCompletion", Some(json!(settings.after_completion))),
        ])
    }

    fn summary(&self) -> Value {
        json!({
            "Arn": self.arn,
            "GroupName": self.group,
            "Name": self.name,
            "State": self.settings.state,
            "CreationDate": epoch(self.created),
            "LastModificationDate": epoch(self.modified),
            "Target": { "Arn": self.settings.target["Arn"] },
        })
    }
}

impl Scheduler {
    pub(super) fn create_schedule(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let (group, name) = (name(params, "GroupName", "default")?, name(params, "Name", "")?);
        let settings = Settings::parse(params)?;
        check_start(&settings, None, scope.now)?;
        if self.group(group)?.deleting_since.is_some() {
            return Err(conflict(format!("Schedule group {group} is being deleted.")));
        }
        let client_token = params.text("ClientToken").map(str::to_owned);
        let key = format!("{group}/{name}");
        if let Some(existing) = self.entries.get(&key) {
            let again = client_token.is_some()
                && existing.client_token == client_token
                && existing.settings == settings;
            return if again {
                Ok(json!({ "ScheduleArn": existing.arn }))
            } else {
                Err(conflict(format!("Schedule {name} already exists.")))
            };
        }
        let arn = format!(
            "arn:aws:scheduler:{}:{}:schedule/{key}",
            scope.region, scope.account
        );
        let mut entry = Entry {
            group: group.to_owned(),
            name: name.to_owned(),
            arn: arn.clone(),
            settings,
            created: scope.now,
            modified: scope.now,
            anchor: scope.now,
            next_fire: None,
            client_token,
        };
        // A new rate fires at once, so the very moment of creation counts.
        entry.watch(scope.now - SignedDuration::from_nanos(1));
        self.entries.insert(key, entry);
        Ok(json!({ "ScheduleArn": arn }))
    }

    pub(super) fn get_schedule(&self, params: Params<'_>) -> Answer {
        Ok(self
            .entries
            .get(&key(params)?)
            .ok_or_else(|| no_schedule(params))?
            .show())
    }

    /// Everything that the request leaves out goes back to its default.
    pub(super) fn update_schedule(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let entry = self
            .entries
            .get_mut(&key(params)?)
            .ok_or_else(|| no_schedule(params))?;
        let settings = Settings::parse(params)?;
        check_start(&settings, entry.settings.start, scope.now)?;
        if (&settings.expression, &settings.zone) != (&entry.settings.expression, &entry.settings.zone) {
            entry.anchor = scope.now;
        }
        entry.settings = settings;
        entry.modified = scope.now;
        entry.watch(scope.now);
        Ok(json!({ "ScheduleArn": entry.arn }))
    }

    pub(super) fn delete_schedule(&mut self, params: Params<'_>) -> Answer {
        self.entries
            .remove(&key(params)?)
            .ok_or_else(|| no_schedule(params))?;
        Ok(json!({}))
    }

    pub(super) fn list_schedules(&self, params: Params<'_>) -> Answer {
        let group = params.text("GroupName");
        if let Some(group) = group {
            self.group(group)?;
        }
        let (prefix, state) = (
            params.text("NamePrefix").unwrap_or_default(),
            params.text("State"),
        );
        let wanted = |entry: &&Entry| {
            group.is_none_or(|group| entry.group == group)
                && entry.name.starts_with(prefix)
                && state.is_none_or(|state| entry.settings.state == state)
        };
        paged(
            params,
            "Schedules",
            self.entries.values().filter(wanted).map(Entry::summary).collect(),
        )
    }
}

fn key(params: Params<'_>) -> Result<String, ApiError> {
    Ok(format!(
        "{}/{}",
        name(params, "GroupName", "default")?,
        name(params, "Name", "")?
    ))
}

fn no_schedule(params: Params<'_>) -> ApiError {
    not_found(format!(
        "Schedule {} does not exist.",
        params.text("Name").unwrap_or_default()
    ))
}
