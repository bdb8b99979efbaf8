//! The registry: every resource type that sendo manages, one line a type.

use std::fmt;

use super::graph::Resource;
use super::shape::{Cost, Shape};
use super::snapshot::Snapshot;
use crate::value::{Text, Value};

/// What the engine knows of a resource type. The table says the rest.
pub struct ResourceType {
    /// The name in JSON: `ecs_service`.
    pub name: &'static str,
    /// The name in text: `service`.
    pub label: &'static str,
    /// The table of its members: a [`Shape::Object`].
    pub table: fn() -> &'static Shape,
    /// What a change costs where the table does not say.
    pub cost: Cost,
    /// How a change that its live form cannot take is carried out.
    pub replacement: Replacement,
    /// Whether the resource is destroyed when nobody wants it; log groups and revisions outlive their manifests.
    pub destroyed: bool,
    /// Earlier ranks are created first and destroyed last.
    pub rank: u8,
    /// Whether it starts tasks by itself at its times: of one manifest's triggers only one may be enabled.
    pub trigger: bool,
    /// What a reference to one that does not exist yet is shown as.
    pub announce: Option<fn(&Value) -> String>,
    /// What it must look like between its live and its desired form, so that what it sends traffic to is never
    /// without a healthy target; `None` where it can change at once.
    pub transition: Option<fn(live: &Value, desired: &Value) -> Option<Value>>,
    /// Fills in what only a look at AWS tells (priorities), before comparing.
    pub prepare: Option<Prepare>,
}

/// Fills in members of the resources of one type from what AWS has; what cannot be is returned by address.
pub type Prepare = fn(&mut [&mut Resource], &Snapshot) -> Vec<(Text, String)>;

/// How a resource is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Its name is free only when the old one is gone.
    DeleteThenCreate,
    /// The new one stands before the old one goes.
    CreateThenDelete,
    /// The old one stays: a revision.
    Accumulates,
}

impl fmt::Debug for ResourceType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ResourceType {}

/// All types, in the order of their ranks.
pub static TYPES: &[&ResourceType] = &[
    &super::log_group::LOG_GROUP,
    &super::task_definition::TASK_DEFINITION,
    &super::target_group::TARGET_GROUP,
    &super::listener_rule::LISTENER_RULE,
    &super::service::SERVICE,
    &super::event_rule::EVENT_RULE,
    &super::schedule::SCHEDULE,
    &super::dns_record::DNS_RECORD,
];
