//! ECS services: what CreateService takes, with their tags.

mod transition;

use std::sync::LazyLock;

use super::ecs;
use super::shape::{Cost, Shape, field, map, object, string};
use super::types::{Replacement, ResourceType};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    let tags = field("tags", map(string()), "Its tags.").unmanaged();
    let fields = ecs::service::fields().into_iter().chain([tags]);
    object("Service", "An ECS service: tasks that are kept running.", fields)
        .with_rule(ecs::service::deployment_amounts)
});

/// An ECS service.
pub static SERVICE: ResourceType = ResourceType {
    name: "ecs_service",
    label: "service",
    table: || &TABLE,
    cost: Cost::InPlace,
    replacement: Replacement::DeleteThenCreate,
    destroyed: true,
    rank: 50,
    trigger: false,
    announce: None,
    transition: Some(transition::transition),
    prepare: None,
};

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resource::compare::{additions, compare};
    use crate::value::Value;

    fn differences(wanted: Json, live: Json) -> Vec<(String, Cost)> {
        let found = compare(&SERVICE, &Value::from_json(wanted), &Value::from_json(live), None);
        let told = |difference: crate::resource::difference::Difference| {
            (difference.path.to_string(), difference.cost)
        };
        found.into_iter().map(told).collect()
    }

    #[test]
    fn a_service_that_was_moved_to_capacity_providers_comes_back_without_being_made_anew() {
        let moved = json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]});
        let path = "capacityProviderStrategy[FARGATE_SPOT].capacityProvider".to_owned();
        assert_eq!(
            differences(json!({"launchType": "FARGATE"}), moved),
            [(path, Cost::InPlace)]
        );
        assert_eq!(
            differences(json!({"launchType": "FARGATE"}), json!({"launchType": "EC2"})),
            [("launchType".to_owned(), Cost::Replacement)]
        );
        let made = additions(&SERVICE, &Value::from_json(json!({"launchType": "FARGATE"})));
        assert!(
            made.iter()
                .any(|difference| difference.path.top() == "launchType")
        );
    }

    #[test]
    fn service_connect_that_was_switched_off_comes_back_and_another_discovery_name_is_another_service() {
        let connect = |name: &str| {
            let port = json!({"portName": "web", "discoveryName": name});
            json!({"serviceConnectConfiguration": {"enabled": true, "services": [port]}})
        };
        let costs = |live: Json| -> Vec<Cost> {
            let found = differences(connect("api"), live);
            found.into_iter().map(|(_, cost)| cost).collect()
        };
        let off = json!({"serviceConnectConfiguration": {"enabled": false}});
        assert_eq!(costs(off), [Cost::Deployment; 3]);
        assert_eq!(costs(connect("other")), [Cost::Replacement]);
    }

    #[test]
    fn a_guard_that_is_off_is_as_good_as_none_and_switching_one_off_is_one_difference() {
        let breaker =
            |breaker: Json| json!({"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}});
        let filled = json!({"enable": false, "rollback": false, "resetOnHealthyTask": true});
        assert_eq!(differences(json!({}), breaker(filled.clone())), []);
        assert_eq!(
            differences(
                breaker(json!({"enable": false, "rollback": true})),
                breaker(filled)
            ),
            []
        );
        let on = breaker(json!({"enable": true, "rollback": true, "resetOnHealthyTask": true}));
        let off = breaker(json!({"enable": false, "rollback": true, "resetOnHealthyTask": true}));
        let path = "deploymentConfiguration.deploymentCircuitBreaker.enable".to_owned();
        assert_eq!(differences(on, off), [(path, Cost::InPlace)]);
    }
}
