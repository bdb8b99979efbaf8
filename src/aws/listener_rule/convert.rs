//! Rules between value trees and the shapes of the SDK.

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, ForwardActionConfig, HostHeaderConditionConfig, HttpHeaderConditionConfig,
    HttpRequestMethodConditionConfig, PathPatternConditionConfig, QueryStringConditionConfig,
    QueryStringKeyValuePair, Rule, RuleCondition, SourceIpConditionConfig, TargetGroupTuple,
};

use crate::value::{Map, Value};

/// Conditions as ELB takes them.
pub(super) fn conditions(spec: &Value) -> Vec<RuleCondition> {
    let conditions = spec
        .get("conditions")
        .and_then(Value::as_list)
        .unwrap_or_default();
    conditions.iter().map(condition).collect()
}

fn condition(condition: &Value) -> RuleCondition {
    let field = condition.text("field").unwrap_or_default();
    let items = condition
        .get("values")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let values = Some(
        items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<String>>(),
    );
    let builder = RuleCondition::builder().field(field);
    match field {
        "host-header" => {
            builder.host_header_config(HostHeaderConditionConfig::builder().set_values(values).build())
        }
        "path-pattern" => {
            builder.path_pattern_config(PathPatternConditionConfig::builder().set_values(values).build())
        }
        "source-ip" => {
            builder.source_ip_config(SourceIpConditionConfig::builder().set_values(values).build())
        }
        "http-request-method" => builder.http_request_method_config(
            HttpRequestMethodConditionConfig::builder()
                .set_values(values)
                .build(),
        ),
        "http-header" => builder.http_header_config(
            HttpHeaderConditionConfig::builder()
                .set_http_header_name(condition.text("name").map(str::to_owned))
                .set_values(values)
                .build(),
        ),
        _ => builder.query_string_config(
            QueryStringConditionConfig::builder()
                .set_values(Some(items.iter().map(pair).collect()))
                .build(),
        ),
    }
    .build()
}

fn pair(value: &Value) -> QueryStringKeyValuePair {
    QueryStringKeyValuePair::builder()
        .set_key(value.text("key").map(str::to_owned))
        .set_value(value.text("value").map(str::to_owned))
        .build()
}

/// The one action that sendo writes: to a group, or to several by weight.
pub(super) fn actions(spec: &Value) -> Vec<Action> {
    let groups = spec.get("forward").and_then(Value::as_list).unwrap_or_default();
    let forward = Action::builder().r#type(ActionTypeEnum::Forward);
    let action = match groups {
        [only] if only.get("weight").is_none_or(|weight| weight.as_i64() == Some(1)) => {
            forward.set_target_group_arn(only.text("targetGroupArn").map(str::to_owned))
        }
        several => forward.forward_config(
            ForwardActionConfig::builder()
                .set_target_groups(Some(several.iter().map(share).collect()))
                .build(),
        ),
    };
    vec![action.build()]
}

fn share(group: &Value) -> TargetGroupTuple {
    let weight = group.get("weight").and_then(Value::as_i64).unwrap_or(1);
    TargetGroupTuple::builder()
        .set_target_group_arn(group.text("targetGroupArn").map(str::to_owned))
        .weight(i32::try_from(weight).unwrap_or(1))
        .build()
}

/// The rule's number; the default rule has none.
pub(super) fn priority(rule: &Rule) -> Option<u32> {
    rule.priority().and_then(|text| text.parse().ok())
}

