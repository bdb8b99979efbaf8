//! What a trigger starts, between value trees and the shapes of two SDKs, which are alike but for their types.
//!
//! In: a target of a spec. Out: the ECS parameters, retry policy and input to send; and the same read back.

use serde_json::Value as Json;

use crate::resource::ecs::task_override;
use crate::resource::shape::Shape;
use crate::value::{Map, Reveal, Secret, Value};

/// Who answers, and where: what an ARN of a cluster or of a revision begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    partition: String,
    region: String,
    account: String,
}

impl Place {
    /// The place that this ARN names.
    pub fn of(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let (_arn, partition, _service) = (next()?, next()?, next()?);
        Some(Place {
            partition,
            region: next()?,
            account: next()?,
        })
    }

    /// The ARN of a cluster that is named by name or ARN.
    pub fn cluster(&self, cluster: &str) -> String {
        self.ecs("cluster", cluster)
    }

    /// The ARN of a revision that is named by ARN or `family:revision`.
    fn task_definition(&self, definition: &str) -> String {
        self.ecs("task-definition", definition)
    }

    fn ecs(&self, kind: &str, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let Place {
            partition,
            region,
            account,
        } = self;
        format!("arn:{partition}:ecs:{region}:{account}:{kind}/{name}")
    }
}

/// The input to send: the JSON of the overrides; none where nothing is overridden.
pub(super) fn input(target: &Value) -> Option<String> {
    let input = target.get("input").filter(|input| !input.is_empty())?;
    Some(input.to_json(Reveal::Shown).to_string())
}

/// Reads an input: overrides that the table knows, or else what somebody else wrote, in which nobody can tell what is
/// secret.
pub(super) fn read_input(into: &mut Map, input: Option<&str>) {
    let Some(text) = input else { return };
    let parsed = serde_json::from_str::<Json>(text).ok().map(Value::from_json);
    match parsed.filter(|value| knows(&task_override::shape(), value)) {
        Some(overrides) => into.insert("input", overrides),
        None => into.insert("otherInput", Value::Secret(Secret::new(text))),
    };
}

/// Whether the table has a row for everything in the value: what it has none for would be lost unseen.
fn knows(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (_, Value::Null) => true,
        (Shape::Object(object), Value::Map(map)) => map
            .iter()
            .all(|(name, value)| object.field(name).is_some_and(|field| knows(&field.shape, value))),
        (Shape::List(item, _), Value::List(items)) => items.iter().all(|value| knows(item, value)),
        (Shape::Map(item), Value::Map(map)) => map.iter().all(|(_, value)| knows(item, value)),
        (Shape::Json, _) => true,
        (Shape::Object(_) | Shape::List(..) | Shape::Map(_), _) => false,
        (_, value) => !matches!(value, Value::Map(_) | Value::List(_)),
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.text(name).map(str::to_owned)
}

fn texts(value: &Value, name: &str) -> Option<Vec<String>> {
    let items = value.get(name)?.as_list()?.iter();
    Some(
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
    )
}

fn number(value: &Value, name: &str) -> Option<i32> {
    value.get(name)?.as_i64()?.try_into().ok()
}

fn flag(value: &Value, name: &str) -> Option<bool> {
    value.get(name)?.as_bool()
}

fn items<'a>(value: &'a Value, name: &str) -> Option<&'a [Value]> {
    value.get(name)?.as_list()
}

fn put(into: &mut Map, name: &'static str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        into.insert(name, value);
    }
}

fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Option<Value> {
    let items: Vec<Value> = items.into_iter().map(Into::into).collect();
    (!items.is_empty()).then_some(Value::List(items))
}

