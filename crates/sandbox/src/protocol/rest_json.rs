//! REST-JSON: paths and JSON bodies; the error's code is in a header.

use serde_json::{Value, json};

use super::Outgoing;
use crate::api::ApiError;

const CONTENT_TYPE: &str = "application/json";

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
        body: json!({ "Message": error.message }).to_string(),
    }
}
