//! Following the deployment that a write started until it has succeeded or failed.
//!
//! The service deployment tells; where the API for it is missing (emulators), the deployments of the service do.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_ecs::types::{
    CreatedAt, DeploymentRolloutState, Service, ServiceDeployment, ServiceDeploymentBrief,
    ServiceDeploymentStatus as Status,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{ECS, Services, cluster_of, live, name_of};
use crate::aws::observe::attribute;
use crate::aws::patience::Patience;
use crate::aws::{AwsError, Progress, Write};
use crate::value::{Map, Value};

/// How far apart AWS may date a deployment and the service deployment that it belongs to.
const SKEW: Duration = Duration::from_secs(2);
/// How often a service deployment may be missing before the service itself is asked.
const PATIENCE: u32 = 3;

/// Which deployment is followed.
pub(super) struct Followed<'a> {
    pub(super) cluster: &'a str,
    pub(super) name: &'a str,
    /// The id under `deployments` of the service: `ecs-svc/…`.
    pub(super) id: &'a str,
    since: Option<DateTime>,
}

/// What one look tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It has succeeded.
    Settled,
    /// It goes on: how far it is.
    Going(String),
    /// It has failed: the word for it, and AWS's reason.
    Failed(String, String),
}

impl Services {
    pub(super) async fn follow(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> Result<(), AwsError> {
        if matches!(attribute(attributes, "controller"), "CODE_DEPLOY" | "EXTERNAL") {
            return Ok(());
        }
        let spec = &write.resource.spec;
        let followed = Followed {
            cluster: cluster_of(spec),
            name: name_of(spec),
            id: attribute(attributes, "deploymentId"),
            since: DateTime::from_str(attribute(attributes, "deploymentCreatedAt"), Format::DateTime).ok(),
        };
        match attributes.get("startedDeployment").and_then(Value::as_bool) {
            Some(true) => self.follow_deployment(&followed, progress).await,
            _ => self.follow_count(&followed, progress).await,
        }
    }

    async fn follow_deployment(
        &self,
        followed: &Followed<'_>,
        progress: &dyn Progress,
    ) -> Result<(), AwsError> {
        let mut patience = Patience::of(self.clients.options());
        let mut deployment: Option<String> = None;
        let mut missed = 0;
        let mut reported = String::new();
        loop {
            if deployment.is_none() && missed < PATIENCE {
                deployment = self.service_deployment(followed).await.unwrap_or_default();
                missed += 1;
            }
            let look = match &deployment {
                Some(arn) => self.look_at_deployment(arn).await?,
                None if missed < PATIENCE => Look::Going("deploying".to_owned()),
                None => self.look_at_service(followed).await?,
            };
            match look {
                Look::Settled => return Ok(()),
                Look::Failed(state, reason) => return Err(self.post_mortem(followed, &state, &reason).await),
                Look::Going(line) if line != reported => {
                    progress.update(&line);
                    reported = line;
                }
                Look::Going(_) => {}
            }
            if !patience.wait().await {
                return Err(self.post_mortem(followed, "TimedOut", &reported).await);
            }
        }
    }

    /// Where no deployment was started the tasks only need to be as many as wanted.
    async fn follow_count(&self, followed: &Followed<'_>, progress: &dyn Progress) -> Result<(), AwsError> {
        let mut patience = Patience::of(self.clients.options());
        let mut reported = String::new();
        loop {
            let Some(service) = self.described(followed.cluster, followed.name).await? else {
                return Err(self.post_mortem(followed, "Missing", "the service is gone").await);
            };
            if service.running_count() == service.desired_count() && service.pending_count() == 0 {
                return Ok(());
            }
            let line = running(service.running_count(), service.desired_count());
            if line != reported {
                progress.update(&line);
                reported = line;
            }
            if !patience.wait().await {
                return Err(self.post_mortem(followed, "TimedOut", &reported).await);
            }
        }
    }

    /// The service deployment that belongs to the followed one: the first that is not older.
    async fn service_deployment(&self, followed: &Followed<'_>) -> Result<Option<String>, AwsError> {
        let Some(since) = followed.since else {
            return Ok(None);
        };
        let since = DateTime::from_secs_f64(since.as_secs_f64() - SKEW.as_secs_f64());
        let created = CreatedAt::builder().after(since).build();
        let request = self
            .clients
            .ecs()
            .list_service_deployments()
            .cluster(followed.cluster);
        let request = request.service(followed.name).created_at(created);
        let answer = self
            .clients
            .gate()
            .call(ECS, "ListServiceDeployments", || request.clone().send())
            .await?;
        let after =
            |found: &&ServiceDeploymentBrief| found.created_at().is_none_or(|created| *created >= since);
        let candidates = answer.service_deployments().iter().filter(after);
        let newest = candidates.max_by(|a, b| {
            a.created_at()
                .partial_cmp(&b.created_at())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        Ok(newest
            .and_then(ServiceDeploymentBrief::service_deployment_arn)
            .map(str::to_owned))
    }

    async fn look_at_deployment(&self, arn: &str) -> Result<Look, AwsError> {
        let deployment = self
            .deployments
            .ask(arn.to_owned(), |arns| self.describe_deployments(arns));
        let deployment = deployment.await?.ok_or_else(|| {
            AwsError::in_answer(
                ECS,
                "DescribeServiceDeployments",
                "NoAnswer",
                format!("AWS answered without {arn}"),
            )
        })?;
        Ok(judge_deployment(&deployment))
    }

    async fn describe_deployments(
        &self,
        arns: Vec<String>,
    ) -> Result<BTreeMap<String, ServiceDeployment>, AwsError> {
        let request = self
            .clients
            .ecs()
            .describe_service_deployments()
            .set_service_deployment_arns(Some(arns));
        let answer = self
            .clients
            .gate()
            .call(ECS, "DescribeServiceDeployments", || request.clone().send())
            .await?;
        let found = answer.service_deployments.unwrap_or_default().into_iter();
        let by_arn = found.filter_map(|found| Some((found.service_deployment_arn()?.to_owned(), found)));
        Ok(by_arn.collect())
    }

    async fn look_at_service(&self, followed: &Followed<'_>) -> Result<Look, AwsError> {
        Ok(match self.described(followed.cluster, followed.name).await? {
            Some(service) => judge_service(&service, followed.id),
            None => Look::Failed("Missing".into(), "the service is gone".into()),
        })
    }
}

fn running(running: i32, wanted: i32) -> String {
    format!("{running} of {wanted} tasks running")
}

fn judge_deployment(deployment: &ServiceDeployment) -> Look {
    let target = deployment.target_service_revision();
    let line = || {
        target.map_or_else(String::new, |target| {
            running(target.running_task_count(), target.requested_task_count())
        })
    };
    let failed = |state: &str| {
        Look::Failed(
            state.to_owned(),
            deployment.status_reason().unwrap_or_default().to_owned(),
        )
    };
    match deployment.status() {
        Some(Status::Successful) => Look::Settled,
        Some(Status::Stopped) => failed("Stopped"),
        Some(Status::RollbackSuccessful) => failed("RolledBack"),
        Some(Status::RollbackFailed) => failed("RollbackFailed"),
        Some(Status::RollbackRequested | Status::RollbackInProgress) => {
            Look::Going("rolling back".to_owned())
        }
        Some(Status::StopRequested) => Look::Going("stopping".to_owned()),
        _ => Look::Going(line()),
    }
}

/// A deployment that is no longer the primary one was rolled back or overtaken, whatever the primary one does.
fn judge_service(service: &Service, id: &str) -> Look {
    let ours = service
        .deployments()
        .iter()
        .find(|deployment| deployment.id() == Some(id));
    let reason = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let primary = live::primary(service);
    let Some(ours) = ours.filter(|ours| ours.status() == Some("PRIMARY")) else {
        return Look::Failed(
            "RolledBack".into(),
            reason(primary.and_then(|primary| primary.rollout_state_reason())),
        );
    };
    match ours.rollout_state() {
        Some(DeploymentRolloutState::Completed) => Look::Settled,
        Some(DeploymentRolloutState::Failed) => {
            Look::Failed("Failed".into(), reason(ours.rollout_state_reason()))
        }
        None if ours.running_count() == ours.desired_count() && service.deployments().len() == 1 => {
            Look::Settled
        }
        _ => Look::Going(running(ours.running_count(), ours.desired_count())),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{Deployment, ServiceRevisionSummary};

    use super::*;

    fn deployment(status: Status) -> ServiceDeployment {
        let target = ServiceRevisionSummary::builder()
            .running_task_count(2)
            .requested_task_count(4)
            .build();
        ServiceDeployment::builder()
            .status(status)
            .status_reason("tasks failed to start")
            .target_service_revision(target)
            .build()
    }

    #[test]
    fn a_roll_back_to_a_healthy_revision_is_a_failure() {
        let look = judge_deployment(&deployment(Status::RollbackSuccessful));
        assert_eq!(
            look,
            Look::Failed("RolledBack".into(), "tasks failed to start".into())
        );
        assert_eq!(
            judge_deployment(&deployment(Status::RollbackInProgress)),
            Look::Going("rolling back".into())
        );
    }

    #[test]
    fn progress_counts_the_tasks_of_the_new_revision() {
        assert_eq!(
            judge_deployment(&deployment(Status::InProgress)),
            Look::Going("2 of 4 tasks running".into())
        );
        assert_eq!(judge_deployment(&deployment(Status::Successful)), Look::Settled);
    }

    fn service(primary: &str, state: DeploymentRolloutState) -> Service {
        let deployment = Deployment::builder()
            .id(primary)
            .status("PRIMARY")
            .rollout_state(state)
            .desired_count(3)
            .running_count(1);
        Service::builder()
            .deployments(deployment.rollout_state_reason("why").build())
            .build()
    }

    #[test]
    fn without_service_deployments_the_primary_deployment_tells() {
        use DeploymentRolloutState::{Completed, Failed, InProgress};
        assert_eq!(
            judge_service(&service("ecs-svc/2", Completed), "ecs-svc/2"),
            Look::Settled
        );
        assert_eq!(
            judge_service(&service("ecs-svc/2", InProgress), "ecs-svc/2"),
            Look::Going("1 of 3 tasks running".into())
        );
        assert_eq!(
            judge_service(&service("ecs-svc/2", Failed), "ecs-svc/2"),
            Look::Failed("Failed".into(), "why".into())
        );
        let overtaken = judge_service(&service("ecs-svc/3", Completed), "ecs-svc/2");
        assert_eq!(overtaken, Look::Failed("RolledBack".into(), "why".into()));
    }
}
