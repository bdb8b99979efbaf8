//! Schedules of EventBridge Scheduler, in one group a project and environment.
//!
//! A listing has neither expressions nor descriptions, so each schedule is read by itself, many at once, unless it is
//! remembered and nobody has modified it since. Schedules have no tags: their marks and their record stand in the description, and the group's tags say whose group it is.

mod group;
mod memory;
mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::ScheduleSummary;
use aws_smithy_types::DateTime;
use futures::future::join_all;
use tokio::sync::Mutex;

use self::memory::Memory;
use super::clients::Clients;
use super::trigger::{Leftovers, is_missing};
use super::{AwsError, Observed, Provide, Reading, Write, pages};
use crate::resource::difference::Difference;
use crate::resource::graph::Resource;
use crate::resource::schedule::SCHEDULE;
use crate::resource::snapshot::{Live, Observation, Orphan, Owner};
use crate::resource::types::ResourceType;
use crate::value::{Map, Text};

const SERVICE: &str = "scheduler";

/// Schedules in groups.
pub struct Schedules {
    clients: Clients,
    /// The groups that were found or made, with their ARNs: looked at once before the first write.
    groups: Mutex<BTreeMap<Text, String>>,
    memory: Memory,
}

impl Schedules {
    /// Schedules behind these clients.
    pub fn new(clients: Clients) -> Self {
        Schedules {
            memory: Memory::of(&clients),
            clients,
            groups: Mutex::default(),
        }
    }
}

impl Provide for Schedules {
    fn kind(&self) -> &'static ResourceType {
        &SCHEDULE
    }

    async fn observe(&self, reading: &Reading<'_>) -> Observed {
        self.look(reading).await
    }

    async fn create(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.make(write).await
    }

    async fn update(&self, write: &Write<'_>, live: &Live, _: &[Difference]) -> Result<Map, AwsError> {
        self.change(write, live).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        self.remove(live).await
    }

    async fn quiesce(&self, live: &Live) -> Result<(), AwsError> {
        self.disable(live).await
    }
}

/// The schedules of one group, by name: those that are there, each as it could be read.
type Found = BTreeMap<Text, Result<Option<Live>, AwsError>>;

impl Schedules {
    async fn look(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        let looks = groups_of(reading)
            .into_iter()
            .map(|group| async move { (group, self.look_into(reading, group).await) });
        let mut leftovers = Leftovers::new("schedule", reading.desired);
        for (group, found) in join_all(looks).await {
            let wanted = reading
                .wanted
                .iter()
                .copied()
                .filter(|resource| group_of(resource) == group);
            match found {
                Ok(found) => sort(reading, wanted, found, &mut leftovers, &mut observed),
                Err(error) => {
                    let addresses = wanted.map(|resource| resource.address.clone());
                    observed.fail(&format!("schedules of group {group}"), &error, addresses);
                }
            }
        }
        observed
    }

    async fn look_into(&self, reading: &Reading<'_>, group: &str) -> Result<Found, AwsError> {
        let wanted: BTreeSet<Text> = reading
            .wanted
            .iter()
            .filter(|resource| group_of(resource) == group)
            .map(|resource| name_of(resource).into())
            .collect();
        let listed: BTreeMap<Text, Option<ScheduleSummary>> = match reading.list_orphans {
            true => match self.listed(group).await {
                Ok(listed) => listed,
                // Where there is no group, there is nothing in it.
                Err(error) if is_missing(&error) => {
                    self.groups.lock().await.remove(group);
                    return Ok(Found::new());
                }
                Err(error) => return Err(error),
            },
            false => wanted.iter().map(|name| (name.clone(), None)).collect(),
        };
        let found = listed.into_iter().map(|(name, summary)| async move {
            let found = self.live(reading, group, &name, summary).await;
            (name, found)
        });
        let found: Found = join_all(found).await.into_iter().collect();
        let to_make = wanted
            .iter()
            .any(|name| !matches!(found.get(name), Some(Ok(Some(_)) | Err(_))));
        if to_make {
            self.group(group, &reading.desired.scope).await?;
        }
        Ok(found)
    }

