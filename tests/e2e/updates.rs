//! What changes or leaves a manifest changes in or leaves AWS in one apply, with one UpdateService.

use serde_json::{Value, json};

use super::harness::{PROJECT, Stage, TEMPLATE, batch, fields, ingress, service, text};

/// Members that a service may lose, each with what the world must then say.
const FAMILIES: &[(&str, &str)] = &[
    (
        "/serviceConnectConfiguration/enabled",
        "serviceConnectConfiguration: {enabled: true, namespace: shop, services: [{portName: web}]}\n",
    ),
    (
        "/healthCheckGracePeriodSeconds",
        "healthCheckGracePeriodSeconds: 30\n",
    ),
    ("/enableExecuteCommand", "enableExecuteCommand: true\n"),
    ("/propagateTags", "propagateTags: SERVICE\n"),
    ("/enableECSManagedTags", "enableECSManagedTags: true\n"),
    (
        "/deploymentConfiguration/deploymentCircuitBreaker/enable",
        "deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: true}}\n",
    ),
];

async fn stage(manifest: &str) -> Stage {
    Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", manifest)
}

/// Applies one form and then another, and expects that the second costs one UpdateService and then nothing is left.
async fn moves(from: &str, to: &str) -> Stage {
    let stage = stage(from).await;
    stage.apply().await;
    stage.is_settled().await;
    stage.write("api.yaml", to);
    stage.mark();
    stage.apply().await;
    assert_eq!(stage.count("UpdateService"), 1, "{:?}", stage.writes());
    stage.is_settled().await;
    stage
}

fn member<'a>(stage_member: &'a Value, pointer: &str) -> &'a Value {
    stage_member.pointer(pointer).unwrap_or(&Value::Null)
}

fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text == "NONE",
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) => false,
    }
}

fn config(stage: &Stage) -> Value {
    Value::Object(stage.service("api").config)
}

#[tokio::test]
async fn each_member_that_is_gone_from_git_is_gone_from_aws_after_one_apply() {
    let with_ingress = ingress("api.example.com", "");
    for (pointer, lines) in FAMILIES {
        let before = service("api", &format!("{with_ingress}{lines}"));
        let stage = moves(&before, &service("api", &with_ingress)).await;
        let config = config(&stage);
        assert!(is_off(member(&config, pointer)), "{pointer}: {config:#}");
    }
}

#[tokio::test]
async fn all_members_that_are_gone_from_git_at_once_are_gone_from_aws_after_one_apply() {
    let all: String = FAMILIES.iter().map(|(_, lines)| *lines).collect();
    let before = service("api", &format!("{}{all}", ingress("api.example.com", "")));
    let stage = moves(&before, &service("api", "")).await;
    let config = config(&stage);
    for (pointer, _) in FAMILIES {
        assert!(is_off(member(&config, pointer)), "{pointer}: {config:#}");
    }
    assert!(is_off(member(&config, "/loadBalancers")), "{config:#}");
    let left = stage.region(|region| (region.elbv2.target_groups.len(), region.elbv2.rules.len()));
    assert_eq!(
        (
            left.0,
            stage.count("DeleteTargetGroup"),
            stage.count("DeleteRule")
        ),
        (0, 1, 1)
    );
}

#[tokio::test]
async fn an_ingress_that_is_gone_takes_its_load_balancer_entry_with_it() {
    let stage = moves(
        &service("api", &ingress("api.example.com", "")),
        &service("api", ""),
    )
    .await;
    assert!(is_off(member(&config(&stage), "/loadBalancers")));
}

#[tokio::test]
async fn a_placement_strategy_and_constraints_that_are_gone_are_cleared() {
    let on_instances = |members: &str| {
        let text = service(
            "api",
            &format!("launchType: EC2\nnetworkConfiguration: null\n{members}"),
        );
        let text = text.replace("    networkMode: awsvpc\n", "    networkMode: bridge\n");
        text.replace("    requiresCompatibilities: [FARGATE]\n", "")
    };
    let before = on_instances(
        "placementStrategy: [{type: spread, field: \"attribute:ecs.availability-zone\"}]\nplacementConstraints: [{type: distinctInstance}]\n",
    );
    let stage = moves(&before, &on_instances("")).await;
    let config = config(&stage);
    assert!(is_off(member(&config, "/placementStrategy")), "{config:#}");
    assert!(is_off(member(&config, "/placementConstraints")), "{config:#}");
}

#[tokio::test]
async fn a_volume_that_is_gone_leaves_definition_and_service_in_one_apply() {
    let ebs = "volumeConfigurations: [{name: data, managedEBSVolume: {roleArn: \"arn:aws:iam::123456789012:role/ebs\", sizeInGiB: 10}}]\n";
    let bare = service("api", "");
    let before = service("api", ebs).replace(
        "    containerDefinitions:",
        "    volumes: [{name: data, configuredAtLaunch: true}]\n    containerDefinitions:",
    );
    let before = before.replace(
        "        environment:",
        "        mountPoints: [{sourceVolume: data, containerPath: /data}]\n        environment:",
    );
    let stage = moves(&before, &bare).await;
    assert!(is_off(member(&config(&stage), "/volumeConfigurations")));
    let body = stage.definition("api").body;
    assert!(is_off(member(&body, "/volumes")), "{body:#}");
    assert!(
        is_off(member(&body, "/containerDefinitions/0/mountPoints")),
        "{body:#}"
    );
}

