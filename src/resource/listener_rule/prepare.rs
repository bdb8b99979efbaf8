//! Fills in the numbers of rules whose manifest names none, from what stands on their listeners.
//!
//! A composed rule carries either `priority`, or `priorityRange` (two numbers) to take one from. Where rules must change
//! numbers, each of them carries in `moves` all changes of its listener, since AWS takes a swap only in one call. Neither
//! member is in the table: they are neither compared nor recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::priorities::{Allocation, Standing, Wanted, allocate};
use super::{canonical_conditions, describe};
use crate::resource::graph::Resource;
use crate::resource::snapshot::{ListenerRule, Live, Observation, Owner, Snapshot};
use crate::value::{Map, Text, Value};

/// The member with the numbers that a rule may take.
pub const RANGE: &str = "priorityRange";
/// The member with all changes of numbers on the listener.
pub const MOVES: &str = "moves";
/// Where numbers are taken from when nobody says.
const DEFAULT_RANGE: (u32, u32) = (100, 999);

/// Fills in `priority` and `moves`, and says which rules can't have a number.
pub fn prepare(resources: &mut [&mut Resource], snapshot: &Snapshot) -> Vec<(Text, String)> {
    let mut impossible = Vec::new();
    for (listener, rules) in &snapshot.listener_rules {
        let on_it: Vec<usize> = (0..resources.len())
            .filter(|at| resources[*at].spec.text("listenerArn") == Some(listener))
            .collect();
        let here = Listener { rules, snapshot };
        impossible.extend(here.number(resources, &on_it));
    }
    impossible
}

struct Listener<'a> {
    rules: &'a [ListenerRule],
    snapshot: &'a Snapshot,
}

impl Listener<'_> {
    fn number(&self, resources: &mut [&mut Resource], on_it: &[usize]) -> Vec<(Text, String)> {
        let mut numbered: BTreeMap<usize, Wanted> = BTreeMap::new();
        for at in on_it {
            let resource = &mut *resources[*at];
            match self.standing_number(resource) {
                Some(number) => set_default(&mut resource.spec, number),
                None => {
                    numbered.insert(*at, self.wanted(resource));
                }
            }
        }
        let ours: BTreeSet<&str> = numbered
            .keys()
            .filter_map(|at| Some(self.live(resources[*at])?.0.arn.as_ref()))
            .collect();
        let standing: Vec<Standing> = self
            .rules
            .iter()
            .filter(|rule| !ours.contains(&*rule.arn))
            .map(|rule| self.standing(rule))
            .collect();
        let wanted: Vec<Wanted> = numbered.values().cloned().collect();
        let Allocation { numbers, impossible } = allocate(&standing, &wanted);
        let moves = self.moves(&numbered, resources, &numbers);
        for (at, rule) in &numbered {
            if let Some(number) = numbers.get(&rule.address) {
                let involved = moves.as_ref().filter(|_| rule.current != Some(*number));
                fill_in(&mut resources[*at].spec, *number, involved);
                if rule.explicit.is_none() {
                    remember_range(&mut resources[*at].spec, rule.range);
                }
            }
        }
        impossible
    }

    /// The number of a rule that sendo will not touch: one that isn't ours, or that was to be left alone.
    fn standing_number(&self, resource: &Resource) -> Option<u32> {
        let (rule, live) = self.live(resource)?;
        let ours = matches!(&live.owner, Owner::Manifest { manifest, .. } if *manifest == resource.manifest);
        let taken_over = ours || (live.owner == Owner::Nobody && resource.settings.adopt);
        (!taken_over || resource.settings.hands_off).then_some(rule.priority)
    }

    fn wanted(&self, resource: &Resource) -> Wanted {
        let number = |value: &Value| value.as_i64().and_then(|number| u32::try_from(number).ok());
        Wanted {
            address: resource.address.clone(),
            conditions: canonical_conditions(resource.spec.get("conditions").unwrap_or(&Value::Null)),
            explicit: resource.spec.get("priority").and_then(number),
            current: self.live(resource).map(|(rule, _)| rule.priority),
            range: range(&resource.spec),
        }
    }

    /// The resource as it stands on this listener.
    fn live(&self, resource: &Resource) -> Option<(&ListenerRule, &Live)> {
        let Some(Observation::Present(live)) = self.snapshot.observations.get(&resource.address) else {
            return None;
        };
        let arn = live.attributes.get("arn").and_then(Value::as_str)?;
        self.rules
            .iter()
            .find(|rule| &*rule.arn == arn)
            .map(|rule| (rule, live))
    }

    /// One of our own that nobody wants any more only holds its number until it goes.
    fn standing(&self, rule: &ListenerRule) -> Standing {
        let arn = Value::String(rule.arn.clone());
        let leaving = self
            .snapshot
            .orphans
            .iter()
            .any(|orphan| orphan.live.attributes.get("arn") == Some(&arn));
        let whose = match &rule.owner {
            Owner::Manifest { scope, manifest } => format!("the rule of {manifest} in {scope}"),
            Owner::Nobody => "a rule that is not sendo's".to_owned(),
        };
        Standing {
            label: format!("{whose} ({})", describe(&rule.conditions)),
            priority: rule.priority,
            conditions: canonical_conditions(&rule.conditions),
            ordered: !leaving,
        }
    }

    /// Every rule that gets another number than it has, by ARN.
    fn moves(
        &self,
        numbered: &BTreeMap<usize, Wanted>,
        resources: &[&mut Resource],
        numbers: &BTreeMap<Text, u32>,
    ) -> Option<Map> {
        let moved = numbered.iter().filter_map(|(at, rule)| {
            let number = *numbers.get(&rule.address)?;
            let (live, _) = self.live(resources[*at])?;
            (live.priority != number).then(|| (live.arn.clone(), Value::from(i64::from(number))))
        });
        let moved: Map = moved.collect();
        (!moved.is_empty()).then_some(moved)
    }
}

/// The numbers that a rule without one of its own may take.
pub fn range(spec: &Value) -> (u32, u32) {
    let number = |value: &Value| value.as_i64().and_then(|number| u32::try_from(number).ok());
    let given: Option<Vec<u32>> = spec
        .get(RANGE)
        .and_then(Value::as_list)
        .map(|ends| ends.iter().filter_map(number).collect());
    match given.as_deref() {
        Some([first, last]) => (*first, *last),
        _ => DEFAULT_RANGE,
    }
}

/// Whoever makes the rule takes another number from there if this one is gone by then.
fn remember_range(spec: &mut Value, (first, last): (u32, u32)) {
    if let Some(map) = spec.as_map_mut() {
        map.insert(
            RANGE,
            [first, last].map(|end| Value::from(i64::from(end))).to_vec(),
        );
    }
}

fn set_default(spec: &mut Value, number: u32) {
    if spec.get("priority").is_none_or(Value::is_empty) {
        fill_in(spec, number, None);
    }
}

fn fill_in(spec: &mut Value, number: u32, moves: Option<&Map>) {
    let Some(map) = spec.as_map_mut() else { return };
    map.insert("priority", i64::from(number));
    if let Some(moves) = moves {
        map.insert(MOVES, moves.clone());
    }
}

#[cfg(test)]
mod tests;
