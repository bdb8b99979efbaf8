//! How services move: tasks of the new revision start and those of old ones stop within the deployment's bounds, failing
//! ones are replaced ever more slowly, and in the end the deployment completes, fails or rolls back.

mod breaker;

use serde_json::json;

use super::task::life::Plan;
use super::{Ecs, Service, Task};
use crate::api::{Params, Scope};
use crate::elbv2::{Elbv2, Health, Target};

/// The tasks of a service, counted.
struct Census {
    /// Tasks of the PRIMARY that are to go on.
    primary: Vec<String>,
    /// Those of other deployments: ARN, and whether they are healthy.
    old: Vec<(String, bool)>,
    /// Healthy tasks of the PRIMARY.
    healthy: i64,
    /// Tasks of other deployments that have not stopped yet.
    leaving: usize,
    /// Tasks on their way out.
    ending: Vec<String>,
    /// Tasks that the load balancer finds unhealthy, and in which group.
    unhealthy: Vec<(String, String)>,
}

impl Ecs {
    /// Looks at a service and lets happen what has to.
    pub(super) fn step_service(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2, key: &str) {
        self.count_failures(scope, key);
        for arn in self.census(scope, elbv2, key).ending {
            self.leave_load_balancers(scope, elbv2, &arn);
        }
        match self.services.get(key).map(|service| service.status.as_str()) {
            Some("ACTIVE") => {}
            Some("DRAINING") => return self.finish_draining(scope, key),
            _ => {
                self.watching.remove(key);
                return;
            }
        }
        if !self.services.get(key).is_some_and(Service::is_rolled_by_ecs) {
            return;
        }
        self.follow_requests(scope, key);
        self.stop_unhealthy(scope, elbv2, key);
        self.trip(scope, key);
        self.stop_surplus(scope, elbv2, key);
        self.start_missing(scope, elbv2, key);
        self.conclude(scope, elbv2, key);
    }

    fn census(&self, scope: Scope<'_>, elbv2: &Elbv2, key: &str) -> Census {
        let mut census = Census {
            primary: Vec::new(),
            old: Vec::new(),
            healthy: 0,
            leaving: 0,
            ending: Vec::new(),
            unhealthy: Vec::new(),
        };
        let primary = self
            .services
            .get(key)
            .and_then(|service| service.deployments.first());
        let primary = primary.map(|deployment| deployment.id.as_str());
        let grace = self.services.get(key).map(Service::grace).unwrap_or_default();
        for task in self.tasks_of(key) {
            let is_primary = task.deployment.as_deref() == primary;
            let is_healthy = Self::is_healthy(task, elbv2, scope.now);
            census.leaving += usize::from(!is_primary);
            if !task.is_wanted() {
                census.ending.push(task.arn.clone());
            } else if is_primary {
                census.primary.push(task.arn.clone());
                census.healthy += i64::from(is_healthy);
            } else {
                census.old.push((task.arn.clone(), is_healthy));
            }
            if let Some(group) = unhealthy_in(task, elbv2, scope)
                .filter(|_| task.is_wanted() && task.started_at.is_some_and(|at| scope.now >= at + grace))
            {
                census.unhealthy.push((task.arn.clone(), group));
            }
        }
        census
    }

    /// A stop or rollback that was asked for, and deployments that begin.
    fn follow_requests(&mut self, scope: Scope<'_>, key: &str) {
        let current = self
            .services
            .get(key)
            .and_then(|service| service.current_deployment.clone());
        let Some(record) = current.and_then(|arn| self.deployments.get_mut(&arn)) else {
            return;
        };
        match record.status.as_str() {
            "PENDING" if record.created < scope.now => {
                record.started = Some(scope.now);
                record.become_(scope.now, "IN_PROGRESS", None);
            }
            "STOP_REQUESTED" => {
                record.end(scope.now, "STOPPED", "Service deployment stopped by the user.");
                self.fail_primary(scope, key, "ECS deployment stopped by the user.");
            }
            "ROLLBACK_REQUESTED" => {
                self.roll_back(scope, key, "Service deployment rolled back by the user.");
            }
            _ => {}
        }
    }

    fn stop_unhealthy(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2, key: &str) {
        for (arn, group) in self.census(scope, elbv2, key).unhealthy {
            let id = super::bare(&arn).to_owned();
            self.note(
                scope,
                key,
                &format!(
                    "(task {id}) is unhealthy in (target-group {group}) due to (reason Health checks failed)"
                ),
            );
            let reason = format!("Task failed ELB health checks in (target-group {group})");
            let deployment = self.tasks.get(&arn).and_then(|task| task.deployment.clone());
            self.end_task(scope, elbv2, &arn, "ServiceSchedulerInitiated", &reason);
            self.count_failure(scope, key, deployment.as_deref());
        }
    }

