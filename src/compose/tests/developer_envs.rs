use super::*;
use insta::assert_snapshot;

const API: &str = "ingress: [{name: web, listenerArn: '${listener}', hosts: [api.example.com], paths: [/v1/*], priority: 5, targetGroupName: api, dns: {hostedZoneId: Z9}}], \
                   desiredCount: 4, loadBalancers: [], serviceRegistries: [{registryArn: 'arn:aws:servicediscovery:ap-northeast-1:123456789012:service/srv-1'}]";

fn env(name: &str, spec: &str) -> String {
    manifest("DeveloperEnv", name, spec)
}

fn with_api(spec: &str) -> Composed {
    composed(&(web("api", API) + &env("alice", spec)), "staging")
}

#[test]
fn a_copy_stands_beside_the_original() {
    let composed = with_api("{owner: a, services: [{from: api}]}");
    assert_eq!(composed.messages, "");
    let spec = composed.spec("DeveloperEnv/alice/api/service");
    assert_eq!(
        (&spec["serviceName"], &spec["cluster"], &spec["desiredCount"]),
        (&json!("alice-api"), &json!("staging-per-member"), &json!(1))
    );
    assert_eq!(
        spec["deploymentConfiguration"],
        json!({"maximumPercent": 100, "minimumHealthyPercent": 0})
    );
    let rule = composed.spec("DeveloperEnv/alice/api/web/listener_rule");
    assert_eq!(
        rule["conditions"][0]["values"],
        json!(["alice-api.dev.example.com"])
    );
    assert_eq!(rule["conditions"][1]["values"], json!(["/v1/*"]));
    assert_eq!(
        (rule.get("priority"), &rule["priorityRange"]),
        (None, &json!([1000, 1999]))
    );
    assert_eq!(
        composed.spec("DeveloperEnv/alice/api/alice-api.dev.example.com/dns_record")["hostedZoneId"],
        json!("Z123")
    );
    assert!(
        composed
            .resource("DeveloperEnv/alice/api/service")
            .needs()
            .contains("Service/api/task_definition")
    );
    assert_eq!(
        composed.composition.desired.unwrap().notes,
        [
            "DeveloperEnv/alice: not copied from Service/api: loadBalancers, serviceRegistries, explicit target group names, explicit priorities, dns of its ingresses"
        ]
    );
}

#[test]
fn the_original_is_the_same_with_and_without_copies() {
    let alone = composed(&web("api", API), "staging");
    let copied = with_api("{owner: a, services: [{from: api}]}");
    for address in alone.addresses() {
        assert_eq!(alone.spec(address), copied.spec(address));
    }
}

#[test]
fn they_exist_in_their_base_environment_alone() {
    let text = web("api", API) + &env("alice", "{owner: a, services: [{from: api}]}");
    let production = composed(&text, "production");
    assert_eq!(production.messages, "");
    assert!(
        production
            .addresses()
            .iter()
            .all(|address| address.starts_with("Service/"))
    );
    let manifests = production.composition.desired.unwrap().manifests;
    assert!(!manifests.keys().any(|id| &*id.kind == "DeveloperEnv"));
}

#[test]
fn from_ignores_only_in() {
    let text =
        web("api", API) + "onlyIn: [production]\n" + &env("alice", "{owner: a, services: [{from: api}]}");
    let composed = composed(&text, "staging");
    assert_eq!(composed.messages, "");
    let definition = composed.resource("Service/api/task_definition");
    assert_eq!(&*definition.name, "shop-staging-api");
}

#[test]
fn all_means_every_service_with_an_ingress() {
    let text = web("api", API) + &web("worker", "") + &env("alice", "{owner: a, services: all}");
    let composed = composed(&text, "staging");
    let copies: Vec<&str> = composed
        .addresses()
        .into_iter()
        .filter(|it| it.starts_with("DeveloperEnv") && it.ends_with("/service"))
        .collect();
    assert_eq!(copies, ["DeveloperEnv/alice/api/service"]);
}

