//! What somebody changed outside is told apart from what git changed, member by member.

use sendo_sandbox::Service as Api;
use serde_json::json;

use super::harness::{PROJECT, Stage, service, text};

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
