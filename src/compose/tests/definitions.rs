use super::*;
use insta::assert_snapshot;

#[test]
fn users_of_a_template_share_its_family_and_its_revision() {
    let text = service("a", "{taskTemplate: batch}") + &service("b", "{taskTemplate: batch}");
    let composed = composed(&text, "production");
    assert_eq!(
        composed.addresses(),
        [
            "TaskTemplate/batch/log_group",
            "TaskTemplate/batch/task_definition",
            "Service/a/service",
            "Service/b/service"
        ]
    );
    let definition = composed.resource("TaskTemplate/batch/task_definition");
    assert_eq!(
        (&*definition.name, definition.manifest.to_string()),
        ("shop-production-batch", "TaskTemplate/batch".to_owned())
    );
    assert_eq!(definition.after, ["TaskTemplate/batch/log_group".into()]);
}

#[test]
fn what_is_merged_over_a_template_is_a_family_of_its_own_with_the_templates_logs() {
    let text = service(
        "api",
        "{taskTemplate: batch, taskDefinition: {memory: 1024, containerDefinitions: [{name: batch, environment: {arg1: null, arg2: x}}]}}",
    );
    let composed = composed(&text, "production");
    let spec = composed.spec("Service/api/task_definition");
    assert_eq!(
        (&spec["family"], &spec["memory"], &spec["cpu"]),
        (&json!("shop-production-api"), &json!("1024"), &json!("256"))
    );
    let container = &spec["containerDefinitions"][0];
    assert_eq!(container["environment"], json!([{"name": "arg2", "value": "x"}]));
    assert_eq!(
        container["logConfiguration"]["options"]["awslogs-group"],
        json!("/fargate/batch")
    );
    assert_eq!(
        container["logConfiguration"]["options"]["awslogs-stream-prefix"],
        json!("api")
    );
    assert_eq!(composed.addresses()[0], "TaskTemplate/batch/log_group");
}

#[test]
fn variables_of_a_user_make_another_revision_of_the_templates_family() {
    let text = service("a", "{taskTemplate: batch}")
        + &service("b", "{taskTemplate: batch}")
        + "variables: {imageTag: '2.0'}\n"
        + &service("c", "{taskTemplate: batch}")
        + "variables: {unused: x}\n";
    let composed = composed(&text, "production");
    assert_eq!(composed.messages, "");
    let own = composed.resource("Service/b/task_definition");
    assert_eq!(
        (&*own.name, own.manifest.to_string()),
        ("shop-production-batch", "TaskTemplate/batch".to_owned())
    );
    assert_eq!(
        composed
            .resources()
            .iter()
            .filter(|it| it.kind.name == "ecs_task_definition")
            .count(),
        2
    );
}

#[test]
fn in_a_template_the_name_is_the_templates() {
    let composed = composed(&service("api", "{taskTemplate: batch}"), "production");
    assert_eq!(
        &*composed.resource("TaskTemplate/batch/log_group").name,
        "/fargate/batch"
    );
}

#[test]
fn containers_keep_their_own_log_configuration() {
    let text = service(
        "api",
        "{taskTemplate: batch, taskDefinition: {containerDefinitions: [{name: side, image: 'x:1', logConfiguration: {logDriver: awsfirelens}}]}}",
    );
    let spec = composed(&text, "production").spec("Service/api/task_definition");
    assert_eq!(
        spec["containerDefinitions"][1]["logConfiguration"],
        json!({"logDriver": "awsfirelens"})
    );
}

#[test]
fn fargate_means_awsvpc_and_an_ec2_user_of_the_same_template_has_its_own_revision() {
    let text = service("a", "{taskTemplate: batch}")
        + &service(
            "b",
            "{taskTemplate: batch, launchType: EC2, networkConfiguration: null}",
        );
    let composed = composed(&text, "production");
    assert_eq!(composed.messages, "");
    assert_eq!(
        composed.spec("TaskTemplate/batch/task_definition")["networkMode"],
        json!("awsvpc")
    );
    assert!(
        composed
            .spec("Service/b/task_definition")
            .get("networkMode")
            .is_none()
    );
}

