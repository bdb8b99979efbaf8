//! Tasks: what they are and how they look. `life` moves them on, `run` starts and stops them by request.

pub(in crate::ecs) mod life;
mod run;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::time;

/// How long a stopped task can be described.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// A task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Its ARN.
    pub arn: String,
    /// Its cluster's name.
    pub cluster: String,
    /// Its cluster's ARN.
    pub cluster_arn: String,
    /// The ARN of its definition.
    pub task_definition: String,
    /// The service it belongs to, as `cluster/name`.
    pub service: Option<String>,
    /// The deployment that started it.
    pub deployment: Option<String>,
    /// `service:NAME` or `family:NAME`, or as asked.
    pub group: String,
    /// Who started it.
    pub started_by: Option<String>,
    /// `FARGATE` or `EC2`.
    pub launch_type: String,
    /// The capacity provider, when a strategy chose one.
    pub capacity_provider: Option<String>,
    /// The container instance it runs on.
    pub instance: Option<String>,
    /// Its availability zone.
    pub zone: String,
    /// Its address.
    pub address: String,
    /// Whether it has a network interface of its own.
    pub is_awsvpc: bool,
    /// Its subnet.
    pub subnet: Option<String>,
    /// `RUNNING`, or `STOPPED` once it is to stop.
    pub desired_status: String,
    /// Where it is on its way from `PROVISIONING` to `STOPPED`.
    pub last_status: String,
    /// When it moves on by itself.
    pub due: Option<Timestamp>,
    /// Its containers.
    pub containers: Vec<Container>,
    /// How long it takes to start.
    pub start_time: SignedDuration,
    /// Why it never starts.
    pub start_failure: Option<String>,
    /// Whether it answers health checks of load balancers.
    pub answers: bool,
    /// Its targets: group and port.
    pub targets: Vec<(String, crate::elbv2::Target)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was running.
    pub started_at: Option<Timestamp>,
    /// When it began to stop.
    pub stopping_at: Option<Timestamp>,
    /// When it had stopped.
    pub stopped_at: Option<Timestamp>,
    /// What kind of stop.
    pub stop_code: Option<String>,
    /// Why it stopped.
    pub stopped_reason: Option<String>,
    /// What else a description shows: sizes, overrides, platform.
    pub extra: Map<String, Value>,
    /// Its tags.
    pub tags: Vec<Value>,
    /// Whether its end was counted against its deployment.
    #[serde(default)]
    pub is_counted: bool,
    /// How often it changed.
    pub version: u64,
}

/// A container of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its image.
    pub image: String,
    /// Whether its end is the task's.
    pub essential: bool,
    /// How long it runs; for ever when absent.
    pub runs_for: Option<SignedDuration>,
    /// What it exits with by itself.
    pub exits_with: i64,
    /// `PENDING`, `RUNNING` or `STOPPED`.
    pub status: String,
    /// What it exited with.
    pub exit_code: Option<i64>,
    /// Why it did not start.
    pub reason: Option<String>,
    /// Ports of it on its host.
    pub ports: Vec<(i64, i64, String)>,
    /// Its size, as the definition says.
    pub cpu: i64,
}

impl Task {
    /// Whether it counts as running.
    pub fn is_running(&self) -> bool {
        self.last_status == "RUNNING"
    }

    /// Whether it counts as pending.
    pub fn is_pending(&self) -> bool {
        matches!(
            self.last_status.as_str(),
            "PROVISIONING" | "PENDING" | "ACTIVATING"
        ) && self.desired_status == "RUNNING"
    }

    /// Whether it is meant to go on.
    pub fn is_wanted(&self) -> bool {
        self.desired_status == "RUNNING"
    }

    pub(super) fn id(&self) -> &str {
        super::bare(&self.arn)
    }

