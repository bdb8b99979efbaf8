//! Task definitions: families of numbered revisions that never change once registered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Ecs, arn, client, cluster, container, default, invalid, paged, tag, time, wants_tags, without_nulls,
};
use crate::api::{Answer, ApiError, Params, Scope};

/// The largest definition that AWS takes, in bytes.
const LARGEST: usize = 64 * 1024;

/// What is kept of a request, in the order AWS shows it.
const MEMBERS: [&str; 18] = [
    "containerDefinitions",
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
];

/// The revisions of one name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Family {
    /// The number of the newest revision ever.
    pub latest: u64,
    /// Revisions by number.
    pub revisions: BTreeMap<u64, TaskDefinition>,
}

/// One revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskDefinition {
    /// Its ARN.
    pub arn: String,
    /// Its family.
    pub family: String,
    /// Its number.
    pub revision: u64,
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
    pub status: String,
    /// Its members as AWS shows them.
    pub body: Value,
    /// Its tags.
    pub tags: Vec<Value>,
    /// When it was registered.
    pub registered: Timestamp,
    /// When it was deregistered.
    pub deregistered: Option<Timestamp>,
    /// When its deletion was asked for.
    pub delete_requested: Option<Timestamp>,
}

impl TaskDefinition {
    /// The network mode; AWS's default is bridge.
    pub fn network_mode(&self) -> &str {
        self.body["networkMode"].as_str().unwrap_or("bridge")
    }

    /// Its container definitions.
    pub fn containers(&self) -> impl Iterator<Item = Params<'_>> {
        Params(&self.body).list("containerDefinitions")
    }

    /// Whether Fargate can run it.
    pub fn fits_fargate(&self) -> bool {
        Params(&self.body).texts("compatibilities").contains(&"FARGATE")
    }

    fn show(&self) -> Value {
        let mut shown = self.body.clone();
        shown["taskDefinitionArn"] = json!(self.arn);
        shown["revision"] = json!(self.revision);
        shown["status"] = json!(self.status);
        shown["registeredAt"] = time(self.registered);
        if let Some(at) = self.deregistered {
            shown["deregisteredAt"] = time(at);
        }
        if let Some(at) = self.delete_requested {
            shown["deleteRequestedAt"] = time(at);
        }
        shown
    }
}

impl Ecs {
    pub(super) fn register_task_definition(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let size = params.0.to_string().len();
        if size > LARGEST {
            return Err(client(format!(
                "Actual length: '{size}'. Max allowed length is '{LARGEST}' bytes."
            )));
        }
        let family = params.text("family").unwrap_or_default();
        if family.is_empty() {
            return Err(client("Family should not be null or empty."));
        }
        if !cluster::is_name(family) {
            return Err(client("Family contains invalid characters."));
        }
        let tags = tag::parse(params, "tags")?;
        let mut body = canonical(params)?;
        body.insert(
            "registeredBy".to_owned(),
            json!(format!("arn:aws:iam::{}:user/sandbox", scope.account)),
        );
        let known = self.families.entry(family.to_owned()).or_default();
        known.latest += 1;
        let definition = TaskDefinition {
            arn: arn(scope, &format!("task-definition/{family}:{}", known.latest)),
            family: family.to_owned(),
            revision: known.latest,
            status: "ACTIVE".to_owned(),
            body: Value::Object(body),
            tags,
            registered: scope.now,
            deregistered: None,
            delete_requested: None,
        };
        let answer = with_tags(definition.show(), &definition.tags);
        known.revisions.insert(known.latest, definition);
        Ok(answer)
    }

    pub(super) fn describe_task_definition(&self, params: Params<'_>) -> Answer {
        let named = params.text("taskDefinition").unwrap_or_default();
        let unknown = || client("Unable to describe task definition.");
        let definition = self.task_definition(named).ok_or_else(unknown)?;
        let tags: &[Value] = if wants_tags(params) { &definition.tags } else { &[] };
        Ok(with_tags(definition.show(), tags))
    }

    pub(super) fn list_task_definitions(&self, params: Params<'_>) -> Answer {
        let family = params.text("familyPrefix");
        let status = params.text("status").unwrap_or("ACTIVE");
        let families = self
            .families
            .iter()
            .filter(|(name, _)| family.is_none_or(|family| family == *name));
        let revisions = families.flat_map(|(_, family)| family.revisions.values());
        let mut arns: Vec<Value> = revisions
            .filter(|it| it.status == status)
            .map(|it| json!(it.arn))
            .collect();
        if params.text("sort") == Some("DESC") {
            arns.reverse();
        }
        paged(params, "taskDefinitionArns", arns, 100)
    }

