//! Batches: their triggers, and the definition that many of them share.

use std::sync::{Arc, Mutex};

use sendo_sandbox::state::World;

use super::harness::{PROJECT, REGION, Stage, TEMPLATE, addresses, batch, text};

async fn of(batches: &str) -> Stage {
    Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("batches.yaml", &(TEMPLATE.to_owned() + batches))
}

fn enabled(world: &World) -> usize {
    let region = world.region(REGION).unwrap();
    let rules = region.events.rules.values();
    let schedules = region.scheduler.entries.values();
    rules
        .filter(|rule| rule.state == "ENABLED" && !rule.targets.is_empty())
        .count()
        + schedules
            .filter(|entry| entry.settings.state == "ENABLED")
            .count()
}

/// Changes the schedule, and returns the largest number of enabled triggers that there were after any call.
async fn moves(stage: &Stage, from: &str, to: &str) -> usize {
    stage.edit("batches.yaml", from, to);
    let most: Arc<Mutex<usize>> = Arc::default();
    let seen = most.clone();
    stage.sandbox.watch(move |_, world| {
        let mut most = seen.lock().unwrap();
        *most = (*most).max(enabled(world));
    });
    stage.apply().await;
    stage.is_settled().await;
    *most.lock().unwrap()
}

#[tokio::test]
async fn a_batch_that_moves_between_rule_and_schedule_never_has_two_triggers() {
    let stage = of(&batch("no1", "schedule: cron(0 2 * * ? *)\n")).await;
    stage.apply().await;
    let bare = "  schedule: cron(0 2 * * ? *)\n";
    let zoned = "  schedule: cron(0 2 * * ? *)\n  timeZone: Asia/Tokyo\n";
    assert_eq!(moves(&stage, bare, zoned).await, 1);
    assert_eq!(
        stage.region(|region| (region.events.rules.len(), region.scheduler.entries.len())),
        (0, 1)
    );
    assert_eq!(moves(&stage, zoned, bare).await, 1);
    assert_eq!(
        stage.region(|region| (region.events.rules.len(), region.scheduler.entries.len())),
        (1, 0)
    );
}

#[tokio::test]
async fn the_plan_of_a_move_shows_both_triggers() {
    let stage = of(&batch("no1", "schedule: cron(0 2 * * ? *)\n")).await;
    stage.apply().await;
    stage.edit("batches.yaml", "(0 2 * * ? *)", "(0 2 * * ? *)\n  timeZone: UTC");
    let plan = stage.plan().await;
    let mut moved = addresses(&plan);
    moved.sort();
    assert_eq!(
        moved,
        ["+ ScheduledBatch/no1/schedule", "- ScheduledBatch/no1/event_rule"],
        "{}",
        text(&plan)
    );
}

#[tokio::test]
async fn a_suspended_batch_is_disabled_and_comes_back() {
    let both = batch("no1", "schedule: rate(1 hour)\nsuspend: false\n")
        + &batch(
            "no2",
            "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\nsuspend: false\n",
        );
    let stage = of(&both).await;
    stage.apply().await;
    assert_eq!(stage.sandbox.world(enabled), 2);
    stage.edit("batches.yaml", "suspend: false", "suspend: true");
    stage.apply().await;
    assert_eq!(stage.sandbox.world(enabled), 0);
    stage.is_settled().await;
    stage.edit("batches.yaml", "suspend: true", "suspend: false");
    stage.apply().await;
    assert_eq!(stage.sandbox.world(enabled), 2);
}

#[tokio::test]
async fn twenty_batches_of_one_template_move_to_a_new_image_with_one_revision() {
    let twenty: String = (0..20)
        .map(|n| {
            batch(
                &format!("no{n}"),
                &format!("schedule: rate(1 hour)\nenvironment: {{BATCH: no{n}}}\n"),
            )
        })
        .collect();
    let stage = of(&twenty).await;
    stage.apply().await;
    assert_eq!(stage.revisions(), [("shop-production-batch".to_owned(), 1)]);
    stage.edit("sendo.yaml", "imageTag: \"1\"", "imageTag: \"2\"");
    stage.mark();
    stage.apply().await;
    let counts = ["RegisterTaskDefinition", "PutTargets", "PutRule"].map(|operation| stage.count(operation));
    assert_eq!(counts, [1, 20, 0]);
    stage.is_settled().await;
    one_gets_more_cpu(&stage).await;
}

/// The first batch leaves the common definition for one of its own, and the others are not touched.
async fn one_gets_more_cpu(stage: &Stage) {
    let rules = || stage.region(|region| region.events.rules.clone());
    let before = rules();
    let own = "metadata: {name: no0}\nspec:\n  taskDefinition: {cpu: 512, memory: 1024}\n";
    stage.edit("batches.yaml", "metadata: {name: no0}\nspec:\n", own);
    stage.mark();
    stage.apply().await;
    let counts = ["RegisterTaskDefinition", "PutTargets"].map(|operation| stage.count(operation));
    assert_eq!(counts, [1, 1], "{:?}", stage.writes());
    let after = rules();
    let changed: Vec<&String> = before
        .keys()
        .filter(|name| before[*name].targets != after[*name].targets)
        .collect();
    assert_eq!(changed, ["shop-production-no0"]);
    stage.is_settled().await;
}

#[tokio::test]
async fn a_fired_batch_runs_the_pinned_revision_with_its_overrides() {
    let stage = of(&batch(
        "no1",
        "schedule: rate(1 minute)\nenvironment: {SANDBOX_EXIT_CODE: \"3\"}\ncommand: [bin/report]\n",
    ))
    .await;
    stage.apply().await;
    stage.sandbox.advance(std::time::Duration::from_secs(130));
    let revision = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/shop-production-batch:1";
    stage.region(|region| {
        let task = region.ecs.tasks.values().next().unwrap();
        assert_eq!(task.task_definition, revision);
        let ended: Vec<Option<i64>> = region
            .ecs
            .tasks
            .values()
            .map(|task| task.containers[0].exit_code)
            .collect();
        assert!(ended.contains(&Some(3)), "{ended:?}");
    });
}

#[tokio::test]
async fn a_rule_that_gets_another_name_is_never_beside_the_old_one() {
    let stage = of(&batch("no1", "schedule: cron(0 2 * * ? *)\n")).await;
    stage.apply().await;
    let bare = "  schedule: cron(0 2 * * ? *)\n";
    let renamed = "  schedule: cron(0 2 * * ? *)\n  ruleName: renamed\n";
    assert_eq!(moves(&stage, bare, renamed).await, 1);
    let names: Vec<String> = stage.region(|region| region.events.rules.keys().cloned().collect());
    assert_eq!(names, ["renamed"]);
}
