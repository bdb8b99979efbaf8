//! Writing rules: numbers that others may take in the meantime, answers that may get lost.

use super::read::{Found, ingress_of, matches_the_same};
use super::{ListenerRules, convert};
use crate::aws::elb::{self, ELB};
use crate::aws::marks;
use crate::aws::observe::attribute;
use crate::aws::{AwsError, Class, Write};
use crate::resource::difference::Difference;
use crate::resource::listener_rule::prepare::{MOVES, RANGE, range};
use crate::resource::listener_rule::priorities::{Standing, Wanted, allocate};
use crate::resource::listener_rule::{canonical_conditions, describe};
use crate::resource::snapshot::Live;
use crate::value::{Map, Text, Value};

/// How often a rule is tried to be made while others take its number or answers get lost.
const ATTEMPTS: usize = 5;

impl ListenerRules {
    pub(super) async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.move_all(&write.resource.spec).await?;
        let mut number = write.resource.spec.get("priority").and_then(Value::as_i64);
        let (mut attempt, mut taken) = (0, false);
        loop {
            attempt += 1;
            if let Some(attributes) = self.taken_up(write).await? {
                return Ok(attributes);
            }
            if taken {
                number = Some(self.another_number(write).await?);
            }
            let error = match self.create_rule(write, number).await {
                Ok(attributes) => return Ok(attributes),
                Err(error) => error,
            };
            taken = error.code == "PriorityInUse" && write.resource.spec.get(RANGE).is_some();
            if attempt >= ATTEMPTS || !(taken || error.class == Class::Recoverable) {
                return Err(error);
            }
        }
    }

    async fn create_rule(&self, write: &Write<'_>, number: Option<i64>) -> Result<Map, AwsError> {
        let spec = &write.resource.spec;
        let request = self
            .clients
            .elb()
            .create_rule()
            .listener_arn(listener_of(spec))
            .set_priority(number.and_then(|number| i32::try_from(number).ok()))
            .set_conditions(Some(convert::conditions(spec)))
            .set_actions(Some(convert::actions(spec)))
            .set_tags(Some(elb::of(marks::tags(write))));
        let answer = self
            .clients
            .gate()
            .call(ELB, "CreateRule", || request.clone().send())
            .await?;
        let arn = answer
            .rules()
            .first()
            .and_then(|rule| rule.rule_arn())
            .ok_or_else(|| {
                AwsError::in_answer(
                    ELB,
                    "CreateRule",
                    "NoAnswer",
                    "AWS made a rule and told nothing of it",
                )
            })?;
        let mut attributes = Map::new();
        attributes.insert("arn", arn);
        attributes.insert("listenerArn", listener_of(spec));
        Ok(attributes)
    }

    /// A rule that matches the same requests already was made by another run of ours, or by someone else.
    async fn taken_up(&self, write: &Write<'_>) -> Result<Option<Map>, AwsError> {
        let listener: Text = listener_of(&write.resource.spec).into();
        let conditions = canonical_conditions(write.resource.spec.get("conditions").unwrap_or(&Value::Null));
        let mut rules = self.rules_of(&listener).await?;
        rules.retain(|rule| {
            let spec = convert::spec(&listener, rule);
            spec.get("conditions").map(canonical_conditions).as_ref() == Some(&conditions)
        });
        let found = self.with_tags(vec![(listener, rules)]).await?;
        let same: Vec<&Found> = found
            .iter()
            .filter(|rule| matches_the_same(rule, write.resource))
            .collect();
        let ours = same.iter().find(|rule| {
            rule.marks.owner == marks::ours(write) && rule.ingress() == ingress_of(write.resource)
        });
        let foreign = same
            .iter()
            .find(|rule| !elb::is_ours(&rule.marks.owner, write.scope));
        match (ours, foreign) {
            (Some(rule), _) => {
                let shown = Value::Map(rule.spec.clone());
                if convert::actions(&shown) != convert::actions(&write.resource.spec) {
                    self.modify(&rule.arn, &write.resource.spec).await?;
                }
                Ok(Some(rule.attributes()))
            }
            (None, Some(rule)) => {
                let message = format!(
                    "a rule for {} was made by someone else in the meantime: plan again",
                    describe(&rule.conditions)
                );
                Err(AwsError::in_answer(ELB, "CreateRule", "AlreadyExists", message))
            }
            (None, None) => Ok(None),
        }
    }

    /// Somebody took the number since the plan: another one, with the rules as they stand now.
    async fn another_number(&self, write: &Write<'_>) -> Result<i64, AwsError> {
        let spec = &write.resource.spec;
        let listener: Text = listener_of(spec).into();
        let rules = self.rules_of(&listener).await?;
        let standing: Vec<Standing> = rules
            .iter()
            .filter_map(|rule| {
                let conditions = canonical_conditions(convert::spec(&listener, rule).get("conditions")?);
                Some(Standing {
                    label: format!("the rule for {}", describe(&conditions)),
                    priority: convert::priority(rule)?,
                    conditions,
                    ordered: true,
                })
            })
            .collect();
        let wanted = Wanted {
            address: write.resource.address.clone(),
            conditions: canonical_conditions(spec.get("conditions").unwrap_or(&Value::Null)),
            explicit: None,
            current: None,
            range: range(spec),
        };
        let allocation = allocate(&standing, std::slice::from_ref(&wanted));
        match (
            allocation.numbers.get(&wanted.address),
            allocation.impossible.first(),
        ) {
            (Some(number), _) => Ok(i64::from(*number)),
            (None, why) => {
                let why = why.map(|(_, why)| why.clone()).unwrap_or_default();
                Err(AwsError::in_answer(ELB, "CreateRule", "PriorityInUse", why))
            }
        }
    }

    pub(super) async fn change(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let spec = &write.resource.spec;
        let arn = attribute(&live.attributes, "arn");
        let differs = |members: &[&str]| {
            differences
                .iter()
                .any(|difference| members.contains(&difference.path.top()))
        };
        if differs(&["priority"]) {
            self.renumber(arn, spec).await?;
        }
        if differs(&["conditions", "forward", "stickiness", "actions", "transforms"]) {
            self.modify(arn, spec).await?;
        }
        elb::change_tags(&self.clients, arn, marks::changes(write, live, differences)).await?;
        Ok(live.attributes.clone())
    }

    async fn modify(&self, arn: &str, spec: &Value) -> Result<(), AwsError> {
        let request = self
            .clients
            .elb()
            .modify_rule()
            .rule_arn(arn)
            .set_conditions(Some(convert::conditions(spec)))
            .set_actions(Some(convert::actions(spec)))
            .set_reset_transforms(spec.get("transforms").is_none().then_some(true));
        self.clients
            .gate()
            .call(ELB, "ModifyRule", || request.clone().send())
            .await?;
        Ok(())
    }

    async fn renumber(&self, arn: &str, spec: &Value) -> Result<(), AwsError> {
        let moves = moves_of(spec);
        if moves.iter().any(|(rule, _)| &**rule == arn) {
            return self.set_priorities(&moves).await;
        }
        match spec.get("priority").and_then(Value::as_i64) {
            Some(number) => self.set_priorities(&[(arn.into(), number)]).await,
            None => Ok(()),
        }
    }

    async fn move_all(&self, spec: &Value) -> Result<(), AwsError> {
        match moves_of(spec) {
            moves if moves.is_empty() => Ok(()),
            moves => self.set_priorities(&moves).await,
        }
    }

    /// All changes of a listener in one call, the only way in which rules can swap; whoever asks second finds it done.
    async fn set_priorities(&self, moves: &[(Text, i64)]) -> Result<(), AwsError> {
        let mut moved = self.moved.lock().await;
        if moves.iter().all(|change| moved.contains(change)) {
            return Ok(());
        }
        let pairs = moves.iter().map(|(arn, number)| {
            aws_sdk_elasticloadbalancingv2::types::RulePriorityPair::builder()
                .rule_arn(arn.to_string())
                .set_priority(i32::try_from(*number).ok())
                .build()
        });
        let request = self
            .clients
            .elb()
            .set_rule_priorities()
            .set_rule_priorities(Some(pairs.collect()));
        self.clients
            .gate()
            .call(ELB, "SetRulePriorities", || request.clone().send())
            .await?;
        moved.extend(moves.iter().cloned());
        Ok(())
    }

    pub(super) async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let request = self
            .clients
            .elb()
            .delete_rule()
            .rule_arn(attribute(&live.attributes, "arn"));
        let answer = self
            .clients
            .gate()
            .call(ELB, "DeleteRule", || request.clone().send())
            .await;
        match answer {
            Err(error) if !elb::is_gone(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

fn moves_of(spec: &Value) -> Vec<(Text, i64)> {
    let moves = spec.get(MOVES).and_then(Value::as_map);
    let moves = moves.into_iter().flat_map(Map::iter);
    moves
        .filter_map(|(arn, number)| Some((arn.clone(), number.as_i64()?)))
        .collect()
}

fn listener_of(spec: &Value) -> &str {
    spec.text("listenerArn").unwrap_or_default()
}
