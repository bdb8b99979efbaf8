//! Schedules that nobody has modified since they were last read: the listing says when, and they need no call each.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::ScheduleSummary;
use aws_smithy_types::DateTime;
use serde_json::{Value as Json, json};

use super::read;
use crate::aws::cache::Cache;
use crate::aws::clients::Clients;
use crate::resource::sensitive::Sensitivity;
use crate::resource::snapshot::Live;
use crate::value::{Map, Reveal, Value};

/// How long ago a modification must be: two in one tick of AWS's clock look like one.
const SETTLED: Duration = Duration::from_secs(5);

/// The schedules that were read, in this run and in earlier ones, by ARN.
pub(super) struct Memory {
    cache: Cache,
    known: Mutex<BTreeMap<String, Remembered>>,
}

/// A schedule as it was since a modification.
#[derive(Clone, Debug)]
struct Remembered {
    modified: DateTime,
    document: Map,
}

impl Memory {
    /// What the user's cache remembers for these clients.
    pub fn of(clients: &Clients) -> Self {
        Memory {
            cache: Cache::of_user(clients, "schedules-v1"),
            known: Mutex::default(),
        }
    }

    /// The schedule, if it was read since it was last modified.
    pub fn recall(&self, listed: &ScheduleSummary) -> Option<Live> {
        let (arn, modified) = (listed.arn()?, listed.last_modification_date()?);
        let known = self.known().get(arn).cloned();
        let remembered = known.or_else(|| self.cache.get(arn).and_then(from_json))?;
        (remembered.modified == *modified).then(|| read::live(remembered.document))
    }

    /// Remembers a schedule that was read at `now`; on the disk only where nothing in it must not be seen.
    pub fn keep(&self, schedule: &GetScheduleOutput, sensitivity: &Sensitivity, now: DateTime) {
        let (Some(arn), Some(modified)) = (schedule.arn(), schedule.last_modification_date()) else {
            return;
        };
        if modified.as_secs_f64() + SETTLED.as_secs_f64() > now.as_secs_f64() {
            return;
        }
        let remembered = Remembered {
            modified: *modified,
            document: read::document(schedule),
        };
        let mut marked = Value::Map(remembered.document.clone());
        sensitivity.mark(&mut marked);
        match marked.holds_secret() {
            true => self.cache.forget(arn),
            false => self.cache.put(arn, &to_json(&remembered)),
        }
        self.known().insert(arn.to_owned(), remembered);
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Remembered>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn to_json(remembered: &Remembered) -> Json {
    json!({
        "modified": [remembered.modified.secs(), remembered.modified.subsec_nanos()],
        "document": Value::Map(remembered.document.clone()).to_json(Reveal::Shown),
    })
}

fn from_json(mut json: Json) -> Option<Remembered> {
    let modified = json.get("modified")?;
    let (seconds, nanos) = (modified.get(0)?.as_i64()?, modified.get(1)?.as_u64()?);
    let Value::Map(document) = Value::from_json(json.get_mut("document")?.take()) else {
        return None;
    };
    Some(Remembered {
        modified: DateTime::from_secs_and_nanos(seconds, nanos.try_into().ok()?),
        document,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_scheduler::types::{EcsParameters, Target};

    use super::*;
    use crate::resource::snapshot::Owner;

    const ARN: &str = "arn:aws:scheduler:eu-west-1:123456789012:schedule/shop-production/no1";
    const MODIFIED: i64 = 1_700_000_000;

    fn schedule(variable: &str) -> GetScheduleOutput {
        let input = json!({"containerOverrides": [
            {"name": "app", "environment": [{"name": variable, "value": "hunter2"}]}]});
        let ecs = EcsParameters::builder().task_definition_arn("arn:aws:ecs:eu-west-1:1:task-definition/a:1");
        let target = Target::builder().arn("arn:cluster").role_arn("arn:role");
        let target = target
            .input(input.to_string())
            .ecs_parameters(ecs.build().unwrap());
        GetScheduleOutput::builder()
            .arn(ARN)
            .name("no1")
            .group_name("shop-production")
            .description("Daily [sendo:shop/production/ScheduledBatch/no1]")
            .schedule_expression("rate(1 day)")
            .target(target.build().unwrap())
            .last_modification_date(DateTime::from_secs(MODIFIED))
            .build()
    }

    fn listed(modified: i64) -> ScheduleSummary {
        let modified = DateTime::from_secs(modified);
        ScheduleSummary::builder()
            .arn(ARN)
            .last_modification_date(modified)
            .build()
    }

    fn memory(folder: &std::path::Path) -> Memory {
        Memory {
            cache: Cache::in_folder(folder),
            known: Mutex::default(),
        }
    }

    fn keep(memory: &Memory, variable: &str, age: i64) {
        let now = DateTime::from_secs(MODIFIED + age);
        memory.keep(&schedule(variable), &Sensitivity::default(), now);
    }

    #[test]
    fn what_was_not_modified_is_remembered_as_it_was_read_in_later_runs_too() {
        let folder = tempfile::tempdir().unwrap();
        let first = memory(folder.path());
        keep(&first, "RAILS_ENV", 60);
        let read = read::live(read::document(&schedule("RAILS_ENV")));
        assert!(matches!(read.owner, Owner::Manifest { .. }));
        assert_eq!(first.recall(&listed(MODIFIED)), Some(read.clone()));
        assert_eq!(memory(folder.path()).recall(&listed(MODIFIED)), Some(read));
    }

    #[test]
    fn what_was_modified_since_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let memory = memory(folder.path());
        keep(&memory, "RAILS_ENV", 60);
        assert_eq!(memory.recall(&listed(MODIFIED + 1)), None);
    }

    #[test]
    fn what_was_modified_a_moment_ago_is_not_relied_on() {
        let folder = tempfile::tempdir().unwrap();
        let memory = memory(folder.path());
        keep(&memory, "RAILS_ENV", 4);
        assert_eq!(memory.recall(&listed(MODIFIED)), None);
    }

    #[test]
    fn a_sensitive_value_is_remembered_by_this_run_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = memory(folder.path());
        keep(&first, "RAILS_ENV", 60);
        keep(&first, "DB_PASSWORD", 60);
        assert!(first.recall(&listed(MODIFIED)).is_some());
        assert_eq!(memory(folder.path()).recall(&listed(MODIFIED)), None);
    }
}
