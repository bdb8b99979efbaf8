//! Service deployments and service revisions: the record of what was rolled out, and how that went.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::service::{OF_DEPLOYMENT, OF_REVISION};
use super::{Deployment, Due, Ecs, TaskDefinition, arn, bare, invalid, paged, time};
use crate::api::{Answer, ApiError, Params, Scope};

/// How long a deployment is PENDING, and a request to stop one waits.
const MOMENT: SignedDuration = SignedDuration::from_millis(100);

/// One rollout of a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: String,
    /// The service, as `cluster/name`.
    pub service: String,
    /// The service's ARN.
    pub service_arn: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended, however it did.
    pub finished: Option<Timestamp>,
    /// When it was stopped.
    pub stopped: Option<Timestamp>,
    /// When it last changed.
    pub updated: Timestamp,
    /// As AWS names them.
    pub status: String,
    /// In words.
    pub reason: Option<String>,
    /// Revisions that ran when it began.
    pub sources: Vec<String>,
    /// The revision that it rolls out.
    pub target: String,
    /// How tasks are replaced.
    pub configuration: Value,
    /// The rollback, once there is one: reason, start and revision.
    pub rollback: Option<(String, Timestamp, String)>,
    /// Failures since a task last started well, and how many are too many.
    pub failures: i64,
    /// From how many failures the circuit breaker trips.
    pub threshold: i64,
}

/// What a service was at a deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceRevision {
    /// Its ARN.
    pub arn: String,
    /// The service's ARN.
    pub service_arn: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// The ARN of its definition.
    pub task_definition: String,
    /// The service's members at that time.
    pub config: Map<String, Value>,
    /// Containers' names and images.
    pub images: Vec<(String, String)>,
    /// When it was made.
    pub created: Timestamp,
}

impl ServiceDeployment {
    /// Whether it has come to an end.
    pub fn is_over(&self) -> bool {
        matches!(
            self.status.as_str(),
            "SUCCESSFUL" | "STOPPED" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED"
        )
    }

    /// Ends it, unless it has ended before.
    pub(super) fn end(&mut self, now: Timestamp, status: &str, reason: &str) {
        if self.is_over() {
            return;
        }
        self.finished = Some(now);
        self.stopped = (status == "STOPPED").then_some(now);
        self.become_(now, status, Some(reason));
    }

    pub(super) fn become_(&mut self, now: Timestamp, status: &str, reason: Option<&str>) {
        self.status = status.to_owned();
        self.updated = now;
        if let Some(reason) = reason {
            self.reason = Some(reason.to_owned());
        }
    }

    fn breaker_status(&self) -> &'static str {
        let enabled = self.configuration["deploymentCircuitBreaker"]["enable"] == true;
        match (enabled, self.failures >= self.threshold) {
            (false, _) => "DISABLED",
            (true, true) => "TRIGGERED",
            (true, false) if self.is_over() => "MONITORING_COMPLETE",
            (true, false) => "MONITORING",
        }
    }
}

/// From how many failed tasks on a circuit breaker trips.
fn threshold(breaker: &Value, desired: i64) -> i64 {
    let config = &breaker["thresholdConfiguration"];
    let value = config["value"].as_i64();
    let percent = |value: i64| (desired * value + 99) / 100;
    match config["type"].as_str() {
        Some("COUNT") => value.unwrap_or(3).max(1),
        Some("UNBOUNDED_PERCENT") => percent(value.unwrap_or(50)).max(1),
        _ => percent(value.unwrap_or(50)).clamp(3, 200),
    }
}

