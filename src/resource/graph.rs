//! The desired resources and how they hang together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::sensitive::Sensitivity;
use super::types::ResourceType;
use crate::value::{Text, Value};

/// A manifest by kind and name: `Service/api`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestId {
    /// `Service`, `ScheduledBatch`, …
    pub kind: Text,
    /// `metadata.name`.
    pub name: Text,
}

impl ManifestId {
    /// The manifest of that kind and name.
    pub fn new(kind: impl Into<Text>, name: impl Into<Text>) -> Self {
        ManifestId {
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// Reads `Kind/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/')?;
        (!kind.is_empty() && !name.is_empty() && !name.contains('/')).then(|| ManifestId::new(kind, name))
    }
}

impl fmt::Display for ManifestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.kind, self.name)
    }
}

/// The scope of ownership: whose resources these are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The project's name.
    pub project: Text,
    /// The environment's name.
    pub environment: Text,
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.project, self.environment)
    }
}

/// Where a manifest stands, for every message about what it declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file, relative to the project's root.
    pub file: Text,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// The tag of what is never pruned, and its value; in a description, joined by `=`.
pub const KEEP: (&str, &str) = ("sendo:prune", "disabled");

/// What a manifest's annotations say about how its resources are treated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `sendo/adopt: "true"`: take over what exists without our marks.
    pub adopt: bool,
    /// `sendo/prune: disabled`: never delete when the manifest is gone.
    pub keep: bool,
    /// `sendo/reconcile: disabled`: look, but do not touch.
    pub hands_off: bool,
    /// `sendo/ignore`: members, as JSON pointers, that keep their live value.
    pub ignore: Vec<String>,
}

/// One thing in AWS that a manifest wants.
#[derive(Clone, Debug)]
pub struct Resource {
    /// `Kind/name/part`, unique in the graph.
    pub address: Text,
    /// What it is.
    pub kind: &'static ResourceType,
    /// What people call it: `production/api`, `shop-production-api`.
    pub name: Text,
    /// The manifest that owns it.
    pub manifest: ManifestId,
    /// Where that manifest stands.
    pub origin: Origin,
    /// How it is treated.
    pub settings: Arc<Settings>,
    /// Its members, tags included, in its type's vocabulary.
    pub spec: Value,
    /// What must be there before it, besides what its references name.
    pub after: Vec<Text>,
}

impl Resource {
    /// The addresses that it needs: its references and what it comes after.
    pub fn needs(&self) -> BTreeSet<Text> {
        let mut needs: BTreeSet<Text> = self.after.iter().cloned().collect();
        self.spec.for_each_reference(&mut |reference| {
            needs.insert(reference.address.clone());
        });
        needs
    }
}

/// All that a project wants in one environment.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Whose it is.
    pub scope: Scope,
    /// The account that it must be applied to, where the project names one.
    pub account: Option<Text>,
    /// The AWS region.
    pub region: Text,
    /// The role to take for it, where the project names one.
    pub assume_role: Option<Text>,
    /// The resources, each after what it needs.
    pub resources: Vec<Resource>,
    /// Every manifest of this environment with its place, also those that want no resource.
    pub manifests: BTreeMap<ManifestId, Origin>,
    /// Things outside of sendo that resources refer to (listeners), by the address their references carry.
    pub lookups: BTreeMap<Text, Lookup>,
    /// The clusters, hosted zones and listeners in which what is ours may stand: where orphans are looked for.
    pub places: Places,
    /// What the user should know about the composition: what a developer environment did not copy.
    pub notes: Vec<String>,
    /// Which values must not be seen: what AWS answers is marked by the same rule.
    pub sensitivity: Sensitivity,
}

/// Something outside of sendo that resources refer to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lookup {
    /// A load balancer's listener by ARN: attributes `vpcId`, `loadBalancerArn`, `dnsName`, `canonicalHostedZoneId`,
    /// `ipAddressType`.
    Listener(Text),
}

/// Where to look for what is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// ECS clusters.
    pub clusters: BTreeSet<Text>,
    /// Listener ARNs.
    pub listeners: BTreeSet<Text>,
    /// Hosted zone ids.
    pub hosted_zones: BTreeSet<Text>,
    /// What the names of everything account-wide begin with.
    pub name_prefix: Text,
    /// The schedule group of this project and environment.
    pub schedule_group: Text,
    /// Listener rules whose manifest names no priority take one from this range.
    pub priority_range: (u16, u16),
}

/// The address of a part of a manifest: `Service/api/service`, `Service/api/web/target_group`.
pub fn address(manifest: &ManifestId, part: &[&str]) -> Text {
    format!("{manifest}/{}", part.join("/")).into()
}
