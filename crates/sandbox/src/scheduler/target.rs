//! Targets of schedules, with the defaults that GetSchedule shows.

use serde_json::{Value, json};

use super::validation;
use crate::api::{ApiError, Params};
use crate::firing;

/// The target of a request as it is kept.
pub(super) fn parse(params: Params<'_>) -> Result<Value, ApiError> {
    let target = params.inside("Target").ok_or_else(|| missing("target"))?;
    let arn = target.text("Arn").ok_or_else(|| missing("target.arn"))?;
    let role = target.text("RoleArn").ok_or_else(|| missing("target.roleArn"))?;
    if !arn.starts_with("arn:") || arn.split(':').count() < 6 {
        return Err(validation(format!(
            "Provided Arn {arn} is not in correct format."
        )));
    }
    if !role.contains(":iam::") || !role.contains(":role/") {
        return Err(validation(format!(
            "Provided RoleArn {role} is not in correct format."
        )));
    }
    let mut full = target.0.clone();
    full["RetryPolicy"] = retry_policy(target)?;
    if firing::is_cluster(arn) {
        let ecs = target
            .inside("EcsParameters")
            .ok_or_else(|| validation("EcsParameters is required for ECS targets."))?;
        check_input(target)?;
        full["EcsParameters"] = ecs_parameters(ecs)?;
    }
    Ok(full)
}

fn missing(member: &str) -> ApiError {
    validation(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

fn retry_policy(target: Params<'_>) -> Result<Value, ApiError> {
    let given = target.inside("RetryPolicy");
    let number =
        |member: &str, default: i64| given.and_then(|policy| policy.number(member)).unwrap_or(default);
    let (age, attempts) = (
        number("MaximumEventAgeInSeconds", 86_400),
        number("MaximumRetryAttempts", 185),
    );
    if !(60..=86_400).contains(&age) || !(0..=185).contains(&attempts) {
        return Err(validation(
            "A retry policy has at most 185 attempts and an event age of 60 to 86400 seconds.",
        ));
    }
    Ok(json!({ "MaximumEventAgeInSeconds": age, "MaximumRetryAttempts": attempts }))
}

fn check_input(target: Params<'_>) -> Result<(), ApiError> {
    match target.text("Input").map(serde_json::from_str::<Value>) {
        Some(Err(_)) => Err(validation(
            "Invalid Input: an ECS target takes the JSON of task overrides.",
        )),
        _ => Ok(()),
    }
}

fn ecs_parameters(ecs: Params<'_>) -> Result<Value, ApiError> {
    let definition = ecs
        .text("TaskDefinitionArn")
        .ok_or_else(|| missing("target.ecsParameters.taskDefinitionArn"))?;
    if !definition.starts_with("arn:") || !definition.contains(":task-definition/") {
        return Err(validation(format!(
            "Provided TaskDefinitionArn {definition} is not in correct format."
        )));
    }
    let count = ecs.number("TaskCount").unwrap_or(1);
    if !(1..=10).contains(&count) {
        return Err(validation(format!("TaskCount {count} must be between 1 and 10.")));
    }
    if ecs.has("LaunchType") && ecs.list("CapacityProviderStrategy").next().is_some() {
        return Err(validation(
            "LaunchType and CapacityProviderStrategy can't be used together.",
        ));
    }
    let mut full = ecs.0.clone();
    full["TaskCount"] = count.into();
    Ok(full)
}
