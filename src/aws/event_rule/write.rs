//! Writes of rules: no more calls than what differs needs.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eventbridge::error::BuildError;
use aws_sdk_eventbridge::types::{Tag, Target};

use super::read::{TARGET, TARGET_ID};
use super::{EventRules, SERVICE, name_of};
use crate::aws::marks::{self, Tags};
use crate::aws::observe::attribute;
use crate::aws::target::{Place, input, rule as shapes};
use crate::aws::trigger::{self, is_missing};
use crate::aws::{AwsError, Class, Write};
use crate::resource::difference::Difference;
use crate::resource::snapshot::{Live, Owner};
use crate::value::{Map, Value};

/// How often entries that met contention are sent, and the first pause between.
const ATTEMPTS: u32 = 8;
const PAUSE: Duration = Duration::from_millis(100);
/// How many entries RemoveTargets takes.
const BATCH: usize = 10;

/// An entry that failed inside an answer that succeeded.
struct Failed {
    id: String,
    code: String,
    message: String,
}

impl EventRules {
    /// The rule first, then its target: what is interrupted in between is ours, and the next plan shows what it lacks.
    pub(super) async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.look_before(write).await?;
        let arn = self.put_rule(write, Some(marks::unrecorded_tags(write))).await?;
        self.put_target(write, &arn, TARGET_ID).await?;
        let mut attributes = Map::new();
        attributes.insert("name", name_of(write.resource));
        attributes.insert("arn", arn);
        attributes.insert("targetId", TARGET_ID);
        Ok(attributes)
    }

    /// PutRule overwrites whatever has the name, so what has it must be what an interrupted run of ours left.
    async fn look_before(&self, write: &Write<'_>) -> Result<(), AwsError> {
        let name = name_of(write.resource);
        let request = self.clients.events().describe_rule().name(name);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "DescribeRule", || request.clone().send());
        let found = match answer.await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let described = trigger::Described::read(found.description(), &[("name", &[name])]);
        if found.managed_by().is_none() && trigger::is_writable(write, &described.marks.owner) {
            return Ok(());
        }
        Err(trigger::in_the_way(
            SERVICE,
            "PutRule",
            &format!("event rule {name}"),
        ))
    }

    /// A rule that is switched off stays off while its target changes; one that is switched on has its new target then.
    pub(super) async fn change(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let arn = attribute(&live.attributes, "arn");
        self.confirm(live).await?;
        let differing: BTreeSet<&str> = differences
            .iter()
            .map(|difference| difference.path.top())
            .collect();
        let of_rule = differing
            .iter()
            .any(|member| ![TARGET, "otherTargets"].contains(member));
        let off = write.resource.spec.text("state") == Some("DISABLED");
        if differing.contains("otherTargets") {
            self.remove_targets(name_of(write.resource), other_targets(live))
                .await?;
        }
        if of_rule && off {
            self.change_rule(write, live, differences).await?;
        }
        if differing.contains(TARGET) {
            let id = live.attributes.get("targetId").and_then(Value::as_str);
            self.put_target(write, arn, id.unwrap_or(TARGET_ID)).await?;
        }
        if of_rule && !off {
            self.change_rule(write, live, differences).await?;
        }
        let mut attributes = live.attributes.clone();
        attributes.remove("tagsRead");
        Ok(attributes)
    }

    async fn change_rule(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<(), AwsError> {
        let mut change = marks::changes(write, live, differences);
        // The record stands in the description.
        change.set.remove(marks::APPLIED);
        self.tag(attribute(&live.attributes, "arn"), change.set, change.remove)
            .await?;
        self.put_rule(write, None).await.map(drop)
    }

    /// A rule that was observed without its tags is written only if those don't name another owner.
    async fn confirm(&self, live: &Live) -> Result<(), AwsError> {
        if live.attributes.get("tagsRead") == Some(&Value::Bool(true)) {
            return Ok(());
        }
        let (_, marks) = self.tags(attribute(&live.attributes, "arn")).await?;
        if marks.owner == Owner::Nobody || marks.owner == live.owner {
            return Ok(());
        }
        let what = format!("event rule {}", attribute(&live.attributes, "name"));
        Err(trigger::in_the_way(SERVICE, "ListTagsForResource", &what))
    }

    async fn put_rule(&self, write: &Write<'_>, tags: Option<Tags>) -> Result<String, AwsError> {
        let spec = &write.resource.spec;
        let (_, record) = write.record.split(TARGET);
        let request = self
            .clients
            .events()
            .put_rule()
            .name(name_of(write.resource))
            .set_schedule_expression(spec.text("scheduleExpression").map(str::to_owned))
            .set_state(spec.text("state").map(Into::into))
            .description(trigger::description(write, &record))
            .set_tags(tags.map(sdk_tags).transpose().map_err(incomplete)?);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "PutRule", || request.clone().send())
            .await?;
        Ok(answer.rule_arn.unwrap_or_default())
    }

    async fn put_target(&self, write: &Write<'_>, rule_arn: &str, id: &str) -> Result<(), AwsError> {
        let target = target(write, rule_arn, id)?;
        let request = self.clients.events().put_targets();
        let request = request.rule(name_of(write.resource)).targets(target);
        let put = |_: Vec<String>| async {
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "PutTargets", || request.clone().send())
                .await?;
            let failed = answer.failed_entries().iter();
            let failed = failed.map(|it| failed_entry(it.target_id(), it.error_code(), it.error_message()));
            Ok(failed.collect())
        };
        until_done("PutTargets", vec![id.to_owned()], put).await
    }

    async fn remove_targets(&self, rule: &str, ids: Vec<String>) -> Result<(), AwsError> {
        let remove = |ids: Vec<String>| async move {
            let request = self.clients.events().remove_targets();
            let request = request.rule(rule).set_ids(Some(ids));
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "RemoveTargets", || request.clone().send())
                .await?;
            let failed = answer.failed_entries().iter();
            let failed = failed.map(|it| failed_entry(it.target_id(), it.error_code(), it.error_message()));
            // What is gone already is what was wanted.
            Ok(failed
                .filter(|entry| entry.code != "ResourceNotFoundException")
                .collect())
        };
        for batch in ids.chunks(BATCH) {
            until_done("RemoveTargets", batch.to_vec(), remove).await?;
        }
        Ok(())
    }

    pub(super) async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let name = attribute(&live.attributes, "name");
        match self.try_remove(name, live).await {
            Err(error) if is_missing(&error) => Ok(()),
            result => result,
        }
    }

    async fn try_remove(&self, name: &str, live: &Live) -> Result<(), AwsError> {
        self.confirm(live).await?;
        let targets = self.targets(name).await?;
        let ids = targets.iter().map(|target| target.id().to_owned()).collect();
        self.remove_targets(name, ids).await?;
        let request = self.clients.events().delete_rule().name(name);
        let gate = self.clients.gate();
        gate.call(SERVICE, "DeleteRule", || request.clone().send())
            .await?;
        Ok(())
    }

    pub(super) async fn disable(&self, name: String) -> Result<(), AwsError> {
        let request = self.clients.events().disable_rule().name(name);
        let gate = self.clients.gate();
        match gate.call(SERVICE, "DisableRule", || request.clone().send()).await {
            Err(error) if !is_missing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    async fn tag(&self, arn: &str, set: Tags, remove: Vec<String>) -> Result<(), AwsError> {
        let (events, gate) = (self.clients.events(), self.clients.gate());
        if !remove.is_empty() {
            let request = events
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(remove));
            gate.call(SERVICE, "UntagResource", || request.clone().send())
                .await?;
        }
        if !set.is_empty() {
            let tags = sdk_tags(set).map_err(incomplete)?;
            let request = events.tag_resource().resource_arn(arn).set_tags(Some(tags));
            gate.call(SERVICE, "TagResource", || request.clone().send())
                .await?;
        }
        Ok(())
    }
}

