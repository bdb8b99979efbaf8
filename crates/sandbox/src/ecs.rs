//! Elastic Container Service: clusters, task definitions, services with their deployments, and tasks. Operations come in
//! as parameters and answers go out; in between, tasks start and stop and deployments roll out as time passes.
//!
//! A container's environment sets its fate. `SANDBOX_RUN_SECONDS`: how long it runs before it exits with
//! `SANDBOX_EXIT_CODE`. `SANDBOX_START_SECONDS`: how long the task takes to start. `SANDBOX_CRASH=true`: exits 1 soon
//! after starting. `SANDBOX_UNHEALTHY=true`: never passes its load balancer's health checks. `SANDBOX_STOPPED_REASON`:
//! never starts, and this is why. Without them, a service's containers run for ever and those of a task started by
//! RunTask exit 0 after three seconds.

mod cluster;
mod container;
mod deployment;
mod instance;
mod rollout;
mod service;
mod tag;
mod task;
mod task_definition;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::api::{self, Answer, ApiError, Params, Scope};
use crate::elbv2::Elbv2;

pub use cluster::Cluster;
pub use deployment::{ServiceDeployment, ServiceRevision};
pub use instance::Instance;
pub use service::{Deployment, Event, Service};
pub use task::{Container, Task};
pub use task_definition::{Family, TaskDefinition};

/// Everything of one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ecs {
    /// Clusters by name.
    pub clusters: BTreeMap<String, Cluster>,
    /// Families of task definitions by name.
    pub families: BTreeMap<String, Family>,
    /// Services by `cluster/name`.
    pub services: BTreeMap<String, Service>,
    /// Tasks by ARN; stopped ones stay for an hour.
    pub tasks: BTreeMap<String, Task>,
    /// Service deployments by ARN.
    pub deployments: BTreeMap<String, ServiceDeployment>,
    /// Service revisions by ARN.
    pub revisions: BTreeMap<String, ServiceRevision>,
    /// When to look at which task or service again.
    agenda: BTreeSet<(Timestamp, Due)>,
    /// Services whose tasks wait for a load balancer.
    watching: BTreeSet<String>,
    /// Tasks of each service, by `cluster/name`.
    members: BTreeMap<String, BTreeSet<String>>,
    /// RunTask's client tokens: what was asked, and the tasks that it made.
    run_tokens: BTreeMap<String, (Value, Vec<String>)>,
    made: u64,
}

/// What is to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Due {
    Service(String),
    Task(String),
}

impl Ecs {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(
        &mut self,
        scope: Scope<'_>,
        elbv2: &mut Elbv2,
        operation: &str,
        params: Params<'_>,
    ) -> Option<Answer> {
        Some(match operation {
            "CreateCluster" => self.create_cluster(scope, params),
            "DeleteCluster" => self.delete_cluster(params),
            "DescribeClusters" => self.describe_clusters(scope, params),
            "ListClusters" => self.list_clusters(params),
            "PutClusterCapacityProviders" => self.put_cluster_capacity_providers(params),
            "ListContainerInstances" => self.list_container_instances(params),
            "DescribeContainerInstances" => self.describe_container_instances(params),
            "RegisterTaskDefinition" => self.register_task_definition(scope, params),
            "DescribeTaskDefinition" => self.describe_task_definition(params),
            "ListTaskDefinitions" => self.list_task_definitions(params),
            "ListTaskDefinitionFamilies" => self.list_task_definition_families(params),
            "DeregisterTaskDefinition" => self.deregister_task_definition(scope, params),
            "DeleteTaskDefinitions" => self.delete_task_definitions(scope, params),
            "CreateService" => self.create_service(scope, elbv2, params),
            "UpdateService" => self.update_service(scope, elbv2, params),
            "DeleteService" => self.delete_service(scope, elbv2, params),
            "DescribeServices" => self.describe_services(scope, params),
            "ListServices" => self.list_services(params),
            "ListServiceDeployments" => self.list_service_deployments(params),
            "DescribeServiceDeployments" => self.describe_service_deployments(params),
            "DescribeServiceRevisions" => self.describe_service_revisions(params),
            "StopServiceDeployment" => self.stop_service_deployment(scope, params),
            "RunTask" => self.run_task(scope, params),
            "ListTasks" => self.list_tasks(params),
            "DescribeTasks" => self.describe_tasks(scope, params),
            "StopTask" => self.stop_task(scope, elbv2, params),
            "TagResource" => self.tag_resource(params),
            "UntagResource" => self.untag_resource(params),
            "ListTagsForResource" => self.list_tags_for_resource(params),
            _ => return None,
        })
    }

