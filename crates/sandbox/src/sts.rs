//! Security Token Service: who the caller is, and sessions of roles. Sessions are remembered so that who assumed a role
//! acts in that role's account.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::{Answer, ApiError, Params, Scope};

/// The sessions that AssumeRole handed out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sts {
    /// Sessions by access key.
    pub sessions: BTreeMap<String, Session>,
}

/// A session of a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// The account of the role.
    pub account: String,
    /// The role's name.
    pub role: String,
    /// The name that the caller gave the session.
    pub name: String,
}

impl Session {
    fn id(&self) -> String {
        format!("AROA{}:{}", digits(&self.role, 17), self.name)
    }

    fn arn(&self) -> String {
        format!(
            "arn:aws:sts::{}:assumed-role/{}/{}",
            self.account, self.role, self.name
        )
    }
}

impl Sts {
    /// Runs an operation for an access key; none when there is no such operation here.
    pub fn call(
        &mut self,
        scope: Scope<'_>,
        key: &str,
        operation: &str,
        params: Params<'_>,
    ) -> Option<Answer> {
        Some(match operation {
            "GetCallerIdentity" => Ok(self.get_caller_identity(scope, key)),
            "AssumeRole" => self.assume_role(scope, params),
            _ => return None,
        })
    }

    fn get_caller_identity(&self, scope: Scope<'_>, key: &str) -> Value {
        match self.sessions.get(key) {
            Some(session) => {
                json!({ "UserId": session.id(), "Account": session.account, "Arn": session.arn() })
            }
            None => json!({
                "UserId": format!("AIDA{}", digits(key, 17)),
                "Account": scope.account,
                "Arn": format!("arn:aws:iam::{}:user/sandbox", scope.account),
            }),
        }
    }

    fn assume_role(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let (arn, name) = (required(params, "RoleArn")?, required(params, "RoleSessionName")?);
        let (account, role) = role(arn).ok_or_else(|| validation(format!("{arn} is invalid")))?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_=,.@-".contains(c);
        if !(2..=64).contains(&name.len()) || !name.chars().all(allowed) {
            return Err(validation(format!(
                "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            )));
        }
        let seconds = match params.number("DurationSeconds") {
            Some(seconds) if (900..=43_200).contains(&seconds) => seconds,
            None => 3_600,
            Some(_) => {
                return Err(validation(
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
                ));
            }
        };
        let session = Session {
            account: account.to_owned(),
            role: role.to_owned(),
            name: name.to_owned(),
        };
        let key = format!(
            "ASIA{}",
            digits(&format!("{arn}/{name}/{}", self.sessions.len()), 16)
        );
        let answer = json!({
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": digits(&format!("{key}/secret"), 40),
                "SessionToken": digits(&format!("{key}/token"), 48),
                "Expiration": (scope.now + SignedDuration::from_secs(seconds)).to_string(),
            },
            "AssumedRoleUser": { "AssumedRoleId": session.id(), "Arn": session.arn() },
        });
        self.sessions.insert(key, session);
        Ok(answer)
    }
}

/// The account and name in a role's ARN.
fn role(arn: &str) -> Option<(&str, &str)> {
    let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    let name = path.rsplit('/').next()?;
    let is_account = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    (is_account && !name.is_empty()).then_some((account, name))
}

fn required<'a>(params: Params<'a>, name: &str) -> Result<&'a str, ApiError> {
    let member = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
    params.text(name).ok_or_else(|| {
        validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// Capital letters and digits that stand for a text, as AWS's key ids are made of.
fn digits(text: &str, length: usize) -> String {
    let digest = Sha256::digest(text);
    data_encoding::BASE32_NOPAD
        .encode(&digest)
        .chars()
        .take(length)
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const SCOPE: Scope<'static> = Scope {
        account: "123456789012",
        region: "us-east-1",
        now: Timestamp::UNIX_EPOCH,
    };

    fn assume(sts: &mut Sts, arn: &str, name: &str) -> Answer {
        let params = json!({ "RoleArn": arn, "RoleSessionName": name });
        sts.call(SCOPE, "AKIA1", "AssumeRole", Params(&params)).unwrap()
    }

    #[test]
    fn who_assumed_a_role_is_that_role_in_its_account() {
        let mut sts = Sts::default();
        let answer = assume(&mut sts, "arn:aws:iam::210987654321:role/path/deploy", "ci").unwrap();
        let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap().to_owned();
        let nothing = json!({});
        let who = sts
            .call(SCOPE, &key, "GetCallerIdentity", Params(&nothing))
            .unwrap()
            .unwrap();
        assert_eq!(who["Account"], "210987654321");
        assert_eq!(who["Arn"], "arn:aws:sts::210987654321:assumed-role/deploy/ci");
        let other = sts
            .call(SCOPE, "AKIA1", "GetCallerIdentity", Params(&nothing))
            .unwrap()
            .unwrap();
        assert_eq!(other["Account"], "123456789012");
    }

    #[test]
    fn roles_and_session_names_are_checked() {
        let mut sts = Sts::default();
        for (arn, name) in [
            ("arn:aws:iam::1:role/x", "ci"),
            ("nonsense", "ci"),
            ("arn:aws:iam::210987654321:role/x", "a b"),
        ] {
            assert_eq!(assume(&mut sts, arn, name).unwrap_err().code, "ValidationError");
        }
        assert!(sts.sessions.is_empty());
    }
}
