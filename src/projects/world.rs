//! An AWS without a wire: it carries plans out, and answers in any order, with defaults filled in and spellings of its own.

use std::collections::BTreeMap;

use super::choices::Choices;
use super::draw::draw;
use crate::plan::{Action, Change, Plan};
use crate::resource::compare::record_of;
use crate::resource::graph::{Desired, ManifestId, Resource, Scope};
use crate::resource::listener_rule::{LISTENER_RULE, canonical_conditions};
use crate::resource::shape::{Absent, Field, Object, Order, Shape};
use crate::resource::snapshot::{ListenerRule, Live, Observation, Orphan, Owner, Snapshot};
use crate::resource::types::{Replacement, ResourceType};
use crate::value::{Map, Reference, Text, Value};

/// What there is, by address.
#[derive(Clone, Default)]
pub struct World {
    things: BTreeMap<Text, Thing>,
    made: usize,
}

#[derive(Clone)]
struct Thing {
    kind: &'static ResourceType,
    name: Text,
    manifest: ManifestId,
    live: Live,
}

impl World {
    /// Does all that a plan says.
    pub fn carry_out(&mut self, plan: &Plan) {
        let mut changes: Vec<&Change> = plan.actions().collect();
        changes.sort_by_key(|change| change.kind.rank);
        for change in changes {
            match change.action {
                Action::Delete => drop(self.things.remove(&change.address)),
                _ => self.write(change, &plan.scope),
            }
        }
    }

    fn write(&mut self, change: &Change, scope: &Scope) {
        let sent = change.spec.as_ref().unwrap();
        let spec = sent.resolve(&|reference: &Reference| {
            let thing = self.things.get(&reference.address)?;
            thing.live.attributes.get(reference.attribute).cloned()
        });
        assert!(
            !spec.has_reference(),
            "{} is sent with references",
            change.address
        );
        let attributes = match self.things.get(&change.address) {
            Some(thing) if !change.action.creates() => thing.live.attributes.clone(),
            _ => self.attributes(&change.address),
        };
        let owner = Owner::Manifest {
            scope: scope.clone(),
            manifest: change.manifest.clone(),
        };
        let live = Live {
            record: Some(record_of(change.kind, &spec)),
            spec,
            attributes,
            owner,
            held: None,
            status: Value::Null,
        };
        let thing = Thing {
            kind: change.kind,
            name: change.name.clone(),
            manifest: change.manifest.clone(),
            live,
        };
        self.things.insert(change.address.clone(), thing);
    }

    fn attributes(&mut self, address: &str) -> Map {
        self.made += 1;
        let arn = format!("arn:aws:x:ap-northeast-1:123456789012:{address}:{}", self.made);
        ["arn", "id", "name"]
            .into_iter()
            .map(|name| (name.into(), arn.as_str().into()))
            .collect()
    }

    /// One look.
    pub fn answer(&self, desired: &Desired, choices: &mut Choices<'_>) -> Snapshot {
        let mut snapshot = Snapshot {
            account: "123456789012".into(),
            ..Snapshot::default()
        };
        for resource in &desired.resources {
            let observation = match self.things.get(&resource.address) {
                Some(thing) if is_it(thing, resource) => Observation::Present(Live {
                    owner: owner(thing, resource, desired),
                    ..told(thing, choices)
                }),
                _ => Observation::Absent,
            };
            snapshot
                .observations
                .insert(resource.address.clone(), observation);
        }
        let wanted = |address: &Text| snapshot.observations.contains_key(address);
        let unwanted = self.things.iter().filter(|(address, _)| !wanted(address));
        snapshot.orphans = unwanted
            .map(|(address, thing)| Orphan {
                address: address.clone(),
                kind: thing.kind,
                name: thing.name.clone(),
                manifest: thing.manifest.clone(),
                live: told(thing, choices),
            })
            .collect();
        choices.shuffle(&mut snapshot.orphans);
        snapshot.lookups = desired
            .lookups
            .keys()
            .map(|address| (address.clone(), listener(address)))
            .collect();
        for listener in &desired.places.listeners {
            let mut rules = self.rules(listener);
            choices.shuffle(&mut rules);
            snapshot.listener_rules.insert(listener.clone(), rules);
        }
        snapshot
    }

