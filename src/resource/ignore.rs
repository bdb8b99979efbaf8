//! Members that a manifest tells sendo to ignore: they take their live value in every comparison and every write.

use super::path::parse_pointer;
use super::shape::{Order, Shape};
use super::types::ResourceType;
use crate::value::{Map, Value};

/// The desired spec with the live values of the members that these pointers name.
pub fn keep_live(kind: &ResourceType, desired: &Value, live: &Value, pointers: &[String]) -> Value {
    let mut kept = desired.clone();
    for steps in pointers.iter().filter_map(|pointer| parse_pointer(pointer)) {
        keep((kind.table)(), &mut kept, live, &steps);
    }
    kept
}

fn keep(shape: &Shape, desired: &mut Value, live: &Value, steps: &[String]) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    match (shape, desired) {
        (Shape::Object(object), Value::Map(map)) => {
            if let Some(field) = object.field(step) {
                keep_member(&field.shape, map, step, live, rest);
            }
        }
        (Shape::Map(item), Value::Map(map)) => keep_member(item, map, step, live, rest),
        (Shape::List(item, order), Value::List(items)) => keep_item(item, *order, items, step, live, rest),
        _ => {}
    }
}

fn keep_member(shape: &Shape, map: &mut Map, name: &str, live: &Value, rest: &[String]) {
    let live = live.get(name);
    match (rest.is_empty(), live, map.get_mut(name)) {
        (true, Some(live), _) => {
            map.insert(name, live.clone());
        }
        (true, None, _) => {
            map.remove(name);
        }
        (false, Some(live), Some(desired)) => keep(shape, desired, live, rest),
        (false, ..) => {}
    }
}

fn keep_item(shape: &Shape, order: Order, items: &mut Vec<Value>, key: &str, live: &Value, rest: &[String]) {
    let is_it = |item: &Value| item.as_map().and_then(|map| order.key(map)).as_deref() == Some(key);
    let live = live.as_list().unwrap_or_default().iter().find(|item| is_it(item));
    let at = items.iter().position(is_it);
    match (rest.is_empty(), live, at) {
        (true, Some(live), Some(at)) => items[at] = live.clone(),
        (true, Some(live), None) => items.push(live.clone()),
        (true, None, Some(at)) => {
            items.remove(at);
        }
        (false, Some(live), Some(at)) => keep(shape, &mut items[at], live, rest),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::json;

    use super::*;
    use crate::resource::shape::{field, integer, keyed, object, string};

    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        let container = object(
            "C",
            "",
            [field("name", string(), ""), field("cpu", integer(), "")],
        );
        object(
            "T",
            "",
            [
                field("count", integer(), ""),
                field("containers", keyed(container, &[&["name"]]), ""),
            ],
        )
    });

    fn kept(desired: serde_json::Value, live: serde_json::Value, pointer: &str) -> serde_json::Value {
        let mut value = Value::from_json(desired);
        keep(
            &SHAPE,
            &mut value,
            &Value::from_json(live),
            &parse_pointer(pointer).unwrap(),
        );
        value.to_json(crate::value::Reveal::Shown)
    }

    #[test]
    fn a_member_takes_its_live_value_or_goes_with_it() {
        assert_eq!(
            kept(json!({"count": 1}), json!({"count": 5}), "/count"),
            json!({"count": 5})
        );
        assert_eq!(kept(json!({"count": 1}), json!({}), "/count"), json!({}));
        assert_eq!(
            kept(json!({}), json!({"count": 5}), "/count"),
            json!({"count": 5})
        );
    }

    #[test]
    fn a_member_of_a_keyed_item_is_found_by_its_key() {
        let desired = json!({"containers": [{"cpu": 1, "name": "app"}]});
        let live = json!({"containers": [{"cpu": 9, "name": "side"}, {"cpu": 7, "name": "app"}]});
        assert_eq!(
            kept(desired, live, "/containers/app/cpu"),
            json!({"containers": [{"cpu": 7, "name": "app"}]})
        );
    }

    #[test]
    fn a_pointer_to_nowhere_changes_nothing() {
        assert_eq!(
            kept(json!({"count": 1}), json!({"count": 5}), "/none/at/all"),
            json!({"count": 1})
        );
    }
}
