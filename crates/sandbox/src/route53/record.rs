//! Record sets: read from a request, checked value by value, written to an answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{invalid_input, name};
use crate::api::{ApiError, Params};

/// Members that say how one of several record sets of a name is chosen.
const ROUTING: [&str; 7] = [
    "Weight",
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "CidrRoutingConfig",
    "GeoProximityLocation",
];

/// A record set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The name, in normal form.
    pub name: String,
    /// `A`, `TXT`, ….
    pub kind: String,
    /// Tells record sets of one name and type apart.
    pub set_identifier: Option<String>,
    /// Seconds; none for aliases.
    pub ttl: Option<i64>,
    /// Values; none for aliases.
    pub values: Vec<String>,
    /// What an alias points to.
    pub alias: Option<Alias>,
    /// Routing and health check members, as written.
    pub routing: Map<String, Value>,
}

/// What an alias points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The zone of the target.
    pub zone_id: String,
    /// The target's name, in normal form.
    pub name: String,
    /// Whether answers depend on the target's health.
    pub evaluate_health: bool,
}

impl Record {
    /// Reads a record set; `action` is what error texts say of the change.
    pub(super) fn parse(params: Params<'_>, action: &str) -> Result<Self, ApiError> {
        let given = params.text("Name").unwrap_or_default();
        let kind = params.text("Type").unwrap_or_default().to_owned();
        let set_identifier = params.text("SetIdentifier").map(str::to_owned);
        let normal = name::normal(given).ok_or_else(|| {
            ApiError::new(
                "InvalidChangeBatch",
                format!(
                    "[FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '{given}']"
                ),
            )
        })?;
        let place = format!(
            "Change with [Action={action}, Name={normal}, Type={kind}, SetIdentifier={}]",
            set_identifier.as_deref().unwrap_or("null")
        );
        let values: Vec<String> = params
            .list("ResourceRecords")
            .filter_map(|record| record.text("Value"))
            .map(str::to_owned)
            .collect();
        let alias = params
            .inside("AliasTarget")
            .map(|alias| Alias::parse(alias, &place))
            .transpose()?;
        let ttl = params.number("TTL");
        shape(&values, ttl, alias.is_some(), &place)?;
        let routing: Map<String, Value> = ROUTING
            .iter()
            .chain(&["HealthCheckId"])
            .filter_map(|member| Some(((*member).to_owned(), params.get(member)?.clone())))
            .collect();
        if ROUTING.iter().any(|member| routing.contains_key(*member)) != set_identifier.is_some() {
            return Err(invalid_input(format!(
                "Invalid request: Missing field 'SetIdentifier' or its routing policy in {place}"
            )));
        }
        Ok(Self {
            name: normal,
            kind,
            set_identifier,
            ttl,
            values,
            alias,
            routing,
        })
    }

    /// What makes two record sets the same one, in the order of listings.
    pub(super) fn key(&self) -> (String, &str, &str) {
        (
            name::sort_key(&self.name),
            &self.kind,
            self.set_identifier.as_deref().unwrap_or_default(),
        )
    }

    /// Whether all values agree; their order doesn't count.
    pub(super) fn same_values(&self, other: &Self) -> bool {
        let sorted = |record: &Self| {
            let mut values = record.values.clone();
            values.sort();
            values
        };
        let rest = (self.ttl, &self.alias, &self.routing) == (other.ttl, &other.alias, &other.routing);
        rest && sorted(self) == sorted(other)
    }

    pub(super) fn show(&self) -> Value {
        let mut shown = Map::new();
        shown.insert("Name".to_owned(), json!(self.name));
        shown.insert("Type".to_owned(), json!(self.kind));
        if let Some(id) = &self.set_identifier {
            shown.insert("SetIdentifier".to_owned(), json!(id));
        }
        shown.extend(self.routing.clone());
        if let Some(ttl) = self.ttl {
            shown.insert("TTL".to_owned(), json!(ttl));
        }
        if !self.values.is_empty() {
            let values = self.values.iter().map(|value| json!({ "Value": value }));
            shown.insert("ResourceRecords".to_owned(), values.collect());
        }
        if let Some(alias) = &self.alias {
            shown.insert("AliasTarget".to_owned(), alias.show());
        }
        Value::Object(shown)
    }

