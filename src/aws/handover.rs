//! Tests of a whole hand-over: a target group is replaced and requests always find a healthy target.

use std::collections::BTreeMap;
use std::sync::Mutex;

use sendo_sandbox::Service;
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, REGION, definition, desired, refer, resource, service, with};
use super::observe::observe;
use super::providers;
use crate::apply::{Event, Observer, Options, Report, apply};
use crate::plan::{self, Action, Plan};
use crate::resource::graph::Resource;
use crate::resource::listener_rule::LISTENER_RULE;
use crate::resource::target_group::TARGET_GROUP;
use crate::value::{Map, Reference, Value};

/// A service behind a rule; the digits end the name of its target group.
fn shop(bench: &Bench, digits: &str, version: &str) -> Vec<Resource> {
    let tags = json!({
        "sendo:project": "shop", "sendo:environment": "production", "sendo:manifest": "Service/api", "sendo:ingress": "web",
    });
    let group = resource(
        &TARGET_GROUP,
        "web/target_group",
        json!({
            "name": format!("api-web-{digits}"), "protocol": "HTTP", "protocolVersion": version, "port": 8080,
            "vpcId": "vpc-5eed0001", "targetType": "ip", "tags": tags,
        }),
    );
    let rule = resource(
        &LISTENER_RULE,
        "web/listener_rule",
        json!({
            "listenerArn": bench.sandbox.seeded().https_listener_arn(REGION), "priority": 7, "tags": tags,
            "conditions": [{"field": "host-header", "values": ["api.example.com"]}],
        }),
    );
    let (rule, definition) = (
        listing(&rule, "forward", &group, json!({"weight": 1})),
        definition(),
    );
    let api = refer(&service(""), "taskDefinition", &definition);
    let place = json!({"containerName": "app", "containerPort": 8080});
    let mut api = listing(&api, "loadBalancers", &group, place);
    api.after = vec![rule.address.clone()];
    vec![
        definition,
        group,
        rule,
        with(&api, "healthCheckGracePeriodSeconds", json!(30)),
    ]
}

/// The resource with a list of one item that refers to the group.
fn listing(resource: &Resource, member: &str, group: &Resource, item: Json) -> Resource {
    let mut item: Map = Value::from_json(item).as_map().unwrap().clone();
    let arn = Reference {
        address: group.address.clone(),
        attribute: "arn",
    };
    item.insert("targetGroupArn", arn);
    let mut changed = resource.clone();
    changed
        .spec
        .as_map_mut()
        .unwrap()
        .insert(member, vec![Value::Map(item)]);
    changed
}

/// Notes every step after which requests would have found no healthy target.
struct Watch<'a> {
    bench: &'a Bench,
    outages: Mutex<Vec<String>>,
    stop_after: Option<(&'static str, CancellationToken)>,
}

impl<'a> Watch<'a> {
    fn new(bench: &'a Bench) -> Self {
        Watch {
            bench,
            outages: Mutex::default(),
            stop_after: None,
        }
    }

    fn call(&self, operation: &str, parameters: Json) -> Json {
        self.bench
            .sandbox
            .call(REGION, Service::Elbv2, operation, &parameters)
            .unwrap()
    }

    fn healthy(&self, group: &str) -> usize {
        let health = self.call("DescribeTargetHealth", json!({"TargetGroupArn": group}));
        let targets = health["TargetHealthDescriptions"].as_array().unwrap();
        targets
            .iter()
            .filter(|target| target["TargetHealth"]["State"] == "healthy")
            .count()
    }