    /// What is in a group, by name.
    async fn listed(&self, group: &str) -> Result<BTreeMap<Text, Option<ScheduleSummary>>, AwsError> {
        let summaries = pages::all(|token| async move {
            let request = self.clients.scheduler().list_schedules().group_name(group);
            let request = request.max_results(100).set_next_token(token);
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "ListSchedules", || request.clone().send())
                .await?;
            Ok((answer.schedules, answer.next_token))
        });
        let named = |summary: ScheduleSummary| Some((summary.name()?.into(), Some(summary)));
        Ok(summaries.await?.into_iter().filter_map(named).collect())
    }

    /// The schedule as it is remembered, or as AWS has it now.
    async fn live(
        &self,
        reading: &Reading<'_>,
        group: &str,
        name: &str,
        listed: Option<ScheduleSummary>,
    ) -> Result<Option<Live>, AwsError> {
        if let Some(live) = listed.and_then(|listed| self.memory.recall(&listed)) {
            return Ok(Some(live));
        }
        let Some(schedule) = self.get(group, name).await? else {
            return Ok(None);
        };
        let now = DateTime::from(SystemTime::now());
        self.memory.keep(&schedule, &reading.desired.sensitivity, now);
        Ok(Some(read::live(read::document(&schedule))))
    }

    async fn get(&self, group: &str, name: &str) -> Result<Option<GetScheduleOutput>, AwsError> {
        let request = self
            .clients
            .scheduler()
            .get_schedule()
            .group_name(group)
            .name(name);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "GetSchedule", || request.clone().send());
        match answer.await {
            Ok(schedule) => Ok(Some(schedule)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The groups in which what is wanted stands, and the one in which what is ours may stand.
fn groups_of<'a>(reading: &'a Reading<'_>) -> BTreeSet<&'a str> {
    let mut groups: BTreeSet<&str> = reading.wanted.iter().map(|resource| group_of(resource)).collect();
    let own = &*reading.desired.places.schedule_group;
    if reading.list_orphans && !own.is_empty() {
        groups.insert(own);
    }
    groups
}

/// Sorts what is in a group into what is wanted and what is left over.
fn sort<'a>(
    reading: &Reading<'_>,
    wanted: impl Iterator<Item = &'a Resource>,
    mut found: Found,
    leftovers: &mut Leftovers,
    observed: &mut Observed,
) {
    for resource in wanted {
        let address = resource.address.clone();
        let observation = match found.remove(name_of(resource)) {
            None | Some(Ok(None)) => Observation::Absent,
            Some(Ok(Some(live))) => Observation::Present(live),
            Some(Err(error)) => {
                observed.fail(name_of(resource), &error, [address]);
                continue;
            }
        };
        observed.observations.insert(address, observation);
    }
    for (name, schedule) in found {
        match schedule {
            Ok(Some(live)) => observed.orphans.extend(orphan(reading, leftovers, name, live)),
            Ok(None) => {}
            Err(error) => observed.fail(&name, &error, []),
        }
    }
}

fn orphan(reading: &Reading<'_>, leftovers: &mut Leftovers, name: Text, live: Live) -> Option<Orphan> {
    let Owner::Manifest { scope, manifest } = live.owner.clone() else {
        return None;
    };
    (scope == reading.desired.scope).then(|| Orphan {
        address: leftovers.address(&manifest, &name),
        kind: &SCHEDULE,
        name,
        manifest,
        live,
    })
}

fn name_of(resource: &Resource) -> &str {
    resource.spec.text("name").unwrap_or_default()
}

fn group_of(resource: &Resource) -> &str {
    resource.spec.text("groupName").unwrap_or("default")
}

#[cfg(test)]
mod tests;
