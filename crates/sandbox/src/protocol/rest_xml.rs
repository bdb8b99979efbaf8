//! REST-XML, as Route 53 speaks it: XML has no mark for lists, so a table tells which elements are.

use serde_json::{Map, Value};

use super::{Outgoing, xml};
use crate::api::ApiError;
use crate::service::Service;

/// Lists and the name of their entries.
const LISTS: [(&str, &str); 12] = [
    ("AddTags", "Tag"),
    ("Changes", "Change"),
    ("HostedZones", "HostedZone"),
    ("NameServers", "NameServer"),
    ("RemoveTagKeys", "Key"),
    ("ResourceIds", "ResourceId"),
    ("ResourceRecordSets", "ResourceRecordSet"),
    ("ResourceRecords", "ResourceRecord"),
    ("ResourceTagSets", "ResourceTagSet"),
    ("Tags", "Tag"),
    ("VPCs", "VPC"),
    ("Messages", "Message"),
];

fn entry(list: &str) -> Option<&'static str> {
    LISTS
        .iter()
        .find(|(name, _)| *name == list)
        .map(|(_, entry)| *entry)
}

/// The members of a request's body.
pub(super) fn body(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let text = std::str::from_utf8(body).ok();
    let parsed = text.and_then(|text| xml::read(text, &|name| entry(name).is_some()));
    parsed.ok_or_else(|| ApiError::new("MalformedXML", "the body is not well-formed XML"))
}

pub(super) fn answer(service: Service, operation: &str, value: &Value) -> Outgoing {
    let mut inside = String::new();
    for (name, member) in value.as_object().into_iter().flatten() {
        xml::write(&mut inside, name, member, &|list| entry(list).unwrap_or("member"));
    }
    let root = format!("{operation}Response");
    Outgoing {
        status: if operation == "CreateHostedZone" { 201 } else { 200 },
        content_type: "text/xml",
        error_type: None,
        body: format!(
            "<?xml version=\"1.0\"?><{root} xmlns=\"{}\">{inside}</{root}>",
            service.namespace()
        ),
    }
}
