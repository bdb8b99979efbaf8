//! Where in what people wrote a member of a composed value stands.

use crate::manifest::node::Node;
use crate::manifest::source::Span;
use crate::resource::path::Path;

/// Members that tell the items of a list apart, in the order in which they are tried.
const KEYS: [&str; 7] = [
    "name",
    "key",
    "containerPort",
    "containerPath",
    "from",
    "capacityProvider",
    "sourceContainer",
];

/// The node that the steps lead to; a list's item is named by its key or its number.
pub(super) fn find<'a>(node: &'a Node, steps: &[&str]) -> Option<&'a Node> {
    steps.iter().try_fold(node, |node, step| child(node, step))
}

/// The place of what the steps lead to, or of the nearest that is written.
pub(super) fn span(node: &Node, steps: &[&str]) -> Span {
    let mut node = node;
    for step in steps {
        match child(node, step) {
            Some(next) => node = next,
            None => break,
        }
    }
    node.span
}

/// The place of the name of a member, or of the nearest that is written.
pub(super) fn key_span(node: &Node, steps: &[&str]) -> Span {
    let Some((last, before)) = steps.split_last() else {
        return node.span;
    };
    match find(node, before).and_then(|parent| parent.entry(last)) {
        Some(entry) => entry.key_span,
        None => span(node, steps),
    }
}

/// The place of what a path names.
pub(super) fn path_span(node: &Node, path: &Path) -> Span {
    let steps: Vec<&str> = path.steps().iter().map(|step| step.text()).collect();
    span(node, &steps)
}

fn child<'a>(node: &'a Node, step: &str) -> Option<&'a Node> {
    if let Some(entry) = node.entry(step) {
        return Some(&entry.value);
    }
    let items = node.items()?;
    let named = items.iter().find(|item| bears(item, step));
    named.or_else(|| items.get(step.parse::<usize>().ok()?))
}

/// Whether the item's key is the step; of a key of several members, `8080/tcp`, the first decides.
fn bears(item: &Node, step: &str) -> bool {
    let first = step.split('/').next().unwrap_or(step);
    KEYS.iter()
        .find_map(|key| item.text(key))
        .is_some_and(|text| text == step || text == first)
}

/// Whether the node has the member and it is not null.
pub(super) fn has(node: &Node, name: &str) -> bool {
    node.get(name).is_some_and(|value| !value.is_null())
}