#[test]
fn one_family_belongs_to_one_source() {
    let text =
        web("api", "") + &web("web", "").replace("{cpu: 256", "{family: shop-production-api, cpu: 256");
    assert_snapshot!(composed(&text, "production").messages, @r##"a.yaml:10:33: error: the task definition family `shop-production-api` is another manifest's"##);
}

#[test]
fn one_log_group_belongs_to_one_manifest() {
    let group = "logGroup: {name: /shared}";
    let text = web("api", group) + &web("web", group);
    assert_snapshot!(composed(&text, "production").messages, @r##"a.yaml:10:220: error: the log group `/shared` is another manifest's"##);
}

#[test]
fn an_image_that_moves_without_git_is_a_warning() {
    let text = service(
        "a",
        "{taskDefinition: {cpu: 256, memory: 512, containerDefinitions: [{name: a, image: x}, {name: b, image: 'x:latest'}, {name: c, image: 'x:1'}]}}",
    );
    let composed = composed(&text, "production");
    assert_snapshot!(composed.messages, @r##"
a.yaml:5:88: warning: the image has no tag, which means `latest`: nothing in git changes when it moves
a.yaml:5:109: warning: the image is tagged `latest`: nothing in git changes when it moves
"##);
    assert!(composed.composition.broken.is_empty());
}

#[test]
fn sensitive_values_are_hidden_by_name_by_password_and_by_the_projects_word() {
    let project = PROJECT.replace(
        "  tags: {team: shop}",
        "  tags: {team: shop}\n  sensitive: [INTERNAL_URL]",
    );
    let text = service(
        "a",
        "{taskTemplate: batch, taskDefinition: {containerDefinitions: [{name: batch, environment: {DB_PASSWORD: CANARY, INTERNAL_URL: CANARY, URL: 'https://u:CANARY@h', batch: no1}}]}}",
    );
    let composed = compose_text(
        &[("sendo.yaml", &project), ("t.yaml", TEMPLATE), ("a.yaml", &text)],
        "production",
    );
    let all = format!("{}{:?}", composed.all(), composed.resources());
    assert!(!all.contains("CANARY"), "{all}");
    assert!(all.contains("no1"));
}

#[test]
fn a_templates_fault_is_told_once_and_breaks_its_users() {
    let template = TEMPLATE.replace(
        "name: batch\n        image",
        "name: batch\n        cpu: x\n        image",
    );
    let users =
        service("a", "{taskTemplate: batch}") + &service("b", "{taskTemplate: batch}") + &web("c", "");
    let composed = compose_text(
        &[("sendo.yaml", PROJECT), ("t.yaml", &template), ("a.yaml", &users)],
        "production",
    );
    assert_snapshot!(composed.messages, @r##"t.yaml:11:14: error: `cpu` must be an integer"##);
    let broken: Vec<String> = composed
        .composition
        .broken
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(broken, ["Service/a", "Service/b", "TaskTemplate/batch"]);
}

#[test]
fn an_unused_template_is_checked_and_registers_nothing() {
    let template = TEMPLATE.replace("cpu: 256", "cpu: 256\n    family: '${famly}'");
    let composed = compose_text(&[("sendo.yaml", PROJECT), ("t.yaml", &template)], "production");
    assert_snapshot!(composed.messages, @r##"t.yaml:7:13: error: unknown variable `famly`"##);
    assert!(super::composed("", "production").resources().is_empty());
}

#[test]
fn names_too_long_for_aws_say_where_they_come_from() {
    let project = PROJECT.replace(
        "      cluster: production\n",
        &format!(
            "      cluster: production\n      namePrefix: {}\n",
            "x".repeat(250)
        ),
    );
    let text = service(
        "api-service",
        "{taskTemplate: batch, taskDefinition: {memory: 1024}}",
    );
    let composed = compose_text(
        &[("sendo.yaml", &project), ("t.yaml", TEMPLATE), ("a.yaml", &text)],
        "production",
    );
    assert_snapshot!(composed.messages, @r##"a.yaml:4:18: error: the task definition family is too long: 261 characters, AWS takes 255"##);
}

#[test]
fn a_definition_above_64_kib_and_a_pair_that_fargate_lacks_are_errors() {
    let text = service(
        "a",
        &format!(
            "{{taskTemplate: batch, taskDefinition: {{memory: 600, containerDefinitions: [{{name: batch, environment: {{x: '{}'}}}}]}}}}",
            "y".repeat(70_000)
        ),
    );
    assert_snapshot!(composed(&text, "production").messages, @r##"
a.yaml:5:45: error: the task definition has 70446 bytes, more than the 65536 that ECS takes
a.yaml:5:54: error: Fargate has no tasks of 256 CPU units with 600 MiB of memory
"##);
}
