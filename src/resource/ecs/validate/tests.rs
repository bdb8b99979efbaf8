use serde_json::{Value as Json, json};

use super::*;

fn value(json: Json) -> Value {
    Value::from_json(json)
}

fn shown(problems: Vec<Problem>) -> Vec<String> {
    problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect()
}

/// What is wrong with a definition of these containers.
fn containers(containers: Json) -> Vec<String> {
    shown(task_definition(
        &value(json!({"memory": "512", "containerDefinitions": containers})),
        false,
    ))
}

/// What is wrong with the definition on Fargate, with one plain container.
fn on_fargate(mut definition: Json) -> Vec<String> {
    let plain = json!([{"name": "app", "image": "app:1"}]);
    let members = definition.as_object_mut().unwrap();
    members.entry("containerDefinitions").or_insert(plain);
    members.entry("cpu").or_insert(json!("256"));
    members.entry("memory").or_insert(json!("512"));
    shown(task_definition(&value(definition), true))
}

/// What is wrong with a Fargate service of these members.
fn of_service(members: Json, definition: Option<Json>) -> Vec<String> {
    let mut service = json!({
        "serviceName": "api", "launchType": "FARGATE", "desiredCount": 1,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    });
    for (name, member) in members.as_object().unwrap() {
        service
            .as_object_mut()
            .unwrap()
            .insert(name.clone(), member.clone());
    }
    let service = value(service);
    shown(super::service(&service, definition.map(value).as_ref()))
}

const NONE: [&str; 0] = [];

#[test]
fn a_plain_definition_and_service_are_fine() {
    let app = json!([{"name": "app", "image": "app:1", "portMappings": [{"containerPort": 80}]}]);
    let definition =
        json!({"networkMode": "awsvpc", "cpu": "1 vCPU", "memory": "2 GB", "containerDefinitions": app});
    assert_eq!(on_fargate(definition.clone()), NONE);
    let group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/1";
    let balancer = json!([{"targetGroupArn": group, "containerName": "app", "containerPort": 80}]);
    let members = json!({"loadBalancers": balancer, "healthCheckGracePeriodSeconds": 30});
    assert_eq!(of_service(members, Some(definition)), NONE);
}

#[test]
fn fargate_has_pairs_of_cpu_and_memory() {
    for (cpu, memory) in [
        ("256", "512"),
        (".25 vCPU", "0.5 GB"),
        ("512", "4096"),
        ("1024", "8192"),
        ("2048", "5120"),
        ("4096", "30720"),
        ("8192", "20480"),
        ("16384", "122880"),
        ("32768", "249856"),
    ] {
        assert_eq!(
            on_fargate(json!({"cpu": cpu, "memory": memory})),
            NONE,
            "{cpu} {memory}"
        );
    }
    for (cpu, memory) in [
        ("256", "4096"),
        ("2048", "4608"),
        ("8192", "18432"),
        ("32768", "65536"),
    ] {
        let found = on_fargate(json!({"cpu": cpu, "memory": memory}));
        let wanted = format!("memory: Fargate has no tasks of {cpu} CPU units with {memory} MiB of memory");
        assert_eq!(found, [wanted]);
    }
    assert_eq!(
        on_fargate(json!({"cpu": "300"})),
        ["cpu: Fargate has no tasks of 300 CPU units"]
    );
    assert_eq!(on_fargate(json!({"cpu": "some"})), ["cpu: not an amount of cpu"]);
    assert_eq!(
        on_fargate(json!({"memory": null})),
        ["memory: Fargate needs the task's memory"]
    );
}

