//! Failing tasks: they are counted, the next ones wait longer, and in the end the circuit breaker stops the deployment or
//! rolls it back.

use jiff::SignedDuration;

use super::super::service::{OF_DEPLOYMENT, OF_LAUNCH, OF_REVISION};
use super::super::{Deployment, Due, Ecs};
use crate::api::Scope;

/// By how much each failed task slows the next one, and the longest wait.
const BACKOFF: SignedDuration = SignedDuration::from_millis(100);
const LONGEST_BACKOFF: i32 = 50;

impl Ecs {
    /// Tasks that ended against the service's will count once, against the deployment that started them.
    pub(super) fn count_failures(&mut self, scope: Scope<'_>, key: &str) {
        let members = self.members.get(key).cloned().unwrap_or_default();
        for arn in members {
            let Some(task) = self.tasks.get_mut(&arn) else {
                continue;
            };
            let by_itself = matches!(
                task.stop_code.as_deref(),
                Some("EssentialContainerExited" | "TaskFailedToStart")
            );
            if !by_itself || task.is_counted {
                if task.last_status == "STOPPED" {
                    self.members.entry(key.to_owned()).or_default().remove(&arn);
                }
                continue;
            }
            task.is_counted = true;
            let deployment = task.deployment.clone();
            self.count_failure(scope, key, deployment.as_deref());
        }
    }

    pub(super) fn count_failure(&mut self, scope: Scope<'_>, key: &str, deployment: Option<&str>) {
        let Some(service) = self.services.get_mut(key) else {
            return;
        };
        service.is_steady = false;
        let Some(failed) = service
            .deployments
            .iter_mut()
            .find(|it| Some(it.id.as_str()) == deployment)
        else {
            return;
        };
        failed.failures += 1;
        if failed.rollout_state == "IN_PROGRESS" {
            failed.failed_tasks += 1;
        }
        failed.updated = scope.now;
        let factor = i32::try_from(failed.failures)
            .unwrap_or(LONGEST_BACKOFF)
            .min(LONGEST_BACKOFF);
        failed.retry_at = scope.now + BACKOFF * factor;
        let (retry_at, failures, record) = (
            failed.retry_at,
            failed.failures,
            failed.service_deployment.clone(),
        );
        let is_under_way = failed.rollout_state == "IN_PROGRESS";
        if let Some(record) = self
            .deployments
            .get_mut(&record)
            .filter(|it| is_under_way && !it.is_over())
        {
            record.failures += 1;
        }
        if failures == 3 {
            self.note(scope, key, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide");
        }
        self.look_again(retry_at, Due::Service(key.to_owned()));
    }

    /// The circuit breaker.
    pub(super) fn trip(&mut self, scope: Scope<'_>, key: &str) {
        let Some(service) = self.services.get(key) else {
            return;
        };
        let Some(primary) = service
            .deployments
            .first()
            .filter(|it| it.rollout_state == "IN_PROGRESS")
        else {
            return;
        };
        let Some(record) = self
            .deployments
            .get(&primary.service_deployment)
            .filter(|it| !it.is_over())
        else {
            return;
        };
        let breaker = record.configuration["deploymentCircuitBreaker"].clone();
        if breaker["enable"] != true || primary.failures < record.threshold {
            return;
        }
        let id = primary.id.clone();
        let rolling_back = record.status == "ROLLBACK_IN_PROGRESS";
        self.note(
            scope,
            key,
            &format!("(deployment {id}) deployment failed: tasks failed to start"),
        );
        const REASON: &str = "ECS deployment circuit breaker: tasks failed to start.";
        if rolling_back {
            self.end_record(
                scope,
                key,
                "ROLLBACK_FAILED",
                "Service deployment rollback failed: tasks failed to start.",
            );
            self.fail_primary(scope, key, REASON);
        } else if breaker["rollback"] == true {
            self.roll_back(
                scope,
                key,
                "Service deployment rolled back because the circuit breaker threshold was exceeded.",
            );
        } else {
            self.end_record(
                scope,
                key,
                "STOPPED",
                "Service deployment stopped because the circuit breaker threshold was exceeded.",
            );
            self.fail_primary(scope, key, REASON);
        }
    }

    pub(super) fn end_record(&mut self, scope: Scope<'_>, key: &str, status: &str, reason: &str) {
        let current = self
            .services
            .get(key)
            .and_then(|service| service.current_deployment.clone());
        if let Some(record) = current.and_then(|arn| self.deployments.get_mut(&arn)) {
            record.end(scope.now, status, reason);
        }
    }

    pub(super) fn fail_primary(&mut self, scope: Scope<'_>, key: &str, reason: &str) {
        let primary = self
            .services
            .get_mut(key)
            .and_then(|service| service.deployments.first_mut());
        if let Some(primary) = primary {
            primary.rollout_state = "FAILED".to_owned();
            primary.rollout_reason = reason.to_owned();
            primary.updated = scope.now;
        }
    }

    /// Puts the revision that last completed back in front; without one the deployment just fails.
    pub(super) fn roll_back(&mut self, scope: Scope<'_>, key: &str, reason: &str) {
        let Some(service) = self.services.get(key) else {
            return;
        };
        let completed = service
            .completed
            .clone()
            .and_then(|arn| self.revisions.get(&arn).cloned());
        let Some(revision) = completed else {
            self.end_record(
                scope,
                key,
                "ROLLBACK_FAILED",
                "Service deployment rollback failed: there is no completed service revision to roll back to.",
            );
            self.fail_primary(
                scope,
                key,
                "ECS deployment circuit breaker: tasks failed to start.",
            );
            return;
        };
        let known = service
            .deployments
            .iter()
            .skip(1)
            .find(|it| it.revision == revision.arn)
            .cloned();
        let record_arn = service.current_deployment.clone().unwrap_or_default();
        self.fail_primary(
            scope,
            key,
            "ECS deployment circuit breaker: tasks failed to start.",
        );
        let id = known.map_or_else(|| format!("ecs-svc/{}", self.new_number()), |it| it.id);
        self.note(scope, key, &format!("rolling back to (deployment {id})"));
        if let Some(service) = self.services.get_mut(key) {
            service.task_definition.clone_from(&revision.task_definition);
            for name in OF_LAUNCH
                .iter()
                .chain(&OF_DEPLOYMENT)
                .chain(&OF_REVISION)
                .chain(&["launchType"])
            {
                match revision.config.get(*name) {
                    Some(value) => service.config.insert((*name).to_owned(), value.clone()),
                    None => service.config.remove(*name),
                };
            }
        }
        if let Some(record) = self.deployments.get_mut(&record_arn) {
            record.rollback = Some((reason.to_owned(), scope.now, revision.arn.clone()));
            record.become_(scope.now, "ROLLBACK_IN_PROGRESS", Some(reason));
        }
        self.put_primary(
            scope,
            key,
            Deployment {
                rollout_reason: format!("ECS deployment circuit breaker: rolling back to deploymentId {id}."),
                id,
                status: "PRIMARY".to_owned(),
                revision: revision.arn,
                task_definition: revision.task_definition,
                config: revision.config,
                created: scope.now,
                updated: scope.now,
                failed_tasks: 0,
                failures: 0,
                rollout_state: "IN_PROGRESS".to_owned(),
                retry_at: scope.now,
                service_deployment: record_arn,
            },
        );
    }
}
