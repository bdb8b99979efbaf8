//! JSON Schema (draft 2020-12) of manifests, from the same tables that decode them.

use serde_json::{Map, Value, json};

use super::document::envelope;
use super::kind::ManifestKind;
use super::spec;
use crate::resource::shape::{Field, MapForm, Object, Shape};

/// The dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A text that holds a variable, which stands for any type before it is replaced.
const TEMPLATE: &str = "Template";

/// The schema of all kinds, or of one.
pub fn schema(kind: Option<ManifestKind>) -> Value {
    let mut defs = Defs::default();
    let mut root = json!({"$schema": DIALECT});
    match kind {
        Some(kind) => merge(&mut root, manifest(kind, &mut defs)),
        None => {
            let kinds: Vec<Value> = ManifestKind::ALL
                .into_iter()
                .map(|kind| {
                    let schema = manifest(kind, &mut defs);
                    defs.named.insert(kind.as_str().to_owned(), schema);
                    reference(kind.as_str())
                })
                .collect();
            merge(&mut root, json!({"title": "sendo manifest", "oneOf": kinds}));
        }
    }
    let template =
        json!({"type": "string", "pattern": "\\$\\{", "description": "Text with a variable, `${name}`."});
    defs.named.insert(TEMPLATE.to_owned(), template);
    root["$defs"] = Value::Object(defs.named);
    root
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// A kind's schema: what surrounds the spec, and the spec.
fn manifest(kind: ManifestKind, defs: &mut Defs) -> Value {
    let Shape::Object(object) = envelope(kind) else {
        return json!({});
    };
    let mut schema = defs.members(object, Layer::Bottom);
    let patched = defs.shape(spec::shape(kind), Layer::Over);
    schema["title"] = json!(kind.as_str());
    schema["properties"]["kind"] =
        json!({"const": kind.as_str(), "description": "What the manifest is about."});
    schema["properties"]["spec"] = defs.shape(spec::shape(kind), Layer::Bottom);
    if let Some(patch) = schema.pointer_mut("/properties/environments") {
        *patch = environments(kind, patched, defs);
    }
    schema
}

fn environments(kind: ManifestKind, patched: Value, defs: &mut Defs) -> Value {
    let name = format!("{kind}Patch");
    let patch = json!({
        "type": "object",
        "description": "What is different in one environment.",
        "properties": {
            "variables": {"type": "object", "description": "Variables that win over the manifest's own."},
            "spec": patched,
        },
        "additionalProperties": false,
    });
    defs.named.insert(name.clone(), patch);
    json!({
        "type": "object",
        "description": "What is different in some environments, by their names.",
        "additionalProperties": reference(&name),
    })
}

/// Whether a layer may leave out what is required.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// The manifest's own: what is required at its top is there, or comes from below.
    Bottom,
    /// Merged over another: nothing is required, null removes.
    Over,
}

/// The named objects that schemas point at.
#[derive(Default)]
struct Defs {
    named: Map<String, Value>,
}

impl Defs {
    fn shape(&mut self, shape: &Shape, layer: Layer) -> Value {
        match shape {
            Shape::String { values: [] } => json!({"type": ["string", "number", "boolean"]}),
            Shape::String { values } => or_template(json!({"enum": values})),
            Shape::Integer { min, max } => or_template(integer(*min, *max)),
            Shape::Number => or_template(json!({"type": "number"})),
            Shape::Boolean => or_template(json!({"type": "boolean"})),
            Shape::Json => json!({}),
            Shape::List(item, _) => {
                let item = self.shape(item, layer);
                or_template(json!({"type": "array", "items": item}))
            }
            Shape::Map(item) => {
                let item = or_null(self.shape(item, layer));
                or_template(json!({"type": "object", "additionalProperties": item}))
            }
            Shape::Object(object) => or_template(self.object(object, layer)),
        }
    }

    fn object(&mut self, object: &Object, layer: Layer) -> Value {
        let name = self.free_name(object, layer);
        if !self.named.contains_key(&name) {
            self.named.insert(name.clone(), json!({}));
            let schema = self.members(object, layer);
            self.named.insert(name.clone(), schema);
        }
        reference(&name)
    }

