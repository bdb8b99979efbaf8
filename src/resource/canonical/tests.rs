use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::resource::compare::compare;
use crate::resource::difference::Cause;
use crate::resource::ecs::{service, task_definition, task_override};
use crate::resource::shape::Cost;
use crate::resource::shape::arbitrary::arbitrary;
use crate::resource::types::{Replacement, ResourceType};

/// What AWS may answer for a value: sets in another order, defaults filled in, empty lists echoed.
fn as_aws_answers(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => {
            let mut answer = map.clone();
            for field in &object.fields {
                match (answer.get(field.name).cloned(), &field.absent) {
                    (Some(value), _) => {
                        answer.insert(field.name, as_aws_answers(&field.shape, &value));
                    }
                    (None, Absent::Is(Value::Null)) => {
                        if let Shape::List(..) = field.shape {
                            answer.insert(field.name, Vec::new());
                        }
                    }
                    (None, Absent::Is(default)) => {
                        answer.insert(field.name, default.clone());
                    }
                    _ => {}
                }
            }
            answer.insert("onlyAwsPutsThisOut", "x");
            Value::Map(answer)
        }
        (Shape::List(item, order), Value::List(items)) => {
            let mut items: Vec<Value> = items.iter().map(|value| as_aws_answers(item, value)).collect();
            if *order != Order::Ordered {
                items.reverse();
            }
            Value::List(items)
        }
        _ => value.clone(),
    }
}

fn check(shape: &Shape, value: &Value) -> Result<(), TestCaseError> {
    let once = canonical(shape, value);
    prop_assert_eq!(&canonical(shape, &once), &once, "is not idempotent");
    prop_assert_eq!(
        &canonical(shape, &as_aws_answers(shape, value)),
        &once,
        "an echo differs"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_task_definition_and_its_echo_are_one(value in arbitrary(&task_definition::shape())) {
        check(&task_definition::shape(), &value)?;
    }

    #[test]
    fn a_service_and_its_echo_are_one(value in arbitrary(&service::shape())) {
        check(&service::shape(), &value)?;
    }

    #[test]
    fn an_override_and_its_echo_are_one(value in arbitrary(&task_override::shape())) {
        check(&task_override::shape(), &value)?;
    }
}

static DEFINITION: ResourceType = resource_type(task_definition::table, Cost::NewRevision);
static SERVICE: ResourceType = resource_type(service::table, Cost::InPlace);

const fn resource_type(table: fn() -> &'static Shape, cost: Cost) -> ResourceType {
    ResourceType {
        name: "thing",
        label: "thing",
        table,
        cost,
        replacement: Replacement::Accumulates,
        destroyed: false,
        rank: 1,
        trigger: false,
        announce: None,
        transition: None,
        prepare: None,
    }
}

/// The differences as `path cost`.
fn differences(kind: &ResourceType, desired: Json, live: Json) -> Vec<String> {
    let (desired, live) = (Value::from_json(desired), Value::from_json(live));
    compare(kind, &desired, &live, None)
        .iter()
        .map(|difference| format!("{} {:?}", difference.path, difference.cost))
        .collect()
}

const NONE: [&str; 0] = [];

#[test]
fn what_aws_fills_into_a_task_definition_is_no_difference() {
    let desired = json!({
        "cpu": "0.25 vCPU", "memory": "1 GB", "networkMode": "awsvpc", "taskRoleArn": "",
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "requiresCompatibilities": ["FARGATE", "EC2"],
        "volumes": [{"name": "data"}, {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        "containerDefinitions": [
            {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}],
             "healthCheck": {"command": ["CMD", "true"]},
             "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}},
            {"name": "app", "image": "app:1", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
             "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
             "restartPolicy": {"enabled": true}, "dependsOn": [{"containerName": "web", "condition": "START"}]},
        ],
    });
    let live = json!({
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/api:3", "revision": 3, "status": "ACTIVE",
        "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}],
        "compatibilities": ["EC2", "MANAGED_INSTANCES", "FARGATE"], "registeredAt": "2026-01-01T00:00:00Z",
        "cpu": "256", "memory": "1024", "networkMode": "awsvpc", "enableFaultInjection": false,
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "requiresCompatibilities": ["EC2", "FARGATE"], "placementConstraints": [],
        "volumes": [
            {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/",
                "transitEncryption": "DISABLED", "transitEncryptionPort": 0, "authorizationConfig": {"iam": "DISABLED"}}},
            {"name": "data", "host": {}},
        ],
        "containerDefinitions": [
            {"name": "app", "image": "app:1", "cpu": 0, "essential": true, "portMappings": [], "volumesFrom": [],
             "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "systemControls": [],
             "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": false}],
             "restartPolicy": {"enabled": true, "restartAttemptPeriod": 300},
             "dependsOn": [{"containerName": "web", "condition": "START"}]},
            {"name": "web", "image": "web:1", "cpu": 0, "essential": true, "environment": [], "mountPoints": [],
             "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "web-80-tcp"}],
             "volumesFrom": [], "systemControls": [],
             "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3},
             "logConfiguration": {"logDriver": "awslogs", "secretOptions": [],
                "options": {"awslogs-group": "g", "mode": "non-blocking"}}},
        ],
    });
    assert_eq!(differences(&DEFINITION, desired, live), NONE);
}