/// Sends entries, and again those of them that met contention, until there are none.
async fn until_done<S, F>(operation: &str, ids: Vec<String>, send: S) -> Result<(), AwsError>
where
    S: Fn(Vec<String>) -> F,
    F: Future<Output = Result<Vec<Failed>, AwsError>>,
{
    let mut ids = ids;
    let mut made = 0;
    loop {
        let failed = send(ids).await?;
        made += 1;
        let passes = |entry: &&Failed| entry.code.starts_with("ConcurrentModification");
        let Some(worst) = failed
            .iter()
            .find(|entry| !passes(entry))
            .or_else(|| failed.first())
        else {
            return Ok(());
        };
        if made == ATTEMPTS || !passes(&worst) {
            let message = format!("target {}: {}", worst.id, worst.message);
            let error = AwsError::in_answer(SERVICE, operation, worst.code.as_str(), message);
            let class = if passes(&worst) {
                Class::Recoverable
            } else {
                Class::Terminal
            };
            return Err(AwsError { class, ..error });
        }
        tokio::time::sleep(PAUSE * 2u32.pow(made.min(5))).await;
        ids = failed.into_iter().map(|entry| entry.id).collect();
    }
}

fn target(write: &Write<'_>, rule_arn: &str, id: &str) -> Result<Target, AwsError> {
    let place =
        Place::of(rule_arn).ok_or_else(|| AwsError::internal(format!("{rule_arn} is no ARN of a rule")))?;
    let spec = write
        .resource
        .spec
        .get(TARGET)
        .ok_or_else(|| AwsError::internal("a rule without a target".to_owned()))?;
    let (record, _) = write.record.split(TARGET);
    let ecs = shapes::ecs_parameters(spec, &place, Some(record.to_string())).map_err(incomplete)?;
    Target::builder()
        .id(id)
        .arn(place.cluster(spec.text("cluster").unwrap_or_default()))
        .set_role_arn(spec.text("roleArn").map(str::to_owned))
        .set_input(input(spec))
        .ecs_parameters(ecs)
        .set_retry_policy(shapes::retry_policy(spec))
        .set_dead_letter_config(shapes::dead_letters(spec))
        .build()
        .map_err(incomplete)
}

