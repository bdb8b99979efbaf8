//! The only room that talks to AWS: what is there ([`Provider::observe`]) and how it is changed.
//!
//! In: desired resources. Out: a [`Snapshot`](crate::resource::snapshot::Snapshot), and the effects of writes. Every call
//! goes through one gate, which keeps AWS's throttle buckets, retries what passes, and counts.

pub mod adapter;
#[cfg(test)]
mod bench;
pub mod buckets;
mod cache;
pub mod clients;
mod discreet;
mod dns_record;
mod ecs_tags;
mod elb;
pub mod error;
mod event_rule;
pub mod gate;
mod gathered;
#[cfg(test)]
mod handover;
mod hint;
pub mod identity;
mod listener_rule;
mod log_group;
pub mod marks;
pub mod observe;
mod pages;
mod patience;
mod schedule;
mod service;
mod target;
mod target_group;
mod task_definition;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;

use self::clients::Clients;
use crate::resource::difference::Difference;
use crate::resource::graph::{Desired, Resource, Scope};
use crate::resource::record::Record;
use crate::resource::snapshot::{ListenerRule, Live, Observation, Orphan, ReadFailure};
use crate::resource::types::ResourceType;
use crate::value::{Map, Text, Value};

/// One resource type as AWS knows it.
///
/// # Guarantees
/// - `observe` answers for every resource that it is asked for; a read that fails is `Unknown`, never `Absent`.
/// - `create` looks up before it creates: called again after a lost answer, it doubles nothing.
/// - writes send the spec as composed, never its canonical form, and write the record after the change.
pub trait Provider: Send + Sync {
    /// The type that it provides.
    fn kind(&self) -> &'static ResourceType;

    /// The types that are read before it, because it must know what they have ([`Reading::in_use`],
    /// [`Reading::zones`]).
    fn reads_after(&self) -> &'static [&'static ResourceType] {
        &[]
    }

    /// Reads what is wanted, in AWS's largest batches, and lists what is ours but not wanted.
    fn observe<'a>(&'a self, reading: &'a Reading<'a>) -> BoxFuture<'a, Observed>;

    /// Makes it, and returns its attributes.
    fn create<'a>(&'a self, write: &'a Write<'a>) -> BoxFuture<'a, Result<Map, AwsError>>;

    /// Changes it where it is, in as few calls as AWS allows, and returns its attributes.
    fn update<'a>(
        &'a self,
        write: &'a Write<'a>,
        live: &'a Live,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Map, AwsError>>;

    /// Deletes it.
    fn delete<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Waits until what was deleted is gone and its name is free.
    fn gone<'a>(&'a self, live: &'a Live, progress: &'a dyn Progress) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = (live, progress);
        Box::pin(async { Ok(()) })
    }

    /// Whether what is written takes effect only later.
    fn settles(&self) -> bool {
        false
    }

    /// Waits until what was written has taken effect: a deployment settled, a record is in sync.
    fn settle<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = (write, attributes, progress);
        Box::pin(async { Ok(()) })
    }

    /// Waits until it can take over what another did: all targets of a target group are healthy.
    fn ready<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = (write, attributes, progress);
        Box::pin(async { Ok(()) })
    }

    /// Stops it from doing anything by itself until it is deleted: an enabled trigger is disabled.
    fn quiesce<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = live;
        Box::pin(async { Ok(()) })
    }
}

/// The registry: the provider of every resource type, one line a type.
pub fn providers(clients: &Clients) -> Vec<Box<dyn Provider>> {
    let providers: [Box<dyn Provider>; _] = [
        Box::new(log_group::LogGroups::new(clients.clone())),
        Box::new(task_definition::TaskDefinitions::new(clients.clone())),
        Box::new(target_group::TargetGroups::new(clients.clone())),
        Box::new(listener_rule::ListenerRules::new(clients.clone())),
        Box::new(service::Services::new(clients.clone())),
        Box::new(event_rule::EventRules::new(clients.clone())),
        Box::new(schedule::Schedules::new(clients.clone())),
        Box::new(dns_record::DnsRecords::new(clients.clone())),
    ];
    let discreet = providers
        .into_iter()
        .map(|provider| Box::new(discreet::Discreet::new(provider, clients)) as Box<dyn Provider>);
    discreet.collect()
}

/// What a provider is asked to read.
pub struct Reading<'a> {
    /// All that is desired, for the places to look in.
    pub desired: &'a Desired,
    /// The resources of the provider's own type.
    pub wanted: Vec<&'a Resource>,
    /// What live resources have where they refer to a wanted one (address to values): revisions in use.
    pub in_use: BTreeMap<Text, Vec<Value>>,
    /// The hosted zones that our live resources say they have records in.
    pub zones: BTreeSet<Text>,
    /// Whether to list what is ours but not wanted.
    pub list_orphans: bool,
}

/// What a provider found.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// For each wanted resource, by address; the index of an `Unknown` counts within `failures`.
    pub observations: BTreeMap<Text, Observation>,
    /// What is ours but not wanted.
    pub orphans: Vec<Orphan>,
    /// Attributes of things outside of the graph.
    pub lookups: BTreeMap<Text, Map>,
    /// Rules by listener, where listeners were read.
    pub listener_rules: BTreeMap<Text, Vec<ListenerRule>>,
    /// Reads that failed for good.
    pub failures: Vec<ReadFailure>,
}

/// One write.
pub struct Write<'a> {
    /// Whose it is.
    pub scope: &'a Scope,
    /// The resource, with every reference resolved.
    pub resource: &'a Resource,
    /// What to record beside it when it is done.
    pub record: Record,
}

/// Where a long wait tells how far it is.
pub trait Progress: Send + Sync {
    /// One line about the state: `2 of 4 tasks running`.
    fn update(&self, line: &str);
}

/// What AWS answered instead of doing it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{service} {operation}: {code}: {message}")]
pub struct AwsError {
    /// `ecs`, `elasticloadbalancing`, …
    pub service: &'static str,
    /// The API operation.
    pub operation: String,
    /// AWS's code.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether trying again can help.
    pub class: Class,
    /// More lines for whoever reads it: stopped reasons, last events.
    pub details: Vec<String>,
}

impl AwsError {
    /// Something that cannot happen unless sendo itself is wrong.
    pub fn internal(message: String) -> Self {
        AwsError {
            service: "sendo",
            operation: "apply".to_owned(),
            code: "InternalError".to_owned(),
            message,
            hint: Some("this is a defect of sendo: please report it".to_owned()),
            class: Class::Terminal,
            details: Vec::new(),
        }
    }
}

/// Whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The spec, the account or the permissions must change.
    Terminal,
    /// It passes: throttling, a 5xx, eventual consistency, a dropped connection.
    Recoverable,
}
