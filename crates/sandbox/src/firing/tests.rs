use std::time::Duration;

use super::*;
use crate::{Clock, Options, Sandbox, Service};

const REGION: &str = "ap-northeast-1";
const MINUTE: Duration = Duration::from_secs(60);

fn open() -> Sandbox {
    let clock = Clock::Manual("2026-01-15T10:07:30Z".parse().unwrap());
    Sandbox::open(Options {
        clock,
        ..Options::default()
    })
    .unwrap()
}

fn ecs_target() -> Value {
    json!({
        "Arn": format!("arn:aws:ecs:{REGION}:123456789012:cluster/default"),
        "RoleArn": "arn:aws:iam::123456789012:role/runner",
        "EcsParameters": { "TaskDefinitionArn": format!("arn:aws:ecs:{REGION}:123456789012:task-definition/job:1") },
    })
}

fn put_rule(sandbox: &Sandbox, expression: &str) {
    let rule = json!({ "Name": "nightly", "ScheduleExpression": expression });
    sandbox.call(REGION, Service::Events, "PutRule", &rule).unwrap();
    let mut target = ecs_target();
    target["Id"] = "job".into();
    let targets = json!({ "Rule": "nightly", "Targets": [target] });
    sandbox
        .call(REGION, Service::Events, "PutTargets", &targets)
        .unwrap();
}

fn create_schedule(sandbox: &Sandbox, expression: &str, zone: &str) {
    let schedule = json!({
        "Name": "hourly", "ScheduleExpression": expression, "ScheduleExpressionTimezone": zone,
        "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": ecs_target(),
    });
    sandbox
        .call(REGION, Service::Scheduler, "CreateSchedule", &schedule)
        .unwrap();
}

/// What fired so far: the name and the time of day.
fn fired(sandbox: &Sandbox) -> Vec<(String, String)> {
    sandbox.world(|world| {
        let fired = &world.region(REGION).unwrap().fired;
        let name = |source: &str| source.rsplit('/').next().unwrap().to_owned();
        fired
            .iter()
            .map(|outcome| (name(&outcome.source), outcome.at.strftime("%H:%M:%S").to_string()))
            .collect()
    })
}

fn at(name: &str, time: &str) -> (String, String) {
    (name.to_owned(), time.to_owned())
}

#[test]
fn rules_and_schedules_fire_in_the_order_of_their_times() {
    let sandbox = open();
    put_rule(&sandbox, "cron(0/10 * * * ? *)");
    create_schedule(&sandbox, "cron(15 19 * * ? *)", "Asia/Tokyo");
    sandbox.advance(15 * MINUTE);
    let expected = [
        at("nightly", "10:10:00"),
        at("hourly", "10:15:00"),
        at("nightly", "10:20:00"),
    ];
    assert_eq!(fired(&sandbox), expected);
}

#[test]
fn a_fired_rule_leaves_a_task_with_its_overrides() {
    let sandbox = open();
    let definition = json!({
        "family": "job", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "containerDefinitions": [{ "name": "app", "image": "busybox" }],
    });
    sandbox
        .call(REGION, Service::Ecs, "RegisterTaskDefinition", &definition)
        .unwrap();
    put_rule(&sandbox, "rate(5 minutes)");
    let mut target = ecs_target();
    target["Id"] = "job".into();
    target["Input"] = r#"{"containerOverrides": [{"name": "app", "command": ["close-the-day"]}]}"#.into();
    target["EcsParameters"]["LaunchType"] = "FARGATE".into();
    target["EcsParameters"]["NetworkConfiguration"] = json!({ "awsvpcConfiguration": { "Subnets": ["subnet-5eed000a"], "SecurityGroups": ["sg-5eed0001"] } });
    let targets = json!({ "Rule": "nightly", "Targets": [target] });
    sandbox
        .call(REGION, Service::Events, "PutTargets", &targets)
        .unwrap();
    sandbox.advance(5 * MINUTE);
    let outcome = sandbox.world(|world| world.region(REGION).unwrap().fired[0].clone());
    assert_eq!((outcome.failure, outcome.tasks.len()), (None, 1));
    let described = json!({ "cluster": "default", "tasks": outcome.tasks });
    let answer = sandbox
        .call(REGION, Service::Ecs, "DescribeTasks", &described)
        .unwrap();
    let task = &answer["tasks"][0];
    assert_eq!(task["startedBy"], "events-rule/nightly");
    assert_eq!(
        task.pointer("/overrides/containerOverrides/0/command").unwrap(),
        &json!(["close-the-day"])
    );
}

#[test]
fn a_task_that_cannot_be_run_is_a_failure_that_nobody_hears_of() {
    let sandbox = open();
    put_rule(&sandbox, "rate(5 minutes)");
    sandbox.advance(5 * MINUTE);
    let outcome = sandbox.world(|world| world.region(REGION).unwrap().fired[0].clone());
    assert_eq!(outcome.tasks, Vec::<String>::new());
    assert!(outcome.failure.unwrap().contains("TaskDefinition not found"));
}

#[test]
fn nothing_fires_twice_however_often_one_looks() {
    let sandbox = open();
    put_rule(&sandbox, "rate(5 minutes)");
    for _ in 0..12 {
        sandbox.advance(MINUTE);
    }
    assert_eq!(
        fired(&sandbox),
        [at("nightly", "10:12:30"), at("nightly", "10:17:30")]
    );
}

#[test]
fn a_sandbox_that_was_off_makes_up_for_one_hour_at_most() {
    let file = std::env::temp_dir().join(format!("sendo-sandbox-firing-{}.json", std::process::id()));
    let open_at = |time: &str| {
        let clock = Clock::Manual(time.parse().unwrap());
        Sandbox::open(Options {
            clock,
            state_file: Some(file.clone()),
            ..Options::default()
        })
        .unwrap()
    };
    let sandbox = open_at("2026-01-15T10:07:30Z");
    put_rule(&sandbox, "cron(0/20 * * * ? *)");
    drop(sandbox);
    let later = open_at("2026-01-18T10:07:30Z");
    assert_eq!(
        fired(&later),
        [
            at("nightly", "09:20:00"),
            at("nightly", "09:40:00"),
            at("nightly", "10:00:00")
        ]
    );
    drop(later);
    for name in [file.clone(), file.with_extension("json.lock")] {
        let _ = std::fs::remove_file(name);
    }
}

#[test]
fn an_ecs_target_becomes_parameters_of_run_task() {
    let target = json!({
        "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "EcsParameters": {
            "TaskDefinitionArn": "arn:td:1", "LaunchType": "FARGATE",
            "NetworkConfiguration": { "awsvpcConfiguration": { "Subnets": ["a"], "AssignPublicIp": "ENABLED" } },
            "Tags": [{ "Key": "k", "Value": "v" }],
        },
    });
    let input = r#"{"containerOverrides": [{"name": "app", "command": ["x"]}]}"#;
    assert_eq!(
        run_task(&target, Some(input), "events-rule/nightly".to_owned()).unwrap(),
        json!({
            "cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/default", "taskDefinition": "arn:td:1", "count": 1,
            "startedBy": "events-rule/nightly", "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"], "assignPublicIp": "ENABLED" } },
            "tags": [{ "key": "k", "value": "v" }],
            "overrides": { "containerOverrides": [{ "name": "app", "command": ["x"] }] },
        })
    );
}

#[test]
fn other_targets_run_nothing() {
    assert_eq!(
        run_task(
            &json!({ "Arn": "arn:aws:sqs:us-east-1:123456789012:queue" }),
            None,
            String::new()
        ),
        None
    );
}
