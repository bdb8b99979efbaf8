//! The plan that removes what manifests own.

use std::collections::BTreeSet;

use super::build::{deletion, ownership, refusal};
use super::{Plan, Refusal};
use crate::resource::graph::{Desired, ManifestId, Resource};
use crate::resource::snapshot::{Live, Observation, Orphan, Owner, Snapshot};

/// Plans the removal of all that the named manifests own; with none named, of all that the project owns here.
pub fn build(desired: &Desired, snapshot: &Snapshot, named: &[ManifestId]) -> Plan {
    let meant = |manifest: &ManifestId| named.is_empty() || named.contains(manifest);
    let mut plan = Plan::of(desired, snapshot);
    plan.notes.clear();
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for resource in desired
        .resources
        .iter()
        .filter(|resource| meant(&resource.manifest))
    {
        let Some(Observation::Present(live) | Observation::Superseded(live)) =
            snapshot.observations.get(&resource.address)
        else {
            continue;
        };
        match removable(desired, resource, live) {
            Err(refusal) => plan.refused.push(refusal),
            Ok(()) if resource.kind.destroyed => {
                let orphan = as_orphan(resource, live);
                plan.changes.push(deletion(&orphan, Some(&resource.origin)));
            }
            Ok(()) => {
                kept.insert(format!(
                    "{} {} stays: it outlives its manifest",
                    resource.kind.label, resource.name
                ));
            }
        }
    }
    let orphans = snapshot
        .orphans
        .iter()
        .filter(|orphan| orphan.kind.destroyed && meant(&orphan.manifest));
    plan.changes
        .extend(orphans.map(|orphan| deletion(orphan, desired.manifests.get(&orphan.manifest))));
    plan.notes.extend(kept);
    plan.sort();
    plan
}

/// Adopting is for applying; what sendo did not make it does not delete.
fn removable(desired: &Desired, resource: &Resource, live: &Live) -> Result<(), Refusal> {
    let mut strict = resource.clone();
    strict.settings = Default::default();
    match ownership(desired, &strict, live) {
        Err(_) if !resource.kind.destroyed && live.owner == Owner::Nobody => Ok(()),
        Err((reason, message)) => Err(refusal(resource, reason, message)),
        Ok(_) => Ok(()),
    }
}

fn as_orphan(resource: &Resource, live: &Live) -> Orphan {
    Orphan {
        address: resource.address.clone(),
        kind: resource.kind,
        name: resource.name.clone(),
        manifest: resource.manifest.clone(),
        live: live.clone(),
    }
}
