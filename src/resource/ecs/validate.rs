//! What ECS refuses and no table can say: rules between members, told before AWS is asked.
//!
//! In: a task definition or a service as composed. Out: problems, each with the path of its member, so that whoever
//! knows where the member is written can point at it. References and members that are not there are never a problem
//! of their type: the tables see to that.

mod arn;
mod capacity;
mod containers;
mod fargate;
mod network;
mod ports;
mod service;
mod storage;

use crate::resource::path::Path;
use crate::value::{Reveal, Value};

pub use arn::{is_arn, secret_source};
pub use capacity::{Capacity, capacity, runs_on_fargate};
pub use network::network_configuration;
pub use service::service;

/// The most bytes of a task definition. (D)
pub const MAX_DEFINITION: usize = 64 * 1024;
/// The most tags of a resource. (D)
pub const MAX_TAGS: usize = 50;

/// What ECS would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The member; items of lists by key, else by number.
    pub path: Path,
    /// What is wrong. Never holds a value that may be sensitive.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Collects problems below one path.
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: Path, message: impl Into<String>, help: impl Into<String>) {
        self.0.push(Problem {
            path,
            message: message.into(),
            help: help.into(),
        });
    }
}

/// What is wrong with a task definition; `fargate` tells whether its user runs it there.
pub fn task_definition(definition: &Value, fargate: bool) -> Vec<Problem> {
    let mut out = Problems(Vec::new());
    let fargate = fargate || names_compatibility(definition, "FARGATE");
    containers::check(definition, &mut out);
    ports::check(definition, &mut out);
    storage::check(definition, &mut out);
    arn::check_roles(definition, &mut out);
    if fargate {
        fargate::check(definition, &mut out);
    } else {
        containers::check_memory(definition, &mut out);
    }
    check_size(definition, &mut out);
    out.0
}

/// What is wrong with the name of a family, service or container.
pub fn name(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("is empty")
    } else if text.len() > 255 {
        Some("is longer than 255 characters")
    } else if !text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    {
        Some("has characters other than letters, digits, `_` and `-`")
    } else {
        None
    }
}

/// What is wrong with the tags of a resource, a list or a map, all that sendo adds included.
pub fn tags(tags: &Value) -> Vec<Problem> {
    let mut out = Problems(Vec::new());
    let pairs: Vec<(&str, &str)> = match tags {
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (&**key, value.as_str().unwrap_or_default()))
            .collect(),
        _ => items(Some(tags))
            .map(|tag| {
                (
                    tag.text("key").unwrap_or_default(),
                    tag.text("value").unwrap_or_default(),
                )
            })
            .collect(),
    };
    let path = Path::root().member("tags");
    if pairs.len() > MAX_TAGS {
        let message = format!("{} tags are more than the {MAX_TAGS} that AWS takes", pairs.len());
        out.add(path.clone(), message, "remove some");
    }
    for (key, value) in pairs {
        let path = path.item(key);
        let (keys, values) = (key.chars().count(), value.chars().count());
        if keys == 0 || keys > 128 {
            out.add(
                path,
                format!("a tag's key has 1 to 128 characters, this one {keys}"),
                "shorten it",
            );
        } else if values > 256 {
            out.add(
                path,
                format!("a tag's value has at most 256 characters, this one {values}"),
                "shorten it",
            );
        } else if key.to_ascii_lowercase().starts_with("aws:") {
            out.add(
                path,
                "tags that begin with `aws:` are AWS's own",
                "choose another key",
            );
        }
    }
    out.0
}

fn check_size(definition: &Value, out: &mut Problems) {
    let size = definition.to_json(Reveal::Shown).to_string().len();
    if size > MAX_DEFINITION {
        out.add(
            Path::root(),
            format!("the task definition has {size} bytes, more than the {MAX_DEFINITION} that ECS takes"),
            "move long values into secrets, environment files or the image",
        );
    }
}

fn names_compatibility(definition: &Value, word: &str) -> bool {
    items(definition.get("requiresCompatibilities")).any(|item| item.as_str() == Some(word))
}

/// The items of a list that may not be there.
fn items(list: Option<&Value>) -> std::slice::Iter<'_, Value> {
    list.and_then(Value::as_list).unwrap_or_default().iter()
}

/// How many items it has.
fn count(list: Option<&Value>) -> usize {
    items(list).len()
}

/// Where a container stands: by name, else by number.
fn container_path(index: usize, container: &Value) -> Path {
    item_path(
        &Path::root().member("containerDefinitions"),
        index,
        container.text("name"),
    )
}

fn item_path(list: &Path, index: usize, key: Option<&str>) -> Path {
    match key.filter(|key| !key.is_empty()) {
        Some(key) => list.item(key),
        None => list.item(index.to_string()),
    }
}

/// The containers and where each stands.
fn containers_of(definition: &Value) -> impl Iterator<Item = (Path, &Value)> {
    items(definition.get("containerDefinitions"))
        .enumerate()
        .map(|(index, container)| (container_path(index, container), container))
}

fn network_mode(definition: &Value) -> Option<&str> {
    definition.text("networkMode")
}

#[cfg(test)]
mod tests;
