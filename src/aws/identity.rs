//! Who the credentials are for, and whether that is the account that the project means.

use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_types::error::display::DisplayErrorContext;

use super::clients::Clients;
use super::error::no_credentials;
use super::{AwsError, Class, hint};
use crate::value::Text;

const SERVICE: &str = "sts";
const OPERATION: &str = "GetCallerIdentity";

/// Who the credentials are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: Text,
    /// The user or the role's session.
    pub arn: Text,
}

impl Clients {
    /// Asks AWS who the credentials are for.
    ///
    /// # Errors
    /// No credentials, expired or unknown ones, or an AWS that cannot be reached; each says what to do.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        self.credentials().await?;
        let answer = self
            .gate()
            .call(SERVICE, OPERATION, || self.sts().get_caller_identity().send())
            .await?;
        let account = answer
            .account()
            .ok_or_else(|| AwsError::in_answer(SERVICE, OPERATION, "NoAccount", "AWS named no account"))?;
        Ok(Identity {
            account: account.into(),
            arn: answer.arn().unwrap_or_default().into(),
        })
    }

    /// Asks AWS who the credentials are for, and refuses any account but the expected one.
    ///
    /// # Errors
    /// Those of [`Clients::identity`], and `WrongAccount`.
    pub async fn identity_in(&self, expected: Option<&str>) -> Result<Identity, AwsError> {
        let identity = self.identity().await?;
        match expected {
            Some(expected) if *expected != *identity.account => Err(wrong_account(expected, &identity)),
            _ => Ok(identity),
        }
    }

    /// Loads the credentials first, so that their absence is told as such and not as a failed call.
    async fn credentials(&self) -> Result<(), AwsError> {
        let Some(provider) = self.config().credentials_provider() else {
            return Err(failed(
                "NoCredentials".into(),
                "no AWS credentials were found".into(),
            ));
        };
        match provider.provide_credentials().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let (code, message, _) = no_credentials(&error, &DisplayErrorContext(&error).to_string());
                Err(failed(code, message))
            }
        }
    }
}

fn failed(code: String, message: String) -> AwsError {
    AwsError {
        hint: hint::for_code(SERVICE, OPERATION, &code, &message),
        service: SERVICE,
        operation: OPERATION.to_owned(),
        code,
        message,
        class: Class::Terminal,
        details: Vec::new(),
    }
}

fn wrong_account(expected: &str, identity: &Identity) -> AwsError {
    let message = format!(
        "the project says account {expected}, these credentials are for {} ({})",
        identity.account, identity.arn
    );
    failed("WrongAccount".into(), message)
        .with_hint("use credentials of that account, or correct accountId of the environment in sendo.yaml")
}

#[cfg(test)]
mod tests {
    use sendo_sandbox::{Effect, When};

    use super::*;
    use crate::aws::bench::Bench;
    use crate::aws::clients::Options;

    #[test]
    fn another_account_is_told_with_both_numbers() {
        let identity = Identity {
            account: "210987654321".into(),
            arn: "arn:aws:iam::210987654321:user/ann".into(),
        };
        let error = wrong_account("123456789012", &identity);
        assert_eq!(
            error.to_string(),
            "sts GetCallerIdentity: WrongAccount: the project says account 123456789012, these credentials are for \
             210987654321 (arn:aws:iam::210987654321:user/ann)"
        );
    }

    #[tokio::test]
    async fn the_account_that_answers_must_be_the_projects() {
        let bench = Bench::new().await;
        let identity = bench.clients.identity_in(Some("123456789012")).await.unwrap();
        assert_eq!(&*identity.account, "123456789012");
        let error = bench.clients.identity_in(Some("210987654321")).await.unwrap_err();
        assert_eq!(error.code, "WrongAccount");
    }

    #[tokio::test]
    async fn an_endpoint_that_nobody_answers_is_told_as_such() {
        let options = Options {
            sandbox: Some("http://127.0.0.1:9".into()),
            ..Options::in_region("eu-west-1")
        };
        let error = Clients::connect(options).await.identity().await.unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.class),
            ("Unreachable", Class::Recoverable)
        );
        assert!(error.hint.unwrap().contains("AWS_ENDPOINT_URL"));
    }

    #[tokio::test]
    async fn expired_credentials_are_told_with_what_to_do() {
        let bench = Bench::new().await;
        let (code, message) = (
            "ExpiredToken".to_owned(),
            "The security token included in the request is expired".to_owned(),
        );
        bench.fail(
            "GetCallerIdentity",
            When::Always,
            Effect::Error {
                status: 403,
                code,
                message,
            },
        );
        let error = bench.clients.identity().await.unwrap_err();
        assert_eq!(bench.calls("GetCallerIdentity"), 1);
        assert!(error.hint.unwrap().contains("log in again"));
    }
}
