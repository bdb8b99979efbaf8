//! A read that failed is not absence: nothing is written where nobody knows what is there.

use sendo::plan::json;
use sendo_sandbox::{Effect, When};
use serde_json::json;

use super::harness::{PROJECT, Stage, TEMPLATE, batch, ingress, service, text};

/// Every read that a plan of this project makes.
const READS: &[&str] = &[
    "DescribeServices",
    "ListServices",
    "DescribeTaskDefinition",
    "DescribeLogGroups",
    "DescribeListeners",
    "DescribeRules",
    "DescribeTargetGroups",
    "ListResourceRecordSets",
    "ListRules",
    "ListTargetsByRule",
    "ListSchedules",
    "GetSchedule",
];

fn project() -> String {
    let members = "logGroup: {name: /shop/api, retentionDays: 30}\n".to_owned()
        + &ingress("api.example.com", ", dns: {hostedZoneId: Z5EED000EXAMPLE}");
    service("api", &members)
}

/// An applied project in which one line of the service has changed since, and a manifest is gone.
async fn about_to_change() -> Stage {
    let batches = TEMPLATE.to_owned()
        + &batch("no1", "schedule: rate(1 hour)\n")
        + &batch("no2", "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\n");
    let prune = "  prune: {enabled: true, maxCount: 100, maxPercent: 100}\n";
    let stage = Stage::new()
        .await
        .file("sendo.yaml", &(PROJECT.to_owned() + prune))
        .file("api.yaml", &project())
        .file("gone.yaml", &service("gone", ""))
        .file("batches.yaml", &batches);
    stage.apply().await;
    stage.edit("api.yaml", "RAILS_ENV: production", "RAILS_ENV: staging");
    stage.remove("gone.yaml");
    stage.mark();
    stage
}

/// Expects that a plan says that it is incomplete, and that an apply as far as possible deletes nothing and leaves the
/// service alone where its own reads failed.
async fn writes_nothing_unknown(stage: &Stage, operation: &str) {
    let plan = stage.plan_with(|options| options.prune.requested = true).await;
    let shown = json::render(&plan, false);
    let expected = json!([false, false]);
    assert_eq!(
        json!([shown["complete"], shown["applyable"]]),
        expected,
        "{operation}: {}",
        text(&plan)
    );
    assert!(
        plan.actions().all(|change| !change.action.deletes()),
        "{operation}: {}",
        text(&plan)
    );
}

