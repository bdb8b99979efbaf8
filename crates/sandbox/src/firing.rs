//! What rules and schedules do when their time comes: they run a task, with parameters that are spelled for ECS.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::{Answer, Params};

/// A task that is to be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing {
    /// When it was due.
    pub at: Timestamp,
    /// The rule or schedule that asks for it.
    pub source: String,
    /// Parameters of RunTask.
    pub run_task: Value,
}

/// What became of a firing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// When it was due.
    pub at: Timestamp,
    /// The rule or schedule that asked for it.
    pub source: String,
    /// The tasks that were started.
    pub tasks: Vec<String>,
    /// Why there are fewer than were asked for.
    pub failure: Option<String>,
}

impl Outcome {
    pub(crate) fn new(firing: &Firing, answer: &Answer) -> Self {
        let list = |name: &str| {
            answer
                .as_ref()
                .ok()
                .and_then(|answer| answer[name].as_array())
                .into_iter()
                .flatten()
        };
        let failure = list("failures").find_map(|failure| Some(failure["reason"].as_str()?.to_owned()));
        Self {
            at: firing.at,
            source: firing.source.clone(),
            tasks: list("tasks")
                .filter_map(|task| Some(task["taskArn"].as_str()?.to_owned()))
                .collect(),
            failure: answer.as_ref().err().map(ToString::to_string).or(failure),
        }
    }
}

/// RunTask's parameters for an ECS target; none when the target is no cluster.
pub(crate) fn run_task(target: &Value, input: Option<&str>, started_by: String) -> Option<Value> {
    let target = Params(target);
    let cluster = target.text("Arn").filter(|arn| is_cluster(arn))?;
    let ecs = target.inside("EcsParameters")?;
    let mut task = Map::new();
    task.insert("cluster".to_owned(), json!(cluster));
    task.insert("taskDefinition".to_owned(), ecs.get("TaskDefinitionArn")?.clone());
    task.insert("count".to_owned(), json!(ecs.number("TaskCount").unwrap_or(1)));
    task.insert(
        "startedBy".to_owned(),
        json!(started_by.chars().take(128).collect::<String>()),
    );
    let same = [
        ("LaunchType", "launchType"),
        ("PlatformVersion", "platformVersion"),
        ("Group", "group"),
        ("ReferenceId", "referenceId"),
        ("PropagateTags", "propagateTags"),
        ("EnableECSManagedTags", "enableECSManagedTags"),
        ("EnableExecuteCommand", "enableExecuteCommand"),
        ("NetworkConfiguration", "networkConfiguration"),
        ("CapacityProviderStrategy", "capacityProviderStrategy"),
        ("PlacementConstraints", "placementConstraints"),
        ("PlacementStrategy", "placementStrategy"),
        ("Tags", "tags"),
    ];
    for (theirs, ours) in same {
        if let Some(value) = ecs.get(theirs) {
            task.insert(ours.to_owned(), lower(value));
        }
    }
    if let Some(overrides) = input
        .and_then(|input| serde_json::from_str::<Value>(input).ok())
        .filter(Value::is_object)
    {
        task.insert("overrides".to_owned(), overrides);
    }
    Some(Value::Object(task))
}

/// Whether an ARN is that of an ECS cluster.
pub(crate) fn is_cluster(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.contains(":ecs:") && arn.contains(":cluster/")
}

/// The same tree with member names that begin in lower case, as ECS spells them.
fn lower(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
                (first.to_lowercase() + rest, lower(value))
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(entries) => entries.iter().map(lower).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
