//! One step of a plan: the write, and the wait for its effect.

use std::sync::{Mutex, PoisonError};

use super::walk::Walk;
use crate::aws::{AwsError, Progress, Provider, Write};
use crate::plan::Change;
use crate::plan::steps::{Act, Step};
use crate::resource::compare::{compare, record_of};
use crate::resource::graph::Resource;
use crate::resource::record::Record;
use crate::resource::snapshot::Live;
use crate::value::Map;

/// What became of a step that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It was written; nobody waited for the end of it.
    Unsettled,
    /// Somebody stopped the apply before it began.
    NotBegun,
}

/// Carries out one step.
pub(super) async fn carry_out(
    walk: &Walk<'_>,
    provider: &dyn Provider,
    step: &Step,
    change: &Change,
) -> Result<Outcome, AwsError> {
    let action = Action {
        walk,
        provider,
        change,
        index: step.change,
        act: step.act,
        last: Mutex::default(),
    };
    match (step.act, change.live.as_ref(), change.resource.as_ref()) {
        (Act::Create, _, Some(resource)) => action.create(resource).await,
        (Act::Update, Some(live), Some(resource)) => action.update(resource, live).await,
        (Act::Transition, Some(live), Some(resource)) => action.transition(resource, live).await,
        (Act::Ready, _, Some(resource)) => action.ready(resource).await,
        (Act::Delete, Some(live), _) => action.removal(live).await,
        (Act::Quiesce, Some(live), _) => action.quiesce(live).await,
        _ => Err(AwsError::internal(format!(
            "the plan has nothing to {:?} at {}",
            step.act, change.address
        ))),
    }
}

struct Action<'a> {
    walk: &'a Walk<'a>,
    provider: &'a dyn Provider,
    change: &'a Change,
    index: usize,
    act: Act,
    /// The last line of progress, which is told once.
    last: Mutex<String>,
}

impl Progress for Action<'_> {
    fn update(&self, line: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            self.walk.progress(self.change, line);
            line.clone_into(&mut last);
        }
    }
}

impl Action<'_> {
    async fn create(&self, resource: &Resource) -> Result<Outcome, AwsError> {
        let Some(permit) = self.begin().await else {
            return Ok(Outcome::NotBegun);
        };
        let resource = self.wanted(resource)?;
        let write = self.write(&resource, record_of(resource.kind, &resource.spec));
        let attributes = self.provider.create(&write).await?;
        self.walk.learn(self.change, attributes.clone());
        drop(permit);
        self.settle(&write, &attributes).await
    }

    async fn update(&self, resource: &Resource, live: &Live) -> Result<Outcome, AwsError> {
        let resource = self.wanted(resource)?;
        let live = self.by_now(live);
        let record = record_of(resource.kind, &resource.spec);
        self.change_to(&resource, &live, record).await
    }

    async fn transition(&self, resource: &Resource, live: &Live) -> Result<Outcome, AwsError> {
        let mut resource = self.wanted(resource)?;
        let Some(form) = resource
            .kind
            .transition
            .and_then(|form| form(&live.spec, &resource.spec))
        else {
            return Ok(Outcome::Done);
        };
        resource.spec = form.clone();
        let outcome = self
            .change_to(&resource, live, live.record.clone().unwrap_or_default())
            .await?;
        self.walk.set_form(self.index, form);
        Ok(outcome)
    }

    async fn change_to(&self, resource: &Resource, live: &Live, record: Record) -> Result<Outcome, AwsError> {
        let differences = compare(resource.kind, &resource.spec, &live.spec, live.record.as_ref());
        if differences.is_empty() {
            return Ok(Outcome::Done);
        }
        let Some(permit) = self.begin().await else {
            return Ok(Outcome::NotBegun);
        };
        let write = self.write(resource, record);
        let attributes = self.provider.update(&write, live, &differences).await?;
        self.walk.learn(self.change, attributes.clone());
        drop(permit);
        self.settle(&write, &attributes).await
    }

    /// Waits until what was brought in is ready to take over; it is part of the change, so it is always waited for.
    async fn ready(&self, resource: &Resource) -> Result<Outcome, AwsError> {
        let Some(permit) = self.begin().await else {
            return Ok(Outcome::NotBegun);
        };
        drop(permit);
        let attributes = self.walk.attributes(self.change);
        let resource = self.wanted(resource)?;
        let write = self.write(&resource, Record::default());
        tokio::select! {
            result = self.provider.ready(&write, &attributes, self) => result.map(|()| Outcome::Done),
            () = self.walk.cancel.cancelled() => Ok(Outcome::NotBegun),
        }
    }

    async fn removal(&self, live: &Live) -> Result<Outcome, AwsError> {
        let Some(permit) = self.begin().await else {
            return Ok(Outcome::NotBegun);
        };
        self.provider.delete(live).await?;
        drop(permit);
        tokio::select! {
            result = self.provider.gone(live, self) => result.map(|()| Outcome::Done),
            () = self.walk.cancel.cancelled() => Ok(Outcome::Unsettled),
        }
    }

    async fn quiesce(&self, live: &Live) -> Result<Outcome, AwsError> {
        let Some(_permit) = self.begin().await else {
            return Ok(Outcome::NotBegun);
        };
        self.provider.quiesce(live).await.map(|()| Outcome::Done)
    }

    async fn settle(&self, write: &Write<'_>, attributes: &Map) -> Result<Outcome, AwsError> {
        if !self.provider.settles() {
            return Ok(Outcome::Done);
        }
        if !self.walk.options.wait {
            return Ok(Outcome::Unsettled);
        }
        tokio::select! {
            result = self.provider.settle(write, attributes, self) => result.map(|()| Outcome::Done),
            () = self.walk.cancel.cancelled() => Ok(Outcome::Unsettled),
        }
    }

    /// Takes a place among the writes; `None` when somebody stopped the apply meanwhile.
    async fn begin(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        let permit = self.walk.writes(self.provider.kind()).acquire().await.ok()?;
        if self.walk.cancel.is_cancelled() {
            return None;
        }
        self.walk.started(self.change, self.act);
        Some(permit)
    }

    /// The resource with every reference resolved.
    fn wanted(&self, resource: &Resource) -> Result<Resource, AwsError> {
        let spec = self
            .walk
            .resolve(self.change.spec.as_ref().unwrap_or(&resource.spec));
        let mut missing = Vec::new();
        spec.for_each_reference(&mut |reference| {
            missing.push(format!("{} of {}", reference.attribute, reference.address))
        });
        match missing.is_empty() {
            true => Ok(Resource {
                spec,
                ..resource.clone()
            }),
            false => Err(AwsError::internal(format!(
                "it needs {}, which is not known",
                missing.join(", ")
            ))),
        }
    }

    /// What the resource looks like after the steps of this apply.
    fn by_now(&self, live: &Live) -> Live {
        let spec = self.walk.form(self.index).unwrap_or_else(|| live.spec.clone());
        Live { spec, ..live.clone() }
    }

    fn write<'w>(&'w self, resource: &'w Resource, record: Record) -> Write<'w> {
        Write {
            scope: self.walk.scope(),
            resource,
            record,
        }
    }
}
