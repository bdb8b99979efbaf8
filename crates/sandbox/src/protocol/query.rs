//! Query: a form with `Action=` comes in, where `Tags.member.1.Key` spells out a tree; XML goes back.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Incoming, Outgoing, Unreadable, form, xml};
use crate::api::ApiError;
use crate::service::{Protocol, Service};

const DEEPEST: usize = 32;

pub(super) fn read(body: &[u8]) -> Result<Incoming, Unreadable> {
    let unreadable = |service, operation: &str, error| Unreadable {
        protocol: Protocol::Query,
        service,
        operation: operation.to_owned(),
        error,
    };
    let text = std::str::from_utf8(body).ok();
    let pairs = text.and_then(form::pairs).ok_or_else(|| {
        unreadable(
            None,
            "",
            ApiError::new("MalformedQueryString", "the form cannot be decoded"),
        )
    })?;
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let Some(action) = value("Action") else {
        let error = ApiError::new("MissingAction", "Could not find operation");
        return Err(unreadable(None, "", error));
    };
    let Some(service) = value("Version").and_then(Service::of_version) else {
        let message = format!("the sandbox has no service of this version for the action {action}");
        return Err(unreadable(None, action, ApiError::new("InvalidAction", message)));
    };
    let params = tree(&pairs).ok_or_else(|| {
        let error = ApiError::new("MalformedInput", "the form names its members in no known way");
        unreadable(Some(service), action, error)
    })?;
    Ok(Incoming {
        service,
        operation: action.to_owned(),
        params,
    })
}

#[derive(Default)]
struct Node {
    text: Option<String>,
    members: BTreeMap<String, Node>,
}

fn tree(pairs: &[(String, String)]) -> Option<Value> {
    let mut root = Node::default();
    for (key, value) in pairs {
        if key == "Action" || key == "Version" {
            continue;
        }
        if key.split('.').count() > DEEPEST {
            return None;
        }
        let leaf = key.split('.').fold(&mut root, |node, part| {
            node.members.entry(part.to_owned()).or_default()
        });
        leaf.text = Some(value.clone());
    }
    Some(Value::Object(structure(root)))
}

fn structure(node: Node) -> Map<String, Value> {
    let members = node.members.into_iter();
    members.map(|(name, node)| (name, value(node))).collect()
}

fn value(mut node: Node) -> Value {
    if let Some(list) = node.members.remove("member") {
        let mut entries: Vec<(u64, Node)> = list
            .members
            .into_iter()
            .map(|(index, node)| (index.parse().unwrap_or(u64::MAX), node))
            .collect();
        entries.sort_by_key(|(index, _)| *index);
        return entries.into_iter().map(|(_, node)| value(node)).collect();
    }
    match node.text {
        Some(text) if node.members.is_empty() => Value::String(text),
        _ => Value::Object(structure(node)),
    }
}

pub(super) fn answer(service: Service, operation: &str, value: &Value, request_id: &str) -> Outgoing {
    let mut body = format!("<{operation}Response xmlns=\"{}\">", service.namespace());
    xml::write(&mut body, &format!("{operation}Result"), value, &|_| "member");
    body += &format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    Outgoing {
        status: 200,
        content_type: "text/xml",
        error_type: None,
        body,
    }
}

/// Errors of Query and of REST-XML look alike.
pub(super) fn error(service: Option<Service>, error: &ApiError, request_id: &str) -> Outgoing {
    let namespace = service.unwrap_or(Service::Sts).namespace();
    let kind = if error.status < 500 { "Sender" } else { "Receiver" };
    let mut body = format!("<ErrorResponse xmlns=\"{namespace}\">");
    let inside = serde_json::json!({ "Type": kind, "Code": error.code, "Message": error.message });
    xml::write(&mut body, "Error", &inside, &|_| "member");
    body += &format!("<RequestId>{request_id}</RequestId></ErrorResponse>");
    Outgoing {
        status: error.status,
        content_type: "text/xml",
        error_type: None,
        body,
    }
}