    pub(super) fn list_task_definition_families(&self, params: Params<'_>) -> Answer {
        let prefix = params.text("familyPrefix").unwrap_or_default();
        let status = params.text("status").unwrap_or("ALL");
        let wanted = |family: &Family| {
            let active = family.revisions.values().any(|it| it.status == "ACTIVE");
            match status {
                "ACTIVE" => active,
                "INACTIVE" => !active,
                _ => true,
            }
        };
        let families = self
            .families
            .iter()
            .filter(|(name, family)| name.starts_with(prefix) && wanted(family));
        paged(
            params,
            "families",
            families.map(|(name, _)| json!(name)).collect(),
            100,
        )
    }

    pub(super) fn deregister_task_definition(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let named = params.text("taskDefinition").unwrap_or_default();
        if !has_revision(named) {
            return Err(client("Invalid revision number. Number: null"));
        }
        let definition = self.task_definition_mut(named);
        let definition = definition.ok_or_else(|| client("Unable to describe task definition."))?;
        if definition.status == "ACTIVE" {
            definition.status = "INACTIVE".to_owned();
            definition.deregistered = Some(scope.now);
        }
        Ok(json!({ "taskDefinition": definition.show() }))
    }

    pub(super) fn delete_task_definitions(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let asked = params.texts("taskDefinitions");
        if asked.is_empty() || asked.len() > 10 {
            return Err(invalid("taskDefinitions must have between 1 and 10 items."));
        }
        let (mut deleted, mut failures) = (Vec::new(), Vec::new());
        for named in asked {
            let failure = |reason: &str| json!({ "arn": named, "reason": reason });
            match self.task_definition_mut(named).filter(|_| has_revision(named)) {
                None => failures.push(failure("The specified task definition does not exist. Specify a valid account, family, revision and try again.")),
                Some(it) if it.status == "ACTIVE" => failures.push(failure("The specified task definition is still in ACTIVE status. Please deregister the target and try again.")),
                Some(it) => {
                    it.status = "DELETE_IN_PROGRESS".to_owned();
                    it.delete_requested.get_or_insert(scope.now);
                    deleted.push(it.show());
                }
            }
        }
        self.drop_deleted();
        Ok(json!({ "taskDefinitions": deleted, "failures": failures }))
    }

    /// Deleted revisions go when nothing uses them any more.
    pub(super) fn drop_deleted(&mut self) {
        let services = self
            .services
            .values()
            .filter(|service| service.status != "INACTIVE");
        let tasks = self.tasks.values().filter(|task| task.last_status != "STOPPED");
        let used: Vec<&str> = services
            .flat_map(|service| {
                service
                    .deployments
                    .iter()
                    .map(|deployment| deployment.task_definition.as_str())
            })
            .chain(tasks.map(|task| task.task_definition.as_str()))
            .collect();
        for family in self.families.values_mut() {
            family
                .revisions
                .retain(|_, it| it.status != "DELETE_IN_PROGRESS" || used.contains(&it.arn.as_str()));
        }
    }

    /// A definition by ARN, `family:revision`, or `family` for the newest ACTIVE one.
    pub(super) fn task_definition(&self, named: &str) -> Option<&TaskDefinition> {
        let (family, revision) = parse(named)?;
        let family = self.families.get(family)?;
        let found = match revision {
            Some(revision) => family.revisions.get(&revision),
            None => family.revisions.values().rev().find(|it| it.status == "ACTIVE"),
        };
        found.filter(|it| !named.starts_with("arn:") || revision.is_none() || it.arn == named)
    }

    pub(super) fn task_definition_mut(&mut self, named: &str) -> Option<&mut TaskDefinition> {
        let (family, revision) = self
            .task_definition(named)
            .map(|it| (it.family.clone(), it.revision))?;
        self.families.get_mut(&family)?.revisions.get_mut(&revision)
    }

    /// The definition that a service or task shall run; it must be ACTIVE.
    pub(super) fn runnable(&self, named: &str) -> Result<&TaskDefinition, ApiError> {
        let found = self
            .task_definition(named)
            .ok_or_else(|| client("TaskDefinition not found."))?;
        if found.status == "ACTIVE" {
            Ok(found)
        } else {
            Err(client("TaskDefinition is inactive"))
        }
    }
}

fn with_tags(definition: Value, tags: &[Value]) -> Value {
    let mut answer = json!({ "taskDefinition": definition });
    if !tags.is_empty() {
        answer["tags"] = tags.into();
    }
    answer
}

fn parse(named: &str) -> Option<(&str, Option<u64>)> {
    let named = named.rsplit('/').next()?;
    match named.split_once(':') {
        Some((family, revision)) => Some((family, Some(revision.parse().ok()?))),
        None => Some((named, None)),
    }
}

fn has_revision(named: &str) -> bool {
    matches!(parse(named), Some((_, Some(_))))
}

