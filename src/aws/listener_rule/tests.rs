use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::time::Duration;

use sendo_sandbox::{Effect, Latency, Pattern, Service, When};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::bench::{Bench, REGION, desired, differences, resource, scope, with, write};
use crate::aws::observe::{attribute, observe};
use crate::aws::providers;
use crate::resource::graph::{Lookup, Resource};
use crate::resource::listener_rule::prepare::prepare;
use crate::resource::listener_rule::transition;
use crate::resource::snapshot::{Observation, Owner, Snapshot};
use crate::value::Value;

const WEB: &str = "Service/api/web/listener_rule";

struct Stage {
    bench: Bench,
    listener: String,
    group: String,
}

impl Stage {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let listener = bench.sandbox.seeded().https_listener_arn(REGION);
        let mut stage = Stage {
            bench,
            listener,
            group: String::new(),
        };
        stage.group = stage.target_group("api");
        stage
    }

    fn call(&self, operation: &str, parameters: Json) -> Json {
        self.bench
            .sandbox
            .call(REGION, Service::Elbv2, operation, &parameters)
            .unwrap()
    }

    fn target_group(&self, name: &str) -> String {
        let made = self.call(
            "CreateTargetGroup",
            json!({"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-5eed0001", "TargetType": "ip"}),
        );
        made["TargetGroups"][0]["TargetGroupArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn by_hand(&self, host: &str, priority: u32) -> String {
        let made = self.call(
            "CreateRule",
            json!({
                "ListenerArn": self.listener, "Priority": priority,
                "Conditions": [{"Field": "host-header", "Values": [host]}],
                "Actions": [{"Type": "forward", "TargetGroupArn": self.group}],
            }),
        );
        made["Rules"][0]["RuleArn"].as_str().unwrap().to_owned()
    }

    fn rule(&self, ingress: &str, host: &str, priority: Option<u32>) -> Resource {
        let mut spec = json!({
            "listenerArn": self.listener,
            "conditions": [{"field": "host-header", "values": [host]}],
            "forward": [{"targetGroupArn": self.group, "weight": 1}],
            "tags": {
                "team": "shop", "sendo:project": "shop", "sendo:environment": "production",
                "sendo:manifest": "Service/api", "sendo:ingress": ingress,
            },
        });
        if let Some(priority) = priority {
            spec["priority"] = json!(priority);
        }
        resource(&LISTENER_RULE, &format!("{ingress}/listener_rule"), spec)
    }

    async fn look(&self, wanted: &[Resource]) -> Snapshot {
        let mut desired = desired(wanted);
        desired.places.listeners.insert(self.listener.as_str().into());
        let listener = Lookup::Listener(self.listener.as_str().into());
        desired.lookups.insert("lookup/listener/x".into(), listener);
        observe(
            &self.bench.clients,
            &providers(&self.bench.clients),
            &desired,
            true,
        )
        .await
        .unwrap()
    }

    /// The resources with their numbers.
    async fn prepared(&self, wanted: &[Resource]) -> (Vec<Resource>, Snapshot) {
        let snapshot = self.look(wanted).await;
        let mut prepared = wanted.to_vec();
        let impossible = prepare(&mut prepared.iter_mut().collect::<Vec<_>>(), &snapshot);
        assert_eq!(impossible, []);
        (prepared, snapshot)
    }

    /// Hosts and numbers as they stand.
    fn order(&self) -> Vec<String> {
        let rules = self.call("DescribeRules", json!({"ListenerArn": self.listener}));
        let rules = rules["Rules"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|rule| rule["IsDefault"] == false);
        rules
            .map(|rule| {
                let host = rule["Conditions"][0]["Values"][0].as_str().unwrap();
                format!("{} {host}", rule["Priority"].as_str().unwrap())
            })
            .collect()
    }
}

