//! DNS records: alias, ownership and record of what was applied, in one change batch a name.

mod ownership;
mod read;
mod request;
mod zone;

use aws_sdk_route53::types::{ChangeAction, ChangeStatus};

use self::zone::Name;
use super::clients::Clients;
use super::marks;
use super::observe::attribute;
use super::patience::Patience;
use super::{AwsError, Class, Observed, Progress, Provide, Reading, Write};
use crate::resource::difference::Difference;
use crate::resource::dns_record::{DNS_RECORD, canonical_name, zone_id};
use crate::resource::listener_rule::LISTENER_RULE;
use crate::resource::snapshot::{Live, Owner};
use crate::resource::types::ResourceType;
use crate::value::{Map, Value};

/// The service in calls and errors.
const ROUTE53: &str = "route53";
/// The attribute that names the change that is on its way to the name servers.
const CHANGE: &str = "changeId";
/// How often a change is tried while answers get lost or records change underneath.
const ATTEMPTS: usize = 3;

/// Records in hosted zones.
pub struct DnsRecords {
    clients: Clients,
}

impl DnsRecords {
    /// Records behind these clients.
    pub fn new(clients: Clients) -> Self {
        DnsRecords { clients }
    }
}

impl Provide for DnsRecords {
    fn kind(&self) -> &'static ResourceType {
        &DNS_RECORD
    }

    /// Rules tell of zones that no manifest names any more.
    fn reads_after(&self) -> &'static [&'static ResourceType] {
        static RULES: &[&ResourceType] = &[&LISTENER_RULE];
        RULES
    }

    async fn observe(&self, reading: &Reading<'_>) -> Observed {
        self.read(reading).await
    }

    async fn create(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.make(write).await
    }

    async fn update(&self, write: &Write<'_>, _: &Live, _: &[Difference]) -> Result<Map, AwsError> {
        self.change(write).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        self.remove(live).await
    }

    fn settles(&self) -> bool {
        true
    }

    async fn settle(&self, _: &Write<'_>, attributes: &Map, progress: &dyn Progress) -> Result<(), AwsError> {
        self.in_sync(attributes, progress).await
    }
}

impl DnsRecords {
    /// The first write is CREATE, so that it fails where somebody else has a record of that name.
    async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let (zone, name) = place(&write.resource.spec);
        let wanted = request::wanted(write)?;
        let batch = || {
            wanted
                .iter()
                .map(|set| request::change(ChangeAction::Create, set))
                .collect()
        };
        let error = match self.send(&zone, batch()).await {
            Ok(id) => return Ok(attributes(&zone, &name, Some(id))),
            Err(error) => error,
        };
        if error.class != Class::Recoverable && error.code != "InvalidChangeBatch" {
            return Err(error);
        }
        let there = self.name(&zone, &name).await?;
        if there.is_empty() && error.class == Class::Recoverable {
            let id = self.send(&zone, batch()).await?;
            return Ok(attributes(&zone, &name, Some(id)));
        }
        match there.marks(&zone, &name).owner == marks::ours(write) {
            true => self.change(write).await,
            false => Err(error.with_hint(
                "a record of that name that is not this manifest's stands in the zone: remove it, or adopt it",
            )),
        }
    }

    /// Whatever stands at the name gives way, in the batch that brings the new: a name is never without an answer.
    async fn change(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let (zone, name) = place(&write.resource.spec);
        let wanted = request::wanted(write)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let there = self.name(&zone, &name).await?;
            let batch = request::replace(&there, &wanted);
            if batch.is_empty() {
                return Ok(attributes(&zone, &name, None));
            }
            match self.send(&zone, batch).await {
                Ok(id) => return Ok(attributes(&zone, &name, Some(id))),
                Err(error) if attempt < ATTEMPTS && may_pass(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes what stands there now, as long as it is still ours.
    async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let (zone, name) = place(&live.spec);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let there = self.name(&zone, &name).await?;
            if there.is_empty() {
                return Ok(());
            }
            still_owned(&there, live, &zone, &name)?;
            let sets = there.all();
            let batch = sets
                .map(|set| request::change(ChangeAction::Delete, set))
                .collect();
            match self.send(&zone, batch).await {
                Ok(_) => return Ok(()),
                Err(error) if attempt < ATTEMPTS && may_pass(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn send(&self, zone: &str, changes: Vec<request::Planned>) -> Result<String, AwsError> {
        let batch = request::batch(changes)?;
        let request = self
            .clients
            .route53()
            .change_resource_record_sets()
            .hosted_zone_id(zone)
            .change_batch(batch);
        let answer = self
            .clients
            .gate()
            .call(ROUTE53, "ChangeResourceRecordSets", || request.clone().send())
            .await?;
        Ok(answer.change_info.map(|info| info.id).unwrap_or_default())
    }

    async fn in_sync(&self, attributes: &Map, progress: &dyn Progress) -> Result<(), AwsError> {
        let id = attribute(attributes, CHANGE);
        let mut patience = Patience::of(self.clients.options());
        while !id.is_empty() {
            let request = self.clients.route53().get_change().id(id);
            let answer = self
                .clients
                .gate()
                .call(ROUTE53, "GetChange", || request.clone().send())
                .await?;
            if answer
                .change_info
                .is_none_or(|info| info.status == ChangeStatus::Insync)
            {
                break;
            }
            progress.update("waiting for all name servers");
            if !patience.wait().await {
                let message = format!("change {id} has not reached all name servers in time");
                return Err(AwsError::in_answer(ROUTE53, "GetChange", "NotInSync", message));
            }
        }
        Ok(())
    }
}

/// Records that changed since they were read, or an answer that was lost: reading again tells.
fn may_pass(error: &AwsError) -> bool {
    error.class == Class::Recoverable || error.code == "InvalidChangeBatch"
}

fn still_owned(there: &Name, live: &Live, zone: &str, name: &str) -> Result<(), AwsError> {
    let owner = there.marks(zone, name).owner;
    if owner != Owner::Nobody && owner == live.owner {
        return Ok(());
    }
    let message =
        format!("the ownership record of {name} is gone or names another manifest: nothing is deleted");
    Err(AwsError::in_answer(
        ROUTE53,
        "ChangeResourceRecordSets",
        "NotOurs",
        message,
    ))
}

/// The zone and the name of a spec.
fn place(spec: &Value) -> (String, String) {
    let zone = zone_id(spec.text("hostedZoneId").unwrap_or_default());
    (zone, canonical_name(spec.text("name").unwrap_or_default()))
}

fn attributes(zone: &str, name: &str, change: Option<String>) -> Map {
    let mut attributes = Map::new();
    attributes.insert("hostedZoneId", zone);
    attributes.insert("name", name);
    if let Some(id) = change {
        attributes.insert(CHANGE, id);
    }
    attributes
}

#[cfg(test)]
mod tests;
