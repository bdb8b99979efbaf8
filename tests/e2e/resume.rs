//! The answer of a call may get lost, or the call refused: the next apply finishes the work, and nothing is doubled or left
//! over.

use sendo_sandbox::{Effect, When};

use super::harness::{Census, Stage};

/// The first call of each of these is carried out and its answer lost.
const CREATIONS: [&str; 11] = [
    "CreateLogGroup",
    "PutRetentionPolicy",
    "RegisterTaskDefinition",
    "CreateTargetGroup",
    "CreateRule",
    "CreateService",
    "ChangeResourceRecordSets",
    "PutRule",
    "PutTargets",
    "CreateScheduleGroup",
    "CreateSchedule",
];

async fn shop() -> Stage {
    Stage::new()
        .await
        .copy_of("examples/shop")
        .environment("production")
}

/// What an apply that nobody disturbs leaves.
async fn undisturbed() -> Census {
    let stage = shop().await;
    stage.apply().await;
    stage.census()
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_doubles_nothing() {
    let expected = undisturbed().await;
    for operation in CREATIONS {
        let stage = shop().await;
        stage.fault(operation, When::Nth(1), Effect::DropAnswer);
        let first = stage.try_apply().await;
        let second = stage.try_apply().await;
        assert!(second.is_success(), "{operation}: {first:#?} {second:#?}");
        assert_eq!(stage.census(), expected, "{operation}: {first:#?}");
        stage.is_settled().await;
    }
}

#[tokio::test]
async fn a_failed_creation_is_told_and_made_by_the_next_apply() {
    let expected = undisturbed().await;
    let stage = shop().await;
    stage.refuse("CreateService", When::First(1), 400, "InvalidParameterException");
    let report = stage.try_apply().await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    stage.apply().await;
    assert_eq!(stage.census(), expected);
}

/// The calls by which an update of the shop and its deletion are made.
const CHANGES: [&str; 6] = [
    "UpdateService",
    "TagResource",
    "ModifyRule",
    "PutTargets",
    "UpdateSchedule",
    "ChangeResourceRecordSets",
];
const DELETIONS: [&str; 7] = [
    "DeleteService",
    "DeleteRule",
    "DeleteTargetGroup",
    "RemoveTargets",
    "DeleteSchedule",
    "UpdateService",
    "ChangeResourceRecordSets",
];

/// A new image and another host: services, triggers, a rule and records change.
fn change(stage: &Stage) {
    stage.edit("sendo.yaml", "imageTag: \"1.8.2\"", "imageTag: \"1.8.3\"");
    stage.edit("services/api.yaml", "api.${domain}", "rest.${domain}");
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_made_once() {
    let stage = shop().await;
    stage.apply().await;
    change(&stage);
    stage.apply().await;
    let expected = stage.census();
    for operation in CHANGES {
        let stage = shop().await;
        stage.apply().await;
        change(&stage);
        stage.fault(operation, When::Nth(1), Effect::DropAnswer);
        let first = stage.try_apply().await;
        let second = stage.try_apply().await;
        assert!(second.is_success(), "{operation}: {first:#?} {second:#?}");
        assert_eq!(stage.census(), expected, "{operation}: {first:#?}");
        stage.is_settled().await;
    }
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_finished_by_the_next() {
    for operation in DELETIONS {
        let stage = shop().await;
        stage.apply().await;
        stage.fault(operation, When::Nth(1), Effect::DropAnswer);
        let first = stage.delete(&[]).await;
        let second = stage.delete(&[]).await;
        assert!(second.is_success(), "{operation}: {first:#?} {second:#?}");
        assert_eq!(stage.services().len(), 0, "{operation}");
        let left = stage.region(|region| {
            region.elbv2.target_groups.len() + region.events.rules.len() + region.scheduler.entries.len()
        });
        assert_eq!(left, 0, "{operation}");
    }
}
