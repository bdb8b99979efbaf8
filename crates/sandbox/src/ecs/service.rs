//! Services: what they are and how they look. Creation, updates and checks are in the files below; `rollout` moves them on.

mod change;
mod check;
mod create;
mod listing;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Ecs, Task, time};

pub(super) use check::{BOTH_LAUNCHES, check_launch, check_network, launch_type};

/// How long an INACTIVE service can be described.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_mins(1);
/// Events that AWS keeps of a service.
const EVENTS: usize = 100;

/// Members that live with the deployment, not with the service.
pub(super) const OF_DEPLOYMENT: [&str; 3] = [
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];
/// Members that only service revisions show.
pub(super) const OF_REVISION: [&str; 2] = ["gatewayConnectors", "monitoring"];
/// Members that a rollback takes back with the task definition.
pub(super) const OF_LAUNCH: [&str; 5] = [
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "platformVersion",
    "capacityProviderStrategy",
];

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its cluster's name.
    pub cluster: String,
    /// Its cluster's ARN.
    pub cluster_arn: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// Tasks that are wanted; of a daemon, the number of instances.
    pub desired: i64,
    /// The ARN of its definition.
    pub task_definition: String,
    /// All other members of the API, under their own names.
    pub config: Map<String, Value>,
    /// Deployments, the PRIMARY first.
    pub deployments: Vec<Deployment>,
    /// Events, newest first.
    pub events: VecDeque<Event>,
    /// Its tags.
    pub tags: Vec<Value>,
    /// When it was created.
    pub created: Timestamp,
    /// What it was created with, to tell a repeated request.
    pub request: Value,
    /// The token of that request.
    pub client_token: Option<String>,
    /// The revision that last completed a deployment.
    pub completed: Option<String>,
    /// The service deployment that was made last.
    pub current_deployment: Option<String>,
    /// Whether it was last seen steady.
    pub is_steady: bool,
    /// When it became INACTIVE.
    pub inactive_since: Option<Timestamp>,
}

/// A set of tasks of one revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deployment {
    /// `ecs-svc/` and a number.
    pub id: String,
    /// `PRIMARY` or `ACTIVE`.
    pub status: String,
    /// The revision that its tasks run.
    pub revision: String,
    /// The ARN of its definition.
    pub task_definition: String,
    /// The members that its tasks are started with.
    pub config: Map<String, Value>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Tasks that ended against the service's will.
    pub failed_tasks: i64,
    /// The same since a task last started well.
    pub failures: i64,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub rollout_state: String,
    /// In words.
    pub rollout_reason: String,
    /// No task is started before; failing tasks are started ever more slowly.
    pub retry_at: Timestamp,
    /// The service deployment that it carries out.
    pub service_deployment: String,
}

/// Something that happened to a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// In words.
    pub message: String,
}

impl Service {
    /// Whether one task runs on every container instance.
    pub fn is_daemon(&self) -> bool {
        self.config
            .get("schedulingStrategy")
            .is_some_and(|strategy| strategy == "DAEMON")
    }

    /// Whether ECS itself rolls out its deployments.
    pub fn is_rolled_by_ecs(&self) -> bool {
        self.config
            .get("deploymentController")
            .is_none_or(|it| it["type"] != "EXTERNAL")
    }

    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }

    /// How long a task's failing health checks are forgiven after its start.
    pub(super) fn grace(&self) -> SignedDuration {
        let seconds = self
            .config
            .get("healthCheckGracePeriodSeconds")
            .and_then(Value::as_i64);
        SignedDuration::from_secs(seconds.unwrap_or(0))
    }

    /// A number of the deployment configuration.
    pub(super) fn percent(&self, name: &str, default: i64) -> i64 {
        self.config
            .get("deploymentConfiguration")
            .and_then(|it| it[name].as_i64())
            .unwrap_or(default)
    }
}