#[test]
fn host_ports_are_filled_by_network_mode() {
    let mapped = |mode: &str, host: Option<i64>| {
        let mut mapping = json!({"containerPort": 80});
        if let Some(host) = host {
            mapping["hostPort"] = host.into();
        }
        json!({"networkMode": mode, "containerDefinitions": [{"name": "a", "image": "x", "portMappings": [mapping]}]})
    };
    for (mode, filled) in [("awsvpc", 80), ("host", 80), ("bridge", 0)] {
        assert_eq!(
            differences(&DEFINITION, mapped(mode, None), mapped(mode, Some(filled))),
            NONE,
            "{mode}"
        );
    }
    let path = "containerDefinitions[a].portMappings[80/tcp].hostPort NewRevision";
    assert_eq!(
        differences(&DEFINITION, mapped("bridge", None), mapped("bridge", Some(80))),
        [path]
    );
}

fn observed_service(strategy: &str, maximum: i64, minimum: i64) -> Json {
    json!({
        "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/production", "serviceName": "api", "status": "ACTIVE",
        "taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/api:3", "desiredCount": 2,
        "launchType": "FARGATE", "platformVersion": "LATEST", "platformFamily": "Linux", "runningCount": 2,
        "role": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "deploymentConfiguration": {
            "bakeTimeInMinutes": 0, "deploymentCircuitBreaker": {"enable": false, "rollback": false},
            "alarms": {"alarmNames": [], "enable": false, "rollback": false},
            "maximumPercent": maximum, "minimumHealthyPercent": minimum, "strategy": "ROLLING",
        },
        "deploymentController": {"type": "ECS"}, "schedulingStrategy": strategy, "propagateTags": "NONE",
        "enableECSManagedTags": false, "enableExecuteCommand": false, "healthCheckGracePeriodSeconds": 0,
        "placementConstraints": [], "placementStrategy": [], "loadBalancers": [], "serviceRegistries": [],
        "availabilityZoneRebalancing": "ENABLED", "resourceManagementType": "CUSTOMER",
        "networkConfiguration": {"awsvpcConfiguration": {
            "subnets": ["subnet-2", "subnet-1"], "securityGroups": [], "assignPublicIp": "DISABLED"}},
        "serviceConnectConfiguration": {"enabled": false},
    })
}

fn minimal_service() -> Json {
    json!({
        "cluster": "production", "serviceName": "api", "taskDefinition": "api:3", "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"]}},
    })
}

#[test]
fn what_aws_fills_into_a_service_is_no_difference() {
    let live = observed_service("REPLICA", 200, 100);
    assert_eq!(differences(&SERVICE, minimal_service(), live), NONE);
}

#[test]
fn a_daemon_service_has_defaults_of_its_own() {
    let mut desired = minimal_service();
    desired["schedulingStrategy"] = "DAEMON".into();
    assert_eq!(
        differences(&SERVICE, desired.clone(), observed_service("DAEMON", 100, 0)),
        NONE
    );
    assert_eq!(
        differences(&SERVICE, desired, observed_service("DAEMON", 200, 0)),
        ["deploymentConfiguration.maximumPercent InPlace"]
    );
}

#[test]
fn amounts_that_left_git_are_put_back() {
    assert_eq!(
        differences(&SERVICE, minimal_service(), observed_service("REPLICA", 100, 50)),
        [
            "deploymentConfiguration.maximumPercent InPlace",
            "deploymentConfiguration.minimumHealthyPercent InPlace"
        ]
    );
}

