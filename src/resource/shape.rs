//! What a value may be and how it compares: the table that decoding, comparing and JSON Schema all read.
//!
//! A table is built once from plain constructors, one line a member, and says for each member its type, whether it is
//! required, what its absence means, what a change of it costs and how two spellings of it are made one.

#[cfg(test)]
pub mod arbitrary;

use std::sync::Arc;

use crate::value::{Map, Value};

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Text; with `values`, one of those.
    String {
        /// The values of an enumeration; empty where any text goes.
        values: &'static [&'static str],
    },
    /// A whole number within bounds, both included.
    Integer {
        /// The smallest that AWS takes.
        min: i64,
        /// The largest that AWS takes.
        max: i64,
    },
    /// A number, whole or not.
    Number,
    /// true or false.
    Boolean,
    /// Any JSON document.
    Json,
    /// A list of one shape.
    List(Box<Shape>, Order),
    /// Members of any name and of one shape.
    Map(Box<Shape>),
    /// Named members.
    Object(Arc<Object>),
}

/// What the order of a list's items means to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The order matters.
    Ordered,
    /// AWS keeps a set and returns it in an order of its own.
    Set,
    /// Items are told apart by these members, the first of the alternatives whose members an item has.
    Keyed(&'static [&'static [&'static str]]),
}

/// Named members, and how those that a manifest leaves out are seen.
#[derive(Clone, Debug)]
pub struct Object {
    /// The name of the shape, for JSON Schema and messages: the ECS API's own where it has one.
    pub name: &'static str,
    /// What it is, in one line.
    pub doc: &'static str,
    /// Its members.
    pub fields: Vec<Field>,
    /// Makes members whose defaults hang on one another canonical, before each member's own rules.
    pub rule: Option<fn(&mut Map)>,
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, as the manifest and the API spell it.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What it is for, in one line.
    pub doc: &'static str,
    /// Whether AWS refuses the object without it.
    pub required: bool,
    /// What leaving it out means.
    pub absent: Absent,
    /// What a change of it costs; `None` takes the cost of what is around it.
    pub cost: Option<Cost>,
    /// Makes one spelling of several that AWS takes for the same.
    pub canonical: Option<fn(&Value) -> Value>,
    /// Whether two canonical spellings mean the same, where that takes both to tell; one that is not there is null.
    pub alike: Option<fn(&Value, &Value) -> bool>,
    /// The map form that a manifest may use in place of the list.
    pub map_form: Option<MapForm>,
    /// Entries of a map that are not compared when a manifest leaves them out.
    pub unmanaged_entries: &'static [&'static str],
    /// Why a manifest may not set it.
    pub refused: Option<&'static str>,
}

/// What it means that a manifest leaves a member out.
#[derive(Clone, Debug, PartialEq)]
pub enum Absent {
    /// AWS has this value then: anything else is a difference. `Null`: it must be absent in AWS too.
    Is(Value),
    /// Not compared: never declared, never ours. A member that git once declared and no longer does is removed.
    Unmanaged,
    /// Not compared while it was never declared; put back to this value when git no longer declares it.
    Reset(Value),
    /// AWS fills it in by itself and changes it as it likes: compared only while declared.
    Filled,
}

/// What a change of a member costs, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Changed where it is.
    InPlace,
    /// Changed where it is, and ECS starts a deployment.
    Deployment,
    /// A new revision of the task definition.
    NewRevision,
    /// The resource is made anew.
    Replacement,
}

/// A map that stands for a list of pairs: `{NAME: value}` for `[{name: NAME, value: value}]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapForm {
    /// The item's member that the map's key becomes.
    pub key: &'static str,
    /// The item's member that the map's value becomes.
    pub value: &'static str,
}

/// Any text.
pub fn string() -> Shape {
    Shape::String { values: &[] }
}

/// One of the given words.
pub fn one_of(values: &'static [&'static str]) -> Shape {
    Shape::String { values }
}

/// Any whole number that ECS's 32 bits hold.
pub fn integer() -> Shape {
    Shape::Integer {
        min: i64::from(i32::MIN),
        max: i64::from(i32::MAX),
    }
}

