//! What an operation takes and gives, whichever protocol it came by: parameters as one value tree, and AWS's errors.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// Where and when an operation runs.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The account that owns everything.
    pub account: &'a str,
    /// The region of the request's credential scope.
    pub region: &'a str,
    /// The sandbox's own time.
    pub now: Timestamp,
}

/// An error as AWS would answer it; each protocol writes it in its own shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The error's code, as the service's model names it.
    pub code: String,
    /// The text that AWS gives with it.
    pub message: String,
}

impl ApiError {
    /// An error of the most common status, 400.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    /// An error whose status the service's model sets.
    pub fn with_status(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }
}

/// The result of an operation: the members of its answer.
pub type Answer = Result<Value, ApiError>;

/// Parameters of a request, or one structure inside them. Forms and XML give every leaf as text, JSON gives numbers and
/// booleans: the accessors take both.
#[derive(Debug, Clone, Copy)]
pub struct Params<'a>(pub &'a Value);

impl<'a> Params<'a> {
    /// A member, unless it is absent or null.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether the member is there at all.
    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text member.
    pub fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// A whole number, written as a number or as text.
    pub fn number(self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// A boolean, written as a boolean or as text.
    pub fn boolean(self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }

    /// A structure inside this one.
    pub fn inside(self, name: &str) -> Option<Params<'a>> {
        self.get(name).filter(|value| value.is_object()).map(Params)
    }

    /// The entries of a list; none when it is absent.
    pub fn list(self, name: &str) -> impl Iterator<Item = Params<'a>> {
        self.get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(Params)
    }

    /// The entries of a list of texts.
    pub fn texts(self, name: &str) -> Vec<&'a str> {
        self.list(name).filter_map(|entry| entry.0.as_str()).collect()
    }
}

/// Builds an object of the members that have a value.
pub fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let present = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

/// One page of `items`: it begins after the item whose number `token` tells, and the new token tells where it ended.
pub fn page<T>(items: Vec<T>, token: Option<&str>, size: usize) -> Option<(Vec<T>, Option<String>)> {
    let start: usize = token.map_or(Some(0), |token| {
        data_encoding::HEXLOWER
            .decode(token.as_bytes())
            .ok()
            .and_then(|bytes| {
                String::from_utf8(bytes)
                    .ok()?
                    .strip_prefix("page-from-")?
                    .parse()
                    .ok()
            })
    })?;
    let next = (start + size < items.len())
        .then(|| data_encoding::HEXLOWER.encode(format!("page-from-{}", start + size).as_bytes()));
    Some((items.into_iter().skip(start).take(size).collect(), next))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn accessors_read_numbers_and_booleans_from_json_and_from_text() {
        let tree = json!({"a": 5, "b": "5", "c": true, "d": "true", "e": null});
        let params = Params(&tree);
        assert_eq!((params.number("a"), params.number("b")), (Some(5), Some(5)));
        assert_eq!(
            (params.boolean("c"), params.boolean("d")),
            (Some(true), Some(true))
        );
        assert!(!params.has("e"));
    }

    #[test]
    fn pages_follow_one_another_and_a_foreign_token_is_refused() {
        let (first, token) = page(vec![1, 2, 3], None, 2).unwrap();
        assert_eq!(first, [1, 2]);
        assert_eq!(page(vec![1, 2, 3], token.as_deref(), 2), Some((vec![3], None)));
        assert_eq!(page(vec![1, 2, 3], Some("nonsense"), 2), None);
    }
}
