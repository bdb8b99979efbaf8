//! Containers: names, images, who is essential, who waits for whom.

use std::collections::{BTreeMap, BTreeSet};

use super::arn::lacks;
use super::{Problems, containers_of, count, items, name};
use crate::resource::path::Path;
use crate::value::Value;

const MAX_CONTAINERS: usize = 10;

pub(super) fn check(definition: &Value, out: &mut Problems) {
    let path = Path::root().member("containerDefinitions");
    let total = count(definition.get("containerDefinitions"));
    if total == 0 {
        out.add(
            path,
            "a task definition needs a container",
            "add one to `containerDefinitions`",
        );
        return;
    }
    if total > MAX_CONTAINERS {
        let message = format!("{total} containers are more than the {MAX_CONTAINERS} that ECS takes");
        out.add(path.clone(), message, "split the task");
    }
    if !containers_of(definition).any(|(_, container)| essential(container)) {
        let message = "no container is essential, so nothing would tell when the task has ended";
        out.add(path, message, "leave out `essential: false` of one of them");
    }
    names(definition, out);
    dependencies(definition, out);
    for (path, container) in containers_of(definition) {
        reservation(&path, container, out);
        variables(&path, container, out);
        others(definition, &path, container, out);
    }
}

fn essential(container: &Value) -> bool {
    container.get("essential").and_then(Value::as_bool) != Some(false)
}

fn names(definition: &Value, out: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (path, container) in containers_of(definition) {
        match container.text("name") {
            None if container.get("name").is_some() => {}
            None => out.add(path.clone(), "the container has no name", "give it a `name`"),
            Some(text) => {
                if let Some(fault) = name(text) {
                    out.add(
                        path.member("name"),
                        format!("the container's name {fault}"),
                        "choose another name",
                    );
                }
                if !seen.insert(text) {
                    let message = format!("two containers are named `{text}`");
                    out.add(path.member("name"), message, "names are unique in a task");
                }
            }
        }
        let blank = container.get("image").is_none_or(|image| {
            *image == Value::Null || image.as_str().is_some_and(|image| image.trim().is_empty())
        });
        if blank {
            out.add(path.member("image"), "the container has no image", "set `image`");
        } else if container
            .text("image")
            .is_some_and(|image| image.contains(char::is_whitespace))
        {
            out.add(
                path.member("image"),
                "an image's name has no spaces",
                "write repository:tag",
            );
        }
    }
}

fn reservation(path: &Path, container: &Value, out: &mut Problems) {
    let amount = |name| container.get(name).and_then(Value::as_i64);
    if let (Some(hard), Some(soft)) = (amount("memory"), amount("memoryReservation"))
        && soft > hard
    {
        out.add(
            path.member("memoryReservation"),
            format!("more memory is reserved ({soft}) than the container may use ({hard})"),
            "reserve at most `memory`",
        );
    }
}

/// D: on instances either the task or each of its containers has an amount of memory.
pub(super) fn check_memory(definition: &Value, out: &mut Problems) {
    if !lacks(definition, "memory") {
        return;
    }
    for (path, container) in containers_of(definition) {
        if lacks(container, "memory") && lacks(container, "memoryReservation") {
            out.add(
                path,
                "neither the task nor the container has an amount of memory",
                "set `memory` of the task, or `memory` or `memoryReservation` of the container",
            );
        }
    }
}

/// D: a secret's name must not be an environment variable's.
fn variables(path: &Path, container: &Value, out: &mut Problems) {
    let plain: BTreeSet<&str> = items(container.get("environment"))
        .filter_map(|pair| pair.text("name"))
        .collect();
    let mut seen = BTreeSet::new();
    for name in items(container.get("secrets")).filter_map(|secret| secret.text("name")) {
        let path = path.member("secrets").item(name);
        if plain.contains(name) {
            let message = format!("`{name}` is in `environment` too");
            out.add(path, message, "keep one of the two");
        } else if !seen.insert(name) {
            out.add(
                path,
                format!("two secrets are named `{name}`"),
                "keep one of the two",
            );
        }
    }
}

/// Names of other containers.
fn others(definition: &Value, path: &Path, container: &Value, out: &mut Problems) {
    let known: BTreeSet<&str> = containers_of(definition)
        .filter_map(|(_, container)| container.text("name"))
        .collect();
    for (index, source) in items(container.get("volumesFrom")).enumerate() {
        let Some(name) = source.text("sourceContainer") else {
            continue;
        };
        if !known.contains(name) {
            let path = path.member("volumesFrom").item(index.to_string());
            out.add(
                path,
                format!("no container is named `{name}`"),
                known_names(&known),
            );
        }
    }
    for (index, link) in items(container.get("links")).enumerate() {
        let name = link.as_str().map(|link| link.split(':').next().unwrap_or(link));
        if let Some(name) = name.filter(|name| !known.contains(name)) {
            let path = path.member("links").item(index.to_string());
            out.add(
                path,
                format!("no container is named `{name}`"),
                known_names(&known),
            );
        }
    }
}

fn known_names(known: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = known.iter().copied().collect();
    format!("the task's containers are {}", names.join(", "))
}

fn dependencies(definition: &Value, out: &mut Problems) {
    let known: BTreeMap<&str, &Value> = containers_of(definition)
        .filter_map(|(_, container)| Some((container.text("name")?, container)))
        .collect();
    for (path, container) in containers_of(definition) {
        for (index, dependency) in items(container.get("dependsOn")).enumerate() {
            let path = path.member("dependsOn").item(index.to_string());
            let Some(name) = dependency.text("containerName") else {
                continue;
            };
            match known.get(name) {
                None => {
                    let names = known_names(&known.keys().copied().collect());
                    out.add(path, format!("no container is named `{name}`"), names);
                }
                Some(target) => condition(path, name, target, dependency.text("condition"), out),
            }
        }
    }
    if let Some(name) = known
        .keys()
        .find(|name| waits_for(&known, name, name, &mut BTreeSet::new()))
    {
        out.add(
            Path::root()
                .member("containerDefinitions")
                .item(*name)
                .member("dependsOn"),
            format!("`{name}` waits for itself, directly or through others"),
            "break the circle",
        );
    }
}

fn condition(path: Path, name: &str, target: &Value, condition: Option<&str>, out: &mut Problems) {
    match condition {
        Some("HEALTHY") if target.get("healthCheck").is_none() => out.add(
            path,
            format!("`{name}` has no health check, so it never is HEALTHY"),
            "give it a `healthCheck`, or wait for START",
        ),
        Some(word @ ("COMPLETE" | "SUCCESS")) if essential(target) => out.add(
            path,
            format!("`{name}` is essential: when it ends, the task does, so nobody can wait for {word}"),
            format!("set `essential: false` for `{name}`, or wait for START"),
        ),
        _ => {}
    }
}

/// Whether `from` waits for `goal`, through any number of others.
fn waits_for<'a>(
    known: &BTreeMap<&'a str, &'a Value>,
    from: &str,
    goal: &str,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    let Some(container) = known.get(from) else {
        return false;
    };
    let next = items(container.get("dependsOn")).filter_map(|item| item.text("containerName"));
    for name in next {
        if name == goal || (seen.insert(name) && waits_for(known, name, goal, seen)) {
            return true;
        }
    }
    false
}
