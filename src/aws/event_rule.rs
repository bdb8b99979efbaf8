//! EventBridge rules and their targets: every rule in a listing, targets only of those that matter, tags only where
//! something is to be changed.
//!
//! The record of a rule stands in its description, that of its target in the target's reference: a change of one of
//! them writes that one alone.

mod read;
mod write;

use aws_sdk_eventbridge::types::{Rule, Target};
use futures::future::{join_all, try_join};

use super::clients::Clients;
use super::marks::{self, Marks};
use super::observe::attribute;
use super::trigger::{Leftovers, is_missing};
use super::{AwsError, Observed, Provide, Reading, Write, pages};
use crate::resource::compare::{compare, record_of};
use crate::resource::difference::Difference;
use crate::resource::event_rule::EVENT_RULE;
use crate::resource::graph::Resource;
use crate::resource::snapshot::{Live, Observation, Orphan, Owner};
use crate::resource::types::ResourceType;
use crate::value::{Map, Value};

use self::read::{Read, TARGET};

const SERVICE: &str = "events";

/// Rules on the default bus.
pub struct EventRules {
    clients: Clients,
}

impl EventRules {
    /// Rules behind these clients.
    pub fn new(clients: Clients) -> Self {
        EventRules { clients }
    }
}

impl Provide for EventRules {
    fn kind(&self) -> &'static ResourceType {
        &EVENT_RULE
    }

    async fn observe(&self, reading: &Reading<'_>) -> Observed {
        self.look(reading).await
    }

    async fn create(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.make(write).await
    }

    async fn update(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        self.change(write, live, differences).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        self.remove(live).await
    }

    async fn quiesce(&self, live: &Live) -> Result<(), AwsError> {
        self.disable(attribute(&live.attributes, "name").to_owned()).await
    }
}

impl EventRules {
    async fn look(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        if reading.wanted.is_empty() && !reading.list_orphans {
            return observed;
        }
        let rules = match self.rules().await {
            Ok(rules) => rules,
            Err(error) => {
                let addresses = reading.wanted.iter().map(|resource| resource.address.clone());
                observed.fail("event rules", &error, addresses);
                return observed;
            }
        };
        self.look_for_wanted(reading, &rules, &mut observed).await;
        if reading.list_orphans {
            self.look_for_orphans(reading, &rules, &mut observed).await;
        }
        observed
    }

    async fn look_for_wanted(&self, reading: &Reading<'_>, rules: &[Rule], observed: &mut Observed) {
        let looks = reading.wanted.iter().map(|resource| async move {
            let rule = rules.iter().find(|rule| rule.name() == Some(name_of(resource)));
            let observation = match rule {
                None => Ok(Observation::Absent),
                Some(rule) => self.wanted(reading, resource, rule).await,
            };
            (resource, observation)
        });
        for (resource, observation) in join_all(looks).await {
            let address = resource.address.clone();
            match observation {
                Ok(observation) => {
                    observed.observations.insert(address, observation);
                }
                Err(error) => observed.fail(name_of(resource), &error, [address]),
            }
        }
    }

    /// Tags cost a call a rule, so they are read only where the rest is to be changed; the record tells what they are.
    async fn wanted(
        &self,
        reading: &Reading<'_>,
        resource: &Resource,
        rule: &Rule,
    ) -> Result<Observation, AwsError> {
        let name = name_of(resource);
        if let Some(service) = rule.managed_by() {
            return Err(managed(name, service));
        }
        let Some(read) = self.with_targets(rule).await? else {
            return Ok(Observation::Absent);
        };
        let ours = Owner::Manifest {
            scope: reading.desired.scope.clone(),
            manifest: resource.manifest.clone(),
        };
        if read.described.marks.owner == ours && is_settled(resource, &read) {
            let tags = resource.spec.get("tags").cloned().unwrap_or_default();
            return Ok(Observation::Present(read.live(ours, tags, false)));
        }
        let (tags, marks) = self.tags(rule.arn().unwrap_or_default()).await?;
        let owner = read.owner(&marks);
        Ok(Observation::Present(read.live(owner, tags.into(), true)))
    }

