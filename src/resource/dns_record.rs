//! DNS records that point at a load balancer: one name, its alias, and whether it has an AAAA beside its A.
//!
//! Facts: ChangeResourceRecordSets in the service model; terraform-provider-aws, Route 53 records.

mod name;

use std::sync::LazyLock;

use super::shape::{Cost, Field, Shape, boolean, field, list, object, one_of, string};
use super::types::{Replacement, ResourceType};
use crate::value::{Map, Value};

pub use name::{canonical_name, owned_name, ownership_name};

/// The tag of a listener rule whose hosts have records: the zone that they are in. It alone tells of a zone that no
/// manifest names any more.
pub const HOSTED_ZONE: &str = "sendo:hosted-zone";

/// Alias records with the TXT record that proves whose they are.
pub static DNS_RECORD: ResourceType = ResourceType {
    name: "dns_record",
    label: "dns record",
    table,
    cost: Cost::InPlace,
    replacement: Replacement::CreateThenDelete,
    destroyed: true,
    rank: 70,
    trigger: false,
    announce: None,
    transition: None,
    prepare: None,
};

/// The table of a record's members.
pub fn table() -> &'static Shape {
    static TABLE: LazyLock<Shape> = LazyLock::new(|| object("DnsRecord", "a DNS name", fields()));
    &TABLE
}

fn fields() -> Vec<Field> {
    vec![
        field("hostedZoneId", string(), "the zone")
            .required()
            .cost(Cost::Replacement)
            .canonical(|value| mapped(value, zone_id)),
        field("name", string(), "the name, `*` as it is")
            .required()
            .cost(Cost::Replacement)
            .canonical(|value| mapped(value, canonical_name)),
        field("alias", alias(), "what the name stands for"),
        field(
            "ipAddressType",
            one_of(&["ipv4", "dualstack"]),
            "dualstack: an AAAA record beside the A record",
        )
        .default("ipv4")
        .canonical(|value| mapped(value, address_type)),
        field(
            "ipv6Alias",
            alias(),
            "an AAAA record that points elsewhere; sendo makes none",
        ),
        field(
            "records",
            list(string()),
            "plain values instead of an alias; sendo makes none",
        ),
        field(
            "routing",
            Shape::Json,
            "weights, regions and the like; sendo sets none",
        ),
    ]
}

fn alias() -> Shape {
    object(
        "AliasTarget",
        "a load balancer",
        [
            field("dnsName", string(), "its name")
                .required()
                .canonical(|value| mapped(value, alias_name)),
            field("hostedZoneId", string(), "the balancer's own zone").required(),
            field("evaluateTargetHealth", boolean(), "whether its health counts").default(false),
        ],
    )
}

/// An alias target as it compares: the console writes `dualstack.` before what the API gives, and both are one balancer.
pub fn alias_name(name: &str) -> String {
    let name = canonical_name(name);
    name.strip_prefix("dualstack.")
        .map_or_else(|| name.clone(), str::to_owned)
}

/// A hosted zone's id without the path that Route 53 puts before it.
pub fn zone_id(id: &str) -> String {
    id.strip_prefix("/hostedzone/").unwrap_or(id).to_owned()
}

/// A balancer's address type as far as records are concerned.
fn address_type(kind: &str) -> String {
    if kind.starts_with("dualstack") {
        "dualstack"
    } else {
        "ipv4"
    }
    .to_owned()
}

fn mapped(value: &Value, rule: fn(&str) -> String) -> Value {
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| Value::from(rule(text)))
}

/// Whether the spec wants an AAAA record.
pub fn wants_ipv6(spec: &Map) -> bool {
    spec.get("ipAddressType")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.starts_with("dualstack"))
}

#[cfg(test)]
mod tests;