/// A whole number within bounds, both included.
pub fn integer_between(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

/// true or false.
pub fn boolean() -> Shape {
    Shape::Boolean
}

/// A list whose order matters.
pub fn list(item: Shape) -> Shape {
    Shape::List(Box::new(item), Order::Ordered)
}

/// A list that AWS keeps as a set.
pub fn set(item: Shape) -> Shape {
    Shape::List(Box::new(item), Order::Set)
}

/// A list whose items are told apart by a key: `&[&["name"], &["containerPort", "protocol"]]`.
pub fn keyed(item: Shape, keys: &'static [&'static [&'static str]]) -> Shape {
    Shape::List(Box::new(item), Order::Keyed(keys))
}

/// A map from any name to one shape.
pub fn map(item: Shape) -> Shape {
    Shape::Map(Box::new(item))
}

/// An object with these members.
pub fn object(name: &'static str, doc: &'static str, fields: impl IntoIterator<Item = Field>) -> Shape {
    Shape::Object(Arc::new(Object {
        name,
        doc,
        fields: fields.into_iter().collect(),
        rule: None,
    }))
}

/// A member that, left out, must be absent in AWS too; the methods below say otherwise.
pub fn field(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field {
        name,
        shape,
        doc,
        required: false,
        absent: Absent::Is(Value::Null),
        cost: None,
        canonical: None,
        alike: None,
        map_form: None,
        unmanaged_entries: &[],
        refused: None,
    }
}

impl Field {
    /// AWS refuses the object without it.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Left out, it is this value.
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.absent = Absent::Is(value.into());
        self
    }

    /// Left out, it is not compared.
    pub fn unmanaged(mut self) -> Self {
        self.absent = Absent::Unmanaged;
        self
    }

    /// Left out, it is not compared; taken out of git, it is put back to this value.
    pub fn reset(mut self, value: impl Into<Value>) -> Self {
        self.absent = Absent::Reset(value.into());
        self
    }

    /// AWS fills it in by itself.
    pub fn filled(mut self) -> Self {
        self.absent = Absent::Filled;
        self
    }

    /// What a change of it costs.
    pub fn cost(mut self, cost: Cost) -> Self {
        self.cost = Some(cost);
        self
    }

    /// How its spellings are made one.
    pub fn canonical(mut self, rule: fn(&Value) -> Value) -> Self {
        self.canonical = Some(rule);
        self
    }

    /// How two spellings are told to mean the same.
    pub fn alike(mut self, rule: fn(&Value, &Value) -> bool) -> Self {
        self.alike = Some(rule);
        self
    }

    /// The map form that stands for its list.
    pub fn or_map(mut self, key: &'static str, value: &'static str) -> Self {
        self.map_form = Some(MapForm { key, value });
        self
    }

    /// Entries of its map that, left out, are not compared.
    pub fn unmanaged_entries(mut self, names: &'static [&'static str]) -> Self {
        self.unmanaged_entries = names;
        self
    }

    /// Known, but not for manifests: the reason is the message.
    pub fn refused(mut self, reason: &'static str) -> Self {
        self.refused = Some(reason);
        self
    }
}

impl Object {
    /// The member of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Shape {
    /// The object, where the shape is one.
    pub fn as_object(&self) -> Option<&Arc<Object>> {
        match self {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The same object with a rule for members whose defaults hang on one another. It must be idempotent.
    pub fn with_rule(self, rule: fn(&mut Map)) -> Shape {
        match self {
            Shape::Object(object) => {
                let mut object = Arc::unwrap_or_clone(object);
                object.rule = Some(rule);
                Shape::Object(Arc::new(object))
            }
            other => other,
        }
    }

    /// The same shape, in which no member that a manifest leaves out is compared: for what is passed through to AWS
    /// without facts of its own.
    pub fn declared_only(self) -> Shape {
        match self {
            Shape::List(item, order) => Shape::List(Box::new(item.declared_only()), order),
            Shape::Map(item) => Shape::Map(Box::new(item.declared_only())),
            Shape::Object(object) => {
                let mut object = Arc::unwrap_or_clone(object);
                for field in &mut object.fields {
                    if field.absent == Absent::Is(Value::Null) {
                        field.absent = Absent::Unmanaged;
                    }
                    field.shape = field.shape.clone().declared_only();
                }
                Shape::Object(Arc::new(object))
            }
            scalar => scalar,
        }
    }
}

impl Order {
    /// The key of an item: the members of the first alternative that it has, joined by `/`.
    pub fn key(self, item: &Map) -> Option<String> {
        let Order::Keyed(alternatives) = self else {
            return None;
        };
        alternatives.iter().find_map(|members| {
            let parts: Option<Vec<String>> = members
                .iter()
                .map(|member| scalar_text(item.get(member)?))
                .collect();
            parts.map(|parts| parts.join("/"))
        })
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        other => other.as_str().map(str::to_owned),
    }
}
