//! Any value that a table allows, for property tests.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Object, Order, Shape};
use crate::value::{Map, Number, Text, Value};

/// Values of the shape: required members always, others now and then, refused ones never.
pub fn arbitrary(shape: &Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::String { values } if !values.is_empty() => select(*values).prop_map(Value::from).boxed(),
        Shape::String { .. } => "[a-z][a-z0-9-]{0,7}".prop_map(Value::from).boxed(),
        Shape::Integer { min, max } => (*min..=*max).prop_map(Value::from).boxed(),
        Shape::Number => (1..800_i32)
            .prop_filter_map("finite", |eighths| Number::from_f64(f64::from(eighths) / 8.0))
            .prop_map(Value::Number)
            .boxed(),
        Shape::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Json => ("[a-z]{1,4}", any::<i32>(), any::<bool>())
            .prop_map(|(name, number, flag)| {
                let items = vec![Value::from(i64::from(number)), flag.into(), name.as_str().into()];
                Value::Map(Map::from_iter([(Text::from(name), Value::List(items))]))
            })
            .boxed(),
        Shape::List(item, order) => list(item, *order),
        Shape::Map(item) => vec(("[a-z]{1,6}", arbitrary(item)), 0..3)
            .prop_map(|entries| {
                Value::Map(
                    entries
                        .into_iter()
                        .map(|(name, value)| (name.into(), value))
                        .collect(),
                )
            })
            .boxed(),
        Shape::Object(object) => members(object),
    }
}

fn list(item: &Shape, order: Order) -> BoxedStrategy<Value> {
    vec(arbitrary(item), 0..3)
        .prop_map(move |items| Value::List(distinct(order, items)))
        .boxed()
}

fn members(object: &Object) -> BoxedStrategy<Value> {
    let members: Vec<BoxedStrategy<Option<(Text, Value)>>> = object
        .fields
        .iter()
        .filter(|field| field.refused.is_none())
        .map(|field| {
            let name = field.name;
            let named = arbitrary(&field.shape).prop_map(move |value| (Text::from(name), value));
            match field.required {
                true => named.prop_map(Some).boxed(),
                false => weighted(0.3, named).boxed(),
            }
        })
        .collect();
    members
        .prop_map(|members| Value::Map(members.into_iter().flatten().collect()))
        .boxed()
}

/// Only items that a key tells apart, by every alternative.
fn distinct(order: Order, items: Vec<Value>) -> Vec<Value> {
    let Order::Keyed(alternatives) = order else {
        return items;
    };
    let keys = |item: &Value| -> Vec<Option<Vec<Value>>> {
        let key = |members: &&[&str]| members.iter().map(|member| item.get(member).cloned()).collect();
        alternatives.iter().map(key).collect()
    };
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let own = keys(&item);
        let clashes = |other: &Value| own.iter().zip(keys(other)).any(|(a, b)| a.is_some() && *a == b);
        if own.iter().any(Option::is_some) && !kept.iter().any(clashes) {
            kept.push(item);
        }
    }
    kept
}
