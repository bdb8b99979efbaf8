//! Task definitions: a revision is described once, registered only when no equal one is there, and never deleted.

mod read;
mod request;
mod revision;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use self::revision::Revisions;
use super::clients::Clients;
use super::observe::attribute;
use super::{AwsError, Class, Observed, Provide, Reading, Write, ecs_tags, marks};
use crate::resource::compare::compare;
use crate::resource::difference::Difference;
use crate::resource::event_rule::EVENT_RULE;
use crate::resource::schedule::SCHEDULE;
use crate::resource::service::SERVICE;
use crate::resource::snapshot::Live;
use crate::resource::task_definition::TASK_DEFINITION;
use crate::resource::types::ResourceType;
use crate::value::{Map, Value};

const ECS: &str = "ecs";
/// How many of a family's newest revisions are looked at before another is registered.
const NEWEST: usize = 10;
/// How often a registration whose answer was lost is begun again, after looking for what it made.
const REGISTRATIONS: u32 = 3;

/// Revisions of task definitions.
pub struct TaskDefinitions {
    clients: Clients,
    revisions: Revisions,
    /// ECS refuses registrations of one family at the same time.
    families: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl TaskDefinitions {
    /// Task definitions behind these clients.
    pub fn new(clients: Clients) -> Self {
        TaskDefinitions {
            revisions: Revisions::new(clients.clone()),
            clients,
            families: Mutex::default(),
        }
    }
}

impl Provide for TaskDefinitions {
    fn kind(&self) -> &'static ResourceType {
        &TASK_DEFINITION
    }

    fn reads_after(&self) -> &'static [&'static ResourceType] {
        static USERS: &[&ResourceType] = &[&SERVICE, &EVENT_RULE, &SCHEDULE];
        USERS
    }

    async fn observe(&self, reading: &Reading<'_>) -> Observed {
        self.read(reading).await
    }

    async fn create(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.make(write).await
    }

    async fn update(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        self.retag(write, live, differences).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        let message = format!(
            "{} is kept: a rollback may need it",
            attribute(&live.attributes, "name")
        );
        Err(AwsError::in_answer(
            ECS,
            "DeregisterTaskDefinition",
            "Kept",
            message,
        ))
    }
}

impl TaskDefinitions {
    async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let family = family_of(&write.resource.spec);
        let turn = self.turn(family);
        let _turn = turn.lock().await;
        for registration in 1.. {
            if let Some(live) = self.twin(write, family).await? {
                return self.retag(write, &live, &tag_differences(write, &live)).await;
            }
            match self.register(write, family).await {
                Err(error) if error.class == Class::Recoverable && registration < REGISTRATIONS => {
                    tracing::debug!(family, code = error.code, "looking for what a lost answer made");
                }
                result => return result,
            }
        }
        Err(AwsError::internal(format!("{family} was not registered")))
    }

    /// A revision among the newest that is what should be registered.
    async fn twin(&self, write: &Write<'_>, family: &str) -> Result<Option<Live>, AwsError> {
        for arn in self.revisions.newest(family, NEWEST).await? {
            let Some(revision) = self.revisions.described(&arn, None).await? else {
                continue;
            };
            if revision.active && read::is_same(&write.resource.spec, write.resource, &revision.live) {
                return Ok(Some(revision.live.clone()));
            }
        }
        Ok(None)
    }

    async fn register(&self, write: &Write<'_>, family: &str) -> Result<Map, AwsError> {
        let mut members = write.resource.spec.as_map().cloned().unwrap_or_default();
        members.remove("tags");
        let request = request::register(&self.clients, &members, ecs_tags::of(marks::tags(write)))?;
        let answer = self
            .clients
            .gate()
            .call(ECS, "RegisterTaskDefinition", || request.clone().send())
            .await?;
        let definition = answer.task_definition.ok_or_else(|| {
            AwsError::in_answer(
                ECS,
                "RegisterTaskDefinition",
                "NoAnswer",
                format!("AWS answered without {family}"),
            )
        })?;
        Ok(revision::attributes(&definition))
    }

    async fn retag(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let arn = attribute(&live.attributes, "arn");
        let change = marks::changes(write, live, differences);
        ecs_tags::change(&self.clients, arn, change).await?;
        self.revisions.forget(arn);
        Ok(live.attributes.clone())
    }

    fn turn(&self, family: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.entry(family.to_owned()).or_default().clone()
    }
}

fn tag_differences(write: &Write<'_>, live: &Live) -> Vec<Difference> {
    compare(
        &TASK_DEFINITION,
        &write.resource.spec,
        &live.spec,
        live.record.as_ref(),
    )
}

fn family_of(spec: &Value) -> &str {
    spec.text("family").unwrap_or_default()
}

#[cfg(test)]
mod tests;
