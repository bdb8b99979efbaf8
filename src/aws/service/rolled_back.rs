//! Whether the revision that was last applied is the one that ECS rolled back.

use aws_sdk_ecs::types::{ServiceDeploymentBrief, ServiceDeploymentStatus as Status};

use super::{ECS, Services};
use crate::aws::AwsError;
use crate::resource::ecs::spelling;
use crate::resource::snapshot::Live;
use crate::value::Value;

const MEMBER: &str = "taskDefinition";

impl Services {
    /// The same service, held where its last deployment brought back another revision than the recorded one. Only a
    /// service that does not have what was recorded is asked for, and where nobody can tell it is not held.
    pub(super) async fn with_rollback(
        &self,
        cluster: &str,
        live: Result<Live, AwsError>,
    ) -> Result<Live, AwsError> {
        let mut live = live?;
        if moved_away(&live) {
            live.held = self.rollback(cluster, &live).await.unwrap_or_default();
        }
        Ok(live)
    }

    async fn rollback(&self, cluster: &str, live: &Live) -> Result<Option<String>, AwsError> {
        let name = live.spec.text("serviceName").unwrap_or_default();
        let Some(last) = self.last_deployment(cluster, name).await? else {
            return Ok(None);
        };
        let rolled_back = matches!(
            last.status(),
            Some(
                Status::RollbackSuccessful
                    | Status::RollbackFailed
                    | Status::RollbackInProgress
                    | Status::RollbackRequested
            )
        );
        let Some(revision) = last.target_service_revision_arn().filter(|_| rolled_back) else {
            return Ok(None);
        };
        if !self.is_recorded(revision, live).await? {
            return Ok(None);
        }
        let arn = last.service_deployment_arn().unwrap_or_default();
        let id = arn.rsplit('/').next().unwrap_or(arn);
        Ok(Some(format!("deployment {id} was rolled back")))
    }

    async fn last_deployment(
        &self,
        cluster: &str,
        name: &str,
    ) -> Result<Option<ServiceDeploymentBrief>, AwsError> {
        let request = self
            .clients
            .ecs()
            .list_service_deployments()
            .cluster(cluster)
            .service(name)
            .max_results(20);
        let answer = self
            .clients
            .gate()
            .call(ECS, "ListServiceDeployments", || request.clone().send())
            .await?;
        let all = answer.service_deployments.unwrap_or_default();
        Ok(all.into_iter().max_by_key(|deployment| {
            deployment
                .created_at()
                .map(|time| (time.secs(), time.subsec_nanos()))
        }))
    }

    async fn is_recorded(&self, revision: &str, live: &Live) -> Result<bool, AwsError> {
        let request = self
            .clients
            .ecs()
            .describe_service_revisions()
            .service_revision_arns(revision);
        let answer = self
            .clients
            .gate()
            .call(ECS, "DescribeServiceRevisions", || request.clone().send())
            .await?;
        let revision = answer.service_revisions().first();
        let definition = revision.and_then(|revision| revision.task_definition());
        Ok(definition.is_some_and(|definition| has_record(live, &definition.into())))
    }
}

fn moved_away(live: &Live) -> bool {
    let recorded = live.record.as_ref().is_some_and(|record| record.has(MEMBER));
    recorded
        && live
            .spec
            .get(MEMBER)
            .is_some_and(|definition| !has_record(live, definition))
}

fn has_record(live: &Live, definition: &Value) -> bool {
    live.record
        .as_ref()
        .is_some_and(|record| record.matches(MEMBER, &spelling::task_definition(definition)))
}
