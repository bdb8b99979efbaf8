//! Feeds a value to the SDK.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use data_encoding::BASE64;

use super::document::document;
use crate::value::Value;

type Read<T> = Result<T, SerdeError>;

/// One value, and the way to it from the root, for messages.
pub(super) struct Reader<'a> {
    value: &'a Value,
    parent: Option<&'a Reader<'a>>,
    step: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Reader {
            value,
            parent: None,
            step: "",
        }
    }

    fn path(&self) -> String {
        match self.parent {
            Some(parent) if parent.parent.is_some() => format!("{}.{}", parent.path(), self.step),
            _ => self.step.to_owned(),
        }
    }

    /// Never names the value: it may be a secret.
    fn wrong<T>(&self, expected: &str) -> Read<T> {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) | Value::Secret(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Reference(_) => "a reference that is not known yet",
        };
        Err(SerdeError::custom(format!(
            "{} is {found}, not {expected}",
            self.path()
        )))
    }

    fn integer<T: TryFrom<i64>>(&self, expected: &str) -> Read<T> {
        let integer = match self.value {
            Value::Number(number) => number.as_i64().or_else(|| {
                let float = number.as_f64()?;
                (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i64)
            }),
            _ => None,
        };
        match integer.and_then(|integer| T::try_from(integer).ok()) {
            Some(integer) => Ok(integer),
            None => self.wrong(expected),
        }
    }

    fn float(&self) -> Read<f64> {
        match self.value {
            Value::Number(number) => number.as_f64().map_or_else(|| self.wrong("a number"), Ok),
            _ => self.wrong("a number"),
        }
    }

    /// Text, or the digits of a number.
    fn digits(&self) -> String {
        match self.value {
            Value::Number(number) => number.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        }
    }
}

impl ShapeDeserializer for Reader<'_> {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        consume: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Read<()>,
    ) -> Read<()> {
        let Value::Map(map) = self.value else {
            return self.wrong("a map");
        };
        for (name, value) in map.iter() {
            let mut member = Reader {
                value,
                parent: Some(self),
                step: name,
            };
            let Some(schema) = schema.member_schema(name) else {
                return Err(SerdeError::custom(format!(
                    "{} has no such member",
                    member.path()
                )));
            };
            consume(schema, &mut member)?;
        }
        Ok(())
    }

    fn read_list(
        &mut self,
        _schema: &Schema<'_>,
        consume: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Read<()>,
    ) -> Read<()> {
        let Value::List(items) = self.value else {
            return self.wrong("a list");
        };
        for (index, value) in items.iter().enumerate() {
            let step = index.to_string();
            consume(&mut Reader {
                value,
                parent: Some(self),
                step: &step,
            })?;
        }
        Ok(())
    }

    fn read_map(
        &mut self,
        _schema: &Schema<'_>,
        consume: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Read<()>,
    ) -> Read<()> {
        let Value::Map(map) = self.value else {
            return self.wrong("a map");
        };
        for (name, value) in map.iter() {
            let mut entry = Reader {
                value,
                parent: Some(self),
                step: name,
            };
            consume(name.to_string(), &mut entry)?;
        }
        Ok(())
    }

    fn read_boolean(&mut self, _schema: &Schema<'_>) -> Read<bool> {
        self.value.as_bool().map_or_else(|| self.wrong("a boolean"), Ok)
    }

    fn read_byte(&mut self, _schema: &Schema<'_>) -> Read<i8> {
        self.integer("a whole number of 8 bits")
    }

    fn read_short(&mut self, _schema: &Schema<'_>) -> Read<i16> {
        self.integer("a whole number of 16 bits")
    }

    fn read_integer(&mut self, _schema: &Schema<'_>) -> Read<i32> {
        self.integer("a whole number of 32 bits")
    }

    fn read_long(&mut self, _schema: &Schema<'_>) -> Read<i64> {
        self.integer("a whole number")
    }

    fn read_float(&mut self, _schema: &Schema<'_>) -> Read<f32> {
        self.float().map(|float| float as f32)
    }

    fn read_double(&mut self, _schema: &Schema<'_>) -> Read<f64> {
        self.float()
    }

    fn read_big_integer(&mut self, _schema: &Schema<'_>) -> Read<BigInteger> {
        self.digits().parse().or_else(|_| self.wrong("a whole number"))
    }

    fn read_big_decimal(&mut self, _schema: &Schema<'_>) -> Read<BigDecimal> {
        self.digits().parse().or_else(|_| self.wrong("a number"))
    }

    fn read_string(&mut self, _schema: &Schema<'_>) -> Read<String> {
        match self.value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => self.wrong("text"),
        }
    }

    fn read_blob(&mut self, _schema: &Schema<'_>) -> Read<Blob> {
        let bytes = self
            .value
            .as_str()
            .and_then(|text| BASE64.decode(text.as_bytes()).ok());
        match bytes {
            Some(bytes) => Ok(Blob::new(bytes)),
            None => self.wrong("base64"),
        }
    }

    fn read_timestamp(&mut self, _schema: &Schema<'_>) -> Read<DateTime> {
        let time = match self.value {
            Value::Number(number) => number.as_f64().map(DateTime::from_secs_f64),
            other => other
                .as_str()
                .and_then(|text| DateTime::from_str(text, Format::DateTimeWithOffset).ok()),
        };
        time.map_or_else(|| self.wrong("a time"), Ok)
    }

    fn read_document(&mut self, _schema: &Schema<'_>) -> Read<Document> {
        document(self.value).map_or_else(|| self.wrong("a document without references"), Ok)
    }

    fn is_null(&self) -> bool {
        *self.value == Value::Null
    }

    fn skip_value(&mut self) -> Read<()> {
        Ok(())
    }

    fn container_size(&self) -> Option<usize> {
        match self.value {
            Value::List(items) => Some(items.len()),
            Value::Map(map) => Some(map.len()),
            _ => None,
        }
    }
}
