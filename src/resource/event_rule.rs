//! EventBridge rules that start tasks at their times, with their target: PutRule, PutTargets and their tags.

use std::sync::LazyLock;

use super::shape::{Cost, Shape, field, map, object, one_of, string};
use super::target;
use super::types::{Replacement, ResourceType};
use crate::schedule::{Dialect, Expression};
use crate::value::Value;

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "EventRule",
        "An EventBridge rule that starts tasks at its times.",
        [
            field("name", string(), "Its name on the default bus.")
                .required()
                .cost(Cost::Replacement),
            // Returned as it was written, blanks, case and all.
            field("scheduleExpression", string(), "When it fires, in UTC.")
                .required()
                .canonical(expression),
            field("state", one_of(&["ENABLED", "DISABLED"]), "Whether it fires.").default("ENABLED"),
            field("description", string(), "A remark, with the marks of ownership.").canonical(single_blanks),
            field("target", target::shape(), "The task that it starts."),
            field("otherTargets", target::others(), "What else it starts."),
            // PutRule forgets what it is not told; manifests have neither.
            field("eventPattern", Shape::Json, "The events that it waits for."),
            field("roleArn", string(), "The role of the rule itself."),
            field("tags", map(string()), "Its tags.").unmanaged(),
        ],
    )
});

/// A rule that fires at its times.
pub static EVENT_RULE: ResourceType = ResourceType {
    name: "event_rule",
    label: "event rule",
    table: || &TABLE,
    cost: Cost::InPlace,
    replacement: Replacement::DeleteThenCreate,
    destroyed: true,
    rank: 50,
    trigger: true,
    announce: None,
    transition: None,
    prepare: None,
};

fn expression(value: &Value) -> Value {
    canonical_expression(value, Dialect::Rule)
}

/// One text for all spellings of an expression; what is none stays as it is.
pub(super) fn canonical_expression(value: &Value, dialect: Dialect) -> Value {
    let parsed = value.as_str().map(|text| Expression::parse(text, dialect));
    match parsed {
        Some(Ok(expression)) => expression.canonical().into(),
        _ => value.clone(),
    }
}

/// The record stands between the text and its mark, so blanks at the end of the text don't come back as they were.
pub(super) fn single_blanks(value: &Value) -> Value {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resource::compare::{compare, record_of};
    use crate::resource::difference::Cause;
    use crate::resource::record::Record;
    use crate::value::Reference;

    fn wanted() -> Json {
        json!({
            "name": "shop-production-no1",
            "scheduleExpression": "cron(0/5 * * * ? *)",
            "description": "[sendo:shop/production/ScheduledBatch/no1]",
            "target": {
                "cluster": "batch",
                "taskDefinition": "batch:3",
                "roleArn": "arn:aws:iam::123456789012:role/events",
                "input": {"containerOverrides": [{"name": "app", "command": ["bin/report", "--daily"]}]},
            },
            "tags": {"team": "shop"},
        })
    }

    /// The rule and its target as AWS returns them.
    fn echoed() -> Json {
        json!({
            "name": "shop-production-no1",
            "scheduleExpression": "cron(0/5  * * * ? *)",
            "state": "ENABLED",
            "description": "[sendo:shop/production/ScheduledBatch/no1]",
            "target": {
                "cluster": "arn:aws:ecs:ap-northeast-1:123456789012:cluster/batch",
                "taskDefinition": "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/batch:3",
                "roleArn": "arn:aws:iam::123456789012:role/events",
                "taskCount": 1,
                "enableECSManagedTags": false,
                "enableExecuteCommand": false,
                "input": {"containerOverrides": [{"command": ["bin/report", "--daily"], "name": "app"}]},
            },
            "otherTargets": [],
            "tags": {"team": "shop", "sendo:project": "shop", "cost": "7"},
        })
    }

    fn differences(wanted: Json, live: Json, record: Option<&Record>) -> Vec<String> {
        compare(
            &EVENT_RULE,
            &Value::from_json(wanted),
            &Value::from_json(live),
            record,
        )
        .iter()
        .map(|d| format!("{} {:?} -> {:?} {:?}", d.path, d.before, d.after, d.cost))
        .collect()
    }

    #[test]
    fn an_echo_is_no_difference() {
        assert_eq!(differences(wanted(), echoed(), None), [""; 0]);
    }

    #[test]
    fn every_spelling_of_an_expression_is_the_same_and_another_time_is_not() {
        let mut live = echoed();
        for spelling in [
            "cron(0/5 * * * ? *)",
            " cron(00/5  * * * ?  *) ",
            "cron( 0/5 * * * ? * )",
        ] {
            live["scheduleExpression"] = spelling.into();
            assert_eq!(differences(wanted(), live.clone(), None), [""; 0], "{spelling}");
        }
        live["scheduleExpression"] = "cron(0/6 * * * ? *)".into();
        assert_eq!(differences(wanted(), live, None).len(), 1);
    }

    #[test]
    fn what_only_aws_has_is_shown_as_a_removal() {
        let mut live = echoed();
        live["otherTargets"] = json!([{"id": "old", "arn": "arn:aws:sqs:ap-northeast-1:123456789012:q"}]);
        live["eventPattern"] = json!({"source": ["aws.ec2"]});
        live["target"]["group"] = "reports".into();
        live["target"]["launchType"] = "MOON".into();
        live["target"]["retryPolicy"] = json!({"maximumRetryAttempts": 3, "maximumEventAgeSeconds": 86400});
        assert_eq!(
            differences(wanted(), live, None),
            [
                r#"target.group Some("reports") -> None InPlace"#,
                r#"target.launchType Some("MOON") -> None InPlace"#,
                r#"target.retryPolicy.maximumRetryAttempts Some(3) -> None InPlace"#,
                r#"otherTargets[old].id Some("old") -> None InPlace"#,
                r#"otherTargets[old].arn Some("arn:aws:sqs:ap-northeast-1:123456789012:q") -> None InPlace"#,
                r#"eventPattern Some({"source":["aws.ec2"]}) -> None InPlace"#,
            ]
        );
    }

    #[test]
    fn a_new_revision_changes_the_target_alone() {
        let mut wanted = Value::from_json(wanted());
        let revision = Reference {
            address: "TaskTemplate/batch/task_definition".into(),
            attribute: "arn",
        };
        if let Some(target) = wanted
            .as_map_mut()
            .and_then(|rule| rule.get_mut("target"))
            .and_then(Value::as_map_mut)
        {
            target.insert("taskDefinition", revision);
        }
        let differences = compare(&EVENT_RULE, &wanted, &Value::from_json(echoed()), None);
        let paths: Vec<String> = differences.iter().map(|d| d.path.to_string()).collect();
        assert_eq!(paths, ["target.taskDefinition"]);
    }

    #[test]
    fn another_name_is_another_rule() {
        let mut live = echoed();
        live["name"] = "other".into();
        let differences = compare(
            &EVENT_RULE,
            &Value::from_json(wanted()),
            &Value::from_json(live),
            None,
        );
        assert_eq!(differences[0].cost, Cost::Replacement);
    }

    #[test]
    fn a_rule_switched_off_by_hand_is_drift() {
        let mut declared = wanted();
        declared["state"] = "ENABLED".into();
        let record = record_of(&EVENT_RULE, &Value::from_json(declared.clone()));
        let mut live = echoed();
        live["state"] = "DISABLED".into();
        let differences = compare(
            &EVENT_RULE,
            &Value::from_json(declared),
            &Value::from_json(live),
            Some(&record),
        );
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].cause, Cause::Drift);
    }
}
