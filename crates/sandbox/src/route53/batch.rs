//! Batches of changes: all of one is done, or nothing.

use std::collections::BTreeSet;

use serde_json::json;

use super::record::Alias;
use super::{Record, Route53, Zone, invalid_input, name};
use crate::api::{Answer, ApiError, Params, Scope};

/// Values in one batch; an UPSERT counts twice.
const VALUES: usize = 1_000;
/// Characters of values in one batch; an UPSERT counts twice.
const CHARACTERS: usize = 32_000;

/// Where alias targets outside of Route 53 may live.
const AWS_DOMAINS: [&str; 6] = [
    "amazonaws.com.",
    "cloudfront.net.",
    "elasticbeanstalk.com.",
    "awsglobalaccelerator.com.",
    "amazonaws.com.cn.",
    "on.aws.",
];

const TYPES: [&str; 16] = [
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS", "TLSA",
    "SSHFP", "SVCB",
];

impl Route53 {
    pub(super) fn change_resource_record_sets(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let mut zone = self.zone(params, "HostedZoneId")?.clone();
        let changes = changes(params)?;
        let faults = self.apply(&mut zone, &changes);
        if !faults.is_empty() {
            return Err(ApiError::new(
                "InvalidChangeBatch",
                format!("[{}]", faults.join(", ")),
            ));
        }
        self.zones.insert(zone.id.clone(), zone);
        Ok(json!({ "ChangeInfo": self.submit(scope.now) }))
    }

    /// Makes the changes to a copy and collects all that AWS would say against them.
    fn apply(&self, zone: &mut Zone, changes: &[(&str, Record)]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (action, record) in changes {
            if !seen.insert((action == &"DELETE", record.key())) {
                faults.push(format!(
                    "The request contains an invalid set of changes for a resource record set '{} {}'",
                    record.kind, record.name
                ));
                continue;
            }
            faults.extend(record.faults());
            faults.extend(misplaced(zone, record));
            if *action != "DELETE"
                && let Some(alias) = &record.alias
            {
                faults.extend(self.astray(zone, record, alias));
            }
            faults.extend(change(zone, action, record));
        }
        faults.extend(changes.iter().filter_map(|(_, record)| conflict(zone, record)));
        if !zone
            .records
            .iter()
            .any(|record| record.kind == "SOA" && record.name == zone.name)
        {
            faults.push("A HostedZone must contain exactly one SOA record.".to_owned());
        }
        if !zone
            .records
            .iter()
            .any(|record| record.kind == "NS" && record.name == zone.name)
        {
            faults.push("A HostedZone must contain at least one NS record for the zone itself.".to_owned());
        }
        faults
    }

    /// The complaint about an alias whose target is not where it says.
    fn astray(&self, zone: &Zone, record: &Record, alias: &Alias) -> Option<String> {
        let target_zone = if alias.zone_id == zone.id {
            Some(zone)
        } else {
            self.zones.get(&alias.zone_id)
        };
        let label = format!(
            "Tried to create an alias that targets {}, type {} in zone {}",
            alias.name, record.kind, alias.zone_id
        );
        let elsewhere = format!("{label}, but the alias target name does not lie within the target zone");
        match target_zone {
            Some(target) if !name::is_within(&alias.name, &target.name) => Some(elsewhere),
            Some(target) => {
                let there = target
                    .records
                    .iter()
                    .any(|known| known.name == alias.name && known.kind == record.kind);
                (!there).then(|| format!("{label}, but that target was not found"))
            }
            None => (!AWS_DOMAINS
                .iter()
                .any(|domain| name::is_within(&alias.name, domain)))
            .then_some(elsewhere),
        }
    }
}

fn changes<'a>(params: Params<'a>) -> Result<Vec<(&'a str, Record)>, ApiError> {
    let batch = params
        .inside("ChangeBatch")
        .ok_or_else(|| invalid_input("Invalid request: Missing field 'ChangeBatch'"))?;
    let mut changes = Vec::new();
    let (mut values, mut characters) = (0, 0);
    for change in batch.list("Changes") {
        let action = change.text("Action").unwrap_or_default();
        if !matches!(action, "CREATE" | "DELETE" | "UPSERT") {
            return Err(invalid_input(format!(
                "Invalid request: '{action}' is not an action of a change"
            )));
        }
        let record = change
            .inside("ResourceRecordSet")
            .ok_or_else(|| invalid_input("Invalid request: Missing field 'ResourceRecordSet'"))?;
        let record = Record::parse(record, action)?;
        if !TYPES.contains(&record.kind.as_str()) && record.kind != "HTTPS" {
            return Err(invalid_input(format!(
                "Invalid request: '{}' is not a type of a resource record set",
                record.kind
            )));
        }
        let times = if action == "UPSERT" { 2 } else { 1 };
        values += times * record.values.len().max(1);
        characters += times
            * record
                .values
                .iter()
                .map(|value| value.chars().count())
                .sum::<usize>();
        changes.push((action, record));
    }
    if changes.is_empty() {
        return Err(invalid_input(
            "Invalid request: Expected at least one change in the batch",
        ));
    }
    if values > VALUES {
        return Err(ApiError::new(
            "InvalidChangeBatch",
            format!("[Number of records limit of {VALUES} exceeded.]"),
        ));
    }
    if characters > CHARACTERS {
        return Err(ApiError::new(
            "InvalidChangeBatch",
            format!("[RDATA character limit of {CHARACTERS} exceeded.]"),
        ));
    }
    Ok(changes)
}

/// Does one change; gives the complaint when the record set is not as the action needs it.
fn change(zone: &mut Zone, action: &str, record: &Record) -> Option<String> {
    let found = zone
        .records
        .binary_search_by(|known| known.key().cmp(&record.key()));
    let label = record.label();
    match (action, found) {
        ("CREATE", Ok(_)) => {
            return Some(format!(
                "Tried to create resource record set {label} but it already exists"
            ));
        }
        ("DELETE", Err(_)) => {
            return Some(format!(
                "Tried to delete resource record set {label} but it was not found"
            ));
        }
        ("DELETE", Ok(at)) if zone.records[at].same_values(record) => _ = zone.records.remove(at),
        ("DELETE", Ok(_)) => {
            return Some(format!(
                "Tried to delete resource record set {label} but the values provided do not match the current values"
            ));
        }
        (_, Ok(at)) => zone.records[at] = record.clone(),
        (_, Err(at)) => zone.records.insert(at, record.clone()),
    }
    None
}

fn misplaced(zone: &Zone, record: &Record) -> Option<String> {
    if !name::is_within(&record.name, &zone.name) {
        return Some(format!(
            "RRSet with DNS name {} is not permitted in zone {}",
            record.name, zone.name
        ));
    }
    (record.kind == "CNAME" && record.name == zone.name).then(|| {
        format!(
            "RRSet of type CNAME with DNS name {} is not permitted at apex in zone {}",
            record.name, zone.name
        )
    })
}

/// A CNAME stands alone under its name.
fn conflict(zone: &Zone, record: &Record) -> Option<String> {
    let beside = || {
        zone.records
            .iter()
            .filter(|other| other.name == record.name && other.kind != record.kind)
    };
    if !zone.records.contains(record) {
        return None;
    }
    if record.kind == "CNAME" && beside().next().is_some() {
        return Some(format!(
            "RRSet of type CNAME with DNS name {} is not permitted as it conflicts with other records with the same DNS name in zone {}",
            record.name, zone.name
        ));
    }
    beside().any(|other| other.kind == "CNAME").then(|| {
        format!("RRSet of type {} with DNS name {} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {}", record.kind, record.name, zone.name)
    })
}
