//! What a resource type must be able to do with AWS, and what it is asked with.
//!
//! A type implements [`Provide`] with plain asynchronous methods; whoever walks over all types holds a [`Provider`],
//! which every one of them is.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;

use super::AwsError;
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
pub trait Provide: Send + Sync {
    /// The type that it provides.
    fn kind(&self) -> &'static ResourceType;

    /// The types that are read before it, because it must know what they have ([`Reading::in_use`],
    /// [`Reading::zones`]).
    fn reads_after(&self) -> &'static [&'static ResourceType] {
        &[]
    }

    /// Reads what is wanted, in AWS's largest batches, and lists what is ours but not wanted.
    fn observe(&self, reading: &Reading<'_>) -> impl Future<Output = Observed> + Send;

    /// Makes it, and returns its attributes.
    fn create(&self, write: &Write<'_>) -> impl Future<Output = Result<Map, AwsError>> + Send;

    /// Changes it where it is, in as few calls as AWS allows, and returns its attributes.
    fn update(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> impl Future<Output = Result<Map, AwsError>> + Send;

    /// Deletes it.
    fn delete(&self, live: &Live) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// Waits until what was deleted is gone and its name is free.
    fn gone(
        &self,
        live: &Live,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        let _ = (live, progress);
        async { Ok(()) }
    }

    /// Whether what is written takes effect only later.
    fn settles(&self) -> bool {
        false
    }

    /// Waits until what was written has taken effect: a deployment settled, a record is in sync.
    fn settle(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        let _ = (write, attributes, progress);
        async { Ok(()) }
    }

    /// Waits until it can take over what another did: all targets of a target group are healthy.
    fn ready(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        let _ = (write, attributes, progress);
        async { Ok(()) }
    }

    /// Stops it from doing anything by itself until it is deleted: an enabled trigger is disabled.
    fn quiesce(&self, live: &Live) -> impl Future<Output = Result<(), AwsError>> + Send {
        let _ = live;
        async { Ok(()) }
    }
}

/// A type that provides, behind a pointer: [`Provide`] has the contracts.
pub trait Provider: Send + Sync {
    /// See [`Provide::kind`].
    fn kind(&self) -> &'static ResourceType;

    /// See [`Provide::reads_after`].
    fn reads_after(&self) -> &'static [&'static ResourceType];

    /// See [`Provide::settles`].
    fn settles(&self) -> bool;

    /// See [`Provide::observe`].
    fn observe<'a>(&'a self, reading: &'a Reading<'a>) -> BoxFuture<'a, Observed>;

    /// See [`Provide::create`].
    fn create<'a>(&'a self, write: &'a Write<'a>) -> BoxFuture<'a, Result<Map, AwsError>>;

    /// See [`Provide::update`].
    fn update<'a>(
        &'a self,
        write: &'a Write<'a>,
        live: &'a Live,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Map, AwsError>>;

    /// See [`Provide::delete`].
    fn delete<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>>;

    /// See [`Provide::gone`].
    fn gone<'a>(&'a self, live: &'a Live, progress: &'a dyn Progress) -> BoxFuture<'a, Result<(), AwsError>>;

    /// See [`Provide::settle`].
    fn settle<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// See [`Provide::ready`].
    fn ready<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// See [`Provide::quiesce`].
    fn quiesce<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>>;
}

impl<T: Provide> Provider for T {
    fn kind(&self) -> &'static ResourceType {
        Provide::kind(self)
    }

    fn reads_after(&self) -> &'static [&'static ResourceType] {
        Provide::reads_after(self)
    }

    fn settles(&self) -> bool {
        Provide::settles(self)
    }

    fn observe<'a>(&'a self, reading: &'a Reading<'a>) -> BoxFuture<'a, Observed> {
        Box::pin(Provide::observe(self, reading))
    }

    fn create<'a>(&'a self, write: &'a Write<'a>) -> BoxFuture<'a, Result<Map, AwsError>> {
        Box::pin(Provide::create(self, write))
    }

    fn update<'a>(
        &'a self,
        write: &'a Write<'a>,
        live: &'a Live,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Map, AwsError>> {
        Box::pin(Provide::update(self, write, live, differences))
    }

    fn delete<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(Provide::delete(self, live))
    }

    fn gone<'a>(&'a self, live: &'a Live, progress: &'a dyn Progress) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(Provide::gone(self, live, progress))
    }

    fn settle<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(Provide::settle(self, write, attributes, progress))
    }

    fn ready<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(Provide::ready(self, write, attributes, progress))
    }

    fn quiesce<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(Provide::quiesce(self, live))
    }
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