    /// The groups that the rule sends requests to.
    fn groups(&self) -> Vec<String> {
        let listener = self.bench.sandbox.seeded().https_listener_arn(REGION);
        let rules = self.call("DescribeRules", json!({"ListenerArn": listener}));
        let rule = rules["Rules"]
            .as_array()
            .unwrap()
            .iter()
            .find(|rule| rule["Priority"] == "7")
            .cloned();
        let groups = rule.unwrap_or_default()["Actions"][0]["ForwardConfig"]["TargetGroups"].clone();
        let groups = groups.as_array().cloned().unwrap_or_default().into_iter();
        groups
            .filter(|group| group["Weight"].as_i64().unwrap_or(1) > 0)
            .filter_map(|group| group["TargetGroupArn"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Observer for Watch<'_> {
    fn event(&self, event: Event<'_>) {
        let Event::Finished { change, act, .. } = event else {
            return;
        };
        if self.groups().iter().any(|group| self.healthy(group) == 0) {
            self.outages
                .lock()
                .unwrap()
                .push(format!("{act:?} {}", change.address));
        }
        if let Some((last, cancel)) = &self.stop_after
            && *last == format!("{act:?} {}", change.address)
        {
            cancel.cancel();
        }
    }
}

async fn plan(bench: &Bench, wanted: &[Resource]) -> Plan {
    let mut desired = desired(wanted);
    desired
        .places
        .listeners
        .insert(bench.sandbox.seeded().https_listener_arn(REGION).into());
    let snapshot = observe(&bench.clients, &providers(&bench.clients), &desired, true)
        .await
        .unwrap();
    plan::build(&desired, &snapshot, &plan::Options::default())
}

async fn run(bench: &Bench, wanted: &[Resource], watch: &Watch<'_>) -> Report {
    let plan = plan(bench, wanted).await;
    assert!(
        plan.refused.is_empty() && plan.failures.is_empty(),
        "{:?} {:?}",
        plan.refused,
        plan.failures
    );
    let options = Options {
        parallelism: 4,
        wait: true,
    };
    let cancel = watch
        .stop_after
        .as_ref()
        .map(|(_, cancel)| cancel.clone())
        .unwrap_or_default();
    apply(
        &plan,
        &BTreeMap::new(),
        &providers(&bench.clients),
        &options,
        watch,
        &cancel,
    )
    .await
}

async fn changes(bench: &Bench, wanted: &[Resource]) -> Vec<String> {
    let plan = plan(bench, wanted).await;
    let changes = plan.changes.iter().filter(|change| change.action != Action::NoOp);
    changes
        .map(|change| format!("{:?} {} {:?}", change.action, change.address, change.differences))
        .collect()
}

#[tokio::test]
async fn a_group_is_replaced_without_a_moment_without_healthy_targets() {
    let bench = Bench::new().await;
    let before = shop(&bench, "aaaaaaaa", "HTTP1");
    let report = run(&bench, &before, &Watch::new(&bench)).await;
    assert!(report.is_success(), "{report:?}");
    assert_eq!(changes(&bench, &before).await, [""; 0]);
    let after = shop(&bench, "bbbbbbbb", "HTTP2");
    let watch = Watch::new(&bench);
    let report = run(&bench, &after, &watch).await;
    assert!(report.is_success(), "{report:?}");
    assert_eq!(*watch.outages.lock().unwrap(), [""; 0]);
    assert_eq!(changes(&bench, &after).await, [""; 0]);
    let groups = watch.call("DescribeTargetGroups", json!({}));
    assert_eq!(groups["TargetGroups"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_replacement_that_was_interrupted_anywhere_goes_on_without_an_outage() {
    for last in [
        "Create Service/api/web/target_group",
        "Transition Service/api/web/listener_rule",
        "Transition Service/api/service",
        "Ready Service/api/web/target_group",
        "Update Service/api/web/listener_rule",
        "Update Service/api/service",
    ] {
        let bench = Bench::new().await;
        run(&bench, &shop(&bench, "aaaaaaaa", "HTTP1"), &Watch::new(&bench)).await;
        let after = shop(&bench, "bbbbbbbb", "HTTP2");
        let mut watch = Watch::new(&bench);
        watch.stop_after = Some((last, CancellationToken::new()));
        let report = run(&bench, &after, &watch).await;
        assert!(!report.is_success(), "nothing was left to do after {last}");
        let again = Watch::new(&bench);
        let report = run(&bench, &after, &again).await;
        assert!(report.is_success(), "{last}: {report:?}");
        for watch in [watch, again] {
            assert_eq!(*watch.outages.lock().unwrap(), [""; 0], "{last}");
        }
        assert_eq!(changes(&bench, &after).await, [""; 0], "{last}");
    }
}
