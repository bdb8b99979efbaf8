//! What AWS has, as far as it could be read: the right-hand side of every comparison.

use std::collections::BTreeMap;

use super::graph::{ManifestId, Scope};
use super::record::Record;
use super::types::ResourceType;
use crate::value::{Map, Text, Value};

/// One look at AWS.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The account that answered.
    pub account: Text,
    /// What was found for each desired resource, by address.
    pub observations: BTreeMap<Text, Observation>,
    /// What carries our marks and answers to no desired resource.
    pub orphans: Vec<Orphan>,
    /// The attributes of what references point at outside of the graph, by address.
    pub lookups: BTreeMap<Text, Map>,
    /// Every rule of the listeners that were read, our own and foreign, for priorities: listener ARN to rules.
    pub listener_rules: BTreeMap<Text, Vec<ListenerRule>>,
    /// Reads that failed for good.
    pub failures: Vec<ReadFailure>,
    /// How many calls were made: service, operation, count.
    pub calls: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// What was found for one desired resource.
#[derive(Clone, Debug)]
pub enum Observation {
    /// AWS says that it is not there.
    Absent,
    /// It is there.
    Present(Live),
    /// Something else of ours stands where it should: an older revision, a target group with another name.
    Superseded(Live),
    /// Nobody knows: the read failed, and nothing may follow from that.
    Unknown {
        /// Which failure of [`Snapshot::failures`].
        failure: usize,
    },
}

/// Something that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Its members in its type's vocabulary, only those that the table knows.
    pub spec: Value,
    /// What others refer to, and what acting on it needs: `arn`, `name`, `id`.
    pub attributes: Map,
    /// Whose it is.
    pub owner: Owner,
    /// What sendo last applied to it.
    pub record: Option<Record>,
    /// Why the same spec must not be applied again without a person: a deployment that was rolled back.
    pub held: Option<String>,
    /// What it is doing, as AWS tells it beside its members (counts, deployments, events); shown, never compared.
    pub status: Value,
}

/// Whose a live resource is, as its own marks prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It carries no marks.
    Nobody,
    /// It carries the marks of this manifest in this scope.
    Manifest {
        /// The project and environment.
        scope: Scope,
        /// The manifest.
        manifest: ManifestId,
    },
}

/// What is ours by its marks but wanted by no manifest.
#[derive(Clone, Debug)]
pub struct Orphan {
    /// The address it would have had.
    pub address: Text,
    /// What it is.
    pub kind: &'static ResourceType,
    /// What people call it.
    pub name: Text,
    /// The manifest that made it.
    pub manifest: ManifestId,
    /// What it is now.
    pub live: Live,
}

/// A read that failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFailure {
    /// What was read: `ecs DescribeServices in production`.
    pub what: String,
    /// AWS's code.
    pub code: String,
    /// AWS's message, and what to do.
    pub message: String,
}

/// A rule of a listener as far as priorities are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerRule {
    /// The rule's ARN.
    pub arn: Text,
    /// 1 to 50000.
    pub priority: u32,
    /// Its canonical conditions.
    pub conditions: Value,
    /// Whose it is.
    pub owner: Owner,
}
