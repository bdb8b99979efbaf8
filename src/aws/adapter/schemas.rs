//! The tables against the SDK: no member is missing, misspelt or of another type, and every value makes the trip there
//! and back.

use std::collections::BTreeMap;

use aws_sdk_ecs::operation::create_service::CreateServiceInput;
use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use aws_sdk_ecs::operation::update_service::UpdateServiceInput;
use aws_sdk_ecs::types::TaskOverride;
use aws_smithy_schema::Schema;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use proptest::prelude::*;

use super::*;
use crate::resource::ecs::{service, task_definition, task_override};
use crate::resource::shape::Shape;
use crate::resource::shape::arbitrary::arbitrary;
use crate::value::Map;

/// What the SDK reads, as its own `deserialize` functions tell.
#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    Scalar(&'static str),
    List(Box<Known>),
    Map(Box<Known>),
    Object(String, BTreeMap<String, Known>),
}

/// Answers every question with nothing and writes the questions down.
#[derive(Default)]
struct Explorer(Known);

/// The SDK's type with every member that it has, each with the least that it can hold.
pub(in crate::aws) fn complete<T>(deserialize: Deserialize<T>) -> T {
    deserialize(&mut Explorer::default()).unwrap()
}

impl Explorer {
    fn scalar<T: Default>(&mut self, kind: &'static str) -> Result<T, SerdeError> {
        self.0 = Known::Scalar(kind);
        Ok(T::default())
    }
}

impl ShapeDeserializer for Explorer {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        consume: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut members = BTreeMap::new();
        for member in schema.members() {
            let mut inner = Explorer::default();
            consume(member, &mut inner)?;
            members.insert(member.member_name().unwrap_or_default().to_owned(), inner.0);
        }
        self.0 = Known::Object(schema.shape_id().shape_name().to_owned(), members);
        Ok(())
    }

    fn read_list(
        &mut self,
        _schema: &Schema<'_>,
        consume: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut item = Explorer::default();
        consume(&mut item)?;
        self.0 = Known::List(Box::new(item.0));
        Ok(())
    }

    fn read_map(
        &mut self,
        _schema: &Schema<'_>,
        consume: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut entry = Explorer::default();
        consume("key".to_owned(), &mut entry)?;
        self.0 = Known::Map(Box::new(entry.0));
        Ok(())
    }

    fn read_boolean(&mut self, _: &Schema<'_>) -> Result<bool, SerdeError> {
        self.scalar("boolean")
    }

    fn read_byte(&mut self, _: &Schema<'_>) -> Result<i8, SerdeError> {
        self.scalar("byte")
    }

    fn read_short(&mut self, _: &Schema<'_>) -> Result<i16, SerdeError> {
        self.scalar("short")
    }

    fn read_integer(&mut self, _: &Schema<'_>) -> Result<i32, SerdeError> {
        self.scalar("integer")
    }

    fn read_long(&mut self, _: &Schema<'_>) -> Result<i64, SerdeError> {
        self.scalar("long")
    }

    fn read_float(&mut self, _: &Schema<'_>) -> Result<f32, SerdeError> {
        self.scalar("float")
    }

    fn read_double(&mut self, _: &Schema<'_>) -> Result<f64, SerdeError> {
        self.scalar("double")
    }

    fn read_big_integer(&mut self, _: &Schema<'_>) -> Result<BigInteger, SerdeError> {
        self.scalar("big integer")
    }

    fn read_big_decimal(&mut self, _: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
        self.scalar("big decimal")
    }

    fn read_string(&mut self, _: &Schema<'_>) -> Result<String, SerdeError> {
        self.scalar("string")
    }

    fn read_blob(&mut self, _: &Schema<'_>) -> Result<Blob, SerdeError> {
        self.0 = Known::Scalar("blob");
        Ok(Blob::new(Vec::new()))
    }

    fn read_timestamp(&mut self, _: &Schema<'_>) -> Result<DateTime, SerdeError> {
        self.0 = Known::Scalar("timestamp");
        Ok(DateTime::from_secs(0))
    }

    fn read_document(&mut self, _: &Schema<'_>) -> Result<Document, SerdeError> {
        self.0 = Known::Scalar("document");
        Ok(Document::Bool(false))
    }

    fn is_null(&self) -> bool {
        false
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}

fn known<T>(deserialize: Deserialize<T>) -> BTreeMap<String, Known> {
    let mut explorer = Explorer::default();
    deserialize(&mut explorer).unwrap();
    match explorer.0 {
        Known::Object(_, members) => members,
        other => panic!("{other:?} is no structure"),
    }
}

/// What differs between a table and what the SDK knows, one line each.
fn unlike(path: &str, shape: &Shape, known: &Known, out: &mut Vec<String>) {
    match (shape, known) {
        (Shape::Object(object), Known::Object(name, members)) => {
            if object.name != name {
                out.push(format!("{path}: {} is {name} to the SDK", object.name));
            }
            for field in &object.fields {
                match members.get(field.name) {
                    Some(known) => unlike(&format!("{path}.{}", field.name), &field.shape, known, out),
                    None => out.push(format!("{path}.{}: unknown to the SDK", field.name)),
                }
            }
            let missing = members.keys().filter(|name| object.field(name).is_none());
            out.extend(missing.map(|name| format!("{path}.{name}: missing in the table")));
        }
        (Shape::List(item, _), Known::List(known)) => unlike(&format!("{path}[]"), item, known, out),
        (Shape::Map(item), Known::Map(known)) => unlike(&format!("{path}{{}}"), item, known, out),
        (Shape::String { .. }, Known::Scalar("string"))
        | (Shape::Integer { .. }, Known::Scalar("integer" | "long"))
        | (Shape::Number, Known::Scalar("double" | "float"))
        | (Shape::Boolean, Known::Scalar("boolean"))
        | (Shape::Json, Known::Scalar("document")) => {}
        (shape, known) => out.push(format!("{path}: {shape:?} is {known:?} to the SDK")),
    }
}

