//! Reading target groups: those that are wanted, those that stand in their place, and those that nobody wants.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::TargetGroup;
use futures::future::join_all;

use super::{TargetGroups, request};
use crate::aws::elb::{self, ELB, INGRESS};
use crate::aws::marks::{Marks, Tags};
use crate::aws::{AwsError, Observed, Reading};
use crate::resource::graph::{ManifestId, Resource, Scope, address};
use crate::resource::snapshot::{Live, Observation, Orphan, Owner};
use crate::resource::target_group::{TARGET_GROUP, recorded_attributes};
use crate::value::{Map, Text, Value};

/// How many groups DescribeTargetGroups takes by name.
const NAMES: usize = 20;
/// How many digits of a hash end the names that sendo makes up.
const DIGITS: usize = 8;

/// A group with what its tags say.
struct Found {
    group: TargetGroup,
    tags: Map,
    marks: Marks,
}

impl Found {
    fn name(&self) -> &str {
        self.group.target_group_name().unwrap_or_default()
    }

    fn ingress(&self) -> &str {
        self.tags.get(INGRESS).and_then(Value::as_str).unwrap_or_default()
    }

    fn manifest<'a>(&'a self, ours: &Scope) -> Option<&'a ManifestId> {
        match &self.marks.owner {
            Owner::Manifest { scope, manifest } if scope == ours => Some(manifest),
            _ => None,
        }
    }

    fn is_attached(&self) -> bool {
        !self.group.load_balancer_arns().is_empty()
    }
}

impl TargetGroups {
    pub(super) async fn read(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        if reading.wanted.is_empty() && !reading.list_orphans {
            return observed;
        }
        match self.found(reading).await {
            Ok(found) => self.sort_out(reading, found, &mut observed).await,
            Err(error) => {
                let wanted = reading.wanted.iter().map(|resource| resource.address.clone());
                observed.fail("target groups", &error, wanted);
            }
        }
        observed
    }

    async fn found(&self, reading: &Reading<'_>) -> Result<Vec<Found>, AwsError> {
        let names: Vec<String> = reading
            .wanted
            .iter()
            .map(|resource| name_of(resource).to_owned())
            .collect();
        let by_name = match !reading.list_orphans && names.len() <= NAMES {
            true => self.named(&names).await?,
            false => None,
        };
        let groups = match by_name {
            Some(groups) => groups,
            None if reading.list_orphans => elb::groups_for_both(&self.clients).await?,
            None => elb::groups(&self.clients).await?,
        };
        let candidates = candidates(groups, reading);
        let arns: Vec<String> = candidates
            .iter()
            .filter_map(|group| group.target_group_arn.clone())
            .collect();
        let tags = elb::tags(&self.clients, &arns).await?;
        Ok(candidates.into_iter().map(|group| found(group, &tags)).collect())
    }

