//! The one value tree that every room speaks: what a manifest declares, what AWS answers, what a plan shows.
//!
//! Maps are sorted and small, text is shared, and two things that JSON does not know have variants of their own:
//! a [`Secret`], which no formatter can print, and a [`Reference`] to what only an apply makes known.

mod json;
mod map;
mod secret;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use json::{Reveal, UNKNOWN};
pub use map::Map;
pub use secret::{MASK, Secret};
pub use serde_json::Number;

/// Text that is shared between the trees that hold it.
pub type Text = Arc<str>;

/// One node of a value tree.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing: in a manifest the wish that a member be absent.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, integer or not.
    Number(Number),
    /// Text.
    String(Text),
    /// Text that is never printed.
    Secret(Secret),
    /// A list in its order.
    List(Vec<Value>),
    /// Members by name.
    Map(Map),
    /// The attribute of another resource, known when that resource exists.
    Reference(Reference),
}

/// Points at an attribute (an ARN, mostly) of another resource of the graph or of something looked up in AWS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The address of the resource, `Kind/name/part`.
    pub address: Text,
    /// Which of its attributes.
    pub attribute: &'static str,
}

impl Value {
    /// The text of a string, a secret's included.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::Secret(secret) => Some(secret.reveal()),
            _ => None,
        }
    }

    /// The value as an integer.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The value as a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The members of a map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The members of a map, to change them.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A member of a map; `None` for anything else.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_map().and_then(|map| map.get(name))
    }

    /// The text of a member.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Whether AWS treats it as if it were not there: null, `[]` or `{}`.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
            _ => false,
        }
    }

    /// Whether any part of it is still a reference.
    pub fn has_reference(&self) -> bool {
        match self {
            Value::Reference(_) => true,
            Value::List(items) => items.iter().any(Value::has_reference),
            Value::Map(map) => map.iter().any(|(_, value)| value.has_reference()),
            _ => false,
        }
    }

    /// Whether any part of it must not be seen.
    pub fn holds_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::List(items) => items.iter().any(Value::holds_secret),
            Value::Map(map) => map.iter().any(|(_, value)| value.holds_secret()),
            _ => false,
        }
    }

    /// Calls `visit` with every reference in the tree.
    pub fn for_each_reference(&self, visit: &mut dyn FnMut(&Reference)) {
        match self {
            Value::Reference(reference) => visit(reference),
            Value::List(items) => items.iter().for_each(|item| item.for_each_reference(visit)),
            Value::Map(map) => map.iter().for_each(|(_, value)| value.for_each_reference(visit)),
            _ => {}
        }
    }

    /// The tree with every reference that `lookup` knows replaced by what it is.
    pub fn resolve(&self, lookup: &dyn Fn(&Reference) -> Option<Value>) -> Value {
        match self {
            Value::Reference(reference) => lookup(reference).unwrap_or_else(|| self.clone()),
            Value::List(items) => Value::List(items.iter().map(|item| item.resolve(lookup)).collect()),
            Value::Map(map) => Value::Map(
                map.iter()
                    .map(|(name, value)| (name.clone(), value.resolve(lookup)))
                    .collect(),
            ),
            _ => self.clone(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Number(_) => 2,
            Value::String(_) | Value::Secret(_) => 3,
            Value::List(_) => 4,
            Value::Map(_) => 5,
            Value::Reference(_) => 6,
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A total order, so that what AWS treats as a set can be sorted.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
            (Value::List(a), Value::List(b)) => a.cmp(b),
            (Value::Map(a), Value::Map(b)) => a.cmp(b),
            (Value::Reference(a), Value::Reference(b)) => a.cmp(b),
            _ => match (self.as_str(), other.as_str()) {
                (Some(a), Some(b)) => a.cmp(b).then_with(|| self.is_secret().cmp(&other.is_secret())),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }
}

impl Value {
    /// Whether it is text that is never printed.
    pub fn is_secret(&self) -> bool {
        matches!(self, Value::Secret(_))
    }

    /// Whether two values say the same to AWS: a secret equals the text that it hides, 10 equals 10.0.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => compare_numbers(a, b) == Ordering::Equal,
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(left, right)| left.same(right))
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b.iter())
                        .all(|((n, left), (m, right))| n == m && left.same(right))
            }
            _ => match (self.as_str(), other.as_str()) {
                (Some(a), Some(b)) => a == b,
                _ => self == other,
            },
        }
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a
            .as_f64()
            .unwrap_or(f64::NAN)
            .total_cmp(&b.as_f64().unwrap_or(f64::NAN)),
    }
}

/// Prints masked JSON: what is sensitive stays hidden in every log and panic message.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.to_json(Reveal::Masked))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Number(value.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(map)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(items)
    }
}

impl From<Reference> for Value {
    fn from(reference: Reference) -> Self {
        Value::Reference(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn debug_hides_what_is_sensitive() {
        let value = Value::Map(
            [("password".into(), Value::Secret(Secret::new("hunter2")))]
                .into_iter()
                .collect(),
        );
        assert_eq!(format!("{value:?}"), r#"{"password":"(sensitive value)"}"#);
    }

    #[test]
    fn a_secret_says_the_same_as_the_text_it_hides() {
        assert!(Value::Secret(Secret::new("x")).same(&Value::from("x")));
        assert_ne!(Value::Secret(Secret::new("x")), Value::from("x"));
    }

    #[test]
    fn numbers_are_compared_by_what_they_are() {
        assert!(Value::from_json(json!(10)).same(&Value::from_json(json!(10.0))));
        assert!(Value::from_json(json!(2)) < Value::from_json(json!(10)));
    }

    #[test]
    fn resolving_replaces_known_references_alone() {
        let known = Reference {
            address: "Service/api/service".into(),
            attribute: "arn",
        };
        let other = Reference {
            address: "Service/web/service".into(),
            attribute: "arn",
        };
        let tree = Value::List(vec![known.clone().into(), other.clone().into()]);
        let resolved =
            tree.resolve(&|reference| (*reference == known).then(|| Value::from("arn:aws:ecs:api")));
        assert_eq!(
            resolved,
            Value::List(vec!["arn:aws:ecs:api".into(), other.into()])
        );
        assert!(resolved.has_reference());
    }
}