fn other_targets(live: &Live) -> Vec<String> {
    let others = live.spec.get("otherTargets").and_then(Value::as_list);
    let others = others.unwrap_or_default().iter();
    others
        .filter_map(|other| other.text("id").map(str::to_owned))
        .collect()
}

fn failed_entry(id: Option<&str>, code: Option<&str>, message: Option<&str>) -> Failed {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Failed {
        id: text(id),
        code: text(code),
        message: text(message),
    }
}

fn sdk_tags(tags: Tags) -> Result<Vec<Tag>, BuildError> {
    let tag = |(key, value): (String, String)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}

fn incomplete(error: BuildError) -> AwsError {
    AwsError::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Sends two entries of which the second fails so many times with this code; returns what was sent.
    async fn send(code: &str, times: u32) -> (Result<(), AwsError>, Vec<usize>) {
        let sent = Cell::new(Vec::new());
        let result = until_done("PutTargets", vec!["a".into(), "b".into()], |ids| {
            let mut all = sent.take();
            all.push(ids.len());
            let fails = all.len() as u32 <= times;
            sent.set(all);
            async move {
                let failed = fails.then(|| failed_entry(Some("b"), Some(code), Some("no")));
                Ok(failed.into_iter().collect())
            }
        });
        (result.await, sent.take())
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_entries_that_met_contention_are_sent_again() {
        let (result, sent) = send("ConcurrentModificationException", 2).await;
        result.unwrap();
        assert_eq!(sent, [2, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_entry_that_failed_is_a_failure() {
        let (result, sent) = send("ManagedRuleException", 9).await;
        let error = result.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (Class::Terminal, "ManagedRuleException")
        );
        assert_eq!(sent, [2]);
    }

    #[tokio::test(start_paused = true)]
    async fn contention_without_end_is_told_in_the_end() {
        let (result, sent) = send("ConcurrentModificationException", 99).await;
        assert_eq!(result.unwrap_err().class, Class::Recoverable);
        assert_eq!(sent.len(), 8);
    }
}
