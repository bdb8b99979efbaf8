//! Reading services: those that are wanted, and those that are ours but not wanted.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{Failure, ResourceManagementType, Service, ServiceField, ServiceRevision};
use futures::future::join_all;

use super::{ECS, SERVICES, Services, cluster_of, live, name_of};
use crate::aws::{AwsError, Observed, Reading, pages};
use crate::resource::ecs::spelling;
use crate::resource::graph::{ManifestId, Resource, address};
use crate::resource::service::SERVICE;
use crate::resource::snapshot::{Live, Observation, Orphan, Owner};
use crate::value::{Text, Value};

/// How many revisions DescribeServiceRevisions takes.
const REVISIONS: usize = 20;
/// How many services a page of ListServices has at most.
const PAGE: i32 = 100;

/// What DescribeServices said of a batch.
pub(super) struct Batch {
    pub(super) found: Vec<Service>,
    missing: BTreeSet<String>,
}

impl Services {
    pub(super) async fn read(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        let clusters = by_cluster(&reading.wanted);
        let wanted = join_all(
            clusters
                .iter()
                .map(|(cluster, resources)| self.read_cluster(cluster, resources)),
        );
        let orphans = async {
            let places = reading
                .desired
                .places
                .clusters
                .iter()
                .filter(|_| reading.list_orphans);
            join_all(places.map(|cluster| self.read_orphans(cluster, reading))).await
        };
        let (wanted, orphans) = futures::join!(wanted, orphans);
        for cluster in wanted {
            absorb(&mut observed, cluster);
        }
        for (cluster, found) in orphans {
            match found {
                Ok(orphans) => observed.orphans.extend(orphans),
                Err(error) => observed.fail(&format!("services of cluster {cluster}"), &error, []),
            }
        }
        observed
    }

    async fn read_cluster(&self, cluster: &str, resources: &[&Resource]) -> Observed {
        let mut observed = Observed::default();
        let read = pages::batches(resources, SERVICES, |batch| {
            let names = batch
                .iter()
                .map(|resource| name_of(&resource.spec).to_owned())
                .collect();
            self.describe(cluster, names)
        });
        let mut found = Vec::new();
        for (batch, answer) in read.await {
            match answer {
                Ok(answer) => sort_out(batch, answer, &mut observed, &mut found),
                Err(error) => {
                    let what = format!("services of cluster {cluster}");
                    observed.fail(
                        &what,
                        &error,
                        batch.iter().map(|resource| resource.address.clone()),
                    );
                }
            }
        }
        let revisions = self.revisions(&found, &mut observed).await;
        let looks = found.into_iter().map(|(resource, service)| {
            let revision = revision_arn(&service).and_then(|arn| revisions.get(arn));
            let live = live::live(&service, revision);
            async move { (resource, self.with_rollback(cluster, live).await) }
        });
        for (resource, live) in join_all(looks).await {
            match live {
                Ok(live) if !observed.observations.contains_key(&resource.address) => {
                    observed
                        .observations
                        .insert(resource.address.clone(), Observation::Present(live));
                }
                Ok(_) => {}
                Err(error) => observed.fail(&resource.name, &error, [resource.address.clone()]),
            }
        }
        observed
    }

    pub(super) async fn describe(&self, cluster: &str, names: Vec<String>) -> Result<Batch, AwsError> {
        let request = self
            .clients
            .ecs()
            .describe_services()
            .cluster(cluster)
            .set_services(Some(names));
        let request = request.include(ServiceField::Tags);
        let answer = self
            .clients
            .gate()
            .call(ECS, "DescribeServices", || request.clone().send())
            .await?;
        let mut missing = BTreeSet::new();
        for failure in answer.failures() {
            match failure.reason() {
                Some("MISSING") => missing.insert(last_part(failure.arn().unwrap_or_default()).to_owned()),
                _ => return Err(refused(failure)),
            };
        }
        Ok(Batch {
            found: answer.services.unwrap_or_default(),
            missing,
        })
    }