    /// What AWS says of a record set in the errors of a batch.
    pub(super) fn label(&self) -> String {
        let id = self
            .set_identifier
            .as_ref()
            .map(|id| format!(", set identifier='{id}'"))
            .unwrap_or_default();
        format!("[name='{}', type='{}'{id}]", self.name, self.kind)
    }

    /// The complaints about values that don't fit the type.
    pub(super) fn faults(&self) -> Vec<String> {
        let fault = |value: &String| {
            let problem = problem(&self.kind, value)?;
            Some(format!(
                "Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''"
            ))
        };
        let mut faults: Vec<String> = self.values.iter().filter_map(fault).collect();
        let mut seen = std::collections::BTreeSet::new();
        if self.values.iter().any(|value| !seen.insert(value)) {
            faults.push(format!("Duplicate Resource Record: '{}'", self.values[0]));
        }
        faults
    }
}

impl Alias {
    fn parse(params: Params<'_>, place: &str) -> Result<Self, ApiError> {
        let missing = |member: &str| {
            invalid_input(format!(
                "Invalid request: Missing field '{member}' in AliasTarget in {place}"
            ))
        };
        let given = params.text("DNSName").ok_or_else(|| missing("DNSName"))?;
        Ok(Self {
            zone_id: super::bare(
                params
                    .text("HostedZoneId")
                    .ok_or_else(|| missing("HostedZoneId"))?,
            )
            .to_owned(),
            name: name::normal(given)
                .ok_or_else(|| invalid_input(format!("Invalid domain name '{given}' in {place}")))?,
            evaluate_health: params
                .boolean("EvaluateTargetHealth")
                .ok_or_else(|| missing("EvaluateTargetHealth"))?,
        })
    }

    fn show(&self) -> Value {
        json!({ "HostedZoneId": self.zone_id, "DNSName": self.name, "EvaluateTargetHealth": self.evaluate_health })
    }
}

fn shape(values: &[String], ttl: Option<i64>, alias: bool, place: &str) -> Result<(), ApiError> {
    let one_of = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
    match (alias, ttl, values.is_empty()) {
        (true, None, true) => Ok(()),
        (true, _, _) => Err(invalid_input(format!(
            "Invalid request: {one_of}, but found more than one in {place}"
        ))),
        (false, None, true) => Err(invalid_input(format!(
            "Invalid request: {one_of}, but found none in {place}"
        ))),
        (false, None, false) => Err(invalid_input(format!(
            "Invalid request: Missing field 'TTL' in {place}"
        ))),
        (false, Some(_), true) => Err(invalid_input(format!(
            "Invalid request: Missing field 'ResourceRecords' in {place}"
        ))),
        (false, Some(ttl), false) if !(0..=2_147_483_647).contains(&ttl) => Err(invalid_input(format!(
            "Invalid request: TTL {ttl} is out of range in {place}"
        ))),
        _ => Ok(()),
    }
}

fn problem(kind: &str, value: &str) -> Option<&'static str> {
    match kind {
        "A" if value.parse::<std::net::Ipv4Addr>().is_err() => {
            Some("ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)")
        }
        "AAAA" if value.parse::<std::net::Ipv6Addr>().is_err() => {
            Some("AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)")
        }
        "TXT" | "SPF" => text_problem(value),
        "CNAME" | "NS" | "PTR" if name::normal(value).is_none() => {
            Some("DomainLabelEmpty (Domain label is empty)")
        }
        _ => None,
    }
}

/// Texts are quoted strings of at most 255 characters, set apart by blanks.
fn text_problem(value: &str) -> Option<&'static str> {
    const UNQUOTED: &str = "InvalidCharacterString (Value should be enclosed in quotation marks)";
    let mut rest = value.trim();
    if rest.is_empty() {
        return Some(UNQUOTED);
    }
    while !rest.is_empty() {
        let Some(body) = rest.strip_prefix('"') else {
            return Some(UNQUOTED);
        };
        let Some(end) = closing_quote(body) else {
            return Some(UNQUOTED);
        };
        if body[..end].chars().count() > 255 {
            return Some("CharacterStringTooLong (Value is too long)");
        }
        let after = &body[end + 1..];
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return Some(UNQUOTED);
        }
        rest = after.trim_start();
    }
    None
}

fn closing_quote(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}
