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

/// The files as a killed process leaves them, opened by the next.
fn after_death(scratch: &Scratch, name: &str) -> (Sandbox, Scratch) {
    let other = Scratch::new(name);
    std::fs::create_dir_all(&other.0).unwrap();
    for file in ["state.json", "state.json.journal"] {
        std::fs::copy(scratch.0.join(file), other.0.join(file)).unwrap();
    }
    (Sandbox::open(options(Some(&other.file()))).unwrap(), other)
}

#[test]
fn every_write_that_was_answered_survives_the_death_of_the_process() {
    let scratch = Scratch::new("dies");
    let sandbox = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    let call =
        |service, operation: &str, parameters: Value| sandbox.call(REGION, service, operation, &parameters);
    let container = json!({"name": "app", "image": "app", "memory": 128});
    let definition = json!({"family": "app", "containerDefinitions": [container]});
    call(Service::Ecs, "RegisterTaskDefinition", definition).unwrap();
    call(
        Service::Ecs,
        "CreateService",
        json!({"serviceName": "no", "taskDefinition": "none"}),
    )
    .unwrap_err();
    for name in ["a", "b"] {
        let service =
            json!({"cluster": "production", "serviceName": name, "taskDefinition": "app", "desiredCount": 2});
        call(Service::Ecs, "CreateService", service).unwrap();
        sandbox.advance(Duration::from_secs(7));
        create(&sandbox, name).unwrap();
    }
    let (again, _other) = after_death(&scratch, "dies-too");
    let world = |sandbox: &Sandbox| sandbox.world(|world| serde_json::to_value(world).unwrap());
    again.advance(sandbox.now().duration_since(again.now()).unsigned_abs());
    assert_eq!(
        world(&again),
        world(&sandbox),
        "its tasks, their ids and what became of them are the same"
    );
}

#[test]
fn a_line_that_was_not_finished_is_no_write() {
    let scratch = Scratch::new("torn");
    let sandbox = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    create(&sandbox, "a").unwrap();
    create(&sandbox, "b").unwrap();
    let journal = scratch.0.join("state.json.journal");
    let text = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &text[..text.len() - 9]).unwrap();
    let (again, _other) = after_death(&scratch, "torn-too");
    assert_eq!(names(&again), ["a"]);
    create(&again, "b").unwrap();
}

#[test]
fn a_write_is_in_the_state_or_in_the_journal_and_counts_once() {
    let scratch = Scratch::new("twice");
    let sandbox = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    create(&sandbox, "a").unwrap();
    let journal = std::fs::read(scratch.0.join("state.json.journal")).unwrap();
    // Died after the state was written whole, before the journal was emptied.
    sandbox.world_mut(|_| ());
    std::fs::write(scratch.0.join("state.json.journal"), journal).unwrap();
    let writes = |sandbox: &Sandbox| sandbox.world(|world| world.writes);
    let (again, _other) = after_death(&scratch, "twice-too");
    assert_eq!((writes(&again), names(&again)), (1, vec!["a".to_owned()]));
}

#[test]
fn a_long_journal_becomes_a_state() {
    let scratch = Scratch::new("long");
    let sandbox = Sandbox::open(options(Some(&scratch.file()))).unwrap();
    let size = |file: &str| std::fs::metadata(scratch.0.join(file)).unwrap().len();
    let before = size("state.json");
    let tags: serde_json::Map<String, Value> = (0..40)
        .map(|n| (format!("k{n}"), json!("x".repeat(250))))
        .collect();
    for n in 0..120 {
        let group = json!({"logGroupName": format!("g{n}"), "tags": tags});
        sandbox
            .call(REGION, Service::Logs, "CreateLogGroup", &group)
            .unwrap();
    }
    assert!(size("state.json") > before);
    assert!(size("state.json.journal") < 1024 * 1024 + 20_000);
    let (again, _other) = after_death(&scratch, "long-too");
    assert_eq!(
        again.world(|world| world.region(REGION).unwrap().logs.groups.len()),
        120
    );
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

fn names(sandbox: &Sandbox) -> Vec<String> {
    let answer = sandbox
        .call(REGION, Service::Logs, "DescribeLogGroups", &json!({}))
        .unwrap();
    let groups = answer["logGroups"].as_array().unwrap();
    groups
        .iter()
        .map(|group| group["logGroupName"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_stale_read_answers_from_the_state_of_a_while_ago() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    sandbox.answer_late("logs=5s".parse().unwrap());
    create(&sandbox, "a").unwrap();
    assert_eq!(names(&sandbox), [""; 0]);
    sandbox.advance(Duration::from_secs(3));
    create(&sandbox, "b").unwrap();
    sandbox.advance(Duration::from_secs(2));
    assert_eq!(names(&sandbox), ["a"]);
    sandbox.advance(Duration::from_secs(3));
    assert_eq!(names(&sandbox), ["a", "b"]);
    create(&sandbox, "b").unwrap_err();
    sandbox.heal();
    create(&sandbox, "c").unwrap();
    assert_eq!(names(&sandbox), ["a", "b", "c"]);
}

#[test]
fn time_passes_in_a_stale_read_too() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    sandbox.answer_late("ecs=1s".parse().unwrap());
    let call = |operation: &str, parameters: serde_json::Value| {
        sandbox
            .call(REGION, Service::Ecs, operation, &parameters)
            .unwrap()
    };
    let container = json!({"name": "app", "image": "app", "memory": 128});
    call(
        "RegisterTaskDefinition",
        json!({"family": "app", "containerDefinitions": [container]}),
    );
    call(
        "RunTask",
        json!({"cluster": "production", "taskDefinition": "app"}),
    );
    let running = || {
        let listed = call("ListTasks", json!({"cluster": "production"}));
        let tasks = call(
            "DescribeTasks",
            json!({"cluster": "production", "tasks": listed["taskArns"]}),
        );
        tasks["tasks"][0]["lastStatus"].clone()
    };
    sandbox.advance(Duration::from_millis(1_200));
    assert_eq!(running(), "PROVISIONING");
    sandbox.advance(Duration::from_millis(900));
    assert_eq!(running(), "RUNNING");
}

#[test]
fn records_are_never_stale() {
    let sandbox = Sandbox::open(options(None)).unwrap();
    sandbox.answer_late("1h".parse().unwrap());
    let zones = || {
        let answer = sandbox.call(REGION, Service::Route53, "ListHostedZones", &json!({}));
        answer.unwrap()["HostedZones"].as_array().unwrap().len()
    };
    let before = zones();
    let zone = json!({"Name": "example.org", "CallerReference": "1"});
    sandbox
        .call(REGION, Service::Route53, "CreateHostedZone", &zone)
        .unwrap();
    assert_eq!(zones(), before + 1);
}
