use sendo_sandbox::{Effect, When};
use serde_json::json;

use super::*;
use crate::aws::bench::{Bench, definition, differences, refer, service, with, with_variable};
use crate::resource::graph::Resource;
use crate::resource::snapshot::{Observation, Owner};

const ADDRESS: &str = "Service/api/task_definition";

#[tokio::test]
async fn what_was_registered_is_found_without_a_difference() {
    let bench = Bench::new().await;
    assert!(matches!(
        bench.look(&[definition()]).await.observations[ADDRESS],
        Observation::Absent
    ));
    let attributes = bench.create(&definition()).await.unwrap();
    assert_eq!(attribute(&attributes, "name"), "shop-production-api:1");
    let live = bench.live(&definition()).await;
    assert_eq!(differences(&definition(), &live), []);
    assert!(matches!(live.owner, Owner::Manifest { .. }) && live.record.is_some());
}

#[tokio::test]
async fn equal_content_is_registered_once() {
    let bench = Bench::new().await;
    bench.create(&definition()).await.unwrap();
    bench
        .create(&with_variable(&definition(), "B", "2"))
        .await
        .unwrap();
    let again = bench.create(&definition()).await.unwrap();
    assert_eq!(attribute(&again, "name"), "shop-production-api:1");
    assert_eq!(bench.calls("RegisterTaskDefinition"), 2);
}

#[tokio::test]
async fn a_registration_whose_answer_is_lost_is_found_again() {
    let bench = Bench::new().await;
    bench.fail("RegisterTaskDefinition", When::Nth(1), Effect::DropAnswer);
    let attributes = bench.create(&definition()).await.unwrap();
    assert_eq!(attribute(&attributes, "name"), "shop-production-api:1");
    assert_eq!(bench.calls("RegisterTaskDefinition"), 1);
}

#[tokio::test]
async fn the_revision_in_use_is_found_before_newer_ones() {
    let bench = Bench::new().await;
    let first = bench.create(&definition()).await.unwrap();
    let user = service(attribute(&first, "arn"));
    bench.create(&user).await.unwrap();
    for n in 0..11 {
        bench
            .create(&with_variable(&definition(), "N", &n.to_string()))
            .await
            .unwrap();
    }
    let user = refer(&user, "taskDefinition", &definition());
    let before = bench.calls("ListTaskDefinitions");
    let snapshot = bench.look(&[definition(), user]).await;
    let Observation::Present(live) = &snapshot.observations[ADDRESS] else {
        panic!("{:?}", snapshot.observations[ADDRESS]);
    };
    assert_eq!(attribute(&live.attributes, "name"), "shop-production-api:1");
    assert_eq!(bench.calls("ListTaskDefinitions"), before);
}

#[tokio::test]
async fn another_content_supersedes_the_revision_in_use() {
    let bench = Bench::new().await;
    let first = bench.create(&definition()).await.unwrap();
    let user = service(attribute(&first, "arn"));
    bench.create(&user).await.unwrap();
    bench
        .create(&with_variable(&definition(), "B", "2"))
        .await
        .unwrap();
    let wanted = with_variable(&definition(), "C", "3");
    let snapshot = bench
        .look(&[wanted.clone(), refer(&user, "taskDefinition", &wanted)])
        .await;
    let Observation::Superseded(live) = &snapshot.observations[ADDRESS] else {
        panic!("{:?}", snapshot.observations[ADDRESS]);
    };
    assert_eq!(attribute(&live.attributes, "name"), "shop-production-api:1");
    assert!(matches!(live.owner, Owner::Manifest { .. }));
}

#[tokio::test]
async fn only_tags_that_differ_keep_the_revision() {
    let bench = Bench::new().await;
    bench.create(&definition()).await.unwrap();
    let changed = with(&definition(), "tags", json!({"team": "web"}));
    bench.update(&changed).await.unwrap();
    assert_eq!(differences(&changed, &bench.live(&changed).await), []);
    assert_eq!(bench.calls("RegisterTaskDefinition"), 1);
}

#[tokio::test]
async fn a_family_made_by_hand_is_foreign() {
    let bench = Bench::new().await;
    let mut spec = definition().spec.to_json(crate::value::Reveal::Shown);
    spec.as_object_mut().unwrap().remove("tags");
    spec["cpu"] = json!("512");
    spec["memory"] = json!("1024");
    let api = sendo_sandbox::Service::Ecs;
    bench
        .sandbox
        .call(crate::aws::bench::REGION, api, "RegisterTaskDefinition", &spec)
        .unwrap();
    let snapshot = bench.look(&[definition()]).await;
    let Observation::Superseded(live) = &snapshot.observations[ADDRESS] else {
        panic!("{:?}", snapshot.observations[ADDRESS]);
    };
    assert_eq!(live.owner, Owner::Nobody);
}

#[tokio::test]
async fn a_failed_listing_is_unknown() {
    let bench = Bench::new().await;
    bench.deny("ListTaskDefinitions");
    let snapshot = bench.look(&[definition()]).await;
    assert!(matches!(
        snapshot.observations[ADDRESS],
        Observation::Unknown { failure: 0 }
    ));
}

#[tokio::test]
async fn every_member_that_the_api_takes_is_sent() {
    let bench = Bench::new().await;
    let spec: Resource = with(
        &definition(),
        "runtimePlatform",
        json!({"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}),
    );
    let spec = with(&spec, "ephemeralStorage", json!({"sizeInGiB": 30}));
    let spec = with(&spec, "enableFaultInjection", json!(true));
    bench.create(&spec).await.unwrap();
    assert_eq!(differences(&spec, &bench.live(&spec).await), []);
}
