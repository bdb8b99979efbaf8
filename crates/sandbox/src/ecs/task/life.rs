//! The life of a task: made, started, moved on when due, stopped.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Container, Task, environment};
use crate::api::Scope;
use crate::ecs::{Due, Ecs, Service, TaskDefinition, arn};
use crate::elbv2::{Elbv2, Health};

const PROVISIONING: SignedDuration = SignedDuration::from_millis(300);
const PENDING: SignedDuration = SignedDuration::from_millis(700);
const STOPPING: SignedDuration = SignedDuration::from_millis(200);
/// A task that ran this long has started well.
pub(in crate::ecs) const STEADY: SignedDuration = SignedDuration::from_millis(500);
/// A crashing container ends before its task counts as started well.
const CRASH: SignedDuration = SignedDuration::from_millis(200);
/// What a task started by RunTask takes when its environment does not say.
const BATCH: SignedDuration = SignedDuration::from_secs(3);
/// What a container exits with that was told to stop.
const TERMINATED: i64 = 143;

/// What a task is made of.
pub(in crate::ecs) struct Plan<'a> {
    pub cluster: &'a str,
    pub definition: TaskDefinition,
    pub launch_type: String,
    pub capacity_provider: Option<String>,
    pub service: Option<String>,
    pub deployment: Option<String>,
    pub group: String,
    pub started_by: Option<String>,
    pub network: Option<Value>,
    pub overrides: Value,
    pub tags: Vec<Value>,
    pub platform_version: Option<String>,
    pub enable_execute_command: bool,
}

impl Ecs {
    /// Makes a task; none when there is no instance to place it on.
    pub(in crate::ecs) fn start_task(&mut self, scope: Scope<'_>, plan: Plan<'_>) -> Option<String> {
        let id = self.new_id(32);
        let is_fargate = plan.launch_type == "FARGATE";
        let cluster = self.clusters.get(plan.cluster)?;
        let cluster_arn = cluster.arn.clone();
        let instance = if is_fargate {
            None
        } else {
            Some(self.place(&plan)?)
        };
        let place = instance
            .as_deref()
            .and_then(|arn| self.clusters.get(plan.cluster)?.instances.get(arn));
        let is_awsvpc = plan.definition.network_mode() == "awsvpc";
        let octets: Vec<u8> = (0..3)
            .filter_map(|n| u8::from_str_radix(&id[n * 2..n * 2 + 2], 16).ok())
            .collect();
        let own = format!("10.{}.{}.{}", octets[0], octets[1], octets[2]);
        let address = match place {
            Some(instance) if !is_awsvpc => instance.address.clone(),
            _ => own,
        };
        let subnet = plan
            .network
            .as_ref()
            .and_then(|network| network["awsvpcConfiguration"]["subnets"][0].as_str())
            .map(str::to_owned);
        let zone = place.map_or_else(|| format!("{}a", scope.region), |instance| instance.zone.clone());
        let task_arn = arn(scope, &format!("task/{}/{id}", plan.cluster));
        let fates = fates(scope, &plan, &id);
        let due = scope.now + PROVISIONING;
        let task = Task {
            arn: task_arn.clone(),
            cluster: plan.cluster.to_owned(),
            cluster_arn,
            task_definition: plan.definition.arn.clone(),
            extra: extra(&plan, is_fargate),
            service: plan.service.clone(),
            deployment: plan.deployment,
            group: plan.group,
            started_by: plan.started_by,
            launch_type: plan.launch_type,
            capacity_provider: plan.capacity_provider,
            instance,
            zone,
            address,
            is_awsvpc,
            subnet,
            desired_status: "RUNNING".to_owned(),
            last_status: "PROVISIONING".to_owned(),
            due: Some(due),
            containers: fates.containers,
            start_time: fates.start_time,
            start_failure: fates.start_failure,
            answers: fates.answers,
            targets: Vec::new(),
            created_at: scope.now,
            started_at: None,
            stopping_at: None,
            stopped_at: None,
            stop_code: None,
            stopped_reason: None,
            tags: plan.tags,
            is_counted: false,
            version: 1,
        };
        if let Some(service) = plan.service {
            self.members.entry(service).or_default().insert(task_arn.clone());
        }
        self.tasks.insert(task_arn.clone(), task);
        self.look_again(due, Due::Task(task_arn.clone()));
        Some(task_arn)
    }

