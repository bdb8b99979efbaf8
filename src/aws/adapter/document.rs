//! Documents: members whose shape nobody fixed.

use aws_smithy_types::{Document, Number as SdkNumber};

use crate::value::{Map, Number, Value};

/// The document that a value is; `None` where it holds a reference.
pub(super) fn document(value: &Value) -> Option<Document> {
    Some(match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(*value),
        Value::Number(number) => Document::Number(sdk_number(number)),
        Value::List(items) => Document::Array(items.iter().map(document).collect::<Option<_>>()?),
        Value::Map(map) => Document::Object(
            map.iter()
                .map(|(name, value)| Some((name.to_string(), document(value)?)))
                .collect::<Option<_>>()?,
        ),
        Value::String(_) | Value::Secret(_) => Document::String(value.as_str()?.to_owned()),
        Value::Reference(_) => return None,
    })
}

/// The value that a document is.
pub(super) fn value_of(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(value) => Value::Bool(*value),
        Document::Number(number) => number_of(*number),
        Document::String(text) => text.as_str().into(),
        Document::Array(items) => Value::List(items.iter().map(value_of).collect()),
        Document::Object(members) => Value::Map(
            members
                .iter()
                .map(|(name, value)| (name.as_str().into(), value_of(value)))
                .collect::<Map>(),
        ),
    }
}

fn sdk_number(number: &Number) -> SdkNumber {
    match (number.as_u64(), number.as_i64()) {
        (Some(positive), _) => SdkNumber::PosInt(positive),
        (None, Some(negative)) => SdkNumber::NegInt(negative),
        (None, None) => SdkNumber::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

fn number_of(number: SdkNumber) -> Value {
    match number {
        SdkNumber::PosInt(positive) => Value::Number(positive.into()),
        SdkNumber::NegInt(negative) => Value::Number(negative.into()),
        SdkNumber::Float(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
    }
}