    /// The revisions of the services that declare what only these tell.
    async fn revisions(
        &self,
        found: &[(&Resource, Service)],
        observed: &mut Observed,
    ) -> BTreeMap<String, ServiceRevision> {
        let declares = |resource: &Resource| {
            live::OF_REVISION
                .iter()
                .any(|member| resource.spec.get(member).is_some())
        };
        let asked: Vec<(&Resource, String)> = found
            .iter()
            .filter(|(resource, _)| declares(resource))
            .filter_map(|(resource, service)| Some((*resource, revision_arn(service)?.to_owned())))
            .collect();
        let mut revisions = BTreeMap::new();
        for (batch, answer) in pages::batches(&asked, REVISIONS, |batch| self.describe_revisions(batch)).await
        {
            match answer {
                Ok(found) => revisions.extend(found),
                Err(error) => {
                    observed.fail(
                        "service revisions",
                        &error,
                        batch.iter().map(|(resource, _)| resource.address.clone()),
                    );
                }
            }
        }
        revisions
    }

    async fn describe_revisions(
        &self,
        asked: &[(&Resource, String)],
    ) -> Result<Vec<(String, ServiceRevision)>, AwsError> {
        let arns = asked.iter().map(|(_, arn)| arn.clone()).collect();
        let request = self
            .clients
            .ecs()
            .describe_service_revisions()
            .set_service_revision_arns(Some(arns));
        let answer = self
            .clients
            .gate()
            .call(ECS, "DescribeServiceRevisions", || request.clone().send())
            .await?;
        if let Some(failure) = answer.failures().first() {
            return Err(AwsError {
                operation: "DescribeServiceRevisions".to_owned(),
                ..refused(failure)
            });
        }
        let named = |revision: ServiceRevision| Some((revision.service_revision_arn.clone()?, revision));
        Ok(answer
            .service_revisions
            .unwrap_or_default()
            .into_iter()
            .filter_map(named)
            .collect())
    }

    async fn read_orphans<'a>(
        &self,
        cluster: &'a str,
        reading: &Reading<'_>,
    ) -> (&'a str, Result<Vec<Orphan>, AwsError>) {
        (cluster, self.orphans(cluster, reading).await)
    }

    async fn orphans(&self, cluster: &str, reading: &Reading<'_>) -> Result<Vec<Orphan>, AwsError> {
        let plain = spelling::cluster(&cluster.into());
        let wanted: BTreeSet<&str> = reading
            .wanted
            .iter()
            .filter(|resource| spelling::cluster(&cluster_of(&resource.spec).into()) == plain)
            .map(|resource| name_of(&resource.spec))
            .collect();
        let listed = self.list(cluster).await?;
        let others: Vec<String> = listed
            .into_iter()
            .filter(|arn| !wanted.contains(last_part(arn)))
            .collect();
        let mut orphans = Vec::new();
        for (_, answer) in
            pages::batches(&others, SERVICES, |batch| self.describe(cluster, batch.to_vec())).await
        {
            for service in answer?
                .found
                .iter()
                .filter(|service| is_there(service) && !is_managed_by_ecs(service))
            {
                orphans.extend(orphan(reading, live::live(service, None)?));
            }
        }
        Ok(orphans)
    }

    async fn list(&self, cluster: &str) -> Result<Vec<String>, AwsError> {
        pages::all(|token| async move {
            let request = self
                .clients
                .ecs()
                .list_services()
                .cluster(cluster)
                .max_results(PAGE);
            let request = request.set_next_token(token);
            let answer = self
                .clients
                .gate()
                .call(ECS, "ListServices", || request.clone().send())
                .await?;
            Ok((answer.service_arns.unwrap_or_default(), answer.next_token))
        })
        .await
    }
}

