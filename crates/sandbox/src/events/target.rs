//! Targets of rules. A malformed entry fails the whole request; one that meets contention fails alone, inside an answer
//! that succeeds.

use serde_json::{Value, json};

use super::rule::limit_exceeded;
use super::{Events, check_bus, constraint, is_name, paged, rule_name, validation};
use crate::api::{Answer, ApiError, Params};
use crate::firing;

const TARGETS_PER_RULE: usize = 5;
const ENTRIES_PER_CALL: usize = 10;
const INPUT_CHARACTERS: usize = 8_192;

impl Events {
    pub(super) fn put_targets(&mut self, params: Params<'_>) -> Answer {
        let entries: Vec<Params<'_>> = params.list("Targets").collect();
        check_count(entries.len(), "targets")?;
        let parsed = entries.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let name = rule_name(params, "Rule")?;
        self.rule(name)?.check_unmanaged(params)?;
        let mut targets = self.rule(name)?.targets.clone();
        let (contended, parsed): (Vec<_>, Vec<_>) =
            parsed.into_iter().partition(|(id, _)| self.contended.remove(id));
        targets.extend(parsed);
        if targets.len() > TARGETS_PER_RULE {
            return Err(limit_exceeded());
        }
        self.rule_mut(name)?.targets = targets;
        Ok(outcome(contended.iter().map(|(id, _)| contention(id)).collect()))
    }

    pub(super) fn remove_targets(&mut self, params: Params<'_>) -> Answer {
        let ids = params.texts("Ids");
        check_count(ids.len(), "ids")?;
        let name = rule_name(params, "Rule")?;
        self.rule(name)?.check_unmanaged(params)?;
        let mut failed = Vec::new();
        for id in ids {
            if self.contended.remove(id) {
                failed.push(contention(id));
            } else if self.rule_mut(name)?.targets.remove(id).is_none() {
                let message = format!("Rule '{name}' does not have a target with the Id '{id}'.");
                failed.push(failure(id, "ResourceNotFoundException", &message));
            }
        }
        Ok(outcome(failed))
    }

    pub(super) fn list_targets_by_rule(&self, params: Params<'_>) -> Answer {
        let rule = self.rule(rule_name(params, "Rule")?)?;
        paged(params, "Targets", rule.targets.values().cloned().collect())
    }

    pub(super) fn list_rule_names_by_target(&self, params: Params<'_>) -> Answer {
        check_bus(params)?;
        let arn = params.text("TargetArn").unwrap_or_default();
        let rules = self
            .rules
            .values()
            .filter(|rule| rule.targets.values().any(|target| target["Arn"] == arn));
        paged(params, "RuleNames", rules.map(|rule| json!(rule.name)).collect())
    }
}

fn check_count(count: usize, member: &str) -> Result<(), ApiError> {
    match count {
        0 => Err(constraint(
            "[]",
            member,
            "Member must have length greater than or equal to 1",
        )),
        1..=ENTRIES_PER_CALL => Ok(()),
        _ => Err(constraint(
            "[...]",
            member,
            &format!("Member must have length less than or equal to {ENTRIES_PER_CALL}"),
        )),
    }
}

fn failure(id: &str, code: &str, message: &str) -> Value {
    json!({ "TargetId": id, "ErrorCode": code, "ErrorMessage": message })
}

/// What AWS says of an entry when several clients write at once.
fn contention(id: &str) -> Value {
    failure(
        id,
        "ConcurrentModificationException",
        "Rule is being modified concurrently, try again.",
    )
}

fn outcome(failed: Vec<Value>) -> Value {
    json!({ "FailedEntryCount": failed.len(), "FailedEntries": failed })
}

