//! Listener rules: conditions as AWS matches them, forwarding by weight, and the numbers that put rules in order.
//!
//! Facts: CreateRule, ModifyRule and SetRulePriorities in the service model; terraform-provider-aws, listener rule.

pub mod pattern;
pub mod prepare;
pub mod priorities;
mod transition;

use std::sync::LazyLock;

use super::canonical::canonical;
use super::shape::{Cost, Field, Shape, field, integer_between, keyed, map, object, one_of, set, string};
use super::types::{Replacement, ResourceType};
use crate::value::{Map, Text, Value};

pub use transition::transition;

/// Rules of a load balancer's listener.
pub static LISTENER_RULE: ResourceType = ResourceType {
    name: "listener_rule",
    label: "listener rule",
    table,
    cost: Cost::InPlace,
    replacement: Replacement::CreateThenDelete,
    destroyed: true,
    rank: 40,
    trigger: false,
    announce: None,
    transition: Some(transition),
    prepare: Some(prepare::prepare),
};

/// The fields of conditions.
pub const FIELDS: &[&str] = &[
    "host-header",
    "path-pattern",
    "http-header",
    "query-string",
    "http-request-method",
    "source-ip",
];

/// The table of a rule's members.
pub fn table() -> &'static Shape {
    static TABLE: LazyLock<Shape> = LazyLock::new(|| object("ListenerRule", "a listener rule", fields()));
    &TABLE
}

fn fields() -> Vec<Field> {
    vec![
        field("listenerArn", string(), "the listener it belongs to")
            .required()
            .cost(Cost::Replacement),
        field(
            "priority",
            integer_between(1, 50_000),
            "smaller numbers are asked first",
        )
        .filled(),
        field(
            "conditions",
            keyed(condition(), &[&["field", "name"], &["field"]]),
            "what must all hold",
        )
        .required()
        .canonical(canonical_conditions),
        field(
            "forward",
            keyed(target(), &[&["targetGroupArn"]]),
            "where requests go",
        ),
        field("stickiness", Shape::Json, "of a forward action; sendo sets none"),
        field("actions", Shape::Json, "any other action; sendo sets none"),
        field(
            "transforms",
            Shape::Json,
            "rewrites of host and path; sendo sets none",
        ),
        field("tags", map(string()), "tags by key").unmanaged(),
    ]
}

static CONDITION: LazyLock<Shape> = LazyLock::new(condition);

fn condition() -> Shape {
    object(
        "RuleCondition",
        "what must hold of a request",
        [
            field("field", one_of(FIELDS), "which part of the request").required(),
            field("name", string(), "the header's name"),
            field("values", set(Shape::Json), "one of which must match"),
            field(
                "regexValues",
                set(string()),
                "regular expressions; sendo sets none",
            ),
        ],
    )
}

fn target() -> Shape {
    object(
        "ForwardTarget",
        "a target group and its share",
        [
            field("targetGroupArn", string(), "the target group").required(),
            field("weight", integer_between(0, 999), "its share of the requests").default(1),
        ],
    )
}

/// Conditions in one order, as the load balancer reads them: it ignores the case of hosts and header names, the order of
/// values and that of conditions.
pub fn canonical_conditions(value: &Value) -> Value {
    let Some(items) = value.as_list() else {
        return value.clone();
    };
    // By the table first: what it takes away must not have a say in the order.
    let item = &*CONDITION;
    let mut items: Vec<Value> = items
        .iter()
        .map(|condition| canonical(item, &canonical_condition(condition)))
        .collect();
    items.sort();
    items.dedup();
    Value::List(items)
}

fn canonical_condition(condition: &Value) -> Value {
    let Some(map) = condition.as_map() else {
        return condition.clone();
    };
    let folds = condition.text("field") == Some("host-header");
    let mut map: Map = map.clone();
    if let Some(name) = condition.text("name") {
        map.insert("name", name.to_ascii_lowercase());
    }
    if let Some(values) = condition.get("values").and_then(Value::as_list) {
        let mut values: Vec<Value> = values
            .iter()
            .map(|value| match value.as_str() {
                Some(host) if folds => Value::from(host.to_ascii_lowercase()),
                _ => value.clone(),
            })
            .collect();
        values.sort();
        values.dedup();
        map.insert("values", values);
    }
    Value::Map(map)
}

/// Conditions as people read them: `host-header api.example.com, path-pattern /v1/*`.
pub fn describe(conditions: &Value) -> String {
    let parts = conditions.as_list().unwrap_or_default().iter().map(|condition| {
        let field = condition.text("field").unwrap_or("condition");
        let name = condition
            .text("name")
            .map(|name| format!(" {name}"))
            .unwrap_or_default();
        let values = condition
            .get("values")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let values: Vec<Text> = values.iter().map(value_text).collect();
        format!("{field}{name} {}", values.join(" or "))
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn value_text(value: &Value) -> Text {
    match (value.as_str(), value.text("key"), value.text("value")) {
        (Some(text), ..) => text.into(),
        (None, Some(key), Some(value)) => format!("{key}={value}").into(),
        (None, None, Some(value)) => value.into(),
        _ => "".into(),
    }
}

#[cfg(test)]
mod tests;
