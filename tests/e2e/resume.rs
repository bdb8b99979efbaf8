//! An apply may end between any two calls: the next one finishes the work, and nothing is doubled or left over.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use sendo_sandbox::{Effect, When};

use super::harness::{Stage, finish, signal};

/// Where the process is killed, counted in writes.
const DEATHS: [usize; 6] = [1, 4, 8, 13, 18, 23];

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

/// How many there are of everything, with the names that sendo gives.
fn inventory(stage: &Stage) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = stage
        .revisions()
        .into_iter()
        .map(|(family, count)| format!("family {family}: {count}"))
        .collect();
    let services: Vec<String> = stage.services().into_iter().map(|service| service.name).collect();
    found.insert(format!("services {services:?}"));
    stage.region(|region| {
        let mut rules: Vec<String> = region
            .elbv2
            .rules
            .values()
            .map(|rule| format!("{} {:?}", rule.priority, rule.conditions))
            .collect();
        rules.sort();
        let mut groups: Vec<&str> = region
            .elbv2
            .target_groups
            .values()
            .map(|group| group.settings.name.as_str())
            .collect();
        groups.sort_unstable();
        found.insert(format!("rules {rules:#?}"));
        found.insert(format!("target groups {groups:?}"));
        found.insert(format!("logs {:?}", region.logs.groups.keys()));
        found.insert(format!("triggers {:?}", region.events.rules.keys()));
        found.insert(format!("schedules {:?}", region.scheduler.entries.keys()));
    });
    stage.sandbox.world_mut(|world| {
        let zones = world.route53_mut().zones.values();
        let mut records: Vec<String> = zones
            .flat_map(|zone| &zone.records)
            .map(|record| format!("{} {}", record.name, record.kind))
            .collect();
        records.sort();
        found.insert(format!("records {records:?}"));
    });
    found
}

/// What an apply that nobody disturbs leaves.
async fn undisturbed() -> BTreeSet<String> {
    let stage = shop().await;
    stage.apply().await;
    inventory(&stage)
}

/// Runs an apply that is killed the moment it has written so often.
async fn die_after(stage: &Stage, writes: usize) {
    let victim: Arc<OnceLock<u32>> = Arc::default();
    let (pid, seen) = (victim.clone(), AtomicUsize::new(0));
    stage.sandbox.watch(move |call, _| {
        if call.is_write && seen.fetch_add(1, Ordering::Relaxed) + 1 == writes {
            signal(*pid.wait(), "KILL");
        }
    });
    let child = stage.sendo(&["apply", "--yes"]).start();
    victim.set(child.id()).unwrap();
    let ran = finish(child).await;
    assert_eq!(ran.code, None, "it ended before write {writes}: {ran:?}");
    stage.sandbox.watch(|_, _| ());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apply_that_was_killed_is_finished_by_the_next_with_nothing_doubled() {
    let expected = undisturbed().await;
    for writes in DEATHS {
        let stage = shop().await;
        die_after(&stage, writes).await;
        stage.apply().await;
        assert_eq!(inventory(&stage), expected, "killed after write {writes}");
        stage.is_settled().await;
    }
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
        assert_eq!(inventory(&stage), expected, "{operation}: {first:#?}");
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
    assert_eq!(inventory(&stage), expected);
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
    let expected = inventory(&stage);
    for operation in CHANGES {
        let stage = shop().await;
        stage.apply().await;
        change(&stage);
        stage.fault(operation, When::Nth(1), Effect::DropAnswer);
        let first = stage.try_apply().await;
        let second = stage.try_apply().await;
        assert!(second.is_success(), "{operation}: {first:#?} {second:#?}");
        assert_eq!(inventory(&stage), expected, "{operation}: {first:#?}");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_was_killed_is_finished_by_the_next_with_nothing_doubled() {
    let stage = shop().await;
    stage.apply().await;
    change(&stage);
    stage.apply().await;
    let expected = inventory(&stage);
    for writes in [1, 3, 5] {
        let stage = shop().await;
        stage.apply().await;
        change(&stage);
        die_after(&stage, writes).await;
        stage.apply().await;
        assert_eq!(inventory(&stage), expected, "killed after write {writes}");
        stage.is_settled().await;
    }
}
