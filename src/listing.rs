//! One line an object, with the columns of its kind. Pure.
//!
//! In: the project, what is desired, a snapshot, a plan and the time. Out: rows for tables and documents.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::manifest::kind::ManifestKind;
use crate::manifest::loaded::Loaded;
use crate::plan::Plan;
use crate::resource::graph::{Desired, ManifestId, Resource};
use crate::resource::snapshot::{Live, Observation, Snapshot};
use crate::schedule::{Dialect, Expression, time_zone};
use crate::status::{self, Status};
use crate::value::Value;

/// What stands where nothing is to be said.
const NONE: &str = "-";

/// One object.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub manifest: ManifestId,
    /// Its state.
    pub status: Status,
    /// Its cells: head, text, and whether only the wide table has it.
    cells: Vec<(&'static str, String, bool)>,
}

impl Row {
    /// The heads and cells of the table.
    pub fn cells(&self, wide: bool) -> impl Iterator<Item = (&'static str, &str)> {
        self.cells
            .iter()
            .filter(move |(_, _, only_wide)| wide || !only_wide)
            .map(|(head, cell, _)| (*head, cell.as_str()))
    }
}

/// A row for each manifest, in the order of their names.
pub fn rows(
    loaded: &Loaded,
    desired: &Desired,
    snapshot: &Snapshot,
    plan: &Plan,
    now: Timestamp,
) -> Vec<Row> {
    let look = Look {
        loaded,
        desired,
        snapshot,
        now,
    };
    let statuses = status::of(desired, snapshot, plan);
    statuses
        .into_iter()
        .map(|(manifest, status)| look.row(manifest, status))
        .collect()
}

struct Look<'a> {
    loaded: &'a Loaded,
    desired: &'a Desired,
    snapshot: &'a Snapshot,
    now: Timestamp,
}

