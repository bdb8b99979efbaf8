//! The tags of what sendo creates: whose it is, the project's, and the manifest's own.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::Node;
use crate::resource::graph::{ManifestId, Scope};
use crate::value::{Map, Value};

/// What a resource may have, ours included.
const MAX: usize = 50;

/// Tags as a map, from the list of pairs that the ECS API takes or from a map.
pub(super) fn from_value(tags: &Value) -> Map {
    match tags {
        Value::Map(map) => map.clone(),
        Value::List(items) => items
            .iter()
            .filter_map(|item| {
                Some((
                    item.text("key")?.into(),
                    item.get("value").cloned().unwrap_or("".into()),
                ))
            })
            .collect(),
        _ => Map::new(),
    }
}

/// The marks of a manifest's resource over its own tags over the project's.
pub(super) fn tags(project: &Map, own: Option<&Value>, scope: &Scope, manifest: &ManifestId) -> Map {
    let mut all = project.clone();
    for (key, value) in own.map(from_value).unwrap_or_default() {
        all.insert(key, value);
    }
    all.insert("sendo:project", scope.project.clone());
    all.insert("sendo:environment", scope.environment.clone());
    all.insert("sendo:manifest", manifest.to_string());
    all
}

/// Refuses tags that AWS or sendo keeps for itself, and more of them than AWS takes.
pub(super) fn check(node: Option<&Node>, others: usize, out: &mut Vec<Diagnostic>) {
    let Some(node) = node else { return };
    let named: Vec<_> = match node.entries() {
        Some(entries) => entries
            .iter()
            .map(|entry| (&*entry.key, entry.key_span))
            .collect(),
        None => node
            .items()
            .unwrap_or_default()
            .iter()
            .filter_map(|item| Some((item.text("key")?, item.get("key")?.span)))
            .collect(),
    };
    for (key, span) in &named {
        if key.starts_with("sendo:") || key.starts_with("aws:") {
            let owner = key.split(':').next().unwrap_or_default();
            out.push(
                Diagnostic::error(*span, format!("tags that start with `{owner}:` can't be set"))
                    .help("name the tag differently"),
            );
        }
    }
    if named.len() + others > MAX {
        let message = format!(
            "{} tags with the project's and sendo's own: AWS takes {MAX}",
            named.len() + others
        );
        out.push(Diagnostic::error(node.span, message).help("remove some"));
    }
}
