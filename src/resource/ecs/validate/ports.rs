//! Port mappings.

use std::collections::BTreeSet;

use super::{Problems, containers_of, item_path, items, network_mode};
use crate::resource::path::Path;
use crate::value::Value;

pub(super) fn check(definition: &Value, out: &mut Problems) {
    let mode = network_mode(definition);
    let mut names = BTreeSet::new();
    for (path, container) in containers_of(definition) {
        let list = path.member("portMappings");
        let mut ports = BTreeSet::new();
        for (index, mapping) in items(container.get("portMappings")).enumerate() {
            let key = key(mapping);
            let path = item_path(&list, index, key.as_deref());
            check_port(&path, mapping, mode, out);
            let taken = |what: &str| format!("{what} is mapped twice");
            if let Some(port) = port_of(mapping)
                && !ports.insert((port, mapping.text("protocol").unwrap_or("tcp")))
            {
                out.add(
                    path.clone(),
                    taken(&format!("port {port}")),
                    "keep one of the two",
                );
            }
            if let Some(name) = mapping.text("name")
                && !names.insert(name)
            {
                out.add(
                    path.clone(),
                    taken(&format!("the name `{name}`")),
                    "names are unique in a task",
                );
            }
        }
        if mode == Some("none") && !ports.is_empty() {
            out.add(
                list,
                "a task without network listens on no port",
                "remove the port mappings",
            );
        }
    }
}

fn key(mapping: &Value) -> Option<String> {
    let name = mapping.text("name").map(str::to_owned);
    name.or_else(|| port_of(mapping).map(|port| port.to_string()))
}

fn port_of(mapping: &Value) -> Option<i64> {
    mapping.get("containerPort").and_then(Value::as_i64)
}

fn check_port(path: &Path, mapping: &Value, mode: Option<&str>, out: &mut Problems) {
    let host = mapping.get("hostPort").and_then(Value::as_i64);
    match (port_of(mapping), mapping.text("containerPortRange")) {
        (None, None) => out.add(path.clone(), "a port mapping needs a port", "set `containerPort`"),
        (Some(_), Some(_)) => out.add(
            path.clone(),
            "both a port and a range of ports are mapped",
            "keep `containerPort` or `containerPortRange`",
        ),
        (Some(port), None) => {
            if port == 0 {
                out.add(path.member("containerPort"), "0 is no port", "use 1 to 65535");
            }
            let fixed = matches!(mode, Some("awsvpc" | "host"));
            if let Some(host) = host.filter(|host| fixed && *host != 0 && *host != port) {
                out.add(
                    path.member("hostPort"),
                    format!("the host's port ({host}) must be the container's ({port}) in this network mode"),
                    "leave out `hostPort`",
                );
            }
        }
        (None, Some(range)) => {
            if host.is_some() {
                out.add(
                    path.member("hostPort"),
                    "a range of ports has no host port",
                    "leave out `hostPort`",
                );
            }
            if !is_range(range) {
                let path = path.member("containerPortRange");
                out.add(
                    path,
                    "not a range of ports",
                    "write first-last, from 1 to 65535, at most 100 ports",
                );
            }
        }
    }
}

/// D: first below last, at most 100 ports.
fn is_range(text: &str) -> bool {
    let Some((first, last)) = text.split_once('-') else {
        return false;
    };
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => first > 0 && first < last && last - first < 100,
        _ => false,
    }
}
