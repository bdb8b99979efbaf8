//! The services that the sandbox stands in for, and how each speaks.

use crate::protocol::rest::Route;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Elastic Container Service.
    Ecs,
    /// Elastic Load Balancing v2.
    Elbv2,
    /// EventBridge.
    Events,
    /// CloudWatch Logs.
    Logs,
    /// Route 53.
    Route53,
    /// EventBridge Scheduler.
    Scheduler,
    /// Security Token Service.
    Sts,
}

/// The four ways to put an operation on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `X-Amz-Target` and a JSON body.
    Json,
    /// A form with `Action=`; XML comes back.
    Query,
    /// Paths, and XML both ways.
    RestXml,
    /// Paths, and JSON both ways.
    RestJson,
}

const ALL: [Service; 7] = [
    Service::Ecs,
    Service::Elbv2,
    Service::Events,
    Service::Logs,
    Service::Route53,
    Service::Scheduler,
    Service::Sts,
];

impl Service {
    /// The name that credential scopes and the log of calls use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::Elbv2 => "elasticloadbalancing",
            Self::Events => "events",
            Self::Logs => "logs",
            Self::Route53 => "route53",
            Self::Scheduler => "scheduler",
            Self::Sts => "sts",
        }
    }

    /// The names of all.
    pub fn names() -> [&'static str; 7] {
        ALL.map(Self::name)
    }

    /// The service of that name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|service| service.name() == name)
    }

    /// How the service speaks.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Ecs | Self::Events | Self::Logs => Protocol::Json,
            Self::Elbv2 | Self::Sts => Protocol::Query,
            Self::Route53 => Protocol::RestXml,
            Self::Scheduler => Protocol::RestJson,
        }
    }

    /// The service of an `X-Amz-Target` such as `Logs_20140328.CreateLogGroup`, without its operation.
    pub(crate) fn of_target(prefix: &str) -> Option<Self> {
        Some(match prefix {
            "AmazonEC2ContainerServiceV20141113" => Self::Ecs,
            "AWSEvents" => Self::Events,
            "Logs_20140328" => Self::Logs,
            _ => return None,
        })
    }

    /// The service of a form's `Version=`.
    pub(crate) fn of_version(version: &str) -> Option<Self> {
        Some(match version {
            "2015-12-01" => Self::Elbv2,
            "2011-06-15" => Self::Sts,
            _ => return None,
        })
    }

    /// The namespace of the XML that it answers with.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Elbv2 => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            Self::Route53 => "https://route53.amazonaws.com/doc/2013-04-01/",
            _ => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }

    /// The paths of its operations, for the services that have paths.
    pub(crate) fn routes(self) -> &'static [Route] {
        match self {
            Self::Route53 => &crate::protocol::rest::ROUTE53,
            Self::Scheduler => &crate::protocol::rest::SCHEDULER,
            _ => &[],
        }
    }
}

/// Whether an operation changes something, told by its verb as AWS's naming allows.
pub fn is_write(operation: &str) -> bool {
    const READS: [&str; 5] = ["Describe", "List", "Get", "Test", "AssumeRole"];
    !READS.iter().any(|verb| operation.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_found_by_its_own_name() {
        for service in ALL {
            assert_eq!(Service::named(service.name()), Some(service));
        }
    }

    #[test]
    fn verbs_tell_writes_from_reads() {
        assert!(is_write("CreateService") && is_write("PutRule") && is_write("StopTask"));
        assert!(!is_write("DescribeServices") && !is_write("GetCallerIdentity"));
    }
}
