//! What AWS answered instead of doing it, sorted by what follows from it.
//!
//! In: an SDK error. Out: an [`AwsError`] with its code, a hint, and its [`Kind`], which the gate acts on.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{AwsError, Class, hint};

/// What kind of failure an attempt met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AWS refused to act for the rate of calls.
    Throttled,
    /// AWS refused because something has not settled yet; it did not act.
    Unsettled,
    /// Nothing reached AWS.
    Unreached,
    /// AWS failed, or its answer was lost: it may have acted.
    Lost,
    /// The spec, the account or the permissions must change.
    Terminal,
}

impl Kind {
    /// Whether AWS certainly did nothing.
    pub fn untouched(self) -> bool {
        matches!(self, Kind::Throttled | Kind::Unsettled | Kind::Unreached)
    }

    fn class(self) -> Class {
        match self {
            Kind::Terminal => Class::Terminal,
            _ => Class::Recoverable,
        }
    }
}

impl AwsError {
    /// An error that the answer of a successful call carries: `failures[]`, a missing member.
    pub fn in_answer(
        service: &'static str,
        operation: &str,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let (code, message) = (code.into(), message.into());
        AwsError {
            hint: hint::for_code(service, operation, &code, &message),
            service,
            operation: operation.to_owned(),
            code,
            message,
            class: Class::Terminal,
            details: Vec::new(),
        }
    }

    /// The same error with a hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Sorts an SDK error.
pub fn classify<E>(service: &'static str, operation: &str, error: &SdkError<E, Response>) -> (AwsError, Kind)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (code, message, kind) = match error {
        SdkError::ServiceError(failed) => answered(service, failed.err(), failed.raw().status().as_u16()),
        SdkError::TimeoutError(_) => ("Timeout".to_owned(), "no answer in time".to_owned(), Kind::Lost),
        SdkError::ResponseError(_) => (
            "BrokenAnswer".to_owned(),
            format!("the answer could not be read: {}", DisplayErrorContext(error)),
            Kind::Lost,
        ),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) => undelivered(connector),
            None => (
                "Dispatch".to_owned(),
                DisplayErrorContext(error).to_string(),
                Kind::Lost,
            ),
        },
        _ => (
            "Request".to_owned(),
            DisplayErrorContext(error).to_string(),
            Kind::Terminal,
        ),
    };
    let error = AwsError {
        hint: hint::for_code(service, operation, &code, &message),
        service,
        operation: operation.to_owned(),
        code,
        message,
        class: kind.class(),
        details: Vec::new(),
    };
    (error, kind)
}

fn answered(service: &str, error: &impl ProvideErrorMetadata, status: u16) -> (String, String, Kind) {
    let meta = error.meta();
    let code = meta.code().map_or_else(
        || format!("HTTP {status}"),
        |code| code.rsplit('#').next().unwrap_or(code).to_owned(),
    );
    let message = meta.message().unwrap_or("AWS gave no message").to_owned();
    let kind = kind_of(service, &code, &message, status);
    (code, message, kind)
}

/// Codes with which AWS refuses for the rate of calls; `LimitExceededException` is none, it is a quota.
const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
    "ProvisionedThroughputExceededException",
];

/// Codes with which AWS fails although the request is right.
const FAILURES: &[&str] = &[
    "ServerException",
    "InternalFailure",
    "InternalError",
    "InternalException",
    "InternalServerException",
    "InternalServerError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "RequestTimeout",
    "RequestTimeoutException",
    "TransactionInProgressException",
];

/// Codes of requests that AWS takes a moment later.
const UNSETTLED: &[&str] = &[
    "PriorRequestNotComplete",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "OperationAbortedException",
];

/// Messages of requests that AWS takes a moment later, under codes that it also uses for requests that it never takes.
const UNSETTLED_MESSAGES: &[&str] = &[
    "Too many concurrent attempts to create a new revision",
    "Unable to assume the service linked role",
    "Unable to Start a service that is still Draining",
    "does not have an associated load balancer",
    "verify that the ECS service role being passed has the proper permissions",
    "The service cannot be stopped while deployments are active",
    "has a dependent object",
    "ECS service doesn't exist",
    "must allow AWS EventBridge Scheduler to assume the role",
    "is currently in use by a listener or a rule",
];