impl Ecs {
    /// Adds an event to a service.
    pub(super) fn note(&mut self, scope: crate::api::Scope<'_>, key: &str, message: &str) {
        let id = self.new_id(32);
        let Some(service) = self.services.get_mut(key) else {
            return;
        };
        let id = format!(
            "{}-{}-{}-{}-{}",
            &id[..8],
            &id[8..12],
            &id[12..16],
            &id[16..20],
            &id[20..]
        );
        let message = format!("(service {}) {message}.", service.name);
        service.events.push_front(Event {
            id,
            at: scope.now,
            message,
        });
        service.events.truncate(EVENTS);
    }

    /// The tasks of a service that have not stopped.
    pub(super) fn tasks_of(&self, key: &str) -> impl Iterator<Item = &Task> {
        let members = self.members.get(key).into_iter().flatten();
        members
            .filter_map(|arn| self.tasks.get(arn))
            .filter(|task| task.last_status != "STOPPED")
    }

    pub(super) fn show_service(&self, service: &Service, with_tags: bool) -> Value {
        let tasks: Vec<&Task> = self.tasks_of(&service.key()).collect();
        let count = |test: fn(&Task) -> bool| tasks.iter().filter(|task| test(task)).count();
        let mut shown = json!({
            "serviceArn": service.arn,
            "serviceName": service.name,
            "clusterArn": service.cluster_arn,
            "status": service.status,
            "desiredCount": service.desired,
            "runningCount": count(Task::is_running),
            "pendingCount": count(Task::is_pending),
            "taskDefinition": service.task_definition,
            "deployments": service.deployments.iter().map(|it| show_deployment(service, it, &tasks)).collect::<Vec<_>>(),
            "events": service.events.iter().map(|event| json!({
                "id": event.id, "createdAt": time(event.at), "message": event.message,
            })).collect::<Vec<_>>(),
            "createdAt": time(service.created),
            "createdBy": service.request["createdBy"],
            "tags": if with_tags { service.tags.clone() } else { Vec::new() },
        });
        let hidden = |name: &str| OF_DEPLOYMENT.contains(&name) || OF_REVISION.contains(&name);
        for (name, value) in service.config.iter().filter(|(name, _)| !hidden(name)) {
            shown[name] = value.clone();
        }
        if let Some(arn) = &service.current_deployment
            && self.deployments.get(arn).is_some_and(|it| !it.is_over())
        {
            shown["currentServiceDeployment"] = json!(arn);
        }
        let revisions = service.deployments.iter().map(|deployment| {
            let own = || {
                tasks
                    .iter()
                    .filter(|task| task.deployment.as_deref() == Some(deployment.id.as_str()))
            };
            let is_primary = deployment.status == "PRIMARY";
            json!({
                "arn": deployment.revision,
                "requestedTaskCount": if is_primary { service.desired } else { 0 },
                "runningTaskCount": own().filter(|task| task.is_running()).count(),
                "pendingTaskCount": own().filter(|task| task.is_pending()).count(),
            })
        });
        shown["currentServiceRevisions"] = revisions.collect();
        shown
    }
}

fn show_deployment(service: &Service, deployment: &Deployment, tasks: &[&Task]) -> Value {
    let own = || {
        tasks
            .iter()
            .filter(|task| task.deployment.as_deref() == Some(deployment.id.as_str()))
    };
    let is_primary = deployment.status == "PRIMARY";
    let mut shown = json!({
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.task_definition,
        "desiredCount": if is_primary { service.desired } else { 0 },
        "pendingCount": own().filter(|task| task.is_pending()).count(),
        "runningCount": own().filter(|task| task.is_running()).count(),
        "failedTasks": deployment.failed_tasks,
        "createdAt": time(deployment.created),
        "updatedAt": time(deployment.updated),
        "rolloutState": deployment.rollout_state,
        "rolloutStateReason": deployment.rollout_reason,
    });
    let members = [
        "launchType",
        "capacityProviderStrategy",
        "platformVersion",
        "platformFamily",
        "networkConfiguration",
    ];
    for name in members.iter().chain(OF_DEPLOYMENT.iter().filter(|_| is_primary)) {
        if let Some(value) = deployment.config.get(*name) {
            shown[*name] = value.clone();
        }
    }
    shown
}