#[test]
fn images_environment_and_secrets_change_the_copy_alone() {
    let api = web("api", API).replace(
        "image: 'example/api:1'",
        "image: 'example/api:1', secrets: {TOKEN: /shop/token}, environment: {A: '1', B: '1'}",
    );
    let spec = "{owner: a, services: [{from: api, images: {app: 'example/api:x'}, environment: {A: '2', TOKEN: t}, secrets: {B: /b}}]}";
    let composed = composed(&(api + &env("alice", spec)), "staging");
    assert_eq!(composed.messages, "");
    let own = composed.resource("DeveloperEnv/alice/api/task_definition");
    assert_eq!(
        (&*own.name, own.manifest.to_string()),
        ("shop-staging-api", "Service/api".to_owned())
    );
    let container = &composed.spec("DeveloperEnv/alice/api/task_definition")["containerDefinitions"][0];
    assert_eq!(container["image"], json!("example/api:x"));
    assert_eq!(
        container["environment"],
        json!([{"name": "A", "value": "2"}, {"name": "TOKEN", "value": "(sensitive value)"}])
    );
    assert_eq!(container["secrets"], json!([{"name": "B", "valueFrom": "/b"}]));
}

#[test]
fn hosts_and_records_are_templates_and_a_wildcard_gets_a_record_only_by_name() {
    let spec = "{owner: a, services: [{from: api, hosts: ['{env}-*.{domain}', 'x.{domain}'], records: ['{env}-app.{domain}']}]}";
    let composed = with_api(spec);
    assert_eq!(composed.messages, "");
    let rule = composed.spec("DeveloperEnv/alice/api/web/listener_rule");
    assert_eq!(
        rule["conditions"][0]["values"],
        json!(["alice-*.dev.example.com", "x.dev.example.com"])
    );
    let records: Vec<&str> = composed
        .addresses()
        .into_iter()
        .filter(|it| it.starts_with("DeveloperEnv") && it.ends_with("dns_record"))
        .collect();
    assert_eq!(
        records,
        ["DeveloperEnv/alice/api/alice-app.dev.example.com/dns_record"]
    );
}

#[test]
fn batches_run_on_the_developer_cluster_under_the_environments_name() {
    let batch = manifest(
        "ScheduledBatch",
        "no1",
        "{schedule: rate(1 hour), taskTemplate: batch, ruleName: exact, environment: {A: '1', B: '1'}}",
    );
    let spec =
        "{owner: a, batches: [{from: no1, suspend: true, environment: {A: '2'}, images: {batch: 'x:2'}}]}";
    let composed = composed(&(batch + &env("alice", spec)), "staging");
    assert_eq!(composed.messages, "");
    let rule = composed.spec("DeveloperEnv/alice/no1/event_rule");
    assert_eq!(
        (&rule["name"], &rule["state"]),
        (&json!("shop-staging-alice-no1"), &json!("DISABLED"))
    );
    assert_eq!(rule["target"]["cluster"], json!("staging-per-member"));
    assert_eq!(
        rule["target"]["input"]["containerOverrides"][0]["environment"],
        json!([{"name": "A", "value": "2"}, {"name": "B", "value": "1"}])
    );
    assert_eq!(
        &*composed.resource("DeveloperEnv/alice/no1/task_definition").name,
        "shop-staging-batch"
    );
}

#[test]
fn blue_green_becomes_rolling_and_the_plan_says_so() {
    let api = "deploymentConfiguration: {strategy: BLUE_GREEN, bakeTimeInMinutes: 5, alarms: {alarmNames: [x], enable: true, rollback: true}}";
    let composed = composed(
        &(web("api", api) + &env("alice", "{owner: a, services: [{from: api}]}")),
        "staging",
    );
    assert_eq!(composed.messages, "");
    assert_eq!(
        composed.spec("DeveloperEnv/alice/api/service")["deploymentConfiguration"],
        json!({"maximumPercent": 100, "minimumHealthyPercent": 0})
    );
    assert_eq!(
        composed.composition.desired.unwrap().notes,
        [
            "DeveloperEnv/alice: not copied from Service/api: deployment alarms",
            "DeveloperEnv/alice: the BLUE_GREEN deployment of Service/api becomes rolling in the copy"
        ]
    );
}

