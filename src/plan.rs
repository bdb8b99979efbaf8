//! What an apply would do, as data with a reason for every action. Pure.
//!
//! In: the desired resources and a snapshot of AWS. Out: a [`Plan`], which is rendered ([`text`], [`json`], [`unified`])
//! and carried out ([`steps`]) without being computed again.

mod build;
pub mod deletion;
mod digest;
pub mod json;
mod prune;
pub mod steps;
pub mod text;
pub mod unified;

use std::collections::{BTreeMap, BTreeSet};

pub use build::{Options, build};
pub use digest::digest;
pub use prune::Prune;

use crate::resource::difference::Difference;
use crate::resource::graph::{Desired, ManifestId, Origin, Resource, Scope};
use crate::resource::path::Path;
use crate::resource::snapshot::{Live, ReadFailure, Snapshot};
use crate::resource::types::ResourceType;
use crate::value::{Text, Value};

/// What an apply would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whose plan it is.
    pub scope: Scope,
    /// The account that it is for.
    pub account: Text,
    /// The region that it is for.
    pub region: Text,
    /// One entry a resource, those that stay as they are included.
    pub changes: Vec<Change>,
    /// What was changed outside of sendo since the last apply.
    pub drift: Vec<Drift>,
    /// What sendo will not touch, and why.
    pub refused: Vec<Refusal>,
    /// What else the user should know.
    pub notes: Vec<String>,
    /// Reads that failed for good: what they cover is neither compared nor changed.
    pub failures: Vec<ReadFailure>,
    /// The API calls that it took: service, operation, count.
    pub calls: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// What happens to one resource.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its address, `Kind/name/part`.
    pub address: Text,
    /// Its type.
    pub kind: &'static ResourceType,
    /// What people call it.
    pub name: Text,
    /// The manifest that owns it.
    pub manifest: ManifestId,
    /// Where that manifest stands; `None` when it is gone.
    pub origin: Option<Origin>,
    /// What is done.
    pub action: Action,
    /// The canonical document that AWS has; `None` also where it is the one that is wanted.
    pub before: Option<Value>,
    /// The canonical document that is wanted.
    pub after: Option<Value>,
    /// The members that differ.
    pub differences: Vec<Difference>,
    /// How many members are as they should be.
    pub unchanged: usize,
    /// Why the operator would wait for a person.
    pub held: Option<String>,
    /// What is wanted, with its references; `None` for a deletion.
    pub resource: Option<Resource>,
    /// Its members with every reference to what exists resolved, and ignored ones as they are: what is sent. `None` where
    /// nothing is sent.
    pub spec: Option<Value>,
    /// What is there; `None` where nothing is, and without its members where nothing is done to it.
    pub live: Option<Live>,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// It is changed where it is.
    Update,
    /// It is removed.
    Delete,
    /// It is removed and made anew.
    DeleteThenCreate,
    /// It is made anew, and then the old one is removed.
    CreateThenDelete,
}

impl Action {
    /// The sign in front of it.
    pub fn sign(self) -> &'static str {
        match self {
            Action::NoOp => " ",
            Action::Create => "+",
            Action::Update => "~",
            Action::Delete => "-",
            Action::DeleteThenCreate => "-/+",
            Action::CreateThenDelete => "+/-",
        }
    }

    /// Whether something is made.
    pub fn creates(self) -> bool {
        matches!(
            self,
            Action::Create | Action::DeleteThenCreate | Action::CreateThenDelete
        )
    }

    /// Whether something is removed.
    pub fn deletes(self) -> bool {
        matches!(
            self,
            Action::Delete | Action::DeleteThenCreate | Action::CreateThenDelete
        )
    }
}

