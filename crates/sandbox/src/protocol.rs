//! The wire: an HTTP request comes in and a call of a service's operation goes out; its answer or error goes back in that
//! service's own shape.

mod form;
mod json;
mod query;
pub(crate) mod rest;
mod rest_json;
mod rest_xml;
mod xml;

use hyper::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::api::{Answer, ApiError};
use crate::service::{Protocol, Service};

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// The operation that a request asks for.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub service: Service,
    pub operation: String,
    pub params: Value,
}

/// A request that could not be read, and in whose words to say so.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub protocol: Protocol,
    pub service: Option<Service>,
    pub operation: String,
    pub error: ApiError,
}

/// What goes back, before it is an HTTP response.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub status: u16,
    pub content_type: &'static str,
    pub error_type: Option<String>,
    pub body: String,
}

/// Reads a request by what marks each protocol.
pub(crate) fn read(request: &Request<'_>) -> Result<Incoming, Unreadable> {
    if let Some(target) = header(request.headers, "x-amz-target") {
        return json::read(target, request.body);
    }
    for service in [Service::Route53, Service::Scheduler] {
        if rest::claims(service, request.uri.path()) {
            return rest::read(service, request);
        }
    }
    query::read(request.body)
}

/// Writes an answer as the service would.
pub(crate) fn write(service: Service, operation: &str, answer: &Answer, request_id: &str) -> Outgoing {
    match answer {
        Ok(value) => match service.protocol() {
            Protocol::Json => json::answer(value),
            Protocol::Query => query::answer(service, operation, value, request_id),
            Protocol::RestXml => rest_xml::answer(service, operation, value),
            Protocol::RestJson => rest_json::answer(value),
        },
        Err(error) => write_error(service.protocol(), Some(service), error, request_id),
    }
}

/// Writes an error in a protocol's own shape.
pub(crate) fn write_error(
    protocol: Protocol,
    service: Option<Service>,
    error: &ApiError,
    request_id: &str,
) -> Outgoing {
    match protocol {
        Protocol::Json => json::error(error),
        Protocol::Query | Protocol::RestXml => query::error(service, error, request_id),
        Protocol::RestJson => rest_json::error(error),
    }
}

/// The text of a header.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests;
