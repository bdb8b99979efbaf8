use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::resource::compare::compare;

fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

fn paths(desired: serde_json::Value, live: serde_json::Value) -> Vec<String> {
    let differences = compare(&DNS_RECORD, &value(desired), &value(live), None);
    differences.iter().map(|d| d.path.to_string()).collect()
}

#[test]
fn spellings_of_one_balancer_are_no_difference() {
    let alias = |name: &str| json!({"dnsName": name, "hostedZoneId": "Z2", "evaluateTargetHealth": false});
    let desired = json!({"hostedZoneId": "Z1", "name": "*.example.com", "alias": alias("Web-1.elb.amazonaws.com"), "ipAddressType": "ipv4"});
    let live = json!({"hostedZoneId": "/hostedzone/Z1", "name": "\\052.Example.com.", "alias": alias("dualstack.web-1.elb.amazonaws.com.")});
    assert_eq!(paths(desired, live), [""; 0]);
}

#[test]
fn a_balancer_with_ipv6_wants_an_aaaa_record() {
    let record = |kind: &str| json!({"hostedZoneId": "Z1", "name": "a.example.com", "ipAddressType": kind});
    assert_eq!(paths(record("dualstack"), record("ipv4")), ["ipAddressType"]);
    assert_eq!(
        paths(record("dualstack-without-public-ipv4"), record("dualstack")),
        [""; 0]
    );
}

#[test]
fn plain_values_by_hand_are_a_difference() {
    let record = json!({"hostedZoneId": "Z1", "name": "a.example.com"});
    let live = json!({"hostedZoneId": "Z1", "name": "a.example.com", "records": ["10.0.0.1"]});
    assert_eq!(paths(record, live), ["records"]);
}

#[test]
fn wildcards_have_ownership_records_of_their_own() {
    assert_eq!(ownership_name("api.example.com"), "_sendo.api.example.com");
    assert_eq!(ownership_name("*.example.com"), "_sendo-wildcard.example.com");
    assert_eq!(owned_name("_acme.example.com"), None);
}

#[test]
fn escapes_are_read_and_damaged_ones_left() {
    assert_eq!(canonical_name("a\\100b.example.com."), "a@b.example.com");
    assert_eq!(canonical_name("a\\9.example.com"), "a\\9.example.com");
    assert_eq!(canonical_name("a\\+12"), "a\\+12");
    assert_eq!(canonical_name("\\052.example.com."), "*.example.com");
}

proptest! {
    #[test]
    fn names_come_back_from_their_ownership_records(name in "(\\*\\.)?[a-z0-9-]{1,10}(\\.[a-z]{2,5}){1,2}") {
        prop_assert_eq!(owned_name(&ownership_name(&name)), Some(name.clone()));
        let escaped = format!("{}.", name.replace('*', "\\052"));
        prop_assert_eq!(canonical_name(&escaped), name);
    }

    #[test]
    fn canonical_names_stay_as_they_are(name in "[a-zA-Z0-9.*_-]{0,30}") {
        let once = canonical_name(&name);
        prop_assume!(!once.ends_with('.'));
        prop_assert_eq!(canonical_name(&once), once.clone());
    }
}
