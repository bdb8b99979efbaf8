use jiff::Timestamp;

use super::*;

const ZONE: &str = "Z5EED000EXAMPLE";

struct Bench {
    dns: Route53,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let mut dns = Route53::default();
        dns.seed();
        Self {
            dns,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn call(&mut self, operation: &str, params: Value) -> Answer {
        let scope = Scope {
            account: "123456789012",
            region: "us-east-1",
            now: self.now,
        };
        self.dns.call(scope, operation, Params(&params)).unwrap()
    }

    fn change(&mut self, changes: Value) -> Answer {
        self.call(
            "ChangeResourceRecordSets",
            json!({ "HostedZoneId": ZONE, "ChangeBatch": { "Changes": changes } }),
        )
    }

    fn complaint(&mut self, changes: Value) -> String {
        let error = self.change(changes).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "InvalidChangeBatch"));
        error.message
    }

    fn list(&mut self, params: Value) -> Value {
        let mut params = params;
        params["HostedZoneId"] = ZONE.into();
        self.call("ListResourceRecordSets", params).unwrap()
    }

    fn names(&mut self) -> Vec<String> {
        let answer = self.list(json!({}));
        let records = answer["ResourceRecordSets"].as_array().unwrap();
        records
            .iter()
            .map(|r| format!("{} {}", r["Name"].as_str().unwrap(), r["Type"].as_str().unwrap()))
            .collect()
    }
}

fn a(action: &str, name: &str, value: &str) -> Value {
    json!({ "Action": action, "ResourceRecordSet": { "Name": name, "Type": "A", "TTL": "60", "ResourceRecords": [{ "Value": value }] } })
}

fn txt(value: &str) -> Value {
    let record = json!({ "Name": "t.example.com", "Type": "TXT", "TTL": "60", "ResourceRecords": [{ "Value": value }] });
    json!({ "Action": "CREATE", "ResourceRecordSet": record })
}

#[test]
fn records_are_listed_by_reversed_labels_with_normal_names() {
    let mut bench = Bench::new();
    bench
        .change(json!([
            a("CREATE", "WWW.example.com", "1.2.3.4"),
            a("CREATE", "*.dev.example.com.", "1.2.3.4"),
            a("CREATE", "dev.example.com", "1.2.3.4")
        ]))
        .unwrap();
    assert_eq!(
        bench.names(),
        [
            "example.com. NS",
            "example.com. SOA",
            "dev.example.com. A",
            "\\052.dev.example.com. A",
            "www.example.com. A"
        ]
    );
}

#[test]
fn creating_what_exists_fails_with_the_message_of_aws() {
    let mut bench = Bench::new();
    bench
        .change(json!([a("CREATE", "www.example.com", "1.2.3.4")]))
        .unwrap();
    assert_eq!(
        bench.complaint(json!([a("CREATE", "WWW.example.com.", "1.2.3.4")])),
        "[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]"
    );
}

#[test]
fn deleting_needs_the_exact_values() {
    let mut bench = Bench::new();
    bench
        .change(json!([a("UPSERT", "www.example.com", "1.2.3.4")]))
        .unwrap();
    assert_eq!(
        bench.complaint(json!([a("DELETE", "www.example.com", "4.3.2.1")])),
        "[Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]"
    );
    assert_eq!(
        bench.complaint(json!([a("DELETE", "x.example.com", "4.3.2.1")])),
        "[Tried to delete resource record set [name='x.example.com.', type='A'] but it was not found]"
    );
    bench
        .change(json!([a("DELETE", "www.example.com", "1.2.3.4")]))
        .unwrap();
    assert_eq!(bench.names().len(), 2);
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let mut bench = Bench::new();
    let message = bench.complaint(json!([
        a("CREATE", "www.example.com", "1.2.3.4"),
        a("CREATE", "www.other.com", "1.2.3.4")
    ]));
    assert_eq!(
        message,
        "[RRSet with DNS name www.other.com. is not permitted in zone example.com.]"
    );
    assert_eq!(bench.names().len(), 2);
}

#[test]
fn a_record_can_be_replaced_by_another_type_in_one_batch() {
    let mut bench = Bench::new();
    bench
        .change(json!([a("CREATE", "www.example.com", "1.2.3.4")]))
        .unwrap();
    let cname = json!({ "Action": "CREATE", "ResourceRecordSet": { "Name": "www.example.com", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{ "Value": "x.example.net" }] } });
    assert!(
        bench
            .complaint(json!([cname]))
            .contains("conflicts with other records")
    );
    bench
        .change(json!([a("DELETE", "www.example.com", "1.2.3.4"), cname]))
        .unwrap();
    assert_eq!(bench.names()[2], "www.example.com. CNAME");
}