    /// The groups of these names; `None` where one of them does not exist: AWS tells nothing of the others then.
    pub(super) async fn named(&self, names: &[String]) -> Result<Option<Vec<TargetGroup>>, AwsError> {
        let request = self
            .clients
            .elb()
            .describe_target_groups()
            .set_names(Some(names.to_vec()));
        let answer = self
            .clients
            .gate()
            .call(ELB, "DescribeTargetGroups", || request.clone().send())
            .await;
        match answer {
            Ok(answer) => Ok(Some(answer.target_groups.unwrap_or_default())),
            Err(error) if elb::is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn sort_out(&self, reading: &Reading<'_>, found: Vec<Found>, observed: &mut Observed) {
        let scope = &reading.desired.scope;
        let mut claimed: BTreeMap<usize, (&Resource, bool)> = BTreeMap::new();
        for resource in &reading.wanted {
            let named = found.iter().position(|group| group.name() == name_of(resource));
            match named.or_else(|| predecessor(&found, resource, scope, reading)) {
                Some(at) => {
                    claimed.insert(at, (resource, named.is_some()));
                }
                None => {
                    observed
                        .observations
                        .insert(resource.address.clone(), Observation::Absent);
                }
            }
        }
        let looks = found.iter().enumerate().map(|(at, group)| {
            let wanted = claimed.get(&at).map(|(resource, _)| *resource);
            async move { (at, self.live(group, wanted).await) }
        });
        for (at, live) in join_all(looks).await {
            match (live, claimed.get(&at)) {
                (Ok(live), Some((resource, exact))) => {
                    let observation = if *exact {
                        Observation::Present(live)
                    } else {
                        Observation::Superseded(live)
                    };
                    observed
                        .observations
                        .insert(resource.address.clone(), observation);
                }
                (Ok(live), None) => observed.orphans.extend(orphan(&found[at], live, scope)),
                (Err(error), Some((resource, _))) => {
                    observed.fail(found[at].name(), &error, [resource.address.clone()]);
                }
                (Err(error), None) => observed.fail(found[at].name(), &error, []),
            }
        }
    }

    /// Attributes cost a call a group: they are read only where a manifest declares some, or did when it was last applied.
    async fn live(&self, found: &Found, wanted: Option<&Resource>) -> Result<Live, AwsError> {
        let mut spec = request::spec(&found.group);
        spec.insert("tags", found.tags.clone());
        let declared = wanted.is_some_and(|resource| {
            let attributes = resource
                .spec
                .get("attributes")
                .is_some_and(|attributes| !attributes.is_empty());
            attributes || found.marks.record.as_ref().is_some_and(recorded_attributes)
        });
        if declared {
            let arn = found.group.target_group_arn().unwrap_or_default();
            spec.insert("attributes", self.attributes_of(arn).await?);
        }
        Ok(Live {
            spec: Value::Map(spec),
            attributes: request::attributes(&found.group),
            owner: found.marks.owner.clone(),
            record: found.marks.record.clone(),
            held: None,
            status: Value::Null,
        })
    }

    async fn attributes_of(&self, arn: &str) -> Result<Map, AwsError> {
        let request = self
            .clients
            .elb()
            .describe_target_group_attributes()
            .target_group_arn(arn);
        let answer = self
            .clients
            .gate()
            .call(ELB, "DescribeTargetGroupAttributes", || request.clone().send())
            .await?;
        let attributes = answer.attributes.unwrap_or_default().into_iter();
        Ok(attributes
            .filter_map(|attribute| Some((Text::from(attribute.key?), Value::from(attribute.value?))))
            .collect())
    }

    /// The other groups of the same ingress: what it had before.
    pub(super) async fn siblings(&self, resource: &Resource, scope: &Scope) -> Result<Vec<String>, AwsError> {
        let groups = elb::groups(&self.clients).await?;
        let arns: Vec<String> = groups
            .iter()
            .filter(|group| !group.load_balancer_arns().is_empty())
            .filter_map(|group| group.target_group_arn.clone())
            .collect();
        let tags = elb::tags(&self.clients, &arns).await?;
        let found = groups.into_iter().map(|group| found(group, &tags));
        let siblings = found.filter(|group| {
            group.name() != name_of(resource)
                && group.manifest(scope) == Some(&resource.manifest)
                && group.ingress() == ingress_of(resource)
        });
        Ok(siblings
            .filter_map(|found| found.group.target_group_arn)
            .collect())
    }
}

fn found(group: TargetGroup, tags: &BTreeMap<String, Tags>) -> Found {
    let known = group
        .target_group_arn()
        .and_then(|arn| tags.get(arn))
        .cloned()
        .unwrap_or_default();
    let (tags, marks) = elb::split(&known);
    let marks = marks.on(&[("name", &[group.target_group_name().unwrap_or_default()])]);
    Found { group, tags, marks }
}

/// The groups whose tags are worth a look: those that are wanted and, unless these are all there, those that could be
/// ours: of a made-up name, or behind a balancer that we use.
fn candidates(groups: Vec<TargetGroup>, reading: &Reading<'_>) -> Vec<TargetGroup> {
    let wanted: BTreeSet<&str> = reading.wanted.iter().map(|resource| name_of(resource)).collect();
    let there = groups
        .iter()
        .filter(|group| wanted.contains(group.target_group_name().unwrap_or_default()))
        .count();
    let all_there = there == wanted.len() && !reading.list_orphans;
    let listeners = reading.desired.places.listeners.iter();
    let balancers: BTreeSet<String> = listeners
        .filter_map(|listener| elb::balancer_of(listener))
        .collect();
    let could_be_ours = |group: &TargetGroup| {
        is_made_up(group.target_group_name().unwrap_or_default())
            || group
                .load_balancer_arns()
                .iter()
                .any(|arn| balancers.contains(arn))
    };
    groups
        .into_iter()
        .filter(|group| {
            wanted.contains(group.target_group_name().unwrap_or_default())
                || (!all_there && could_be_ours(group))
        })
        .collect()
}

fn is_made_up(name: &str) -> bool {
    let digit = |c: char| c.is_ascii_alphabetic() || ('2'..='7').contains(&c);
    name.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == DIGITS && hash.chars().all(digit))
}

/// A group of the same ingress under another name, the one in use first.
fn predecessor(found: &[Found], resource: &Resource, scope: &Scope, reading: &Reading<'_>) -> Option<usize> {
    let wanted = |name: &str| reading.wanted.iter().any(|other| name_of(other) == name);
    let fits = |group: &Found| {
        group.manifest(scope) == Some(&resource.manifest)
            && group.ingress() == ingress_of(resource)
            && !wanted(group.name())
    };
    let fitting = found.iter().enumerate().filter(|(_, group)| fits(group));
    fitting
        .max_by_key(|(_, group)| group.is_attached())
        .map(|(at, _)| at)
}

fn orphan(found: &Found, live: Live, scope: &Scope) -> Option<Orphan> {
    let manifest = found.manifest(scope)?.clone();
    Some(Orphan {
        address: address(&manifest, &[found.ingress(), TARGET_GROUP.name]),
        kind: &TARGET_GROUP,
        name: found.name().into(),
        manifest,
        live,
    })
}

fn name_of(resource: &Resource) -> &str {
    resource.spec.text("name").unwrap_or_default()
}

fn ingress_of(resource: &Resource) -> &str {
    resource
        .spec
        .get("tags")
        .and_then(|tags| tags.text(INGRESS))
        .unwrap_or_default()
}
