//! Reading rules: four hundred a call, tags twenty a call, and which of them is which.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::Rule;
use futures::future::join_all;

use super::listener::{self, Listeners};
use super::{ListenerRules, convert};
use crate::aws::elb::{self, ELB, INGRESS, PAGE};
use crate::aws::marks::Marks;
use crate::aws::{AwsError, Observed, Reading, pages};
use crate::resource::graph::{Lookup, ManifestId, Resource, Scope, address};
use crate::resource::listener_rule::{LISTENER_RULE, canonical_conditions, describe};
use crate::resource::snapshot::{ListenerRule, Live, Observation, Orphan, Owner};
use crate::value::{Map, Text, Value};

/// A rule with what its tags say.
pub(super) struct Found {
    pub(super) arn: String,
    pub(super) priority: u32,
    pub(super) spec: Map,
    pub(super) conditions: Value,
    pub(super) marks: Marks,
}

impl Found {
    fn listener(&self) -> &str {
        self.spec
            .get("listenerArn")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn ingress(&self) -> &str {
        self.spec
            .get("tags")
            .and_then(|tags| tags.text(INGRESS))
            .unwrap_or_default()
    }

    fn manifest<'a>(&'a self, ours: &Scope) -> Option<&'a ManifestId> {
        match &self.marks.owner {
            Owner::Manifest { scope, manifest } if scope == ours => Some(manifest),
            _ => None,
        }
    }

    /// Whether the record speaks of these conditions: of two rules with the same marks this is the one that got them.
    fn is_as_recorded(&self) -> bool {
        let record = self.marks.record.as_ref();
        record.is_some_and(|record| record.matches("conditions", &self.conditions))
    }

    pub(super) fn attributes(&self) -> Map {
        let mut attributes = Map::new();
        attributes.insert("arn", self.arn.as_str());
        attributes.insert("listenerArn", self.listener());
        attributes
    }

    fn live(&self) -> Live {
        Live {
            spec: Value::Map(self.spec.clone()),
            attributes: self.attributes(),
            owner: self.marks.owner.clone(),
            record: self.marks.record.clone(),
            held: None,
            status: Value::Null,
        }
    }

    pub(super) fn listed(&self) -> ListenerRule {
        ListenerRule {
            arn: self.arn.as_str().into(),
            priority: self.priority,
            conditions: self.conditions.clone(),
            owner: self.marks.owner.clone(),
        }
    }
}

impl ListenerRules {
    pub(super) async fn read(&self, reading: &Reading<'_>) -> Observed {
        self.moved.lock().await.clear();
        let mut observed = Observed::default();
        let arns = listeners_of(reading);
        let listeners = match reading.list_orphans {
            false => self.listeners(&arns, None).await,
            true => match self.former_balancers(reading).await {
                Ok(former) => self.listeners(&arns, Some(former)).await,
                Err(error) => {
                    let wanted = reading.wanted.iter().map(|wanted| wanted.address.clone());
                    observed.fail("balancers of target groups", &error, wanted);
                    return observed;
                }
            },
        };
        for (arn, error) in &listeners.failed {
            observed.fail(&format!("listener {arn}"), error, on_listener(reading, arn));
        }
        let (rules, looked_up) =
            futures::join!(self.rules(reading, &listeners), self.look_up(reading, &listeners));
        observed.lookups = match looked_up {
            Ok(lookups) => lookups,
            Err(error) => {
                observed.fail(
                    "load balancers",
                    &error,
                    reading.wanted.iter().map(|wanted| wanted.address.clone()),
                );
                return observed;
            }
        };
        let found = self.tagged(reading, rules, &mut observed).await;
        sort_out(reading, &found, &mut observed);
        observed
    }

    /// The balancers that groups of ours are behind: nothing else tells of a listener that no manifest names any more.
    async fn former_balancers(&self, reading: &Reading<'_>) -> Result<BTreeSet<String>, AwsError> {
        let prefix = &*reading.desired.places.name_prefix;
        let groups = elb::groups_for_both(&self.clients).await?;
        let ours = groups
            .iter()
            .filter(|group| could_bear(prefix, group.target_group_name().unwrap_or_default()));
        Ok(ours
            .flat_map(|group| group.load_balancer_arns().iter().cloned())
            .collect())
    }

    /// What references to listeners stand for, by the address that they carry.
    async fn look_up(
        &self,
        reading: &Reading<'_>,
        listeners: &Listeners,
    ) -> Result<BTreeMap<Text, Map>, AwsError> {
        let wanted = reading
            .desired
            .lookups
            .iter()
            .filter_map(|(address, Lookup::Listener(arn))| Some((address, listeners.found.get(arn)?)));
        let wanted: Vec<_> = wanted.collect();
        let arns: BTreeSet<String> = wanted
            .iter()
            .filter_map(|(_, listener)| listener.load_balancer_arn.clone())
            .collect();
        let balancers = self.balancers(&arns).await?;
        let attributes = wanted.into_iter().filter_map(|(address, listener)| {
            let balancer = balancers.get(listener.load_balancer_arn()?)?;
            Some((address.clone(), listener::attributes(listener, balancer)))
        });
        Ok(attributes.collect())
    }

