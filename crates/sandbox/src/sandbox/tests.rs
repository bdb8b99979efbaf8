use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use super::*;

const REGION: &str = "ap-northeast-1";

fn options(state_file: Option<&Path>) -> Options {
    Options {
        clock: Clock::Manual(Timestamp::from_second(1_700_000_000).unwrap()),
        state_file: state_file.map(Path::to_owned),
        ..Options::default()
    }
}

/// A path of its own for each test; the directory goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sendo-sandbox-{}-{name}", std::process::id()));
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("state.json")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn create(sandbox: &Sandbox, name: &str) -> Answer {
    sandbox.call(
        REGION,
        Service::Logs,
        "CreateLogGroup",
        &json!({ "logGroupName": name }),
    )
}

#[test]
fn the_state_survives_in_a_file_that_only_its_owner_reads() {
    let scratch = Scratch::new("survives");
    let sandbox = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    create(&sandbox, "a").unwrap();
    drop(sandbox);
    let mode = std::fs::metadata(scratch.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    assert!(again.world(|world| world.region(REGION).unwrap().logs.groups.contains_key("a")));
}

#[test]
fn a_state_file_serves_one_process_at_a_time() {
    let scratch = Scratch::new("locked");
    let first = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    let error = Sandbox::open(options(Some(&scratch.file()))).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    drop(first);
    assert!(Sandbox::open(options(Some(&scratch.file()))).is_ok());
}

#[test]
fn another_files_text_is_refused() {
    let scratch = Scratch::new("foreign");
    std::fs::create_dir_all(&scratch.0).unwrap();
    std::fs::write(scratch.file(), "kind: Project").unwrap();
    let error = Sandbox::open(options(Some(&scratch.file()))).unwrap_err();
    assert!(matches!(error, Error::NotAState { .. }), "{error}");
}

#[test]
fn every_call_is_logged_in_order() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    create(&sandbox, "a").unwrap();
    create(&sandbox, "a").unwrap_err();
    sandbox
        .call(REGION, Service::Logs, "DescribeLogGroups", &json!({}))
        .unwrap();
    let calls = sandbox.calls();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call.service,
                call.operation.as_str(),
                call.is_write,
                call.error.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("logs", "CreateLogGroup", true, None),
            (
                "logs",
                "CreateLogGroup",
                true,
                Some("ResourceAlreadyExistsException")
            ),
            ("logs", "DescribeLogGroups", false, None),
        ]
    );
    assert_eq!(calls[0].parameters, json!({ "logGroupName": "a" }));
}

#[test]
fn regions_keep_apart_and_a_seed_is_the_same_in_each() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    create(&sandbox, "a").unwrap();
    sandbox
        .call(
            "eu-west-1",
            Service::Logs,
            "CreateLogGroup",
            &json!({ "logGroupName": "a" }),
        )
        .unwrap();
    for region in [REGION, "eu-west-1"] {
        let arn = sandbox.seeded().load_balancer_arn(region);
        assert!(sandbox.world(|world| {
            world
                .region(region)
                .unwrap()
                .elbv2
                .load_balancers
                .contains_key(&arn)
        }));
    }
}

#[test]
fn operations_that_are_not_there_are_named() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    let error = sandbox
        .call(REGION, Service::Logs, "PutLogEvents", &json!({}))
        .unwrap_err();
    assert_eq!(error.code, "UnknownOperationException");
    assert!(error.message.contains("PutLogEvents"));
}

#[test]
fn a_watcher_sees_each_call_with_the_state_that_it_left() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    sandbox.watch(move |call, world| {
        let groups = world.region(REGION).map_or(0, |region| region.logs.groups.len());
        notes.lock().unwrap().push((call.operation.clone(), groups));
    });
    for name in ["a", "b"] {
        create(&sandbox, name).unwrap();
    }
    let create = || "CreateLogGroup".to_owned();
    assert_eq!(*seen.lock().unwrap(), [(create(), 1), (create(), 2)]);
}
