//! What state an object is in, in the words that every output uses. Pure.
//!
//! In: a plan and the snapshot that it was made from. Out: sync, health and a reason for each manifest.

use std::collections::BTreeMap;

use crate::plan::{Action, Plan};
use crate::resource::graph::{Desired, ManifestId};
use crate::resource::snapshot::{Live, Observation, Snapshot};
use crate::value::Value;

/// Whether AWS is what the manifests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sync {
    /// It is.
    Synced,
    /// It is not.
    OutOfSync,
    /// Nobody could find out.
    Unknown,
}

/// How well an object is, best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// All is well.
    Healthy,
    /// It is switched off on purpose.
    Suspended,
    /// It is on its way.
    Progressing,
    /// It is not there.
    Missing,
    /// It is there and not well.
    Degraded,
    /// Nobody could find out.
    Unknown,
}

/// The state of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether AWS is what the manifest says.
    pub sync: Sync,
    /// How well it is: as well as the worst of its resources.
    pub health: Health,
    /// Why it is not better.
    pub reason: String,
}

/// The state of every manifest of the environment.
pub fn of(desired: &Desired, snapshot: &Snapshot, plan: &Plan) -> BTreeMap<ManifestId, Status> {
    let mut all: BTreeMap<ManifestId, Status> = desired
        .manifests
        .keys()
        .map(|manifest| (manifest.clone(), Status::fine()))
        .collect();
    for resource in &desired.resources {
        let Some(status) = all.get_mut(&resource.manifest) else {
            continue;
        };
        let (health, reason) = match snapshot.observations.get(&resource.address) {
            Some(Observation::Present(live)) => health(live),
            Some(Observation::Absent | Observation::Superseded(_)) => (
                Health::Missing,
                format!("{} {} does not exist", resource.kind.label, resource.name),
            ),
            Some(Observation::Unknown { .. }) | None => {
                status.sync = Sync::Unknown;
                (
                    Health::Unknown,
                    format!("{} {} could not be read", resource.kind.label, resource.name),
                )
            }
        };
        status.worsen(health, reason);
    }
    let differ = plan
        .changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
        .map(|change| &change.manifest);
    for manifest in differ {
        if let Some(status) = all.get_mut(manifest) {
            status.sync = status.sync.max(Sync::OutOfSync);
        }
    }
    for refusal in &plan.refused {
        let owner = desired
            .resources
            .iter()
            .find(|resource| resource.address == refusal.address);
        if let Some(status) = owner.and_then(|resource| all.get_mut(&resource.manifest)) {
            status.sync = status.sync.max(Sync::OutOfSync);
            status.worsen(Health::Degraded, refusal.message.clone());
        }
    }
    all
}

impl Status {
    fn fine() -> Self {
        Status {
            sync: Sync::Synced,
            health: Health::Healthy,
            reason: String::new(),
        }
    }

    fn worsen(&mut self, health: Health, reason: String) {
        if health > self.health {
            (self.health, self.reason) = (health, reason);
        }
    }
}

/// How well a live resource is, as far as it says so itself.
fn health(live: &Live) -> (Health, String) {
    if live.spec.text("state") == Some("DISABLED") {
        return (Health::Suspended, "it is suspended".to_owned());
    }
    let Some(deployments) = live.status.get("deployments").and_then(Value::as_list) else {
        return (Health::Healthy, String::new());
    };
    let count = |name: &str| live.status.get(name).and_then(Value::as_i64).unwrap_or(0);
    let failing = deployments.iter().find(|deployment| {
        deployment.text("rolloutState") == Some("FAILED")
            || (deployment.text("rolloutState") == Some("IN_PROGRESS")
                && deployment.get("failedTasks").and_then(Value::as_i64).unwrap_or(0) > 0)
    });
    if let Some(deployment) = failing {
        let reason = deployment
            .text("rolloutStateReason")
            .unwrap_or("tasks fail to start");
        return (Health::Degraded, reason.to_owned());
    }
    if let Some(held) = &live.held {
        return (Health::Degraded, held.clone());
    }
    let rolling = deployments.len() > 1
        || deployments
            .iter()
            .any(|d| d.text("rolloutState") == Some("IN_PROGRESS"));
    match (rolling, count("runningCount") < count("desiredCount")) {
        (true, _) | (_, true) => {
            let counts = format!(
                "{} of {} tasks are running",
                count("runningCount"),
                count("desiredCount")
            );
            (Health::Progressing, counts)
        }
        _ => (Health::Healthy, String::new()),
    }
}