#[test]
fn what_left_git_is_removed_one_by_one() {
    let group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/1";
    for (member, was, cost) in [
        (
            "loadBalancers",
            json!([{"targetGroupArn": group, "containerName": "a"}]),
            "Deployment",
        ),
        (
            "serviceConnectConfiguration",
            json!({"enabled": true, "namespace": "shop"}),
            "Deployment",
        ),
        ("volumeConfigurations", json!([{"name": "data"}]), "Deployment"),
        ("placementStrategy", json!([{"type": "random"}]), "InPlace"),
        (
            "placementConstraints",
            json!([{"type": "distinctInstance"}]),
            "InPlace",
        ),
        ("enableExecuteCommand", json!(true), "InPlace"),
    ] {
        let mut live = observed_service("REPLICA", 200, 100);
        live[member] = was;
        let found = differences(&SERVICE, minimal_service(), live);
        assert!(!found.is_empty(), "{member}");
        assert!(
            found
                .iter()
                .all(|line| line.starts_with(member) && line.ends_with(cost)),
            "{found:?}"
        );
    }
    let mut live = observed_service("REPLICA", 200, 100);
    live["deploymentConfiguration"]["deploymentCircuitBreaker"] =
        json!({"enable": true, "rollback": true, "resetOnHealthyTask": true});
    let found = differences(&SERVICE, minimal_service(), live);
    assert!(
        found.contains(&"deploymentConfiguration.deploymentCircuitBreaker.enable InPlace".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_circuit_breaker_that_is_off_is_none_whatever_aws_fills_in() {
    let mut live = observed_service("REPLICA", 200, 100);
    live["deploymentConfiguration"]["deploymentCircuitBreaker"] =
        json!({"enable": false, "rollback": false, "resetOnHealthyTask": true});
    assert_eq!(differences(&SERVICE, minimal_service(), live), NONE);
}

#[test]
fn placement_fields_have_one_spelling_and_an_order() {
    let spread = |fields: &[&str]| {
        let rules: Vec<Json> = fields
            .iter()
            .map(|field| json!({"type": "spread", "field": field}))
            .collect();
        let mut service = minimal_service();
        service["placementStrategy"] = json!(rules);
        service
    };
    assert_eq!(
        differences(&SERVICE, spread(&["host", "CPU"]), spread(&["instanceId", "cpu"])),
        NONE
    );
    assert!(!differences(&SERVICE, spread(&["host", "cpu"]), spread(&["cpu", "host"])).is_empty());
}

#[test]
fn what_can_not_be_changed_is_replaced() {
    let mut desired = minimal_service();
    desired["launchType"] = "EC2".into();
    assert_eq!(
        differences(&SERVICE, desired, observed_service("REPLICA", 200, 100)),
        ["launchType Replacement"]
    );
}

#[test]
fn moving_to_capacity_providers_happens_in_place() {
    let mut desired = minimal_service();
    desired["launchType"] = Json::Null;
    desired["capacityProviderStrategy"] =
        json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]);
    let found = differences(&SERVICE, desired, observed_service("REPLICA", 200, 100));
    assert!(
        !found.is_empty() && found.iter().all(|line| line.ends_with("InPlace")),
        "{found:?}"
    );
}

/// M: which members of UpdateService start a deployment, as its reference says.
#[test]
fn the_costs_are_those_of_update_service() {
    let starts_one = [
        "loadBalancers",
        "networkConfiguration",
        "platformVersion",
        "serviceConnectConfiguration",
        "serviceRegistries",
        "taskDefinition",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    ];
    let immutable = [
        "cluster",
        "launchType",
        "role",
        "schedulingStrategy",
        "serviceName",
    ];
    for field in &service::table().as_object().unwrap().fields {
        let wanted = if starts_one.contains(&field.name) {
            Cost::Deployment
        } else if immutable.contains(&field.name) {
            Cost::Replacement
        } else {
            Cost::InPlace
        };
        assert_eq!(field.cost.unwrap_or(Cost::InPlace), wanted, "{}", field.name);
    }
}

#[test]
fn duplicates_of_a_key_keep_their_places() {
    let container = |values: [&str; 2]| {
        let pairs: Vec<Json> = values
            .iter()
            .map(|value| json!({"name": "A", "value": value}))
            .collect();
        Value::from_json(json!({"containerDefinitions": [{"name": "a", "image": "x", "environment": pairs}]}))
    };
    let shape = task_definition::shape();
    assert_ne!(
        canonical(&shape, &container(["1", "2"])),
        canonical(&shape, &container(["2", "1"]))
    );
}

#[test]
fn a_structure_without_members_says_nothing() {
    let mut desired = minimal_service();
    desired["deploymentConfiguration"] = json!({"lifecycleHooks": [
        {"targetType": "AWS_LAMBDA", "timeoutConfiguration": {}}, {"timeoutConfiguration": {}}]});
    let mut live = observed_service("REPLICA", 200, 100);
    live["deploymentConfiguration"]["lifecycleHooks"] = json!([{"targetType": "AWS_LAMBDA"}]);
    assert_eq!(differences(&SERVICE, desired, live), NONE);
}

#[test]
fn a_default_that_moves_with_another_member_is_no_drift() {
    let desired = Value::from_json(minimal_service());
    let record = crate::resource::compare::record_of(&SERVICE, &desired);
    let mut daemon = minimal_service();
    daemon["schedulingStrategy"] = "DAEMON".into();
    let drifted = |live: Json| {
        let differences = compare(
            &SERVICE,
            &Value::from_json(daemon.clone()),
            &Value::from_json(live),
            Some(&record),
        );
        let amounts = differences
            .iter()
            .filter(|item| item.path.top() == "deploymentConfiguration");
        amounts.filter(|item| item.cause != Cause::Planned).count()
    };
    assert_eq!(drifted(observed_service("REPLICA", 200, 100)), 0);
    assert_ne!(drifted(observed_service("REPLICA", 150, 100)), 0);
}
