use super::*;
use insta::assert_snapshot;

#[test]
fn a_service_takes_its_name_and_the_environments_cluster() {
    let composed = composed(&web("api", "desiredCount: 2"), "production");
    assert_eq!(composed.messages, "");
    let spec = composed.spec("Service/api/service");
    assert_eq!(
        (&spec["cluster"], &spec["serviceName"], &spec["desiredCount"]),
        (&json!("production"), &json!("api"), &json!(2))
    );
    assert_eq!(&*composed.resource("Service/api/service").name, "production/api");
}

#[test]
fn a_manifests_own_cluster_wins_and_none_at_all_is_an_error() {
    let text = web(
        "api",
        "cluster: 'arn:aws:ecs:ap-northeast-1:123456789012:cluster/special'",
    );
    assert_eq!(
        &*composed(&text, "production").resource("Service/api/service").name,
        "special/api"
    );
    let project = PROJECT.replace("      cluster: production\n", "");
    let composed = compose_text(
        &[("sendo.yaml", &project), ("a.yaml", &web("api", ""))],
        "production",
    );
    assert_snapshot!(composed.messages, @r##"a.yaml:5:7: error: no cluster: neither this manifest nor the environment `production` names one"##);
}

#[test]
fn the_environments_patch_wins_over_the_spec_and_the_spec_over_defaults() {
    let text = web(
        "api",
        "launchType: EC2, networkConfiguration: null, desiredCount: 1",
    ) + "environments: {production: {spec: {desiredCount: 4}}}\n";
    let composed = composed(&text, "production");
    let spec = composed.spec("Service/api/service");
    assert_eq!(
        (&spec["launchType"], &spec["desiredCount"]),
        (&json!("EC2"), &json!(4))
    );
    assert!(spec.get("networkConfiguration").is_none());
}

#[test]
fn of_launch_type_and_capacity_providers_the_higher_layer_decides() {
    let text = web(
        "api",
        "capacityProviderStrategy: [{capacityProvider: FARGATE_SPOT, weight: 1}]",
    );
    let spec = composed(&text, "production").spec("Service/api/service");
    assert!(spec.get("launchType").is_none() && spec.get("capacityProviderStrategy").is_some());
}

#[test]
fn only_in_leaves_a_manifest_out_of_other_environments() {
    let text = web("api", "") + "onlyIn: [staging]\n";
    assert!(composed(&text, "production").resources().is_empty());
    assert_eq!(composed(&text, "staging").addresses().len(), 2);
}

#[test]
fn an_unknown_environment_offers_the_nearest() {
    let composed = composed("", "prodution");
    assert!(composed.composition.desired.is_none());
    assert_snapshot!(composed.messages, @r##"sendo.yaml:6:3: error: the project has no environment `prodution`"##);
    assert_eq!(
        composed.composition.diagnostics.iter().next().unwrap().help,
        ["did you mean `production`?"]
    );
}

#[test]
fn all_environments_are_listed_in_their_order() {
    let loaded = load_sources(vec![("sendo.yaml".to_owned(), PROJECT.as_bytes().to_vec())]);
    assert_eq!(environments(&loaded), ["production", "staging"]);
}

#[test]
fn two_services_of_one_name_in_a_cluster_are_named_both() {
    let text = web("api", "serviceName: web") + &web("web", "");
    let composed = composed(&text, "production");
    assert_snapshot!(composed.messages, @r##"a.yaml:9:18: error: the service name `web` is taken in the cluster `production`"##);
    assert_eq!(
        composed
            .composition
            .diagnostics
            .iter()
            .next()
            .unwrap()
            .related
            .len(),
        1
    );
    assert_eq!(composed.composition.broken.len(), 2);
    assert!(composed.resources().is_empty());
}

#[test]
fn a_broken_manifest_leaves_the_others_whole() {
    let text = web("api", "") + &web("web", "desiredCount: [1]");
    let composed = composed(&text, "production");
    assert_eq!(
        composed.addresses(),
        ["Service/api/task_definition", "Service/api/service"]
    );
    assert_eq!(
        composed
            .composition
            .broken
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["Service/web"]
    );
}

#[test]
fn every_error_of_a_project_comes_at_once_and_at_its_place() {
    let text = service("none", "{desiredCount: 1}")
        + &service(
            "daemon",
            "{taskTemplate: batch, schedulingStrategy: DAEMON, desiredCount: 1, launchType: EC2}",
        )
        + &service(
            "both",
            "{taskTemplate: batch, capacityProviderStrategy: [{capacityProvider: x}], launchType: EC2}",
        )
        + &service("neither", "{taskTemplate: batch, launchType: null}")
        + &service("missing", "{taskTemplate: bach}")
        + &service("external", "{taskTemplate: batch, taskDefinition: 'shop:3'}")
        + &service(
            "variable",
            "{taskTemplate: batch, platformVersion: '${platform}'}",
        )
        + &service(
            "role",
            "{taskDefinition: {cpu: 256, memory: 4096, executionRoleArn: ecsTaskExecutionRole, containerDefinitions: [{name: app, image: 'x:1'}]}}",
        )
        + &service(
            "tags",
            "{taskTemplate: batch, tags: {'sendo:project': x, 'aws:x': y}}",
        );
    assert_snapshot!(composed(&text, "production").messages, @r##"
a.yaml:5:7: error: the service has nothing to run
a.yaml:10:71: error: a DAEMON service has one task on every instance, and no desired count
a.yaml:15:55: error: both a launch type and capacity providers are named, and ECS takes one of the two
a.yaml:20:7: error: neither a launch type nor capacity providers are named
a.yaml:25:22: error: no TaskTemplate of that name
a.yaml:30:22: error: `taskTemplate` beside an external `taskDefinition`: only one can run
a.yaml:35:46: error: unknown variable `platform`
a.yaml:40:43: error: Fargate has no tasks of 256 CPU units with 4096 MiB of memory
a.yaml:45:36: error: tags that start with `sendo:` can't be set
a.yaml:45:56: error: tags that start with `aws:` can't be set
"##);
}

#[test]
fn tags_are_the_projects_the_services_and_sendos() {
    let text = web("api", "tags: {team: api, cost: '7'}");
    let spec = composed(&text, "production").spec("Service/api/service");
    assert_eq!(
        spec["tags"],
        json!({"team": "api", "cost": "7", "sendo:project": "shop", "sendo:environment": "production", "sendo:manifest": "Service/api"})
    );
}

#[test]
fn annotations_become_settings_of_the_resource_they_name() {
    let text = web("api", "").replace(
        "metadata: {name: api}",
        "metadata: {name: api, annotations: {sendo/adopt: 'true', sendo/prune: disabled, sendo/ignore: '/desiredCount,/taskDefinition/cpu'}}",
    );
    let composed = composed(&text, "production");
    let service = &composed.resource("Service/api/service").settings;
    assert!(service.adopt && service.keep && !service.hands_off);
    assert_eq!(service.ignore, ["/desiredCount"]);
    let tags = &composed.spec("Service/api/service")["tags"];
    assert_eq!(tags["sendo:prune"], json!("disabled"));
    assert_eq!(
        composed.resource("Service/api/task_definition").settings.ignore,
        ["/cpu"]
    );
    let text = text.replace("'/desiredCount,", "'desiredCount,");
    assert_snapshot!(super::composed(&text, "production").messages, @r##"a.yaml:4:95: error: `sendo/ignore` takes JSON pointers; number 1 does not start with `/`"##);
}

#[test]
fn an_external_definition_is_used_as_given() {
    let composed = composed(&service("api", "{taskDefinition: 'shop-api:12'}"), "production");
    assert_eq!(composed.addresses(), ["Service/api/service"]);
    assert_eq!(
        composed.spec("Service/api/service")["taskDefinition"],
        json!("shop-api:12")
    );
}

#[test]
fn places_say_where_to_look_for_orphans() {
    let composed = composed(&web("api", ""), "production");
    let places = composed.composition.desired.unwrap().places;
    assert_eq!(
        (&*places.name_prefix, &*places.schedule_group),
        ("shop-production-", "shop-production")
    );
    assert_eq!(
        places.clusters.into_iter().collect::<Vec<_>>(),
        ["production".into()]
    );
}

#[test]
fn a_fault_that_loading_finds_breaks_its_manifest_and_one_of_the_project_everything() {
    let text = web("api", "")
        + &web("web", "").replace("{name: web}", "{name: web, annotations: {sendo/adopt: maybe}}");
    let result = composed(&text, "production");
    assert_eq!(
        result.addresses(),
        ["Service/api/task_definition", "Service/api/service"]
    );
    let project = PROJECT.replace("  tags: {team: shop}", "  tags: {team: [shop]}");
    let composed = compose_text(
        &[("sendo.yaml", &project), ("a.yaml", &web("api", ""))],
        "production",
    );
    assert!(composed.composition.desired.is_none());
    assert!(composed.composition.diagnostics.has_errors());
}

#[test]
fn a_variable_that_is_missing_is_the_only_error_at_its_place() {
    let project = "apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec: {environments: {production: {region: ap-northeast-1, cluster: production}}}
";
    let service = "apiVersion: sendo/v1
kind: Service
metadata: {name: api}
spec:
  launchType: FARGATE
  desiredCount: \"${count}\"
  networkConfiguration: {awsvpcConfiguration: {subnets: [subnet-1]}}
  taskDefinition:
    cpu: 256
    memory: 5120
    executionRoleArn: \"arn:aws:iam::${accountId}:role/run\"
    containerDefinitions: [{name: app, image: \"${image}\", logConfiguration: {logDriver: awslogs, options: {awslogs-group: x, awslogs-region: y, awslogs-stream-prefix: z}}}]
";
    let composed = compose_text(&[("sendo.yaml", project), ("a.yaml", service)], "production");
    assert_snapshot!(composed.messages, @r##"
a.yaml:6:17: error: unknown variable `count`
a.yaml:10:13: error: Fargate has no tasks of 256 CPU units with 5120 MiB of memory
a.yaml:11:23: error: the environment has no `accountId`
a.yaml:12:47: error: unknown variable `image`
"##);
}
