//! The main job: a directory of manifests is planned, applied, and then nothing is left to do until a line changes.

use super::harness::{Stage, fields, text};

const NO_CHANGES: &str = "No changes. Your infrastructure matches the configuration.";

async fn example(folder: &str, environment: &str) -> Stage {
    Stage::new().await.copy_of(folder).environment(environment)
}

/// Plans and applies; then nothing is to be done, and after one changed line exactly these members change.
async fn goes_all_the_way(stage: &Stage, (file, from, to): (&str, &str, &str), expected: &[&str]) {
    let first = stage.plan().await;
    assert!(
        first.summary().add > 0 && first.is_applyable(),
        "{}",
        text(&first)
    );
    let report = stage.apply().await;
    assert_eq!(report.added, first.summary().add, "{}", text(&first));
    stage.is_settled().await;
    stage.edit(file, from, to);
    let third = stage.plan().await;
    assert_eq!(fields(&third), expected, "{}", text(&third));
    stage.apply().await;
    stage.is_settled().await;
}

#[tokio::test]
async fn a_shop_is_applied_and_one_changed_line_is_exactly_the_next_plan() {
    let stage = example("examples/shop", "production").await;
    let line = ("services/api.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug");
    let expected = [
        "Service/api/task_definition containerDefinitions[app].environment[LOG_LEVEL]",
        "Service/api/service taskDefinition",
    ];
    goes_all_the_way(&stage, line, &expected).await;
}

#[tokio::test]
async fn a_shop_with_its_developer_environment_is_applied_in_staging() {
    let stage = example("examples/shop", "staging").await;
    let line = (
        "developers/alice.yaml",
        "RAILS_ENV: staging",
        "RAILS_ENV: development",
    );
    let expected = [
        "DeveloperEnv/alice/api/service taskDefinition",
        "DeveloperEnv/alice/api/task_definition containerDefinitions[app].environment[RAILS_ENV]",
    ];
    goes_all_the_way(&stage, line, &expected).await;
}

#[tokio::test]
async fn batches_of_one_template_are_applied() {
    let stage = example("examples/fargate-batches", "production").await;
    let line = ("batches.yaml", "cron(0/10 * * * ? *)", "cron(0/20 * * * ? *)");
    goes_all_the_way(
        &stage,
        line,
        &["ScheduledBatch/no2/event_rule scheduleExpression"],
    )
    .await;
}

#[tokio::test]
async fn one_definition_is_applied_to_four_environments_side_by_side() {
    let mut stage = Stage::new().await.copy_of("examples/environments");
    let environments = ["default", "dev", "stg", "prod"];
    for name in environments {
        stage = stage.environment(name);
        stage.apply().await;
    }
    for name in environments {
        stage = stage.environment(name);
        stage.is_settled().await;
    }
    stage.edit("sendo.yaml", "-Xms3g -Xmx3g", "-Xms2g -Xmx3g");
    let plan = stage.plan().await;
    let expected = [
        "Service/ledger/task_definition containerDefinitions[app].environment[JAVA_OPTS]",
        "Service/ledger/service taskDefinition",
    ];
    assert_eq!(fields(&plan), expected, "{}", text(&plan));
    let stage = stage.environment("stg");
    stage.is_settled().await;
}

#[tokio::test]
async fn developer_environments_are_applied_on_one_load_balancer() {
    let stage = example("examples/developer-envs", "staging").await;
    let line = ("members.yaml", "FEATURE_Y: \"on\"", "FEATURE_Y: \"off\"");
    let expected = [
        "DeveloperEnv/bob/api/service taskDefinition",
        "DeveloperEnv/bob/api/task_definition containerDefinitions[app].environment[FEATURE_Y]",
    ];
    goes_all_the_way(&stage, line, &expected).await;
}

#[tokio::test]
async fn a_job_scheduler_with_a_daemon_is_applied() {
    let stage = example("examples/job-scheduler", "production").await;
    let line = ("jobs.yaml", "--older-than, 30d", "--older-than, 31d");
    goes_all_the_way(
        &stage,
        line,
        &["ScheduledBatch/cleanup/event_rule target.input.containerOverrides[job].command"],
    )
    .await;
}

#[tokio::test]
async fn the_starter_is_applied() {
    let stage = example("manifests/starter", "production").await;
    let line = ("batches/nightly.yaml", "cron(30 2", "cron(40 2");
    goes_all_the_way(
        &stage,
        line,
        &["ScheduledBatch/nightly/schedule scheduleExpression"],
    )
    .await;
}

#[tokio::test]
async fn the_binary_does_the_main_job_with_its_exit_codes() {
    let stage = example("examples/shop", "production").await;
    stage.sendo(&["validate"]).run().await.exits(0);
    let plan = ["plan", "--detailed-exitcode"];
    stage.sendo(&plan).run().await.exits(2).prints("+ service");
    stage
        .sendo(&["apply", "--yes"])
        .run()
        .await
        .exits(0)
        .prints("Apply complete! Resources:");
    let second = stage.sendo(&plan).run().await.exits(0);
    assert_eq!(second.stdout.trim_end(), NO_CHANGES);
    stage.edit("services/api.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug");
    let third = stage.sendo(&plan).run().await.exits(2);
    assert_eq!(third.last_line(), "Plan: 1 to add, 1 to change, 0 to destroy.");
    stage.edit("services/api.yaml", "LOG_LEVEL: debug", "LOG_LEVEL: debug}");
    stage.sendo(&plan).run().await.exits(1).says("services/api.yaml:");
}
