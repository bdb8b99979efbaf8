//! The bridge between value trees and the shapes of the ECS SDK: no code a shape, and no other file does it.
//!
//! In: a value, or what the SDK returned. Out: the SDK's type, or a value. The SDK's types carry their schemas at run
//! time; a reader feeds a value to a type's `deserialize`, a writer collects what a type serializes. Enumeration values
//! that the SDK doesn't know stay what they are.

mod document;
mod reader;
mod writer;

use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeDeserializer};

use crate::value::Value;
use reader::Reader;

/// Why a value does not become an SDK type, or the other way round.
#[derive(Debug, thiserror::Error)]
#[error("convert {shape}: {message}")]
pub struct AdapterError {
    /// The SDK's type.
    pub shape: &'static str,
    /// Which member, and what is wrong with it; never its value.
    pub message: String,
}

/// A type's own `deserialize`: `RegisterTaskDefinitionInput::deserialize`.
pub type Deserialize<T> = fn(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>;

/// Makes an SDK type of a value. A member that the type doesn't have is an error, a null one is left out.
///
/// Required members that are missing are filled with nothing by the SDK: the tables must have checked them.
pub fn to_sdk<T>(value: &Value, deserialize: Deserialize<T>) -> Result<T, AdapterError> {
    deserialize(&mut Reader::new(value)).map_err(|error| failed::<T>(&error))
}

/// Makes a value of an SDK type, with all members that are set.
pub fn from_sdk<T: SerializableStruct>(value: &T) -> Result<Value, AdapterError> {
    writer::members(value).map_err(|error| failed::<T>(&error))
}

fn failed<T>(error: &SerdeError) -> AdapterError {
    let name = std::any::type_name::<T>();
    AdapterError {
        shape: name.rsplit("::").next().unwrap_or(name),
        message: error.to_string(),
    }
}

#[cfg(test)]
pub(super) mod schemas;
#[cfg(test)]
mod tests;
