//! CreateService.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::{Service, check};
use crate::api::{Answer, ApiError, Params, Scope};
use crate::ecs::cluster::is_name;
use crate::ecs::{Cluster, Ecs, arn, default, invalid, tag, without_nulls};
use crate::elbv2::Elbv2;

/// What is kept of a request beside name, cluster, definition, count, tags and token.
pub(super) const MEMBERS: [&str; 19] = [
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

impl Ecs {
    pub(in crate::ecs) fn create_service(
        &mut self,
        scope: Scope<'_>,
        elbv2: &Elbv2,
        params: Params<'_>,
    ) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?;
        let (cluster_name, cluster_arn) = (cluster.name.clone(), cluster.arn.clone());
        let name = params.text("serviceName").unwrap_or_default();
        if !is_name(name) {
            return Err(invalid(
                "The service name must be 1 to 255 letters, numbers, hyphens and underscores.",
            ));
        }
        if params.text("clientToken").is_some_and(|token| token.len() > 36) {
            return Err(invalid("clientToken can have at most 36 characters."));
        }
        let key = format!("{cluster_name}/{name}");
        if let Some(known) = self.services.get(&key)
            && let Some(answer) = self.repeated_creation(known, params)
        {
            return answer;
        }
        let tags = tag::parse(params, "tags")?;
        let config = self.configuration(cluster, params)?;
        let is_daemon = config["schedulingStrategy"] == "DAEMON";
        check::check_desired(is_daemon, params.number("desiredCount"))?;
        if !is_daemon && !params.has("desiredCount") {
            return Err(invalid(
                "desiredCount is required for services with the REPLICA scheduling strategy.",
            ));
        }
        let definition = self.runnable(params.text("taskDefinition").unwrap_or_default())?;
        check::check(&config, definition, elbv2)?;
        let desired = match params.number("desiredCount") {
            Some(count) => count,
            None => i64::try_from(cluster.instances.len()).unwrap_or(0),
        };
        let service = Service {
            name: name.to_owned(),
            arn: arn(scope, &format!("service/{key}")),
            cluster: cluster_name,
            cluster_arn,
            status: "ACTIVE".to_owned(),
            desired,
            task_definition: definition.arn.clone(),
            config,
            deployments: Vec::new(),
            events: VecDeque::new(),
            tags,
            created: scope.now,
            request: creation(params, scope),
            client_token: params.text("clientToken").map(str::to_owned),
            completed: None,
            current_deployment: None,
            is_steady: false,
            inactive_since: None,
        };
        self.members.remove(&key);
        self.services.insert(key.clone(), service);
        self.begin_deployment(scope, &key);
        let created = self.services.get(&key);
        Ok(json!({ "service": created.map(|service| self.show_service(service, true)) }))
    }

    /// What to answer when the name is taken; none when it is free again.
    fn repeated_creation(&self, known: &Service, params: Params<'_>) -> Option<Answer> {
        let token = params.text("clientToken");
        let same = |service: &Service| {
            let mut asked = without_nulls(params.0);
            if let Some(members) = asked.as_object_mut() {
                members.remove("clientToken");
                members.insert("createdBy".to_owned(), service.request["createdBy"].clone());
            }
            asked == service.request
        };
        match known.status.as_str() {
            "ACTIVE" if same(known) || (token.is_some() && token == known.client_token.as_deref()) => {
                Some(Ok(json!({ "service": self.show_service(known, true) })))
            }
            "ACTIVE" => Some(Err(invalid("Creation of service was not idempotent."))),
            "DRAINING" => Some(Err(invalid("Unable to Start a service that is still Draining."))),
            _ => None,
        }
    }

    /// The members of a new service, with AWS's defaults.
    fn configuration(&self, cluster: &Cluster, params: Params<'_>) -> Result<Map<String, Value>, ApiError> {
        let request = without_nulls(params.0);
        let members = MEMBERS.iter().chain(super::OF_REVISION.iter());
        let given = members.filter_map(|name| Some(((*name).to_owned(), request.get(*name)?.clone())));
        let mut config: Map<String, Value> = given.collect();
        let strategy = config
            .get("capacityProviderStrategy")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if config.contains_key("launchType") && !strategy.is_empty() {
            return Err(invalid(check::BOTH_LAUNCHES));
        }
        self.check_strategy(cluster, &strategy)?;
        if strategy.is_empty() {
            config.remove("capacityProviderStrategy");
            if config.contains_key("launchType") || cluster.default_strategy.is_empty() {
                default(&mut config, "launchType", json!("EC2"));
            } else {
                config.insert(
                    "capacityProviderStrategy".to_owned(),
                    cluster.default_strategy.clone().into(),
                );
            }
        }
        if let Some(role) = request.get("role") {
            config.insert("roleArn".to_owned(), role.clone());
        }
        fill(&mut config);
        Ok(config)
    }
}