fn by_cluster<'a>(wanted: &[&'a Resource]) -> BTreeMap<String, Vec<&'a Resource>> {
    let mut clusters: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for resource in wanted {
        clusters
            .entry(cluster_of(&resource.spec).to_owned())
            .or_default()
            .push(resource);
    }
    clusters
}

/// Sorts an answer into what is there, what is not, and what AWS left out.
fn sort_out<'a>(
    batch: &[&'a Resource],
    answer: Batch,
    observed: &mut Observed,
    found: &mut Vec<(&'a Resource, Service)>,
) {
    let mut services: BTreeMap<String, Service> = answer
        .found
        .into_iter()
        .filter_map(|service| Some((service.service_name.clone()?, service)))
        .collect();
    for resource in batch {
        let name = name_of(&resource.spec);
        match services.remove(name) {
            Some(service) if is_there(&service) => found.push((*resource, service)),
            Some(_) => drop(
                observed
                    .observations
                    .insert(resource.address.clone(), Observation::Absent),
            ),
            None if answer.missing.contains(name) => {
                observed
                    .observations
                    .insert(resource.address.clone(), Observation::Absent);
            }
            None => {
                let message = format!("AWS answered without service {name} and did not call it missing");
                let error = AwsError::in_answer(ECS, "DescribeServices", "NoAnswer", message);
                observed.fail(&resource.name, &error, [resource.address.clone()]);
            }
        }
    }
}

fn absorb(observed: &mut Observed, other: Observed) {
    let before = observed.failures.len();
    observed.failures.extend(other.failures);
    for (address, observation) in other.observations {
        let observation = match observation {
            Observation::Unknown { failure } => Observation::Unknown {
                failure: failure + before,
            },
            known => known,
        };
        observed.observations.insert(address, observation);
    }
}

/// A service that drains is as good as gone: its name is free soon, and ECS tells when.
fn is_there(service: &Service) -> bool {
    !matches!(service.status(), Some("INACTIVE" | "DRAINING"))
}

/// Express services are ECS's own.
fn is_managed_by_ecs(service: &Service) -> bool {
    service.resource_management_type() == Some(&ResourceManagementType::Ecs)
}

fn revision_arn(service: &Service) -> Option<&str> {
    service
        .current_service_revisions()
        .iter()
        .max_by_key(|revision| revision.requested_task_count())?
        .arn()
}

/// The name in a service's ARN.
fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

pub(super) fn refused(failure: &Failure) -> AwsError {
    let arn = failure.arn().unwrap_or("a service");
    let detail = failure
        .detail()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    AwsError::in_answer(
        ECS,
        "DescribeServices",
        failure.reason().unwrap_or("Failure"),
        format!("{arn} could not be read{detail}"),
    )
}

/// The orphan that a live service is, if it is ours: its record must name this very service.
fn orphan(reading: &Reading<'_>, live: Live) -> Option<Orphan> {
    let Owner::Manifest { scope, manifest } = &live.owner else {
        return None;
    };
    let name = Text::from(live.spec.text("serviceName")?);
    let named = live
        .record
        .as_ref()
        .is_some_and(|record| record.matches("serviceName", &Value::from(name.clone())));
    if *scope != reading.desired.scope || !named {
        return None;
    }
    let manifest = manifest.clone();
    let cluster = spelling::cluster(live.spec.get("cluster")?);
    Some(Orphan {
        address: orphan_address(&manifest, &name),
        kind: &SERVICE,
        name: format!("{}/{name}", cluster.as_str().unwrap_or_default()).into(),
        manifest,
        live,
    })
}

/// A Service has one ECS service; those of a developer environment have their own name behind the environment's.
fn orphan_address(manifest: &ManifestId, name: &str) -> Text {
    let own = name
        .strip_prefix(&*manifest.name)
        .and_then(|rest| rest.strip_prefix('-'))
        .unwrap_or(name);
    match &*manifest.kind {
        "Service" => address(manifest, &["service"]),
        _ => address(manifest, &[own, "service"]),
    }
}
