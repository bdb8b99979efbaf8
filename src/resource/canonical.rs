//! One form of the many that AWS takes for the same: what comparing begins with.

use super::shape::{Absent, Object, Shape};
use crate::value::{Map, Value};

/// The value without nulls and without the members that are what they would be if they were left out.
pub fn canonical(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => Value::Map(members(object, map)),
        (Shape::List(item, _), Value::List(items)) => {
            Value::List(items.iter().map(|value| canonical(item, value)).collect())
        }
        _ => value.clone(),
    }
}

fn members(object: &Object, map: &Map) -> Map {
    map.iter()
        .filter_map(|(name, value)| {
            let field = object.field(name)?;
            let value = canonical(&field.shape, value);
            let left_out =
                matches!(&field.absent, Absent::Is(default) if value.is_empty() || default.same(&value));
            (!left_out && value != Value::Null).then(|| (name.clone(), value))
        })
        .collect()
}
