//! From what is desired and what was found to what is done.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::prune::{self, Prune};
use super::{Action, Change, Drift, Plan, Reason, Refusal};
use crate::resource::canonical::canonical;
use crate::resource::compare::{additions, compare};
use crate::resource::difference::{Cause, Difference};
use crate::resource::graph::{Desired, ManifestId, Resource};
use crate::resource::ignore::keep_live;
use crate::resource::project::project;
use crate::resource::shape::Cost;
use crate::resource::snapshot::{Live, Observation, Orphan, Owner, Snapshot};
use crate::resource::types::{Replacement, ResourceType, TYPES};
use crate::value::{Map, Reference, Text, Value};

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these manifests and what they need; empty: all.
    pub targets: Vec<ManifestId>,
    /// The guards of pruning.
    pub prune: Prune,
    /// Whether every manifest of the project could be read: only then can one be said to be gone.
    pub manifests_complete: bool,
    /// The manifests that have errors: what is theirs is left alone.
    pub broken: BTreeSet<ManifestId>,
}

/// Compares what is desired with what was found.
pub fn build(desired: &Desired, snapshot: &Snapshot, options: &Options) -> Plan {
    let selected = select(desired, &options.targets);
    let (resources, mut refused) = prepare(&selected, snapshot);
    let mut builder = Builder::new(desired, snapshot);
    for refusal in refused.drain(..) {
        builder.refuse(refusal);
    }
    for resource in &resources {
        builder.resource(resource);
    }
    builder.orphans(options);
    builder.finish()
}

/// The resources of the targets and all that they need, in the order in which they are made.
fn select<'a>(desired: &'a Desired, targets: &[ManifestId]) -> Vec<&'a Resource> {
    let by_address: BTreeMap<&Text, &Resource> = desired
        .resources
        .iter()
        .map(|resource| (&resource.address, resource))
        .collect();
    let mut wanted: BTreeSet<Text> = BTreeSet::new();
    let named = |resource: &&Resource| targets.is_empty() || targets.contains(&resource.manifest);
    let mut queue: Vec<Text> = desired
        .resources
        .iter()
        .filter(named)
        .map(|r| r.address.clone())
        .collect();
    while let Some(address) = queue.pop() {
        if let Some(resource) = by_address.get(&address)
            && wanted.insert(address)
        {
            queue.extend(resource.needs());
        }
    }
    let mut resources: Vec<&Resource> = desired
        .resources
        .iter()
        .filter(|resource| wanted.contains(&resource.address))
        .collect();
    resources.sort_by_key(|resource| resource.kind.rank);
    resources
}

/// Lets each type fill in what only AWS tells.
fn prepare<'a>(selected: &[&'a Resource], snapshot: &Snapshot) -> (Vec<Cow<'a, Resource>>, Vec<Refusal>) {
    let mut resources: Vec<Cow<'a, Resource>> =
        selected.iter().map(|resource| Cow::Borrowed(*resource)).collect();
    let mut refused = Vec::new();
    for kind in TYPES {
        let Some(fill_in) = kind.prepare else { continue };
        let own = resources.iter_mut().filter(|resource| resource.kind == *kind);
        let mut own: Vec<&mut Resource> = own.map(Cow::to_mut).collect();
        let impossible = fill_in(&mut own, snapshot);
        refused.extend(impossible.into_iter().filter_map(|(address, message)| {
            let origin = selected.iter().find(|r| r.address == address)?.origin.clone();
            Some(Refusal {
                address,
                origin,
                reason: Reason::Impossible,
                message,
            })
        }));
    }
    (resources, refused)
}

struct Builder<'a> {
    desired: &'a Desired,
    snapshot: &'a Snapshot,
    plan: Plan,
    /// The attributes of what exists and stays.
    known: BTreeMap<Text, Map>,
    /// What is refused, unknown, or needs something that is.
    blocked: BTreeSet<Text>,
}