#[test]
fn an_alias_to_a_load_balancer_has_no_ttl_and_a_normal_target() {
    let mut bench = Bench::new();
    let target = json!({ "HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "Sendo-1.us-east-1.elb.amazonaws.com", "EvaluateTargetHealth": "true" });
    let record = json!({ "Name": "www.example.com", "Type": "A", "AliasTarget": target });
    bench
        .change(json!([{ "Action": "CREATE", "ResourceRecordSet": record }]))
        .unwrap();
    let answer =
        bench.list(json!({ "StartRecordName": "www.example.com", "StartRecordType": "A", "MaxItems": "1" }));
    assert_eq!(
        answer["ResourceRecordSets"][0],
        json!({
            "Name": "www.example.com.", "Type": "A",
            "AliasTarget": { "HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "sendo-1.us-east-1.elb.amazonaws.com.", "EvaluateTargetHealth": true },
        })
    );
}

#[test]
fn an_alias_to_nowhere_is_refused() {
    let mut bench = Bench::new();
    let alias = |zone: &str, name: &str| {
        let target = json!({ "HostedZoneId": zone, "DNSName": name, "EvaluateTargetHealth": false });
        json!([{ "Action": "CREATE", "ResourceRecordSet": { "Name": "www.example.com", "Type": "A", "AliasTarget": target } }])
    };
    assert!(
        bench
            .complaint(alias("Z14GRHDCWA56QT", "x.example.net"))
            .ends_with("does not lie within the target zone]")
    );
    assert!(
        bench
            .complaint(alias(ZONE, "x.example.com"))
            .ends_with("but that target was not found]")
    );
}

#[test]
fn texts_are_quoted_strings_of_255_characters() {
    let mut bench = Bench::new();
    for bad in [
        "plain",
        "\"open",
        "\"a\"\"b\"",
        &format!("\"{}\"", "x".repeat(256)),
    ] {
        bench.complaint(json!([txt(bad)]));
    }
    bench
        .change(json!([txt(&format!("\"{}\" \"b \\\" c\"", "x".repeat(255)))]))
        .unwrap();
}

#[test]
fn a_batch_holds_a_thousand_values_and_upserts_count_twice() {
    let mut bench = Bench::new();
    let batch = |action: &str, n: usize| {
        (0..n)
            .map(|i| a(action, &format!("h{i}.example.com"), "1.2.3.4"))
            .collect::<Value>()
    };
    assert_eq!(
        bench.complaint(batch("CREATE", 1_001)),
        "[Number of records limit of 1000 exceeded.]"
    );
    bench.complaint(batch("UPSERT", 501));
    bench.change(batch("CREATE", 1_000)).unwrap();
}

#[test]
fn listings_page_from_a_name_and_type() {
    let mut bench = Bench::new();
    bench
        .change(
            (0..5)
                .map(|i| a("CREATE", &format!("h{i}.example.com"), "1.2.3.4"))
                .collect(),
        )
        .unwrap();
    let (mut seen, mut start) = (0, json!({ "MaxItems": "3" }));
    loop {
        let answer = bench.list(start);
        seen += answer["ResourceRecordSets"].as_array().unwrap().len();
        if answer["IsTruncated"] == false {
            break;
        }
        start = json!({ "MaxItems": "3", "StartRecordName": answer["NextRecordName"], "StartRecordType": answer["NextRecordType"] });
    }
    assert_eq!(seen, 7);
    assert_eq!(bench.list(json!({ "MaxItems": "1000" }))["MaxItems"], "300");
}

#[test]
fn the_records_that_a_zone_needs_cannot_be_deleted() {
    let mut bench = Bench::new();
    let answer = bench.list(json!({}));
    let message = bench
        .complaint(json!([{ "Action": "DELETE", "ResourceRecordSet": answer["ResourceRecordSets"][1] }]));
    assert_eq!(message, "[A HostedZone must contain exactly one SOA record.]");
}

#[test]
fn changes_are_pending_for_a_second() {
    let mut bench = Bench::new();
    let answer = bench
        .change(json!([a("CREATE", "www.example.com", "1.2.3.4")]))
        .unwrap();
    assert_eq!(answer["ChangeInfo"]["Status"], "PENDING");
    let id = json!({ "Id": answer["ChangeInfo"]["Id"] });
    assert_eq!(
        bench.call("GetChange", id.clone()).unwrap()["ChangeInfo"]["Status"],
        "PENDING"
    );
    bench.now += SignedDuration::from_secs(1);
    assert_eq!(
        bench.call("GetChange", id).unwrap()["ChangeInfo"]["Status"],
        "INSYNC"
    );
    assert_eq!(
        bench.call("GetChange", json!({ "Id": "C0" })).unwrap_err().status,
        404
    );
}

#[test]
fn zones_are_made_found_by_name_and_not_deleted_with_records() {
    let mut bench = Bench::new();
    let made = bench
        .call(
            "CreateHostedZone",
            json!({ "Name": "Dev.Example.com", "CallerReference": "1" }),
        )
        .unwrap();
    assert_eq!(made["HostedZone"]["Name"], "dev.example.com.");
    let again = bench
        .call(
            "CreateHostedZone",
            json!({ "Name": "dev.example.com", "CallerReference": "1" }),
        )
        .unwrap_err();
    assert_eq!(
        (again.status, again.code.as_str()),
        (409, "HostedZoneAlreadyExists")
    );
    let found = bench
        .call(
            "ListHostedZonesByName",
            json!({ "DNSName": "dev.example.com", "MaxItems": "1" }),
        )
        .unwrap();
    assert_eq!(found["HostedZones"][0]["Id"], made["HostedZone"]["Id"]);
    bench
        .change(json!([a("CREATE", "www.example.com", "1.2.3.4")]))
        .unwrap();
    let kept = bench.call("DeleteHostedZone", json!({ "Id": ZONE })).unwrap_err();
    assert_eq!(kept.code, "HostedZoneNotEmpty");
    assert_eq!(
        bench
            .call("GetHostedZone", json!({ "Id": "Z0" }))
            .unwrap_err()
            .code,
        "NoSuchHostedZone"
    );
}

#[test]
fn tags_of_zones_can_be_changed_and_read() {
    let mut bench = Bench::new();
    let resource = json!({ "ResourceType": "hostedzone", "ResourceId": ZONE, "AddTags": [{ "Key": "a", "Value": "1" }] });
    bench.call("ChangeTagsForResource", resource.clone()).unwrap();
    let answer = bench.call("ListTagsForResource", resource).unwrap();
    assert_eq!(
        answer["ResourceTagSet"]["Tags"],
        json!([{ "Key": "a", "Value": "1" }])
    );
}
