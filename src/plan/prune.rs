//! The deletion of what manifests left behind that are gone, under guards that must all hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use super::build::{Options, deletion};
use crate::resource::graph::{Desired, KEEP, ManifestId};
use crate::resource::snapshot::Orphan;

/// The guards of pruning, from the project and the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// `--prune` was given.
    pub requested: bool,
    /// `prune.enabled` of the project.
    pub enabled: bool,
    /// At most so many manifests at once.
    pub max_count: usize,
    /// At most this share of all manifests at once.
    pub max_percent: usize,
}

impl Default for Prune {
    fn default() -> Self {
        Prune {
            requested: false,
            enabled: false,
            max_count: 5,
            max_percent: 20,
        }
    }
}

/// Adds the deletions that the guards allow to the plan, or a note on what they hold back.
pub(super) fn prune(plan: &mut Plan, gone: &[&Orphan], desired: &Desired, options: &Options) {
    let mut manifests: BTreeMap<&ManifestId, Vec<&Orphan>> = BTreeMap::new();
    // Records carry no such mark: what one part of a manifest says holds for all of it.
    let kept: BTreeSet<&ManifestId> = gone
        .iter()
        .filter(|orphan| is_kept(orphan))
        .map(|orphan| &orphan.manifest)
        .collect();
    let (stay, go): (Vec<&Orphan>, Vec<&Orphan>) =
        gone.iter().partition(|orphan| kept.contains(&orphan.manifest));
    for orphan in go {
        manifests.entry(&orphan.manifest).or_default().push(orphan);
    }
    for orphan in stay {
        let Orphan {
            manifest, kind, name, ..
        } = orphan;
        plan.notes.push(format!(
            "{manifest} is gone; {} {name} stays (sendo/prune: disabled)",
            kind.label
        ));
    }
    if manifests.is_empty() {
        return;
    }
    match held_back(plan, manifests.len(), desired.manifests.len(), options) {
        None => plan.changes.extend(
            manifests
                .into_values()
                .flatten()
                .map(|orphan| deletion(orphan, None)),
        ),
        Some(why) => plan.notes.extend(manifests.iter().map(|(manifest, orphans)| {
            let names: Vec<String> = orphans
                .iter()
                .map(|o| format!("{} {}", o.kind.label, o.name))
                .collect();
            format!(
                "{manifest} is gone; {} would be pruned, but {why}",
                names.join(", ")
            )
        })),
    }
}

fn is_kept(orphan: &Orphan) -> bool {
    let (name, value) = KEEP;
    let spec = &orphan.live.spec;
    let tagged = spec.get("tags").and_then(|tags| tags.text(name)) == Some(value);
    let said = format!("{name}={value}");
    tagged || spec.text("description").is_some_and(|text| text.contains(&said))
}

/// Why nothing is pruned.
fn held_back(plan: &Plan, gone: usize, present: usize, options: &Options) -> Option<String> {
    let Prune {
        requested,
        enabled,
        max_count,
        max_percent,
    } = options.prune;
    let percent = gone * 100 / (gone + present).max(1);
    let many = gone > 1;
    match () {
        () if !enabled => Some("prune.enabled is not set in sendo.yaml".to_owned()),
        () if !requested => Some("--prune was not given".to_owned()),
        () if !options.manifests_complete => Some("a manifest of the project has errors".to_owned()),
        () if !plan.is_complete() => Some("a read from AWS was not complete".to_owned()),
        () if many && gone > max_count => Some(format!(
            "{gone} manifests are gone and prune.maxCount is {max_count}"
        )),
        () if many && percent > max_percent => Some(format!(
            "{percent} % of the manifests are gone and prune.maxPercent is {max_percent}"
        )),
        () => None,
    }
}