    /// The next moment at which a task or a service is to be looked at.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// Lets happen what is due by `scope.now`.
    pub fn settle(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2) {
        let mut services = self.watching.clone();
        while let Some((at, due)) = self.agenda.pop_first() {
            if at > scope.now {
                self.agenda.insert((at, due));
                break;
            }
            match due {
                Due::Service(key) => {
                    services.insert(key);
                }
                Due::Task(arn) => services.extend(self.step_task(scope, elbv2, &arn)),
            }
        }
        for key in services {
            self.step_service(scope, elbv2, &key);
        }
    }

    fn look_again(&mut self, at: Timestamp, due: Due) {
        self.agenda.insert((at, due));
    }

    /// Hexadecimal digits that nothing else here has; at most 64.
    fn new_id(&mut self, length: usize) -> String {
        self.made += 1;
        let digest = Sha256::digest(format!("ecs/{}", self.made));
        data_encoding::HEXLOWER.encode(&digest)[..length].to_owned()
    }

    /// Decimal digits that nothing else here has, in the order of their making.
    fn new_number(&mut self) -> String {
        self.made += 1;
        format!("{:019}", 5_000_000_000_000_000_000_u64 + self.made)
    }

    /// Removes what stopped so long ago that AWS has forgotten it.
    fn forget(&mut self, scope: Scope<'_>) {
        let gone = |at: Option<Timestamp>, after| at.is_some_and(|at| scope.now >= at + after);
        let tasks = &mut self.tasks;
        tasks.retain(|_, task| !gone(task.stopped_at, task::REMEMBERED));
        for members in self.members.values_mut() {
            members.retain(|arn| tasks.contains_key(arn));
        }
        self.services
            .retain(|_, service| !gone(service.inactive_since, service::REMEMBERED));
    }
}

/// A time as JSON 1.1 writes it.
fn time(at: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of our age are exact in a double"
    )]
    let milliseconds = at.as_millisecond() as f64;
    json!(milliseconds / 1000.0)
}

fn arn(scope: Scope<'_>, resource: &str) -> String {
    format!("arn:aws:ecs:{}:{}:{resource}", scope.region, scope.account)
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

fn client(message: impl Into<String>) -> ApiError {
    ApiError::new("ClientException", message)
}

/// The last part of an ARN or path; a bare name is itself.
fn bare(identifier: &str) -> &str {
    identifier.rsplit('/').next().unwrap_or(identifier)
}

/// The object without members that are null, at any depth: AWS takes null for absent.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            kept.map(|(name, member)| (name.clone(), without_nulls(member)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        plain => plain.clone(),
    }
}

/// Sets a member that is not there yet.
fn default(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.entry(name).or_insert(value);
}

/// Whether `include` asks for tags.
fn wants_tags(params: Params<'_>) -> bool {
    params.texts("include").contains(&"TAGS")
}

/// Cuts a listing to one page under the member `list`.
fn paged(params: Params<'_>, list: &str, items: Vec<Value>, size: i64) -> Answer {
    let asked = params.number("maxResults").unwrap_or(size);
    if !(1..=100).contains(&asked) {
        return Err(invalid("maxResults must be between 1 and 100."));
    }
    let size = usize::try_from(asked).unwrap_or(1);
    let (items, next) =
        api::page(items, params.text("nextToken"), size).ok_or_else(|| invalid("Invalid token"))?;
    let mut answer = json!({ list: items });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