/// A member that somebody else changed since the last apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The resource's address.
    pub address: Text,
    /// Its type.
    pub kind: &'static ResourceType,
    /// What people call it.
    pub name: Text,
    /// The manifest that owns it.
    pub manifest: ManifestId,
    /// Which member.
    pub path: Path,
    /// What was applied; `None` where it was absent, or where git has moved on since and nobody knows.
    pub recorded: Option<Value>,
    /// What AWS has now.
    pub live: Option<Value>,
    /// Whether git has moved on since, so that what was applied is no longer known.
    pub recorded_unknown: bool,
}

/// Something that sendo will not touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The resource's address.
    pub address: Text,
    /// Where its manifest stands.
    pub origin: Origin,
    /// Why, as a word.
    pub reason: Reason,
    /// Why, in a sentence with what to do.
    pub message: String,
}

/// Why something is not touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It exists without our marks.
    Foreign,
    /// It carries the marks of another project or environment, or of another manifest that is still there.
    Owned,
    /// Adopting it would mean making it anew.
    Replacement,
    /// What only AWS tells makes it impossible: no free priority, a rule in its shadow.
    Impossible,
    /// Something that it needs is refused or could not be read.
    Dependency,
}

impl Reason {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Foreign => "foreign",
            Reason::Owned => "owned",
            Reason::Replacement => "replacement",
            Reason::Impossible => "impossible",
            Reason::Dependency => "dependency",
        }
    }
}

/// How many resources are made, changed, removed and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Made, replacements included.
    pub add: usize,
    /// Changed where they are.
    pub change: usize,
    /// Removed, replacements included.
    pub destroy: usize,
    /// As they should be.
    pub unchanged: usize,
}

impl Plan {
    /// A plan that does nothing yet.
    fn of(desired: &Desired, snapshot: &Snapshot) -> Plan {
        Plan {
            scope: desired.scope.clone(),
            account: snapshot.account.clone(),
            region: desired.region.clone(),
            changes: Vec::new(),
            drift: Vec::new(),
            refused: Vec::new(),
            notes: desired.notes.clone(),
            failures: snapshot.failures.clone(),
            calls: snapshot.calls.clone(),
        }
    }

    /// Puts the changes in the order of the manifests' places, and each manifest's in the order in which they are made,
    /// those that are removed last and in reverse.
    fn sort(&mut self) {
        self.changes.sort_by_cached_key(|change| {
            let place = change.origin.clone().unwrap_or_default();
            let rank = i16::from(change.kind.rank);
            let turn = if change.action == Action::Delete {
                (true, -rank)
            } else {
                (false, rank)
            };
            let name = (change.address.clone(), change.name.clone());
            (place, change.manifest.clone(), turn, name)
        });
        self.tell_apart();
    }

    /// Gives what is removed an address of its own where something else of the plan has it too: what takes its place
    /// under another name, or another leftover.
    fn tell_apart(&mut self) {
        let mut seen: BTreeSet<Text> = BTreeSet::new();
        let addresses = self.changes.iter().map(|change| &change.address);
        let shared: BTreeSet<Text> = addresses
            .filter(|address| !seen.insert((*address).clone()))
            .cloned()
            .collect();
        let removed = self
            .changes
            .iter_mut()
            .filter(|change| change.action == Action::Delete);
        for change in removed.filter(|change| shared.contains(&change.address)) {
            if let Some((place, part)) = change.address.rsplit_once('/') {
                change.address = format!("{place}/{}/{part}", change.name).into();
            }
        }
    }

    /// The changes that do something.
    pub fn actions(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action != Action::NoOp)
    }

    /// The counts of the last line.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            summary.add += usize::from(change.action.creates());
            summary.destroy += usize::from(change.action.deletes());
            summary.change += usize::from(change.action == Action::Update);
            summary.unchanged += usize::from(change.action == Action::NoOp);
        }
        summary
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.actions().next().is_none()
    }

    /// Whether every read succeeded.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// Whether an apply may begin.
    pub fn is_applyable(&self) -> bool {
        self.is_complete() && self.refused.is_empty()
    }
}

#[cfg(test)]
mod tests;
