//! Amazon resource names, as far as they can be judged without AWS.

use super::{Problems, containers_of, items};
use crate::resource::path::Path;
use crate::value::Value;

/// Whether the text is an ARN of the service whose resource begins so: `iam`, `role/`.
pub fn is_arn(text: &str, service: &str, resource: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (arn, partition, found, region, account, rest) = (next(), next(), next(), next(), next(), next());
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    arn == "arn"
        && partition.starts_with("aws")
        && plain(partition)
        && found == service
        && plain(region)
        && (account.is_empty() || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())))
        && rest.len() > resource.len()
        && rest.starts_with(resource)
        && !rest.contains(char::is_whitespace)
}

/// Whether the text is something that a secret's `valueFrom` may name. (D)
pub fn secret_source(text: &str) -> bool {
    if text.starts_with("arn:") {
        return is_arn(text, "secretsmanager", "secret:") || is_arn(text, "ssm", "parameter/");
    }
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'-'))
}

/// The roles and secrets of a task definition.
pub(super) fn check_roles(definition: &Value, out: &mut Problems) {
    for name in ["taskRoleArn", "executionRoleArn"] {
        role(&Path::root().member(name), definition.get(name), out);
    }
    let mut any = None;
    for (path, container) in containers_of(definition) {
        any = secrets(&path.member("secrets"), container.get("secrets"), out).or(any);
        let log = path.member("logConfiguration").member("secretOptions");
        let options = container
            .get("logConfiguration")
            .and_then(|log| log.get("secretOptions"));
        any = secrets(&log, options, out).or(any);
    }
    if let (Some(path), true) = (any, lacks(definition, "executionRoleArn")) {
        out.add(
            path,
            "secrets need an execution role that may read them",
            "set `executionRoleArn` in the task definition",
        );
    }
}

pub(super) fn lacks(value: &Value, name: &str) -> bool {
    value
        .get(name)
        .is_none_or(|value| value.is_empty() || value.as_str() == Some(""))
}

/// A role by ARN or by name.
pub(super) fn role(path: &Path, value: Option<&Value>, out: &mut Problems) {
    let Some(text) = value.and_then(Value::as_str) else {
        return;
    };
    let name = !text.contains(':') && !text.contains(char::is_whitespace);
    if !name && !is_arn(text, "iam", "role/") {
        out.add(
            path.clone(),
            "not the ARN of an IAM role",
            "it looks like `arn:aws:iam::123456789012:role/NAME`",
        );
    }
}

/// An ARN of one service and resource.
pub(super) fn arn(path: Path, value: Option<&Value>, service: &str, resource: &str, out: &mut Problems) {
    let Some(text) = value.and_then(Value::as_str) else {
        return;
    };
    if !is_arn(text, service, resource) {
        out.add(
            path,
            "not the ARN that it should be",
            format!("it looks like `arn:aws:{service}:REGION:123456789012:{resource}NAME`"),
        );
    }
}

/// Checks the sources of secrets; the path of the list if there are any.
fn secrets(path: &Path, list: Option<&Value>, out: &mut Problems) -> Option<Path> {
    for secret in items(list) {
        let (Some(name), Some(source)) = (secret.text("name"), secret.text("valueFrom")) else {
            continue;
        };
        if !secret_source(source) {
            out.add(
                path.item(name).member("valueFrom"),
                "neither the ARN of a secret nor the ARN or name of a parameter",
                "give the ARN of a Secrets Manager secret, or the ARN or name of an SSM parameter",
            );
        }
    }
    items(list).next().map(|_| path.clone())
}