    async fn rules(
        &self,
        reading: &Reading<'_>,
        listeners: &Listeners,
    ) -> Vec<(Text, Result<Vec<Rule>, AwsError>)> {
        let idle = reading.wanted.is_empty() && !reading.list_orphans;
        let read = listeners
            .found
            .keys()
            .filter(|_| !idle)
            .map(|listener| async move { (listener.clone(), self.rules_of(listener).await) });
        join_all(read).await
    }

    /// The rules of a listener but for the default one.
    pub(super) async fn rules_of(&self, listener: &str) -> Result<Vec<Rule>, AwsError> {
        let rules = pages::all(|marker| async move {
            let request = self
                .clients
                .elb()
                .describe_rules()
                .listener_arn(listener)
                .page_size(PAGE)
                .set_marker(marker);
            let answer = self
                .clients
                .gate()
                .call(ELB, "DescribeRules", || request.clone().send())
                .await?;
            Ok((answer.rules.unwrap_or_default(), answer.next_marker))
        });
        let mut rules = rules.await?;
        rules.retain(|rule| rule.is_default() != Some(true));
        Ok(rules)
    }

    async fn tagged(
        &self,
        reading: &Reading<'_>,
        rules: Vec<(Text, Result<Vec<Rule>, AwsError>)>,
        observed: &mut Observed,
    ) -> Vec<Found> {
        let mut read: Vec<(Text, Vec<Rule>)> = Vec::new();
        for (listener, answer) in rules {
            match answer {
                Ok(rules) => read.push((listener, rules)),
                Err(error) => observed.fail(
                    &format!("rules of {listener}"),
                    &error,
                    on_listener(reading, &listener),
                ),
            }
        }
        let listeners: Vec<Text> = read.iter().map(|(listener, _)| listener.clone()).collect();
        match self.with_tags(read).await {
            Ok(found) => {
                for listener in listeners {
                    let here = found.iter().filter(|rule| rule.listener() == &*listener);
                    let listed = here.map(Found::listed).collect();
                    observed.listener_rules.insert(listener, listed);
                }
                found
            }
            Err(error) => {
                observed.fail(
                    "tags of rules",
                    &error,
                    reading.wanted.iter().map(|wanted| wanted.address.clone()),
                );
                Vec::new()
            }
        }
    }

    pub(super) async fn with_tags(&self, read: Vec<(Text, Vec<Rule>)>) -> Result<Vec<Found>, AwsError> {
        let arns: Vec<String> = read
            .iter()
            .flat_map(|(_, rules)| rules.iter().filter_map(|rule| rule.rule_arn.clone()))
            .collect();
        let tags = elb::tags(&self.clients, &arns).await?;
        let found = read
            .iter()
            .flat_map(|(listener, rules)| rules.iter().map(move |rule| (listener, rule)));
        let found = found.filter_map(|(listener, rule)| {
            let arn = rule.rule_arn.clone()?;
            let (own, marks) = elb::split(&tags.get(&arn).cloned().unwrap_or_default());
            let mut spec = convert::spec(listener, rule);
            spec.insert("tags", own);
            Some(Found {
                arn,
                priority: convert::priority(rule)?,
                conditions: canonical_conditions(spec.get("conditions").unwrap_or(&Value::Null)),
                spec,
                marks: marks.on(&[("listenerArn", &[listener])]),
            })
        });
        Ok(found.collect())
    }
}

/// Whether a group of this name could be of the project with this prefix; names are cut before their hash.
fn could_bear(prefix: &str, name: &str) -> bool {
    let readable = name.rsplit_once('-').map_or("", |(readable, _)| readable);
    !readable.is_empty() && (readable.starts_with(prefix) || prefix.starts_with(readable))
}

fn listeners_of(reading: &Reading<'_>) -> BTreeSet<Text> {
    let looked_up = reading
        .desired
        .lookups
        .values()
        .map(|Lookup::Listener(arn)| arn.clone());
    let wanted = reading
        .wanted
        .iter()
        .map(|resource| Text::from(listener_of(resource)));
    let places = reading
        .desired
        .places
        .listeners
        .iter()
        .filter(|_| reading.list_orphans)
        .cloned();
    looked_up.chain(wanted).chain(places).collect()
}

