use super::*;

#[test]
fn a_new_service_shows_the_whole_default_shape() {
    let bench = Bench::new();
    let arn = bench.register("shop", json!([]));
    let service = bench.ok("CreateService", creation("shop", "shop"))["service"].clone();
    assert_eq!(service["taskDefinition"], json!(arn));
    let expected = json!({
        "status": "ACTIVE", "desiredCount": 2, "runningCount": 0, "launchType": "FARGATE", "platformVersion": "LATEST",
        "platformFamily": "Linux", "schedulingStrategy": "REPLICA", "propagateTags": "NONE", "loadBalancers": [],
        "enableECSManagedTags": false, "enableExecuteCommand": false, "healthCheckGracePeriodSeconds": 0,
        "placementConstraints": [], "placementStrategy": [], "serviceRegistries": [],
        "availabilityZoneRebalancing": "ENABLED", "resourceManagementType": "CUSTOMER",
        "deploymentController": { "type": "ECS" },
        "deploymentConfiguration": {
            "maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING", "bakeTimeInMinutes": 0,
            "deploymentCircuitBreaker": { "enable": false, "rollback": false },
        },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&service[name], value, "{name}");
    }
    assert_eq!(service.get("capacityProviderStrategy"), None);
}

#[test]
fn what_aws_refuses_to_create_is_refused() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    bench.ok("RegisterTaskDefinition", json!({ "family": "bridge", "containerDefinitions": [{ "name": "app", "image": "i", "memory": 64 }] }));
    let strategy = json!([{ "capacityProvider": "FARGATE" }]);
    let refused = [
        (json!({ "cluster": "none" }), "ClusterNotFoundException"),
        (json!({ "taskDefinition": "none" }), "ClientException"),
        (json!({ "desiredCount": null }), "InvalidParameterException"),
        (
            json!({ "networkConfiguration": null }),
            "InvalidParameterException",
        ),
        (
            json!({ "capacityProviderStrategy": strategy }),
            "InvalidParameterException",
        ),
        (
            json!({ "schedulingStrategy": "DAEMON" }),
            "InvalidParameterException",
        ),
        (json!({ "taskDefinition": "bridge" }), "InvalidParameterException"),
        (
            json!({ "placementStrategy": [{ "type": "random" }] }),
            "InvalidParameterException",
        ),
        (json!({ "serviceName": "a b" }), "InvalidParameterException"),
        (
            json!({ "tags": [{ "key": "aws:x", "value": "" }] }),
            "InvalidParameterException",
        ),
        (
            json!({ "loadBalancers": [{ "targetGroupArn": "arn:x", "containerName": "none", "containerPort": 80 }] }),
            "InvalidParameterException",
        ),
        (
            json!({ "deploymentConfiguration": { "maximumPercent": 100, "minimumHealthyPercent": 100 } }),
            "InvalidParameterException",
        ),
    ];
    for (change, code) in refused {
        let error = bench.refused("CreateService", with(creation("shop", "shop"), change));
        assert_eq!(error.code, code, "{error}");
    }
}

#[test]
fn creating_again_is_idempotent_only_with_the_same_parameters() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    let first = bench.ok("CreateService", creation("shop", "shop"));
    let again = bench.ok("CreateService", creation("shop", "shop"));
    assert_eq!(first["service"]["serviceArn"], again["service"]["serviceArn"]);
    let error = bench.refused(
        "CreateService",
        with(creation("shop", "shop"), json!({ "desiredCount": 3 })),
    );
    assert_eq!(error.message, "Creation of service was not idempotent.");
    bench.pass(3);
    bench.ok(
        "DeleteService",
        json!({ "cluster": "production", "service": "shop", "force": true }),
    );
    let error = bench.refused("CreateService", creation("shop", "shop"));
    assert_eq!(error.message, "Unable to Start a service that is still Draining.");
}