#[tokio::test]
async fn a_denied_read_stops_every_write() {
    let stage = about_to_change().await;
    for operation in READS {
        stage.refuse(operation, When::Always, 400, "AccessDeniedException");
        writes_nothing_unknown(&stage, operation).await;
        stage.sandbox.heal();
    }
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn a_read_that_is_throttled_for_ever_stops_every_write() {
    let stage = about_to_change().await;
    // AWS's buckets refill by ones: a few reads stand for all.
    for operation in ["DescribeServices", "DescribeTaskDefinition"] {
        stage.refuse(operation, When::Always, 400, "ThrottlingException");
        writes_nothing_unknown(&stage, operation).await;
        stage.sandbox.heal();
    }
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn a_server_that_is_broken_for_ever_stops_every_write() {
    let stage = about_to_change().await;
    for operation in READS {
        stage.refuse(operation, When::Always, 500, "InternalFailure");
        writes_nothing_unknown(&stage, operation).await;
        stage.sandbox.heal();
    }
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn answers_that_never_come_stop_every_write() {
    let stage = about_to_change().await;
    for operation in READS {
        stage.fault(operation, When::Always, Effect::DropAnswer);
        writes_nothing_unknown(&stage, operation).await;
        stage.sandbox.heal();
    }
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn what_passes_is_tried_again_and_nobody_notices() {
    let stage = about_to_change().await;
    for operation in READS {
        stage.fault(operation, When::First(2), Effect::DropConnection);
        stage.refuse(operation, When::Nth(3), 400, "ThrottlingException");
    }
    let plan = stage.plan().await;
    assert!(plan.is_complete(), "{}", text(&plan));
}

#[tokio::test]
async fn a_second_page_that_is_broken_makes_the_whole_listing_unknown() {
    let stage = about_to_change().await;
    for n in 0..120 {
        let rule = json!({"Name": format!("shop-production-x{n}"), "ScheduleExpression": "rate(9 days)", "State": "DISABLED"});
        stage.by_hand(sendo_sandbox::Service::Events, "PutRule", rule);
    }
    stage.plan().await;
    assert!(stage.count("ListRules") > 1, "one page holds all rules");
    stage.mark();
    stage.refuse("ListRules", When::Nth(2), 400, "AccessDeniedException");
    writes_nothing_unknown(&stage, "ListRules").await;
}

#[tokio::test]
async fn the_binary_tells_an_incomplete_plan_by_its_exit_code_and_in_json() {
    let stage = about_to_change().await;
    stage.refuse("DescribeServices", When::Always, 400, "AccessDeniedException");
    let plan = ["plan", "-o", "json", "--detailed-exitcode"];
    let shown = stage.sendo(&plan).run().await.exits(1).json();
    assert_eq!(shown["complete"], json!(false));
    stage
        .sendo(&["plan", "--detailed-exitcode"])
        .run()
        .await
        .exits(1)
        .prints("Incomplete: ecs DescribeServices");
    stage
        .sendo(&["apply", "--yes"])
        .run()
        .await
        .exits(1)
        .says("nothing was touched");
    let rest = ["apply", "--yes", "--keep-going"];
    stage.sendo(&rest).run().await.exits(1);
    assert_eq!(
        stage.writes(),
        [""; 0],
        "the changed definition belongs to a service that nobody could read"
    );
}

#[tokio::test]
async fn a_service_that_ecs_could_not_tell_about_is_unknown_though_the_answer_is_200() {
    let stage = about_to_change().await;
    let arn = "arn:aws:ecs:ap-northeast-1:123456789012:service/production/api";
    let lies = [
        json!({"services": [], "failures": [{"arn": arn, "reason": "INTERNAL"}]}),
        json!({"services": [], "failures": []}),
    ];
    for lie in lies {
        stage.fault("DescribeServices", When::Always, Effect::Answer(lie));
        writes_nothing_unknown(&stage, "DescribeServices").await;
        stage.sandbox.heal();
    }
}

#[tokio::test]
async fn a_target_that_was_not_put_is_a_failure_though_the_answer_is_200() {
    let stage = Stage::new().await.file("sendo.yaml", PROJECT);
    stage.write(
        "batches.yaml",
        &(TEMPLATE.to_owned() + &batch("no1", "schedule: rate(1 hour)\n")),
    );
    let entry =
        json!({"TargetId": "task", "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "no"});
    let lie = json!({"FailedEntryCount": 1, "FailedEntries": [entry]});
    stage.fault("PutTargets", When::Always, Effect::Answer(lie));
    let report = stage.try_apply().await;
    let (address, error) = &report.failed[0];
    assert_eq!(address, "ScheduledBatch/no1/event_rule");
    assert!(
        error.to_string().contains("ConcurrentModificationException"),
        "{error}"
    );
    stage.sandbox.heal();
    stage.apply().await;
    stage.is_settled().await;
    assert_eq!(
        stage.region(|region| region.events.rules["shop-production-no1"].targets.len()),
        1
    );
}

#[tokio::test]
async fn what_depends_on_a_failed_read_is_not_written_even_when_the_rest_is_asked_for() {
    for operation in [
        "DescribeServices",
        "DescribeTaskDefinition",
        "ListTaskDefinitions",
    ] {
        let stage = about_to_change().await;
        stage.refuse(operation, When::Always, 400, "AccessDeniedException");
        stage.try_apply().await;
        assert_eq!(stage.writes(), [""; 0], "{operation}");
    }
    let stage = about_to_change().await;
    stage.edit("batches.yaml", "rate(1 hour)", "rate(2 hours)");
    stage.refuse("ListRules", When::Always, 400, "AccessDeniedException");
    stage.try_apply().await;
    let written = stage.calls().into_iter().filter(|call| call.is_write);
    let services: Vec<&str> = written.map(|call| call.service).collect();
    assert!(
        services.contains(&"ecs") && !services.contains(&"events"),
        "{services:?}"
    );
}