impl Ecs {
    /// Makes the service's present state its PRIMARY deployment, and records it as a revision and a service deployment.
    pub(super) fn begin_deployment(&mut self, scope: Scope<'_>, key: &str) {
        let (revision_id, deployment_id, service_deployment_id) =
            (self.new_number(), self.new_number(), self.new_id(21));
        let Some(service) = self.services.get(key) else {
            return;
        };
        if !service.is_rolled_by_ecs() {
            return;
        }
        let service = service.clone();
        let definition = self.task_definition(&service.task_definition);
        let revision = ServiceRevision {
            arn: arn(scope, &format!("service-revision/{key}/{revision_id}")),
            service_arn: service.arn.clone(),
            cluster_arn: service.cluster_arn.clone(),
            task_definition: service.task_definition.clone(),
            config: service.config.clone(),
            images: definition.map(images).unwrap_or_default(),
            created: scope.now,
        };
        let configuration = service
            .config
            .get("deploymentConfiguration")
            .cloned()
            .unwrap_or_default();
        let deployment = ServiceDeployment {
            arn: arn(
                scope,
                &format!("service-deployment/{key}/{service_deployment_id}"),
            ),
            service: key.to_owned(),
            service_arn: service.arn.clone(),
            cluster_arn: service.cluster_arn.clone(),
            created: scope.now,
            started: None,
            finished: None,
            stopped: None,
            updated: scope.now,
            status: "PENDING".to_owned(),
            reason: None,
            sources: service.deployments.iter().map(|it| it.revision.clone()).collect(),
            target: revision.arn.clone(),
            threshold: threshold(&configuration["deploymentCircuitBreaker"], service.desired),
            configuration,
            rollback: None,
            failures: 0,
        };
        if let Some(before) = service
            .current_deployment
            .as_ref()
            .and_then(|arn| self.deployments.get_mut(arn))
        {
            before.end(
                scope.now,
                "STOPPED",
                "Service deployment was stopped because a newer one was started.",
            );
        }
        let id = format!("ecs-svc/{deployment_id}");
        self.put_primary(
            scope,
            key,
            Deployment {
                rollout_reason: format!("ECS deployment {id} in progress."),
                id,
                status: "PRIMARY".to_owned(),
                revision: revision.arn.clone(),
                task_definition: service.task_definition.clone(),
                config: service.config,
                created: scope.now,
                updated: scope.now,
                failed_tasks: 0,
                failures: 0,
                rollout_state: "IN_PROGRESS".to_owned(),
                retry_at: scope.now + MOMENT,
                service_deployment: deployment.arn.clone(),
            },
        );
        if let Some(service) = self.services.get_mut(key) {
            service.current_deployment = Some(deployment.arn.clone());
        }
        self.revisions.insert(revision.arn.clone(), revision);
        self.deployments.insert(deployment.arn.clone(), deployment);
    }

    /// Puts a deployment in front; the others become ACTIVE and make way.
    pub(super) fn put_primary(&mut self, scope: Scope<'_>, key: &str, primary: Deployment) {
        let Some(service) = self.services.get_mut(key) else {
            return;
        };
        for other in &mut service.deployments {
            other.status = "ACTIVE".to_owned();
        }
        service.deployments.retain(|it| it.id != primary.id);
        service.deployments.insert(0, primary);
        service.is_steady = false;
        self.look_again(scope.now + MOMENT, Due::Service(key.to_owned()));
    }

    pub(super) fn list_service_deployments(&self, params: Params<'_>) -> Answer {
        let cluster = &self.cluster(params.text("cluster"))?.name;
        let key = format!("{cluster}/{}", bare(params.text("service").unwrap_or_default()));
        if !self.services.contains_key(&key) {
            return Err(ApiError::new("ServiceNotFoundException", "Service not found."));
        }
        let statuses = params.texts("status");
        let bound = |name: &str| params.inside("createdAt").and_then(|it| it.get(name)?.as_f64());
        let (after, before) = (bound("after"), bound("before"));
        let mut found: Vec<&ServiceDeployment> = self
            .deployments
            .values()
            .filter(|it| it.service == key && (statuses.is_empty() || statuses.contains(&it.status.as_str())))
            .filter(|it| {
                let at = time(it.created).as_f64().unwrap_or_default();
                after.is_none_or(|after| at > after) && before.is_none_or(|before| at < before)
            })
            .collect();
        found.sort_by(|a, b| (b.created, &b.target).cmp(&(a.created, &a.target)));
        let briefs = found.into_iter().map(|it| {
            let mut brief = json!({
                "serviceDeploymentArn": it.arn,
                "serviceArn": it.service_arn,
                "clusterArn": it.cluster_arn,
                "createdAt": time(it.created),
                "targetServiceRevisionArn": it.target,
                "status": it.status,
            });
            add_times(
                &mut brief,
                &[("startedAt", it.started), ("finishedAt", it.finished)],
            );
            if let Some(reason) = &it.reason {
                brief["statusReason"] = json!(reason);
            }
            brief
        });
        paged(params, "serviceDeployments", briefs.collect(), 20)
    }

    pub(super) fn describe_service_deployments(&self, params: Params<'_>) -> Answer {
        let asked = some_of(params, "serviceDeploymentArns")?;
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for arn in asked {
            match self.deployments.get(arn) {
                Some(deployment) => found.push(self.show_service_deployment(deployment)),
                None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
            }
        }
        Ok(json!({ "serviceDeployments": found, "failures": failures }))
    }

    fn show_service_deployment(&self, it: &ServiceDeployment) -> Value {
        let mut shown = json!({
            "serviceDeploymentArn": it.arn,
            "serviceArn": it.service_arn,
            "clusterArn": it.cluster_arn,
            "createdAt": time(it.created),
            "updatedAt": time(it.updated),
            "sourceServiceRevisions": it.sources.iter().map(|arn| self.summary(it, arn)).collect::<Vec<_>>(),
            "targetServiceRevision": self.summary(it, &it.target),
            "status": it.status,
            "deploymentConfiguration": it.configuration,
            "deploymentCircuitBreaker": {
                "status": it.breaker_status(), "failureCount": it.failures, "threshold": it.threshold,
            },
        });
        let times = [
            ("startedAt", it.started),
            ("finishedAt", it.finished),
            ("stoppedAt", it.stopped),
        ];
        add_times(&mut shown, &times);
        if let Some(reason) = &it.reason {
            shown["statusReason"] = json!(reason);
        }
        if let Some((reason, at, revision)) = &it.rollback {
            shown["rollback"] =
                json!({ "reason": reason, "startedAt": time(*at), "serviceRevisionArn": revision });
        }
        shown
    }

