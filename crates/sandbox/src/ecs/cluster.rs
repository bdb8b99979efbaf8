//! Clusters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Ecs, Instance, arn, bare, client, invalid, paged, tag, wants_tags};
use crate::api::{Answer, ApiError, Params, Scope};
use crate::seed;

/// A cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// Capacity providers that services may use.
    pub capacity_providers: Vec<String>,
    /// The strategy of services that name none.
    pub default_strategy: Vec<Value>,
    /// Settings such as Container Insights.
    pub settings: Vec<Value>,
    /// The namespace of Service Connect.
    pub service_connect_defaults: Option<Value>,
    /// Container instances by ARN.
    pub instances: BTreeMap<String, Instance>,
    /// Its tags.
    pub tags: Vec<Value>,
}

impl Cluster {
    fn new(scope: Scope<'_>, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arn: arn(scope, &format!("cluster/{name}")),
            status: "ACTIVE".to_owned(),
            capacity_providers: Vec::new(),
            default_strategy: Vec::new(),
            settings: vec![json!({ "name": "containerInsights", "value": "disabled" })],
            service_connect_defaults: None,
            instances: BTreeMap::new(),
            tags: Vec::new(),
        }
    }
}

impl Ecs {
    /// Puts the clusters of a seeded region in place, two instances in each.
    pub fn seed(&mut self, scope: Scope<'_>) {
        for name in seed::CLUSTERS {
            let mut cluster = Cluster::new(scope, name);
            cluster.capacity_providers = vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()];
            for (number, zone) in [(1, "a"), (2, "c")] {
                let instance = Instance::seeded(scope, name, number, zone);
                cluster.instances.insert(instance.arn.clone(), instance);
            }
            self.clusters.insert(name.to_owned(), cluster);
        }
    }

    pub(super) fn create_cluster(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = params.text("clusterName").unwrap_or("default");
        if !is_name(name) {
            return Err(invalid("Identifier must match [a-zA-Z0-9_-]{1,255}."));
        }
        let tags = tag::parse(params, "tags")?;
        let known = self
            .clusters
            .get(name)
            .is_some_and(|cluster| cluster.status == "ACTIVE");
        if !known {
            let mut cluster = Cluster::new(scope, name);
            cluster.tags = tags;
            set_providers(&mut cluster, params);
            if params.has("settings") {
                cluster.settings = params.list("settings").map(|setting| setting.0.clone()).collect();
            }
            cluster.service_connect_defaults = params.get("serviceConnectDefaults").cloned();
            self.clusters.insert(name.to_owned(), cluster);
        }
        let cluster = self.cluster(Some(name))?;
        Ok(json!({ "cluster": self.show_cluster(cluster, true) }))
    }

    pub(super) fn put_cluster_capacity_providers(&mut self, params: Params<'_>) -> Answer {
        let name = self.cluster(params.text("cluster"))?.name.clone();
        if let Some(cluster) = self.clusters.get_mut(&name) {
            set_providers(cluster, params);
        }
        let cluster = self.cluster(Some(&name))?;
        Ok(json!({ "cluster": self.show_cluster(cluster, false) }))
    }

    pub(super) fn delete_cluster(&mut self, params: Params<'_>) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?;
        let name = cluster.name.clone();
        let live = |status: &str| status != "INACTIVE";
        if self
            .services
            .values()
            .any(|service| service.cluster == name && live(&service.status))
        {
            return Err(ApiError::new(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            ));
        }
        if !cluster.instances.is_empty() {
            return Err(ApiError::new(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.",
            ));
        }
        if self
            .tasks
            .values()
            .any(|task| task.cluster == name && task.last_status != "STOPPED")
        {
            return Err(ApiError::new(
                "ClusterContainsTasksException",
                "The Cluster cannot be deleted while Tasks are active.",
            ));
        }
        if let Some(cluster) = self.clusters.get_mut(&name) {
            cluster.status = "INACTIVE".to_owned();
        }
        let cluster = self.clusters.get(&name).ok_or_else(not_found)?;
        Ok(json!({ "cluster": self.show_cluster(cluster, false) }))
    }

    pub(super) fn describe_clusters(&self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let mut asked = params.texts("clusters");
        if asked.is_empty() {
            asked.push("default");
        }
        if asked.len() > 100 {
            return Err(invalid("clusters can have at most 100 items."));
        }
        let (mut clusters, mut failures) = (Vec::new(), Vec::new());
        for name in asked {
            match self.clusters.get(bare(name)) {
                Some(cluster) => clusters.push(self.show_cluster(cluster, wants_tags(params))),
                None => {
                    let arn = arn(scope, &format!("cluster/{}", bare(name)));
                    failures.push(json!({ "arn": arn, "reason": "MISSING" }));
                }
            }
        }
        Ok(json!({ "clusters": clusters, "failures": failures }))
    }

    pub(super) fn list_clusters(&self, params: Params<'_>) -> Answer {
        let active = self
            .clusters
            .values()
            .filter(|cluster| cluster.status == "ACTIVE");
        paged(
            params,
            "clusterArns",
            active.map(|cluster| json!(cluster.arn)).collect(),
            100,
        )
    }

    /// The cluster of a request: a name, an ARN, or `default` when there is none.
    pub(super) fn cluster(&self, named: Option<&str>) -> Result<&Cluster, ApiError> {
        let named = named.filter(|named| !named.is_empty()).unwrap_or("default");
        let known = self
            .clusters
            .get(bare(named))
            .filter(|cluster| cluster.status == "ACTIVE");
        known
            .filter(|cluster| !named.starts_with("arn:") || cluster.arn == named)
            .ok_or_else(not_found)
    }

    fn show_cluster(&self, cluster: &Cluster, with_tags: bool) -> Value {
        let tasks = self.tasks.values().filter(|task| task.cluster == cluster.name);
        let (mut running, mut pending) = (0, 0);
        for task in tasks {
            running += i32::from(task.is_running());
            pending += i32::from(task.is_pending());
        }
        let services = self
            .services
            .values()
            .filter(|service| service.cluster == cluster.name);
        let mut shown = json!({
            "clusterArn": cluster.arn,
            "clusterName": cluster.name,
            "status": cluster.status,
            "registeredContainerInstancesCount": cluster.instances.len(),
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "activeServicesCount": services.filter(|service| service.status == "ACTIVE").count(),
            "statistics": [],
            "tags": if with_tags { cluster.tags.clone() } else { Vec::new() },
            "settings": cluster.settings,
            "capacityProviders": cluster.capacity_providers,
            "defaultCapacityProviderStrategy": cluster.default_strategy,
        });
        if let Some(defaults) = &cluster.service_connect_defaults {
            shown["serviceConnectDefaults"] = defaults.clone();
        }
        shown
    }
}

