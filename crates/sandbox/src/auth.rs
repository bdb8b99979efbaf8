//! Who calls and for which region, as the request's signature says. Signatures are read, not verified.

use hyper::HeaderMap;

use crate::api::ApiError;
use crate::protocol::header;
use crate::service::{Protocol, Service};

/// The caller that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub access_key: String,
    pub region: String,
}

/// Reads the credential scope, and refuses what AWS would: no signature, expired or denied keys.
pub(crate) fn caller(headers: &HeaderMap, service: Service, operation: &str) -> Result<Caller, ApiError> {
    let protocol = service.protocol();
    let Some(authorization) = header(headers, "authorization") else {
        return Err(refusal(
            protocol,
            (
                "MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
            ),
            "Missing Authentication Token",
        ));
    };
    let Some(caller) = scope(authorization) else {
        return Err(refusal(
            protocol,
            ("IncompleteSignatureException", "IncompleteSignature"),
            "Authorization header requires a 'Credential' parameter with a credential scope.",
        ));
    };
    if caller.access_key.starts_with("EXPIRED") {
        return Err(refusal(
            protocol,
            ("ExpiredTokenException", "ExpiredToken"),
            "The security token included in the request is expired",
        ));
    }
    // AWS lets everyone ask who they are.
    if caller.access_key.starts_with("DENIED") && operation != "GetCallerIdentity" {
        let message = format!(
            "User: {} is not authorized to perform: {}:{operation}",
            caller.access_key,
            service.name()
        );
        return Err(denied(protocol, &message));
    }
    Ok(caller)
}

/// The error of a caller who may not do it.
pub(crate) fn denied(protocol: Protocol, message: &str) -> ApiError {
    refusal(protocol, ("AccessDeniedException", "AccessDenied"), message)
}

fn scope(authorization: &str) -> Option<Caller> {
    let parts = authorization.split([' ', ',']);
    let credential = parts
        .into_iter()
        .find_map(|part| part.strip_prefix("Credential="))?;
    let mut parts = credential.split('/');
    let (access_key, _date, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (_service, terminator) = (parts.next()?, parts.next()?);
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 128
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    (plain(access_key) && plain(region) && terminator == "aws4_request").then(|| Caller {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
    })
}

/// The same refusal has a code for JSON, and a shorter one with status 403 for XML.
fn refusal(protocol: Protocol, (json, xml): (&str, &str), message: &str) -> ApiError {
    match protocol {
        Protocol::Json => ApiError::new(json, message),
        Protocol::RestJson => ApiError::with_status(403, json, message),
        Protocol::Query | Protocol::RestXml => ApiError::with_status(403, xml, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(key: &str) -> HeaderMap {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00"
        );
        HeaderMap::from_iter([(hyper::header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn the_region_comes_from_the_credential_scope() {
        let caller = caller(&headers("AKIA1"), Service::Ecs, "ListClusters").unwrap();
        assert_eq!(
            (caller.access_key.as_str(), caller.region.as_str()),
            ("AKIA1", "eu-west-1")
        );
    }

    #[test]
    fn requests_without_valid_credentials_are_refused_in_the_words_of_the_protocol() {
        let code = |headers: &HeaderMap, service| {
            let error = caller(headers, service, "Anything").unwrap_err();
            (error.status, error.code)
        };
        let none = HeaderMap::new();
        assert_eq!(
            code(&none, Service::Ecs),
            (400, "MissingAuthenticationTokenException".to_owned())
        );
        assert_eq!(
            code(&none, Service::Elbv2),
            (403, "MissingAuthenticationToken".to_owned())
        );
        assert_eq!(
            code(&headers("EXPIRED1"), Service::Logs),
            (400, "ExpiredTokenException".to_owned())
        );
        assert_eq!(
            code(&headers("EXPIRED1"), Service::Sts),
            (403, "ExpiredToken".to_owned())
        );
        assert_eq!(
            code(&headers("DENIED1"), Service::Scheduler),
            (403, "AccessDeniedException".to_owned())
        );
        let broken = HeaderMap::from_iter([(hyper::header::AUTHORIZATION, "Bearer x".parse().unwrap())]);
        assert_eq!(
            code(&broken, Service::Ecs),
            (400, "IncompleteSignatureException".to_owned())
        );
    }

    #[test]
    fn even_the_denied_may_ask_who_they_are() {
        assert!(caller(&headers("DENIED1"), Service::Sts, "GetCallerIdentity").is_ok());
    }
}
