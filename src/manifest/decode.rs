//! A node and a table of shapes to a value: each scalar becomes what its member wants, and every error is found at once.
//!
//! Messages name members and what they take, never the values that were written.

mod scalar;

use std::collections::HashMap;
use std::sync::Arc;

use super::diagnostic::{Diagnostic, name_like};
use super::node::{Entry, Kind, Node};
use super::source::Span;
use super::suggest::{advice, listed};
use crate::resource::shape::{Field, MapForm, Object, Order, Shape};
use crate::value::{Map, Value};

pub use scalar::json;

/// How much of a document is there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A layer before composition: `${…}` passes for anything, `null` and `$remove` too, and nothing is required.
    Layer,
    /// All of it.
    Whole,
}

/// A member that takes text in place of what its shape says.
#[derive(Clone, Copy, Debug)]
pub struct TextForm {
    /// The object that has the member.
    pub object: &'static str,
    /// The member.
    pub field: &'static str,
    /// The words that it takes; any text if there are none.
    pub words: &'static [&'static str],
}

impl TextForm {
    fn takes(&self, text: &str) -> bool {
        self.words.is_empty() || self.words.contains(&text)
    }
}

/// The member of a list's item that takes the item out when layers are merged.
pub const REMOVE: &str = "$remove";

/// Makes a value of a node. What could not be read is left out of the value and in the diagnostics.
pub fn decode(
    node: &Node,
    shape: &Shape,
    mode: Mode,
    forms: &[TextForm],
    out: &mut Vec<Diagnostic>,
) -> Value {
    let mut decoder = Decoder { mode, forms, out };
    decoder
        .value(node, shape, Place::root(node.span))
        .unwrap_or_default()
}

/// What messages say about where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The name of the member, or of the one whose list or map holds the value.
    name: &'a str,
    /// Where that name is written.
    span: Span,
    /// Whether the value is an item of that member.
    item: bool,
}

impl<'a> Place<'a> {
    fn root(span: Span) -> Self {
        Place {
            name: "",
            span,
            item: false,
        }
    }

    fn item(self) -> Self {
        Place { item: true, ..self }
    }

    fn subject(self) -> String {
        match (self.name, self.item) {
            ("", _) => "the document".to_owned(),
            (name, false) => format!("`{name}`"),
            (name, true) => format!("an item of `{name}`"),
        }
    }
}

struct Decoder<'a> {
    mode: Mode,
    forms: &'a [TextForm],
    out: &'a mut Vec<Diagnostic>,
}