#[test]
fn fargate_refuses_what_only_instances_have() {
    assert_eq!(
        on_fargate(json!({"networkMode": "bridge"})),
        ["networkMode: Fargate has no network mode `bridge`"]
    );
    assert_eq!(
        on_fargate(json!({"containerDefinitions": [
            {"name": "app", "image": "a", "privileged": true, "stopTimeout": 300, "memory": 1024, "links": []},
        ]})),
        [
            "containerDefinitions[app].memory: the container may use more memory (1024) than the task has (512)",
            "containerDefinitions[app].privileged: Fargate runs no privileged containers",
            "containerDefinitions[app].stopTimeout: Fargate takes 2 to 120 seconds",
        ]
    );
    let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:1";
    assert_eq!(
        on_fargate(json!({"containerDefinitions": [{"name": "app", "image": image}]})),
        [
            "containerDefinitions[app]: Fargate pulls images from ECR as the execution role, \
          and the task definition names none"
        ]
    );
}

#[test]
fn the_definition_itself_may_ask_for_fargate() {
    let definition = value(json!({
        "requiresCompatibilities": ["FARGATE"], "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "a"}],
    }));
    assert_eq!(
        shown(task_definition(&definition, false)),
        ["cpu: Fargate needs the task's cpu"]
    );
}

#[test]
fn containers_have_unique_names_and_images() {
    assert_eq!(
        containers(json!([])),
        ["containerDefinitions: a task definition needs a container"]
    );
    assert_eq!(
        containers(
            json!([{"name": "a", "image": "x"}, {"name": "a", "image": " "}, {"image": "y"}, {"name": "b c", "image": "z"}])
        ),
        [
            "containerDefinitions[a].name: two containers are named `a`",
            "containerDefinitions[a].image: the container has no image",
            "containerDefinitions[2]: the container has no name",
            "containerDefinitions[b c].name: the container's name has characters other than letters, digits, `_` and `-`",
        ]
    );
    let eleven: Vec<Json> = (0..11)
        .map(|n| json!({"name": format!("c{n}"), "image": "x"}))
        .collect();
    assert_eq!(
        containers(json!(eleven)),
        ["containerDefinitions: 11 containers are more than the 10 that ECS takes"]
    );
}

#[test]
fn one_container_is_essential_and_each_has_memory() {
    assert_eq!(
        containers(json!([{"name": "a", "image": "x", "essential": false}])),
        ["containerDefinitions: no container is essential, so nothing would tell when the task has ended"]
    );
    let definition = value(json!({"containerDefinitions": [
        {"name": "a", "image": "x"}, {"name": "b", "image": "x", "memory": 64, "memoryReservation": 128},
    ]}));
    assert_eq!(
        shown(task_definition(&definition, false)),
        [
            "containerDefinitions[b].memoryReservation: more memory is reserved (128) than the container may use (64)",
            "containerDefinitions[a]: neither the task nor the container has an amount of memory",
        ]
    );
}

#[test]
fn dependencies_lead_to_containers_that_can_get_so_far() {
    let waits = |name: &str, condition: &str| json!([{"containerName": name, "condition": condition}]);
    assert_eq!(
        containers(json!([
            {"name": "a", "image": "x", "dependsOn": waits("nobody", "START")},
            {"name": "b", "image": "x", "dependsOn": waits("a", "HEALTHY")},
            {"name": "c", "image": "x", "dependsOn": waits("a", "SUCCESS")},
            {"name": "d", "image": "x", "dependsOn": waits("a", "START")},
        ])),
        [
            "containerDefinitions[a].dependsOn[0]: no container is named `nobody`",
            "containerDefinitions[b].dependsOn[0]: `a` has no health check, so it never is HEALTHY",
            "containerDefinitions[c].dependsOn[0]: `a` is essential: when it ends, the task does, so nobody can wait for SUCCESS",
        ]
    );
    assert_eq!(
        containers(json!([
            {"name": "a", "image": "x", "dependsOn": waits("b", "START")},
            {"name": "b", "image": "x", "dependsOn": waits("a", "START")},
        ])),
        ["containerDefinitions[a].dependsOn: `a` waits for itself, directly or through others"]
    );
}