    /// The instance with the fewest tasks; a daemon wants one that has none of its own.
    fn place(&self, plan: &Plan<'_>) -> Option<String> {
        let daemon = plan
            .service
            .as_ref()
            .filter(|key| self.services.get(*key).is_some_and(|it| it.is_daemon()));
        let cluster = self.clusters.get(plan.cluster)?;
        let mut loads: std::collections::BTreeMap<&str, (bool, usize)> = cluster
            .instances
            .keys()
            .map(|arn| (arn.as_str(), (false, 0)))
            .collect();
        for task in self.tasks.values().filter(|task| task.last_status != "STOPPED") {
            if let Some(load) = task.instance.as_deref().and_then(|arn| loads.get_mut(arn)) {
                load.0 |= daemon.is_some() && task.service.as_ref() == daemon && task.is_wanted();
                load.1 += 1;
            }
        }
        let free = loads.into_iter().filter(|(_, (taken, _))| !taken);
        free.min_by_key(|(_, (_, load))| *load)
            .map(|(arn, _)| arn.to_owned())
    }

    /// Moves a task on that is due, and tells the service that should know.
    pub(in crate::ecs) fn step_task(
        &mut self,
        scope: Scope<'_>,
        elbv2: &mut Elbv2,
        arn: &str,
    ) -> Option<String> {
        let now = scope.now;
        let task = self.tasks.get_mut(arn)?;
        if task.due.is_none_or(|due| due > now) {
            return task.service.clone();
        }
        task.due = None;
        task.version += 1;
        match task.last_status.as_str() {
            "PROVISIONING" => {
                task.last_status = "PENDING".to_owned();
                task.due = Some(now + task.start_time);
            }
            "PENDING" if task.start_failure.is_some() => fail_to_start(task, now),
            "PENDING" => self.begin_running(scope, elbv2, arn),
            "RUNNING" => exit_containers(task, now),
            "STOPPING" => {
                task.last_status = "DEPROVISIONING".to_owned();
                task.due = Some(now + STOPPING);
            }
            "DEPROVISIONING" => finish(task, now),
            _ => {}
        }
        let task = self.tasks.get(arn)?;
        let (due, service, ended) = (task.due, task.service.clone(), task.desired_status == "STOPPED");
        if let Some(due) = due {
            self.look_again(due, Due::Task(arn.to_owned()));
        }
        if ended {
            self.deregister(scope, elbv2, arn);
        }
        service
    }

    fn begin_running(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2, arn: &str) {
        let targets = self
            .tasks
            .get(arn)
            .map(|task| self.targets_of(task))
            .unwrap_or_default();
        let Some(task) = self.tasks.get_mut(arn) else {
            return;
        };
        task.last_status = "RUNNING".to_owned();
        task.started_at = Some(scope.now);
        for container in &mut task.containers {
            container.status = "RUNNING".to_owned();
        }
        task.due = next_exit(task);
        task.targets = targets;
        let (service, targets, answers) = (task.service.clone(), task.targets.clone(), task.answers);
        for (group, target) in targets {
            elbv2.register(&group, target, answers, scope.now);
            if let Some(key) = &service {
                self.note(
                    scope,
                    key,
                    &format!("registered 1 targets in (target-group {group})"),
                );
            }
        }
        if let Some(key) = service {
            self.look_again(scope.now + STEADY, Due::Service(key.clone()));
            let grace = self.services.get(&key).map(Service::grace).unwrap_or_default();
            self.look_again(scope.now + grace.max(STEADY), Due::Service(key.clone()));
            self.watching.insert(key);
        }
    }

    /// Whether a task has started well: it has run a while and its load balancers, if any, find it healthy.
    pub(in crate::ecs) fn is_healthy(task: &Task, elbv2: &Elbv2, now: Timestamp) -> bool {
        let steady = task.is_running() && task.started_at.is_some_and(|at| now >= at + STEADY);
        let good = |health| matches!(health, Health::Healthy | Health::Unused);
        steady
            && task
                .targets
                .iter()
                .all(|(group, target)| good(elbv2.health(group, target, now)))
    }