#[test]
fn an_update_merges_and_an_empty_list_clears() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    let tuned = json!({ "deploymentConfiguration": { "maximumPercent": 150 }, "healthCheckGracePeriodSeconds": 30, "enableExecuteCommand": true });
    bench.ok("CreateService", with(creation("shop", "shop"), tuned));
    let update = |changes| {
        let params = with(json!({ "cluster": "production", "service": "shop" }), changes);
        bench.ok("UpdateService", params)["service"].clone()
    };
    let service = update(json!({ "deploymentConfiguration": { "minimumHealthyPercent": 50 } }));
    assert_eq!(service["deploymentConfiguration"]["maximumPercent"], 150);
    assert_eq!(service["deploymentConfiguration"]["minimumHealthyPercent"], 50);
    assert_eq!(
        (
            &service["healthCheckGracePeriodSeconds"],
            &service["enableExecuteCommand"]
        ),
        (&json!(30), &json!(true))
    );
    let service =
        update(json!({ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }] }));
    assert_eq!(service.get("launchType"), None);
    assert_eq!(
        service["capacityProviderStrategy"],
        json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0 }])
    );
    let service = update(json!({ "capacityProviderStrategy": [] }));
    assert_eq!(
        (&service["launchType"], service.get("capacityProviderStrategy")),
        (&json!("FARGATE"), None)
    );
    assert_eq!(
        service["deployments"].as_array().unwrap().len(),
        1,
        "none of these starts a deployment"
    );
    bench.register("shop", json!([]));
    let service = update(
        json!({ "taskDefinition": "shop", "serviceConnectConfiguration": { "enabled": true, "namespace": "n" } }),
    );
    assert_eq!(service.get("serviceConnectConfiguration"), None);
    assert_eq!(
        service["deployments"][0]["serviceConnectConfiguration"]["namespace"],
        "n"
    );
    assert_eq!(
        (
            &service["deployments"][0]["status"],
            &service["deployments"][1]["status"]
        ),
        (&json!("PRIMARY"), &json!("ACTIVE"))
    );
}

#[test]
fn a_deleted_service_drains_is_inactive_and_then_missing() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    bench.ok("CreateService", creation("shop", "shop"));
    bench.pass(3);
    let deletion = json!({ "cluster": "production", "service": "shop" });
    let error = bench.refused("DeleteService", deletion.clone());
    assert_eq!(
        error.message,
        "The service cannot be stopped while it is scaled above 0."
    );
    bench.ok(
        "UpdateService",
        with(deletion.clone(), json!({ "desiredCount": 0 })),
    );
    bench.pass(2);
    assert_eq!(
        bench.ok("DeleteService", deletion.clone())["service"]["status"],
        "DRAINING"
    );
    assert_eq!(
        bench.ok("ListServices", json!({ "cluster": "production" }))["serviceArns"],
        json!([])
    );
    bench.pass(2);
    assert_eq!(bench.service("shop")["status"], "INACTIVE");
    assert_eq!(
        bench.refused("UpdateService", deletion).code,
        "ServiceNotActiveException"
    );
    bench.pass(61);
    let answer = bench.ok(
        "DescribeServices",
        json!({ "cluster": "production", "services": ["shop"] }),
    );
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
}

#[test]
fn services_are_described_ten_at_a_time_and_listed_in_pages() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    for n in 0..12 {
        bench.ok("CreateService", creation(&format!("s{n:02}"), "shop"));
    }
    let names: Vec<String> = (0..11).map(|n| format!("s{n:02}")).collect();
    let error = bench.refused(
        "DescribeServices",
        json!({ "cluster": "production", "services": names }),
    );
    assert_eq!(error.code, "InvalidParameterException");
    let page = bench.ok("ListServices", json!({ "cluster": "production" }));
    assert_eq!(page["serviceArns"].as_array().unwrap().len(), 10);
    let rest = bench.ok(
        "ListServices",
        json!({ "cluster": "production", "nextToken": page["nextToken"] }),
    );
    assert_eq!(rest["serviceArns"].as_array().unwrap().len(), 2);
}

#[test]
fn tags_are_shown_only_when_asked_for() {
    let bench = Bench::new();
    bench.register("shop", json!([]));
    let created = bench.ok(
        "CreateService",
        with(
            creation("shop", "shop"),
            json!({ "tags": [{ "key": "a", "value": "1" }] }),
        ),
    );
    let arn = &created["service"]["serviceArn"];
    bench.ok(
        "TagResource",
        json!({ "resourceArn": arn, "tags": [{ "key": "b", "value": "2" }] }),
    );
    bench.ok("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["a"] }));
    let tags = json!([{ "key": "b", "value": "2" }]);
    assert_eq!(
        bench.ok("ListTagsForResource", json!({ "resourceArn": arn }))["tags"],
        tags
    );
    assert_eq!(bench.service("shop")["tags"], json!([]));
    let asked = json!({ "cluster": "production", "services": ["shop"], "include": ["TAGS"] });
    assert_eq!(bench.ok("DescribeServices", asked)["services"][0]["tags"], tags);
    let many: Vec<Value> = (0..50)
        .map(|n| json!({ "key": format!("k{n}"), "value": "" }))
        .collect();
    assert_eq!(
        bench
            .refused("TagResource", json!({ "resourceArn": arn, "tags": many }))
            .code,
        "InvalidParameterException"
    );
}
