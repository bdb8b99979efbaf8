//! Layers of a manifest made one: kind defaults, template, spec, environment patch.
//!
//! Every part keeps the place it was written at, so that an error in the merged tree points at its own file.

use std::borrow::Cow;
use std::sync::Arc;

use super::decode::REMOVE;
use super::node::{Entry, Kind, Node};
use super::source::Span;
use crate::resource::shape::{Field, MapForm, Shape};

/// The lists that are merged item by item, and the members that tell their items apart: alternatives, the first that
/// both items have counts. All other lists replace.
const KEYED: &[(&str, &[&[&str]])] = &[
    ("containerDefinitions", &[&["name"]]),
    ("environment", &[&["name"]]),
    ("secrets", &[&["name"]]),
    ("volumes", &[&["name"]]),
    ("ingress", &[&["name"]]),
    ("tags", &[&["key"]]),
    ("ulimits", &[&["name"]]),
    ("portMappings", &[&["name"], &["containerPort", "protocol"]]),
    ("mountPoints", &[&["containerPath"]]),
];

/// What a key's member is when an item leaves it out.
const KEY_DEFAULTS: &[(&str, &str)] = &[("protocol", "tcp")];

/// Members of which a higher layer's removes a lower layer's.
const EXCLUSIONS: &[[Side; 2]] = &[
    [Side::any("launchType"), Side::any("capacityProviderStrategy")],
    [Side::any("schedule"), Side::any("eventPattern")],
    [
        Side::value("schedulingStrategy", "DAEMON"),
        Side::any("desiredCount"),
    ],
];

/// One side of an exclusion: a member, with any or with one value.
#[derive(Clone, Copy)]
struct Side {
    member: &'static str,
    value: Option<&'static str>,
}

impl Side {
    const fn any(member: &'static str) -> Side {
        Side { member, value: None }
    }

    const fn value(member: &'static str, value: &'static str) -> Side {
        Side {
            member,
            value: Some(value),
        }
    }

    fn stands_in(self, entries: &[Entry]) -> bool {
        entries.iter().any(|entry| {
            &*entry.key == self.member
                && !entry.value.is_null()
                && self
                    .value
                    .is_none_or(|value| entry.value.as_text() == Some(value))
        })
    }
}

/// The layers as one tree, the last one wins. Removals are carried out, map forms are lists.
pub fn merge<'a>(layers: impl IntoIterator<Item = &'a Node>, shape: &Shape) -> Option<Node> {
    layers
        .into_iter()
        .fold(None, |below, layer| Some(over(below.as_ref(), layer, shape, "")))
}

fn over(below: Option<&Node>, node: &Node, shape: &Shape, name: &str) -> Node {
    match (&node.kind, shape) {
        (Kind::Sequence(items), Shape::List(item, _)) => list(below, items, item, name, node.span),
        (Kind::Mapping(entries), Shape::Object(object)) => {
            let field = |name: &str| object.field(name);
            mapping(below, entries, &field, node.span)
        }
        (Kind::Mapping(entries), Shape::Map(item)) => map(below, entries, item, node.span),
        (Kind::Mapping(entries), Shape::Json) => map(below, entries, &Shape::Json, node.span),
        _ => node.clone(),
    }
}

fn mapping<'a>(
    below: Option<&Node>,
    entries: &[Entry],
    field: &dyn Fn(&str) -> Option<&'a Field>,
    span: Span,
) -> Node {
    let mut merged = kept(below, entries);
    for entry in entries {
        let at = merged.iter().position(|old| old.key == entry.key);
        let old = at.map(|at| merged[at].value.clone());
        let value = match field(&entry.key) {
            Some(field) => over(
                old.as_ref(),
                &in_list_form(&entry.value, field),
                &field.shape,
                field.name,
            ),
            None => entry.value.clone(),
        };
        put(&mut merged, at, entry, value);
    }
    Node::mapping(merged, span)
}

