use super::*;

fn run(bench: &Bench, changes: Value) -> Value {
    bench.ok("RunTask", with(request(), changes))
}

fn request() -> Value {
    json!({
        "cluster": "production", "taskDefinition": "job", "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-5eed000a"] } },
    })
}

fn describe(bench: &Bench, arn: &Value) -> Value {
    bench.ok(
        "DescribeTasks",
        json!({ "cluster": "production", "tasks": [arn] }),
    )["tasks"][0]
        .clone()
}

#[test]
fn a_task_goes_through_its_states_and_ends_with_its_exit_code() {
    let bench = Bench::new();
    bench.register("job", json!([{ "name": "SANDBOX_RUN_SECONDS", "value": "2" }]));
    let answer = run(
        &bench,
        json!({ "overrides": { "containerOverrides": [{ "name": "app", "environment": [{ "name": "SANDBOX_EXIT_CODE", "value": "7" }] }] } }),
    );
    let arn = &answer["tasks"][0]["taskArn"];
    let mut seen = vec![answer["tasks"][0]["lastStatus"].as_str().unwrap().to_owned()];
    for _ in 0..50 {
        bench.0.advance(Duration::from_millis(100));
        let status = describe(&bench, arn)["lastStatus"].as_str().unwrap().to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    assert_eq!(
        seen,
        [
            "PROVISIONING",
            "PENDING",
            "RUNNING",
            "STOPPING",
            "DEPROVISIONING",
            "STOPPED"
        ]
    );
    let task = describe(&bench, arn);
    assert_eq!(task["containers"][0]["exitCode"], 7);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
}

#[test]
fn requests_that_aws_refuses_run_nothing() {
    let bench = Bench::new();
    bench.register("job", json!([]));
    let long = "x".repeat(9_000);
    let refused = [
        (json!({ "count": 11 }), "InvalidParameterException"),
        (json!({ "cluster": "none" }), "ClusterNotFoundException"),
        (json!({ "taskDefinition": "none" }), "ClientException"),
        (
            json!({ "overrides": { "containerOverrides": [{ "name": "other" }] } }),
            "InvalidParameterException",
        ),
        (
            json!({ "overrides": { "containerOverrides": [{ "name": "app", "command": [long] }] } }),
            "InvalidParameterException",
        ),
        (
            json!({ "networkConfiguration": null }),
            "InvalidParameterException",
        ),
        (
            json!({ "startedBy": "x".repeat(129) }),
            "InvalidParameterException",
        ),
    ];
    for (change, code) in refused {
        assert_eq!(bench.refused("RunTask", with(request(), change)).code, code);
    }
    assert_eq!(
        bench.ok("ListTasks", json!({ "cluster": "production" }))["taskArns"],
        json!([])
    );
}

#[test]
fn a_client_token_runs_a_batch_once() {
    let bench = Bench::new();
    bench.register("job", json!([]));
    let first = run(&bench, json!({ "clientToken": "t", "count": 2 }));
    let again = run(&bench, json!({ "clientToken": "t", "count": 2 }));
    assert_eq!(first["tasks"][0]["taskArn"], again["tasks"][0]["taskArn"]);
    assert_eq!(
        bench.ok("ListTasks", json!({ "cluster": "production" }))["taskArns"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let other = with(request(), json!({ "clientToken": "t", "count": 1 }));
    assert_eq!(bench.refused("RunTask", other).code, "ConflictException");
}

#[test]
fn stopping_and_listing_tell_who_started_what() {
    let bench = Bench::new();
    bench.register("job", json!([{ "name": "SANDBOX_RUN_SECONDS", "value": "600" }]));
    let arn = run(&bench, json!({ "startedBy": "me" }))["tasks"][0]["taskArn"].clone();
    run(&bench, json!({ "startedBy": "other" }));
    bench.pass(2);
    let listed = bench.ok(
        "ListTasks",
        json!({ "cluster": "production", "startedBy": "me", "family": "job" }),
    );
    assert_eq!(listed["taskArns"], json!([arn]));
    bench.ok(
        "StopTask",
        json!({ "cluster": "production", "task": arn, "reason": "enough" }),
    );
    bench.pass(1);
    let task = describe(&bench, &arn);
    assert_eq!(
        (&task["lastStatus"], &task["stopCode"], &task["stoppedReason"]),
        (&json!("STOPPED"), &json!("UserInitiated"), &json!("enough"))
    );
    assert_eq!(task["containers"][0]["exitCode"], 143);
    let missing = bench.ok(
        "DescribeTasks",
        json!({ "cluster": "production", "tasks": ["0123"] }),
    );
    assert_eq!(missing["failures"][0]["reason"], "MISSING");
    assert_eq!(
        bench
            .refused("StopTask", json!({ "cluster": "production", "task": "0123" }))
            .code,
        "InvalidParameterException"
    );
}

#[test]
fn the_death_of_a_container_that_is_not_essential_leaves_the_task_running() {
    let bench = Bench::new();
    let mut two = definition("job", json!([{ "name": "SANDBOX_RUN_SECONDS", "value": "600" }]));
    let side = json!({ "name": "side", "image": "i", "essential": false, "environment": [{ "name": "SANDBOX_CRASH", "value": "true" }] });
    two["containerDefinitions"].as_array_mut().unwrap().push(side);
    bench.ok("RegisterTaskDefinition", two);
    let arn = run(&bench, json!({}))["tasks"][0]["taskArn"].clone();
    bench.pass(3);
    let task = describe(&bench, &arn);
    assert_eq!(task["lastStatus"], "RUNNING");
    assert_eq!(
        (
            &task["containers"][1]["lastStatus"],
            &task["containers"][1]["exitCode"]
        ),
        (&json!("STOPPED"), &json!(1))
    );
}

#[test]
fn clusters_count_what_runs_in_them() {
    let bench = Bench::new();
    bench.register("job", json!([]));
    run(&bench, json!({}));
    let described = bench.ok("DescribeClusters", json!({ "clusters": ["production", "none"] }));
    let cluster = &described["clusters"][0];
    assert_eq!(
        (
            &cluster["pendingTasksCount"],
            &cluster["registeredContainerInstancesCount"]
        ),
        (&json!(1), &json!(2))
    );
    assert_eq!(described["failures"][0]["reason"], "MISSING");
    let arns =
        bench.ok("ListContainerInstances", json!({ "cluster": "production" }))["containerInstanceArns"]
            .clone();
    let instances = bench.ok(
        "DescribeContainerInstances",
        json!({ "cluster": "production", "containerInstances": arns }),
    );
    assert_eq!(instances["containerInstances"].as_array().unwrap().len(), 2);
    bench.ok("CreateCluster", json!({ "clusterName": "new" }));
    bench.ok("DeleteCluster", json!({ "cluster": "new" }));
    assert_eq!(
        bench.refused("ListTasks", json!({ "cluster": "new" })).code,
        "ClusterNotFoundException"
    );
    assert_eq!(
        bench
            .refused("DeleteCluster", json!({ "cluster": "production" }))
            .code,
        "ClusterContainsContainerInstancesException"
    );
}
