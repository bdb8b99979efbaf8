//! Hosted zones.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Record, Route53, bare, name};
use crate::api::{Answer, ApiError, Params, Scope, object};

/// A hosted zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Zone {
    /// Its id, without `/hostedzone/`.
    pub id: String,
    /// Its name, in normal form.
    pub name: String,
    /// What its creator called the request.
    pub caller_reference: String,
    /// A remark.
    pub comment: Option<String>,
    /// Whether it answers inside VPCs only.
    pub private: bool,
    /// Record sets, in the order of listings.
    pub records: Vec<Record>,
}

impl Zone {
    /// A zone with the two record sets that every zone has.
    pub fn new(id: &str, name: &str, caller_reference: &str) -> Self {
        let servers: Vec<String> = servers().map(|server| format!("{server}.")).collect();
        let start = format!(
            "{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400",
            servers[0]
        );
        let record = |kind: &str, ttl, values| Record {
            name: name.to_owned(),
            kind: kind.to_owned(),
            set_identifier: None,
            ttl: Some(ttl),
            values,
            alias: None,
            routing: serde_json::Map::new(),
        };
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            caller_reference: caller_reference.to_owned(),
            comment: None,
            private: false,
            records: vec![record("NS", 172_800, servers), record("SOA", 900, vec![start])],
        }
    }

    fn show(&self) -> Value {
        let config = object([
            ("Comment", self.comment.as_ref().map(|comment| json!(comment))),
            ("PrivateZone", Some(json!(self.private))),
        ]);
        json!({
            "Id": format!("/hostedzone/{}", self.id),
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": config,
            "ResourceRecordSetCount": self.records.len(),
        })
    }

    /// Whether a record set is one of the two that every zone has.
    pub(super) fn owns(&self, record: &Record) -> bool {
        record.name == self.name && matches!(record.kind.as_str(), "NS" | "SOA")
    }
}

fn servers() -> impl Iterator<Item = &'static str> {
    [
        "ns-1.awsdns-00.com",
        "ns-2.awsdns-01.org",
        "ns-3.awsdns-02.net",
        "ns-4.awsdns-03.co.uk",
    ]
    .into_iter()
}

impl Route53 {
    pub(super) fn create_hosted_zone(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let given = params.text("Name").unwrap_or_default();
        let name = name::normal(given).ok_or_else(|| {
            ApiError::new("InvalidDomainName", format!("{given} is not a valid domain name"))
        })?;
        let reference = params
            .text("CallerReference")
            .filter(|reference| !reference.is_empty());
        let reference = reference.ok_or_else(|| super::invalid_input("CallerReference must not be empty"))?;
        if self.zones.values().any(|zone| zone.caller_reference == reference) {
            let message = "A hosted zone has already been created with the specified caller reference.";
            return Err(ApiError::with_status(409, "HostedZoneAlreadyExists", message));
        }
        let id = format!("Z{}", self.new_id("zone"));
        let mut zone = Zone::new(&id, &name, reference);
        let config = params.inside("HostedZoneConfig");
        zone.comment = config
            .and_then(|config| config.text("Comment"))
            .map(str::to_owned);
        zone.private = config
            .and_then(|config| config.boolean("PrivateZone"))
            .unwrap_or(false);
        let shown = zone.show();
        self.zones.insert(id.clone(), zone);
        Ok(json!({
            "HostedZone": shown,
            "ChangeInfo": self.submit(scope.now),
            "DelegationSet": delegation_set(),
            "Location": format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{id}"),
        }))
    }

    pub(super) fn get_hosted_zone(&self, params: Params<'_>) -> Answer {
        let zone = self.zone(params, "Id")?;
        Ok(json!({ "HostedZone": zone.show(), "DelegationSet": delegation_set() }))
    }

    pub(super) fn delete_hosted_zone(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let zone = self.zone(params, "Id")?;
        if zone.records.iter().any(|record| !zone.owns(record)) {
            let message = "The specified hosted zone contains non-required resource record sets and so cannot be deleted.";
            return Err(ApiError::new("HostedZoneNotEmpty", message));
        }
        let id = zone.id.clone();
        self.zones.remove(&id);
        self.tags.remove(&id);
        Ok(json!({ "ChangeInfo": self.submit(scope.now) }))
    }

    pub(super) fn list_hosted_zones(&self, params: Params<'_>) -> Answer {
        let size = super::max_items(params, 100)?;
        let marker = params.text("Marker").map(bare);
        let mut rest = self
            .zones
            .values()
            .skip_while(|zone| marker.is_some_and(|marker| zone.id.as_str() < marker));
        let zones: Vec<Value> = rest.by_ref().take(size).map(Zone::show).collect();
        let next = rest.next().map(|zone| json!(zone.id));
        Ok(object([
            ("HostedZones", Some(zones.into())),
            ("Marker", marker.map(Value::from)),
            ("IsTruncated", Some(json!(next.is_some()))),
            ("NextMarker", next),
            ("MaxItems", Some(json!(size.to_string()))),
        ]))
    }

    pub(super) fn list_hosted_zones_by_name(&self, params: Params<'_>) -> Answer {
        let size = super::max_items(params, 100)?;
        let given = params.text("DNSName");
        let from = match given {
            Some(given) => {
                let normal = name::normal(given).ok_or_else(|| {
                    ApiError::new("InvalidDomainName", format!("{given} is not a valid domain name"))
                })?;
                (
                    name::sort_key(&normal),
                    params.text("HostedZoneId").map(bare).unwrap_or_default(),
                )
            }
            None => (String::new(), ""),
        };
        let mut zones: Vec<&Zone> = self
            .zones
            .values()
            .filter(|zone| (name::sort_key(&zone.name), zone.id.as_str()) >= from)
            .collect();
        zones.sort_by_key(|zone| (name::sort_key(&zone.name), &zone.id));
        let next = zones.get(size);
        Ok(object([
            (
                "HostedZones",
                Some(zones.iter().take(size).map(|zone| zone.show()).collect()),
            ),
            ("DNSName", given.map(Value::from)),
            ("HostedZoneId", params.text("HostedZoneId").map(Value::from)),
            ("IsTruncated", Some(json!(next.is_some()))),
            ("NextDNSName", next.map(|zone| json!(zone.name))),
            ("NextHostedZoneId", next.map(|zone| json!(zone.id))),
            ("MaxItems", Some(json!(size.to_string()))),
        ]))
    }
}

fn delegation_set() -> Value {
    json!({ "NameServers": servers().collect::<Vec<_>>() })
}