/// Fills what AWS fills, after creation and after every update.
pub(super) fn fill(config: &mut Map<String, Value>) {
    for list in [
        "loadBalancers",
        "serviceRegistries",
        "placementConstraints",
        "placementStrategy",
    ] {
        default(config, list, json!([]));
    }
    default(config, "schedulingStrategy", json!("REPLICA"));
    let is_daemon = config["schedulingStrategy"] == "DAEMON";
    let deployment = config
        .entry("deploymentConfiguration")
        .or_insert_with(|| json!({}));
    if let Some(deployment) = deployment.as_object_mut() {
        fill_deployment(deployment, is_daemon);
    }
    default(config, "deploymentController", json!({ "type": "ECS" }));
    default(config, "propagateTags", json!("NONE"));
    default(config, "enableECSManagedTags", json!(false));
    default(config, "enableExecuteCommand", json!(false));
    default(config, "healthCheckGracePeriodSeconds", json!(0));
    default(
        config,
        "availabilityZoneRebalancing",
        json!(if is_daemon { "DISABLED" } else { "ENABLED" }),
    );
    default(config, "resourceManagementType", json!("CUSTOMER"));
    if let Some(strategy) = config
        .get_mut("capacityProviderStrategy")
        .and_then(Value::as_array_mut)
    {
        for item in strategy.iter_mut().filter_map(Value::as_object_mut) {
            default(item, "weight", json!(0));
            default(item, "base", json!(0));
        }
    }
    let provider = config
        .get("capacityProviderStrategy")
        .and_then(|it| it[0]["capacityProvider"].as_str());
    let asked = config.get("launchType").and_then(Value::as_str);
    if check::launch_type(asked, provider) == "FARGATE" {
        default(config, "platformVersion", json!("LATEST"));
        default(config, "platformFamily", json!("Linux"));
    } else {
        config.remove("platformFamily");
    }
    if let Some(vpc) = config
        .get_mut("networkConfiguration")
        .and_then(|it| it["awsvpcConfiguration"].as_object_mut())
    {
        default(vpc, "assignPublicIp", json!("DISABLED"));
        default(vpc, "securityGroups", json!([]));
    }
}

fn fill_deployment(deployment: &mut Map<String, Value>, is_daemon: bool) {
    let (most, least) = if is_daemon { (100, 0) } else { (200, 100) };
    default(deployment, "maximumPercent", json!(most));
    default(deployment, "minimumHealthyPercent", json!(least));
    default(deployment, "strategy", json!("ROLLING"));
    default(deployment, "bakeTimeInMinutes", json!(0));
    let breaker = deployment
        .entry("deploymentCircuitBreaker")
        .or_insert_with(|| json!({}));
    if let Some(breaker) = breaker.as_object_mut() {
        default(breaker, "enable", json!(false));
        default(breaker, "rollback", json!(false));
    }
}

fn creation(params: Params<'_>, scope: Scope<'_>) -> Value {
    let mut request = without_nulls(params.0);
    if let Some(members) = request.as_object_mut() {
        members.remove("clientToken");
        members.insert(
            "createdBy".to_owned(),
            json!(format!("arn:aws:iam::{}:user/sandbox", scope.account)),
        );
    }
    request
}