impl Look<'_> {
    fn row(&self, manifest: ManifestId, status: Status) -> Row {
        let mut cells = vec![("NAME", manifest.name.to_string(), false)];
        match &*manifest.kind {
            "Service" => cells.extend(self.service(&manifest)),
            "ScheduledBatch" => cells.extend(self.batch(&manifest)),
            "DeveloperEnv" => cells.extend(self.developer_env(&manifest, &status)),
            _ => {}
        }
        cells.push((
            "SYNC",
            format!("{:?}", status.sync),
            &*manifest.kind != "TaskTemplate",
        ));
        cells.push((
            "HEALTH",
            format!("{:?}", status.health),
            &*manifest.kind != "TaskTemplate",
        ));
        cells.dedup_by(|later, earlier| later.0 == earlier.0);
        if &*manifest.kind == "DeveloperEnv" {
            cells.truncate(8);
        }
        Row {
            manifest,
            status,
            cells,
        }
    }

    fn service(&self, manifest: &ManifestId) -> Vec<(&'static str, String, bool)> {
        let live = self
            .resources(manifest)
            .find_map(|resource| self.running(resource));
        let count = |name: &str| live.and_then(|live| live.status.get(name)?.as_i64()).unwrap_or(0);
        let current = live.and_then(|live| {
            let deployments = live.status.get("deployments")?.as_list()?;
            let primary = deployments
                .iter()
                .find(|deployment| deployment.text("status") == Some("PRIMARY"))?;
            primary.get("runningCount")?.as_i64()
        });
        let cell = |text: String| if live.is_some() { text } else { NONE.to_owned() };
        vec![
            (
                "READY",
                cell(format!("{}/{}", count("runningCount"), count("desiredCount"))),
                false,
            ),
            ("UP-TO-DATE", cell(current.unwrap_or(0).to_string()), false),
            ("AVAILABLE", cell(count("runningCount").to_string()), false),
            ("AGE", self.age(live), false),
        ]
    }

    fn batch(&self, manifest: &ManifestId) -> Vec<(&'static str, String, bool)> {
        let trigger = self.resources(manifest).find(|resource| resource.kind.trigger);
        let text = |name: &str| {
            trigger
                .and_then(|trigger| trigger.spec.text(name))
                .map(str::to_owned)
        };
        let zone = text("scheduleExpressionTimezone");
        let expression = text("scheduleExpression").unwrap_or_else(|| NONE.to_owned());
        let suspended = text("state").as_deref() == Some("DISABLED");
        let next = (!suspended)
            .then(|| self.next(&expression, zone.as_deref()))
            .flatten();
        vec![
            ("SCHEDULE", expression.clone(), false),
            ("TIMEZONE", zone.unwrap_or_else(|| "UTC".to_owned()), false),
            (
                "SUSPEND",
                if suspended { "True" } else { "False" }.to_owned(),
                false,
            ),
            ("NEXT", next.unwrap_or_else(|| NONE.to_owned()), false),
        ]
    }

    /// The next fire time in the batch's own zone.
    fn next(&self, expression: &str, zone: Option<&str>) -> Option<String> {
        let dialect = if zone.is_some() {
            Dialect::Schedule
        } else {
            Dialect::Rule
        };
        let zone = zone.map_or(Some(TimeZone::UTC), |name| time_zone(name).ok())?;
        Expression::parse(expression, dialect)
            .ok()?
            .next_text(self.now, &zone, None)
    }

    fn developer_env(&self, manifest: &ManifestId, status: &Status) -> Vec<(&'static str, String, bool)> {
        let document = self.loaded.find(ManifestKind::DeveloperEnv, &manifest.name);
        let owner = document
            .and_then(|document| document.spec.text("owner"))
            .unwrap_or(NONE)
            .to_owned();
        let host = self.record(manifest).or_else(|| self.literal_host(manifest));
        let oldest = self
            .resources(manifest)
            .filter_map(|resource| self.running(resource))
            .next();
        vec![
            ("OWNER", owner, false),
            (
                "URL",
                host.map_or(NONE.to_owned(), |host| format!("https://{host}")),
                false,
            ),
            ("SYNC", format!("{:?}", status.sync), false),
            ("HEALTH", format!("{:?}", status.health), false),
            ("SLEEPING", "False".to_owned(), false),
            ("EXPIRES", NONE.to_owned(), false),
            ("AGE", self.age(oldest), false),
        ]
    }

    /// The name of the first DNS record: what people open where a rule takes many hosts.
    fn record(&self, manifest: &ManifestId) -> Option<String> {
        let record = self
            .resources(manifest)
            .find(|resource| resource.kind.name == "dns_record")?;
        record.spec.text("name").map(str::to_owned)
    }

    fn literal_host(&self, manifest: &ManifestId) -> Option<String> {
        self.resources(manifest).find_map(|resource| {
            let conditions = resource.spec.get("conditions")?.as_list()?;
            let hosts = conditions
                .iter()
                .find(|condition| condition.text("field") == Some("host-header"))?;
            let hosts = hosts.get("values")?.as_list()?.iter().filter_map(Value::as_str);
            hosts
                .into_iter()
                .find(|host| !host.contains(['*', '?']))
                .map(str::to_owned)
        })
    }

    fn resources(&self, manifest: &ManifestId) -> impl Iterator<Item = &Resource> {
        self.desired
            .resources
            .iter()
            .filter(move |resource| resource.manifest == *manifest)
    }

    /// The live resource, where it is one that runs tasks.
    fn running(&self, resource: &Resource) -> Option<&Live> {
        match self.snapshot.observations.get(&resource.address)? {
            Observation::Present(live) if live.status.get("deployments").is_some() => Some(live),
            _ => None,
        }
    }

    fn age(&self, live: Option<&Live>) -> String {
        let created = live.and_then(|live| match live.status.get("createdAt")? {
            Value::Number(seconds) => Timestamp::from_second(seconds.as_f64()? as i64).ok(),
            text => text.as_str()?.parse().ok(),
        });
        created.map_or(NONE.to_owned(), |created| {
            age(self.now.as_second() - created.as_second())
        })
    }
}

/// How long ago: `45s`, `12m`, `3h`, `5d`.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..172_800 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        assert_eq!(
            [age(5), age(90), age(7_300), age(400_000), age(-3)],
            ["5s", "1m", "2h", "4d", "0s"]
        );
    }
}