    /// Asks a task to stop: it leaves its load balancers, then its containers are told to end.
    pub(in crate::ecs) fn end_task(
        &mut self,
        scope: Scope<'_>,
        elbv2: &mut Elbv2,
        arn: &str,
        code: &str,
        reason: &str,
    ) {
        let Some(task) = self
            .tasks
            .get_mut(arn)
            .filter(|task| task.desired_status == "RUNNING")
        else {
            return;
        };
        task.desired_status = "STOPPED".to_owned();
        task.stop_code = Some(code.to_owned());
        task.stopped_reason = Some(reason.to_owned());
        task.stopping_at = Some(scope.now);
        task.version += 1;
        if task.is_running() && !task.targets.is_empty() {
            task.last_status = "DEACTIVATING".to_owned();
            task.due = None;
        } else {
            task.last_status = if task.is_running() {
                "STOPPING"
            } else {
                "DEPROVISIONING"
            }
            .to_owned();
            task.due = Some(scope.now + STOPPING);
        }
        let due = task.due;
        if let Some(due) = due {
            self.look_again(due, Due::Task(arn.to_owned()));
        }
        self.deregister(scope, elbv2, arn);
    }

    fn deregister(&mut self, scope: Scope<'_>, elbv2: &mut Elbv2, arn: &str) {
        let Some(task) = self.tasks.get(arn) else { return };
        let (targets, service) = (task.targets.clone(), task.service.clone());
        for (group, target) in &targets {
            let known = elbv2.health(group, target, scope.now);
            if matches!(known, Health::Draining) {
                continue;
            }
            elbv2.deregister(group, target, scope.now);
            if let Some(key) = &service {
                self.note(
                    scope,
                    key,
                    &format!("deregistered 1 targets in (target-group {group})"),
                );
                self.watching.insert(key.clone());
            }
        }
        let Some(task) = self.tasks.get_mut(arn) else {
            return;
        };
        if task.last_status != "DEACTIVATING" {
            task.targets.clear();
        }
    }

    /// Lets a task end that has left its load balancers.
    pub(in crate::ecs) fn leave_load_balancers(&mut self, scope: Scope<'_>, elbv2: &Elbv2, arn: &str) {
        let Some(task) = self
            .tasks
            .get_mut(arn)
            .filter(|task| task.last_status == "DEACTIVATING")
        else {
            return;
        };
        let draining = |health| matches!(health, Health::Draining);
        if task
            .targets
            .iter()
            .any(|(group, target)| draining(elbv2.health(group, target, scope.now)))
        {
            return;
        }
        task.targets.clear();
        task.last_status = "STOPPING".to_owned();
        let due = scope.now + STOPPING;
        task.due = Some(due);
        self.look_again(due, Due::Task(arn.to_owned()));
    }
}

fn fail_to_start(task: &mut Task, now: Timestamp) {
    let reason = task.start_failure.clone().unwrap_or_default();
    for container in &mut task.containers {
        container.reason.get_or_insert_with(|| reason.clone());
    }
    task.desired_status = "STOPPED".to_owned();
    task.stop_code = Some("TaskFailedToStart".to_owned());
    task.stopped_reason = Some(reason);
    task.stopping_at = Some(now);
    task.last_status = "DEPROVISIONING".to_owned();
    task.due = Some(now + STOPPING);
}

/// Ends the containers whose time has come; an essential one takes the task with it.
fn exit_containers(task: &mut Task, now: Timestamp) {
    let Some(started) = task.started_at else { return };
    let mut essential = false;
    for container in task.containers.iter_mut().filter(|it| it.status == "RUNNING") {
        if container.runs_for.is_some_and(|runs| started + runs <= now) {
            container.status = "STOPPED".to_owned();
            container.exit_code = Some(container.exits_with);
            essential |= container.essential;
        }
    }
    if essential {
        task.desired_status = "STOPPED".to_owned();
        task.stop_code = Some("EssentialContainerExited".to_owned());
        task.stopped_reason = Some("Essential container in task exited".to_owned());
        task.stopping_at = Some(now);
        task.last_status = "STOPPING".to_owned();
        task.due = Some(now + STOPPING);
    } else {
        task.due = next_exit(task);
    }
}

fn next_exit(task: &Task) -> Option<Timestamp> {
    let started = task.started_at?;
    let running = task.containers.iter().filter(|it| it.status == "RUNNING");
    running
        .filter_map(|it| it.runs_for)
        .min()
        .map(|runs| started + runs)
}

fn finish(task: &mut Task, now: Timestamp) {
    for container in &mut task.containers {
        if container.status == "RUNNING" {
            container.exit_code = Some(TERMINATED);
        }
        container.status = "STOPPED".to_owned();
    }
    task.last_status = "STOPPED".to_owned();
    task.stopped_at = Some(now);
}

