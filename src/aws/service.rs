//! ECS services: ten a call, one UpdateService a change, and deployments that are followed until they settle.

mod changes;
mod delete;
mod live;
mod post_mortem;
mod read;
mod request;
mod rolled_back;
mod settle;

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{Service, ServiceDeployment};
use data_encoding::HEXLOWER;
use futures::future::join_all;
use sha2::{Digest, Sha256};

use super::clients::Clients;
use super::ecs_tags;
use super::gathered::Gathered;
use super::marks;
use super::{AwsError, Observed, Progress, Provide, Reading, Write};
use crate::resource::difference::Difference;
use crate::resource::service::SERVICE;
use crate::resource::snapshot::Live;
use crate::resource::types::ResourceType;
use crate::value::{Map, Reveal, Value};

/// The service in calls and errors.
const ECS: &str = "ecs";

/// How many services DescribeServices takes.
const SERVICES: usize = 10;
/// How many deployments DescribeServiceDeployments takes.
const DEPLOYMENTS: usize = 20;

/// What a look at a single service told.
type Looked = Result<Service, AwsError>;

/// ECS services.
pub struct Services {
    clients: Clients,
    /// Looks at single services, by cluster and name.
    looks: Gathered<(String, String), Looked>,
    /// Looks at service deployments, by ARN.
    deployments: Gathered<String, ServiceDeployment>,
}

impl Services {
    /// Services behind these clients.
    pub fn new(clients: Clients) -> Self {
        Services {
            clients,
            looks: Gathered::of(SERVICES),
            deployments: Gathered::of(DEPLOYMENTS),
        }
    }
}

impl Provide for Services {
    fn kind(&self) -> &'static ResourceType {
        &SERVICE
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
        self.change(write, live, differences).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        self.remove(live).await
    }

    async fn gone(&self, live: &Live, progress: &dyn Progress) -> Result<(), AwsError> {
        self.wait_until_gone(live, progress).await
    }

    fn settles(&self) -> bool {
        true
    }

    async fn settle(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> Result<(), AwsError> {
        self.follow(write, attributes, progress).await
    }
}

impl Services {
    async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let spec = &write.resource.spec;
        let (cluster, name) = (cluster_of(spec), name_of(spec));
        let before = self.described(cluster, name).await?;
        if let Some(service) = before
            .as_ref()
            .filter(|service| service.status() == Some("ACTIVE"))
        {
            return self.take_up(write, service);
        }
        let mut members = changes::to_create(spec);
        members.insert("clientToken", token(write, before.as_ref()));
        let request = request::create(&self.clients, &members, ecs_tags::of(marks::tags(write)))?;
        let answer = self
            .clients
            .gate()
            .call(ECS, "CreateService", || request.clone().send())
            .await?;
        let service = answer.service.ok_or_else(|| nothing("CreateService", name))?;
        Ok(live::attributes(&service, true))
    }

    /// A service that stands there already was made by an interrupted run of ours, or by someone else.
    fn take_up(&self, write: &Write<'_>, service: &Service) -> Result<Map, AwsError> {
        if live::live(service, None)?.owner == marks::ours(write) {
            return Ok(live::attributes(service, true));
        }
        let name = name_of(&write.resource.spec);
        let message = format!("service {name} was made by someone else in the meantime: plan again");
        Err(AwsError::in_answer(
            ECS,
            "CreateService",
            "AlreadyExists",
            message,
        ))
    }

    async fn change(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let spec = &write.resource.spec;
        let members = changes::to_update(spec, differences);
        let attributes = match members.is_empty() {
            true => live.attributes.clone(),
            false => self.update_service(spec, members, live).await?,
        };
        let arn = live
            .attributes
            .get("arn")
            .and_then(Value::as_str)
            .unwrap_or_default();
        ecs_tags::change(&self.clients, arn, marks::changes(write, live, differences)).await?;
        Ok(attributes)
    }

    async fn update_service(&self, spec: &Value, mut members: Map, live: &Live) -> Result<Map, AwsError> {
        members.insert("cluster", cluster_of(spec));
        members.insert("service", name_of(spec));
        let request = request::update(&self.clients, &members)?;
        let answer = self
            .clients
            .gate()
            .call(ECS, "UpdateService", || request.clone().send())
            .await?;
        let service = answer
            .service
            .ok_or_else(|| nothing("UpdateService", name_of(spec)))?;
        let attributes = live::attributes(&service, false);
        let started = attributes.get("deploymentId") != live.attributes.get("deploymentId");
        Ok(live::attributes(&service, started))
    }

    /// The service as it is; `None` where AWS knows none, or none any more.
    async fn described(&self, cluster: &str, name: &str) -> Result<Option<Service>, AwsError> {
        let key = (cluster.to_owned(), name.to_owned());
        let found = self.looks.ask(key, async |keys| Ok(self.look(keys).await));
        found.await?.transpose()
    }

    /// One read a cluster: what is wrong with one of them does not touch the services of another.
    async fn look(&self, keys: Vec<(String, String)>) -> BTreeMap<(String, String), Looked> {
        let mut by_cluster: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (cluster, name) in keys {
            by_cluster.entry(cluster).or_default().push(name);
        }
        let reads = by_cluster.into_iter().map(|(cluster, names)| async move {
            let answer = self.describe(&cluster, names.clone()).await;
            (cluster, names, answer)
        });
        let mut looked = BTreeMap::new();
        for (cluster, names, answer) in join_all(reads).await {
            match answer {
                Ok(batch) => looked.extend(batch.found.into_iter().map(|service| {
                    let name = service.service_name().unwrap_or_default().to_owned();
                    ((cluster.clone(), name), Ok(service))
                })),
                Err(error) => looked.extend(
                    names
                        .into_iter()
                        .map(|name| ((cluster.clone(), name), Err(error.clone()))),
                ),
            }
        }
        looked
    }
}

/// A token that tells a repeated create from another: the same content after the same predecessor.
fn token(write: &Write<'_>, before: Option<&Service>) -> String {
    let content = write.resource.spec.to_json(Reveal::Shown).to_string();
    let before = before
        .and_then(Service::created_at)
        .map(ToString::to_string)
        .unwrap_or_default();
    let digest = Sha256::digest(format!("{} {content} {before}", write.scope));
    HEXLOWER.encode(&digest[..16])
}

fn nothing(operation: &str, name: &str) -> AwsError {
    AwsError::in_answer(
        ECS,
        operation,
        "NoAnswer",
        format!("AWS answered without service {name}"),
    )
}

fn cluster_of(spec: &Value) -> &str {
    spec.text("cluster").unwrap_or("default")
}

fn name_of(spec: &Value) -> &str {
    spec.text("serviceName").unwrap_or_default()
}

#[cfg(test)]
mod tests;