    pub(super) fn show(&self, with_tags: bool) -> Value {
        let mut shown = json!({
            "attachments": self.attachments(),
            "attributes": [{ "name": "ecs.cpu-architecture", "value": "x86_64" }],
            "availabilityZone": self.zone,
            "clusterArn": self.cluster_arn,
            "connectivity": "CONNECTED",
            "connectivityAt": time(self.created_at),
            "containers": self.containers.iter().map(|it| self.show_container(it)).collect::<Vec<_>>(),
            "createdAt": time(self.created_at),
            "desiredStatus": self.desired_status,
            "group": self.group,
            "healthStatus": "UNKNOWN",
            "lastStatus": self.last_status,
            "launchType": self.launch_type,
            "tags": if with_tags { self.tags.clone() } else { Vec::new() },
            "taskArn": self.arn,
            "taskDefinitionArn": self.task_definition,
            "version": self.version,
        });
        let texts = [
            ("startedBy", &self.started_by),
            ("containerInstanceArn", &self.instance),
            ("capacityProviderName", &self.capacity_provider),
            ("stopCode", &self.stop_code),
            ("stoppedReason", &self.stopped_reason),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                shown[name] = json!(text);
            }
        }
        let times = [
            ("startedAt", self.started_at),
            ("pullStartedAt", self.started_at),
            ("pullStoppedAt", self.started_at),
            ("stoppingAt", self.stopping_at),
            ("executionStoppedAt", self.stopped_at),
            ("stoppedAt", self.stopped_at),
        ];
        for (name, at) in times {
            if let Some(at) = at {
                shown[name] = time(at);
            }
        }
        for (name, value) in &self.extra {
            shown[name] = value.clone();
        }
        shown
    }

    fn interface_id(&self) -> String {
        format!("eni-{}", &self.id()[..17])
    }

    fn attachments(&self) -> Value {
        if !self.is_awsvpc {
            return json!([]);
        }
        let status = match self.last_status.as_str() {
            "PROVISIONING" => "PRECREATED",
            "STOPPED" => "DELETED",
            _ => "ATTACHED",
        };
        json!([{
            "id": format!("attachment-{}", &self.id()[..12]),
            "type": "ElasticNetworkInterface",
            "status": status,
            "details": [
                { "name": "subnetId", "value": self.subnet.clone().unwrap_or_default() },
                { "name": "networkInterfaceId", "value": self.interface_id() },
                { "name": "privateIPv4Address", "value": self.address },
            ],
        }])
    }

    fn show_container(&self, container: &Container) -> Value {
        let bindings = container
            .ports
            .iter()
            .filter(|_| !self.is_awsvpc && container.status == "RUNNING");
        let mut shown = json!({
            "containerArn": container.arn,
            "taskArn": self.arn,
            "name": container.name,
            "image": container.image,
            "lastStatus": container.status,
            "networkBindings": bindings.map(|(inner, outer, protocol)| json!({
                "bindIP": "0.0.0.0", "containerPort": inner, "hostPort": outer, "protocol": protocol,
            })).collect::<Vec<_>>(),
            "networkInterfaces": [],
            "healthStatus": "UNKNOWN",
            "cpu": container.cpu.to_string(),
        });
        if self.is_awsvpc {
            shown["networkInterfaces"] = json!([{
                "attachmentId": format!("attachment-{}", &self.id()[..12]),
                "privateIpv4Address": self.address,
            }]);
        }
        if let Some(code) = container.exit_code {
            shown["exitCode"] = json!(code);
        }
        if let Some(reason) = &container.reason {
            shown["reason"] = json!(reason);
        }
        shown
    }
}

/// The environment that decides a container's fate: the definition's, then the overrides'.
pub(super) fn environment(definition: &Value, overrides: &Value) -> BTreeMap<String, String> {
    let lists = [&definition["environment"], &overrides["environment"]];
    let items = lists.into_iter().filter_map(Value::as_array).flatten();
    items
        .filter_map(|item| {
            Some((
                item["name"].as_str()?.to_owned(),
                item["value"].as_str()?.to_owned(),
            ))
        })
        .collect()
}