struct Fates {
    containers: Vec<Container>,
    start_time: SignedDuration,
    start_failure: Option<String>,
    answers: bool,
}

fn fates(scope: Scope<'_>, plan: &Plan<'_>, id: &str) -> Fates {
    let mut fates = Fates {
        containers: Vec::new(),
        start_time: PENDING,
        start_failure: None,
        answers: true,
    };
    for (number, container) in plan.definition.containers().enumerate() {
        let name = container.text("name").unwrap_or_default();
        let overrides = plan.overrides["containerOverrides"].as_array();
        let overridden = overrides
            .into_iter()
            .flatten()
            .find(|it| it["name"] == name)
            .unwrap_or(&Value::Null);
        let variables = environment(container.0, overridden);
        let seconds = |name: &str| {
            let seconds: f64 = variables.get(name)?.parse().ok()?;
            SignedDuration::try_from_secs_f64(seconds.max(0.0)).ok()
        };
        let is_set = |name: &str| variables.get(name).is_some_and(|value| value == "true");
        if let Some(start) = seconds("SANDBOX_START_SECONDS") {
            fates.start_time = fates.start_time.max(start);
        }
        let failure = variables.get("SANDBOX_STOPPED_REASON").cloned();
        if fates.start_failure.is_none() {
            fates.start_failure.clone_from(&failure);
        }
        fates.answers &= !is_set("SANDBOX_UNHEALTHY");
        let exit_code = variables
            .get("SANDBOX_EXIT_CODE")
            .and_then(|code| code.parse().ok());
        let (runs_for, exits_with) = if is_set("SANDBOX_CRASH") {
            (Some(CRASH), exit_code.unwrap_or(1))
        } else {
            let alone = plan.service.is_none();
            let asked = seconds("SANDBOX_RUN_SECONDS").or(exit_code.map(|_| CRASH));
            (asked.or_else(|| alone.then_some(BATCH)), exit_code.unwrap_or(0))
        };
        let ports = container.list("portMappings").enumerate().map(|(n, mapping)| {
            let inner = mapping.number("containerPort").unwrap_or(0);
            let seed = i64::from_str_radix(&id[..4], 16).unwrap_or(0) % 28_000;
            let free = 32_768 + seed + i64::try_from(number * 16 + n).unwrap_or(0);
            let outer = mapping
                .number("hostPort")
                .filter(|port| *port != 0)
                .unwrap_or(free);
            (inner, outer, mapping.text("protocol").unwrap_or("tcp").to_owned())
        });
        fates.containers.push(Container {
            name: name.to_owned(),
            arn: arn(
                scope,
                &format!(
                    "container/{}/{id}/{number:08x}-5eed-4000-8000-{}",
                    plan.cluster,
                    &id[..12]
                ),
            ),
            image: container.text("image").unwrap_or_default().to_owned(),
            essential: container.boolean("essential").unwrap_or(true),
            runs_for,
            exits_with,
            status: "PENDING".to_owned(),
            exit_code: None,
            reason: failure,
            ports: ports.collect(),
            cpu: container.number("cpu").unwrap_or(0),
        });
    }
    fates
}

fn extra(plan: &Plan<'_>, is_fargate: bool) -> Map<String, Value> {
    let mut extra = Map::new();
    for member in ["cpu", "memory"] {
        let value = plan
            .overrides
            .get(member)
            .or_else(|| plan.definition.body.get(member));
        if let Some(value) = value {
            extra.insert(member.to_owned(), value.clone());
        }
    }
    let mut overrides = plan.overrides.as_object().cloned().unwrap_or_default();
    super::super::default(&mut overrides, "containerOverrides", json!([]));
    super::super::default(&mut overrides, "inferenceAcceleratorOverrides", json!([]));
    extra.insert("overrides".to_owned(), Value::Object(overrides));
    extra.insert(
        "enableExecuteCommand".to_owned(),
        json!(plan.enable_execute_command),
    );
    if is_fargate {
        let version = plan
            .platform_version
            .as_deref()
            .filter(|version| *version != "LATEST");
        extra.insert("platformVersion".to_owned(), json!(version.unwrap_or("1.4.0")));
        extra.insert("platformFamily".to_owned(), json!("Linux"));
        let storage = plan.definition.body["ephemeralStorage"]["sizeInGiB"]
            .as_i64()
            .unwrap_or(20);
        extra.insert("ephemeralStorage".to_owned(), json!({ "sizeInGiB": storage }));
    }
    extra
}