fn map(below: Option<&Node>, entries: &[Entry], item: &Shape, span: Span) -> Node {
    let mut merged: Vec<Entry> = below.and_then(Node::entries).unwrap_or_default().to_vec();
    for entry in entries {
        let at = merged.iter().position(|old| old.key == entry.key);
        let old = at.map(|at| merged[at].value.clone());
        let value = over(old.as_ref(), &entry.value, item, "");
        put(&mut merged, at, entry, value);
    }
    Node::mapping(merged, span)
}

/// The members of the lower layer that no member of the higher one excludes.
fn kept(below: Option<&Node>, entries: &[Entry]) -> Vec<Entry> {
    let mut kept: Vec<Entry> = below.and_then(Node::entries).unwrap_or_default().to_vec();
    for [one, other] in EXCLUSIONS {
        for (winner, loser) in [(one, other), (other, one)] {
            if winner.stands_in(entries) && loser.stands_in(&kept) {
                kept.retain(|entry| &*entry.key != loser.member);
            }
        }
    }
    kept
}

fn put(merged: &mut Vec<Entry>, at: Option<usize>, entry: &Entry, value: Node) {
    let new = Entry {
        value,
        ..entry.clone()
    };
    match at {
        Some(at) if new.value.is_null() => {
            merged.remove(at);
        }
        Some(at) => merged[at] = new,
        None if new.value.is_null() => {}
        None => merged.push(new),
    }
}

fn list(below: Option<&Node>, items: &[Node], shape: &Shape, name: &str, span: Span) -> Node {
    let keys = KEYED
        .iter()
        .find(|(list, _)| *list == name)
        .map(|(_, keys)| *keys);
    let Some(keys) = keys else {
        let items: Vec<Node> = items.iter().map(|item| over(None, item, shape, "")).collect();
        return Node::sequence(items, span);
    };
    let mut merged: Vec<Node> = below.and_then(Node::items).unwrap_or_default().to_vec();
    for item in items {
        let at = merged.iter().position(|old| same_key(old, item, keys));
        match at {
            Some(at) if is_removal(item) => {
                merged.remove(at);
            }
            Some(at) => merged[at] = over(Some(&merged[at]), item, shape, ""),
            None if is_removal(item) => {}
            None => merged.push(over(None, item, shape, "")),
        }
    }
    Node::sequence(merged, span)
}

fn same_key(left: &Node, right: &Node, alternatives: &[&[&str]]) -> bool {
    let shared = alternatives.iter().find_map(|members| {
        let keys = (key(left, members)?, key(right, members)?);
        Some(keys)
    });
    shared.is_some_and(|(left, right)| left == right)
}

fn key<'a>(item: &'a Node, members: &[&str]) -> Option<Vec<&'a str>> {
    members
        .iter()
        .map(|member| item.text(member).or_else(|| key_default(member)))
        .collect()
}

fn key_default(member: &str) -> Option<&'static str> {
    KEY_DEFAULTS
        .iter()
        .find(|(name, _)| *name == member)
        .map(|(_, value)| *value)
}

fn is_removal(item: &Node) -> bool {
    item.text(REMOVE) == Some("true")
}

/// The list that a map form stands for; null takes an item of the lower layer out.
fn in_list_form<'a>(node: &'a Node, field: &Field) -> Cow<'a, Node> {
    match (field.map_form, node.entries()) {
        (Some(form), Some(entries)) => {
            let items: Vec<Node> = entries.iter().map(|entry| pair(entry, form)).collect();
            Cow::Owned(Node::sequence(items, node.span))
        }
        _ => Cow::Borrowed(node),
    }
}

fn pair(entry: &Entry, form: MapForm) -> Node {
    let member = |key: &str, value: Node| Entry {
        key: Arc::from(key),
        key_span: entry.key_span,
        value,
    };
    let name = member(form.key, Node::quoted(entry.key.clone(), entry.key_span));
    let value = match entry.value.is_null() {
        true => member(REMOVE, Node::plain("true", entry.value.span)),
        false => member(form.value, entry.value.clone()),
    };
    Node::mapping(vec![name, value], entry.key_span.to(entry.value.span))
}

#[cfg(test)]
mod tests;
