//! Value trees and JSON.

use serde_json::{Map as JsonMap, Value as Json};

use super::{MASK, Value};

/// Whether sensitive text is written as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// The mask stands in its place.
    Masked,
    /// As it is: for what is sent to AWS, and for `render --show-sensitive`.
    Shown,
}

/// What stands for a value that only an apply makes known.
pub const UNKNOWN: &str = "(known after apply)";

impl Value {
    /// The tree as JSON; references are written as `(known after apply)`.
    pub fn to_json(&self, reveal: Reveal) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::String(text) => Json::String(text.to_string()),
            Value::Secret(secret) if reveal == Reveal::Shown => Json::String(secret.reveal().to_owned()),
            Value::Secret(_) => Json::String(MASK.to_owned()),
            Value::List(items) => Json::Array(items.iter().map(|item| item.to_json(reveal)).collect()),
            Value::Map(map) => Json::Object(
                map.iter()
                    .map(|(name, value)| (name.to_string(), value.to_json(reveal)))
                    .collect::<JsonMap<_, _>>(),
            ),
            Value::Reference(_) => Json::String(UNKNOWN.to_owned()),
        }
    }

    /// The tree that a JSON document is.
    pub fn from_json(json: Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::Number(number),
            Json::String(text) => Value::String(text.into()),
            Json::Array(items) => Value::List(items.into_iter().map(Value::from_json).collect()),
            Json::Object(members) => Value::Map(
                members
                    .into_iter()
                    .map(|(name, value)| (name.into(), Value::from_json(value)))
                    .collect(),
            ),
        }
    }
}
