//! The refusals that every service has, each with its own code. The protocols give them their shape.

use crate::api::ApiError;
use crate::service::Service;

/// Too many calls. Codes and statuses are those of each service's API reference, under "Common Errors" or the
/// operation's own errors.
pub(crate) fn throttled(service: Service) -> ApiError {
    let (status, code) = match service {
        Service::Ecs | Service::Events | Service::Logs => (400, "ThrottlingException"),
        Service::Scheduler => (429, "ThrottlingException"),
        Service::Elbv2 | Service::Route53 | Service::Sts => (400, "Throttling"),
    };
    ApiError::with_status(status, code, "Rate exceeded")
}

/// AWS itself failed.
pub(crate) fn failed(service: Service) -> ApiError {
    let code = match service {
        Service::Ecs => "ServerException",
        Service::Events => "InternalException",
        Service::Logs => "ServiceUnavailableException",
        Service::Scheduler => "InternalServerException",
        Service::Elbv2 | Service::Route53 | Service::Sts => "InternalFailure",
    };
    let message = "The request processing has failed because of an unknown error, exception or failure.";
    ApiError::with_status(500, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_its_own_words_for_a_refusal() {
        let refusals = |service| (throttled(service), failed(service));
        let (throttled, failed) = refusals(Service::Scheduler);
        assert_eq!(
            (throttled.status, throttled.code.as_str()),
            (429, "ThrottlingException")
        );
        assert_eq!(
            (failed.status, failed.code.as_str()),
            (500, "InternalServerException")
        );
        let (throttled, failed) = refusals(Service::Elbv2);
        assert_eq!((throttled.status, throttled.code.as_str()), (400, "Throttling"));
        assert_eq!((failed.status, failed.code.as_str()), (500, "InternalFailure"));
    }
}