#[test]
fn ports_are_mapped_once_and_as_the_network_mode_allows() {
    let definition = value(json!({
        "networkMode": "awsvpc", "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "x", "portMappings": [
            {"containerPort": 80, "hostPort": 8080}, {"containerPort": 80}, {"containerPort": 80, "protocol": "udp"},
            {"hostPort": 1}, {"containerPortRange": "90-80"}, {"name": "r", "containerPortRange": "1-50", "hostPort": 3},
        ]}],
    }));
    assert_eq!(
        shown(task_definition(&definition, false)),
        [
            "containerDefinitions[app].portMappings[80].hostPort: the host's port (8080) must be the container's (80) in \
             this network mode",
            "containerDefinitions[app].portMappings[80]: port 80 is mapped twice",
            "containerDefinitions[app].portMappings[3]: a port mapping needs a port",
            "containerDefinitions[app].portMappings[4].containerPortRange: not a range of ports",
            "containerDefinitions[app].portMappings[r].hostPort: a range of ports has no host port",
        ]
    );
}

#[test]
fn mounts_name_volumes_of_the_definition() {
    let definition = value(json!({
        "memory": "512",
        "volumes": [{"name": "data"}, {"name": "data"}, {"name": "both", "host": {"sourcePath": "/x"},
            "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        "containerDefinitions": [{"name": "app", "image": "x", "mountPoints": [
            {"sourceVolume": "data", "containerPath": "/data"}, {"sourceVolume": "cache", "containerPath": "/data"},
        ], "volumesFrom": [{"sourceContainer": "other"}]}],
    }));
    assert_eq!(
        shown(task_definition(&definition, false)),
        [
            "containerDefinitions[app].volumesFrom[0]: no container is named `other`",
            "volumes[data]: two volumes have this name",
            "volumes[both]: a volume is of one kind, but has `host` and `efsVolumeConfiguration`",
            "containerDefinitions[app].mountPoints[/data].sourceVolume: no volume is named `cache`",
            "containerDefinitions[app].mountPoints[/data]: two volumes are mounted here",
        ]
    );
}

#[test]
fn secrets_and_roles_are_judged_by_their_shape_and_never_printed() {
    let definition = value(json!({
        "memory": "512", "taskRoleArn": "arn:aws:iam::12:role/x", "executionRoleArn": "ecsTaskExecutionRole",
        "containerDefinitions": [{"name": "app", "image": "x",
            "environment": [{"name": "B", "value": "1"}],
            "secrets": [
                {"name": "A", "valueFrom": "/shop/a"}, {"name": "B", "valueFrom": "shop.b"},
                {"name": "C", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf:key::"},
                {"name": "D", "valueFrom": "arn:aws:s3:::bucket"}, {"name": "E", "valueFrom": "pass word"},
            ]}],
    }));
    let found = shown(task_definition(&definition, false));
    assert_eq!(
        found,
        [
            "containerDefinitions[app].secrets[B]: `B` is in `environment` too",
            "taskRoleArn: not the ARN of an IAM role",
            "containerDefinitions[app].secrets[D].valueFrom: neither the ARN of a secret nor the ARN or name of a parameter",
            "containerDefinitions[app].secrets[E].valueFrom: neither the ARN of a secret nor the ARN or name of a parameter",
        ]
    );
    assert!(!found.concat().contains("pass word"));
}

#[test]
fn secrets_need_an_execution_role() {
    assert_eq!(
        containers(json!([{"name": "app", "image": "x", "secrets": [{"name": "A", "valueFrom": "a"}]}])),
        ["containerDefinitions[app].secrets: secrets need an execution role that may read them"]
    );
}

#[test]
fn a_definition_of_more_than_64_kib_is_refused() {
    let long = "x".repeat(MAX_DEFINITION);
    let found = containers(json!([{"name": "app", "image": "x", "command": [long]}]));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].ends_with("more than the 65536 that ECS takes"),
        "{found:?}"
    );
}

