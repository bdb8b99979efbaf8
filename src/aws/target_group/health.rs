//! Waiting until the targets of a group are healthy, before requests go there.

use aws_sdk_elasticloadbalancingv2::types::{TargetHealthDescription, TargetHealthStateEnum};

use super::TargetGroups;
use crate::aws::elb::ELB;
use crate::aws::observe::attribute;
use crate::aws::patience::Patience;
use crate::aws::{AwsError, Progress, Write};
use crate::value::Map;

/// The targets of a group, but for those on their way out.
struct Targets(Vec<TargetHealthDescription>);

impl Targets {
    fn healthy(&self) -> usize {
        self.0
            .iter()
            .filter(|target| state(target) == Some(&TargetHealthStateEnum::Healthy))
            .count()
    }

    fn all_healthy(&self) -> bool {
        !self.0.is_empty() && self.healthy() == self.0.len()
    }

    fn line(&self) -> String {
        match self.0.len() {
            0 => "no target is registered yet".to_owned(),
            all => format!("{} of {all} targets healthy", self.healthy()),
        }
    }

    /// Why each target that is not healthy is not.
    fn complaints(&self) -> Vec<String> {
        let sick = self
            .0
            .iter()
            .filter(|target| state(target) != Some(&TargetHealthStateEnum::Healthy));
        sick.map(|target| {
            let name = target.target().and_then(|target| target.id()).unwrap_or("target");
            let health = target.target_health();
            let state = health
                .and_then(|health| health.state())
                .map_or("unknown", |state| state.as_str());
            let why = health.and_then(|health| health.description()).unwrap_or_default();
            format!("{name}: {state} {why}").trim_end().to_owned()
        })
        .collect()
    }
}

fn state(target: &TargetHealthDescription) -> Option<&TargetHealthStateEnum> {
    target.target_health().and_then(|health| health.state())
}

impl TargetGroups {
    pub(super) async fn healthy(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> Result<(), AwsError> {
        let arn = attribute(attributes, "arn");
        let mut patience = Patience::of(self.clients.options());
        let mut targets = self.targets(arn).await?;
        if targets.0.is_empty() && self.nothing_to_lose(write).await? {
            return Ok(());
        }
        while !targets.all_healthy() {
            progress.update(&targets.line());
            if !patience.wait().await {
                return Err(late(&targets));
            }
            targets = self.targets(arn).await?;
        }
        progress.update(&targets.line());
        Ok(())
    }

    /// Whether the groups that this one takes over from have no targets either: a service that runs no tasks.
    async fn nothing_to_lose(&self, write: &Write<'_>) -> Result<bool, AwsError> {
        for arn in self.siblings(write.resource, write.scope).await? {
            if !self.targets(&arn).await?.0.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn targets(&self, arn: &str) -> Result<Targets, AwsError> {
        let request = self.clients.elb().describe_target_health().target_group_arn(arn);
        let answer = self
            .clients
            .gate()
            .call(ELB, "DescribeTargetHealth", || request.clone().send())
            .await?;
        let targets = answer.target_health_descriptions.unwrap_or_default().into_iter();
        Ok(Targets(
            targets
                .filter(|target| state(target) != Some(&TargetHealthStateEnum::Draining))
                .collect(),
        ))
    }
}

fn late(targets: &Targets) -> AwsError {
    let mut error = AwsError::in_answer(ELB, "DescribeTargetHealth", "NotHealthy", targets.line()).with_hint(
        "requests still go to the old target group; see why the new tasks are not healthy and apply again",
    );
    error.details = targets.complaints();
    error
}