    /// Stops what is too much: of the PRIMARY above the desired count, of others as far as enough stay healthy.
    fn stop_surplus(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2, key: &str) {
        let census = self.census(scope, elbv2, key);
        let Some(service) = self.services.get(key) else {
            return;
        };
        let Some(primary) = service.deployments.first() else {
            return;
        };
        let (desired, count) = (service.desired, count(&census.primary));
        let reason = format!("Scaling activity initiated by (deployment {})", primary.id);
        let least = (desired * service.percent("minimumHealthyPercent", 100) + 99) / 100;
        let most = desired * service.percent("maximumPercent", 200) / 100;
        let has_failed = primary.rollout_state == "FAILED";
        let excess = usize::try_from(count - desired).unwrap_or(0);
        let mut stopping: Vec<String> = census.primary.into_iter().rev().take(excess).collect();
        let mut healthy = census.healthy + count_if(&census.old, |(_, healthy)| *healthy);
        let mut live = count + count_of(&census.old) - i64::try_from(stopping.len()).unwrap_or(0);
        // Sick tasks make way first.
        let (well, sick): (Vec<_>, Vec<_>) = census.old.into_iter().partition(|(_, healthy)| *healthy);
        for (arn, is_healthy) in sick.into_iter().chain(well) {
            let in_the_way = live > desired || (count < desired && live >= most);
            if has_failed || !in_the_way || (is_healthy && healthy - 1 < least) {
                continue;
            }
            healthy -= i64::from(is_healthy);
            live -= 1;
            stopping.push(arn);
        }
        if !stopping.is_empty() {
            self.note(
                scope,
                key,
                &format!(
                    "has stopped {} running tasks: {}",
                    stopping.len(),
                    named(&stopping)
                ),
            );
        }
        for arn in stopping {
            self.end_task(scope, elbv2, &arn, "ServiceSchedulerInitiated", &reason);
        }
    }

    /// Starts tasks of the PRIMARY as far as the bounds and the backoff allow.
    fn start_missing(&mut self, scope: Scope<'_>, elbv2: &Elbv2, key: &str) {
        let census = self.census(scope, elbv2, key);
        let Some(service) = self.services.get(key).cloned() else {
            return;
        };
        let Some(primary) = service.deployments.first() else {
            return;
        };
        if primary.rollout_state == "FAILED" || primary.retry_at > scope.now {
            return;
        }
        let most = service.desired * service.percent("maximumPercent", 200) / 100;
        let room = most - count(&census.primary) - count_of(&census.old);
        let missing = (service.desired - count(&census.primary)).min(room);
        let Some(definition) = self.task_definition(&primary.task_definition).cloned() else {
            return;
        };
        let mut started = Vec::new();
        for _ in 0..missing {
            let provider = primary
                .config
                .get("capacityProviderStrategy")
                .and_then(|it| it[0]["capacityProvider"].as_str());
            let asked = primary.config.get("launchType").and_then(|it| it.as_str());
            let plan = Plan {
                cluster: &service.cluster,
                definition: definition.clone(),
                launch_type: super::service::launch_type(asked, provider),
                capacity_provider: provider.map(str::to_owned),
                service: Some(key.to_owned()),
                deployment: Some(primary.id.clone()),
                group: format!("service:{}", service.name),
                started_by: Some(primary.id.clone()),
                network: primary.config.get("networkConfiguration").cloned(),
                overrides: json!({}),
                tags: propagated(&service, &definition.tags),
                platform_version: primary
                    .config
                    .get("platformVersion")
                    .and_then(|it| it.as_str())
                    .map(str::to_owned),
                enable_execute_command: service.config.get("enableExecuteCommand") == Some(&json!(true)),
            };
            match self.start_task(scope, plan) {
                Some(arn) => started.push(arn),
                None => {
                    let message = "was unable to place a task because no container instance met all of its requirements";
                    let told = service
                        .events
                        .front()
                        .is_some_and(|event| event.message.contains(message));
                    if !told {
                        self.note(scope, key, message);
                    }
                    break;
                }
            }
        }
        if !started.is_empty() {
            self.note(
                scope,
                key,
                &format!("has started {} tasks: {}", started.len(), named(&started)),
            );
        }
    }