#[test]
fn names_have_255_plain_characters() {
    assert_eq!(name("api_v2-Blue"), None);
    assert_eq!(name(""), Some("is empty"));
    assert_eq!(name(&"x".repeat(256)), Some("is longer than 255 characters"));
    assert!(name("a/b").is_some());
}

#[test]
fn a_resource_has_50_tags() {
    let many: serde_json::Map<String, Json> = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    assert_eq!(
        shown(tags(&value(Json::Object(many)))),
        ["tags: 51 tags are more than the 50 that AWS takes"]
    );
    assert_eq!(
        shown(tags(&value(
            json!([{"key": "aws:x", "value": "1"}, {"key": "ok", "value": "1"}])
        ))),
        ["tags[aws:x]: tags that begin with `aws:` are AWS's own"]
    );
}

#[test]
fn tasks_run_on_a_launch_type_or_on_capacity_providers() {
    let strategy = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    assert_eq!(
        of_service(json!({"capacityProviderStrategy": strategy}), None),
        [
            "capacityProviderStrategy: both a launch type and capacity providers are named, and ECS takes one of the two"
        ]
    );
    assert_eq!(
        of_service(
            json!({"launchType": null, "capacityProviderStrategy": strategy}),
            None
        ),
        NONE
    );
    assert_eq!(
        of_service(json!({"launchType": null}), None),
        [": neither a launch type nor capacity providers are named"]
    );
    let external = json!({"launchType": null, "deploymentController": {"type": "EXTERNAL"}});
    assert_eq!(of_service(external, None), NONE);
    let mixed = json!([{"capacityProvider": "FARGATE", "base": 1}, {"capacityProvider": "mine", "base": 1}]);
    assert_eq!(
        of_service(
            json!({"launchType": null, "capacityProviderStrategy": mixed}),
            None
        ),
        [
            "capacityProviderStrategy: Fargate's capacity providers do not go together with others",
            "capacityProviderStrategy: more than one capacity provider has a base",
        ]
    );
}

#[test]
fn a_daemon_has_no_desired_count_and_no_fargate() {
    assert_eq!(
        of_service(json!({"schedulingStrategy": "DAEMON"}), None),
        [
            "desiredCount: a DAEMON service has one task on every instance, and no desired count",
            "schedulingStrategy: Fargate has no instances to run a DAEMON service on",
        ]
    );
    let on_instances = json!({"schedulingStrategy": "DAEMON", "launchType": "EC2", "desiredCount": null});
    assert_eq!(of_service(on_instances, None), NONE);
}

#[test]
fn the_network_fits_the_definition() {
    let definition = |mode: &str| {
        Some(json!({"networkMode": mode, "containerDefinitions": [{"name": "app", "image": "x"}]}))
    };
    assert_eq!(
        of_service(json!({"networkConfiguration": null}), definition("awsvpc")),
        ["networkConfiguration: tasks in network mode awsvpc need subnets"]
    );
    assert_eq!(
        of_service(json!({"networkConfiguration": null}), None),
        ["networkConfiguration: tasks on Fargate need subnets"]
    );
    assert_eq!(
        of_service(json!({"launchType": "EC2"}), definition("bridge")),
        ["networkConfiguration: tasks in network mode bridge have no subnets of their own"]
    );
    let subnets: Vec<String> = (0..17).map(|n| format!("subnet-{n}")).collect();
    let groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "default"];
    assert_eq!(
        of_service(
            json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups}}}),
            None
        ),
        [
            "networkConfiguration.awsvpcConfiguration.subnets: 17 subnets are more than the 16 that ECS takes",
            "networkConfiguration.awsvpcConfiguration.securityGroups: 6 securityGroups are more than the 5 that ECS takes",
            "networkConfiguration.awsvpcConfiguration.securityGroups[5]: an id in securityGroups begins with `sg-`",
        ]
    );
}

