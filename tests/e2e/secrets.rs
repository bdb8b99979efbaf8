//! A planted canary is in no output, whatever is asked and whatever goes wrong: of no command, in no log, no file, no
//! error of AWS, in whatever way it is written down.

mod planted;

use std::fs;
use std::path::Path;

use sendo_sandbox::{Effect, When};

use super::harness::{Ran, Stage, finish, signal};
use planted::{CANARY, encodings, planted};

fn holds_no_canary(ran: &Ran, what: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        is_clean(text.as_bytes(), what);
    }
}

fn is_clean(bytes: &[u8], what: &str) {
    for encoding in encodings() {
        let found = bytes
            .windows(encoding.len())
            .any(|window| window == encoding.as_bytes());
        assert!(
            !found,
            "{what} has {encoding}:\n{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

/// All files below a folder but the project's own and a sandbox's state, which is a world with its secrets.
fn written(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written(&path, into);
        } else if path.extension().is_none_or(|kind| kind != "yaml")
            && !path.to_string_lossy().contains("sandbox-state.json")
        {
            into.push(path);
        }
    }
}

fn no_file_holds_a_canary(stage: &Stage, what: &str) {
    let mut files = Vec::new();
    written(stage.folder(), &mut files);
    for file in &files {
        is_clean(
            &fs::read(file).unwrap(),
            &format!("{} after {what}", file.display()),
        );
    }
}

/// The ways to ask each command; none: it has a test of its own.
fn ways(command: &str) -> Option<&'static [&'static [&'static str]]> {
    Some(match command {
        "init" => &[&["init", "new"]],
        "validate" => &[&["validate"]],
        "render" => &[&["render"]],
        "plan" => &[
            &["plan"],
            &["plan", "--all"],
            &["plan", "--refresh-only"],
            &["plan", "--prune"],
            &["plan", "--target", "Service/api"],
        ],
        "diff" => &[&["diff"]],
        "apply" => &[&["apply", "--dry-run"], &["apply", "--yes"]],
        "delete" => &[&["delete", "Service/api", "--yes"], &["delete", "--all", "--yes"]],
        "get" => &[
            &["get", "Service"],
            &["get", "ScheduledBatch"],
            &["get", "TaskTemplate"],
        ],
        "describe" => &[
            &["describe", "Service/api"],
            &["describe", "ScheduledBatch/no1"],
            &["describe", "ScheduledBatch/no2"],
        ],
        "schedule" => &[&["schedule", "rate(1 hour)"]],
        "schema" => &[&["schema"], &["schema", "Service"]],
        "completion" => &[&["completion", "bash"]],
        "version" => &[&["version"]],
        "help" => &[&["help"]],
        "sandbox" => return None,
        other => panic!("no test knows the command {other}: add how it is asked"),
    })
}

/// The commands that the binary itself lists.
async fn commands(stage: &Stage) -> Vec<String> {
    let help = stage.sendo(&["--help"]).run().await.exits(0).stdout;
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty());
    names
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// The formats that the binary itself lists.
async fn formats(stage: &Stage) -> Vec<String> {
    let help = stage.sendo(&["--help"]).run().await.exits(0).stdout;
    let (_, listed) = help.split_once("--output <FORMAT>").unwrap();
    let (_, listed) = listed.split_once("Possible values:").unwrap();
    let values = listed
        .lines()
        .skip(1)
        .map_while(|line| line.trim().strip_prefix("- "));
    values
        .filter_map(|line| line.split(':').next().map(str::to_owned))
        .collect()
}

/// What makes a command say more.
const LOUDER: &[&[&str]] = &[&[], &["-vvv"], &["-vvv", "--log-format", "json"]];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_prints_or_keeps_a_secret() {
    let stage = planted().await;
    let (commands, formats) = (commands(&stage).await, formats(&stage).await);
    assert!(
        commands.len() >= 15 && formats.len() == 5,
        "{commands:?} {formats:?}"
    );
    stage.edit("api.yaml", "RAILS_ENV: production", "RAILS_ENV: staging");
    // Whatever begins a project inside of this one makes both wrong, and what is deleted can't be read any more.
    let mut commands = commands;
    commands.sort_by_key(|name| match name.as_str() {
        "init" => 2,
        "delete" => 1,
        _ => 0,
    });
    for arguments in commands.iter().filter_map(|name| ways(name)).flatten() {
        let mut all: Vec<Vec<&str>> = LOUDER.iter().map(|more| [arguments, *more].concat()).collect();
        all.extend(
            formats
                .iter()
                .map(|format| [arguments, &["-o", format.as_str()][..]].concat()),
        );
        for arguments in all {
            let what = arguments.join(" ");
            let cache = stage.path("cache");
            let run = stage.sendo(&arguments).env("SENDO_LOG", "trace");
            let ran = run.env("SENDO_CACHE_DIR", cache.to_str().unwrap()).run().await;
            assert_ne!(ran.code, None, "{what}");
            holds_no_canary(&ran, &what);
            no_file_holds_a_canary(&stage, &what);
        }
    }
    let made = |call: &sendo_sandbox::Call| call.operation == "CreateService" && call.error.is_none();
    assert!(stage.sandbox.calls().iter().any(made), "nothing was applied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_on_a_port_prints_no_secret() {
    let stage = planted().await;
    let state = [
        "sandbox",
        "--listen",
        "127.0.0.1:0",
        "--sandbox=sandbox-state.json",
        "-vvv",
    ];
    let child = stage.sendo(&state).env("SENDO_LOG", "trace").start();
    let ran = stage
        .sendo(&["apply", "--yes", "-vvv", "--sandbox=other/sandbox-state.json"])
        .env("SENDO_LOG", "trace")
        .run()
        .await;
    holds_no_canary(&ran, "an apply to a sandbox of its own");
    signal(child.id(), "INT");
    holds_no_canary(&finish(child).await, "a sandbox on a port");
    no_file_holds_a_canary(&stage, "a sandbox on a port");
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
    let sent = stage.definition("api").body.to_string();
    assert!(sent.contains("-changed"), "what is sent is the value itself");
}

#[tokio::test]
async fn no_error_about_a_manifest_shows_a_secret() {
    let broken = [
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: [CANARY"),
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: {deep: CANARY}"),
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: \"${nowhere}CANARY\""),
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: \"CANARY"),
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: CANARY, DB_PASSWORD: CANARY"),
        ("DB_PASSWORD: CANARY", "DB_PASSWORD: *CANARY"),
        ("    cpu: 256", "    cpu: CANARY"),
        ("    cpu: 256", "    cpuu: CANARY"),
        ("    cpu: 256", "    cpu: {CANARY: 1}"),
        ("    cpu: 256", "\tcpu: CANARY"),
        ("    cpu: 256", "    cpu: 256\n    cpu: CANARY"),
        ("    networkMode: awsvpc", "    networkMode: CANARY"),
    ];
    let (cases, mut refused) = (broken.len(), 0);
    for (from, to) in broken {
        let stage = planted().await;
        let real = |text: &str| text.replace("CANARY", CANARY);
        stage.edit("api.yaml", &real(from), &real(to));
        for arguments in [
            &["validate", "-vvv"][..],
            &["plan"],
            &["plan", "-o", "json"],
            &["apply", "--yes", "--keep-going"],
        ] {
            let ran = stage.sendo(arguments).run().await;
            refused += usize::from(ran.code == Some(1));
            holds_no_canary(&ran, &format!("{} with {to}", arguments.join(" ")));
        }
    }
    assert!(refused >= 4 * (cases - 1), "{refused} of {cases} were refused");
}

/// AWS's errors repeat what they were asked, as it is and as it stood in the request.
#[tokio::test]
async fn no_error_of_aws_shows_a_secret() {
    for operation in [
        "RegisterTaskDefinition",
        "PutRule",
        "PutTargets",
        "CreateSchedule",
        "DescribeServices",
        "ListRules",
    ] {
        let stage = planted().await;
        let encoded = CANARY.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        let repeated = format!(r#"{{"name":"DB_PASSWORD","value":"{CANARY}"}} and value={encoded}"#);
        let (code, message) = (
            "InvalidParameterException".to_owned(),
            format!("Invalid value '{CANARY}' in postgres://root:{CANARY}@db/shop, asked for as {repeated}"),
        );
        let error = Effect::Error {
            status: 400,
            code,
            message,
        };
        stage.fault(operation, When::Always, error);
        for arguments in [
            &["apply", "--yes", "-vvv"][..],
            &["plan", "-o", "json"],
            &["get", "Service"],
            &["describe", "Service/api"],
        ] {
            let run = stage.sendo(arguments).env("SENDO_LOG", "trace");
            let ran = run.run().await;
            holds_no_canary(&ran, &format!("{} with {operation} refused", arguments.join(" ")));
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(
                arguments[0] != "apply" || said.contains("Invalid value '(sensitive value)'"),
                "the rest of the message is told: {said}"
            );
        }
    }
}

#[tokio::test]
async fn no_reason_of_a_stopped_task_shows_a_secret() {
    let stage = planted().await;
    stage.apply().await;
    let reason =
        format!("CannotStartContainerError: exec bin/work https://root:{CANARY}@host/: no such file");
    let broken = format!("RAILS_ENV: production, SANDBOX_STOPPED_REASON: \"{reason}\"");
    stage.edit("api.yaml", "RAILS_ENV: production", &broken);
    let ran = stage.sendo(&["apply", "--yes", "-vvv"]).run().await.exits(1);
    holds_no_canary(&ran, "an apply whose tasks stop");
    ran.prints("was rolled back");
    for arguments in [
        &["describe", "Service/api"][..],
        &["describe", "Service/api", "-o", "json"],
    ] {
        let ran = stage.sendo(arguments).run().await;
        holds_no_canary(&ran, &arguments.join(" "));
    }
}
