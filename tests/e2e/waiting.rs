//! An apply follows the deployments that it started, and says how they ended.

use super::harness::{PROJECT, Stage, finish, service, signal};

const BREAKER: &str = "deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: true}}\n";

async fn running() -> Stage {
    let stage = Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", &service("api", BREAKER));
    stage.apply().await;
    stage
}

#[tokio::test]
async fn a_deployment_that_rolls_back_fails_the_apply_and_says_why() {
    let stage = running().await;
    let healthy = stage.service("api").task_definition;
    stage.edit(
        "api.yaml",
        "RAILS_ENV: production",
        "RAILS_ENV: production, SANDBOX_CRASH: \"true\"",
    );
    let ran = stage.sendo(&["apply", "--yes"]).run().await.exits(1);
    let ran = ran
        .prints("was rolled back")
        .prints("exited with code 1")
        .prints("event ");
    assert_eq!(stage.service("api").task_definition, healthy);
    assert_eq!(ran.last_line(), "Run the same command again to go on from here.");

    stage
        .sendo(&["plan"])
        .run()
        .await
        .exits(0)
        .prints("# held: deployment");
    stage.edit("api.yaml", ", SANDBOX_CRASH: \"true\"", "");
    stage.is_settled().await;
}

#[tokio::test]
async fn a_task_that_never_starts_is_told_with_its_stopped_reason() {
    let stage = running().await;
    let reason = "CannotPullContainerError: pull image manifest has been retried 5 time(s)";
    let broken = format!("RAILS_ENV: production, SANDBOX_STOPPED_REASON: \"{reason}\"");
    stage.edit("api.yaml", "RAILS_ENV: production", &broken);
    stage
        .sendo(&["apply", "--yes"])
        .run()
        .await
        .exits(1)
        .prints("CannotPullContainerError: pull image manifest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_during_a_wait_stops_and_says_where_it_is() {
    let slow = "RAILS_ENV: production, SANDBOX_START_SECONDS: \"6000\"";
    let stage = Stage::new().await.file("sendo.yaml", PROJECT).file(
        "api.yaml",
        &service("api", BREAKER).replace("RAILS_ENV: production", slow),
    );
    let child = stage.sendo(&["apply", "--yes"]).start();
    while stage.count("DescribeServiceDeployments") == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    signal(child.id(), "INT");
    let ran = finish(child).await.exits(1);
    let ran = ran.says("stopping").prints("Apply interrupted.");
    ran.prints("Not waited for: Service/api/service");
    assert_eq!(stage.service("api").desired, 1);

    stage.sandbox.advance(std::time::Duration::from_secs(7_000));
    stage.apply().await;
    stage.is_settled().await;
    assert_eq!(stage.revisions(), [("shop-production-api".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_between_two_writes_begins_no_other_and_the_next_apply_goes_on() {
    let stage = Stage::new()
        .await
        .copy_of("examples/shop")
        .environment("production");
    let pid: std::sync::Arc<std::sync::OnceLock<u32>> = std::sync::Arc::default();
    let victim = pid.clone();
    stage.sandbox.watch(move |call, _| {
        if call.operation == "RegisterTaskDefinition" {
            signal(*victim.wait(), "INT");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    let child = stage.sendo(&["apply", "--yes"]).start();
    pid.set(child.id()).unwrap();
    let ran = finish(child).await;
    stage.sandbox.watch(|_, _| ());
    assert!(matches!(ran.code, Some(1) | Some(130)), "{ran:?}");
    assert_eq!(stage.count("CreateService"), 0);
    stage.apply().await;
    stage.is_settled().await;
    assert!(
        stage.revisions().iter().all(|(_, count)| *count == 1),
        "{:?}",
        stage.revisions()
    );
}

#[tokio::test]
async fn without_waiting_an_apply_ends_before_its_deployments_do() {
    let slow = "RAILS_ENV: production, SANDBOX_START_SECONDS: \"6000\"";
    let stage = Stage::new().await.file("sendo.yaml", PROJECT).file(
        "api.yaml",
        &service("api", "").replace("RAILS_ENV: production", slow),
    );
    let ran = stage.sendo(&["apply", "--yes", "--no-wait"]).run().await.exits(0);
    ran.prints("\nNot waited for: ")
        .prints("Apply complete! Resources: 2 added, 0 changed, 0 destroyed.");
}

#[tokio::test]
async fn a_first_deployment_that_fails_is_told_too_and_can_be_mended() {
    let crash = "RAILS_ENV: production, SANDBOX_CRASH: \"true\"";
    let stage = Stage::new().await.file("sendo.yaml", PROJECT).file(
        "api.yaml",
        &service("api", BREAKER).replace("RAILS_ENV: production", crash),
    );
    stage
        .sendo(&["apply", "--yes"])
        .run()
        .await
        .exits(1)
        .prints("exited with code 1");
    stage.edit("api.yaml", ", SANDBOX_CRASH: \"true\"", "");
    stage.apply().await;
    stage.is_settled().await;
}