fn owner(snapshot: &Snapshot, address: &str) -> Owner {
    match &snapshot.observations[address] {
        Observation::Present(live) => live.owner.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_made_is_found_without_a_difference() {
    let stage = Stage::new().await;
    let wanted = stage.rule("web", "api.example.com", Some(7));
    let attributes = stage.bench.create(&wanted).await.unwrap();
    let found = stage.look(std::slice::from_ref(&wanted)).await;
    let Observation::Present(live) = &found.observations[WEB] else {
        panic!()
    };
    assert_eq!(differences(&wanted, live), []);
    assert_eq!(live.attributes, attributes);
    let rules = &found.listener_rules[stage.listener.as_str()];
    assert_eq!((rules.len(), rules[0].priority), (1, 7));
    assert_eq!(rules[0].owner, live.owner);
}

#[tokio::test]
async fn a_listener_is_looked_up() {
    let stage = Stage::new().await;
    let found = stage.look(&[stage.rule("web", "api.example.com", Some(7))]).await;
    let lookup = &found.lookups["lookup/listener/x"];
    let names: Vec<&str> = lookup.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        [
            "arn",
            "canonicalHostedZoneId",
            "dnsName",
            "ipAddressType",
            "loadBalancerArn",
            "vpcId"
        ]
    );
    assert_eq!(attribute(lookup, "vpcId"), "vpc-5eed0001");
}

#[tokio::test]
async fn a_listener_that_is_not_there_is_a_failure_and_no_absence() {
    let stage = Stage::new().await;
    let missing = format!("{}9", stage.listener);
    let wanted = with(
        &stage.rule("web", "api.example.com", Some(7)),
        "listenerArn",
        json!(missing),
    );
    let other = stage.rule("other", "b.example.com", Some(8));
    let found = stage.look(&[wanted, other]).await;
    assert!(matches!(found.observations[WEB], Observation::Unknown { .. }));
    assert!(matches!(
        found.observations["Service/api/other/listener_rule"],
        Observation::Absent
    ));
    assert_eq!(found.failures[0].code, "ListenerNotFound");
}

#[tokio::test]
async fn a_read_that_fails_says_nothing_about_what_is_there() {
    for operation in [
        "DescribeListeners",
        "DescribeLoadBalancers",
        "DescribeRules",
        "DescribeTags",
    ] {
        let stage = Stage::new().await;
        let wanted = stage.rule("web", "api.example.com", Some(7));
        stage.bench.create(&wanted).await.unwrap();
        stage.bench.deny(operation);
        let found = stage.look(&[wanted]).await;
        assert!(
            matches!(found.observations[WEB], Observation::Unknown { .. }),
            "{operation}"
        );
        assert!(found.orphans.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn conditions_groups_and_tags_change_in_place() {
    let stage = Stage::new().await;
    let wanted = stage.rule("web", "api.example.com", Some(7));
    stage.bench.create(&wanted).await.unwrap();
    let blue = stage.target_group("blue");
    let changed = with(
        &wanted,
        "forward",
        json!([{"targetGroupArn": blue, "weight": 2}, {"targetGroupArn": stage.group}]),
    );
    let changed = with(
        &changed,
        "conditions",
        json!([{"field": "path-pattern", "values": ["/v1/*"]}, {"field": "http-header", "name": "X-Stage", "values": ["b"]}]),
    );
    stage.bench.update(&changed).await.unwrap();
    assert_eq!(differences(&changed, &stage.bench.live(&changed).await), []);
    assert_eq!(stage.bench.calls("ModifyRule"), 1);
}

#[tokio::test]
async fn an_action_set_by_hand_is_shown_and_put_back() {
    let stage = Stage::new().await;
    let wanted = stage.rule("web", "api.example.com", Some(7));
    let made = stage.bench.create(&wanted).await.unwrap();
    let fixed = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]);
    stage.call(
        "ModifyRule",
        json!({"RuleArn": attribute(&made, "arn"), "Actions": fixed}),
    );
    let live = stage.bench.live(&wanted).await;
    assert!(
        differences(&wanted, &live)
            .iter()
            .any(|difference| difference.path.top() == "actions")
    );
    stage.bench.update(&wanted).await.unwrap();
    assert_eq!(differences(&wanted, &stage.bench.live(&wanted).await), []);
}

#[tokio::test]
async fn rules_without_numbers_get_them_and_keep_them() {
    let stage = Stage::new().await;
    let rules = [
        stage.rule("any", "*.example.com", None),
        stage.rule("web", "api.example.com", None),
    ];
    let (prepared, _) = stage.prepared(&rules).await;
    for rule in &prepared {
        stage.bench.create(rule).await.unwrap();
    }
    assert_eq!(stage.order(), ["100 api.example.com", "101 *.example.com"]);
    let (again, found) = stage.prepared(&rules).await;
    for rule in &again {
        let Observation::Present(live) = &found.observations[&rule.address] else {
            panic!()
        };
        assert_eq!(differences(rule, live), []);
    }
}

#[tokio::test]
async fn rules_change_places_in_one_call() {
    let stage = Stage::new().await;
    let before = [
        stage.rule("a", "a.example.com", Some(1)),
        stage.rule("b", "b.example.com", Some(2)),
    ];
    for rule in &before {
        stage.bench.create(rule).await.unwrap();
    }
    let after = [
        stage.rule("a", "a.example.com", Some(2)),
        stage.rule("b", "b.example.com", Some(1)),
    ];
    let (prepared, found) = stage.prepared(&after).await;
    let provider = stage.bench.provider(&LISTENER_RULE);
    let scope = scope();
    for rule in &prepared {
        let Observation::Present(live) = &found.observations[&rule.address] else {
            panic!()
        };
        provider
            .update(&write(&scope, rule), live, &differences(rule, live))
            .await
            .unwrap();
    }
    assert_eq!(stage.order(), ["1 b.example.com", "2 a.example.com"]);
    assert_eq!(stage.bench.calls("SetRulePriorities"), 1);
}

#[tokio::test]
async fn a_new_narrower_rule_moves_the_wider_one_first() {
    let stage = Stage::new().await;
    let any = stage.rule("any", "*.example.com", None);
    let (prepared, _) = stage.prepared(std::slice::from_ref(&any)).await;
    stage.bench.create(&prepared[0]).await.unwrap();
    let (prepared, _) = stage
        .prepared(&[any, stage.rule("web", "api.example.com", None)])
        .await;
    stage.bench.create(&prepared[1]).await.unwrap();
    assert_eq!(stage.order(), ["100 api.example.com", "101 *.example.com"]);
}

#[tokio::test]
async fn a_number_that_somebody_took_since_the_plan_is_replaced_by_a_free_one() {
    let stage = Stage::new().await;
    let (prepared, _) = stage
        .prepared(&[stage.rule("web", "api.example.com", None)])
        .await;
    stage.by_hand("hand.example.com", 100);
    stage.bench.create(&prepared[0]).await.unwrap();
    assert_eq!(stage.order(), ["100 hand.example.com", "101 api.example.com"]);
}

#[tokio::test]
async fn of_two_runs_at_once_one_makes_the_rule_and_the_other_takes_it_up() {
    let stage = Stage::new().await;
    let (prepared, _) = stage
        .prepared(&[stage.rule("web", "api.example.com", None)])
        .await;
    // Both have looked before either writes.
    stage.bench.sandbox.delay(Latency {
        calls: Pattern::any(),
        takes: Duration::from_millis(10),
    });
    let (one, other) = tokio::join!(stage.bench.create(&prepared[0]), stage.bench.create(&prepared[0]));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(stage.order(), ["100 api.example.com"]);
    assert_eq!(stage.bench.calls("CreateRule"), 2);
}

#[tokio::test]
async fn a_number_that_the_manifest_names_is_not_replaced() {
    let stage = Stage::new().await;
    let (prepared, _) = stage
        .prepared(&[stage.rule("web", "api.example.com", Some(100))])
        .await;
    stage.by_hand("hand.example.com", 100);
    let error = stage.bench.create(&prepared[0]).await.unwrap_err();
    assert_eq!(error.code, "PriorityInUse");
}

#[tokio::test]
async fn an_answer_that_got_lost_doubles_nothing() {
    let stage = Stage::new().await;
    stage.bench.fail("CreateRule", When::Nth(1), Effect::DropAnswer);
    let wanted = stage.rule("web", "api.example.com", Some(7));
    stage.bench.create(&wanted).await.unwrap();
    stage.bench.create(&wanted).await.unwrap();
    assert_eq!(stage.order(), ["7 api.example.com"]);
}

#[tokio::test]
async fn a_rule_made_by_hand_is_nobodys_and_is_not_taken() {
    let stage = Stage::new().await;
    stage.by_hand("api.example.com", 3);
    let wanted = stage.rule("web", "API.example.com", Some(7));
    let found = stage.look(std::slice::from_ref(&wanted)).await;
    assert_eq!(owner(&found, WEB), Owner::Nobody);
    stage.bench.create(&wanted).await.unwrap_err();
    assert_eq!(stage.order(), ["3 api.example.com"]);
    assert!(found.orphans.is_empty());
}

#[tokio::test]
async fn a_rule_is_known_again_when_its_ingress_gets_another_name() {
    let stage = Stage::new().await;
    stage
        .bench
        .create(&stage.rule("web", "api.example.com", Some(7)))
        .await
        .unwrap();
    let renamed = stage.rule("www", "api.example.com", Some(7));
    let found = stage.look(std::slice::from_ref(&renamed)).await;
    assert!(matches!(
        found.observations["Service/api/www/listener_rule"],
        Observation::Present(_)
    ));
    assert!(found.orphans.is_empty());
}

#[tokio::test]
async fn what_nobody_wants_is_found_on_every_listener_of_the_balancer() {
    let stage = Stage::new().await;
    let http = stage.bench.sandbox.seeded().http_listener_arn(REGION);
    let plain = with(
        &stage.rule("web", "api.example.com", Some(7)),
        "listenerArn",
        json!(http),
    );
    stage.bench.create(&plain).await.unwrap();
    let found = stage.look(&[]).await;
    let orphans: Vec<(&str, &str)> = found
        .orphans
        .iter()
        .map(|orphan| (&*orphan.address, &*orphan.name))
        .collect();
    assert_eq!(orphans, [(WEB, "api.example.com")]);
    let provider = stage.bench.provider(&LISTENER_RULE);
    provider.delete(&found.orphans[0].live).await.unwrap();
    provider.delete(&found.orphans[0].live).await.unwrap();
    assert!(stage.look(&[]).await.orphans.is_empty());
}

#[tokio::test]
async fn a_rule_goes_by_a_form_in_between_to_its_new_group() {
    let stage = Stage::new().await;
    let wanted = stage.rule("web", "api.example.com", Some(7));
    stage.bench.create(&wanted).await.unwrap();
    let green = stage.target_group("green");
    let next = with(
        &wanted,
        "forward",
        json!([{"targetGroupArn": green, "weight": 1}]),
    );
    let live = stage.bench.live(&next).await;
    let mut between = next.clone();
    between.spec = transition(&live.spec, &next.spec).unwrap();
    stage.bench.update(&between).await.unwrap();
    let live = stage.bench.live(&next).await;
    let weights: Vec<Option<i64>> = live
        .spec
        .get("forward")
        .and_then(Value::as_list)
        .unwrap()
        .iter()
        .map(|group| group.get("weight").and_then(Value::as_i64))
        .collect();
    assert_eq!(weights, [Some(100), Some(0)]);
    assert!(transition(&live.spec, &next.spec).is_some());
    stage.bench.update(&next).await.unwrap();
    let live = stage.bench.live(&next).await;
    assert_eq!(differences(&next, &live), []);
    assert_eq!(transition(&live.spec, &next.spec), None);
}

fn conditions() -> impl Strategy<Value = Json> {
    let hosts = prop::collection::vec("[a-zA-Z]{1,8}\\.example\\.com", 0..2);
    let paths = prop::collection::vec("/[a-zA-Z0-9]{1,5}\\*?", 0..2);
    let methods = prop::sample::subsequence(vec!["GET", "POST"], 0..2);
    (hosts, paths, methods, any::<bool>()).prop_map(|(hosts, paths, methods, query)| {
        let mut conditions = Vec::new();
        for (field, values) in [
            ("host-header", json!(hosts)),
            ("path-pattern", json!(paths)),
            ("http-request-method", json!(methods)),
        ] {
            if !values.as_array().unwrap().is_empty() {
                conditions.push(json!({"field": field, "values": values}));
            }
        }
        if query || conditions.is_empty() {
            conditions.push(json!({"field": "query-string", "values": [{"key": "v", "value": "2"}]}));
        }
        json!(conditions)
    })
}

#[test]
fn any_rule_is_found_as_it_was_made() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&conditions(), |conditions| {
            runtime.block_on(async {
                let stage = Stage::new().await;
                let wanted = with(&stage.rule("web", "x", Some(7)), "conditions", conditions);
                stage.bench.create(&wanted).await.unwrap();
                let found = differences(&wanted, &stage.bench.live(&wanted).await);
                prop_assert!(found.is_empty(), "{found:?}");
                Ok(())
            })
        })
        .unwrap();
}
