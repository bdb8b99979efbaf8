//! Which members CreateService and UpdateService are sent. Pure.

use crate::resource::difference::Difference;
use crate::resource::path::{Path, Step};
use crate::resource::service::SERVICE;
use crate::resource::shape::{Absent, Shape};
use crate::value::{Map, Value};

/// Members that say which service it is, or have calls of their own.
const NOT_UPDATED: &[&str] = &[
    "cluster",
    "serviceName",
    "schedulingStrategy",
    "role",
    "launchType",
    "tags",
];

/// What CreateService is sent: the spec, and one task where nobody says how many.
pub fn to_create(spec: &Value) -> Map {
    let mut members = spec.as_map().cloned().unwrap_or_default();
    members.remove("tags");
    let daemon = spec.text("schedulingStrategy") == Some("DAEMON");
    if !daemon && members.get("desiredCount").is_none_or(Value::is_empty) {
        members.insert("desiredCount", 1);
    }
    members
}

/// What UpdateService is sent besides the names: the members that differ, those that nobody wants any more as what
/// clears them, and what must go with them.
pub fn to_update(spec: &Value, differences: &[Difference]) -> Map {
    let mut members = Map::new();
    for top in tops(differences) {
        let wanted = spec.get(top).filter(|value| **value != Value::Null).cloned();
        let value = wanted.or_else(|| cleared(top));
        if let Some(value) = value {
            members.insert(top, value);
        }
    }
    if members.contains("deploymentConfiguration") {
        complete_deployment_configuration(&mut members, differences);
    }
    accompany(spec, &mut members);
    members
}

fn tops(differences: &[Difference]) -> Vec<&str> {
    let mut tops: Vec<&str> = differences
        .iter()
        .map(|difference| difference.path.top())
        .collect();
    tops.sort_unstable();
    tops.dedup();
    tops.retain(|top| !top.is_empty() && !NOT_UPDATED.contains(top));
    tops
}

/// What to send so that a member is gone: UpdateService leaves alone what it is not sent.
fn cleared(member: &str) -> Option<Value> {
    let special = match member {
        "serviceConnectConfiguration" => Some(Map::from_iter([("enabled".into(), Value::from(false))])),
        "monitoring" => Some(Map::from_iter([(
            "metricConfigurations".into(),
            Value::List(Vec::new()),
        )])),
        "deploymentConfiguration" => Some(Map::new()),
        _ => None,
    };
    if let Some(special) = special {
        return Some(Value::Map(special));
    }
    let field = (SERVICE.table)().as_object()?.field(member)?;
    match (&field.absent, &field.shape) {
        (Absent::Is(default) | Absent::Reset(default), _) if *default != Value::Null => Some(default.clone()),
        (_, Shape::List(..)) => Some(Value::List(Vec::new())),
        _ => None,
    }
}

/// AWS merges the members of a deployment configuration, so those that are gone are sent as what they are when they
/// are left out.
fn complete_deployment_configuration(members: &mut Map, differences: &[Difference]) {
    let Some(Value::Map(configuration)) = members.get_mut("deploymentConfiguration") else {
        return;
    };
    let within = differences
        .iter()
        .filter(|difference| difference.path.top() == "deploymentConfiguration");
    for difference in within {
        let Some(Step::Member(name)) = difference.path.steps().get(1) else {
            continue;
        };
        if configuration.get(name).is_some_and(|value| *value != Value::Null) {
            continue;
        }
        let off = || {
            Map::from_iter([
                ("enable".into(), Value::from(false)),
                ("rollback".into(), Value::from(false)),
            ])
        };
        match &**name {
            "deploymentCircuitBreaker" => drop(configuration.insert("deploymentCircuitBreaker", off())),
            "alarms" => {
                let mut off = off();
                off.insert("alarmNames", Vec::new());
                configuration.insert("alarms", off);
            }
            "lifecycleHooks" => drop(configuration.insert("lifecycleHooks", Vec::new())),
            "earlySuccessCriteria" => {
                configuration.insert(
                    "earlySuccessCriteria",
                    Map::from_iter([("enable".into(), Value::from(false))]),
                );
            }
            name => {
                if let Some(after) = after(difference, name) {
                    configuration.insert(name, after);
                }
            }
        }
    }
}

fn after(difference: &Difference, name: &str) -> Option<Value> {
    let path = Path::root().member("deploymentConfiguration").member(name);
    difference.after.clone().filter(|_| difference.path == path)
}

