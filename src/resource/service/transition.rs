//! Between two target groups: the service registers its tasks in both.

use crate::value::{Map, Value};

/// How many target groups a service has at most.
const MOST: usize = 5;

/// The service as it is wanted, and in the groups that it is about to leave as well, so that they keep healthy targets
/// until requests go elsewhere. `None` where it leaves none, and where ECS itself moves traffic between groups.
pub fn transition(live: &Value, desired: &Value) -> Option<Value> {
    let wanted = groups(desired);
    let leaving: Vec<&Value> = groups(live)
        .into_iter()
        .filter(|group| !has(&wanted, group))
        .collect();
    let moved_by_ecs = wanted
        .iter()
        .chain(&leaving)
        .any(|group| group.get("advancedConfiguration").is_some());
    if leaving.is_empty() || wanted.is_empty() || moved_by_ecs || wanted.len() + leaving.len() > MOST {
        return None;
    }
    let arriving: Vec<&Value> = wanted
        .iter()
        .copied()
        .filter(|group| !has(&groups(live), group))
        .collect();
    let stays: Vec<Value> = leaving
        .iter()
        .map(|group| reachable(group, &wanted, &arriving))
        .collect();
    let declared = desired
        .get("loadBalancers")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let mut service = desired.as_map()?.clone();
    service.insert(
        "loadBalancers",
        declared.iter().cloned().chain(stays).collect::<Vec<_>>(),
    );
    Some(Value::Map(service))
}

fn groups(service: &Value) -> Vec<&Value> {
    let entries = service
        .get("loadBalancers")
        .and_then(Value::as_list)
        .unwrap_or_default();
    entries
        .iter()
        .filter(|entry| entry.get("targetGroupArn").is_some())
        .collect()
}

fn has(groups: &[&Value], wanted: &Value) -> bool {
    groups
        .iter()
        .any(|group| group.get("targetGroupArn") == wanted.get("targetGroupArn"))
}

/// The entry of a group that is left: at a container and port that the new tasks have, if not its own.
fn reachable(leaving: &Value, wanted: &[&Value], arriving: &[&Value]) -> Value {
    let place = |entry: &Value| {
        (
            entry.get("containerName").cloned(),
            entry.get("containerPort").cloned(),
        )
    };
    let Some(next) = arriving.first().or(wanted.first()) else {
        return leaving.clone();
    };
    if wanted.iter().any(|entry| place(entry) == place(leaving)) {
        return leaving.clone();
    }
    let mut entry: Map = leaving.as_map().cloned().unwrap_or_default();
    for member in ["containerName", "containerPort"] {
        entry.insert(member, next.get(member).cloned().unwrap_or_default());
    }
    Value::Map(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn service(groups: &[(&str, &str, i64)], other: Json) -> Value {
        let groups: Vec<Json> = groups
            .iter()
            .map(|(arn, container, port)| json!({"targetGroupArn": arn, "containerName": container, "containerPort": port}))
            .collect();
        let mut service = json!({"serviceName": "api", "loadBalancers": groups});
        service
            .as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        Value::from_json(service)
    }

    #[test]
    fn a_service_is_in_both_groups_while_traffic_moves() {
        let (live, desired) = (
            service(&[("old", "app", 80)], json!({"desiredCount": 1})),
            service(&[("new", "app", 80)], json!({"desiredCount": 2})),
        );
        let both = service(
            &[("new", "app", 80), ("old", "app", 80)],
            json!({"desiredCount": 2}),
        );
        assert_eq!(transition(&live, &desired), Some(both.clone()));
        assert_eq!(transition(&both, &desired), Some(both));
    }

    #[test]
    fn tasks_on_another_port_serve_the_old_group_too() {
        let (live, desired) = (
            service(&[("old", "app", 80)], json!({})),
            service(&[("new", "web", 8080)], json!({})),
        );
        let both = service(&[("new", "web", 8080), ("old", "web", 8080)], json!({}));
        assert_eq!(transition(&live, &desired), Some(both));
    }

    #[test]
    fn what_leaves_no_group_changes_at_once() {
        let one = || service(&[("blue", "app", 80)], json!({}));
        assert_eq!(transition(&one(), &one()), None);
        assert_eq!(transition(&service(&[], json!({})), &one()), None);
        assert_eq!(transition(&one(), &service(&[], json!({}))), None);
        let two = service(&[("blue", "app", 80), ("green", "app", 80)], json!({}));
        assert_eq!(transition(&one(), &two), None);
    }

    #[test]
    fn ecs_moves_traffic_by_itself_where_it_was_told_how() {
        let mut desired = service(&[("new", "app", 80)], json!({}));
        let list = desired.as_map_mut().unwrap().get_mut("loadBalancers").unwrap();
        if let Value::List(items) = list {
            items[0]
                .as_map_mut()
                .unwrap()
                .insert("advancedConfiguration", Map::new());
        }
        assert_eq!(
            transition(&service(&[("old", "app", 80)], json!({})), &desired),
            None
        );
    }
}
