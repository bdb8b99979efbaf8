//! What the command line does with bad input and bad circumstances: a clear error, exit code 1, nothing touched.

use std::time::Duration;

use super::harness::{PROJECT, Stage, finish, read_a_little, service};

async fn stage() -> Stage {
    Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", &service("api", ""))
}

#[tokio::test]
async fn without_a_project_the_error_says_what_is_missing() {
    let stage = Stage::new().await;
    for command in ["validate", "plan", "apply", "render"] {
        stage.sendo(&[command]).run().await.exits(1).says("sendo.yaml");
    }
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_told_with_the_nearest() {
    let stage = stage().await;
    let ran = stage.sendo(&["plan", "-e", "prodution"]).run().await.exits(1);
    ran.says("no environment `prodution`; it has production")
        .says("did you mean `production`?");
    let many = Stage::new().await.copy_of("examples/shop");
    many.sendo(&["plan"])
        .run()
        .await
        .exits(1)
        .says("production, staging")
        .says("name one with -e");
}

#[tokio::test]
async fn another_account_than_the_project_says_is_refused() {
    let stage = stage().await;
    stage.edit(
        "sendo.yaml",
        "accountId: \"123456789012\"",
        "accountId: \"210987654321\"",
    );
    let ran = stage.sendo(&["apply", "--yes"]).run().await.exits(1);
    ran.says("210987654321").says("123456789012");
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn missing_credentials_are_told_as_such() {
    let stage = stage().await;
    let run = stage
        .sendo(&["plan"])
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    run.run()
        .await
        .exits(1)
        .says("no AWS credentials were found")
        .says("hint: set AWS_PROFILE");
    assert_eq!(stage.calls().len(), 0);
}

#[tokio::test]
async fn expired_credentials_are_told_with_what_to_do() {
    let stage = stage().await;
    let run = stage.sendo(&["plan"]).env("AWS_ACCESS_KEY_ID", "EXPIRED1");
    run.run()
        .await
        .exits(1)
        .says("ExpiredToken")
        .says("hint: the credentials have expired");
}

#[tokio::test]
async fn denied_calls_make_the_plan_incomplete_and_name_the_action() {
    let stage = stage().await;
    let run = stage
        .sendo(&["apply", "--yes"])
        .env("AWS_ACCESS_KEY_ID", "DENIED1");
    let ran = run.run().await.exits(1);
    ran.prints("Incomplete: ecs DescribeServices")
        .says("nothing was touched");
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_told() {
    let stage = stage().await;
    let run = stage
        .sendo(&["plan"])
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    run.run().await.exits(1).says("hint: check the network");
}

#[tokio::test]
async fn without_a_terminal_nothing_is_applied_or_deleted_unless_told_so() {
    let stage = stage().await;
    stage
        .sendo(&["apply"])
        .run()
        .await
        .exits(1)
        .says("--yes answers beforehand");
    assert_eq!(stage.writes(), [""; 0]);
    stage.apply().await;
    stage.mark();
    stage
        .sendo(&["delete", "--all"])
        .run()
        .await
        .exits(1)
        .says("--yes answers beforehand");
    assert_eq!(stage.writes(), [""; 0]);
    stage.sendo(&["apply"]).run().await.exits(0);
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_a_command_quietly() {
    let many: String = (0..60)
        .map(|n| format!("---{}", service(&format!("api-{n}"), "")))
        .collect();
    let stage = Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("many.yaml", &many);
    for command in [&["plan"][..], &["render"], &["plan", "-o", "json"], &["schema"]] {
        let mut child = stage.sendo(command).start();
        let child = tokio::task::spawn_blocking(move || {
            read_a_little(&mut child);
            child
        });
        let ran = finish(child.await.unwrap()).await;
        assert!(
            ran.code == Some(0) && ran.stderr.is_empty(),
            "{command:?}: {ran:?}"
        );
    }
}

#[tokio::test]
async fn usage_errors_exit_with_1_and_diff_has_codes_of_its_own() {
    let stage = stage().await;
    for wrong in [
        &["plan", "--nope"][..],
        &["delete"],
        &["paln"],
        &["plan", "-o", "toml"],
    ] {
        stage.sendo(wrong).run().await.exits(1);
    }
    stage.sendo(&["diff"]).run().await.exits(1).prints("+");
    stage.apply().await;
    let same = stage.sendo(&["diff"]).run().await.exits(0);
    assert_eq!(same.stdout, "");
    stage.edit("api.yaml", "cpu: 256", "cpu: lots");
    stage.sendo(&["diff"]).run().await.exits(2);
}

#[tokio::test]
async fn a_project_is_found_from_below_its_root_and_by_path() {
    let stage = stage().await;
    stage.write("deep/below/worker.yaml", &service("worker", ""));
    let below = stage.path("deep/below");
    let ran = stage.sendo(&["plan"]).within(&below).run().await.exits(0);
    ran.prints("Service/api").prints("deep/below/worker.yaml:");
    let elsewhere = tempfile::tempdir().unwrap();
    let root = stage.folder().to_str().unwrap();
    let ran = stage
        .sendo(&["plan", "-f", root])
        .within(elsewhere.path())
        .run()
        .await;
    ran.exits(0).prints("Service/worker");
}

#[tokio::test]
async fn all_errors_of_a_project_are_told_in_one_run_with_their_places() {
    let stage = stage().await;
    stage.write("one.yaml", &service("one", "desiredCuont: 1\n"));
    stage.write("two.yaml", &service("two", "desiredCount: many\n"));
    stage.write(
        "three.yaml",
        "apiVersion: sendo/v1\nkind: Servcie\nmetadata: {name: three}\n",
    );
    let ran = stage.sendo(&["apply", "--yes"]).run().await.exits(1);
    ran.says("one.yaml:")
        .says("two.yaml:")
        .says("three.yaml:2:")
        .says("errors in the manifests; nothing was touched");
    assert_eq!(stage.calls().len(), 0);
}

#[tokio::test]
async fn the_sandbox_of_the_binary_keeps_its_state_and_shuts_others_out() {
    let stage = Stage::new().await.copy_of("manifests/starter");
    let apply = ["apply", "--yes", "--sandbox"];
    stage.sendo(&apply).run().await.exits(0);
    let plan = ["plan", "--sandbox", "--detailed-exitcode"];
    stage.sendo(&plan).run().await.exits(0);
    assert_eq!(stage.calls().len(), 0, "the other sandbox was asked");
    let mut server = stage
        .sendo(&[
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--sandbox=.sendo/sandbox.json",
        ])
        .start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stage
        .sendo(&plan)
        .run()
        .await
        .exits(1)
        .says("in use by another process");
    server.kill().unwrap();
    server.wait().unwrap();
}
