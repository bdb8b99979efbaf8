use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::resource::graph::{ManifestId, Origin, Scope, Settings};
use crate::resource::listener_rule::LISTENER_RULE;
use crate::resource::snapshot::Orphan;

const LISTENER: &str = "listener";

fn conditions(host: &str) -> Value {
    Value::from_json(json!([{"field": "host-header", "values": [host]}]))
}

fn rule(name: &str, host: &str) -> Resource {
    let mut spec = Map::new();
    spec.insert("listenerArn", LISTENER);
    spec.insert("conditions", conditions(host));
    spec.insert(RANGE, vec![Value::from(10), Value::from(19)]);
    Resource {
        address: format!("Service/{name}/web/listener_rule").into(),
        kind: &LISTENER_RULE,
        name: host.into(),
        manifest: ManifestId::new("Service", name),
        origin: Origin::default(),
        settings: Arc::default(),
        spec: Value::Map(spec),
        after: Vec::new(),
    }
}

fn explicit(name: &str, host: &str, number: i64) -> Resource {
    let mut rule = rule(name, host);
    let spec = rule.spec.as_map_mut().unwrap();
    spec.remove(RANGE);
    spec.insert("priority", number);
    rule
}

fn ours(name: &str) -> Owner {
    Owner::Manifest {
        scope: Scope {
            project: "shop".into(),
            environment: "production".into(),
        },
        manifest: ManifestId::new("Service", name),
    }
}

fn live(arn: &str, owner: Owner) -> Live {
    let mut attributes = Map::new();
    attributes.insert("arn", arn);
    Live {
        spec: Value::Null,
        attributes,
        owner,
        record: None,
        held: None,
        status: Value::Null,
    }
}

/// Rules that stand on the listener: name, host, number, owner.
fn snapshot(standing: &[(&str, &str, u32, Owner)]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let rules = standing.iter().map(|(name, host, priority, owner)| ListenerRule {
        arn: (*name).into(),
        priority: *priority,
        conditions: conditions(host),
        owner: owner.clone(),
    });
    snapshot.listener_rules.insert(LISTENER.into(), rules.collect());
    for (name, _, _, owner) in standing {
        let address = format!("Service/{name}/web/listener_rule");
        snapshot
            .observations
            .insert(address.into(), Observation::Present(live(name, owner.clone())));
    }
    snapshot
}

fn numbers(resources: &mut [Resource], snapshot: &Snapshot) -> (Vec<Option<i64>>, Vec<(Text, String)>) {
    let impossible = prepare(&mut resources.iter_mut().collect::<Vec<_>>(), snapshot);
    let numbers = resources
        .iter()
        .map(|resource| resource.spec.get("priority").and_then(Value::as_i64));
    (numbers.collect(), impossible)
}

#[test]
fn a_new_rule_takes_the_first_free_number_of_its_range() {
    let mut rules = [rule("a", "a.example.com")];
    let taken = snapshot(&[("x", "x.example.com", 10, Owner::Nobody)]);
    assert_eq!(numbers(&mut rules, &taken), (vec![Some(11)], vec![]));
    assert_eq!(rules[0].spec.get(MOVES), None);
}

#[test]
fn what_moves_and_what_takes_its_place_know_of_all_moves() {
    let mut rules = [
        explicit("a", "a.example.com", 10),
        rule("b", "b.example.com"),
        rule("c", "c.example.com"),
    ];
    let standing = snapshot(&[
        ("b", "b.example.com", 10, ours("b")),
        ("c", "c.example.com", 12, ours("c")),
    ]);
    assert_eq!(
        numbers(&mut rules, &standing),
        (vec![Some(10), Some(11), Some(12)], vec![])
    );
    let moves = Value::from_json(json!({"b": 11}));
    assert_eq!(rules[0].spec.get(MOVES), Some(&moves));
    assert_eq!(rules[1].spec.get(MOVES), Some(&moves));
    assert_eq!(rules[2].spec.get(MOVES), None);
}

#[test]
fn a_foreign_rule_keeps_its_number_and_nothing_is_said_twice() {
    let mut rules = [rule("a", "a.example.com")];
    let foreign = snapshot(&[
        ("a", "a.example.com", 3, Owner::Nobody),
        ("x", "*.example.com", 2, Owner::Nobody),
    ]);
    assert_eq!(numbers(&mut rules, &foreign), (vec![Some(3)], vec![]));
}

#[test]
fn an_adopted_rule_is_one_of_ours() {
    let mut adopted = rule("a", "a.example.com");
    adopted.settings = Arc::new(Settings {
        adopt: true,
        ..Settings::default()
    });
    let mut rules = [adopted, explicit("b", "b.example.com", 3)];
    let standing = snapshot(&[("a", "a.example.com", 3, Owner::Nobody)]);
    assert_eq!(numbers(&mut rules, &standing).0, [Some(10), Some(3)]);
}

#[test]
fn a_rule_that_is_left_alone_does_not_move() {
    let mut idle = rule("a", "a.example.com");
    idle.settings = Arc::new(Settings {
        hands_off: true,
        ..Settings::default()
    });
    let mut rules = [idle, explicit("b", "b.example.com", 3)];
    let standing = snapshot(&[("a", "a.example.com", 3, ours("a"))]);
    let (numbers, impossible) = numbers(&mut rules, &standing);
    assert_eq!(numbers[0], Some(3));
    insta::assert_snapshot!(impossible[0].1, @"priority 3 is taken by the rule of Service/a in shop/production (host-header a.example.com)");
}

#[test]
fn one_of_our_own_that_nobody_wants_shadows_nothing() {
    let mut found = snapshot(&[("old", "*.example.com", 10, ours("old"))]);
    found.orphans.push(Orphan {
        address: "Service/old/web/listener_rule".into(),
        kind: &LISTENER_RULE,
        name: "old".into(),
        manifest: ManifestId::new("Service", "old"),
        live: live("old", ours("old")),
    });
    assert_eq!(
        numbers(&mut [rule("a", "a.example.com")], &found),
        (vec![Some(11)], vec![])
    );
}

#[test]
fn a_listener_that_was_not_read_gives_no_numbers() {
    let mut rules = [rule("a", "a.example.com")];
    assert_eq!(numbers(&mut rules, &Snapshot::default()), (vec![None], vec![]));
}
