//! Collects what the SDK serializes.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use data_encoding::BASE64;

use super::document::value_of;
use crate::value::{Map, Number, Text, Value};

type Written = Result<(), SerdeError>;

/// What is being collected at this level.
pub(super) enum Writer {
    /// The members of a structure, by the names that their schemas carry.
    Members(Map),
    /// The items of a list.
    Items(Vec<Value>),
    /// The entries of a map: the SDK writes a key, then its value.
    Entries(Map, Option<Text>),
}

/// The members of a structure.
pub(super) fn members(value: &dyn SerializableStruct) -> Result<Value, SerdeError> {
    let mut writer = Writer::Members(Map::new());
    value.serialize_members(&mut writer)?;
    Ok(writer.finish())
}

impl Writer {
    fn finish(self) -> Value {
        match self {
            Writer::Members(map) | Writer::Entries(map, _) => Value::Map(map),
            Writer::Items(items) => Value::List(items),
        }
    }

    fn put(&mut self, schema: &Schema<'_>, value: impl Into<Value>) -> Written {
        let value = value.into();
        match self {
            Writer::Members(map) => {
                let name = schema.member_name().ok_or_else(|| {
                    SerdeError::custom(format!("{} is no member", schema.shape_id().as_str()))
                })?;
                map.insert(name, value);
            }
            Writer::Items(items) => items.push(value),
            Writer::Entries(map, key) => match (key.take(), value) {
                (Some(key), value) => {
                    map.insert(key, value);
                }
                (None, Value::String(name)) => *key = Some(name),
                (None, _) => return Err(SerdeError::custom("a map's key is not text")),
            },
        }
        Ok(())
    }
}

impl ShapeSerializer for Writer {
    fn write_struct(&mut self, schema: &Schema<'_>, value: &dyn SerializableStruct) -> Written {
        self.put(schema, members(value)?)
    }

    fn write_list(
        &mut self,
        schema: &Schema<'_>,
        write_items: &dyn Fn(&mut dyn ShapeSerializer) -> Written,
    ) -> Written {
        let mut items = Writer::Items(Vec::new());
        write_items(&mut items)?;
        self.put(schema, items.finish())
    }

    fn write_map(
        &mut self,
        schema: &Schema<'_>,
        write_entries: &dyn Fn(&mut dyn ShapeSerializer) -> Written,
    ) -> Written {
        let mut entries = Writer::Entries(Map::new(), None);
        write_entries(&mut entries)?;
        self.put(schema, entries.finish())
    }

    fn write_boolean(&mut self, schema: &Schema<'_>, value: bool) -> Written {
        self.put(schema, value)
    }

    fn write_byte(&mut self, schema: &Schema<'_>, value: i8) -> Written {
        self.put(schema, i64::from(value))
    }

    fn write_short(&mut self, schema: &Schema<'_>, value: i16) -> Written {
        self.put(schema, i64::from(value))
    }

    fn write_integer(&mut self, schema: &Schema<'_>, value: i32) -> Written {
        self.put(schema, i64::from(value))
    }

    fn write_long(&mut self, schema: &Schema<'_>, value: i64) -> Written {
        self.put(schema, value)
    }

    fn write_float(&mut self, schema: &Schema<'_>, value: f32) -> Written {
        self.write_double(schema, f64::from(value))
    }

    fn write_double(&mut self, schema: &Schema<'_>, value: f64) -> Written {
        self.put(schema, Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn write_big_integer(&mut self, schema: &Schema<'_>, value: &BigInteger) -> Written {
        self.put(schema, value.as_ref())
    }

    fn write_big_decimal(&mut self, schema: &Schema<'_>, value: &BigDecimal) -> Written {
        self.put(schema, value.as_ref())
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Written {
        self.put(schema, value)
    }

    fn write_blob(&mut self, schema: &Schema<'_>, value: Blob) -> Written {
        self.put(schema, BASE64.encode(value.as_ref()))
    }

    fn write_timestamp(&mut self, schema: &Schema<'_>, value: &DateTime) -> Written {
        let text = value
            .fmt(Format::DateTime)
            .map_err(|error| SerdeError::custom(error.to_string()))?;
        self.put(schema, text)
    }

    fn write_document(&mut self, schema: &Schema<'_>, value: &Document) -> Written {
        self.put(schema, value_of(value))
    }

    fn write_null(&mut self, schema: &Schema<'_>) -> Written {
        self.put(schema, Value::Null)
    }
}
