//! What the two protocols with paths share: tables of routes, and parameters out of path, query and body.

use hyper::Method;
use serde_json::{Map, Value};

use super::{Incoming, Request, Unreadable, form, json, rest_xml};
use crate::api::ApiError;
use crate::service::{Protocol, Service};

/// One operation's method and path. A segment in braces is a member; query strings give the members of `query`.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    path: &'static str,
    operation: &'static str,
    query: &'static [(&'static str, &'static str)],
}

const fn route(
    method: Method,
    path: &'static str,
    operation: &'static str,
    query: &'static [(&'static str, &'static str)],
) -> Route {
    Route {
        method,
        path,
        operation,
        query,
    }
}

const RECORDS: &[(&str, &str)] = &[
    ("name", "StartRecordName"),
    ("type", "StartRecordType"),
    ("identifier", "StartRecordIdentifier"),
    ("maxitems", "MaxItems"),
];
const ZONES: &[(&str, &str)] = &[("marker", "Marker"), ("maxitems", "MaxItems")];
const ZONES_BY_NAME: &[(&str, &str)] = &[
    ("dnsname", "DNSName"),
    ("hostedzoneid", "HostedZoneId"),
    ("maxitems", "MaxItems"),
];

/// Route 53.
pub(crate) static ROUTE53: [Route; 11] = [
    route(Method::POST, "/2013-04-01/hostedzone", "CreateHostedZone", &[]),
    route(Method::GET, "/2013-04-01/hostedzone", "ListHostedZones", ZONES),
    route(
        Method::GET,
        "/2013-04-01/hostedzonesbyname",
        "ListHostedZonesByName",
        ZONES_BY_NAME,
    ),
    route(Method::GET, "/2013-04-01/hostedzone/{Id}", "GetHostedZone", &[]),
    route(
        Method::DELETE,
        "/2013-04-01/hostedzone/{Id}",
        "DeleteHostedZone",
        &[],
    ),
    route(
        Method::GET,
        "/2013-04-01/hostedzone/{HostedZoneId}/rrset",
        "ListResourceRecordSets",
        RECORDS,
    ),
    route(
        Method::POST,
        "/2013-04-01/hostedzone/{HostedZoneId}/rrset",
        "ChangeResourceRecordSets",
        &[],
    ),
    route(Method::GET, "/2013-04-01/change/{Id}", "GetChange", &[]),
    route(
        Method::GET,
        "/2013-04-01/tags/{ResourceType}/{ResourceId}",
        "ListTagsForResource",
        &[],
    ),
    route(
        Method::POST,
        "/2013-04-01/tags/{ResourceType}/{ResourceId}",
        "ChangeTagsForResource",
        &[],
    ),
    route(
        Method::POST,
        "/2013-04-01/tags/{ResourceType}",
        "ListTagsForResources",
        &[],
    ),
];

const LISTING: &[(&str, &str)] = &[
    ("ScheduleGroup", "GroupName"),
    ("NamePrefix", "NamePrefix"),
    ("State", "State"),
    ("NextToken", "NextToken"),
    ("MaxResults", "MaxResults"),
];
const GROUP: &[(&str, &str)] = &[("groupName", "GroupName"), ("clientToken", "ClientToken")];
const TAG_KEYS: &[(&str, &str)] = &[("TagKeys", "TagKeys")];

/// EventBridge Scheduler.
pub(crate) static SCHEDULER: [Route; 12] = [
    route(Method::GET, "/schedules", "ListSchedules", LISTING),
    route(Method::POST, "/schedules/{Name}", "CreateSchedule", &[]),
    route(Method::GET, "/schedules/{Name}", "GetSchedule", GROUP),
    route(Method::PUT, "/schedules/{Name}", "UpdateSchedule", &[]),
    route(Method::DELETE, "/schedules/{Name}", "DeleteSchedule", GROUP),
    route(Method::GET, "/schedule-groups", "ListScheduleGroups", LISTING),
    route(
        Method::POST,
        "/schedule-groups/{Name}",
        "CreateScheduleGroup",
        &[],
    ),
    route(Method::GET, "/schedule-groups/{Name}", "GetScheduleGroup", &[]),
    route(
        Method::DELETE,
        "/schedule-groups/{Name}",
        "DeleteScheduleGroup",
        GROUP,
    ),
    route(Method::GET, "/tags/{ResourceArn}", "ListTagsForResource", &[]),
    route(Method::POST, "/tags/{ResourceArn}", "TagResource", &[]),
    route(Method::DELETE, "/tags/{ResourceArn}", "UntagResource", TAG_KEYS),
];

/// Whether a path belongs to a service.
pub(super) fn claims(service: Service, path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    match service {
        Service::Route53 => first == "2013-04-01",
        Service::Scheduler => matches!(first, "schedules" | "schedule-groups" | "tags"),
        _ => false,
    }
}

/// Finds the operation of a request and gathers its parameters.
pub(super) fn read(service: Service, request: &Request<'_>) -> Result<Incoming, Unreadable> {
    let path = request.uri.path();
    let unreadable = |operation: &str, error| Unreadable {
        protocol: service.protocol(),
        service: Some(service),
        operation: operation.to_owned(),
        error,
    };
    let matches = |route: &&Route| route.method == *request.method && labels(route.path, path).is_some();
    let Some(route) = service.routes().iter().find(matches) else {
        let message = format!("the sandbox has no operation for {} {path}", request.method);
        return Err(unreadable(
            "",
            ApiError::new("UnknownOperationException", message),
        ));
    };
    let parsed = match service.protocol() {
        Protocol::RestXml => rest_xml::body(request.body),
        _ => json::object(request.body),
    };
    let mut params = match parsed {
        Ok(Value::Object(members)) => members,
        Ok(_) => Map::new(),
        Err(error) => return Err(unreadable(route.operation, error)),
    };
    add_query(&mut params, route, request.uri.query().unwrap_or_default())
        .map_err(|error| unreadable(route.operation, error))?;
    let labels = labels(route.path, path).unwrap_or_default();
    params.extend(
        labels
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value))),
    );
    Ok(Incoming {
        service,
        operation: route.operation.to_owned(),
        params: Value::Object(params),
    })
}

/// The members in a path, when it fits the pattern. AWS takes a slash at the end or leaves it.
fn labels(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let mut parts = path.trim_end_matches('/').split('/');
    for expected in pattern.split('/') {
        let part = parts.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !part.is_empty() => found.push((name, form::decode(part)?)),
            None if expected == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(found)
}

fn add_query(params: &mut Map<String, Value>, route: &Route, query: &str) -> Result<(), ApiError> {
    let pairs = form::pairs(query)
        .ok_or_else(|| ApiError::new("MalformedQueryString", "the query string cannot be decoded"))?;
    for (key, value) in pairs {
        let Some((_, member)) = route.query.iter().find(|(wire, _)| *wire == key) else {
            continue;
        };
        if *member == "TagKeys" {
            let list = params.entry(*member).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(keys) = list {
                keys.push(value.into());
            }
        } else {
            params.insert((*member).to_owned(), value.into());
        }
    }
    Ok(())
}