/// The members as AWS keeps them: checked, converted, filled and sorted.
fn canonical(params: Params<'_>) -> Result<Map<String, Value>, ApiError> {
    let request = without_nulls(params.0);
    let mut body = Map::new();
    for member in MEMBERS {
        let value = request.get(member).filter(|value| **value != json!(""));
        if let Some(value) = value {
            body.insert(member.to_owned(), value.clone());
        }
    }
    for (member, unit) in [("cpu", "vcpu"), ("memory", "gb")] {
        if let Some(value) = body.get_mut(member) {
            let units = units(value.as_str().unwrap_or_default(), unit);
            let units = units.ok_or_else(|| client(format!("Invalid '{member}' setting for task.")))?;
            *value = json!(units.to_string());
        }
    }
    let mode = body
        .get("networkMode")
        .and_then(Value::as_str)
        .unwrap_or("bridge")
        .to_owned();
    let given = Value::Object(body.clone());
    let requires = Params(&given).texts("requiresCompatibilities");
    let is_fargate = requires.contains(&"FARGATE");
    container::check(Params(&given), is_fargate)?;
    if is_fargate {
        check_fargate(Params(&given), &mode)?;
    }
    if let Some(containers) = body.get_mut("containerDefinitions").and_then(Value::as_array_mut) {
        container::normalise(containers, &mode);
    }
    default(&mut body, "volumes", json!([]));
    for volume in body
        .get_mut("volumes")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        normalise_volume(volume);
    }
    default(&mut body, "placementConstraints", json!([]));
    default(&mut body, "networkMode", json!(mode));
    default(&mut body, "enableFaultInjection", json!(false));
    let fits = mode == "awsvpc" && fargate_size(Params(&given)).is_ok();
    body.insert(
        "compatibilities".to_owned(),
        if fits {
            json!(["EC2", "FARGATE"])
        } else {
            json!(["EC2"])
        },
    );
    let mut attributes = vec![json!({ "name": "com.amazonaws.ecs.capability.docker-remote-api.1.18" })];
    if mode == "awsvpc" {
        attributes.push(json!({ "name": "ecs.capability.task-eni" }));
    }
    body.insert("requiresAttributes".to_owned(), attributes.into());
    Ok(body)
}

/// A bare volume comes back with an empty host, an EFS volume with its root.
fn normalise_volume(volume: &mut Value) {
    let Some(members) = volume.as_object_mut() else {
        return;
    };
    if let Some(efs) = members
        .get_mut("efsVolumeConfiguration")
        .and_then(Value::as_object_mut)
    {
        default(efs, "rootDirectory", json!("/"));
    }
    if members.keys().all(|name| name == "name") {
        members.insert("host".to_owned(), json!({}));
    }
}

/// "0.25 vCPU" and "1 GB" in AWS's units of 1/1024; plain numbers are in those units already.
fn units(text: &str, unit: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else {
        return text.parse().ok().filter(|units| *units > 0);
    };
    let (whole, fraction) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole)
        || !is_number(fraction)
        || fraction.len() > 6
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
    Some(digits.checked_mul(1024)? / scale).filter(|units| *units > 0)
}

fn check_fargate(definition: Params<'_>, mode: &str) -> Result<(), ApiError> {
    if mode != "awsvpc" {
        return Err(client("Fargate only supports network mode ‘awsvpc’."));
    }
    for member in ["cpu", "memory"] {
        if !definition.has(member) {
            return Err(client(format!(
                "Fargate requires that '{member}' be defined at the task level."
            )));
        }
    }
    fargate_size(definition)?;
    let storage = definition
        .inside("ephemeralStorage")
        .and_then(|it| it.number("sizeInGiB"));
    if storage.is_some_and(|size| !(21..=200).contains(&size)) {
        return Err(client("EphemeralStorage size must be between 21 and 200 GiB."));
    }
    Ok(())
}

/// Whether cpu and memory are a pair that Fargate has.
fn fargate_size(definition: Params<'_>) -> Result<(), ApiError> {
    let (cpu, memory) = (definition.number("cpu"), definition.number("memory"));
    let known = match (cpu, memory) {
        (Some(256), Some(memory)) => [512, 1024, 2048].contains(&memory),
        (Some(cpu), Some(memory)) => {
            let (range, step) = match cpu {
                512 => (1024..=4096, 1024),
                1024 => (2048..=8192, 1024),
                2048 => (4096..=16_384, 1024),
                4096 => (8192..=30_720, 1024),
                8192 => (16_384..=61_440, 4096),
                16_384 => (32_768..=122_880, 8192),
                _ => (0..=0, 1),
            };
            range.contains(&memory) && memory % step == 0
        }
        _ => false,
    };
    if known {
        return Ok(());
    }
    Err(client(format!(
        "No Fargate configuration exists for given values: {} CPU, {} memory. See the Amazon ECS documentation for the valid values.",
        cpu.unwrap_or(0),
        memory.unwrap_or(0)
    )))
}
