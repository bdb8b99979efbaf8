//! The containers of a composed task definition, and which of them is meant where a manifest does not say.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;
use crate::manifest::suggest::advice;
use crate::value::{Map, Value};

/// A container of a task definition.
#[derive(Clone, Copy)]
pub(super) struct Container<'a>(&'a Value);

impl Container<'_> {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.0.text("name").unwrap_or_default()
    }

    fn essential(&self) -> bool {
        self.0.get("essential").and_then(Value::as_bool) != Some(false)
    }

    /// The ports that it listens on; ranges are not listed.
    pub(super) fn ports(&self) -> Vec<i64> {
        let mut ports: Vec<i64> = self
            .mappings()
            .filter_map(|mapping| mapping.get("containerPort")?.as_i64())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Whether one of its port mappings is for the port.
    pub(super) fn listens_on(&self, port: i64) -> bool {
        self.ports().contains(&port)
            || self
                .mappings()
                .filter_map(|mapping| mapping.text("containerPortRange")?.split_once('-'))
                .filter_map(|(first, last)| Some(first.parse::<i64>().ok()?..=last.parse::<i64>().ok()?))
                .any(|range| range.contains(&port))
    }

    fn mappings(&self) -> impl Iterator<Item = &Value> {
        self.0
            .get("portMappings")
            .and_then(Value::as_list)
            .unwrap_or_default()
            .iter()
    }
}

/// All containers.
pub(super) fn all(definition: &Map) -> impl Iterator<Item = Container<'_>> {
    definition
        .get("containerDefinitions")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .map(Container)
}

/// The container of that name.
pub(super) fn named<'a>(definition: &'a Map, name: &str) -> Option<Container<'a>> {
    all(definition).find(|container| container.name() == name)
}

/// The only container, or the first essential one.
pub(super) fn main(definition: &Map) -> Option<Container<'_>> {
    let mut containers = all(definition);
    match (containers.next(), containers.next()) {
        (only, None) => only,
        _ => all(definition).find(Container::essential),
    }
}

/// The only container that has port mappings.
pub(super) fn with_ports(definition: &Map) -> Result<Container<'_>, String> {
    let candidates: Vec<Container<'_>> = all(definition)
        .filter(|container| container.mappings().next().is_some())
        .collect();
    match candidates[..] {
        [] => Err("no container of the task definition has a port mapping".to_owned()),
        [only] => Ok(only),
        _ => {
            let names: Vec<String> = candidates
                .iter()
                .map(|container| format!("`{}`", container.name()))
                .collect();
            Err(format!(
                "several containers have port mappings: {}",
                names.join(", ")
            ))
        }
    }
}

/// The error that a name is none of the containers'.
pub(super) fn unknown(definition: &Map, name: &str, span: Span) -> Diagnostic {
    let mut error = Diagnostic::error(span, "the task definition has no container of that name");
    let names: Vec<String> = all(definition)
        .map(|container| container.name().to_owned())
        .collect();
    error.help.extend(advice(name, names.iter().map(String::as_str)));
    error
}
