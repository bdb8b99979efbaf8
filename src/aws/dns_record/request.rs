//! Record sets as Route 53 takes them, and the batches that bring them about.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};

use super::zone::Name;
use super::{ROUTE53, ownership, place};
use crate::aws::{AwsError, Write};
use crate::resource::dns_record::{alias_name, canonical_name, ownership_name, wants_ipv6};
use crate::value::Value;

/// A change on its way into a batch.
pub(super) type Planned = (ChangeAction, ResourceRecordSet);

/// How long resolvers may keep the ownership record, which nobody resolves.
const TTL: i64 = 300;

/// The record sets that a spec asks for: the alias, for IPv6 too where the balancer has it, and the proof of ownership.
pub(super) fn wanted(write: &Write<'_>) -> Result<Vec<ResourceRecordSet>, AwsError> {
    let spec = &write.resource.spec;
    let (_, name) = place(spec);
    let ipv6 = spec.as_map().is_some_and(wants_ipv6);
    let mut sets = vec![alias(&name, RrType::A, spec)];
    if ipv6 {
        sets.push(alias(&name, RrType::Aaaa, spec));
    }
    sets.push(proof(
        &name,
        ownership::write(write.scope, &write.resource.manifest, &write.record),
    ));
    sets.into_iter()
        .collect::<Result<_, BuildError>>()
        .map_err(incomplete)
}

fn alias(name: &str, kind: RrType, spec: &Value) -> Result<ResourceRecordSet, BuildError> {
    let alias = spec.get("alias");
    let text = |member: &str| alias.and_then(|alias| alias.text(member)).map(str::to_owned);
    let health = alias
        .and_then(|alias| alias.get("evaluateTargetHealth"))
        .and_then(Value::as_bool);
    let target = AliasTarget::builder()
        .set_dns_name(text("dnsName"))
        .set_hosted_zone_id(text("hostedZoneId"))
        .evaluate_target_health(health.unwrap_or(false))
        .build()?;
    ResourceRecordSet::builder()
        .name(format!("{name}."))
        .r#type(kind)
        .alias_target(target)
        .build()
}

fn proof(name: &str, value: String) -> Result<ResourceRecordSet, BuildError> {
    let name = format!("{}.", ownership_name(name));
    let record = ResourceRecord::builder().value(value).build()?;
    ResourceRecordSet::builder()
        .name(name)
        .r#type(RrType::Txt)
        .ttl(TTL)
        .resource_records(record)
        .build()
}

/// What makes the name as it is wanted: what is in the way goes, what differs is written.
pub(super) fn replace(there: &Name, wanted: &[ResourceRecordSet]) -> Vec<Planned> {
    let same_place = |a: &ResourceRecordSet, b: &ResourceRecordSet| {
        a.r#type == b.r#type && a.set_identifier == b.set_identifier && same_name(a, b)
    };
    let gone = there
        .all()
        .filter(|set| !wanted.iter().any(|other| same_place(set, other)));
    let gone = gone.map(|set| change(ChangeAction::Delete, set));
    let differing = wanted.iter().filter(|set| {
        !there
            .all()
            .any(|other| same_place(set, other) && equal(set, other))
    });
    gone.chain(differing.map(|set| change(ChangeAction::Upsert, set)))
        .collect()
}

fn same_name(a: &ResourceRecordSet, b: &ResourceRecordSet) -> bool {
    canonical_name(a.name()) == canonical_name(b.name())
}

fn equal(a: &ResourceRecordSet, b: &ResourceRecordSet) -> bool {
    let target = |set: &ResourceRecordSet| {
        let alias = set.alias_target()?;
        Some((
            alias_name(alias.dns_name()),
            alias.hosted_zone_id().to_owned(),
            alias.evaluate_target_health(),
        ))
    };
    let values = |set: &ResourceRecordSet| set.resource_records().to_vec();
    target(a) == target(b) && values(a) == values(b)
}

/// One change of a batch; a set that was read is deleted exactly as it was read.
pub(super) fn change(action: ChangeAction, set: &ResourceRecordSet) -> Planned {
    (action, set.clone())
}

/// A batch of changes, which take place all or none.
pub(super) fn batch(changes: Vec<Planned>) -> Result<ChangeBatch, AwsError> {
    let changes = changes
        .into_iter()
        .map(|(action, set)| Change::builder().action(action).resource_record_set(set).build());
    let changes: Vec<Change> = changes.collect::<Result<_, BuildError>>().map_err(incomplete)?;
    ChangeBatch::builder()
        .set_changes(Some(changes))
        .build()
        .map_err(incomplete)
}

fn incomplete(error: BuildError) -> AwsError {
    AwsError::in_answer(
        ROUTE53,
        "ChangeResourceRecordSets",
        "Incomplete",
        error.to_string(),
    )
}
