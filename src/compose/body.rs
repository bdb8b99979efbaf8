//! A manifest's spec in one environment: layers merged, variables replaced, decoded; and where each member stands.

use super::locate;
use crate::manifest::node::Node;
use crate::manifest::source::Span;
use crate::value::{Map, Value};

/// The same thing twice: as it was written, for places, and as it is meant, for content.
#[derive(Clone)]
pub(super) struct Body {
    /// As it was written.
    pub node: Node,
    /// As it is meant.
    pub value: Map,
}

impl Body {
    /// The body of a node and what it was decoded to.
    pub(super) fn new(node: Node, value: Value) -> Self {
        let value = match value {
            Value::Map(map) => map,
            _ => Map::new(),
        };
        Body { node, value }
    }

    /// A member's value.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.value.get(name)
    }

    /// A member's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The items of a member that is a list.
    pub(super) fn list(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_list).unwrap_or_default()
    }

    /// Whether the member was written, readable or not.
    pub(super) fn has(&self, name: &str) -> bool {
        locate::has(&self.node, name)
    }

    /// The place of a member's value, or of the nearest that is written.
    pub(super) fn span(&self, steps: &[&str]) -> Span {
        locate::span(&self.node, steps)
    }

    /// The place of a member's name, or of the nearest that is written.
    pub(super) fn key(&self, steps: &[&str]) -> Span {
        locate::key_span(&self.node, steps)
    }

    /// A member that is a map, as a body of its own.
    pub(super) fn child(&self, name: &str) -> Option<Body> {
        let node = self.node.get(name)?.clone();
        let value = self.get(name)?.clone();
        Some(Body::new(node, value))
    }

    /// The items of a member that is a list of maps, as bodies of their own.
    pub(super) fn children(&self, name: &str) -> Vec<Body> {
        let nodes = self.node.get(name).and_then(Node::items).unwrap_or_default();
        let values = self.list(name);
        if nodes.len() != values.len() {
            return Vec::new();
        }
        nodes
            .iter()
            .zip(values)
            .map(|(node, value)| Body::new(node.clone(), value.clone()))
            .collect()
    }
}