    /// Sees whether the deployment is done and the service steady.
    fn conclude(&mut self, scope: Scope<'_>, elbv2: &Elbv2, key: &str) {
        let census = self.census(scope, elbv2, key);
        let Some(service) = self.services.get_mut(key) else {
            return;
        };
        let desired = service.desired;
        let Some(primary) = service.deployments.first_mut() else {
            return;
        };
        let all_well = census.healthy == desired && count(&census.primary) == desired;
        if census.healthy > 0 && all_well {
            primary.failures = 0;
        }
        let is_watched =
            !all_well || census.leaving > 0 || !census.ending.is_empty() || !census.unhealthy.is_empty();
        let (id, record, revision) = (
            primary.id.clone(),
            primary.service_deployment.clone(),
            primary.revision.clone(),
        );
        let is_new = primary.rollout_state == "IN_PROGRESS" && primary.retry_at <= scope.now;
        let is_done = all_well && census.leaving == 0 && is_new;
        if is_done {
            primary.rollout_state = "COMPLETED".to_owned();
            primary.rollout_reason = format!("ECS deployment {id} completed.");
            primary.updated = scope.now;
            service.completed = Some(revision);
            service.deployments.truncate(1);
        }
        let becomes_steady = all_well
            && census.leaving == 0
            && !service.is_steady
            && service.deployments[0].rollout_state == "COMPLETED";
        service.is_steady |= becomes_steady;
        if is_watched {
            self.watching.insert(key.to_owned());
        } else {
            self.watching.remove(key);
        }
        if is_done {
            self.note(scope, key, &format!("(deployment {id}) deployment completed"));
            if let Some(record) = self.deployments.get_mut(&record) {
                let rolled_back = record.rollback.is_some();
                let reason = record.reason.clone().unwrap_or_default();
                if rolled_back {
                    record.end(scope.now, "ROLLBACK_SUCCESSFUL", &reason);
                } else {
                    record.started.get_or_insert(scope.now);
                    record.end(scope.now, "SUCCESSFUL", "");
                    record.reason = None;
                }
            }
            self.drop_deleted();
        }
        if becomes_steady {
            self.note(scope, key, "has reached a steady state");
        }
    }

    fn finish_draining(&mut self, scope: Scope<'_>, key: &str) {
        if self.tasks_of(key).next().is_some() {
            self.watching.insert(key.to_owned());
            return;
        }
        self.watching.remove(key);
        if let Some(service) = self.services.get_mut(key) {
            service.status = "INACTIVE".to_owned();
            service.inactive_since = Some(scope.now);
            service.deployments.clear();
        }
        self.drop_deleted();
    }

    /// The targets that a task of a service is to be: one for each of its load balancers' container ports.
    pub(super) fn targets_of(&self, task: &Task) -> Vec<(String, Target)> {
        let Some(service) = task.service.as_ref().and_then(|key| self.services.get(key)) else {
            return Vec::new();
        };
        let deployment = service
            .deployments
            .iter()
            .find(|it| Some(&it.id) == task.deployment.as_ref());
        let config = json!(deployment.map(|it| &it.config));
        let instance = task.instance.as_deref().and_then(|arn| {
            self.clusters
                .get(&task.cluster)?
                .instances
                .get(arn)
                .map(|instance| instance.ec2_id.clone())
        });
        let target = |balancer: Params<'_>| {
            let group = balancer.text("targetGroupArn")?.to_owned();
            let port = balancer.number("containerPort")?;
            let container = task
                .containers
                .iter()
                .find(|it| Some(it.name.as_str()) == balancer.text("containerName"))?;
            let outer = container
                .ports
                .iter()
                .find(|(inner, _, _)| *inner == port)
                .map(|(_, outer, _)| *outer);
            let target = match &instance {
                Some(instance) if !task.is_awsvpc => Target {
                    id: instance.clone(),
                    port: outer,
                },
                _ => Target {
                    id: task.address.clone(),
                    port: Some(port),
                },
            };
            Some((group, target))
        };
        Params(&config).list("loadBalancers").filter_map(target).collect()
    }
}

/// The group that finds a task unhealthy, once its grace has passed.
fn unhealthy_in(task: &Task, elbv2: &Elbv2, scope: Scope<'_>) -> Option<String> {
    let bad = |health| matches!(health, Health::Unhealthy);
    let found = task
        .targets
        .iter()
        .find(|(group, target)| bad(elbv2.health(group, target, scope.now)));
    found
        .filter(|_| task.is_running())
        .map(|(group, _)| group.clone())
}

fn count(tasks: &[String]) -> i64 {
    i64::try_from(tasks.len()).unwrap_or(i64::MAX)
}

fn count_of(tasks: &[(String, bool)]) -> i64 {
    count_if(tasks, |_| true)
}

fn count_if(tasks: &[(String, bool)], test: impl Fn(&(String, bool)) -> bool) -> i64 {
    i64::try_from(tasks.iter().filter(|task| test(task)).count()).unwrap_or(i64::MAX)
}

fn named(arns: &[String]) -> String {
    arns.iter()
        .map(|arn| format!("(task {})", super::bare(arn)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The tags that a service hands to its tasks.
fn propagated(service: &Service, of_definition: &[serde_json::Value]) -> Vec<serde_json::Value> {
    match service.config.get("propagateTags").and_then(|it| it.as_str()) {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => of_definition.to_vec(),
        _ => Vec::new(),
    }
}
