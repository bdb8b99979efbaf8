use serde_json::json;

use super::*;
use crate::aws::bench::{Bench, REGION, differences, resource, with};
use sendo_sandbox::{Effect, Service, When};

fn wanted() -> Resource {
    resource(
        &LOG_GROUP,
        "log_group",
        json!({"logGroupName": "/ecs/api", "retentionInDays": 30, "tags": {"team": "shop"}}),
    )
}

async fn by_hand(bench: &Bench, days: i64) {
    let call = |operation: &str, parameters| {
        bench
            .sandbox
            .call(REGION, Service::Logs, operation, &parameters)
            .unwrap()
    };
    call("CreateLogGroup", json!({"logGroupName": "/ecs/api"}));
    call(
        "PutRetentionPolicy",
        json!({"logGroupName": "/ecs/api", "retentionInDays": days}),
    );
}

#[tokio::test]
async fn what_was_made_is_found_without_a_difference_and_without_reading_tags() {
    let bench = Bench::new().await;
    assert!(matches!(
        bench.look(&[wanted()]).await.observations["Service/api/log_group"],
        Observation::Absent
    ));
    bench.create(&wanted()).await.unwrap();
    let live = bench.live(&wanted()).await;
    assert!(differences(&wanted(), &live).is_empty());
    assert_eq!(bench.calls("ListTagsForResource"), 0);
    assert!(attribute(&live.attributes, "arn").ends_with("log-group:/ecs/api"));
}

#[tokio::test]
async fn a_change_is_found_with_its_owner_and_made() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let changed = with(&wanted(), "retentionInDays", json!(90));
    let live = bench.live(&changed).await;
    assert!(matches!(live.owner, Owner::Manifest { .. }) && live.record.is_some());
    bench.update(&changed).await.unwrap();
    assert!(differences(&changed, &bench.live(&changed).await).is_empty());
    let forever = with(&wanted(), "retentionInDays", json!(null));
    bench.update(&forever).await.unwrap();
    assert!(bench.live(&forever).await.spec.get("retentionInDays").is_none());
}

#[tokio::test]
async fn a_group_made_by_hand_is_nobodys() {
    let bench = Bench::new().await;
    by_hand(&bench, 1).await;
    assert_eq!(bench.live(&wanted()).await.owner, Owner::Nobody);
    let error = bench.create(&wanted()).await.unwrap_err();
    assert_eq!(error.code, "ResourceAlreadyExistsException");
    assert_eq!(bench.calls("TagResource"), 0);
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_makes_one_group() {
    let bench = Bench::new().await;
    bench.fail("CreateLogGroup", When::Nth(1), Effect::DropAnswer);
    bench.create(&wanted()).await.unwrap();
    assert!(differences(&wanted(), &bench.live(&wanted()).await).is_empty());
}

#[tokio::test]
async fn a_denied_read_is_unknown_and_says_what_to_allow() {
    let bench = Bench::new().await;
    bench.deny("DescribeLogGroups");
    let snapshot = bench.look(&[wanted()]).await;
    assert!(matches!(
        snapshot.observations["Service/api/log_group"],
        Observation::Unknown { failure: 0 }
    ));
    assert!(
        snapshot.failures[0].message.contains("logs:DescribeLogGroups"),
        "{:?}",
        snapshot.failures
    );
}

#[tokio::test]
async fn logs_are_never_deleted() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let live = bench.live(&wanted()).await;
    let provider = bench.provider(&LOG_GROUP);
    provider.delete(&live).await.unwrap_err();
    assert_eq!(bench.calls("DeleteLogGroup"), 0);
}
