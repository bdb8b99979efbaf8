//! What to do about an error: the sentence behind AWS's own.

/// What to do about this code and message, where that is known.
pub fn for_code(service: &str, operation: &str, code: &str, message: &str) -> Option<String> {
    let hint = match code {
        "AccessDeniedException"
        | "AccessDenied"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AuthorizationError" => {
            let action =
                denied_action(message).map_or_else(|| format!("{service}:{operation}"), str::to_owned);
            return Some(format!("allow {action} to these credentials in IAM"));
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: log in again (`aws sso login`, or new session credentials)"
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "IncompleteSignature" => {
            "AWS does not know these credentials: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or the profile"
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "RequestTimeTooSkewed" => {
            "check the secret access key and this machine's clock"
        }
        "NoCredentials" => {
            "set AWS_PROFILE or pass --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached"
        }
        "CredentialsFailed" => "check the profile in ~/.aws/config and the role that it takes",
        "Unreachable" => "check the network, the region and AWS_ENDPOINT_URL",
        "ClusterNotFoundException" => "create the cluster, or name another: sendo makes no clusters",
        "LimitExceededException" | "ServiceQuotaExceededException" => {
            "raise the quota in Service Quotas, or want less"
        }
        "PlatformTaskDefinitionIncompatibilityException" => {
            "the platform version does not support what the task definition asks for"
        }
        "NamespaceNotFoundException" => "create the Cloud Map namespace first",
        _ => return for_message(message),
    };
    Some(hint.to_owned())
}

/// The action that AWS names itself: a create may need iam:PassRole or ecs:TagResource besides its own.
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    rest.split_whitespace()
        .next()
        .map(|action| action.trim_end_matches([',', '.']))
        .filter(|action| action.contains(':'))
}

fn for_message(message: &str) -> Option<String> {
    let known = [
        (
            "not idempotent",
            "a service of that name exists with other parameters: plan again",
        ),
        (
            "assume the service linked role",
            "create it once: `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`",
        ),
        (
            "does not have an associated load balancer",
            "a listener rule must forward to the target group before a service uses it",
        ),
        (
            "is not authorized to pass",
            "allow iam:PassRole on that role with iam:PassedToService",
        ),
    ];
    let hint = known.iter().find(|(part, _)| message.contains(part))?;
    Some(hint.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_call_names_the_action_to_allow() {
        let hint = for_code("ecs", "DescribeServices", "AccessDeniedException", "").unwrap();
        assert!(hint.contains("ecs:DescribeServices"), "{hint}");
    }

    #[test]
    fn the_action_that_aws_names_is_the_one_to_allow() {
        let message = "User: arn:aws:sts::1:x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x";
        let hint = for_code("ecs", "CreateService", "AccessDeniedException", message).unwrap();
        assert_eq!(hint, "allow iam:PassRole to these credentials in IAM");
    }

    #[test]
    fn an_unknown_code_has_no_hint() {
        assert_eq!(for_code("ecs", "RunTask", "Unheard", "of"), None);
    }
}
