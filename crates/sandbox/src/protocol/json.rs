//! JSON 1.1: the operation in `X-Amz-Target`, everything else in one JSON object.

use serde_json::{Map, Value, json};

use super::{Incoming, Outgoing, Unreadable};
use crate::api::ApiError;
use crate::service::{Protocol, Service};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

pub(super) fn read(target: &str, body: &[u8]) -> Result<Incoming, Unreadable> {
    let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
    let service = Service::of_target(prefix);
    let unreadable = |error| Unreadable {
        protocol: Protocol::Json,
        service,
        operation: operation.to_owned(),
        error,
    };
    let Some(service) = service else {
        let message = format!("the sandbox has no service for the target {target}");
        return Err(unreadable(ApiError::new("UnknownOperationException", message)));
    };
    Ok(Incoming {
        service,
        operation: operation.to_owned(),
        params: object(body).map_err(unreadable)?,
    })
}

/// The object of a body; an empty body is an empty object.
pub(super) fn object(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let parsed = serde_json::from_slice(body).ok().filter(Value::is_object);
    parsed.ok_or_else(|| ApiError::new("SerializationException", "the body is not a JSON object"))
}

pub(super) fn answer(value: &Value) -> Outgoing {
    Outgoing {
        status: 200,
        content_type: CONTENT_TYPE,
        error_type: None,
        body: value.to_string(),
    }
}

pub(super) fn error(error: &ApiError) -> Outgoing {
    Outgoing {
        status: error.status,
        content_type: CONTENT_TYPE,
        error_type: Some(error.code.clone()),
        body: json!({ "__type": error.code, "message": error.message }).to_string(),
    }
}
