use std::time::Duration;

use sendo_sandbox::{Clock, Effect, Service as Api, When};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::bench::{
    Bench, Lines, REGION, definition, differences, refer, scope, service, with, with_variable, write,
};
use crate::aws::observe::attribute;
use crate::resource::graph::Resource;
use crate::resource::snapshot::{Observation, Owner};

/// A bench on which the definition is registered, and the service that runs it.
async fn bench() -> (Bench, Resource) {
    on(Bench::new().await).await
}

async fn on(bench: Bench) -> (Bench, Resource) {
    let revision = bench.create(&definition()).await.unwrap();
    let wanted = service(attribute(&revision, "arn"));
    (bench, wanted)
}

fn breaker(resource: &Resource) -> Resource {
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    with(resource, "deploymentConfiguration", breaker)
}

fn by_hand(bench: &Bench, operation: &str, parameters: Json) -> Json {
    bench
        .sandbox
        .call(REGION, Api::Ecs, operation, &parameters)
        .unwrap()
}

#[tokio::test]
async fn what_was_made_is_found_without_a_difference() {
    let (bench, wanted) = bench().await;
    assert!(matches!(
        bench.look(std::slice::from_ref(&wanted)).await.observations["Service/api/service"],
        Observation::Absent
    ));
    bench.create(&wanted).await.unwrap();
    let live = bench.live(&wanted).await;
    assert_eq!(differences(&wanted, &live), []);
    assert_eq!(live.attributes.get("runningCount"), Some(&Value::from(2)));
    assert!(matches!(live.owner, Owner::Manifest { .. }) && live.record.is_some());
}

#[tokio::test]
async fn a_change_is_one_update_and_settles() {
    let (bench, wanted) = bench().await;
    bench.create(&wanted).await.unwrap();
    let revision = bench
        .create(&with_variable(&definition(), "FEATURE", "on"))
        .await
        .unwrap();
    let changed = with(
        &breaker(&wanted),
        "taskDefinition",
        json!(attribute(&revision, "arn")),
    );
    let changed = with(
        &with(&changed, "enableExecuteCommand", json!(true)),
        "tags",
        json!({"team": "web"}),
    );
    bench.update(&changed).await.unwrap();
    assert_eq!(bench.calls("UpdateService"), 1);
    let live = bench.live(&changed).await;
    assert_eq!(differences(&changed, &live), []);
    assert_eq!(
        live.record,
        Some(crate::resource::compare::record_of(&SERVICE, &changed.spec))
    );
}

#[tokio::test]
async fn members_that_are_gone_from_git_are_gone_from_aws_after_one_update() {
    let (bench, wanted) = bench().await;
    let full = with(&breaker(&wanted), "healthCheckGracePeriodSeconds", json!(30));
    let full = with(&full, "enableExecuteCommand", json!(true));
    let full = with(&full, "propagateTags", json!("SERVICE"));
    let full = with(
        &full,
        "serviceConnectConfiguration",
        json!({"enabled": true, "namespace": "shop"}),
    );
    bench.create(&full).await.unwrap();
    assert_eq!(differences(&full, &bench.live(&full).await), []);
    let bare = with(&wanted, "tags", json!({}));
    bench.update(&bare).await.unwrap();
    assert_eq!(bench.calls("UpdateService"), 1);
    let live = bench.live(&bare).await;
    assert_eq!(differences(&bare, &live), []);
    assert_eq!(live.spec.get("tags").unwrap().text("team"), None);
}

#[tokio::test]
async fn only_tags_that_differ_cost_no_update() {
    let (bench, wanted) = bench().await;
    bench.create(&wanted).await.unwrap();
    bench
        .update(&with(&wanted, "tags", json!({"team": "web"})))
        .await
        .unwrap();
    assert_eq!(bench.calls("UpdateService"), 0);
    assert_eq!(
        bench.live(&wanted).await.spec.get("tags").unwrap().text("team"),
        Some("web")
    );
}

#[tokio::test]
async fn a_roll_back_to_the_healthy_revision_fails_with_exit_codes_and_is_held() {
    let (bench, wanted) = bench().await;
    let wanted = breaker(&wanted);
    bench.create(&wanted).await.unwrap();
    let crashing = bench
        .create(&with_variable(&definition(), "SANDBOX_CRASH", "true"))
        .await
        .unwrap();
    let changed = with(&wanted, "taskDefinition", json!(attribute(&crashing, "arn")));
    let error = bench.update(&changed).await.unwrap_err();
    assert_eq!(error.code, "DeploymentRolledBack", "{error:?}");
    let told = error.details.join("\n");
    assert!(
        told.contains("exited with code 1") && told.contains("event "),
        "{told}"
    );
    let live = bench.live(&changed).await;
    assert!(
        live.held
            .as_deref()
            .is_some_and(|held| held.contains("was rolled back")),
        "{:?}",
        live.held
    );
    assert_eq!(differences(&changed, &live).len(), 1);
}

#[tokio::test]
async fn a_first_deployment_that_fails_is_told() {
    let bench = Bench::new().await;
    let crashing = bench
        .create(&with_variable(&definition(), "SANDBOX_CRASH", "true"))
        .await
        .unwrap();
    let error = bench
        .create(&breaker(&service(attribute(&crashing, "arn"))))
        .await
        .unwrap_err();
    assert!(error.code.starts_with("Deployment"), "{error:?}");
    assert!(
        error.details.iter().any(|line| line.contains("exited with code")),
        "{:?}",
        error.details
    );
}

