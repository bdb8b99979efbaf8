//! Ingresses: traffic always finds a healthy target, rules stand in their order, and records have their owner.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use sendo_sandbox::elbv2::Priority;
use sendo_sandbox::state::World;

use super::harness::{Death, PROJECT, REGION, Stage, addresses, ingress, service, text};

/// How long the sandbox checks a new target.
const CHECK: SignedDuration = SignedDuration::from_secs(1);

async fn stage(members: &str) -> Stage {
    Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", &service("api", members))
}

/// The groups that the rule of the host sends traffic to.
fn forwarded(world: &World) -> Vec<String> {
    let region = world.region(REGION).unwrap();
    let mut rules = region
        .elbv2
        .rules
        .values()
        .filter(|rule| rule.priority != Priority::Default);
    let Some(rule) = rules.next() else {
        return Vec::new();
    };
    let groups = rule.actions[0]["ForwardConfig"]["TargetGroups"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let weighted = groups.iter().filter(|group| group["Weight"].as_i64() != Some(0));
    weighted
        .filter_map(|group| group["TargetGroupArn"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Whether each group that takes traffic has a healthy target.
fn is_served(world: &World) -> bool {
    let elbv2 = &world.region(REGION).unwrap().elbv2;
    let healthy = |arn: &String| {
        elbv2.target_groups.get(arn).is_some_and(|group| {
            group.targets.iter().any(|target| {
                target.answers && target.leaving_since.is_none() && world.now >= target.since + CHECK
            })
        })
    };
    let groups = forwarded(world);
    !groups.is_empty() && groups.iter().all(healthy)
}

/// The calls from now on after which nobody was served.
fn outages(stage: &Stage) -> Arc<Mutex<Vec<String>>> {
    let outages: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = outages.clone();
    stage.sandbox.watch(move |call, world| {
        if !is_served(world) {
            seen.lock().unwrap().push(call.operation.clone());
        }
    });
    outages
}

#[tokio::test]
async fn a_target_group_is_replaced_without_a_moment_of_no_healthy_target() {
    let before = ingress("api.example.com", ", protocolVersion: HTTP1");
    let stage = stage(&("desiredCount: 2\n".to_owned() + &before)).await;
    stage.apply().await;
    let old = stage.sandbox.world(forwarded);
    stage.sandbox.advance(std::time::Duration::from_secs(10));
    assert!(stage.sandbox.world(is_served));
    stage.edit("api.yaml", "protocolVersion: HTTP1", "protocolVersion: HTTP2");
    let plan = stage.plan().await;
    assert!(
        text(&plan).contains("# forces replacement") && addresses(&plan)[0].starts_with("+/- "),
        "{}",
        text(&plan)
    );
    let outages = outages(&stage);
    stage.apply().await;
    assert_eq!(*outages.lock().unwrap(), [""; 0]);
    let new = stage.sandbox.world(forwarded);
    assert_ne!(new, old);
    assert_eq!(
        stage.region(|region| region.elbv2.target_groups.keys().cloned().collect::<Vec<_>>()),
        new
    );
    stage.is_settled().await;
}

/// Dies at every write of a replacement in turn, and finishes it: at no call nobody is served.
async fn is_served_through_deaths(death: fn(u64) -> Death) {
    let before = ingress("api.example.com", ", protocolVersion: HTTP1");
    let stage = stage(&("desiredCount: 2\n".to_owned() + &before)).await;
    stage.apply().await;
    stage.sandbox.advance(std::time::Duration::from_secs(10));
    let begin = stage.keep();
    stage.edit("api.yaml", "protocolVersion: HTTP1", "protocolVersion: HTTP2");
    let outages = outages(&stage);
    for n in 1.. {
        stage.go_back(&begin);
        let died = stage.die(death(n)).await;
        if !died {
            assert!(n > 5, "it had only {n} writes");
            break;
        }
        stage.apply().await;
        stage.is_settled().await;
        assert_eq!(*outages.lock().unwrap(), [""; 0], "{:?}", death(n));
        assert_eq!(stage.region(|region| region.elbv2.target_groups.len()), 1);
    }
}

#[tokio::test]
async fn a_replacement_that_died_before_any_write_leaves_everybody_served() {
    is_served_through_deaths(Death::Before).await;
}

#[tokio::test]
async fn a_replacement_that_died_after_any_write_leaves_everybody_served() {
    is_served_through_deaths(Death::After).await;
}

fn priorities(stage: &Stage) -> Vec<(String, String)> {
    stage.region(|region| {
        let mut rules: Vec<_> = region
            .elbv2
            .rules
            .values()
            .filter(|rule| rule.priority != Priority::Default)
            .collect();
        rules.sort_by_key(|rule| rule.priority);
        let path = |rule: &sendo_sandbox::elbv2::Rule| {
            let paths = rule
                .conditions
                .iter()
                .find(|condition| condition["Field"] == "path-pattern");
            paths.map_or("any".to_owned(), |paths| {
                paths["PathPatternConfig"]["Values"][0]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
        };
        rules
            .iter()
            .map(|rule| (rule.priority.to_string(), path(rule)))
            .collect()
    })
}

#[tokio::test]
async fn narrower_rules_come_before_wider_ones_and_existing_ones_keep_their_number() {
    let wide = "  - {name: all, listenerArn: \"${httpsListener}\", hosts: [api.example.com], container: app, port: 8080}";
    let narrow = |name: &str, path: &str| {
        format!(
            "  - {{name: {name}, listenerArn: \"${{httpsListener}}\", hosts: [api.example.com], paths: [{path}], container: app, port: 8080}}"
        )
    };
    let stage = stage(&format!("ingress:\n{wide}\n{}\n", narrow("v1", "/v1/*"))).await;
    stage.apply().await;
    let first = priorities(&stage);
    let paths = |rules: &[(String, String)]| rules.iter().map(|(_, path)| path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&first), ["/v1/*", "any"], "{first:?}");
    let third = narrow("v1-users", "/v1/users/*");
    stage.write(
        "api.yaml",
        &service(
            "api",
            &format!("ingress:\n{wide}\n{}\n{third}\n", narrow("v1", "/v1/*")),
        ),
    );
    stage.apply().await;
    let second = priorities(&stage);
    assert_eq!(paths(&second), ["/v1/users/*", "/v1/*", "any"], "{second:?}");
    stage.is_settled().await;
}

#[tokio::test]
async fn a_record_stands_beside_the_proof_of_its_owner_and_both_go_together() {
    let with_dns = ingress("api.example.com", ", dns: {hostedZoneId: Z5EED000EXAMPLE}");
    let stage = stage(&with_dns).await;
    stage.apply().await;
    let records = |stage: &Stage| -> Vec<String> {
        stage.sandbox.world_mut(|world| {
            let zones = world.route53_mut().zones.values();
            let records = zones.flat_map(|zone| &zone.records);
            let ours = records.filter(|record| record.name.contains("api."));
            ours.map(|record| format!("{} {}", record.name, record.kind))
                .collect()
        })
    };
    assert_eq!(
        records(&stage),
        ["api.example.com. A", "_sendo.api.example.com. TXT"]
    );
    stage.write("api.yaml", &service("api", &ingress("api.example.com", "")));
    stage.apply().await;
    assert_eq!(
        records(&stage),
        [""; 0],
        "though no manifest names the zone any more"
    );
    stage.is_settled().await;
}

#[tokio::test]
async fn a_host_that_changes_moves_rule_and_record_without_a_new_target_group() {
    let with_dns = ingress("api.example.com", ", dns: {hostedZoneId: Z5EED000EXAMPLE}");
    let stage = stage(&with_dns).await;
    stage.apply().await;
    stage.edit("api.yaml", "api.example.com", "www.example.com");
    stage.mark();
    stage.apply().await;
    assert_eq!(
        (
            stage.count("CreateTargetGroup"),
            stage.count("UpdateService"),
            stage.count("CreateRule")
        ),
        (0, 0, 0)
    );
    stage.is_settled().await;
}

#[tokio::test]
async fn a_service_that_gets_another_name_keeps_its_way_in() {
    let stage = stage(&ingress("api.example.com", "")).await;
    stage.apply().await;
    stage.sandbox.advance(std::time::Duration::from_secs(10));
    let outages = outages(&stage);
    stage.write(
        "api.yaml",
        &service(
            "api",
            &format!("serviceName: renamed\n{}", ingress("api.example.com", "")),
        ),
    );
    stage.apply().await;
    stage.is_settled().await;
    let names: Vec<String> = stage.services().into_iter().map(|service| service.name).collect();
    assert_eq!(names, ["renamed"]);
    assert_eq!(*outages.lock().unwrap(), [""; 0]);
}