impl Decoder<'_> {
    fn value(&mut self, node: &Node, shape: &Shape, place: Place<'_>) -> Option<Value> {
        if self.passes(node) {
            return Some(Value::Null);
        }
        match shape {
            Shape::Json => Some(json(node)),
            Shape::List(item, order) => self.list(node, item, *order, place),
            Shape::Map(item) => self.map(node, item, place),
            Shape::Object(object) => self.object(node, object, place),
            scalar => self.scalar(node, scalar, place),
        }
    }

    /// Whether a layer may hold this in the place of anything.
    fn passes(&self, node: &Node) -> bool {
        self.mode == Mode::Layer && (node.is_null() || is_template(node))
    }

    fn scalar(&mut self, node: &Node, shape: &Shape, place: Place<'_>) -> Option<Value> {
        match scalar::read(node, shape) {
            Ok(value) => Some(value),
            Err(problem) => {
                let mut error = Diagnostic::error(
                    node.span,
                    format!("{} must be {}", place.subject(), problem.expected),
                )
                .label(problem.label);
                error.help.extend(problem.help);
                self.out.push(error);
                None
            }
        }
    }

    fn wrong(&mut self, node: &Node, expected: &str, place: Place<'_>) -> Option<Value> {
        let message = format!("{} must be {expected}", place.subject());
        let label = format!("{} stands here", node.describe());
        let span = if node.is_null() { place.span } else { node.span };
        self.out.push(Diagnostic::error(span, message).label(label));
        None
    }

    fn list(&mut self, node: &Node, item: &Shape, order: Order, place: Place<'_>) -> Option<Value> {
        let Some(items) = node.items() else {
            return self.wrong(node, "a list", place);
        };
        self.refuse_repeated(items, order, place);
        let decode = |node: &Node| self.item(node, item, place);
        Some(Value::List(items.iter().filter_map(decode).collect()))
    }

    fn item(&mut self, node: &Node, shape: &Shape, place: Place<'_>) -> Option<Value> {
        if node.is_null() {
            return self.wrong(
                node,
                "more than nothing",
                Place {
                    span: node.span,
                    ..place
                }
                .item(),
            );
        }
        self.value(node, shape, place.item())
    }

    /// Refuses items that bear the same name: merging and comparing tell items apart by it.
    fn refuse_repeated(&mut self, items: &[Node], order: Order, place: Place<'_>) {
        let Order::Keyed(alternatives) = order else {
            return;
        };
        let mut seen: HashMap<(&str, &str), Span> = HashMap::new();
        for item in items {
            let named = alternatives.iter().find_map(|members| match members {
                [member] => Some((*member, item.get(member)?)),
                _ => None,
            });
            let Some((member, Some(text))) = named.map(|(member, node)| (member, node.as_text())) else {
                continue;
            };
            if let Some(first) = seen.insert((member, text), item.span) {
                let message = format!("two items of `{}` have the same `{member}`", place.name);
                self.out
                    .push(Diagnostic::error(item.span, message).related(first, "the first"));
            }
        }
    }

    fn map(&mut self, node: &Node, item: &Shape, place: Place<'_>) -> Option<Value> {
        let Some(entries) = node.entries() else {
            return self.wrong(node, "a map", place);
        };
        let mut map = Map::new();
        for entry in entries {
            if let Some(value) = self.member(&entry.value, item, place_of(entry)) {
                map.insert(entry.key.clone(), value);
            }
        }
        Some(Value::Map(map))
    }

    fn object(&mut self, node: &Node, object: &Arc<Object>, place: Place<'_>) -> Option<Value> {
        let Some(entries) = node.entries() else {
            return self.wrong(node, "a map", place);
        };
        let mut map = Map::new();
        for entry in entries {
            match object.field(&entry.key) {
                Some(field) => {
                    if let Some(value) = self.field(entry, field, object) {
                        map.insert(field.name, value);
                    }
                }
                None => self.unknown(entry, object, place),
            }
        }
        self.refuse_missing(entries, object, place, node.span);
        Some(Value::Map(map))
    }

    fn field(&mut self, entry: &Entry, field: &Field, object: &Object) -> Option<Value> {
        if let Some(reason) = field.refused {
            self.out.push(refused(entry, reason));
            return None;
        }
        let place = place_of(entry);
        if let (Some(form), Some(entries)) = (field.map_form, entry.value.entries()) {
            return self.map_form(entries, form, &field.shape, place);
        }
        let words = self
            .forms
            .iter()
            .find(|form| form.object == object.name && form.field == field.name);
        match (words, &entry.value.kind) {
            (Some(form), Kind::Scalar(scalar)) if form.takes(&scalar.text) => {
                self.member(&entry.value, &Shape::String { values: &[] }, place)
            }
            (Some(form), Kind::Scalar(scalar)) if !scalar.is_null() && !self.passes(&entry.value) => {
                self.wrong(&entry.value, &format!("{} or a list", listed(form.words)), place)
            }
            _ => self.member(&entry.value, &field.shape, place),
        }
    }

    /// A member's value; null is as good as leaving it out.
    fn member(&mut self, node: &Node, shape: &Shape, place: Place<'_>) -> Option<Value> {
        match (node.is_null(), shape) {
            (true, Shape::Json) => Some(Value::Null),
            (true, _) => None,
            _ => self.value(node, shape, place),
        }
    }

    fn map_form(
        &mut self,
        entries: &[Entry],
        form: MapForm,
        shape: &Shape,
        place: Place<'_>,
    ) -> Option<Value> {
        let Shape::List(item, _) = shape else {
            return None;
        };
        let value_shape = item
            .as_object()
            .and_then(|object| object.field(form.value))
            .map(|field| &field.shape);
        let mut items = Vec::with_capacity(entries.len());
        for entry in entries {
            let place = Place {
                name: &entry.key,
                span: entry.key_span,
                ..place
            };
            let Some(value) = value_shape.and_then(|shape| self.member(&entry.value, shape, place)) else {
                continue;
            };
            let mut map = Map::new();
            map.insert(form.key, Value::String(entry.key.clone()));
            map.insert(form.value, value);
            items.push(Value::Map(map));
        }
        Some(Value::List(items))
    }

    fn unknown(&mut self, entry: &Entry, object: &Object, place: Place<'_>) {
        if self.mode == Mode::Layer && place.item && &*entry.key == REMOVE {
            if entry.value.as_text() != Some("true") {
                self.out.push(Diagnostic::error(
                    entry.value.span,
                    format!("`{REMOVE}` can only be true"),
                ));
            }
            return;
        }
        let message = format!("unknown field `{}` in {}", name_like(&entry.key), object.name);
        let mut error = Diagnostic::error(entry.key_span, message).label("unknown field");
        let known = object
            .fields
            .iter()
            .filter(|field| field.refused.is_none())
            .map(|field| field.name);
        error.help.extend(advice(&entry.key, known));
        self.out.push(error);
    }

    fn refuse_missing(&mut self, entries: &[Entry], object: &Object, place: Place<'_>, span: Span) {
        if self.mode == Mode::Layer {
            return;
        }
        let given = |field: &Field| {
            entries
                .iter()
                .any(|entry| *entry.key == *field.name && !entry.value.is_null())
        };
        let missing: Vec<&str> = object
            .fields
            .iter()
            .filter(|field| field.required && !given(field))
            .map(|field| field.name)
            .collect();
        if !missing.is_empty() {
            let at = if place.item || place.name.is_empty() {
                span
            } else {
                place.span
            };
            let message = format!("{} needs {}", object.name, listed(&missing));
            self.out
                .push(Diagnostic::error(at, message).label("missing here"));
        }
    }
}

fn place_of(entry: &Entry) -> Place<'_> {
    Place {
        name: &entry.key,
        span: entry.key_span,
        item: false,
    }
}

fn refused(entry: &Entry, reason: &str) -> Diagnostic {
    if reason == NOT_YET {
        let message = format!("`{}` is not supported yet", entry.key);
        return Diagnostic::error(entry.key_span, message).help("remove it: it would do nothing");
    }
    Diagnostic::error(entry.key_span, format!("`{}` can't be set: {reason}", entry.key))
}

/// The reason to refuse a member that a later version will act on.
pub const NOT_YET: &str = "not supported yet";

fn is_template(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text.contains("${"))
}

#[cfg(test)]
mod tests;
