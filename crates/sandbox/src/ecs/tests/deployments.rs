use super::*;

fn update(bench: &Bench, changes: Value) -> Value {
    let params = with(json!({ "cluster": "production", "service": "shop" }), changes);
    bench.ok("UpdateService", params)["service"].clone()
}

/// A service of two tasks that is steady on revision 1.
fn steady(bench: &Bench, changes: Value) {
    bench.register("shop", json!([]));
    bench.ok("CreateService", with(creation("shop", "shop"), changes));
    bench.pass(3);
    assert_eq!(bench.service("shop")["runningCount"], 2);
}

fn messages(service: &Value) -> Vec<String> {
    let events = service["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_first_deployment_runs_its_tasks_and_succeeds() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    bench.ok("CreateService", creation("shop", "shop"));
    assert_eq!(bench.deployment("shop")["status"], "PENDING");
    bench.pass(1);
    assert_eq!(bench.deployment("shop")["status"], "IN_PROGRESS");
    assert_eq!(bench.service("shop")["pendingCount"], 2);
    bench.pass(2);
    let service = bench.service("shop");
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(bench.deployment("shop")["status"], "SUCCESSFUL");
    let said = messages(&service);
    assert_eq!(said[0], "(service shop) has reached a steady state.");
    assert!(said[1].ends_with("deployment completed."), "{said:?}");
    assert!(
        said[2].starts_with("(service shop) has started 2 tasks: (task "),
        "{said:?}"
    );
}

#[test]
fn a_rollout_keeps_enough_tasks_healthy_and_not_too_many() {
    let bench = Bench::new();
    steady(
        &bench,
        json!({ "deploymentConfiguration": { "maximumPercent": 150, "minimumHealthyPercent": 100 } }),
    );
    bench.register("shop", json!([]));
    update(&bench, json!({ "taskDefinition": "shop" }));
    for _ in 0..60 {
        bench.0.advance(Duration::from_millis(100));
        let service = bench.service("shop");
        let (running, pending) = (
            service["runningCount"].as_i64().unwrap(),
            service["pendingCount"].as_i64().unwrap(),
        );
        assert!(
            running >= 2 && running + pending <= 3,
            "{running} running, {pending} pending"
        );
    }
    let service = bench.service("shop");
    assert_eq!(
        (
            &service["runningCount"],
            service["deployments"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    assert_eq!(bench.deployment("shop")["status"], "SUCCESSFUL");
}

#[test]
fn the_circuit_breaker_rolls_back_to_the_revision_that_worked() {
    let bench = Bench::new();
    steady(&bench, breaker(true));
    let bad = bench.register("shop", crash());
    update(&bench, json!({ "taskDefinition": bad }));
    assert_eq!(bench.service("shop")["taskDefinition"], json!(bad));
    bench.pass(20);
    let service = bench.service("shop");
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":1"));
    assert_eq!(
        (
            &service["runningCount"],
            service["deployments"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    let deployment = bench.deployment("shop");
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(deployment["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    assert_eq!(deployment["deploymentCircuitBreaker"]["threshold"], 3);
    assert!(deployment["rollback"]["serviceRevisionArn"].is_string());
    let said = messages(&service).join("\n");
    assert!(
        said.contains("deployment failed: tasks failed to start")
            && said.contains("rolling back to (deployment "),
        "{said}"
    );
}

#[test]
fn without_rollback_a_tripped_deployment_fails_and_the_old_tasks_stay() {
    let bench = Bench::new();
    steady(&bench, breaker(false));
    let bad = bench.register(
        "shop",
        json!([{ "name": "SANDBOX_STOPPED_REASON", "value": "CannotPullContainerError: no such image" }]),
    );
    update(&bench, json!({ "taskDefinition": bad }));
    bench.pass(20);
    let service = bench.service("shop");
    let primary = &service["deployments"][0];
    assert_eq!(primary["rolloutState"], "FAILED");
    assert!(primary["failedTasks"].as_i64().unwrap() >= 3);
    assert_eq!(
        (&service["runningCount"], &service["taskDefinition"]),
        (&json!(2), &json!(bad))
    );
    assert_eq!(bench.deployment("shop")["status"], "STOPPED");
    let stopped = bench.ok(
        "ListTasks",
        json!({ "cluster": "production", "serviceName": "shop", "desiredStatus": "STOPPED" }),
    );
    let tasks = bench.ok(
        "DescribeTasks",
        json!({ "cluster": "production", "tasks": stopped["taskArns"] }),
    );
    assert_eq!(tasks["tasks"][0]["stopCode"], "TaskFailedToStart");
    assert_eq!(
        tasks["tasks"][0]["stoppedReason"],
        "CannotPullContainerError: no such image"
    );
}

#[test]
fn a_stopped_deployment_goes_back_or_stays_as_asked() {
    for (kind, status, revision) in [
        ("ROLLBACK", "ROLLBACK_SUCCESSFUL", ":1"),
        ("ABORT", "STOPPED", ":2"),
    ] {
        let bench = Bench::new();
        steady(&bench, json!({}));
        let slow = bench.register(
            "shop",
            json!([{ "name": "SANDBOX_START_SECONDS", "value": "60" }]),
        );
        update(&bench, json!({ "taskDefinition": slow }));
        bench.pass(1);
        let arn = bench.deployment("shop")["serviceDeploymentArn"].clone();
        bench.ok(
            "StopServiceDeployment",
            json!({ "serviceDeploymentArn": arn, "stopType": kind }),
        );
        bench.pass(5);
        assert_eq!(bench.deployment("shop")["status"], status);
        assert!(
            bench.service("shop")["taskDefinition"]
                .as_str()
                .unwrap()
                .ends_with(revision),
            "{kind}"
        );
        let error = bench.refused("StopServiceDeployment", json!({ "serviceDeploymentArn": arn }));
        assert_eq!(error.code, "ConflictException");
    }
}

#[test]
fn a_newer_deployment_stops_the_one_under_way() {
    let bench = Bench::new();
    steady(&bench, json!({}));
    let first = update(&bench, json!({ "forceNewDeployment": true }))["currentServiceDeployment"].clone();
    update(&bench, json!({ "forceNewDeployment": true }));
    let answer = bench.ok(
        "DescribeServiceDeployments",
        json!({ "serviceDeploymentArns": [first, "arn:none"] }),
    );
    assert_eq!(answer["serviceDeployments"][0]["status"], "STOPPED");
    assert_eq!(
        answer["failures"],
        json!([{ "arn": "arn:none", "reason": "MISSING" }])
    );
    bench.pass(6);
    assert_eq!(bench.deployment("shop")["status"], "SUCCESSFUL");
}

#[test]
fn revisions_show_what_services_do_not() {
    let bench = Bench::new();
    steady(
        &bench,
        json!({ "monitoring": { "metricConfigurations": [] }, "gatewayConnectors": [{ "portName": "http" }] }),
    );
    assert_eq!(bench.service("shop").get("monitoring"), None);
    let arn = bench.deployment("shop")["targetServiceRevision"]["arn"].clone();
    let answer = bench.ok(
        "DescribeServiceRevisions",
        json!({ "serviceRevisionArns": [arn] }),
    );
    let revision = &answer["serviceRevisions"][0];
    assert_eq!(revision["gatewayConnectors"], json!([{ "portName": "http" }]));
    assert_eq!(revision["containerImages"][0]["image"], "nginx:1");
}

#[test]
fn a_daemon_runs_one_task_on_every_instance() {
    let bench = Bench::new();
    let register = || {
        bench.ok("RegisterTaskDefinition", json!({ "family": "agent", "containerDefinitions": [{ "name": "agent", "image": "i", "memory": 64 }] }))
    };
    register();
    bench.ok("CreateService", json!({ "cluster": "production", "serviceName": "shop", "taskDefinition": "agent", "schedulingStrategy": "DAEMON" }));
    bench.pass(3);
    register();
    update(&bench, json!({ "taskDefinition": "agent" }));
    bench.pass(5);
    let listed = bench.ok(
        "ListTasks",
        json!({ "cluster": "production", "serviceName": "shop" }),
    );
    let tasks = bench.ok(
        "DescribeTasks",
        json!({ "cluster": "production", "tasks": listed["taskArns"] }),
    );
    let instances: BTreeSet<&str> = tasks["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["containerInstanceArn"].as_str().unwrap())
        .collect();
    assert_eq!(instances.len(), 2);
    assert_eq!(
        (
            &bench.service("shop")["runningCount"],
            &bench.deployment("shop")["status"]
        ),
        (&json!(2), &json!("SUCCESSFUL"))
    );
}

/// A target group behind a rule of the seeded load balancer.
fn target_group(bench: &Bench) -> Value {
    let elb = |operation: &str, params: Value| bench.0.call(REGION, Aws::Elbv2, operation, &params).unwrap();
    let made = elb(
        "CreateTargetGroup",
        json!({ "Name": "shop", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-5eed0001", "TargetType": "ip" }),
    );
    let arn = made["TargetGroups"][0]["TargetGroupArn"].clone();
    let creation = with(
        creation("shop", "shop"),
        json!({ "loadBalancers": [{ "targetGroupArn": arn, "containerName": "app", "containerPort": 80 }] }),
    );
    let error = bench.refused("CreateService", creation);
    assert!(
        error
            .message
            .ends_with("does not have an associated load balancer."),
        "{error}"
    );
    elb(
        "CreateRule",
        json!({
            "ListenerArn": bench.0.seeded().https_listener_arn(REGION), "Priority": 10,
            "Conditions": [{ "Field": "host-header", "HostHeaderConfig": { "Values": ["shop.example.com"] } }],
            "Actions": [{ "Type": "forward", "TargetGroupArn": arn }],
        }),
    );
    arn
}

#[test]
fn tasks_join_and_leave_their_load_balancer() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    let arn = target_group(&bench);
    let states = || {
        let health = bench
            .0
            .call(
                REGION,
                Aws::Elbv2,
                "DescribeTargetHealth",
                &json!({ "TargetGroupArn": arn }),
            )
            .unwrap();
        let targets = health["TargetHealthDescriptions"].as_array().unwrap().clone();
        targets
            .iter()
            .map(|target| target["TargetHealth"]["State"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let balancers =
        json!({ "loadBalancers": [{ "targetGroupArn": arn, "containerName": "app", "containerPort": 80 }] });
    bench.ok("CreateService", with(creation("shop", "shop"), balancers));
    bench.pass(4);
    assert_eq!(states(), ["healthy", "healthy"]);
    assert_eq!(bench.deployment("shop")["status"], "SUCCESSFUL");
    update(&bench, json!({ "forceNewDeployment": true }));
    bench.pass(10);
    assert_eq!(states(), ["healthy", "healthy"]);
    assert_eq!(bench.deployment("shop")["status"], "SUCCESSFUL");
    bench.ok(
        "DeleteService",
        json!({ "cluster": "production", "service": "shop", "force": true }),
    );
    bench.pass(6);
    assert_eq!(states(), Vec::<String>::new());
    assert_eq!(bench.service("shop")["status"], "INACTIVE");
}

#[test]
fn tasks_that_fail_their_health_checks_trip_the_breaker() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    let arn = target_group(&bench);
    let balancers =
        json!({ "loadBalancers": [{ "targetGroupArn": arn, "containerName": "app", "containerPort": 80 }] });
    bench.ok(
        "CreateService",
        with(with(creation("shop", "shop"), balancers), breaker(true)),
    );
    bench.pass(4);
    let sick = bench.register("shop", json!([{ "name": "SANDBOX_UNHEALTHY", "value": "true" }]));
    update(&bench, json!({ "taskDefinition": sick }));
    bench.pass(30);
    let service = bench.service("shop");
    assert_eq!(
        (&bench.deployment("shop")["status"], &service["runningCount"]),
        (&json!("ROLLBACK_SUCCESSFUL"), &json!(2))
    );
    assert!(
        messages(&service)
            .iter()
            .any(|said| said.contains("is unhealthy in (target-group"))
    );
}