#[test]
fn what_cannot_be_copied_is_refused_at_its_place() {
    assert_snapshot!(with_api("{owner: a, services: [{from: ap}, {from: api}, {from: api}], batches: [{from: no1}]}").messages, @r##"
a.yaml:10:36: error: no Service of that name
a.yaml:10:61: error: `api` is copied twice
a.yaml:10:85: error: no ScheduledBatch of that name
"##);
    assert_snapshot!(with_api("{owner: a, services: [{from: api, images: {ap: 'x:1'}, container: web, environment: {A: '1'}}]}").messages, @r##"
a.yaml:10:50: error: the task definition has no container of that name
a.yaml:10:73: error: the task definition has no container of that name
"##);
    assert_snapshot!(with_api("{owner: a, services: [{from: api, hosts: ['{nv}.{domain}', 'a b', '-x.example.com']}]}").messages, @r##"
a.yaml:10:49: error: the host holds something in braces that is not known
a.yaml:10:66: error: this makes no host name: letters, digits, `-`, `.`, `*` and `?` make one
a.yaml:10:73: error: this makes a host name with a label that starts or ends with `-`
"##);
    assert_snapshot!(with_api("{owner: a, services: [{from: api, hosts: [a, b, c, d, e]}]}").messages, @r##"a.yaml:10:41: error: 6 condition values in one rule: AWS takes 5"##);
    let daemon = web(
        "agent",
        "schedulingStrategy: DAEMON, launchType: EC2, networkConfiguration: null",
    )
    .replace("image: 'example/api:1'", "image: 'example/api:1', memory: 512");
    assert_snapshot!(composed(&(daemon + &env("alice", "{owner: a, services: [{from: agent, hosts: [x]}]}")), "staging").messages, @r##"a.yaml:10:36: error: the Service `agent` is a DAEMON: it runs on every instance and can't be copied"##);
    assert_snapshot!(composed(&(web("worker", "") + &env("alice", "{owner: a, services: [{from: worker, hosts: [x.example.com]}]}")), "staging").messages, @r##"a.yaml:10:44: error: `hosts` has no effect: the Service `worker` has no ingress"##);
}

#[test]
fn hosts_of_two_environments_that_clash_are_named_both() {
    let spec = "{owner: a, services: [{from: api, hosts: [x.dev.example.com]}]}";
    let text = web("api", API) + &env("alice", spec) + &env("bob", spec);
    let composed = composed(&text, "staging");
    assert_snapshot!(composed.messages, @r##"a.yaml:15:49: error: the host `x.dev.example.com` is taken on this listener, under the same conditions"##);
    assert!(
        composed
            .addresses()
            .iter()
            .all(|address| address.starts_with("Service/"))
    );
}

#[test]
fn an_owner_has_no_more_than_the_project_allows() {
    let text: String = ["a", "b", "c"]
        .iter()
        .map(|name| env(name, "{owner: x@example.com, services: []}"))
        .collect();
    assert_snapshot!(composed(&text, "staging").messages, @r##"a.yaml:15:15: error: the owner has 3 developer environments: the project allows 2"##);
}

#[test]
fn the_projects_settings_are_checked() {
    let text = web("api", API) + &env("alice", "{owner: a, services: [{from: api}]}");
    let with = |from: &str, to: &str| {
        let project = PROJECT.replace(from, to);
        compose_text(&[("sendo.yaml", &project), ("a.yaml", &text)], "staging").messages
    };
    assert_snapshot!(with("base: staging", "base: stagin"), @r##"sendo.yaml:21:11: error: the base of developer environments is none of the project's environments"##);
    assert_snapshot!(with("    domain: dev.example.com\n", ""), @r##"a.yaml:10:36: error: the host needs a domain, and the project names none for developer environments"##);
    assert_snapshot!(with("    priorityRange: [1000, 1999]\n", "    priorityRange: [1999, 1000]\n    listenerArn: x\n"), @r##"
sendo.yaml:25:20: error: `priorityRange` must be the lowest and the highest priority
sendo.yaml:26:18: error: `listenerArn` is not the ARN it should be
"##);
    let start = PROJECT.find("  developerEnvs:").unwrap();
    let end = PROJECT.find("  tags:").unwrap();
    assert_snapshot!(with(&PROJECT[start..end], ""), @r##"a.yaml:9:18: error: the project has no `developerEnvs`"##);
}

#[test]
fn a_grace_period_stays_behind_with_the_load_balancers_that_it_waits_for() {
    let raw = "healthCheckGracePeriodSeconds: 30, loadBalancers: [{targetGroupArn: \
               'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/raw/1', containerName: app, \
               containerPort: 8080}]";
    let composed = composed(
        &(web("api", raw) + &env("alice", "{owner: a, services: [{from: api}]}")),
        "staging",
    );
    assert_eq!(composed.messages, "");
    let spec = composed.spec("DeveloperEnv/alice/api/service");
    assert_eq!(spec.get("healthCheckGracePeriodSeconds"), None);
}
