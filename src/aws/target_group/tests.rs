use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sendo_sandbox::{Effect, Service, When};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::bench::{Bench, Lines, REGION, desired, differences, resource, scope, with, write};
use crate::aws::observe::observe;
use crate::aws::providers;
use crate::resource::graph::Resource;
use crate::resource::snapshot::{Observation, Owner, Snapshot};

fn named(name: &str) -> Resource {
    let spec = json!({
        "name": name, "protocol": "HTTP", "protocolVersion": "HTTP1", "port": 8080, "vpcId": "vpc-5eed0001",
        "targetType": "ip", "ipAddressType": "ipv4",
        "tags": {
            "team": "shop", "sendo:project": "shop", "sendo:environment": "production", "sendo:manifest": "Service/api",
            "sendo:ingress": "web",
        },
    });
    resource(&TARGET_GROUP, "web/target_group", spec)
}

fn wanted() -> Resource {
    named("api-web-aaaaaaaa")
}

fn call(bench: &Bench, operation: &str, parameters: Json) -> Json {
    bench
        .sandbox
        .call(REGION, Service::Elbv2, operation, &parameters)
        .unwrap()
}

async fn by_hand(bench: &Bench, name: &str) -> String {
    let parameters = json!({
        "Name": name, "Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-5eed0001", "TargetType": "ip",
    });
    let made = call(bench, "CreateTargetGroup", parameters);
    made["TargetGroups"][0]["TargetGroupArn"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A look with or without listing what is left over.
async fn look(bench: &Bench, wanted: &[Resource], orphans: bool) -> Snapshot {
    observe(
        &bench.clients,
        &providers(&bench.clients),
        &desired(wanted),
        orphans,
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn what_was_made_is_found_without_a_difference_and_without_reading_attributes() {
    let bench = Bench::new().await;
    let before = bench.look(&[wanted()]).await;
    assert!(matches!(
        before.observations["Service/api/web/target_group"],
        Observation::Absent
    ));
    let attributes = bench.create(&wanted()).await.unwrap();
    let live = bench.live(&wanted()).await;
    assert_eq!(differences(&wanted(), &live), []);
    assert_eq!(live.attributes, attributes);
    assert!(matches!(live.owner, Owner::Manifest { .. }) && live.record.is_some());
    assert_eq!(bench.calls("DescribeTargetGroupAttributes"), 0);
    assert_eq!(bench.calls("AddTags"), 0);
}

#[tokio::test]
async fn attributes_are_set_changed_and_put_back() {
    let bench = Bench::new().await;
    let key = "deregistration_delay.timeout_seconds";
    let sticky = with(
        &wanted(),
        "attributes",
        json!({key: "0", "stickiness.enabled": "true"}),
    );
    bench.create(&sticky).await.unwrap();
    assert_eq!(differences(&sticky, &bench.live(&sticky).await), []);
    let slower = with(&wanted(), "attributes", json!({key: "60"}));
    bench.update(&slower).await.unwrap();
    let live = bench.live(&slower).await;
    assert_eq!(differences(&slower, &live), []);
    assert_eq!(
        live.spec.get("attributes").unwrap().text("stickiness.enabled"),
        Some("false")
    );
    bench.update(&wanted()).await.unwrap();
    let attributes = call(
        &bench,
        "DescribeTargetGroupAttributes",
        json!({"TargetGroupArn": attribute(&live.attributes, "arn")}),
    );
    let all = attributes["Attributes"].as_array().unwrap();
    assert!(all.contains(&json!({"Key": key, "Value": "300"})), "{all:?}");
    assert_eq!(differences(&wanted(), &bench.live(&wanted()).await), []);
}

#[tokio::test]
async fn a_health_check_changes_in_one_call_and_goes_back_to_its_defaults() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let checked = with(
        &wanted(),
        "healthCheck",
        json!({"path": "/health", "interval": 45, "timeout": 20, "matcher": "200-299", "unhealthyThreshold": 8}),
    );
    bench.update(&checked).await.unwrap();
    assert_eq!(differences(&checked, &bench.live(&checked).await), []);
    assert_eq!(bench.calls("ModifyTargetGroup"), 1);
    bench.update(&wanted()).await.unwrap();
    assert_eq!(differences(&wanted(), &bench.live(&wanted()).await), []);
}

#[tokio::test]
async fn tags_change_and_go() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let mut changed = wanted();
    let tags = changed
        .spec
        .as_map_mut()
        .unwrap()
        .get_mut("tags")
        .unwrap()
        .as_map_mut()
        .unwrap();
    tags.remove("team");
    tags.insert("tier", "front");
    bench.update(&changed).await.unwrap();
    let live = bench.live(&changed).await;
    assert_eq!(differences(&changed, &live), []);
    assert_eq!(live.spec.get("tags").unwrap().text("team"), None);
}

#[tokio::test]
async fn a_group_under_another_name_is_what_the_new_one_replaces() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let renamed = named("api-web-bbbbbbbb");
    let found = bench.look(std::slice::from_ref(&renamed)).await;
    assert!(
        matches!(&found.observations["Service/api/web/target_group"], Observation::Superseded(live)
        if live.spec.text("name") == Some("api-web-aaaaaaaa"))
    );
    bench.create(&renamed).await.unwrap();
    let found = bench.look(std::slice::from_ref(&renamed)).await;
    assert!(matches!(
        &found.observations["Service/api/web/target_group"],
        Observation::Present(_)
    ));
    let orphans: Vec<&str> = found.orphans.iter().map(|orphan| &*orphan.name).collect();
    assert_eq!(orphans, ["api-web-aaaaaaaa"]);
    assert_eq!(&*found.orphans[0].address, "Service/api/web/target_group");
}

#[tokio::test]
async fn a_group_made_by_hand_is_nobodys_and_is_not_taken() {
    let bench = Bench::new().await;
    by_hand(&bench, "api-web-aaaaaaaa").await;
    assert_eq!(bench.live(&wanted()).await.owner, Owner::Nobody);
    let error = bench.create(&wanted()).await.unwrap_err();
    assert_eq!(error.code, "DuplicateTargetGroupName");
    assert_eq!(bench.calls("AddTags"), 0);
}

#[tokio::test]
async fn marks_copied_by_hand_prove_nothing() {
    let bench = Bench::new().await;
    let made = bench.create(&wanted()).await.unwrap();
    let other = by_hand(&bench, "copied-cccccccc").await;
    let tags = call(
        &bench,
        "DescribeTags",
        json!({"ResourceArns": [attribute(&made, "arn")]}),
    );
    let tags = tags["TagDescriptions"][0]["Tags"].clone();
    call(&bench, "AddTags", json!({"ResourceArns": [other], "Tags": tags}));
    let found = bench.look(&[]).await;
    let orphans: Vec<&str> = found.orphans.iter().map(|orphan| &*orphan.name).collect();
    assert_eq!(orphans, ["api-web-aaaaaaaa"]);
}

#[tokio::test]
async fn an_answer_that_got_lost_doubles_nothing() {
    let bench = Bench::new().await;
    let declared = with(
        &wanted(),
        "attributes",
        json!({"slow_start.duration_seconds": "30"}),
    );
    bench.fail("ModifyTargetGroupAttributes", When::First(9), Effect::DropAnswer);
    bench.create(&declared).await.unwrap_err();
    bench.create(&declared).await.unwrap();
    assert_eq!(differences(&declared, &bench.live(&declared).await), []);
    let all = call(&bench, "DescribeTargetGroups", json!({}));
    assert_eq!(all["TargetGroups"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_few_names_are_read_alone_and_many_groups_together() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    by_hand(&bench, "foreign").await;
    let found = look(&bench, &[wanted()], false).await;
    assert!(matches!(
        &found.observations["Service/api/web/target_group"],
        Observation::Present(_)
    ));
    assert_eq!(
        bench.last("DescribeTags")["ResourceArns"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let names: Vec<Resource> = (0..25)
        .map(|n| {
            let mut group = named(&format!("api-web-aaaaaa{}{}", n / 5 + 2, n % 5 + 2));
            group.address = format!("Service/api/web{n}/target_group").into();
            group
        })
        .collect();
    let before = bench.calls("DescribeTargetGroups");
    look(&bench, &names, true).await;
    assert_eq!(bench.calls("DescribeTargetGroups") - before, 1);
}

#[tokio::test]
async fn a_read_that_fails_says_nothing_about_what_is_there() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    for operation in ["DescribeTargetGroups", "DescribeTags"] {
        let bench = Bench::new().await;
        bench.create(&wanted()).await.unwrap();
        bench.deny(operation);
        let found = bench.look(&[wanted()]).await;
        assert!(matches!(
            found.observations["Service/api/web/target_group"],
            Observation::Unknown { .. }
        ));
        assert!(found.orphans.is_empty() && !found.failures.is_empty());
    }
}

#[tokio::test]
async fn a_deleted_group_is_gone_and_may_be_deleted_again() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let live = bench.live(&wanted()).await;
    let provider = bench.provider(&TARGET_GROUP);
    provider.delete(&live).await.unwrap();
    provider.delete(&live).await.unwrap();
    let found = bench.look(&[wanted()]).await;
    assert!(matches!(
        found.observations["Service/api/web/target_group"],
        Observation::Absent
    ));
}

#[tokio::test]
async fn a_group_is_ready_when_all_its_targets_are_healthy() {
    let bench = Bench::new().await;
    let made = bench.create(&wanted()).await.unwrap();
    let (arn, listener) = (
        attribute(&made, "arn").to_owned(),
        bench.sandbox.seeded().https_listener_arn(REGION),
    );
    let rule = json!({
        "ListenerArn": listener, "Priority": 1, "Conditions": [{"Field": "host-header", "Values": ["a.example.com"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": arn}],
    });
    call(&bench, "CreateRule", rule);
    call(
        &bench,
        "RegisterTargets",
        json!({"TargetGroupArn": arn, "Targets": [{"Id": "10.0.0.1", "Port": 8080}]}),
    );
    let (scope, resource, lines) = (scope(), wanted(), Lines::default());
    let provider = bench.provider(&TARGET_GROUP);
    provider
        .ready(&write(&scope, &resource), &made, &lines)
        .await
        .unwrap();
    assert_eq!(
        lines.all().first().map(String::as_str),
        Some("0 of 1 targets healthy")
    );
    assert_eq!(
        lines.all().last().map(String::as_str),
        Some("1 of 1 targets healthy")
    );
}

#[tokio::test]
async fn a_group_of_a_service_without_tasks_takes_over_at_once() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let renamed = named("api-web-bbbbbbbb");
    let made = bench.create(&renamed).await.unwrap();
    let (scope, lines) = (scope(), Lines::default());
    bench
        .provider(&TARGET_GROUP)
        .ready(&write(&scope, &renamed), &made, &lines)
        .await
        .unwrap();
    assert!(lines.all().is_empty());
}

fn group() -> impl Strategy<Value = Resource> {
    let check = (
        prop::option::of("/[a-z]{0,5}"),
        prop::option::of(10i64..60),
        prop::option::of(2i64..8),
        prop::option::of(prop::sample::select(vec!["200", "200-299", "0-12"])),
    );
    let version = prop::sample::select(vec!["HTTP1", "HTTP2", "GRPC"]);
    let attributes = prop::option::of(0u32..3000);
    (version, 1i64..65_535, any::<bool>(), check, attributes).prop_map(|(version, port, ip, check, delay)| {
        let (path, interval, threshold, matcher) = check;
        let mut wanted = with(&wanted(), "protocolVersion", json!(version));
        wanted = with(&wanted, "port", json!(port));
        wanted = with(&wanted, "targetType", json!(if ip { "ip" } else { "instance" }));
        let check = json!({
            "path": path, "interval": interval, "healthyThreshold": threshold, "matcher": matcher,
        });
        wanted = with(&wanted, "healthCheck", check);
        match delay {
            Some(delay) => with(
                &wanted,
                "attributes",
                json!({"deregistration_delay.timeout_seconds": delay.to_string()}),
            ),
            None => wanted,
        }
    })
}

#[test]
fn any_group_is_found_as_it_was_made() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&group(), |wanted| {
            runtime.block_on(async {
                let bench = Bench::new().await;
                bench.create(&wanted).await.unwrap();
                let found = differences(&wanted, &bench.live(&wanted).await);
                prop_assert!(found.is_empty(), "{found:?}");
                Ok(())
            })
        })
        .unwrap();
}