fn set_providers(cluster: &mut Cluster, params: Params<'_>) {
    cluster.capacity_providers = params
        .texts("capacityProviders")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let strategy = params.list("defaultCapacityProviderStrategy");
    cluster.default_strategy = strategy.map(|item| item.0.clone()).collect();
}

/// A name that AWS takes for clusters, services and families.
pub(super) fn is_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn not_found() -> ApiError {
    ApiError::new("ClusterNotFoundException", "Cluster not found.")
}

impl Ecs {
    /// The default strategy or the providers of a cluster, for services that name a strategy or nothing.
    pub(super) fn check_strategy(&self, cluster: &Cluster, strategy: &[Value]) -> Result<(), ApiError> {
        if strategy.len() > 20 {
            return Err(invalid("capacityProviderStrategy can have at most 20 items."));
        }
        for item in strategy {
            let provider = item["capacityProvider"].as_str().unwrap_or_default();
            if !cluster.capacity_providers.iter().any(|known| known == provider) {
                return Err(invalid(format!(
                    "The specified capacity provider '{provider}' was not found. Specify a valid capacity provider and try again."
                )));
            }
        }
        if strategy
            .iter()
            .filter(|item| item["base"].as_i64().unwrap_or(0) > 0)
            .count()
            > 1
        {
            return Err(client(
                "Only one capacity provider in a capacity provider strategy can have a base.",
            ));
        }
        Ok(())
    }
}