/// A rule as AWS describes it.
pub(super) fn spec(listener: &str, rule: &Rule) -> Map {
    let mut spec = Map::new();
    spec.insert("listenerArn", listener);
    if let Some(number) = priority(rule) {
        spec.insert("priority", i64::from(number));
    }
    spec.insert(
        "conditions",
        rule.conditions().iter().map(described).collect::<Vec<_>>(),
    );
    match rule.actions() {
        [only] if only.r#type() == Some(&ActionTypeEnum::Forward) => forward(only, &mut spec),
        several => {
            spec.insert("actions", several.iter().map(other_action).collect::<Vec<_>>());
        }
    }
    if !rule.transforms().is_empty() {
        let kinds = rule
            .transforms()
            .iter()
            .map(|transform| Value::from(transform.r#type().map_or("unknown", |kind| kind.as_str())));
        spec.insert("transforms", kinds.collect::<Vec<_>>());
    }
    spec
}

fn described(condition: &RuleCondition) -> Value {
    let mut map = Map::new();
    map.insert("field", condition.field().unwrap_or_default());
    if let Some(name) = condition
        .http_header_config()
        .and_then(|config| config.http_header_name())
    {
        map.insert("name", name);
    }
    let pairs = condition
        .query_string_config()
        .map(|config| config.values())
        .unwrap_or_default();
    let values: Vec<Value> = match pairs {
        [] => texts(condition)
            .iter()
            .map(|text| Value::from(text.as_str()))
            .collect(),
        pairs => pairs.iter().map(described_pair).collect(),
    };
    map.insert("values", values);
    let regular = regular(condition);
    if !regular.is_empty() {
        map.insert(
            "regexValues",
            regular
                .iter()
                .map(|text| Value::from(text.as_str()))
                .collect::<Vec<_>>(),
        );
    }
    Value::Map(map)
}

/// The values of a condition: AWS repeats those of hosts and paths outside of their configuration.
fn texts(condition: &RuleCondition) -> &[String] {
    let inside = [
        condition.host_header_config().map(|config| config.values()),
        condition.path_pattern_config().map(|config| config.values()),
        condition.http_header_config().map(|config| config.values()),
        condition
            .http_request_method_config()
            .map(|config| config.values()),
        condition.source_ip_config().map(|config| config.values()),
    ];
    inside
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_else(|| condition.values())
}

fn regular(condition: &RuleCondition) -> &[String] {
    let inside = [
        condition.host_header_config().map(|config| config.regex_values()),
        condition
            .path_pattern_config()
            .map(|config| config.regex_values()),
        condition.http_header_config().map(|config| config.regex_values()),
    ];
    inside
        .into_iter()
        .flatten()
        .find(|values| !values.is_empty())
        .unwrap_or_else(|| condition.regex_values())
}

fn described_pair(pair: &QueryStringKeyValuePair) -> Value {
    let mut map = Map::new();
    for (name, text) in [("key", pair.key()), ("value", pair.value())] {
        if let Some(text) = text {
            map.insert(name, text);
        }
    }
    Value::Map(map)
}

/// AWS tells a single group both beside and inside of the configuration.
fn forward(action: &Action, spec: &mut Map) {
    let config = action.forward_config();
    let groups = config.map(|config| config.target_groups()).unwrap_or_default();
    let mut shares: Vec<Value> = groups
        .iter()
        .map(|group| described_share(group.target_group_arn(), group.weight()))
        .collect();
    if shares.is_empty() {
        shares.push(described_share(action.target_group_arn(), None));
    }
    spec.insert("forward", shares);
    let sticky = config.and_then(|config| config.target_group_stickiness_config());
    if let Some(sticky) = sticky.filter(|sticky| sticky.enabled() == Some(true)) {
        let mut map = Map::new();
        map.insert("enabled", true);
        if let Some(seconds) = sticky.duration_seconds() {
            map.insert("durationSeconds", i64::from(seconds));
        }
        spec.insert("stickiness", map);
    }
}

fn described_share(arn: Option<&str>, weight: Option<i32>) -> Value {
    let mut map = Map::new();
    map.insert("targetGroupArn", arn.unwrap_or_default());
    map.insert("weight", i64::from(weight.unwrap_or(1)));
    Value::Map(map)
}

fn other_action(action: &Action) -> Value {
    let mut map = Map::new();
    map.insert("type", action.r#type().map_or("unknown", |kind| kind.as_str()));
    if let Some(arn) = action.target_group_arn() {
        map.insert("targetGroupArn", arn);
    }
    if let Some(redirect) = action.redirect_config() {
        let parts = [
            redirect.protocol(),
            redirect.host(),
            redirect.port(),
            redirect.path(),
            redirect.query(),
        ];
        map.insert(
            "redirect",
            parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
        );
    }
    if let Some(fixed) = action.fixed_response_config() {
        map.insert("statusCode", fixed.status_code().unwrap_or_default());
    }
    Value::Map(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::compare::compare;
    use crate::resource::listener_rule::LISTENER_RULE;
    use proptest::prelude::*;
    use serde_json::json;

    fn rule(spec: &Value) -> Rule {
        Rule::builder()
            .priority("7")
            .set_conditions(Some(conditions(spec)))
            .set_actions(Some(actions(spec)))
            .build()
    }

    fn condition() -> impl Strategy<Value = serde_json::Value> {
        let field = prop::sample::select(vec![
            "host-header",
            "path-pattern",
            "source-ip",
            "http-request-method",
        ]);
        let plain = (field, prop::collection::vec("[a-zA-Z*?/.]{1,9}", 1..4))
            .prop_map(|(field, values)| json!({"field": field, "values": values}));
        let header = ("[A-Za-z-]{1,9}", prop::collection::vec("[a-z]{1,9}", 1..3))
            .prop_map(|(name, values)| json!({"field": "http-header", "name": name, "values": values}));
        let query = ("[a-z]{1,5}", "[a-z]{1,5}").prop_map(
            |(key, value)| json!({"field": "query-string", "values": [{"key": key, "value": value}, {"value": value}]}),
        );
        prop_oneof![plain, header, query]
    }

    proptest! {
        #[test]
        fn what_is_sent_reads_back_as_it_was(
            conditions in prop::collection::vec(condition(), 1..4), weights in prop::collection::vec(0i64..5, 1..4)
        ) {
            let forward: Vec<_> = weights
                .iter()
                .enumerate()
                .map(|(at, weight)| json!({"targetGroupArn": format!("arn{at}"), "weight": weight}))
                .collect();
            let sent = Value::from_json(json!({
                "listenerArn": "l", "priority": 7, "conditions": conditions, "forward": forward,
            }));
            let read = Value::Map(spec("l", &rule(&sent)));
            prop_assert_eq!(compare(&LISTENER_RULE, &sent, &read, None), []);
        }
    }

    #[test]
    fn the_two_forms_of_one_group_read_alike() {
        let group = TargetGroupTuple::builder()
            .target_group_arn("arn")
            .weight(1)
            .build();
        let config = ForwardActionConfig::builder().target_groups(group).build();
        let both = Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .target_group_arn("arn")
            .forward_config(config)
            .build();
        let short = Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .target_group_arn("arn")
            .build();
        let read = |action: Action| spec("l", &Rule::builder().actions(action).build());
        assert_eq!(read(both), read(short));
    }

    #[test]
    fn the_default_rule_has_no_number() {
        assert_eq!(priority(&Rule::builder().priority("default").build()), None);
    }
}
