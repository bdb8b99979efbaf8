use sendo_sandbox::{Effect, Service, When};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::bench::{Bench, REGION, desired, differences, resource, with};
use crate::aws::observe::observe;
use crate::aws::providers;
use crate::resource::graph::Resource;
use crate::resource::snapshot::{Observation, Snapshot};

const ZONE: &str = "Z5EED000EXAMPLE";
const API: &str = "Service/api/dns_record";

fn named(name: &str) -> Resource {
    let spec = json!({
        "hostedZoneId": ZONE, "name": name, "ipAddressType": "ipv4",
        "alias": {
            "dnsName": "sendo-123456.ap-northeast-1.elb.amazonaws.com", "hostedZoneId": "Z14GRHDCWA56QT",
            "evaluateTargetHealth": false,
        },
    });
    resource(&DNS_RECORD, "dns_record", spec)
}

fn wanted() -> Resource {
    named("api.example.com")
}

fn call(bench: &Bench, operation: &str, parameters: Json) -> Json {
    bench
        .sandbox
        .call(REGION, Service::Route53, operation, &parameters)
        .unwrap()
}

fn by_hand(bench: &Bench, action: &str, records: &[(&str, &str, &str)]) {
    let changes: Vec<Json> = records
        .iter()
        .map(|(name, kind, value)| {
            let set = json!({"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]});
            json!({"Action": action, "ResourceRecordSet": set})
        })
        .collect();
    call(
        bench,
        "ChangeResourceRecordSets",
        json!({"HostedZoneId": ZONE, "ChangeBatch": {"Changes": changes}}),
    );
}

/// Names and types of what stands in the zone besides its own records.
fn sets(bench: &Bench) -> Vec<String> {
    let answer = call(bench, "ListResourceRecordSets", json!({"HostedZoneId": ZONE}));
    let sets = answer["ResourceRecordSets"].as_array().unwrap().iter();
    let sets = sets.map(|set| {
        format!(
            "{} {}",
            set["Name"].as_str().unwrap(),
            set["Type"].as_str().unwrap()
        )
    });
    sets.filter(|set| !set.ends_with("NS") && !set.ends_with("SOA"))
        .collect()
}

async fn look(bench: &Bench, wanted: &[Resource], orphans: bool) -> Snapshot {
    let mut desired = desired(wanted);
    desired.places.hosted_zones.insert(ZONE.into());
    observe(&bench.clients, &providers(&bench.clients), &desired, orphans)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_made_is_found_without_a_difference() {
    let bench = Bench::new().await;
    for wanted in [wanted(), named("*.example.com")] {
        let before = bench.look(std::slice::from_ref(&wanted)).await;
        assert!(matches!(before.observations[API], Observation::Absent));
        bench.create(&wanted).await.unwrap();
        let live = bench.live(&wanted).await;
        assert_eq!(differences(&wanted, &live), []);
        assert!(matches!(live.owner, Owner::Manifest { .. }) && live.record.is_some());
    }
    assert_eq!(
        sets(&bench),
        [
            "\\052.example.com. A",
            "_sendo-wildcard.example.com. TXT",
            "api.example.com. A",
            "_sendo.api.example.com. TXT"
        ]
    );
}

#[tokio::test]
async fn ipv6_comes_and_goes_with_the_balancer() {
    let bench = Bench::new().await;
    let both = with(&wanted(), "ipAddressType", json!("dualstack"));
    bench.create(&both).await.unwrap();
    assert_eq!(
        sets(&bench),
        [
            "api.example.com. A",
            "api.example.com. AAAA",
            "_sendo.api.example.com. TXT"
        ]
    );
    assert_eq!(differences(&both, &bench.live(&both).await), []);
    bench.update(&wanted()).await.unwrap();
    assert_eq!(
        sets(&bench),
        ["api.example.com. A", "_sendo.api.example.com. TXT"]
    );
    bench.update(&both).await.unwrap();
    assert_eq!(differences(&both, &bench.live(&both).await), []);
}

#[tokio::test]
async fn a_record_made_by_hand_is_nobodys_and_is_not_taken() {
    for kind in [("A", "10.0.0.1"), ("CNAME", "x.example.org")] {
        let bench = Bench::new().await;
        by_hand(&bench, "CREATE", &[("api.example.com", kind.0, kind.1)]);
        assert_eq!(bench.live(&wanted()).await.owner, Owner::Nobody);
        let error = bench.create(&wanted()).await.unwrap_err();
        assert_eq!(error.code, "InvalidChangeBatch");
        assert!(error.hint.is_some());
        assert_eq!(sets(&bench), [format!("api.example.com. {}", kind.0)]);
    }
}

#[tokio::test]
async fn adopting_replaces_what_stands_there_in_one_batch() {
    let bench = Bench::new().await;
    by_hand(&bench, "CREATE", &[("api.example.com", "CNAME", "x.example.org")]);
    let before = bench.calls("ChangeResourceRecordSets");
    bench.update(&wanted()).await.unwrap();
    assert_eq!(bench.calls("ChangeResourceRecordSets") - before, 1);
    assert_eq!(differences(&wanted(), &bench.live(&wanted()).await), []);
}

#[tokio::test]
async fn values_set_by_hand_are_shown_and_put_back() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    by_hand(&bench, "UPSERT", &[("api.example.com", "A", "10.0.0.1")]);
    let live = bench.live(&wanted()).await;
    assert!(
        differences(&wanted(), &live)
            .iter()
            .any(|difference| difference.path.top() == "records")
    );
    bench.update(&wanted()).await.unwrap();
    assert_eq!(differences(&wanted(), &bench.live(&wanted()).await), []);
}

#[tokio::test]
async fn an_answer_that_got_lost_doubles_nothing() {
    let bench = Bench::new().await;
    bench.fail("ChangeResourceRecordSets", When::Nth(1), Effect::DropAnswer);
    bench.create(&wanted()).await.unwrap();
    bench.create(&wanted()).await.unwrap();
    assert_eq!(differences(&wanted(), &bench.live(&wanted()).await), []);
    let bench = Bench::new().await;
    bench.fail("ChangeResourceRecordSets", When::Nth(1), Effect::DropConnection);
    bench.create(&wanted()).await.unwrap();
    assert_eq!(sets(&bench).len(), 2);
}

#[tokio::test]
async fn what_nobody_wants_is_found_and_deleted_with_its_proof() {
    let bench = Bench::new().await;
    let both = with(&wanted(), "ipAddressType", json!("dualstack"));
    bench.create(&both).await.unwrap();
    by_hand(&bench, "CREATE", &[("hand.example.com", "A", "10.0.0.1")]);
    let found = look(&bench, &[], true).await;
    let orphans: Vec<&str> = found.orphans.iter().map(|orphan| &*orphan.address).collect();
    assert_eq!(orphans, ["Service/api/api.example.com/dns_record"]);
    let provider = bench.provider(&DNS_RECORD);
    provider.delete(&found.orphans[0].live).await.unwrap();
    provider.delete(&found.orphans[0].live).await.unwrap();
    assert_eq!(sets(&bench), ["hand.example.com. A"]);
}

#[tokio::test]
async fn what_lost_its_proof_is_not_deleted() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let live = bench.live(&wanted()).await;
    by_hand(
        &bench,
        "UPSERT",
        &[("_sendo.api.example.com", "TXT", "\"somebody else\"")],
    );
    let error = bench.provider(&DNS_RECORD).delete(&live).await.unwrap_err();
    assert_eq!(error.code, "NotOurs");
    assert_eq!(sets(&bench).len(), 2);
}

#[tokio::test]
async fn a_read_that_fails_says_nothing_about_what_is_there() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    bench.deny("ListResourceRecordSets");
    let found = look(&bench, &[wanted()], true).await;
    assert!(matches!(found.observations[API], Observation::Unknown { .. }));
    assert!(found.orphans.is_empty());
}

#[tokio::test]
async fn a_large_zone_is_read_page_by_page() {
    let bench = Bench::new().await;
    bench.create(&wanted()).await.unwrap();
    let names: Vec<String> = (0..700).map(|n| format!("h{n}.example.com")).collect();
    let records: Vec<(&str, &str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), "A", "10.0.0.1"))
        .collect();
    by_hand(&bench, "CREATE", &records);
    let before = bench.calls("ListResourceRecordSets");
    let found = look(&bench, &[wanted()], true).await;
    let Observation::Present(live) = &found.observations[API] else {
        panic!()
    };
    assert_eq!(differences(&wanted(), live), []);
    assert_eq!(bench.calls("ListResourceRecordSets") - before, 3);
}