#[tokio::test]
async fn an_environment_variable_that_is_gone_is_one_revision_without_it() {
    let plain = service("api", "");
    let before = plain.replace(
        "{RAILS_ENV: production}",
        "{RAILS_ENV: production, FEATURE: \"on\"}",
    );
    let stage = moves(&before, &plain).await;
    let body = stage.definition("api").body;
    let expected = json!([{"name": "RAILS_ENV", "value": "production"}]);
    assert_eq!(member(&body, "/containerDefinitions/0/environment"), &expected);
    assert_eq!(stage.revisions(), [("shop-production-api".to_owned(), 2)]);
}

#[tokio::test]
async fn a_tag_that_is_gone_is_untagged_without_touching_the_service() {
    let stage = stage(&service("api", "tags: {team: web, tier: front}\n")).await;
    stage.apply().await;
    stage.write("api.yaml", &service("api", "tags: {team: web}\n"));
    stage.mark();
    stage.apply().await;
    let keys: Vec<Value> = stage
        .service("api")
        .tags
        .iter()
        .map(|tag| tag["key"].clone())
        .collect();
    assert!(
        keys.contains(&json!("team")) && !keys.contains(&json!("tier")),
        "{keys:?}"
    );
    assert_eq!(stage.count("UpdateService"), 0, "{:?}", stage.writes());
    stage.is_settled().await;
}

#[tokio::test]
async fn a_desired_count_that_git_leaves_out_is_left_alone() {
    let stage = stage(&service("api", "desiredCount: 2\n")).await;
    stage.apply().await;
    stage.write("api.yaml", &service("api", "desiredCount: null\n"));
    let plan = stage.plan().await;
    assert!(
        !fields(&plan).iter().any(|field| field.contains("desiredCount")),
        "{}",
        text(&plan)
    );
    stage.apply().await;
    assert_eq!(stage.service("api").desired, 2);
}

#[tokio::test]
async fn a_new_image_moves_every_user_of_a_template_in_one_apply() {
    let worker = |name: &str| {
        format!(
            "---\napiVersion: sendo/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{taskTemplate: batch}}\n"
        )
    };
    let all = TEMPLATE.to_owned()
        + &worker("one")
        + &worker("two")
        + &batch("no1", "schedule: rate(1 hour)\n")
        + &batch("no2", "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\n");
    let stage = stage(&all).await;
    stage.apply().await;
    stage.edit("sendo.yaml", "imageTag: \"1\"", "imageTag: \"2\"");
    stage.mark();
    stage.apply().await;
    let moved = [
        ("RegisterTaskDefinition", 1),
        ("UpdateService", 2),
        ("PutTargets", 1),
        ("PutRule", 0),
        ("UpdateSchedule", 1),
    ];
    let counts = moved.map(|(operation, _)| (operation, stage.count(operation)));
    assert_eq!(counts, moved, "{:?}", stage.writes());
    stage.is_settled().await;
    let image = stage.definition("two").body["containerDefinitions"][0]["image"].clone();
    assert_eq!(image, "example/batch:2");
}

#[tokio::test]
async fn a_member_that_cannot_change_plans_a_replacement_that_says_why() {
    let stage = stage(&service("api", "")).await;
    stage.apply().await;
    stage.write("api.yaml", &service("api", "serviceName: renamed\n"));
    let plan = stage.plan().await;
    let shown = text(&plan);
    assert!(shown.contains("renamed"), "{shown}");
    stage.apply().await;
    let names: Vec<String> = stage.services().into_iter().map(|service| service.name).collect();
    assert_eq!(names, ["renamed"]);
    stage.is_settled().await;

    let strategy = "serviceName: renamed\nlaunchType: null\ncapacityProviderStrategy: [{capacityProvider: FARGATE, weight: 1}]\nschedulingStrategy: REPLICA\nrole: null\n";
    stage.write("api.yaml", &service("api", strategy));
    stage.apply().await;
    stage.is_settled().await;
}

#[tokio::test]
async fn a_scheduling_strategy_forces_a_replacement() {
    let on_instances = |members: &str| {
        let text = service(
            "api",
            &format!("launchType: EC2\nnetworkConfiguration: null\n{members}"),
        );
        let text = text.replace("    networkMode: awsvpc\n", "    networkMode: bridge\n");
        text.replace("    requiresCompatibilities: [FARGATE]\n", "")
    };
    let stage = stage(&on_instances("")).await;
    stage.apply().await;
    stage.write("api.yaml", &on_instances("schedulingStrategy: DAEMON\n"));
    let plan = stage.plan().await;
    let shown = text(&plan);
    assert!(
        shown.contains("-/+ service")
            && shown.contains("+ schedulingStrategy: \"DAEMON\"   # forces replacement"),
        "{shown}"
    );
    assert_eq!(
        shown.lines().last(),
        Some("Plan: 1 to add, 0 to change, 1 to destroy.")
    );
    stage.apply().await;
    stage.is_settled().await;
    assert!(stage.service("api").is_daemon());
}