    /// How many tasks of a revision the service has.
    fn summary(&self, deployment: &ServiceDeployment, revision: &str) -> Value {
        let service = self.services.get(&deployment.service);
        let own = service.and_then(|service| service.deployments.iter().find(|it| it.revision == revision));
        let is_primary = own.is_some_and(|it| it.status == "PRIMARY");
        let tasks = || {
            let tasks = self.tasks_of(&deployment.service);
            tasks.filter(|task| own.is_some_and(|it| task.deployment.as_ref() == Some(&it.id)))
        };
        json!({
            "arn": revision,
            "requestedTaskCount": service.filter(|_| is_primary).map_or(0, |service| service.desired),
            "runningTaskCount": tasks().filter(|task| task.is_running()).count(),
            "pendingTaskCount": tasks().filter(|task| task.is_pending()).count(),
        })
    }

    pub(super) fn describe_service_revisions(&self, params: Params<'_>) -> Answer {
        let asked = some_of(params, "serviceRevisionArns")?;
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for arn in asked {
            match self.revisions.get(arn) {
                Some(revision) => found.push(show_revision(revision)),
                None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
            }
        }
        Ok(json!({ "serviceRevisions": found, "failures": failures }))
    }

    pub(super) fn stop_service_deployment(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let arn = params.text("serviceDeploymentArn").unwrap_or_default();
        let deployment = self.deployments.get_mut(arn).ok_or_else(|| {
            ApiError::new(
                "ServiceDeploymentNotFoundException",
                "Service deployment not found.",
            )
        })?;
        if !matches!(deployment.status.as_str(), "PENDING" | "IN_PROGRESS") {
            return Err(ApiError::new(
                "ConflictException",
                format!(
                    "The service deployment is {} and cannot be stopped.",
                    deployment.status
                ),
            ));
        }
        let status = match params.text("stopType").unwrap_or("ROLLBACK") {
            "ROLLBACK" => "ROLLBACK_REQUESTED",
            "ABORT" => "STOP_REQUESTED",
            other => return Err(invalid(format!("Invalid stop type: {other}"))),
        };
        deployment.become_(
            scope.now,
            status,
            Some("Service deployment stop was requested by the user."),
        );
        let key = deployment.service.clone();
        self.look_again(scope.now + MOMENT, Due::Service(key));
        Ok(json!({ "serviceDeploymentArn": arn }))
    }
}

fn images(definition: &TaskDefinition) -> Vec<(String, String)> {
    let text = |container: Params<'_>, name: &str| container.text(name).unwrap_or_default().to_owned();
    definition
        .containers()
        .map(|container| (text(container, "name"), text(container, "image")))
        .collect()
}

fn some_of<'a>(params: Params<'a>, member: &str) -> Result<Vec<&'a str>, ApiError> {
    let asked = params.texts(member);
    if asked.is_empty() || asked.len() > 20 {
        return Err(invalid(format!("{member} must have between 1 and 20 items.")));
    }
    Ok(asked)
}

fn add_times(shown: &mut Value, times: &[(&str, Option<Timestamp>)]) {
    for (name, at) in times {
        if let Some(at) = at {
            shown[*name] = time(*at);
        }
    }
}

fn show_revision(revision: &ServiceRevision) -> Value {
    let digest = |image: &str| {
        let pinned = image.split_once('@').map(|(_, digest)| digest.to_owned());
        pinned.unwrap_or_else(|| {
            format!(
                "sha256:{}",
                data_encoding::HEXLOWER.encode(&Sha256::digest(image))
            )
        })
    };
    let mut shown = json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": revision.service_arn,
        "clusterArn": revision.cluster_arn,
        "taskDefinition": revision.task_definition,
        "containerImages": revision.images.iter().map(|(name, image)| json!({
            "containerName": name, "image": image, "imageDigest": digest(image),
        })).collect::<Vec<_>>(),
        "guardDutyEnabled": false,
        "createdAt": time(revision.created),
    });
    let members = [
        "capacityProviderStrategy",
        "launchType",
        "platformVersion",
        "platformFamily",
        "loadBalancers",
        "serviceRegistries",
        "networkConfiguration",
    ];
    for name in members.iter().chain(&OF_DEPLOYMENT).chain(&OF_REVISION) {
        if let Some(value) = revision.config.get(*name) {
            shown[*name] = value.clone();
        }
    }
    shown
}
