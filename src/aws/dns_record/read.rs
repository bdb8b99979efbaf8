//! Reading records: every zone as a whole, three hundred records a call.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use futures::future::join_all;

use super::zone::{Name, Names};
use super::{DnsRecords, attributes, place};
use crate::aws::{Observed, Reading};
use crate::resource::dns_record::{DNS_RECORD, alias_name, zone_id};
use crate::resource::graph::{Resource, address};
use crate::resource::snapshot::{Live, Observation, Orphan, Owner};
use crate::value::{Map, Value};

impl DnsRecords {
    pub(super) async fn read(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        let wanted = by_zone(reading);
        let read = wanted
            .iter()
            .map(|(zone, resources)| async move { (zone, resources, self.scan(zone).await) });
        for (zone, resources, answer) in join_all(read).await {
            match answer {
                Ok(names) => sort_out(zone, resources, names, reading, &mut observed),
                Err(error) => {
                    let addresses = resources.iter().map(|resource| resource.address.clone());
                    observed.fail(&format!("records of zone {zone}"), &error, addresses);
                }
            }
        }
        observed
    }
}

/// The zones in which something is wanted, or could be left over.
fn by_zone<'a>(reading: &'a Reading<'_>) -> BTreeMap<String, Vec<&'a Resource>> {
    let mut zones: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for resource in &reading.wanted {
        zones.entry(place(&resource.spec).0).or_default().push(resource);
    }
    for zone in reading
        .desired
        .places
        .hosted_zones
        .iter()
        .chain(&reading.zones)
        .filter(|_| reading.list_orphans)
    {
        zones.entry(zone_id(zone)).or_default();
    }
    zones
}

fn sort_out(
    zone: &str,
    resources: &[&Resource],
    mut names: Names,
    reading: &Reading<'_>,
    observed: &mut Observed,
) {
    for resource in resources {
        let name = place(&resource.spec).1;
        let observation = match names.remove(&name).filter(|found| !found.is_empty()) {
            Some(found) => Observation::Present(live(zone, &name, &found)),
            None => Observation::Absent,
        };
        observed
            .observations
            .insert(resource.address.clone(), observation);
    }
    if reading.list_orphans {
        let left = names
            .into_iter()
            .filter_map(|(name, found)| orphan(zone, &name, &found, reading));
        observed.orphans.extend(left);
    }
}

fn orphan(zone: &str, name: &str, found: &Name, reading: &Reading<'_>) -> Option<Orphan> {
    let live = live(zone, name, found);
    let manifest = match &live.owner {
        Owner::Manifest { scope, manifest } if *scope == reading.desired.scope => manifest.clone(),
        _ => return None,
    };
    Some(Orphan {
        address: address(&manifest, &[name, DNS_RECORD.name]),
        kind: &DNS_RECORD,
        name: name.into(),
        manifest,
        live,
    })
}

fn live(zone: &str, name: &str, found: &Name) -> Live {
    let marks = found.marks(zone, name);
    Live {
        spec: Value::Map(spec(zone, name, found)),
        attributes: attributes(zone, name, None),
        owner: marks.owner,
        record: marks.record,
        held: None,
        status: Value::Null,
    }
}

/// A name as it stands: what sendo would not make, it shows as members of their own.
fn spec(zone: &str, name: &str, found: &Name) -> Map {
    let mut spec = Map::new();
    spec.insert("hostedZoneId", zone);
    spec.insert("name", name);
    let (ipv4, ipv6) = (found.of_type(&RrType::A), found.of_type(&RrType::Aaaa));
    if let Some(alias) = ipv4.and_then(alias) {
        spec.insert("alias", alias);
    }
    if let Some(set) = ipv6 {
        spec.insert("ipAddressType", "dualstack");
        let other = alias(set).filter(|other| ipv4.and_then(alias).as_ref() != Some(other));
        if let Some(other) = other {
            spec.insert("ipv6Alias", other);
        }
    }
    let values = found
        .sets
        .iter()
        .flat_map(|set| set.resource_records().iter().map(move |record| (set, record)));
    let values: Vec<Value> = values
        .map(|(set, record)| Value::from(format!("{} {}", set.r#type().as_str(), record.value())))
        .collect();
    if !values.is_empty() {
        spec.insert("records", values);
    }
    let routed = found
        .sets
        .iter()
        .filter_map(|set| set.set_identifier())
        .map(Value::from)
        .collect::<Vec<_>>();
    if !routed.is_empty() {
        spec.insert("routing", routed);
    }
    spec
}

fn alias(set: &ResourceRecordSet) -> Option<Map> {
    let target = set.alias_target()?;
    let mut alias = Map::new();
    alias.insert("dnsName", alias_name(target.dns_name()));
    alias.insert("hostedZoneId", target.hosted_zone_id());
    alias.insert("evaluateTargetHealth", target.evaluate_target_health());
    Some(alias)
}
