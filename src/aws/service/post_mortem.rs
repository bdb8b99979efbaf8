//! Why a deployment failed: stopped tasks, exit codes, the service's last events.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{Container, DesiredStatus, ServiceEvent, Task};
use aws_smithy_types::date_time::Format;

use super::settle::Followed;
use super::{ECS, Services};
use crate::aws::AwsError;

/// How many stopped tasks and how many events are told.
const TOLD: usize = 5;
/// How many tasks DescribeTasks takes.
const TASKS: usize = 100;

impl Services {
    /// The error for a deployment that did not succeed, with all that AWS tells of it.
    pub(super) async fn post_mortem(&self, followed: &Followed<'_>, state: &str, reason: &str) -> AwsError {
        let mut error = AwsError::in_answer(
            ECS,
            "Deployment",
            format!("Deployment{state}"),
            message(followed.name, state, reason),
        )
        .with_hint("correct what made its tasks fail and apply again; the lines above tell what AWS saw");
        error.details = self
            .stopped_tasks(followed)
            .await
            .unwrap_or_else(|failed| vec![format!("stopped tasks could not be read: {failed}")]);
        if let Ok(Some(service)) = self.described(followed.cluster, followed.name).await {
            error
                .details
                .extend(service.events().iter().take(TOLD).map(event));
        }
        error
    }

    async fn stopped_tasks(&self, followed: &Followed<'_>) -> Result<Vec<String>, AwsError> {
        let request = self
            .clients
            .ecs()
            .list_tasks()
            .cluster(followed.cluster)
            .service_name(followed.name);
        let request = request.desired_status(DesiredStatus::Stopped);
        let listed = self
            .clients
            .gate()
            .call(ECS, "ListTasks", || request.clone().send())
            .await?;
        let arns: Vec<String> = listed
            .task_arns
            .unwrap_or_default()
            .into_iter()
            .take(TASKS)
            .collect();
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let request = self
            .clients
            .ecs()
            .describe_tasks()
            .cluster(followed.cluster)
            .set_tasks(Some(arns));
        let answer = self
            .clients
            .gate()
            .call(ECS, "DescribeTasks", || request.clone().send())
            .await?;
        Ok(told(answer.tasks(), followed.id))
    }
}

fn message(name: &str, state: &str, reason: &str) -> String {
    let what = match state {
        "RolledBack" => "was rolled back",
        "RollbackFailed" => "failed, and so did the way back",
        "TimedOut" => "did not settle in time",
        "Stopped" => "was stopped",
        _ => "failed",
    };
    let reason = match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    format!("the deployment of service {name} {what}{reason}")
}

/// One line for each way in which the deployment's tasks stopped.
fn told(tasks: &[Task], deployment: &str) -> Vec<String> {
    let own: Vec<&Task> = tasks
        .iter()
        .filter(|task| task.started_by() == Some(deployment))
        .collect();
    let tasks = if own.is_empty() {
        tasks.iter().collect()
    } else {
        own
    };
    let mut seen = BTreeSet::new();
    let lines = tasks.into_iter().filter_map(|task| {
        let why = stopped(task);
        seen.insert(why.clone())
            .then(|| format!("task {} stopped: {why}", short_id(task)))
    });
    lines.take(TOLD).collect()
}

fn short_id(task: &Task) -> &str {
    let arn = task.task_arn().unwrap_or_default();
    let id = arn.rsplit('/').next().unwrap_or(arn);
    id.get(..8).unwrap_or(id)
}

fn stopped(task: &Task) -> String {
    let reason = task.stopped_reason().unwrap_or("no reason given").to_owned();
    let containers = task.containers().iter().filter_map(exit);
    [reason]
        .into_iter()
        .chain(containers)
        .collect::<Vec<_>>()
        .join("; ")
}

fn exit(container: &Container) -> Option<String> {
    let name = container.name().unwrap_or("a container");
    match (container.exit_code(), container.reason()) {
        (Some(code), Some(reason)) => Some(format!("container {name} exited with code {code}: {reason}")),
        (Some(code), None) => Some(format!("container {name} exited with code {code}")),
        (None, Some(reason)) => Some(format!("container {name}: {reason}")),
        (None, None) => None,
    }
}

fn event(event: &ServiceEvent) -> String {
    let time = event
        .created_at()
        .and_then(|time| time.fmt(Format::DateTime).ok())
        .unwrap_or_default();
    format!("event {time} {}", event.message().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, started_by: &str, code: i32) -> Task {
        let container = Container::builder()
            .name("app")
            .exit_code(code)
            .reason("OutOfMemoryError")
            .build();
        Task::builder()
            .task_arn(format!("arn:aws:ecs:eu-west-1:123456789012:task/production/{id}"))
            .started_by(started_by)
            .stopped_reason("Essential container in task exited")
            .containers(container)
            .build()
    }

    #[test]
    fn tasks_of_the_deployment_are_told_once_for_each_way_they_stopped() {
        let tasks = [
            task("0123456789abcdef", "ecs-svc/2", 137),
            task("1123456789abcdef", "ecs-svc/2", 137),
            task("2123456789abcdef", "ecs-svc/1", 0),
        ];
        assert_eq!(
            told(&tasks, "ecs-svc/2"),
            [
                "task 01234567 stopped: Essential container in task exited; container app exited with code 137: OutOfMemoryError"
            ]
        );
        assert_eq!(told(&tasks, "ecs-svc/9").len(), 2);
    }

    #[test]
    fn the_message_says_what_became_of_the_deployment() {
        assert_eq!(
            message("api", "RolledBack", "breaker"),
            "the deployment of service api was rolled back: breaker"
        );
        assert_eq!(
            message("api", "TimedOut", ""),
            "the deployment of service api did not settle in time"
        );
    }
}
