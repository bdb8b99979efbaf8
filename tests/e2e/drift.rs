//! What somebody changed outside is told apart from what git changed, member by member.

use sendo_sandbox::Service as Api;
use sendo_sandbox::state::World;
use serde_json::json;

use super::harness::{PROJECT, REGION, Stage, TEMPLATE, batch, ingress, service, text};

async fn applied() -> Stage {
    let stage = Stage::new().await.file("sendo.yaml", PROJECT).file(
        "api.yaml",
        &service("api", "desiredCount: 2\nenableExecuteCommand: false\n"),
    );
    stage.apply().await;
    stage
}

fn scale(stage: &Stage, count: u32) {
    let parameters = json!({"cluster": "production", "service": "api", "desiredCount": count});
    stage.by_hand(Api::Ecs, "UpdateService", parameters);
}

#[tokio::test]
async fn a_change_outside_is_drift_and_putting_it_back_is_a_planned_change() {
    let stage = applied().await;
    scale(&stage, 5);
    let shown = text(&stage.plan().await);
    assert!(
        shown.contains("Note: changed outside of sendo since the last apply"),
        "{shown}"
    );
    assert!(
        shown.contains("~ Service/api  production/api  desiredCount: 2 -> 5"),
        "{shown}"
    );
    assert!(shown.contains("~ desiredCount: 5 -> 2"), "{shown}");
    stage.apply().await;
    stage.is_settled().await;
    assert_eq!(stage.service("api").desired, 2);
}

#[tokio::test]
async fn a_change_in_git_is_no_drift() {
    let stage = applied().await;
    stage.edit("api.yaml", "desiredCount: 2", "desiredCount: 3");
    let plan = stage.plan().await;
    assert_eq!(plan.drift, [], "{}", text(&plan));
    assert_eq!(plan.summary().change, 1);
}

#[tokio::test]
async fn drift_and_change_of_different_members_are_told_apart() {
    let stage = applied().await;
    scale(&stage, 5);
    stage.edit(
        "api.yaml",
        "enableExecuteCommand: false",
        "enableExecuteCommand: true",
    );
    let plan = stage.plan().await;
    let drifted: Vec<String> = plan.drift.iter().map(|drift| drift.path.to_string()).collect();
    assert_eq!(drifted, ["desiredCount"], "{}", text(&plan));
    assert_eq!(plan.summary().change, 1, "one service changes, in two members");
}

#[tokio::test]
async fn a_member_that_git_and_somebody_else_changed_says_that_what_was_applied_is_unknown() {
    let stage = applied().await;
    scale(&stage, 5);
    stage.edit("api.yaml", "desiredCount: 2", "desiredCount: 3");
    let shown = text(&stage.plan().await);
    assert!(shown.contains("desiredCount: (not recorded) -> 5"), "{shown}");
    assert!(shown.contains("~ desiredCount: 5 -> 3"), "{shown}");
}

#[tokio::test]
async fn a_tag_that_was_never_ours_is_left_alone() {
    let stage = applied().await;
    let arn = stage.service("api").arn;
    let tag = json!({"resourceArn": arn, "tags": [{"key": "cost", "value": "42"}]});
    stage.by_hand(Api::Ecs, "TagResource", tag);
    stage.is_settled().await;
}

#[tokio::test]
async fn a_service_deleted_by_hand_is_made_again() {
    let stage = applied().await;
    let parameters = json!({"cluster": "production", "service": "api", "force": true});
    stage.by_hand(Api::Ecs, "DeleteService", parameters);
    stage.apply().await;
    stage.is_settled().await;
    assert_eq!(stage.service("api").desired, 2);
}

#[tokio::test]
async fn refresh_only_shows_drift_alone_with_its_exit_codes() {
    let stage = applied().await;
    let refresh = ["plan", "--refresh-only", "--detailed-exitcode"];
    stage.edit(
        "api.yaml",
        "enableExecuteCommand: false",
        "enableExecuteCommand: true",
    );
    stage.sendo(&refresh).run().await.exits(0);
    scale(&stage, 5);
    let shown = stage
        .sendo(&refresh)
        .run()
        .await
        .exits(2)
        .prints("desiredCount: 2 -> 5");
    assert!(!shown.stdout.contains("enableExecuteCommand"), "{}", shown.stdout);
    let document = stage
        .sendo(&["plan", "--refresh-only", "-o", "json"])
        .run()
        .await
        .exits(0)
        .json();
    assert_eq!(document["resource_changes"], json!([]));
    assert_eq!(
        document["resource_drift"].as_array().map(Vec::len),
        Some(1),
        "{document:#}"
    );
    stage.refuse(
        "DescribeServices",
        sendo_sandbox::When::Always,
        400,
        "AccessDeniedException",
    );
    stage.sendo(&refresh).run().await.exits(1);
}

/// Changes one thing behind everyone's back, and expects that exactly this member is drift and is put back.
async fn is_put_back(stage: &Stage, edit: impl FnOnce(&mut World), expected: &str) {
    stage.sandbox.world_mut(edit);
    let plan = stage.plan().await;
    let drifted: Vec<String> = plan
        .drift
        .iter()
        .map(|drift| format!("{} {}", drift.address, drift.path))
        .collect();
    assert_eq!(drifted, [expected], "{}", text(&plan));
    stage.apply().await;
    stage.is_settled().await;
}

#[tokio::test]
async fn drift_of_every_type_is_seen_and_put_back() {
    let members = "logGroup: {name: /shop/api, retentionDays: 30}\n".to_owned()
        + &ingress(
            "api.example.com",
            ", healthCheck: {path: /up}, dns: {hostedZoneId: Z5EED000EXAMPLE}",
        );
    let batches = TEMPLATE.to_owned()
        + &batch("no1", "schedule: rate(1 hour)\nsuspend: false\n")
        + &batch("no2", "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\n");
    let stage = Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", &service("api", &members))
        .file("batches.yaml", &batches);
    stage.apply().await;
    let edit = |world: &mut World| {
        let groups = &mut world.region_mut(REGION).logs.groups;
        groups.values_mut().for_each(|group| group.retention = Some(7));
    };
    is_put_back(&stage, edit, "Service/api/log_group retentionInDays").await;
    let edit = |world: &mut World| {
        let groups = world.region_mut(REGION).elbv2.target_groups.values_mut();
        groups.for_each(|group| group.settings.health_check.path = Some("/down".to_owned()));
    };
    is_put_back(&stage, edit, "Service/api/web/target_group healthCheck.path").await;
    let edit = |world: &mut World| {
        let rules = world.region_mut(REGION).events.rules.values_mut();
        rules.for_each(|rule| rule.state = "DISABLED".to_owned());
    };
    is_put_back(&stage, edit, "ScheduledBatch/no1/event_rule state").await;
    let edit = |world: &mut World| {
        let entries = world.region_mut(REGION).scheduler.entries.values_mut();
        entries.for_each(|entry| entry.settings.expression = "cron(0 5 * * ? *)".to_owned());
    };
    is_put_back(&stage, edit, "ScheduledBatch/no2/schedule scheduleExpression").await;
    let edit = |world: &mut World| {
        let zones = world.route53_mut().zones.values_mut();
        let aliases = zones
            .flat_map(|zone| &mut zone.records)
            .filter_map(|record| record.alias.as_mut());
        aliases.for_each(|alias| alias.evaluate_health = true);
    };
    let path = "Service/api/api.example.com/dns_record alias.evaluateTargetHealth";
    is_put_back(&stage, edit, path).await;
}