/// The target's id, and the target as AWS keeps it.
fn parse(entry: Params<'_>) -> Result<(String, Value), ApiError> {
    let id = entry.text("Id").unwrap_or_default();
    if !is_name(id) {
        return Err(constraint(
            id,
            "targets.1.member.id",
            "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        ));
    }
    let arn = entry.text("Arn").unwrap_or_default();
    if arn.split(':').count() < 6 || !arn.starts_with("arn:") {
        return Err(malformed_arn(arn));
    }
    check_input(entry, id)?;
    check_retries(entry)?;
    let mut target = entry.0.clone();
    if firing::is_cluster(arn) {
        if !entry.has("RoleArn") {
            return Err(validation(format!("RoleArn is required for target {arn}.")));
        }
        let missing = || {
            validation(format!(
                "Parameter(s) EcsParameters must be specified for target: {id}."
            ))
        };
        target["EcsParameters"] = ecs_parameters(entry.inside("EcsParameters").ok_or_else(missing)?)?;
    }
    Ok((id.to_owned(), target))
}

fn malformed_arn(arn: &str) -> ApiError {
    validation(format!(
        "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
    ))
}

fn check_input(entry: Params<'_>, id: &str) -> Result<(), ApiError> {
    let given = ["Input", "InputPath", "InputTransformer"]
        .into_iter()
        .filter(|member| entry.has(member))
        .count();
    if given > 1 {
        return Err(validation(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
        )));
    }
    let template = entry
        .inside("InputTransformer")
        .and_then(|transformer| transformer.text("InputTemplate"));
    for text in [entry.text("Input"), template].into_iter().flatten() {
        if text.chars().count() > INPUT_CHARACTERS {
            return Err(validation(format!(
                "Value at 'targets.1.member.input' failed to satisfy constraint: Member must have length less than or equal to {INPUT_CHARACTERS}"
            )));
        }
    }
    match entry.text("Input").map(serde_json::from_str::<Value>) {
        Some(Err(_)) => Err(validation(format!("JSON syntax error in input for target {id}."))),
        _ => Ok(()),
    }
}

fn check_retries(entry: Params<'_>) -> Result<(), ApiError> {
    let Some(policy) = entry.inside("RetryPolicy") else {
        return Ok(());
    };
    let fits =
        |member: &str, low: i64, high: i64| policy.number(member).is_none_or(|n| (low..=high).contains(&n));
    if fits("MaximumRetryAttempts", 0, 185) && fits("MaximumEventAgeInSeconds", 60, 86_400) {
        return Ok(());
    }
    Err(validation(
        "Parameter RetryPolicy is not valid: at most 185 attempts, and an age of 60 to 86400 seconds.",
    ))
}

/// ECS parameters with what AWS fills in.
fn ecs_parameters(ecs: Params<'_>) -> Result<Value, ApiError> {
    let definition = ecs.text("TaskDefinitionArn").unwrap_or_default();
    if !definition.starts_with("arn:") || !definition.contains(":task-definition/") {
        return Err(malformed_arn(definition));
    }
    if ecs.number("TaskCount").is_some_and(|count| count < 1) {
        return Err(validation("Parameter TaskCount must be at least 1."));
    }
    if ecs.has("LaunchType") && ecs.list("CapacityProviderStrategy").next().is_some() {
        return Err(validation(
            "Parameters LaunchType and CapacityProviderStrategy can't be used together.",
        ));
    }
    if ecs.list("CapacityProviderStrategy").count() > 6 {
        return Err(validation(
            "Parameter CapacityProviderStrategy must have at most 6 entries.",
        ));
    }
    if ecs
        .text("PropagateTags")
        .is_some_and(|tags| tags != "TASK_DEFINITION")
    {
        return Err(validation("Parameter PropagateTags must be TASK_DEFINITION."));
    }
    let mut full = ecs.0.clone();
    for (member, default) in [
        ("TaskCount", json!(1)),
        ("EnableECSManagedTags", json!(false)),
        ("EnableExecuteCommand", json!(false)),
    ] {
        if !ecs.has(member) {
            full[member] = default;
        }
    }
    Ok(full)
}