#[test]
fn load_balancers_lead_to_ports_of_the_definition() {
    let definition = json!({"networkMode": "awsvpc", "containerDefinitions": [
        {"name": "app", "image": "x", "portMappings": [{"containerPort": 80}]},
    ]});
    let group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/1";
    let balancers = json!([
        {"targetGroupArn": group, "containerName": "app", "containerPort": 81},
        {"targetGroupArn": group, "containerName": "web", "containerPort": 80},
        {"targetGroupArn": "api", "containerName": "app", "containerPort": 80},
        {"containerName": "app", "containerPort": 80},
    ]);
    assert_eq!(
        of_service(json!({"loadBalancers": balancers}), Some(definition)),
        [
            "loadBalancers[0].containerPort: the container `app` maps no port 81",
            "loadBalancers[1].containerName: no container is named `web`",
            "loadBalancers[2].targetGroupArn: not the ARN that it should be",
            "loadBalancers[3]: an entry names a target group or a classic load balancer, one of the two",
        ]
    );
}

#[test]
fn a_target_group_that_an_apply_will_make_is_no_problem() {
    let group = crate::value::Reference {
        address: "Service/api/web/target_group".into(),
        attribute: "arn",
    };
    let mut balancer = crate::value::Map::new();
    balancer.insert("targetGroupArn", group);
    let mut service = value(json!({"launchType": "EC2"}));
    let list = Value::List(vec![Value::Map(balancer)]);
    service.as_map_mut().unwrap().insert("loadBalancers", list);
    assert_eq!(shown(super::service(&service, None)), NONE);
}

#[test]
fn a_grace_period_needs_something_to_wait_for() {
    assert_eq!(
        of_service(json!({"healthCheckGracePeriodSeconds": 30}), None),
        ["healthCheckGracePeriodSeconds: a grace period needs a load balancer whose health checks it delays"]
    );
    assert_eq!(
        of_service(json!({"healthCheckGracePeriodSeconds": 0}), None),
        NONE
    );
}

#[test]
fn service_connect_names_ports_of_the_definition() {
    let definition = json!({"networkMode": "awsvpc", "containerDefinitions": [
        {"name": "app", "image": "x", "portMappings": [{"containerPort": 80, "name": "web"}]},
    ]});
    let connect = json!({"enabled": true, "services": [{"portName": "web"}, {"portName": "wob"}]});
    assert_eq!(
        of_service(json!({"serviceConnectConfiguration": connect}), Some(definition)),
        ["serviceConnectConfiguration.services[1].portName: no port mapping is named `wob`"]
    );
}

#[test]
fn a_deployment_needs_room_to_replace_a_task() {
    let problems = |amounts: Json| of_service(json!({"deploymentConfiguration": amounts}), None);
    for amounts in [
        json!({}),
        json!({"maximumPercent": 100, "minimumHealthyPercent": 0}),
        json!({"maximumPercent": 101}),
    ] {
        assert_eq!(problems(amounts), NONE);
    }
    assert_eq!(
        problems(json!({"maximumPercent": 100})),
        [
            "deploymentConfiguration.maximumPercent: with 100 to 100 percent of the desired count no task can be replaced"
        ]
    );
    assert_eq!(
        problems(json!({"minimumHealthyPercent": 120})),
        [
            "deploymentConfiguration.minimumHealthyPercent: a minimum of 120 percent healthy tasks is no part of the desired count"
        ]
    );
    let daemon = json!({"schedulingStrategy": "DAEMON", "deploymentConfiguration": {"maximumPercent": 100}});
    let service = value(json!({"serviceName": "agent", "launchType": "EC2"}));
    let mut service = service.as_map().unwrap().clone();
    for (name, member) in value(daemon).as_map().unwrap().iter() {
        service.insert(name.clone(), member.clone());
    }
    assert_eq!(shown(super::service(&Value::Map(service), None)), NONE);
}