    fn rules(&self, listener: &str) -> Vec<ListenerRule> {
        let here = self.things.values().filter(|thing| {
            *thing.kind == LISTENER_RULE && thing.live.spec.text("listenerArn") == Some(listener)
        });
        let rule = |thing: &Thing| ListenerRule {
            arn: thing
                .live
                .attributes
                .get("arn")
                .and_then(Value::as_str)
                .unwrap()
                .into(),
            priority: u32::try_from(thing.live.spec.get("priority").and_then(Value::as_i64).unwrap())
                .unwrap(),
            conditions: canonical_conditions(thing.live.spec.get("conditions").unwrap()),
            owner: thing.live.owner.clone(),
        };
        here.map(rule).collect()
    }
}

/// Revisions of another family have nothing to do with the one that is wanted.
fn is_it(thing: &Thing, resource: &Resource) -> bool {
    !accumulates(thing) || thing.live.spec.get("family") == resource.spec.get("family")
}

/// A family is whose its user is: several manifests may use revisions of one.
fn owner(thing: &Thing, resource: &Resource, desired: &Desired) -> Owner {
    match accumulates(thing) {
        false => thing.live.owner.clone(),
        true => Owner::Manifest {
            scope: desired.scope.clone(),
            manifest: resource.manifest.clone(),
        },
    }
}

fn accumulates(thing: &Thing) -> bool {
    thing.kind.replacement == Replacement::Accumulates
}

fn listener(address: &str) -> Map {
    let names = [
        "vpcId",
        "loadBalancerArn",
        "dnsName",
        "canonicalHostedZoneId",
        "ipAddressType",
    ];
    names
        .into_iter()
        .map(|name| (name.into(), format!("{name} of {address}").into()))
        .collect()
}

/// The thing as this look tells of it.
fn told(thing: &Thing, choices: &mut Choices<'_>) -> Live {
    let mut live = thing.live.clone();
    live.spec = echo((thing.kind.table)(), &live.spec, choices);
    live
}

/// What AWS may say of a value: sets in any order, defaults filled in or not, and what is left alone as it likes.
pub fn echo(shape: &Shape, value: &Value, choices: &mut Choices<'_>) -> Value {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => Value::Map(echo_map(object, map, choices)),
        (Shape::Map(item), Value::Map(map)) => {
            let entries = map
                .iter()
                .map(|(name, value)| (name.clone(), echo(item, value, choices)));
            Value::Map(entries.collect())
        }
        (Shape::List(item, order), Value::List(items)) => {
            let mut items: Vec<Value> = items.iter().map(|value| echo(item, value, choices)).collect();
            if *order != Order::Ordered {
                choices.shuffle(&mut items);
            }
            Value::List(items)
        }
        _ => value.clone(),
    }
}

fn echo_map(object: &Object, map: &Map, choices: &mut Choices<'_>) -> Map {
    let mut told = Map::new();
    for field in &object.fields {
        let value = match map.get(field.name) {
            Some(Value::Null) | None => filled_in(field, choices),
            Some(value) if value.is_empty() => choices.chance(50).then(|| value.clone()),
            Some(value) => Some(spelt(field, &echo(&field.shape, value, choices), choices)),
        };
        if let Some(value) = value {
            told.insert(field.name, value);
        }
    }
    told
}

fn spelt(field: &Field, value: &Value, choices: &mut Choices<'_>) -> Value {
    match field.canonical {
        Some(rule) if choices.chance(50) => rule(value),
        _ => value.clone(),
    }
}

/// What AWS has in a member that nobody declared.
fn filled_in(field: &Field, choices: &mut Choices<'_>) -> Option<Value> {
    match (&field.absent, &field.shape) {
        (Absent::Is(Value::Null), Shape::List(..)) => choices.chance(30).then(|| Value::List(Vec::new())),
        (Absent::Is(Value::Null), Shape::Map(_)) => choices.chance(30).then(|| Map::new().into()),
        (Absent::Is(default), _) => choices.chance(50).then(|| default.clone()),
        (Absent::Unmanaged | Absent::Reset(_) | Absent::Filled, shape) => {
            choices.chance(15).then(|| Value::from_json(draw(shape, choices)))
        }
    }
}