/// Members that only take effect together with others.
fn accompany(spec: &Value, members: &mut Map) {
    // M: a strategy alone starts no deployment, and running tasks would stay where they are.
    if members.contains("capacityProviderStrategy") {
        members.insert("forceNewDeployment", true);
    }
    // A revision that leaves a volume to its service is refused without the volume's configuration.
    if members.contains("taskDefinition")
        && let Some(volumes) = spec.get("volumeConfigurations").filter(|value| !value.is_empty())
    {
        members.insert("volumeConfigurations", volumes.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resource::compare::{compare, record_of};
    use crate::value::Reveal;

    /// What is sent to bring a service from `before`, as sendo applied it, to `after`.
    fn sent(before: Json, after: Json) -> Json {
        let (before, after) = (Value::from_json(before), Value::from_json(after));
        let record = record_of(&SERVICE, &before);
        let differences = compare(&SERVICE, &after, &before, Some(&record));
        Value::Map(to_update(&after, &differences)).to_json(Reveal::Shown)
    }

    fn full() -> Json {
        json!({
            "cluster": "production", "serviceName": "api", "taskDefinition": "api:4", "desiredCount": 2,
            "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "app", "containerPort": 80}],
            "serviceConnectConfiguration": {"enabled": true, "namespace": "shop"},
            "volumeConfigurations": [{"name": "data", "managedEBSVolume": {"roleArn": "arn:role"}}],
            "placementStrategy": [{"type": "spread", "field": "instanceId"}],
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": true, "rollback": true}, "bakeTimeInMinutes": 5,
                "maximumPercent": 150},
            "enableExecuteCommand": true, "healthCheckGracePeriodSeconds": 30,
        })
    }

    fn without(member: &str) -> Json {
        let mut spec = full();
        spec.as_object_mut().unwrap().remove(member);
        spec
    }

    #[test]
    fn only_what_differs_is_sent() {
        let mut after = full();
        after["desiredCount"] = json!(5);
        assert_eq!(sent(full(), after), json!({"desiredCount": 5}));
        assert_eq!(sent(full(), full()), json!({}));
    }

    #[test]
    fn each_member_that_is_gone_is_cleared() {
        let cases = [
            ("loadBalancers", json!([])),
            ("serviceConnectConfiguration", json!({"enabled": false})),
            ("volumeConfigurations", json!([])),
            ("placementStrategy", json!([])),
            ("enableExecuteCommand", json!(false)),
            ("healthCheckGracePeriodSeconds", json!(0)),
        ];
        for (member, clear) in cases {
            assert_eq!(sent(full(), without(member)), json!({member: clear}), "{member}");
        }
    }

    #[test]
    fn a_deployment_configuration_that_is_gone_is_put_back_member_by_member() {
        assert_eq!(
            sent(full(), without("deploymentConfiguration")),
            json!({"deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": false, "rollback": false},
                "bakeTimeInMinutes": 0, "maximumPercent": 200}})
        );
    }

    #[test]
    fn a_circuit_breaker_that_is_gone_is_switched_off_and_the_rest_stays() {
        let mut after = full();
        after["deploymentConfiguration"] = json!({"bakeTimeInMinutes": 5, "maximumPercent": 150});
        assert_eq!(
            sent(full(), after),
            json!({"deploymentConfiguration": {
                "bakeTimeInMinutes": 5, "maximumPercent": 150,
                "deploymentCircuitBreaker": {"enable": false, "rollback": false}}})
        );
    }

    #[test]
    fn all_that_is_gone_at_once_is_one_update() {
        let after = json!({"cluster": "production", "serviceName": "api", "taskDefinition": "api:4", "desiredCount": 2});
        let sent = sent(full(), after);
        let members: Vec<&String> = sent.as_object().unwrap().keys().collect();
        assert_eq!(members.len(), 7, "{members:?}");
    }

    #[test]
    fn another_capacity_provider_takes_effect_at_once() {
        let before =
            json!({"serviceName": "api", "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]});
        let after =
            json!({"serviceName": "api", "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]});
        assert_eq!(
            sent(before, after),
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}], "forceNewDeployment": true})
        );
    }

    #[test]
    fn a_new_revision_comes_with_the_volumes_that_it_leaves_to_the_service() {
        let mut after = full();
        after["taskDefinition"] = json!("api:5");
        let sent = sent(full(), after);
        assert_eq!(sent["taskDefinition"], "api:5");
        assert_eq!(sent["volumeConfigurations"], full()["volumeConfigurations"]);
    }

    #[test]
    fn one_task_is_made_where_nobody_says_how_many() {
        let made = |spec: Json| to_create(&Value::from_json(spec)).get("desiredCount").cloned();
        assert_eq!(made(json!({"serviceName": "api"})), Some(Value::from(1)));
        assert_eq!(made(json!({"desiredCount": 0})), Some(Value::from(0)));
        assert_eq!(made(json!({"schedulingStrategy": "DAEMON"})), None);
    }
}
