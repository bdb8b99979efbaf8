//! Volumes and their mounts.

use std::collections::BTreeSet;

use super::{Problems, containers_of, item_path, items};
use crate::resource::path::Path;
use crate::value::Value;

const KINDS: [&str; 5] = [
    "host",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
];

pub(super) fn check(definition: &Value, out: &mut Problems) {
    let known = volumes(definition, out);
    for (path, container) in containers_of(definition) {
        let list = path.member("mountPoints");
        let mut paths = BTreeSet::new();
        for (index, mount) in items(container.get("mountPoints")).enumerate() {
            let target = mount.text("containerPath");
            let path = item_path(&list, index, target);
            if let Some(name) = mount.text("sourceVolume").filter(|name| !known.contains(name)) {
                out.add(
                    path.member("sourceVolume"),
                    format!("no volume is named `{name}`"),
                    "add it to the task definition's `volumes`",
                );
            }
            if target.is_some_and(|target| !paths.insert(target)) {
                out.add(
                    path,
                    "two volumes are mounted here",
                    "mount one of them elsewhere",
                );
            }
        }
    }
}

/// Checks the volumes and returns their names.
fn volumes<'a>(definition: &'a Value, out: &mut Problems) -> BTreeSet<&'a str> {
    let list = Path::root().member("volumes");
    let mut known = BTreeSet::new();
    for (index, volume) in items(definition.get("volumes")).enumerate() {
        let name = volume.text("name");
        let path = item_path(&list, index, name);
        let kinds: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| volume.get(kind).is_some_and(|value| !value.is_empty()))
            .collect();
        if let [first, second, ..] = kinds[..] {
            let message = format!("a volume is of one kind, but has `{first}` and `{second}`");
            out.add(path.clone(), message, "keep one of the two");
        }
        if name.is_some_and(|name| !known.insert(name)) {
            out.add(path, "two volumes have this name", "names are unique in a task");
        }
    }
    known
}
