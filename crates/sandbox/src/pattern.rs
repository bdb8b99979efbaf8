//! Which calls a fault, a delay or a limit is meant for: `ecs:CreateService`, `Describe*`, `elbv2:writes`, `*`.

use std::fmt;
use std::str::FromStr;

use crate::service::{Service, is_write};

/// Names calls by service and operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The service, as calls name it; none means all.
    pub service: Option<String>,
    /// An operation, the beginning of some with `*` behind it, `reads`, `writes`, or `*` for all.
    pub operation: String,
}

impl Pattern {
    /// Every call.
    pub fn any() -> Self {
        Self {
            service: None,
            operation: "*".to_owned(),
        }
    }

    /// Whether a call is meant.
    pub fn covers(&self, service: &str, operation: &str) -> bool {
        covers(self.service.as_deref(), &self.operation, service, operation)
    }
}

/// Whether a pattern's service and operation mean a call.
pub(crate) fn covers(named: Option<&str>, pattern: &str, service: &str, operation: &str) -> bool {
    named.is_none_or(|named| named == service)
        && match pattern {
            "writes" => is_write(operation),
            "reads" => !is_write(operation),
            _ => match pattern.strip_suffix('*') {
                Some(beginning) => operation.starts_with(beginning),
                None => pattern == operation,
            },
        }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (service, operation) = match text.split_once(':') {
            Some((service, operation)) => (Some(service_name(service)?), operation),
            // A service alone means all its calls.
            None => match service_name(text) {
                Ok(service) => (Some(service), "*"),
                Err(_) => (None, text),
            },
        };
        let name = operation.strip_suffix('*').unwrap_or(operation);
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric());
        if operation.is_empty() || !is_name {
            return Err(format!(
                "`{text}` names no calls: write `ecs:CreateService`, `Describe*`, `ecs`, `reads`, `writes` or `*`"
            ));
        }
        Ok(Self {
            service,
            operation: operation.to_owned(),
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(out, "{service}:{}", self.operation),
            None => out.write_str(&self.operation),
        }
    }
}

fn service_name(text: &str) -> Result<String, String> {
    let name = match text {
        "elbv2" | "elb" => "elasticloadbalancing",
        name => name,
    };
    match Service::named(name) {
        Some(service) => Ok(service.name().to_owned()),
        None => Err(format!(
            "there is no service `{text}`: the sandbox has {}",
            Service::names().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, service: &str, operation: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().covers(service, operation)
    }

    #[test]
    fn a_pattern_means_an_operation_a_beginning_a_service_reads_writes_or_all() {
        assert!(covers("ecs:CreateService", "ecs", "CreateService"));
        assert!(!covers("ecs:CreateService", "ecs", "CreateServices"));
        assert!(!covers("ecs:CreateService", "logs", "CreateService"));
        assert!(covers("Describe*", "logs", "DescribeLogGroups"));
        assert!(covers("ecs", "ecs", "ListTasks") && !covers("ecs", "logs", "ListTasks"));
        assert!(covers("elbv2:writes", "elasticloadbalancing", "CreateRule"));
        assert!(!covers("elbv2:writes", "elasticloadbalancing", "DescribeRules"));
        assert!(covers("reads", "ecs", "DescribeTasks") && covers("*", "sts", "GetCallerIdentity"));
    }

    #[test]
    fn what_names_no_calls_is_refused() {
        for wrong in ["", "ecs:", "s3:PutObject", "Create Service", "a*b"] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_is_written_as_it_is_read() {
        for text in ["ecs:CreateService", "writes", "*", "elasticloadbalancing:*"] {
            assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
        }
    }
}