fn on_listener(reading: &Reading<'_>, listener: &str) -> Vec<Text> {
    let here = reading
        .wanted
        .iter()
        .filter(|resource| listener_of(resource) == listener);
    here.map(|resource| resource.address.clone()).collect()
}

/// Which rule is which: by our marks; then one of the same manifest that matches the same requests (its ingress got
/// another name); then a foreign one that does.
fn sort_out(reading: &Reading<'_>, found: &[Found], observed: &mut Observed) {
    let scope = &reading.desired.scope;
    let answerable: Vec<&Resource> = reading
        .wanted
        .iter()
        .copied()
        .filter(|resource| !observed.observations.contains_key(&resource.address))
        .collect();
    let mut claims = Claims {
        found,
        scope,
        taken: BTreeMap::new(),
    };
    let ways: [Fits; 3] = [marked, renamed, foreign];
    for by in ways {
        for resource in &answerable {
            claims.claim(resource, by);
        }
    }
    for resource in &answerable {
        let observation = match claims.taken.iter().find(|(_, owner)| **owner == resource.address) {
            Some((at, _)) => Observation::Present(found[*at].live()),
            None => Observation::Absent,
        };
        observed
            .observations
            .insert(resource.address.clone(), observation);
    }
    let doubtful = !observed.failures.is_empty();
    let left = found
        .iter()
        .enumerate()
        .filter(|(at, _)| !claims.taken.contains_key(at) && !doubtful);
    observed
        .orphans
        .extend(left.filter_map(|(_, rule)| orphan(rule, scope, found)));
}

/// Whether a rule stands for a wanted one.
type Fits = fn(&Claims<'_>, &Found, &Resource) -> bool;

struct Claims<'a> {
    found: &'a [Found],
    scope: &'a Scope,
    taken: BTreeMap<usize, Text>,
}

impl Claims<'_> {
    fn claim(&mut self, resource: &Resource, fits: Fits) {
        if self.taken.values().any(|address| *address == resource.address) {
            return;
        }
        let free = self
            .found
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.taken.contains_key(at));
        let fitting = free.filter(|(_, rule)| fits(self, rule, resource));
        let here = |rule: &Found| rule.listener() == listener_of(resource);
        let best = fitting.min_by_key(|(_, rule)| (!here(rule), !rule.is_as_recorded(), rule.priority));
        if let Some((at, _)) = best {
            self.taken.insert(at, resource.address.clone());
        }
    }
}

fn marked(claims: &Claims<'_>, rule: &Found, resource: &Resource) -> bool {
    rule.manifest(claims.scope) == Some(&resource.manifest) && rule.ingress() == ingress_of(resource)
}

fn renamed(claims: &Claims<'_>, rule: &Found, resource: &Resource) -> bool {
    rule.manifest(claims.scope) == Some(&resource.manifest) && matches_the_same(rule, resource)
}

fn foreign(claims: &Claims<'_>, rule: &Found, resource: &Resource) -> bool {
    rule.manifest(claims.scope).is_none() && matches_the_same(rule, resource)
}

pub(super) fn matches_the_same(rule: &Found, resource: &Resource) -> bool {
    let conditions = resource.spec.get("conditions").map(canonical_conditions);
    rule.listener() == listener_of(resource) && conditions.as_ref() == Some(&rule.conditions)
}

/// A second rule under marks that another one rightly bears was marked by hand: it is nobody's to delete.
fn orphan(rule: &Found, scope: &Scope, found: &[Found]) -> Option<Orphan> {
    let manifest = rule.manifest(scope)?.clone();
    let twin = |other: &&Found| {
        other.arn != rule.arn
            && other.marks == rule.marks
            && other.ingress() == rule.ingress()
            && other.is_as_recorded()
    };
    if !rule.is_as_recorded() && found.iter().any(|other| twin(&other)) {
        return None;
    }
    Some(Orphan {
        address: address(&manifest, &[rule.ingress(), LISTENER_RULE.name]),
        kind: &LISTENER_RULE,
        name: name_of(&rule.conditions),
        manifest,
        live: rule.live(),
    })
}

fn name_of(conditions: &Value) -> Text {
    let conditions_list = conditions.as_list().unwrap_or_default();
    let host = conditions_list
        .iter()
        .find(|condition| condition.text("field") == Some("host-header"));
    let first = host.and_then(|host| host.get("values")?.as_list()?.first()?.as_str());
    first.map_or_else(|| describe(conditions).into(), Text::from)
}

fn listener_of(resource: &Resource) -> &str {
    resource.spec.text("listenerArn").unwrap_or_default()
}

pub(super) fn ingress_of(resource: &Resource) -> &str {
    resource
        .spec
        .get("tags")
        .and_then(|tags| tags.text(INGRESS))
        .unwrap_or_default()
}