/// What differs, but for the members that are told apart on purpose.
fn differences(shape: &Shape, known: BTreeMap<String, Known>, exceptions: &[(&str, &str)]) -> Vec<String> {
    let name = shape.as_object().map_or("", |object| object.name).to_owned();
    let mut out = Vec::new();
    unlike("", shape, &Known::Object(name, known), &mut out);
    let excepted = |line: &str, member: &str| line.starts_with(&format!(".{member}:"));
    let idle = exceptions
        .iter()
        .filter(|(member, _)| !out.iter().any(|line| excepted(line, member)));
    let idle: Vec<String> = idle
        .map(|(member, _)| format!("{member}: no exception any more"))
        .collect();
    out.retain(|line| !exceptions.iter().any(|(member, _)| excepted(line, member)));
    out.extend(idle);
    out
}

const NONE: [&str; 0] = [];
const NOT_YET: &str = "the API has it, this SDK does not: the table refuses it";

#[test]
fn the_task_definition_has_every_member_of_the_api() {
    let exceptions = [
        (
            "family",
            "it follows from the manifest's name, and is no part of the content",
        ),
        ("tags", "resources hold tags by key, sendo's own among them"),
        ("trustedExecutionConfiguration", NOT_YET),
    ];
    let known = known(RegisterTaskDefinitionInput::deserialize);
    assert_eq!(differences(&task_definition::shape(), known, &exceptions), NONE);
}

#[test]
fn the_service_has_every_member_of_both_calls() {
    let only_on_create = "UpdateService cannot change it";
    let on_create = [
        ("forceNewDeployment", "only UpdateService has it"),
        ("tags", "resources hold tags by key, sendo's own among them"),
        ("gatewayConnectors[].deregistrationDelay", NOT_YET),
    ];
    let on_update = [
        ("service", "what CreateService calls serviceName"),
        ("serviceName", "what UpdateService calls service"),
        ("clientToken", "only CreateService has it"),
        ("launchType", only_on_create),
        ("role", only_on_create),
        ("schedulingStrategy", only_on_create),
        ("gatewayConnectors[].deregistrationDelay", NOT_YET),
    ];
    let shape = service::shape();
    assert_eq!(
        differences(&shape, known(CreateServiceInput::deserialize), &on_create),
        NONE
    );
    assert_eq!(
        differences(&shape, known(UpdateServiceInput::deserialize), &on_update),
        NONE
    );
}

#[test]
fn the_override_has_every_member_of_the_api() {
    assert_eq!(
        differences(&task_override::shape(), known(TaskOverride::deserialize), &[]),
        NONE
    );
}

/// The value without what the SDK fills into members that it can't leave out: 0 and false.
fn without_filled(value: &Value, sent: &Value) -> Value {
    match (value, sent) {
        (Value::Map(map), Value::Map(sent)) => Value::Map(
            map.iter()
                .filter(|(name, value)| {
                    sent.contains(name) || !(value.as_i64() == Some(0) || value.as_bool() == Some(false))
                })
                .map(|(name, value)| {
                    let sent = sent.get(name).unwrap_or(&Value::Null);
                    (name.clone(), without_filled(value, sent))
                })
                .collect::<Map>(),
        ),
        (Value::List(items), Value::List(sent)) if items.len() == sent.len() => Value::List(
            items
                .iter()
                .zip(sent)
                .map(|(item, sent)| without_filled(item, sent))
                .collect(),
        ),
        _ => value.clone(),
    }
}

fn round_trip<T: SerializableStruct>(
    value: &Value,
    deserialize: Deserialize<T>,
) -> Result<(), TestCaseError> {
    let sdk = to_sdk(value, deserialize).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let back = from_sdk(&sdk).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let back = without_filled(&back, value);
    prop_assert!(back.same(value), "{back:?} is not {value:?}");
    Ok(())
}

fn with(mut value: Value, name: &str, text: &str) -> Value {
    if let Some(map) = value.as_map_mut() {
        map.insert(name, text);
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn task_definitions_make_the_trip(value in arbitrary(&task_definition::shape())) {
        round_trip(&with(value, "family", "api"), RegisterTaskDefinitionInput::deserialize)?;
    }

    #[test]
    fn services_make_the_trip_to_a_create(value in arbitrary(&service::shape())) {
        round_trip(&with(value, "serviceName", "api"), CreateServiceInput::deserialize)?;
    }

    #[test]
    fn services_make_the_trip_to_an_update(value in arbitrary(&service::shape())) {
        let mut value = with(value, "service", "api");
        for name in ["serviceName", "launchType", "role", "schedulingStrategy"] {
            value.as_map_mut().unwrap().remove(name);
        }
        round_trip(&value, UpdateServiceInput::deserialize)?;
    }

    #[test]
    fn overrides_make_the_trip(value in arbitrary(&task_override::shape())) {
        round_trip(&value, TaskOverride::deserialize)?;
    }
}