    /// The object's name; shapes that share a name but not their members are told apart by a number.
    fn free_name(&self, object: &Object, layer: Layer) -> String {
        let base = match layer {
            Layer::Bottom => object.name.to_owned(),
            Layer::Over => format!("{}Patch", object.name),
        };
        let members: Vec<&str> = shown(object).map(|field| field.name).collect();
        let same = |name: &str| match self.named.get(name) {
            None => true,
            Some(schema) => {
                let known = schema.get("properties").and_then(Value::as_object);
                known.is_none_or(|known| members.iter().all(|member| known.contains_key(*member)))
                    && schema.get("description").is_none_or(|doc| doc == object.doc)
            }
        };
        let numbered = (2..).map(|number| format!("{base}{number}"));
        std::iter::once(base.clone())
            .chain(numbered)
            .find(|name| same(name))
            .unwrap_or(base)
    }

    fn members(&mut self, object: &Object, layer: Layer) -> Value {
        let mut properties = Map::new();
        for field in shown(object) {
            let mut schema = self.field(object, field, layer);
            schema["description"] = json!(field.doc);
            properties.insert(field.name.to_owned(), schema);
        }
        if layer == Layer::Over {
            let remove =
                json!({"const": true, "description": "Takes the item out of the lower layer's list."});
            properties.insert(super::decode::REMOVE.to_owned(), remove);
        }
        let mut schema = json!({
            "type": "object",
            "description": object.doc,
            "properties": properties,
            "additionalProperties": false,
        });
        let required: Vec<&str> = shown(object)
            .filter(|field| field.required)
            .map(|field| field.name)
            .collect();
        if layer == Layer::Bottom && !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn field(&mut self, object: &Object, field: &Field, layer: Layer) -> Value {
        let mut forms = vec![self.shape(&field.shape, layer)];
        forms.extend(field.map_form.map(map_form));
        let text = spec::TEXT_FORMS
            .iter()
            .find(|form| form.object == object.name && form.field == field.name);
        forms.extend(text.map(|form| match form.words {
            [] => json!({"type": "string"}),
            words => json!({"enum": words}),
        }));
        or_null(any_of(forms))
    }
}

/// The members that a manifest may set.
fn shown(object: &Object) -> impl Iterator<Item = &Field> {
    object.fields.iter().filter(|field| field.refused.is_none())
}

fn integer(min: i64, max: i64) -> Value {
    let mut schema = json!({"type": "integer"});
    if min > i64::from(i32::MIN) {
        schema["minimum"] = json!(min);
    }
    if max < i64::from(i32::MAX) {
        schema["maximum"] = json!(max);
    }
    // A quoted integer is taken for one.
    json!({"anyOf": [schema, {"type": "string", "pattern": "^-?[0-9]+$"}]})
}

fn map_form(form: MapForm) -> Value {
    json!({
        "type": "object",
        "description": format!("`{}` by `{}`.", form.value, form.key),
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    })
}

fn or_template(schema: Value) -> Value {
    any_of(vec![schema, reference(TEMPLATE)])
}

fn or_null(schema: Value) -> Value {
    any_of(vec![schema, json!({"type": "null"})])
}

/// One of several schemas, without stacking `anyOf` in `anyOf`.
fn any_of(schemas: Vec<Value>) -> Value {
    let mut flat: Vec<Value> = Vec::new();
    for schema in schemas {
        let inner = schema
            .get("anyOf")
            .and_then(Value::as_array)
            .filter(|_| schema_is_only_any_of(&schema));
        match inner {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None if schema == json!({}) => return json!({}),
            None => flat.push(schema),
        }
    }
    match &flat[..] {
        [only] => only.clone(),
        _ => json!({"anyOf": flat}),
    }
}

fn schema_is_only_any_of(schema: &Value) -> bool {
    schema.as_object().is_some_and(|members| members.len() == 1)
}

#[cfg(test)]
mod tests;
