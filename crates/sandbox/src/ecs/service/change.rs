//! UpdateService and DeleteService.

use serde_json::{Map, Value, json};

use super::create::{MEMBERS, fill};
use super::{OF_REVISION, Service, check};
use crate::api::{Answer, ApiError, Params, Scope};
use crate::ecs::{Due, Ecs, bare, invalid, without_nulls};
use crate::elbv2::Elbv2;

/// Members whose change starts a deployment; `taskDefinition` and `forceNewDeployment` do too. The last two are told by
/// service revisions alone, and a revision is made by a deployment (M), so it takes one for the change to be seen (I).
const TRIGGERS: [&str; 9] = [
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "gatewayConnectors",
    "monitoring",
];
/// Members that only CreateService takes.
const IMMUTABLE: [&str; 2] = ["launchType", "schedulingStrategy"];

impl Ecs {
    pub(in crate::ecs) fn update_service(
        &mut self,
        scope: Scope<'_>,
        elbv2: &Elbv2,
        params: Params<'_>,
    ) -> Answer {
        let key = self.active_service(params)?;
        let Some(service) = self.services.get(&key) else {
            return Err(not_found());
        };
        let cluster = self.cluster(Some(&service.cluster))?;
        check::check_desired(service.is_daemon(), params.number("desiredCount"))?;
        let config = merged(service, params)?;
        let strategy = config
            .get("capacityProviderStrategy")
            .and_then(Value::as_array)
            .cloned();
        self.check_strategy(cluster, &strategy.unwrap_or_default())?;
        let named = params.text("taskDefinition");
        let definition = match named {
            Some(named) => self.runnable(named)?,
            None => self
                .task_definition(&service.task_definition)
                .ok_or_else(|| invalid("TaskDefinition not found."))?,
        };
        check::check(&config, definition, elbv2)?;
        let arn = definition.arn.clone();
        let triggered = arn != service.task_definition
            || params.boolean("forceNewDeployment") == Some(true)
            || TRIGGERS
                .iter()
                .any(|name| config.get(*name) != service.config.get(*name));
        let scaled = params
            .number("desiredCount")
            .filter(|count| *count != service.desired);
        if let Some(service) = self.services.get_mut(&key) {
            service.config = config;
            service.task_definition = arn;
            if let Some(count) = scaled {
                service.desired = count;
                service.is_steady = false;
            }
        }
        if triggered {
            self.begin_deployment(scope, &key);
        }
        self.look_again(scope.now, Due::Service(key.clone()));
        let updated = self.services.get(&key);
        Ok(json!({ "service": updated.map(|service| self.show_service(service, false)) }))
    }

    pub(in crate::ecs) fn delete_service(
        &mut self,
        scope: Scope<'_>,
        elbv2: &mut Elbv2,
        params: Params<'_>,
    ) -> Answer {
        let key = match self.active_service(params) {
            Ok(key) => key,
            Err(error) => return self.draining(params).ok_or(error),
        };
        let forced = params.boolean("force") == Some(true);
        let Some(service) = self.services.get_mut(&key) else {
            return Err(not_found());
        };
        if !forced && !service.is_daemon() && service.desired > 0 {
            return Err(invalid(
                "The service cannot be stopped while it is scaled above 0.",
            ));
        }
        service.status = "DRAINING".to_owned();
        service.desired = 0;
        let message = format!(
            "Service deployment stopped because the service {} was deleted.",
            service.name
        );
        let current = service.current_deployment.clone();
        if let Some(deployment) = current.and_then(|arn| self.deployments.get_mut(&arn)) {
            deployment.end(scope.now, "STOPPED", &message);
        }
        let tasks: Vec<String> = self.tasks_of(&key).map(|task| task.arn.clone()).collect();
        for arn in tasks {
            self.end_task(
                scope,
                elbv2,
                &arn,
                "ServiceSchedulerInitiated",
                "Scaling activity initiated by deletion of the service",
            );
        }
        self.look_again(
            scope.now + super::super::task::life::STEADY,
            Due::Service(key.clone()),
        );
        let deleted = self.services.get(&key);
        Ok(json!({ "service": deleted.map(|service| self.show_service(service, false)) }))
    }

    /// Deleting again what is being deleted is no error.
    fn draining(&self, params: Params<'_>) -> Option<Value> {
        let cluster = self.cluster(params.text("cluster")).ok()?;
        let key = format!("{}/{}", cluster.name, bare(params.text("service")?));
        let service = self
            .services
            .get(&key)
            .filter(|service| service.status == "DRAINING")?;
        Some(json!({ "service": self.show_service(service, false) }))
    }

    fn active_service(&self, params: Params<'_>) -> Result<String, ApiError> {
        let cluster = self.cluster(params.text("cluster"))?;
        let key = format!(
            "{}/{}",
            cluster.name,
            bare(params.text("service").unwrap_or_default())
        );
        let service = self.services.get(&key).ok_or_else(not_found)?;
        if service.status == "ACTIVE" {
            Ok(key)
        } else {
            Err(ApiError::new(
                "ServiceNotActiveException",
                "Service was not ACTIVE.",
            ))
        }
    }
}

fn not_found() -> ApiError {
    ApiError::new("ServiceNotFoundException", "Service not found.")
}

/// The service's members after an update: what is left out stays, lists are replaced whole.
fn merged(service: &Service, params: Params<'_>) -> Result<Map<String, Value>, ApiError> {
    let request = without_nulls(params.0);
    let mut config = service.config.clone();
    for name in MEMBERS
        .iter()
        .chain(OF_REVISION.iter())
        .filter(|name| !IMMUTABLE.contains(name))
    {
        let Some(value) = request.get(*name) else { continue };
        match (*name, value) {
            ("deploymentConfiguration", Value::Object(changes)) => {
                let known = config.entry(*name).or_insert_with(|| json!({}));
                if let Some(known) = known.as_object_mut() {
                    known.extend(changes.clone());
                }
            }
            ("capacityProviderStrategy", Value::Array(strategy)) => switch_capacity(&mut config, strategy),
            ("deploymentController", _) if value["type"] == "EXTERNAL" => {
                return Err(invalid(
                    "The deployment controller cannot be changed to EXTERNAL.",
                ));
            }
            ("serviceConnectConfiguration", _) if value["enabled"] == false => {
                config.insert((*name).to_owned(), json!({ "enabled": false }));
            }
            (
                "volumeConfigurations" | "vpcLatticeConfigurations" | "gatewayConnectors",
                Value::Array(items),
            ) if items.is_empty() => {
                config.remove(*name);
            }
            _ => {
                config.insert((*name).to_owned(), value.clone());
            }
        }
    }
    fill(&mut config);
    Ok(config)
}

/// A strategy takes the place of the launch type; an empty one gives the launch type back.
fn switch_capacity(config: &mut Map<String, Value>, strategy: &[Value]) {
    const LAUNCH: &str = "launchType";
    const STRATEGY: &str = "capacityProviderStrategy";
    let before = config.remove(STRATEGY);
    if strategy.is_empty() {
        let provider = before.as_ref().and_then(|it| it[0]["capacityProvider"].as_str());
        let known = config.get(LAUNCH).and_then(Value::as_str);
        let launch = check::launch_type(known, provider);
        config.insert(LAUNCH.to_owned(), json!(launch));
    } else {
        config.remove(LAUNCH);
        config.insert(STRATEGY.to_owned(), strategy.into());
    }
}
