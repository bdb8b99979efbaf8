//! RunTask, StopTask, and reading tasks.

use serde_json::{Value, json};

use super::Task;
use super::life::Plan;
use crate::api::{Answer, ApiError, Params, Scope};
use crate::ecs::{
    Ecs, TaskDefinition, bare, client, invalid, paged, service, tag, wants_tags, without_nulls,
};
use crate::elbv2::Elbv2;

/// The largest overrides that AWS takes, in characters of JSON.
const LARGEST_OVERRIDES: usize = 8192;

impl Ecs {
    pub(in crate::ecs) fn run_task(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        self.forget(scope);
        let cluster = self.cluster(params.text("cluster"))?;
        let cluster_name = cluster.name.clone();
        let count = params.number("count").unwrap_or(1);
        if !(1..=10).contains(&count) {
            return Err(invalid("Count must be between 1 and 10."));
        }
        let strategy = params
            .get("capacityProviderStrategy")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if params.has("launchType") && !strategy.is_empty() {
            return Err(invalid(service::BOTH_LAUNCHES));
        }
        self.check_strategy(cluster, &strategy)?;
        let chosen = if params.has("launchType") || !strategy.is_empty() {
            strategy
        } else {
            cluster.default_strategy.clone()
        };
        let definition = self
            .runnable(params.text("taskDefinition").unwrap_or_default())?
            .clone();
        let provider = chosen
            .first()
            .and_then(|it| it["capacityProvider"].as_str())
            .map(str::to_owned);
        let launch_type = service::launch_type(params.text("launchType"), provider.as_deref());
        check_overrides(&definition, params)?;
        service::check_network(&definition, params.get("networkConfiguration"))?;
        service::check_launch(&definition, &launch_type)?;
        if params
            .text("startedBy")
            .is_some_and(|text| text.chars().count() > 128)
        {
            return Err(invalid("startedBy can have at most 128 characters."));
        }
        if let Some(answer) = self.repeated(params)? {
            return Ok(answer);
        }
        let mut tags = tag::parse(params, "tags")?;
        if params.text("propagateTags") == Some("TASK_DEFINITION") {
            let missing = definition
                .tags
                .iter()
                .filter(|tag| !tags.iter().any(|own| own["key"] == tag["key"]));
            tags.extend(missing.cloned().collect::<Vec<_>>());
        }
        let mut arns = Vec::new();
        let mut failures = Vec::new();
        for _ in 0..count {
            let plan = Plan {
                cluster: &cluster_name,
                definition: definition.clone(),
                launch_type: launch_type.clone(),
                capacity_provider: provider.clone(),
                service: None,
                deployment: None,
                group: params
                    .text("group")
                    .map_or_else(|| format!("family:{}", definition.family), str::to_owned),
                started_by: params.text("startedBy").map(str::to_owned),
                network: params.get("networkConfiguration").cloned(),
                overrides: params.get("overrides").map_or(json!({}), without_nulls),
                tags: tags.clone(),
                platform_version: params.text("platformVersion").map(str::to_owned),
                enable_execute_command: params.boolean("enableExecuteCommand").unwrap_or(false),
            };
            match self.start_task(scope, plan) {
                Some(arn) => arns.push(arn),
                None if failures.is_empty() => {
                    return Err(invalid("No Container Instances were found in your cluster."));
                }
                None => failures.push(json!({ "reason": "RESOURCE:MEMORY" })),
            }
        }
        if let Some(token) = params.text("clientToken") {
            self.run_tokens
                .insert(token.to_owned(), (request(params), arns.clone()));
        }
        Ok(self.ran(&arns, failures))
    }

    /// The answer to a request that was made before with the same token.
    fn repeated(&self, params: Params<'_>) -> Result<Option<Value>, ApiError> {
        let Some((asked, arns)) = params
            .text("clientToken")
            .and_then(|token| self.run_tokens.get(token))
        else {
            return Ok(None);
        };
        if *asked != request(params) {
            return Err(ApiError::new(
                "ConflictException",
                "The specified client token is already in use with other parameters.",
            ));
        }
        Ok(Some(self.ran(arns, Vec::new())))
    }

    fn ran(&self, arns: &[String], failures: Vec<Value>) -> Value {
        let tasks = arns.iter().filter_map(|arn| self.tasks.get(arn));
        json!({ "tasks": tasks.map(|task| task.show(true)).collect::<Vec<_>>(), "failures": failures })
    }

