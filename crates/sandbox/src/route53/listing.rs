//! Listing of record sets, which begins at a name and type rather than at a token.

use serde_json::{Value, json};

use super::{Record, Route53, invalid_input, max_items, name};
use crate::api::{Answer, Params, object};

/// Record sets in one page.
const PAGE: usize = 300;

impl Route53 {
    pub(super) fn list_resource_record_sets(&self, params: Params<'_>) -> Answer {
        let zone = self.zone(params, "HostedZoneId")?;
        let size = max_items(params, PAGE)?;
        let (from, kind, id) = (
            params.text("StartRecordName"),
            params.text("StartRecordType"),
            params.text("StartRecordIdentifier"),
        );
        if kind.is_some() && from.is_none() || id.is_some() && kind.is_none() {
            return Err(invalid_input(
                "A start type needs a start name, and a start identifier a start type",
            ));
        }
        let from = match from {
            Some(from) => name::sort_key(
                &name::normal(from).ok_or_else(|| invalid_input(format!("Invalid start name '{from}'")))?,
            ),
            None => String::new(),
        };
        let start = (from, kind.unwrap_or_default(), id.unwrap_or_default());
        let first = zone.records.partition_point(|record| record.key() < start);
        let rest = &zone.records[first..];
        let next = rest.get(size);
        let text = |value: Option<&String>| value.map(|value| json!(value));
        Ok(object([
            (
                "ResourceRecordSets",
                Some(
                    rest.iter()
                        .take(size)
                        .map(Record::show)
                        .collect::<Vec<Value>>()
                        .into(),
                ),
            ),
            ("IsTruncated", Some(json!(next.is_some()))),
            ("NextRecordName", text(next.map(|record| &record.name))),
            ("NextRecordType", text(next.map(|record| &record.kind))),
            (
                "NextRecordIdentifier",
                text(next.and_then(|record| record.set_identifier.as_ref())),
            ),
            ("MaxItems", Some(json!(size.to_string()))),
        ]))
    }
}