#[tokio::test]
async fn without_service_deployments_the_service_itself_tells() {
    let (bench, wanted) = bench().await;
    for operation in ["ListServiceDeployments", "DescribeServiceDeployments"] {
        let (code, message) = ("UnknownOperationException".to_owned(), String::new());
        bench.fail(
            operation,
            When::Always,
            Effect::Error {
                status: 400,
                code,
                message,
            },
        );
    }
    bench.create(&breaker(&wanted)).await.unwrap();
    let crashing = bench
        .create(&with_variable(&definition(), "SANDBOX_CRASH", "true"))
        .await
        .unwrap();
    let changed = with(
        &breaker(&wanted),
        "taskDefinition",
        json!(attribute(&crashing, "arn")),
    );
    let error = bench.update(&changed).await.unwrap_err();
    assert!(error.code.starts_with("Deployment"), "{error:?}");
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_makes_one_service() {
    let (bench, wanted) = bench().await;
    bench.fail("CreateService", When::Nth(1), Effect::DropAnswer);
    bench.create(&wanted).await.unwrap();
    bench.create(&wanted).await.unwrap();
    assert_eq!(differences(&wanted, &bench.live(&wanted).await), []);
}

#[tokio::test]
async fn a_service_made_by_hand_is_nobodys_and_not_taken_up() {
    let (bench, wanted) = bench().await;
    let mut spec = wanted.spec.to_json(Reveal::Shown);
    spec.as_object_mut().unwrap().remove("tags");
    by_hand(&bench, "CreateService", spec);
    assert_eq!(bench.live(&wanted).await.owner, Owner::Nobody);
    assert_eq!(bench.create(&wanted).await.unwrap_err().code, "AlreadyExists");
    assert_eq!((bench.calls("CreateService"), bench.calls("TagResource")), (1, 0));
}

#[tokio::test]
async fn a_deleted_service_is_absent_and_can_be_made_again() {
    let (bench, wanted) = bench().await;
    bench.create(&wanted).await.unwrap();
    let live = bench.live(&wanted).await;
    let lines = Lines::default();
    bench.provider(&SERVICE).delete(&live).await.unwrap();
    bench.provider(&SERVICE).gone(&live, &lines).await.unwrap();
    assert!(matches!(
        bench.look(std::slice::from_ref(&wanted)).await.observations["Service/api/service"],
        Observation::Absent
    ));
    bench.create(&wanted).await.unwrap();
    let live = bench.live(&wanted).await;
    bench.provider(&SERVICE).delete(&live).await.unwrap();
    bench.provider(&SERVICE).gone(&live, &lines).await.unwrap();
    bench.provider(&SERVICE).delete(&live).await.unwrap();
}

/// Lets time pass whenever somebody waits.
struct Passing<'a>(&'a Bench, Lines);

impl Progress for Passing<'_> {
    fn update(&self, line: &str) {
        self.1.update(line);
        self.0.sandbox.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn whoever_waits_for_a_service_to_go_hears_that_it_is_draining() {
    let start = "2026-01-15T10:00:00Z".parse().unwrap();
    let (bench, wanted) = on(Bench::timed(Clock::Manual(start)).await).await;
    let (scope, provider) = (scope(), bench.provider(&SERVICE));
    provider.create(&write(&scope, &wanted)).await.unwrap();
    bench.sandbox.advance(Duration::from_secs(60));
    let live = bench.live(&wanted).await;
    provider.delete(&live).await.unwrap();
    let waiting = Passing(&bench, Lines::default());
    provider.gone(&live, &waiting).await.unwrap();
    assert_eq!(waiting.1.all(), ["draining, 0 tasks running"]);
}

#[tokio::test]
async fn services_are_read_ten_a_call_and_orphans_by_their_marks() {
    let (bench, wanted) = bench().await;
    bench.create(&wanted).await.unwrap();
    let mut copied = wanted.spec.to_json(Reveal::Shown);
    copied["serviceName"] = json!("copied-by-hand");
    let tags: Vec<Json> = bench.last("CreateService")["tags"].as_array().unwrap().clone();
    copied["tags"] = json!(tags);
    by_hand(&bench, "CreateService", copied);
    let others: Vec<Resource> = (0..12)
        .map(|n| {
            let mut other = with(&wanted, "serviceName", json!(format!("other-{n}")));
            other.address = format!("Service/other-{n}/service").into();
            other
        })
        .collect();
    let before = bench.calls("DescribeServices");
    let snapshot = bench.look(&others).await;
    assert!(snapshot.failures.is_empty() && snapshot.observations.len() == 12);
    let orphans: Vec<&str> = snapshot.orphans.iter().map(|orphan| &*orphan.address).collect();
    assert_eq!(orphans, ["Service/api/service"]);
    assert_eq!(bench.calls("DescribeServices") - before, 3);
}

#[tokio::test]
async fn a_denied_read_leaves_the_service_and_its_definition_unknown() {
    let (bench, wanted) = bench().await;
    let wanted = refer(&wanted, "taskDefinition", &definition());
    bench.deny("DescribeServices");
    let newer = with_variable(&definition(), "NEW", "yes");
    let snapshot = bench.look(&[newer, wanted]).await;
    for address in ["Service/api/service", "Service/api/task_definition"] {
        assert!(
            matches!(snapshot.observations[address], Observation::Unknown { .. }),
            "{address}"
        );
    }
    assert!(!snapshot.failures.is_empty());
}

#[tokio::test]
async fn a_broken_page_of_the_listing_is_a_failure() {
    let (bench, wanted) = bench().await;
    bench.deny("ListServices");
    let snapshot = bench.look(&[wanted]).await;
    assert!(matches!(
        snapshot.observations["Service/api/service"],
        Observation::Absent
    ));
    assert_eq!(snapshot.failures.len(), 1);
}