    pub(in crate::ecs) fn stop_task(
        &mut self,
        scope: Scope<'_>,
        elbv2: &mut Elbv2,
        params: Params<'_>,
    ) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?.name.clone();
        let named = params.text("task").unwrap_or_default();
        let arn = self.task(&cluster, named).map(|task| task.arn.clone());
        let arn = arn.ok_or_else(|| invalid("The referenced task was not found."))?;
        let reason = params.text("reason").unwrap_or("Task stopped by user");
        self.end_task(scope, elbv2, &arn, "UserInitiated", reason);
        Ok(json!({ "task": self.tasks.get(&arn).map(|task| task.show(true)) }))
    }

    pub(in crate::ecs) fn list_tasks(&self, params: Params<'_>) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?.name.clone();
        let status = params.text("desiredStatus").unwrap_or("RUNNING");
        if let Some(named) = params.text("serviceName") {
            let key = format!("{cluster}/{}", bare(named));
            if !self.services.contains_key(&key) {
                return Err(ApiError::new("ServiceNotFoundException", "Service not found."));
            }
        }
        let family = |task: &Task| bare(&task.task_definition).split(':').next().map(str::to_owned);
        let wanted = |task: &&Task| {
            let is = |member: &str, value: Option<&str>| {
                params.text(member).is_none_or(|asked| value == Some(asked))
            };
            let service = task.service.as_deref().map(bare);
            task.cluster == cluster
                && task.desired_status == status
                && params
                    .text("serviceName")
                    .is_none_or(|asked| service == Some(bare(asked)))
                && params
                    .text("containerInstance")
                    .is_none_or(|asked| task.instance.as_deref().map(bare) == Some(bare(asked)))
                && is("family", family(task).as_deref())
                && is("startedBy", task.started_by.as_deref())
                && is("launchType", Some(&task.launch_type))
        };
        let tasks = self.tasks.values().filter(wanted);
        paged(
            params,
            "taskArns",
            tasks.map(|task| json!(task.arn)).collect(),
            100,
        )
    }

    pub(in crate::ecs) fn describe_tasks(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        self.forget(scope);
        let cluster = self.cluster(params.text("cluster"))?;
        let (cluster_name, cluster_arn) = (cluster.name.clone(), cluster.arn.replace(":cluster/", ":task/"));
        let asked = params.texts("tasks");
        if asked.is_empty() {
            return Err(invalid("Tasks cannot be empty."));
        }
        if asked.len() > 100 {
            return Err(invalid("Tasks can have at most 100 items."));
        }
        let (mut tasks, mut failures) = (Vec::new(), Vec::new());
        for named in asked {
            match self.task(&cluster_name, named) {
                Some(task) => tasks.push(task.show(wants_tags(params))),
                None => {
                    failures.push(
                        json!({ "arn": format!("{cluster_arn}/{}", bare(named)), "reason": "MISSING" }),
                    );
                }
            }
        }
        Ok(json!({ "tasks": tasks, "failures": failures }))
    }

    fn task(&self, cluster: &str, named: &str) -> Option<&Task> {
        let arn = format!(
            "{}/{}",
            self.clusters.get(cluster)?.arn.replace(":cluster/", ":task/"),
            bare(named)
        );
        self.tasks.get(&arn)
    }
}

fn request(params: Params<'_>) -> Value {
    let mut request = without_nulls(params.0);
    if let Some(members) = request.as_object_mut() {
        members.remove("clientToken");
    }
    request
}

fn check_overrides(definition: &TaskDefinition, params: Params<'_>) -> Result<(), ApiError> {
    let Some(overrides) = params.inside("overrides") else {
        return Ok(());
    };
    let length = overrides.0.to_string().chars().count();
    if length > LARGEST_OVERRIDES {
        return Err(invalid(format!(
            "Container Overrides length must be at most {LARGEST_OVERRIDES}"
        )));
    }
    for container in overrides.list("containerOverrides") {
        let name = container.text("name").unwrap_or_default();
        if !definition
            .containers()
            .any(|known| known.text("name") == Some(name))
        {
            return Err(invalid(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    if overrides
        .text("cpu")
        .is_some_and(|cpu| cpu.parse::<u64>().is_err())
    {
        return Err(client("Invalid 'cpu' setting for task."));
    }
    Ok(())
}
