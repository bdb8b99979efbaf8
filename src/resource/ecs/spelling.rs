//! How several spellings that ECS takes for the same are made one. Every function leaves alone what it doesn't know.

use crate::value::Value;

/// CPU units: `0.25 vCPU`, `.25 vcpu` and `256` are `256`. (M, ESP)
pub fn cpu_units(value: &Value) -> Value {
    scaled(value, "vcpu")
}

/// MiB: `1 GB`, `1gb` and `1024` are `1024`. (M, ESP)
pub fn mebibytes(value: &Value) -> Value {
    scaled(value, "gb")
}

/// `family:revision` of a task definition's ARN or name. (D)
pub fn task_definition(value: &Value) -> Value {
    after(value, ":task-definition/")
}

/// The name in a cluster's ARN. (D)
pub fn cluster(value: &Value) -> Value {
    after(value, ":cluster/")
}

/// Empty text is no role: ECS returns none. (M)
pub fn role(value: &Value) -> Value {
    match value.as_str() {
        Some("") => Value::Null,
        _ => value.clone(),
    }
}

/// Whether a name, with its path if it has one, stands for the role of an ARN: ECS takes either and returns the ARN
/// (D). Two ARNs of different accounts are different roles.
pub fn same_role(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(name), Some(arn)) | (Some(arn), Some(name)) if !name.starts_with("arn:") => {
            after(&arn.into(), ":role/").as_str() == Some(name)
        }
        _ => one == other,
    }
}

/// The field of a placement strategy: `host` is `instanceId`, and letters' case does not matter. (D)
pub fn placement_field(value: &Value) -> Value {
    let Some(text) = value.as_str() else {
        return value.clone();
    };
    match text.to_ascii_lowercase().as_str() {
        "host" | "instanceid" => "instanceId".into(),
        "cpu" => "cpu".into(),
        "memory" => "memory".into(),
        // An attribute's name keeps its case.
        _ => value.clone(),
    }
}

/// Service Connect that is turned off is as good as none.
pub fn disabled_is_absent(value: &Value) -> Value {
    off_is_absent(value, "enabled")
}

/// Circuit breakers, or early successes, that are not enabled are as good as none, whatever else AWS fills in.
pub fn both_not_enabled(one: &Value, other: &Value) -> bool {
    let enabled = |value: &Value| value.get("enable") == Some(&Value::Bool(true));
    !enabled(one) && !enabled(other)
}

/// A service without a launch type has a capacity provider strategy, which tells the difference alone: an empty
/// strategy gives the launch type back, while another launch type is another service (M).
pub fn same_launch_type(one: &Value, other: &Value) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

fn off_is_absent(value: &Value, switch: &str) -> Value {
    match value.get(switch) {
        Some(Value::Bool(false)) => Value::Null,
        _ => value.clone(),
    }
}

fn after(value: &Value, mark: &str) -> Value {
    let name = value
        .as_str()
        .filter(|text| text.starts_with("arn:"))
        .and_then(|text| text.split_once(mark));
    match name {
        Some((_, name)) => name.into(),
        None => value.clone(),
    }
}

fn scaled(value: &Value, unit: &str) -> Value {
    value
        .as_str()
        .and_then(|text| units(text, unit))
        .map_or_else(|| value.clone(), |units| units.to_string().into())
}

/// The whole number that `text` means, in units of which the named one has 1024.
pub(crate) fn units(text: &str, unit: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let Some(amount) = text.strip_suffix(unit) else {
        return text.parse().ok();
    };
    let amount: f64 = amount.trim_end().parse().ok()?;
    let scaled = amount * 1024.0;
    (0.0..1e9).contains(&scaled).then(|| scaled.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rule: fn(&Value) -> Value, from: &str) -> String {
        rule(&from.into()).as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn cpu_and_memory_are_plain_numbers() {
        for spelling in ["256", "0.25 vCPU", ".25 vcpu", "0.25vCPU", " 256 "] {
            assert_eq!(text(cpu_units, spelling), "256", "{spelling}");
        }
        for spelling in ["1024", "1 GB", "1gb", "1.0 GB"] {
            assert_eq!(text(mebibytes, spelling), "1024", "{spelling}");
        }
        assert_eq!(text(mebibytes, "0.5 GB"), "512");
        assert_eq!(text(cpu_units, "a lot"), "a lot");
        assert_eq!(text(cpu_units, "nan vcpu"), "nan vcpu");
    }

    #[test]
    fn arns_become_the_names_that_they_end_with() {
        let revision = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/api:7";
        assert_eq!(text(task_definition, revision), "api:7");
        assert_eq!(text(task_definition, "api:7"), "api:7");
        assert_eq!(
            text(cluster, "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"),
            "prod"
        );
    }

    #[test]
    fn a_role_by_name_is_the_role_by_arn_and_two_accounts_have_two_roles() {
        let arn = |account: &str| Value::from(format!("arn:aws:iam::{account}:role/ops/ecs"));
        assert!(same_role(&"ops/ecs".into(), &arn("123456789012")));
        assert!(same_role(&arn("123456789012"), &"ops/ecs".into()));
        assert!(!same_role(&arn("123456789012"), &arn("999999999999")));
        assert!(!same_role(&"ecs".into(), &arn("123456789012")));
    }

    #[test]
    fn a_placement_field_has_one_spelling() {
        assert_eq!(text(placement_field, "host"), "instanceId");
        assert_eq!(text(placement_field, "INSTANCEID"), "instanceId");
        assert_eq!(text(placement_field, "CPU"), "cpu");
        let zone = "attribute:ecs.availability-zone";
        assert_eq!(text(placement_field, zone), zone);
    }
}
