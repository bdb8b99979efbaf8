//! The log group of a definition, and the log settings of the containers that have none.

use super::body::Body;
use super::naming;
use super::source::Source;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;
use crate::value::{Map, Text, Value};

/// A log group that a manifest declares.
#[derive(Clone)]
pub(super) struct LogGroup {
    /// Its name.
    pub name: Text,
    /// Where the name is written.
    pub span: Span,
    /// Its members, tags apart.
    pub spec: Map,
    /// The manifest that declares it.
    pub source: Source,
}

/// Reads `logGroup`.
pub(super) fn read(body: &Body, source: &Source, out: &mut Vec<Diagnostic>) -> Option<LogGroup> {
    let group = body.child("logGroup")?;
    let name: Text = group.text("name")?.into();
    let span = group.span(&["name"]);
    if let Some((message, help)) = naming::LOG_GROUP.fault(&name) {
        out.push(Diagnostic::error(span, message).help(help));
    }
    let mut spec = Map::new();
    spec.insert("logGroupName", name.clone());
    for (member, target) in [
        ("retentionDays", "retentionInDays"),
        ("retentionInDays", "retentionInDays"),
        ("class", "logGroupClass"),
        ("logGroupClass", "logGroupClass"),
    ] {
        if let Some(value) = group.get(member) {
            spec.insert(target, value.clone());
        }
    }
    check_retention(&group, out);
    Some(LogGroup {
        name,
        span,
        spec,
        source: source.clone(),
    })
}

/// The numbers of days that CloudWatch Logs takes.
const RETENTION: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

fn check_retention(group: &Body, out: &mut Vec<Diagnostic>) {
    for member in ["retentionDays", "retentionInDays"] {
        let Some(days) = group.get(member).and_then(Value::as_i64) else {
            continue;
        };
        if RETENTION.contains(&days) {
            continue;
        }
        let near = RETENTION
            .into_iter()
            .rfind(|known| *known < days)
            .unwrap_or(RETENTION[0]);
        let message = format!("`{member}` must be a number of days that CloudWatch Logs knows");
        let help = format!("the nearest is {near}; leave it out to keep logs for ever");
        out.push(Diagnostic::error(group.span(&[member]), message).help(help));
    }
}

/// Gives the containers that have no log settings those of the group.
pub(super) fn fill_in(definition: &mut Map, group: &str, region: &str, prefix: &str) {
    for container in containers(definition) {
        if !container.contains("logConfiguration") {
            container.insert("logConfiguration", awslogs(group, region, prefix));
        }
    }
}

fn awslogs(group: &str, region: &str, prefix: &str) -> Map {
    let options: Map = [
        ("awslogs-group".into(), group.into()),
        ("awslogs-region".into(), region.into()),
        ("awslogs-stream-prefix".into(), prefix.into()),
    ]
    .into_iter()
    .collect();
    [
        ("logDriver".into(), "awslogs".into()),
        ("options".into(), options.into()),
    ]
    .into_iter()
    .collect()
}

/// Gives every container that logs to CloudWatch the stream prefix; how many do.
pub(super) fn set_prefix(definition: &mut Map, prefix: &str) -> usize {
    let mut count = 0;
    for container in containers(definition) {
        let Some(Value::Map(configuration)) = container.get_mut("logConfiguration") else {
            continue;
        };
        if configuration.get("logDriver").and_then(Value::as_str) != Some("awslogs") {
            continue;
        }
        count += 1;
        match configuration.get_mut("options") {
            Some(Value::Map(options)) => {
                options.insert("awslogs-stream-prefix", prefix);
            }
            _ => {
                let options: Map = [("awslogs-stream-prefix".into(), prefix.into())]
                    .into_iter()
                    .collect();
                configuration.insert("options", options);
            }
        }
    }
    count
}

fn containers(definition: &mut Map) -> impl Iterator<Item = &mut Map> {
    let items = match definition.get_mut("containerDefinitions") {
        Some(Value::List(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    items.iter_mut().filter_map(Value::as_map_mut)
}
