use super::*;

#[test]
fn aws_defaults_are_filled_and_lists_sorted() {
    let bench = Bench::new();
    let answer = bench.ok(
        "RegisterTaskDefinition",
        json!({
            "family": "shop", "cpu": "0.25 vCPU", "memory": "1 GB", "networkMode": "awsvpc", "volumes": [{ "name": "v" }],
            "requiresCompatibilities": ["FARGATE"], "executionRoleArn": "arn:aws:iam::123456789012:role/x",
            "containerDefinitions": [
                { "name": "z", "image": "b", "essential": false },
                {
                    "name": "a", "image": "a", "portMappings": [{ "containerPort": 80 }], "command": ["z", "a"],
                    "environment": [{ "name": "Z", "value": "1" }, { "name": "A", "value": "2" }],
                    "secrets": [{ "name": "Z", "valueFrom": "x" }, { "name": "A", "valueFrom": "y" }],
                    "healthCheck": { "command": ["CMD", "true"] },
                },
            ],
            "tags": [{ "key": "k", "value": "v" }],
        }),
    );
    let shown = &answer["taskDefinition"];
    assert_eq!(
        (&shown["cpu"], &shown["memory"], &shown["revision"]),
        (&json!("256"), &json!("1024"), &json!(1))
    );
    assert_eq!(shown["volumes"], json!([{ "name": "v", "host": {} }]));
    assert_eq!(shown["placementConstraints"], json!([]));
    assert_eq!(shown["compatibilities"], json!(["EC2", "FARGATE"]));
    assert_eq!(answer["tags"], json!([{ "key": "k", "value": "v" }]));
    assert_eq!(
        shown["containerDefinitions"][0],
        json!({
            "name": "a", "image": "a", "cpu": 0, "essential": true,
            "portMappings": [{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }], "command": ["z", "a"],
            "environment": [{ "name": "A", "value": "2" }, { "name": "Z", "value": "1" }],
            "secrets": [{ "name": "A", "valueFrom": "y" }, { "name": "Z", "valueFrom": "x" }],
            "healthCheck": { "command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3 },
            "mountPoints": [], "volumesFrom": [], "systemControls": [],
        })
    );
}

#[test]
fn what_aws_refuses_to_register_is_refused() {
    let bench = Bench::new();
    let container =
        |changes| json!({ "containerDefinitions": [with(json!({ "name": "a", "image": "i" }), changes)] });
    let refused = [
        json!({ "cpu": "300" }),
        json!({ "memory": "4096" }),
        json!({ "memory": null }),
        json!({ "networkMode": "bridge" }),
        json!({ "cpu": "much" }),
        json!({ "family": "a b" }),
        json!({ "containerDefinitions": [] }),
        json!({ "containerDefinitions": [{ "image": "i" }] }),
        json!({ "containerDefinitions": [{ "name": "a" }] }),
        json!({ "containerDefinitions": [{ "name": "a", "image": "i" }, { "name": "a", "image": "i" }] }),
        container(json!({ "essential": false })),
        container(json!({ "dependsOn": [{ "containerName": "b", "condition": "START" }] })),
        container(json!({ "dependsOn": [{ "containerName": "a", "condition": "START" }] })),
        container(json!({ "portMappings": [{ "containerPort": 80, "hostPort": 81 }] })),
        container(json!({ "secrets": [{ "name": "s", "valueFrom": "x" }] })),
        container(json!({ "command": ["x".repeat(65 * 1024)] })),
    ];
    for change in refused {
        let error = bench.refused(
            "RegisterTaskDefinition",
            with(definition("shop", json!([])), change),
        );
        assert_eq!(error.code, "ClientException", "{error}");
    }
    assert_eq!(
        bench.ok("ListTaskDefinitions", json!({}))["taskDefinitionArns"],
        json!([])
    );
}

#[test]
fn cpu_and_memory_are_read_in_both_notations() {
    let bench = Bench::new();
    for (cpu, memory, shown) in [
        (".25 vCPU", "0.5GB", ("256", "512")),
        ("2 vcpu", "16 GB", ("2048", "16384")),
    ] {
        let params = with(
            definition("shop", json!([])),
            json!({ "cpu": cpu, "memory": memory }),
        );
        let answer = bench.ok("RegisterTaskDefinition", params);
        assert_eq!(answer["taskDefinition"]["cpu"], shown.0);
        assert_eq!(answer["taskDefinition"]["memory"], shown.1);
    }
}

#[test]
fn revisions_are_found_by_family_number_and_arn_until_they_are_deleted() {
    let bench = Bench::new();
    let arns: Vec<String> = (0..3).map(|_| bench.register("shop", json!([]))).collect();
    let revision = |named: &str| {
        bench.ok("DescribeTaskDefinition", json!({ "taskDefinition": named }))["taskDefinition"]["revision"]
            .clone()
    };
    assert_eq!(
        (revision("shop"), revision("shop:1"), revision(&arns[1])),
        (json!(3), json!(1), json!(2))
    );
    bench.ok("DeregisterTaskDefinition", json!({ "taskDefinition": arns[2] }));
    assert_eq!((revision("shop"), revision("shop:3")), (json!(2), json!(3)));
    let active = json!({ "familyPrefix": "shop", "sort": "DESC", "maxResults": 1 });
    let page = bench.ok("ListTaskDefinitions", active);
    assert_eq!(page["taskDefinitionArns"], json!([arns[1]]));
    assert!(page["nextToken"].is_string());
    let deleted = bench.ok(
        "DeleteTaskDefinitions",
        json!({ "taskDefinitions": [arns[2], arns[0]] }),
    );
    assert_eq!(deleted["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    assert_eq!(deleted["failures"][0]["arn"], json!(arns[0]));
    let error = bench.refused("DescribeTaskDefinition", json!({ "taskDefinition": "shop:3" }));
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("ClientException", "Unable to describe task definition.")
    );
    assert!(bench.register("shop", json!([])).ends_with(":4"));
    assert_eq!(
        bench.ok("ListTaskDefinitionFamilies", json!({ "status": "ACTIVE" }))["families"],
        json!(["shop"])
    );
}
