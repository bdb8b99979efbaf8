//! Between two target groups: the rule knows the new one before any request goes there.

use crate::value::{Map, Value};

/// The share of the group that still gets all requests.
const ALL: i64 = 100;

/// The rule as it is, with the wanted groups beside the live ones and no requests for them yet: a service can't register
/// its tasks in a group that no rule knows. `None` where every request already goes to a group that stays.
pub fn transition(live: &Value, desired: &Value) -> Option<Value> {
    let wanted = groups(desired);
    let leaving: Vec<&Value> = receiving(live).filter(|group| !has(&wanted, group)).collect();
    let staying = receiving(live).any(|group| has(&wanted, group));
    if leaving.is_empty() || staying || wanted.is_empty() {
        return None;
    }
    let shares = leaving
        .iter()
        .map(|group| target(group, if leaving.len() == 1 { ALL } else { weight(group) }));
    let waiting = wanted.iter().map(|group| target(group, 0));
    let mut rule = live.as_map()?.clone();
    rule.insert("forward", shares.chain(waiting).collect::<Vec<_>>());
    Some(Value::Map(rule))
}

fn groups(rule: &Value) -> Vec<Value> {
    rule.get("forward")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .to_vec()
}

fn receiving(rule: &Value) -> impl Iterator<Item = &Value> {
    let groups = rule.get("forward").and_then(Value::as_list).unwrap_or_default();
    groups.iter().filter(|group| weight(group) > 0)
}

fn has(groups: &[Value], wanted: &Value) -> bool {
    groups
        .iter()
        .any(|group| group.get("targetGroupArn") == wanted.get("targetGroupArn"))
}

fn weight(group: &Value) -> i64 {
    group.get("weight").and_then(Value::as_i64).unwrap_or(1)
}

fn target(group: &Value, weight: i64) -> Value {
    let mut target = Map::new();
    target.insert(
        "targetGroupArn",
        group.get("targetGroupArn").cloned().unwrap_or_default(),
    );
    target.insert("weight", weight);
    Value::Map(target)
}
