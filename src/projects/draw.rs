//! Values drawn from the tables, as manifests write them.

use serde_json::{Map, Value as Json, json};

use super::choices::Choices;
use crate::resource::shape::{Object, Order, Shape};

/// Texts, some of which a reader of YAML could take for something else.
const TEXTS: [&str; 12] = [
    "a", "web", "b-2", "1.10", "012", "no", "true", "~", "x: y #z", "ü", "/v1/*", "Ab_c",
];

/// A value of the shape.
pub fn draw(shape: &Shape, choices: &mut Choices<'_>) -> Json {
    match shape {
        Shape::String { values } if !values.is_empty() => choices.pick(values).into(),
        Shape::String { .. } => text(choices).into(),
        Shape::Integer { min, max } => integer(*min, *max, choices).into(),
        Shape::Number => (choices.below(800) as f64 / 8.0).into(),
        Shape::Boolean => choices.chance(50).into(),
        Shape::Json => json!({ text(choices): [choices.below(9), choices.chance(50)] }),
        Shape::List(item, order) => list(item, *order, choices),
        Shape::Map(item) => {
            let count = choices.below(3);
            let entries = (0..count).map(|at| (format!("k{at}-{}", choices.below(9)), draw(item, choices)));
            Json::Object(entries.collect())
        }
        Shape::Object(object) => members(object, choices).into(),
    }
}

/// A short text.
pub fn text(choices: &mut Choices<'_>) -> String {
    let text = choices.pick(&TEXTS);
    match choices.chance(30) {
        true => format!("{text}{}", choices.below(1000)),
        false => text.to_owned(),
    }
}

fn integer(min: i64, max: i64, choices: &mut Choices<'_>) -> i64 {
    match choices.below(4) {
        0 => min,
        1 => max,
        _ => (min + choices.below(1000) as i64).clamp(min, max),
    }
}

fn list(item: &Shape, order: Order, choices: &mut Choices<'_>) -> Json {
    let count = choices.below(4);
    let mut items: Vec<Json> = Vec::new();
    for _ in 0..count {
        let value = draw(item, choices);
        if !hollow(&value) && has_key(order, &value) && items.iter().all(|other| apart(order, other, &value))
        {
            items.push(value);
        }
    }
    Json::Array(items)
}

/// A structure that says nothing: AWS refuses it as an item of a list.
fn hollow(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.values().all(hollow),
        _ => false,
    }
}

fn key(members: &[&str], item: &Json) -> Option<Vec<Json>> {
    members.iter().map(|member| item.get(member).cloned()).collect()
}

fn has_key(order: Order, item: &Json) -> bool {
    match order {
        Order::Keyed(alternatives) => alternatives.iter().any(|members| key(members, item).is_some()),
        _ => true,
    }
}

/// Whether both may stand in one list: AWS keeps no set with the same item twice, and no key twice.
fn apart(order: Order, one: &Json, other: &Json) -> bool {
    let clash = |members: &&[&str]| key(members, one).is_some() && key(members, one) == key(members, other);
    match order {
        Order::Ordered => true,
        Order::Set => one != other,
        Order::Keyed(alternatives) => !alternatives.iter().any(clash),
    }
}

fn members(object: &Object, choices: &mut Choices<'_>) -> Map<String, Json> {
    let mut drawn = Map::new();
    for field in object.fields.iter().filter(|field| field.refused.is_none()) {
        if field.required || choices.chance(25) {
            drawn.insert(field.name.to_owned(), draw(&field.shape, choices));
        }
    }
    drawn
}

/// Draws members into `whole`, and takes the last ones away until `accepts` has nothing against it.
pub fn draw_members(
    object: &Object,
    without: &[&str],
    percent: usize,
    whole: &mut Json,
    choices: &mut Choices<'_>,
    accepts: impl Fn(&Json) -> bool,
) {
    let mut drawn = Vec::new();
    for field in &object.fields {
        let own = field.refused.is_some() || without.contains(&field.name) || whole.get(field.name).is_some();
        if !own && choices.chance(percent) {
            whole[field.name] = draw(&field.shape, choices);
            drawn.push(field.name);
        }
    }
    // Rotated, so that not always the same ones go.
    let start = choices.below(drawn.len().max(1));
    drawn.rotate_left(start);
    while !accepts(whole) {
        let Some(last) = drawn.pop() else { return };
        whole.as_object_mut().unwrap().remove(last);
    }
}

/// The list form of a member as the map form that stands for it, now and then.
pub fn perhaps_as_map(member: &mut Json, value: &str, choices: &mut Choices<'_>) {
    let Some(items) = member.as_array() else { return };
    let complete = items
        .iter()
        .all(|item| item.get("name").is_some() && item.get(value).is_some());
    if complete && choices.chance(50) {
        let pair = |item: &Json| (item["name"].as_str().unwrap().to_owned(), item[value].clone());
        *member = Json::Object(items.iter().map(pair).collect());
    }
}