    async fn look_for_orphans(&self, reading: &Reading<'_>, rules: &[Rule], observed: &mut Observed) {
        let wanted = |rule: &&Rule| {
            reading
                .wanted
                .iter()
                .any(|resource| rule.name() == Some(name_of(resource)))
        };
        let ours = rules
            .iter()
            .filter(|rule| !wanted(rule) && rule.managed_by().is_none())
            .filter(|rule| Read::of(rule, &[]).described.is_of(reading.desired));
        let looks = ours.map(|rule| async move { (rule, self.orphan(reading, rule).await) });
        let mut leftovers = Leftovers::new("event_rule", reading.desired);
        for (rule, found) in join_all(looks).await {
            let name = rule.name().unwrap_or_default();
            match found {
                Ok(Some(live)) => observed.orphans.extend(orphan(&mut leftovers, name, live)),
                Ok(None) => {}
                Err(error) => observed.fail(name, &error, []),
            }
        }
    }

    async fn orphan(&self, reading: &Reading<'_>, rule: &Rule) -> Result<Option<Live>, AwsError> {
        let arn = rule.arn().unwrap_or_default();
        let (read, (tags, marks)) = try_join(self.with_targets(rule), self.tags(arn)).await?;
        let Some(read) = read else {
            return Ok(None);
        };
        let owner = read.owner(&marks);
        let ours = matches!(&owner, Owner::Manifest { scope, .. } if *scope == reading.desired.scope);
        Ok(ours.then(|| read.live(owner, tags.into(), true)))
    }

    async fn rules(&self) -> Result<Vec<Rule>, AwsError> {
        pages::all(|token| async move {
            let request = self.clients.events().list_rules().limit(100);
            let request = request.set_next_token(token);
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "ListRules", || request.clone().send())
                .await?;
            Ok((answer.rules.unwrap_or_default(), answer.next_token))
        })
        .await
    }

    /// The rule with its targets; none when it went away meanwhile.
    async fn with_targets(&self, rule: &Rule) -> Result<Option<Read>, AwsError> {
        match self.targets(rule.name().unwrap_or_default()).await {
            Ok(targets) => Ok(Some(Read::of(rule, &targets))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn targets(&self, rule: &str) -> Result<Vec<Target>, AwsError> {
        pages::all(|token| async move {
            let request = self.clients.events().list_targets_by_rule().rule(rule);
            let request = request.limit(100).set_next_token(token);
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "ListTargetsByRule", || request.clone().send())
                .await?;
            Ok((answer.targets.unwrap_or_default(), answer.next_token))
        })
        .await
    }

    /// The tags that a manifest can want, and what the marks among them say.
    async fn tags(&self, arn: &str) -> Result<(Map, Marks), AwsError> {
        let request = self.clients.events().list_tags_for_resource().resource_arn(arn);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "ListTagsForResource", || request.clone().send())
            .await?;
        let tags = answer.tags().iter();
        Ok(marks::read(tags.map(|tag| (tag.key(), tag.value()))))
    }
}

/// Whether nothing but a revision that only the apply knows can differ, tags as they were recorded.
fn is_settled(resource: &Resource, read: &Read) -> bool {
    let revision = read
        .spec
        .get(TARGET)
        .and_then(|target| target.get("taskDefinition"));
    let mut wanted = resource.spec.resolve(&|_| revision.cloned());
    let Some(map) = wanted.as_map_mut() else {
        return false;
    };
    let tags = map.remove("tags");
    let live = Value::Map(read.spec.clone());
    if !compare(&EVENT_RULE, &wanted, &live, None).is_empty() {
        return false;
    }
    if let (Some(map), Some(tags)) = (wanted.as_map_mut(), tags) {
        map.insert("tags", tags);
    }
    let (_, recorded) = read.record.clone().unwrap_or_default().split(TARGET);
    let (_, declared) = record_of(&EVENT_RULE, &wanted).split(TARGET);
    recorded == declared
}

fn orphan(leftovers: &mut Leftovers, name: &str, live: Live) -> Option<Orphan> {
    let Owner::Manifest { manifest, .. } = live.owner.clone() else {
        return None;
    };
    Some(Orphan {
        address: leftovers.address(&manifest, name),
        kind: &EVENT_RULE,
        name: name.into(),
        manifest,
        live,
    })
}

fn managed(name: &str, service: &str) -> AwsError {
    let message = format!("event rule {name} is managed by {service}, which alone may change it");
    AwsError::in_answer(SERVICE, "ListRules", "ManagedRule", message)
        .with_hint("choose another ruleName in the manifest")
}

fn name_of(resource: &Resource) -> &str {
    resource.spec.text("name").unwrap_or_default()
}

#[cfg(test)]
mod tests;
