//! One spelling of what AWS takes for the same: both sides of every comparison go through here first.
//!
//! In: a shape and a value. Out: a new value without nulls, without members that equal their default, without lists and
//! maps that say nothing, sets in one order and spellings made one. It is never sent to AWS.

use super::shape::{Absent, Field, Object, Order, Shape};
use crate::value::{Map, Value};

/// The canonical form of a value.
///
/// # Guarantees
/// - `canonical(s, canonical(s, v)) == canonical(s, v)`
/// - members that the table doesn't know (what AWS only puts out) are gone
/// - declared members whose absence is not compared are kept
pub fn canonical(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => Value::Map(canonical_map(object, map)),
        (Shape::List(item, order), Value::List(items)) => Value::List(canonical_list(item, *order, items)),
        (Shape::Map(item), Value::Map(map)) => Value::Map(
            map.iter()
                .filter(|(_, value)| **value != Value::Null)
                .map(|(name, value)| (name.clone(), canonical(item, value)))
                .collect(),
        ),
        // TF cd, case 019: an empty word of an enumeration says nothing.
        (Shape::String { values }, _) if !values.is_empty() && value.as_str() == Some("") => Value::Null,
        (Shape::Integer { .. } | Shape::Number, Value::Number(_)) => whole(value),
        _ => value.clone(),
    }
}

/// The canonical form of an object, as a type's table describes it.
pub fn canonical_map(object: &Object, map: &Map) -> Map {
    let ruled = object.rule.map(|rule| {
        let mut ruled = map.clone();
        rule(&mut ruled);
        ruled
    });
    let map = ruled.as_ref().unwrap_or(map);
    object
        .fields
        .iter()
        .filter_map(|field| Some((field.name.into(), canonical_member(field, map.get(field.name)?)?)))
        .collect()
}

fn canonical_member(field: &Field, value: &Value) -> Option<Value> {
    let spelt = field.canonical.map(|rule| rule(value));
    let value = canonical(&field.shape, spelt.as_ref().unwrap_or(value));
    // A structure without members says nothing, and AWS echoes it or not as it likes.
    let hollow = matches!(field.shape, Shape::Object(_)) && value.is_empty();
    (value != Value::Null && !hollow && !says_nothing(&field.absent, &value)).then_some(value)
}

fn says_nothing(absent: &Absent, value: &Value) -> bool {
    match absent {
        Absent::Is(Value::Null) => value.is_empty(),
        Absent::Is(default) => value.same(default),
        Absent::Unmanaged | Absent::Reset(_) | Absent::Filled => false,
    }
}

fn canonical_list(item: &Shape, order: Order, items: &[Value]) -> Vec<Value> {
    let objects = item.as_object().is_some();
    let mut items: Vec<Value> = items
        .iter()
        .map(|value| canonical(item, value))
        .filter(|value| *value != Value::Null && !(objects && value.is_empty()))
        .collect();
    match order {
        Order::Ordered => {}
        Order::Set => {
            items.sort();
            items.dedup();
        }
        // Stable: AWS takes the same key twice, and those must not change places.
        Order::Keyed(_) => items.sort_by_cached_key(|value| sort_key(order, value)),
    }
    items
}

/// Items with a key first, in its order.
fn sort_key(order: Order, item: &Value) -> (bool, Option<String>) {
    let key = item.as_map().and_then(|item| order.key(item));
    (key.is_none(), key)
}

/// 10.0 is 10.
fn whole(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none() => number
            .as_f64()
            .filter(|float| float.fract() == 0.0 && float.abs() < 1e15)
            .map_or_else(|| value.clone(), |float| Value::from(float as i64)),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests;