/// The two SDKs have the same shapes under types of their own.
macro_rules! shapes {
    ($room:ident, $sdk:ident, $doc:literal) => {
        #[doc = $doc]
        pub(super) mod $room {
            use aws_smithy_types::error::operation::BuildError;
            use $sdk::types as sdk;

            use super::{Place, flag, items, list, number, put, text, texts};
            use crate::value::{Map, Value};

            /// The ECS parameters of a target.
            ///
            /// # Errors
            /// A required member is missing.
            pub fn ecs_parameters(
                target: &Value,
                place: &Place,
                reference: Option<String>,
            ) -> Result<sdk::EcsParameters, BuildError> {
                let definition = target
                    .text("taskDefinition")
                    .map(|name| place.task_definition(name));
                let network = target
                    .get("networkConfiguration")
                    .and_then(|network| network.get("awsvpcConfiguration"));
                sdk::EcsParameters::builder()
                    .set_task_definition_arn(definition)
                    .set_task_count(number(target, "taskCount"))
                    .set_launch_type(target.text("launchType").map(Into::into))
                    .set_network_configuration(network.map(network_configuration).transpose()?)
                    .set_platform_version(text(target, "platformVersion"))
                    .set_group(text(target, "group"))
                    .set_capacity_provider_strategy(providers(target)?)
                    .set_enable_ecs_managed_tags(flag(target, "enableECSManagedTags"))
                    .set_enable_execute_command(flag(target, "enableExecuteCommand"))
                    .set_placement_constraints(constraints(target))
                    .set_placement_strategy(strategy(target))
                    .set_propagate_tags(target.text("propagateTags").map(Into::into))
                    .set_reference_id(reference)
                    .build()
            }

            /// The retry policy of a target.
            pub fn retry_policy(target: &Value) -> Option<sdk::RetryPolicy> {
                let policy = target.get("retryPolicy")?;
                let age = number(policy, "maximumEventAgeSeconds");
                Some(
                    sdk::RetryPolicy::builder()
                        .set_maximum_event_age_in_seconds(age)
                        .set_maximum_retry_attempts(number(policy, "maximumRetryAttempts"))
                        .build(),
                )
            }

            /// The dead letter queue of a target.
            pub fn dead_letters(target: &Value) -> Option<sdk::DeadLetterConfig> {
                let arn = text(target, "deadLetterArn")?;
                Some(sdk::DeadLetterConfig::builder().arn(arn).build())
            }

            fn network_configuration(awsvpc: &Value) -> Result<sdk::NetworkConfiguration, BuildError> {
                let awsvpc = sdk::AwsVpcConfiguration::builder()
                    .set_subnets(texts(awsvpc, "subnets"))
                    .set_security_groups(texts(awsvpc, "securityGroups"))
                    .set_assign_public_ip(awsvpc.text("assignPublicIp").map(Into::into))
                    .build()?;
                Ok(sdk::NetworkConfiguration::builder()
                    .awsvpc_configuration(awsvpc)
                    .build())
            }

            fn providers(
                target: &Value,
            ) -> Result<Option<Vec<sdk::CapacityProviderStrategyItem>>, BuildError> {
                let provider = |item: &Value| {
                    sdk::CapacityProviderStrategyItem::builder()
                        .set_capacity_provider(text(item, "capacityProvider"))
                        .set_weight(number(item, "weight"))
                        .set_base(number(item, "base"))
                        .build()
                };
                let items = items(target, "capacityProviderStrategy");
                items
                    .map(|items| items.iter().map(provider).collect())
                    .transpose()
            }

            fn constraints(target: &Value) -> Option<Vec<sdk::PlacementConstraint>> {
                let constraint = |item: &Value| {
                    sdk::PlacementConstraint::builder()
                        .set_type(item.text("type").map(Into::into))
                        .set_expression(text(item, "expression"))
                        .build()
                };
                Some(
                    items(target, "placementConstraints")?
                        .iter()
                        .map(constraint)
                        .collect(),
                )
            }

            fn strategy(target: &Value) -> Option<Vec<sdk::PlacementStrategy>> {
                let rule = |item: &Value| {
                    sdk::PlacementStrategy::builder()
                        .set_type(item.text("type").map(Into::into))
                        .set_field(text(item, "field"))
                        .build()
                };
                Some(
                    items(target, "placementStrategy")?
                        .iter()
                        .map(rule)
                        .collect(),
                )
            }

            /// Reads ECS parameters into a target; their tags and reference are another matter.
            pub fn read_ecs_parameters(into: &mut Map, ecs: &sdk::EcsParameters) {
                put(into, "taskDefinition", Some(ecs.task_definition_arn()));
                put(into, "taskCount", ecs.task_count().map(i64::from));
                put(into, "launchType", ecs.launch_type().map(|it| it.as_str()));
                put(
                    into,
                    "networkConfiguration",
                    ecs.network_configuration().and_then(read_network),
                );
                put(into, "platformVersion", ecs.platform_version());
                put(into, "group", ecs.group());
                put(
                    into,
                    "capacityProviderStrategy",
                    list(ecs.capacity_provider_strategy().iter().map(read_provider)),
                );
                let managed: Option<bool> = ecs.enable_ecs_managed_tags().into();
                let commands: Option<bool> = ecs.enable_execute_command().into();
                put(into, "enableECSManagedTags", managed);
                put(into, "enableExecuteCommand", commands);
                put(
                    into,
                    "placementConstraints",
                    list(ecs.placement_constraints().iter().map(|item| {
                        pair(
                            ("type", item.r#type().map(|it| it.as_str())),
                            ("expression", item.expression()),
                        )
                    })),
                );
                put(
                    into,
                    "placementStrategy",
                    list(ecs.placement_strategy().iter().map(|item| {
                        pair(
                            ("type", item.r#type().map(|it| it.as_str())),
                            ("field", item.field()),
                        )
                    })),
                );
                put(
                    into,
                    "propagateTags",
                    ecs.propagate_tags().map(|it| it.as_str()),
                );
            }

            /// Reads a retry policy.
            pub fn read_retry_policy(policy: &sdk::RetryPolicy) -> Map {
                let mut read = Map::new();
                let age = policy.maximum_event_age_in_seconds().map(i64::from);
                let attempts = policy.maximum_retry_attempts().map(i64::from);
                put(&mut read, "maximumEventAgeSeconds", age);
                put(&mut read, "maximumRetryAttempts", attempts);
                read
            }

            fn read_network(network: &sdk::NetworkConfiguration) -> Option<Map> {
                let awsvpc = network.awsvpc_configuration()?;
                let mut read = Map::new();
                put(
                    &mut read,
                    "subnets",
                    list(awsvpc.subnets().iter().map(String::as_str)),
                );
                let groups = awsvpc.security_groups().iter().map(String::as_str);
                put(&mut read, "securityGroups", list(groups));
                let public = awsvpc.assign_public_ip().map(|it| it.as_str());
                put(&mut read, "assignPublicIp", public);
                Some(Map::from_iter([(
                    "awsvpcConfiguration".into(),
                    read.into(),
                )]))
            }

            fn read_provider(item: &sdk::CapacityProviderStrategyItem) -> Value {
                Value::Map(Map::from_iter([
                    ("capacityProvider".into(), item.capacity_provider().into()),
                    ("weight".into(), i64::from(item.weight()).into()),
                    ("base".into(), i64::from(item.base()).into()),
                ]))
            }

            fn pair(first: (&'static str, Option<&str>), second: (&'static str, Option<&str>)) -> Value {
                let mut read = Map::new();
                for (name, value) in [first, second] {
                    put(&mut read, name, value);
                }
                read.into()
            }
        }
    };
}

shapes!(rule, aws_sdk_eventbridge, "The target of a rule.");
shapes!(schedule, aws_sdk_scheduler, "The target of a schedule.");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place() -> Place {
        Place::of("arn:aws-cn:events:cn-north-1:123456789012:rule/no1").unwrap()
    }

    #[test]
    fn names_become_arns_of_the_account_that_answered() {
        assert_eq!(
            place().cluster("batch"),
            "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/batch"
        );
        assert_eq!(
            place().cluster("arn:aws:ecs:x:1:cluster/y"),
            "arn:aws:ecs:x:1:cluster/y"
        );
        assert_eq!(
            place().task_definition("batch:3"),
            "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/batch:3"
        );
        assert_eq!(Place::of("no arn"), None);
    }

    #[test]
    fn a_target_survives_both_sdks() {
        let target = json!({
            "taskDefinition": "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/batch:3",
            "taskCount": 2,
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
            "platformVersion": "1.4.0",
            "networkConfiguration": {"awsvpcConfiguration": {
                "subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED",
            }},
            "placementConstraints": [{"type": "memberOf", "expression": "attribute:x == y"}],
            "placementStrategy": [{"type": "spread", "field": "instanceId"}],
            "enableECSManagedTags": true,
            "enableExecuteCommand": false,
            "propagateTags": "TASK_DEFINITION",
            "group": "reports",
        });
        let target = Value::from_json(target);
        let (mut of_rule, mut of_schedule) = (Map::new(), Map::new());
        let sent = rule::ecs_parameters(&target, &place(), None).unwrap();
        rule::read_ecs_parameters(&mut of_rule, &sent);
        let sent = schedule::ecs_parameters(&target, &place(), None).unwrap();
        schedule::read_ecs_parameters(&mut of_schedule, &sent);
        assert_eq!(Value::Map(of_rule), target);
        assert_eq!(Value::Map(of_schedule), target);
    }

    #[test]
    fn an_input_that_would_be_lost_unseen_is_kept_as_text() {
        let read = |text: &str| {
            let mut map = Map::new();
            read_input(&mut map, Some(text));
            map
        };
        let overrides = r#"{"containerOverrides":[{"name":"app","command":["a"]}],"cpu":null}"#;
        assert!(read(overrides).contains("input"));
        for text in [
            r#"{"containerOverrides":[{"name":"app","image":"x"}]}"#,
            r#"{"containerOverrides":"all"}"#,
            "<aws.scheduler.execution-id>",
        ] {
            assert!(read(text).contains("otherInput"), "{text}");
        }
    }
}
