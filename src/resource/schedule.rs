//! Schedules of EventBridge Scheduler that start tasks at their times. They have no tags: groups do.

use std::sync::LazyLock;

use super::event_rule::{canonical_expression, single_blanks};
use super::shape::{Cost, Shape, field, integer_between, object, one_of, string};
use super::target;
use super::types::{Replacement, ResourceType};
use crate::schedule::Dialect;
use crate::value::Value;

// UpdateSchedule puts every member that it is not told back to its default, and GetSchedule returns the defaults (M).
static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "Schedule",
        "A schedule that starts tasks at its times.",
        [
            field("name", string(), "Its name in the group.")
                .required()
                .cost(Cost::Replacement),
            field("groupName", string(), "The group that it is in.")
                .default("default")
                .cost(Cost::Replacement),
            field("scheduleExpression", string(), "When it fires.")
                .required()
                .canonical(expression),
            field(
                "scheduleExpressionTimezone",
                string(),
                "The time zone of the expression.",
            )
            .default("UTC"),
            field("state", one_of(&["ENABLED", "DISABLED"]), "Whether it fires.").default("ENABLED"),
            field("description", string(), "A remark, with the marks of ownership.").canonical(single_blanks),
            field("target", target::shape(), "The task that it starts."),
            field("flexibleTimeWindow", window(), "How much later it may fire."),
            // Manifests have none of these.
            field("startDate", string(), "Before this it doesn't fire."),
            field("endDate", string(), "After this it doesn't fire."),
            field("kmsKeyArn", string(), "The key that it is encrypted with."),
            field(
                "actionAfterCompletion",
                one_of(&["NONE", "DELETE"]),
                "What becomes of it once it has fired for the last time.",
            )
            .default("NONE"),
        ],
    )
});

/// A schedule in a group.
pub static SCHEDULE: ResourceType = ResourceType {
    name: "schedule",
    label: "schedule",
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

fn window() -> Shape {
    object(
        "FlexibleTimeWindow",
        "How much later than its time a schedule may fire.",
        [
            field(
                "mode",
                one_of(&["OFF", "FLEXIBLE"]),
                "On time, or within a window.",
            )
            .default("OFF"),
            field(
                "maximumWindowInMinutes",
                integer_between(1, 1440),
                "How long the window is.",
            ),
        ],
    )
}

fn expression(value: &Value) -> Value {
    canonical_expression(value, Dialect::Schedule)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resource::compare::compare;

    fn wanted() -> Json {
        json!({
            "name": "shop-production-no1",
            "groupName": "shop-production",
            "scheduleExpression": "cron(0 9 * * ? *)",
            "description": "[sendo:shop/production/ScheduledBatch/no1]",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {
                "cluster": "batch",
                "taskDefinition": "batch:3",
                "roleArn": "arn:aws:iam::123456789012:role/scheduler",
            },
        })
    }

    /// The schedule as GetSchedule returns it.
    fn echoed() -> Json {
        json!({
            "name": "shop-production-no1",
            "groupName": "shop-production",
            "scheduleExpression": "cron(0 9 * * ? *)",
            "scheduleExpressionTimezone": "UTC",
            "state": "ENABLED",
            "description": "[sendo:shop/production/ScheduledBatch/no1]",
            "flexibleTimeWindow": {"mode": "OFF"},
            "actionAfterCompletion": "NONE",
            "target": {
                "cluster": "batch",
                "taskDefinition": "batch:3",
                "roleArn": "arn:aws:iam::123456789012:role/scheduler",
                "taskCount": 1,
                "retryPolicy": {"maximumEventAgeSeconds": 86400, "maximumRetryAttempts": 185},
            },
        })
    }

    fn differences(wanted: Json, live: Json) -> Vec<String> {
        compare(
            &SCHEDULE,
            &Value::from_json(wanted),
            &Value::from_json(live),
            None,
        )
        .iter()
        .map(|d| format!("{} {:?} -> {:?} {:?}", d.path, d.before, d.after, d.cost))
        .collect()
    }

    #[test]
    fn the_defaults_of_get_schedule_are_no_difference() {
        assert_eq!(differences(wanted(), echoed()), [""; 0]);
    }

    #[test]
    fn the_year_may_be_left_out() {
        let mut written = wanted();
        written["scheduleExpression"] = "cron(0 09 * * ?)".into();
        assert_eq!(differences(written, echoed()), [""; 0]);
    }

    #[test]
    fn a_zone_or_date_of_somebody_else_is_shown() {
        let mut live = echoed();
        live["scheduleExpressionTimezone"] = "Asia/Tokyo".into();
        live["endDate"] = "2027-01-01T00:00:00Z".into();
        live["actionAfterCompletion"] = "DELETE".into();
        live["flexibleTimeWindow"] = json!({"mode": "FLEXIBLE", "maximumWindowInMinutes": 15});
        assert_eq!(
            differences(wanted(), live),
            [
                r#"scheduleExpressionTimezone Some("Asia/Tokyo") -> Some("UTC") InPlace"#,
                r#"flexibleTimeWindow.mode Some("FLEXIBLE") -> None InPlace"#,
                r#"flexibleTimeWindow.maximumWindowInMinutes Some(15) -> None InPlace"#,
                r#"endDate Some("2027-01-01T00:00:00Z") -> None InPlace"#,
                r#"actionAfterCompletion Some("DELETE") -> Some("NONE") InPlace"#,
            ]
        );
    }

    #[test]
    fn a_schedule_in_another_group_is_another_schedule() {
        let mut live = echoed();
        live["groupName"] = "default".into();
        let found = differences(wanted(), live);
        assert!(found.len() == 1 && found[0].ends_with("Replacement"), "{found:?}");
    }
}
