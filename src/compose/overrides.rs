//! What one run of a task does otherwise than its definition says: `overrides`, with `command` and `environment`.

use super::body::Body;
use super::containers;
use super::context::Context;
use crate::manifest::diagnostic::Diagnostic;
use crate::value::{Map, Reveal, Value};

/// The most characters of overrides that ECS takes, JSON included.
const MAX: usize = 8_192;

/// The overrides of a batch; `None` where it has none.
pub(super) fn read(
    context: &Context<'_>,
    body: &Body,
    definition: Option<&Map>,
    out: &mut Vec<Diagnostic>,
) -> Option<Value> {
    let mut input = match body.get("overrides") {
        Some(Value::Map(map)) => map.clone(),
        _ => Map::new(),
    };
    check_containers(body, definition, out);
    let own: Vec<(&str, &Value)> = ["command", "environment"]
        .into_iter()
        .filter_map(|member| Some((member, body.get(member)?)))
        .collect();
    if !own.is_empty() {
        let name = container(body, definition, out)?;
        merge(&mut input, &name, &own);
    }
    let mut input = Value::Map(input);
    if input.is_empty() {
        return None;
    }
    check_size(body, &input, out);
    context.sensitivity.mark(&mut input);
    Some(input)
}

/// The container whose command and environment are meant.
fn container(body: &Body, definition: Option<&Map>, out: &mut Vec<Diagnostic>) -> Option<String> {
    let named = body.text("container");
    match (definition, named) {
        (None, Some(name)) => Some(name.to_owned()),
        (None, None) => {
            if !body.has("container") {
                let message = "the batch needs `container`: its task definition is not one of this project";
                out.push(Diagnostic::error(body.node.span, message).help("name the container to override"));
            }
            None
        }
        (Some(definition), Some(name)) => match containers::named(definition, name) {
            Some(_) => Some(name.to_owned()),
            None => {
                out.push(containers::unknown(definition, name, body.span(&["container"])));
                None
            }
        },
        (Some(definition), None) => {
            let main = containers::main(definition).map(|container| container.name().to_owned());
            if main.is_none() && containers::all(definition).next().is_some() {
                let message = "no container is essential, so none is the one to override";
                out.push(Diagnostic::error(body.node.span, message).help("name it in `container`"));
            }
            main
        }
    }
}

/// Overrides of containers that the definition does not have.
fn check_containers(body: &Body, definition: Option<&Map>, out: &mut Vec<Diagnostic>) {
    let Some(definition) = definition else { return };
    let items = body
        .get("overrides")
        .and_then(|overrides| overrides.get("containerOverrides"));
    for (index, item) in items
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let Some(name) = item.text("name") else { continue };
        if containers::named(definition, name).is_none() {
            let span = body.span(&["overrides", "containerOverrides", &index.to_string(), "name"]);
            out.push(containers::unknown(definition, name, span));
        }
    }
}

/// Puts the short forms over the container's entry in the long one.
fn merge(input: &mut Map, name: &str, own: &[(&str, &Value)]) {
    let mut entries = match input.remove("containerOverrides") {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    let at = entries
        .iter()
        .position(|entry| entry.text("name") == Some(name))
        .unwrap_or_else(|| {
            let entry: Map = [("name".into(), name.into())].into_iter().collect();
            entries.push(Value::Map(entry));
            entries.len() - 1
        });
    if let Some(Value::Map(entry)) = entries.get_mut(at) {
        for (member, value) in own {
            let merged = match *member {
                "environment" => environment(entry.get("environment"), value),
                _ => (*value).clone(),
            };
            entry.insert(*member, merged);
        }
    }
    input.insert("containerOverrides", entries);
}

/// Variables by name, the second list's over the first's, in the order of their names.
pub(super) fn environment(below: Option<&Value>, over: &Value) -> Value {
    let lists = [below.unwrap_or(&Value::Null), over];
    let mut merged = Map::new();
    for item in lists.iter().flat_map(|list| list.as_list().unwrap_or_default()) {
        merged.insert(item.text("name").unwrap_or_default(), item.clone());
    }
    Value::List(merged.into_iter().map(|(_, item)| item).collect())
}

fn check_size(body: &Body, input: &Value, out: &mut Vec<Diagnostic>) {
    let size = input.to_json(Reveal::Shown).to_string().chars().count();
    if size <= MAX {
        return;
    }
    let members = ["command", "environment", "overrides"];
    let largest = members
        .into_iter()
        .max_by_key(|member| {
            body.get(member)
                .map_or(0, |value| value.to_json(Reveal::Shown).to_string().len())
        })
        .unwrap_or("overrides");
    let message = format!("the overrides have {size} characters as JSON: ECS takes {MAX}");
    out.push(
        Diagnostic::error(body.key(&[largest]), message)
            .help("move what is long into the task definition, the image or a parameter"),
    );
}