fn kind_of(service: &str, code: &str, message: &str, status: u16) -> Kind {
    let message = message.to_lowercase();
    let settles = |text: &&str| message.contains(&text.to_lowercase());
    if THROTTLES.contains(&code) || (code != "LimitExceededException" && status == 429) {
        Kind::Throttled
    } else if UNSETTLED.contains(&code) || UNSETTLED_MESSAGES.iter().any(settles) {
        Kind::Unsettled
    } else if FAILURES.contains(&code) || status >= 500 {
        Kind::Lost
    } else if service == "ecs" && code == "ClientException" && message.contains("rate exceeded") {
        Kind::Throttled
    } else {
        Kind::Terminal
    }
}

fn undelivered(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> (String, String, Kind) {
    let text = DisplayErrorContext(error).to_string();
    if let Some(credentials) = in_chain::<CredentialsError>(error) {
        return no_credentials(credentials, &text);
    }
    if text.contains("no identity") || text.contains("NoMatchingAuthScheme") {
        return (
            "NoCredentials".to_owned(),
            "no AWS credentials were found".to_owned(),
            Kind::Terminal,
        );
    }
    let refused = in_chain::<io::Error>(error).is_some_and(|error| {
        use io::ErrorKind::*;
        matches!(
            error.kind(),
            ConnectionRefused | HostUnreachable | NetworkUnreachable | NotFound | AddrNotAvailable
        )
    });
    if error.is_user() {
        ("Request".to_owned(), text, Kind::Terminal)
    } else if refused || text.contains("(Connect)") || text.contains("dns error") {
        (
            "Unreachable".to_owned(),
            format!("no connection: {}", deepest(error)),
            Kind::Unreached,
        )
    } else if error.is_timeout() {
        ("Timeout".to_owned(), "no answer in time".to_owned(), Kind::Lost)
    } else {
        (
            "ConnectionLost".to_owned(),
            format!("the connection broke: {}", deepest(error)),
            Kind::Lost,
        )
    }
}

/// Why there are no credentials, without the provider's own words about what they hold.
pub fn no_credentials(error: &CredentialsError, text: &str) -> (String, String, Kind) {
    let (code, message) = match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            ("NoCredentials", "no AWS credentials were found".to_owned())
        }
        CredentialsError::ProviderTimedOut(_) => (
            "NoCredentials",
            "the credentials provider did not answer in time".to_owned(),
        ),
        _ if text.contains("xpired") => ("ExpiredToken", "the credentials have expired".to_owned()),
        _ => (
            "CredentialsFailed",
            format!("the credentials could not be loaded: {}", deepest(error)),
        ),
    };
    (code.to_owned(), message, Kind::Terminal)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn in_chain<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_no_throttle() {
        assert_eq!(
            kind_of("ecs", "LimitExceededException", "quota", 400),
            Kind::Terminal
        );
        assert_eq!(
            kind_of("scheduler", "ServiceQuotaExceededException", "quota", 402),
            Kind::Terminal
        );
        assert_eq!(
            kind_of("ecs", "ThrottlingException", "Rate exceeded", 400),
            Kind::Throttled
        );
        assert_eq!(
            kind_of("scheduler", "ThrottlingException", "Rate exceeded", 429),
            Kind::Throttled
        );
        assert_eq!(
            kind_of("route53", "Throttling", "Rate exceeded", 400),
            Kind::Throttled
        );
    }

    #[test]
    fn what_has_not_settled_is_told_by_its_message_from_what_is_wrong() {
        let waits = [
            (
                "ClientException",
                "Too many concurrent attempts to create a new revision of the specified family.",
            ),
            (
                "InvalidParameterException",
                "Unable to Start a service that is still Draining.",
            ),
            (
                "InvalidParameterException",
                "The target group with targetGroupArn x does not have an associated load balancer.",
            ),
            ("PriorRequestNotComplete", "The request was rejected"),
        ];
        for (code, message) in waits {
            assert_eq!(kind_of("ecs", code, message, 400), Kind::Unsettled, "{message}");
        }
        let wrong = "Creation of service was not idempotent.";
        assert_eq!(
            kind_of("ecs", "InvalidParameterException", wrong, 400),
            Kind::Terminal
        );
    }

    #[test]
    fn a_failure_of_aws_may_have_acted() {
        assert_eq!(kind_of("ecs", "ServerException", "", 500), Kind::Lost);
        assert_eq!(kind_of("logs", "HTTP 503", "", 503), Kind::Lost);
        assert!(!Kind::Lost.untouched() && Kind::Throttled.untouched());
    }
}
