//! A planted canary is in no output, whatever is asked and whatever goes wrong.

use sendo_sandbox::When;

use super::harness::{PROJECT, Ran, Stage, TEMPLATE, batch, service};

const CANARY: &str = "canary-5f1e";

fn holds_no_canary(ran: &Ran, what: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(CANARY), "{what}:\n{text}");
    }
}

/// A project with secrets wherever one can be: by their names, in a URL, by the project's own list, in overrides.
async fn planted() -> Stage {
    let variables = format!(
        "RAILS_ENV: production, DB_PASSWORD: {CANARY}, DATABASE: \"postgres://root:{CANARY}@db/shop\", INTERNAL_URL: \"http://{CANARY}\", API_TOKEN_V2: {CANARY}"
    );
    let overrides = format!(
        "schedule: rate(1 hour)\nenvironment: {{SECRET_KEY: {CANARY}}}\ncommand: [bin/work, \"https://root:{CANARY}@host/\"]\n"
    );
    Stage::new()
        .await
        .file("sendo.yaml", &format!("{PROJECT}  sensitive: [INTERNAL_URL]\n"))
        .file(
            "api.yaml",
            &service("api", "").replace("RAILS_ENV: production", &variables),
        )
        .file("batches.yaml", &(TEMPLATE.to_owned() + &batch("no1", &overrides)))
}

#[tokio::test]
async fn no_command_prints_a_secret() {
    let stage = planted().await;
    let everything: &[&[&str]] = &[
        &["validate"],
        &["render"],
        &["render", "-o", "json"],
        &["plan"],
        &["plan", "-o", "json"],
        &["plan", "-vvv"],
        &["plan", "-vv", "--log-format", "json"],
        &["diff"],
        &["apply", "--yes", "-vvv"],
        &["plan", "-o", "json", "--all"],
        &["describe", "Service/api"],
        &["describe", "ScheduledBatch/no1"],
        &["get", "Service", "-o", "json"],
        &["get", "ScheduledBatch", "-o", "yaml"],
    ];
    for arguments in everything {
        let ran = stage.sendo(arguments).run().await;
        assert_ne!(ran.code, None);
        holds_no_canary(&ran, &arguments.join(" "));
    }
    stage.is_settled().await;
}

#[tokio::test]
async fn no_change_or_drift_of_a_secret_shows_it() {
    let stage = planted().await;
    stage.apply().await;
    for file in ["api.yaml", "batches.yaml"] {
        stage.edit(file, CANARY, &format!("{CANARY}-changed"));
    }
    for arguments in [
        &["plan"][..],
        &["plan", "-o", "json"],
        &["diff"],
        &["apply", "--yes"],
    ] {
        let ran = stage.sendo(arguments).run().await;
        holds_no_canary(&ran, &arguments.join(" "));
        if arguments == ["plan"] {
            ran.prints("(sensitive value) -> (sensitive value)");
        }
    }
    let images = stage.definition("api").body.to_string();
    assert!(images.contains("-changed"), "what is sent is the value itself");
}

#[tokio::test]
async fn no_error_about_a_manifest_shows_a_secret() {
    let broken = [
        ("DB_PASSWORD: canary-5f1e", "DB_PASSWORD: [canary-5f1e"),
        ("DB_PASSWORD: canary-5f1e", "DB_PASSWORD: {deep: canary-5f1e}"),
        (
            "DB_PASSWORD: canary-5f1e",
            "DB_PASSWORD: \"${nowhere}canary-5f1e\"",
        ),
        (
            "DB_PASSWORD: canary-5f1e",
            "DB_PASSWORD: canary-5f1e, DB_PASSWORD: canary-5f1e",
        ),
        ("    cpu: 256", "    cpu: canary-5f1e"),
        ("    cpu: 256", "\tcpu: canary-5f1e"),
    ];
    for (from, to) in broken {
        let stage = planted().await;
        stage.edit("api.yaml", from, to);
        let ran = stage.sendo(&["plan"]).run().await.exits(1);
        holds_no_canary(&ran, to);
    }
}

#[tokio::test]
async fn no_error_of_aws_shows_a_secret() {
    let stage = planted().await;
    for operation in ["RegisterTaskDefinition", "PutTargets"] {
        stage.refuse(operation, When::Always, 400, "InvalidParameterException");
    }
    let ran = stage.sendo(&["apply", "--yes", "-vv"]).run().await.exits(1);
    holds_no_canary(&ran, "a failed apply");
}
