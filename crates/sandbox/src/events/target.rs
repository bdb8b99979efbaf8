//! Targets of rules. A bad entry of PutTargets fails alone, inside an answer that succeeds.

use serde_json::{Value, json};

use super::rule::limit_exceeded;
use super::{Events, check_bus, constraint, is_name, paged, rule_name};
use crate::api::{Answer, ApiError, Params};
use crate::firing;

const TARGETS_PER_RULE: usize = 5;
const ENTRIES_PER_CALL: usize = 10;
const INPUT_CHARACTERS: usize = 8_192;

impl Events {
    pub(super) fn put_targets(&mut self, params: Params<'_>) -> Answer {
        let entries: Vec<Params<'_>> = params.list("Targets").collect();
        check_count(entries.len(), "targets")?;
        let rule = self.rule_mut(rule_name(params, "Rule")?)?;
        rule.check_unmanaged(params)?;
        let mut targets = rule.targets.clone();
        let mut failed = Vec::new();
        for entry in entries {
            let id = entry.text("Id").unwrap_or_default();
            match parse(entry) {
                Ok(target) => _ = targets.insert(id.to_owned(), target),
                Err(message) => failed.push(failure(id, "ValidationException", &message)),
            }
        }
        if targets.len() > TARGETS_PER_RULE {
            return Err(limit_exceeded());
        }
        rule.targets = targets;
        Ok(outcome(failed))
    }

    pub(super) fn remove_targets(&mut self, params: Params<'_>) -> Answer {
        let ids = params.texts("Ids");
        check_count(ids.len(), "ids")?;
        let rule = self.rule_mut(rule_name(params, "Rule")?)?;
        rule.check_unmanaged(params)?;
        let mut failed = Vec::new();
        for id in ids {
            if rule.targets.remove(id).is_none() {
                let message = format!("Rule '{}' does not have target with the Id '{id}'.", rule.name);
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

fn outcome(failed: Vec<Value>) -> Value {
    json!({ "FailedEntryCount": failed.len(), "FailedEntries": failed })
}

/// The target as AWS keeps it, or what it says against it.
fn parse(entry: Params<'_>) -> Result<Value, String> {
    let id = entry.text("Id").unwrap_or_default();
    if !is_name(id) {
        return Err(format!(
            "Value '{id}' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"
        ));
    }
    let arn = entry.text("Arn").unwrap_or_default();
    if arn.split(':').count() < 6 || !arn.starts_with("arn:") {
        return Err(format!(
            "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        ));
    }
    check_input(entry, id)?;
    check_retries(entry)?;
    let mut target = entry.0.clone();
    if firing::is_cluster(arn) {
        if !entry.has("RoleArn") {
            return Err(format!("RoleArn is required for target {arn}."));
        }
        let ecs = entry
            .inside("EcsParameters")
            .ok_or_else(|| format!("Parameter EcsParameters is required for target {arn}."))?;
        target["EcsParameters"] = ecs_parameters(ecs)?;
    }
    Ok(target)
}

fn check_input(entry: Params<'_>, id: &str) -> Result<(), String> {
    let given = ["Input", "InputPath", "InputTransformer"]
        .into_iter()
        .filter(|member| entry.has(member))
        .count();
    if given > 1 {
        return Err(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
        ));
    }
    let template = entry
        .inside("InputTransformer")
        .and_then(|transformer| transformer.text("InputTemplate"));
    for text in [entry.text("Input"), template].into_iter().flatten() {
        if text.chars().count() > INPUT_CHARACTERS {
            return Err(format!(
                "Value at 'targets.1.member.input' failed to satisfy constraint: Member must have length less than or equal to {INPUT_CHARACTERS}"
            ));
        }
    }
    match entry.text("Input").map(serde_json::from_str::<Value>) {
        Some(Err(_)) => Err(format!("JSON syntax error in input for target {id}.")),
        _ => Ok(()),
    }
}

fn check_retries(entry: Params<'_>) -> Result<(), String> {
    let Some(policy) = entry.inside("RetryPolicy") else {
        return Ok(());
    };
    let fits =
        |member: &str, low: i64, high: i64| policy.number(member).is_none_or(|n| (low..=high).contains(&n));
    if fits("MaximumRetryAttempts", 0, 185) && fits("MaximumEventAgeInSeconds", 60, 86_400) {
        return Ok(());
    }
    Err(
        "Parameter RetryPolicy is not valid: at most 185 attempts, and an age of 60 to 86400 seconds."
            .to_owned(),
    )
}

/// ECS parameters with what AWS fills in.
fn ecs_parameters(ecs: Params<'_>) -> Result<Value, String> {
    let definition = ecs.text("TaskDefinitionArn").unwrap_or_default();
    if !definition.starts_with("arn:") || !definition.contains(":task-definition/") {
        return Err(
            "Parameter TaskDefinitionArn is not valid. Reason: Provided Arn is not in correct format."
                .to_owned(),
        );
    }
    if ecs.number("TaskCount").is_some_and(|count| count < 1) {
        return Err("Parameter TaskCount must be at least 1.".to_owned());
    }
    if ecs.has("LaunchType") && ecs.list("CapacityProviderStrategy").next().is_some() {
        return Err("Parameters LaunchType and CapacityProviderStrategy can't be used together.".to_owned());
    }
    if ecs.list("CapacityProviderStrategy").count() > 6 {
        return Err("Parameter CapacityProviderStrategy must have at most 6 entries.".to_owned());
    }
    if ecs
        .text("PropagateTags")
        .is_some_and(|tags| tags != "TASK_DEFINITION")
    {
        return Err("Parameter PropagateTags must be TASK_DEFINITION.".to_owned());
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