impl<'a> Builder<'a> {
    fn new(desired: &'a Desired, snapshot: &'a Snapshot) -> Self {
        let plan = Plan {
            scope: desired.scope.clone(),
            account: snapshot.account.clone(),
            region: desired.region.clone(),
            changes: Vec::new(),
            drift: Vec::new(),
            refused: Vec::new(),
            notes: desired.notes.clone(),
            failures: snapshot.failures.clone(),
            calls: snapshot.calls.clone(),
        };
        Builder {
            desired,
            snapshot,
            plan,
            known: snapshot.lookups.clone(),
            // What AWS did not tell is not what nobody knows yet: nothing may be made or replaced for it.
            blocked: desired
                .lookups
                .keys()
                .filter(|address| !snapshot.lookups.contains_key(*address))
                .cloned()
                .collect(),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.blocked.insert(refusal.address.clone());
        self.plan.refused.push(refusal);
    }

    fn resource(&mut self, resource: &Resource) {
        if self.blocked.contains(&resource.address) {
            return;
        }
        if let Some(need) = resource.needs().iter().find(|need| self.blocked.contains(*need)) {
            let message = format!("it needs {need}, which is refused or could not be read");
            return self.refuse(refusal(resource, Reason::Dependency, message));
        }
        match self.snapshot.observations.get(&resource.address) {
            None | Some(Observation::Unknown { .. }) => {
                self.blocked.insert(resource.address.clone());
            }
            Some(Observation::Absent) => self.create(resource),
            Some(Observation::Present(live)) => self.existing(resource, live, false),
            Some(Observation::Superseded(live)) => self.existing(resource, live, true),
        }
    }

    fn create(&mut self, resource: &Resource) {
        if resource.settings.hands_off {
            return self.hands_off(resource, "it is missing");
        }
        let spec = self.resolve(resource);
        let differences = additions(resource.kind, &spec);
        self.push(resource, Action::Create, None, &spec, differences);
    }

    fn existing(&mut self, resource: &Resource, live: &Live, superseded: bool) {
        let adopting = match ownership(self.desired, resource, live) {
            Ok(adopting) => adopting,
            Err((reason, message)) => return self.refuse(refusal(resource, reason, message)),
        };
        let spec = keep_live(
            resource.kind,
            &self.resolve(resource),
            &live.spec,
            &resource.settings.ignore,
        );
        let differences = compare(resource.kind, &spec, &live.spec, live.record.as_ref());
        // A rollback by ECS is no drift: nobody changed anything outside of what sendo started.
        if live.held.is_none() {
            self.drift(resource, &differences);
        }
        let action = action(resource.kind, &differences, superseded);
        if adopting && action != Action::NoOp && action != Action::Update && !accumulates(resource.kind) {
            let message =
                "adopting it would mean making it anew: change the members that force it in the manifest, \
                           or delete it by hand"
                    .to_owned();
            return self.refuse(refusal(resource, Reason::Replacement, message));
        }
        if resource.settings.hands_off && action != Action::NoOp {
            self.known
                .insert(resource.address.clone(), live.attributes.clone());
            return self.hands_off(resource, &format!("{} members differ", differences.len()));
        }
        if matches!(action, Action::NoOp | Action::Update) {
            self.known
                .insert(resource.address.clone(), live.attributes.clone());
        }
        self.push(resource, action, Some(live), &spec, differences);
    }

    fn hands_off(&mut self, resource: &Resource, state: &str) {
        let Resource {
            manifest, kind, name, ..
        } = resource;
        self.plan.notes.push(format!(
            "{manifest}: {} {name} is left as it is (sendo/reconcile: disabled); {state}",
            kind.label
        ));
    }

    fn push(
        &mut self,
        resource: &Resource,
        action: Action,
        live: Option<&Live>,
        spec: &Value,
        differences: Vec<Difference>,
    ) {
        let shape = (resource.kind.table)();
        let after = canonical(shape, spec);
        // What stays as it is is not kept three times over: a large project is mostly that.
        let moves = action != Action::NoOp;
        let before = live.filter(|_| moves);
        let before = before.map(|live| project(shape, &after, &canonical(shape, &live.spec), &differences));
        let differing = differences
            .iter()
            .filter(|difference| difference.after.is_some())
            .count();
        self.plan.changes.push(Change {
            address: resource.address.clone(),
            kind: resource.kind,
            name: resource.name.clone(),
            manifest: resource.manifest.clone(),
            origin: Some(resource.origin.clone()),
            action,
            unchanged: if live.is_some() {
                leaves(&after).saturating_sub(differing)
            } else {
                0
            },
            before,
            after: Some(after),
            differences,
            held: live.and_then(|live| live.held.clone()),
            resource: Some(resource.clone()),
            spec: moves.then(|| spec.clone()),
            live: live.map(|live| if moves { live.clone() } else { in_outline(live) }),
        });
    }

    fn drift(&mut self, resource: &Resource, differences: &[Difference]) {
        let moved = differences
            .iter()
            .filter(|difference| difference.cause != Cause::Planned);
        self.plan.drift.extend(moved.map(|difference| {
            Drift {
                address: resource.address.clone(),
                kind: resource.kind,
                name: resource.name.clone(),
                manifest: resource.manifest.clone(),
                path: difference.path.clone(),
                recorded: (difference.cause == Cause::Drift)
                    .then(|| difference.after.clone())
                    .flatten(),
                live: difference.before.clone(),
                recorded_unknown: difference.cause == Cause::Both,
            }
        }));
    }

    /// The spec with every reference to what exists replaced by what it is.
    fn resolve(&self, resource: &Resource) -> Value {
        let attribute = |reference: &Reference| {
            self.known
                .get(&reference.address)?
                .get(reference.attribute)
                .cloned()
        };
        resource.spec.resolve(&attribute)
    }

    /// What is ours and wanted by nobody: an ordinary destroy while its manifest is there, else a matter of pruning.
    fn orphans(&mut self, options: &Options) {
        let ours = |orphan: &&Orphan| orphan.kind.destroyed && !options.broken.contains(&orphan.manifest);
        let orphans = self.snapshot.orphans.iter().filter(ours);
        let (present, gone): (Vec<&Orphan>, Vec<&Orphan>) =
            orphans.partition(|orphan| self.desired.manifests.contains_key(&orphan.manifest));
        let targeted =
            |manifest: &ManifestId| options.targets.is_empty() || options.targets.contains(manifest);
        if self.plan.failures.is_empty() {
            let leftovers = present.into_iter().filter(|orphan| targeted(&orphan.manifest));
            let leftovers =
                leftovers.map(|orphan| deletion(orphan, self.desired.manifests.get(&orphan.manifest)));
            self.plan.changes.extend(leftovers.collect::<Vec<_>>());
        }
        if options.targets.is_empty() {
            prune::prune(&mut self.plan, &gone, self.desired, options);
        }
    }

    fn finish(mut self) -> Plan {
        self.plan.changes.sort_by_cached_key(|change| {
            let place = change.origin.clone().unwrap_or_default();
            let goes = change.action == Action::Delete;
            let name = (change.address.clone(), goes, change.name.clone());
            (place, change.manifest.clone(), change.kind.rank, name)
        });
        self.plan.tell_apart();
        self.plan
    }
}

/// The deletion of an orphan.
pub(super) fn deletion(orphan: &Orphan, origin: Option<&crate::resource::graph::Origin>) -> Change {
    Change {
        address: orphan.address.clone(),
        kind: orphan.kind,
        name: orphan.name.clone(),
        manifest: orphan.manifest.clone(),
        origin: origin.cloned(),
        action: Action::Delete,
        before: Some(canonical((orphan.kind.table)(), &orphan.live.spec)),
        after: None,
        differences: Vec::new(),
        unchanged: 0,
        held: None,
        resource: None,
        spec: None,
        live: Some(orphan.live.clone()),
    }
}

pub(super) fn refusal(resource: &Resource, reason: Reason, message: String) -> Refusal {
    Refusal {
        address: resource.address.clone(),
        origin: resource.origin.clone(),
        reason,
        message,
    }
}

/// Whether the resource is adopted, or why it must not be touched.
pub(super) fn ownership(
    desired: &Desired,
    resource: &Resource,
    live: &Live,
) -> Result<bool, (Reason, String)> {
    let label = resource.kind.label;
    let name = &resource.name;
    match &live.owner {
        Owner::Nobody if resource.settings.adopt => Ok(true),
        Owner::Nobody => Err((
            Reason::Foreign,
            format!(
                "{label} {name} exists and was not made by sendo: choose another name (of a rule: other conditions), or take it over with the \
                 annotation sendo/adopt: \"true\""
            ),
        )),
        Owner::Manifest { scope, .. } if *scope != desired.scope => Err((
            Reason::Owned,
            format!("{label} {name} belongs to {scope}: choose another name"),
        )),
        Owner::Manifest { manifest, .. }
            if *manifest != resource.manifest && desired.manifests.contains_key(manifest) =>
        {
            Err((
                Reason::Owned,
                format!("{label} {name} belongs to {manifest}: choose another name"),
            ))
        }
        Owner::Manifest { .. } => Ok(false),
    }
}

fn accumulates(kind: &ResourceType) -> bool {
    kind.replacement == Replacement::Accumulates
}

fn action(kind: &ResourceType, differences: &[Difference], superseded: bool) -> Action {
    let cost = differences.iter().map(|difference| difference.cost).max();
    match (cost, superseded) {
        (_, true) | (Some(Cost::Replacement | Cost::NewRevision), false) => match kind.replacement {
            Replacement::Accumulates => Action::Create,
            Replacement::DeleteThenCreate => Action::DeleteThenCreate,
            Replacement::CreateThenDelete => Action::CreateThenDelete,
        },
        (Some(_), false) => Action::Update,
        (None, false) => Action::NoOp,
    }
}

/// A live resource without its members: what others refer to.
fn in_outline(live: &Live) -> Live {
    let Live {
        attributes, owner, ..
    } = live;
    Live {
        spec: Value::Null,
        attributes: attributes.clone(),
        owner: owner.clone(),
        record: None,
        held: None,
        status: Value::Null,
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(leaves).sum(),
        Value::Map(map) => map.iter().map(|(_, value)| leaves(value)).sum(),
        _ => 1,
    }
}
