//! What callers may do, as IAM policies say it: which permissions a call needs, and refusing it where one is missing.
//!
//! Which actions a call needs beside the one of its own name is documented in the Service Authorization Reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/>): tagging what a call creates, and passing roles.

mod policy;

use std::collections::BTreeSet;

use serde_json::Value;

use self::policy::Statement;
use crate::api::{ApiError, Params};
use crate::auth::{Caller, denied};
use crate::sandbox::{Call, Sandbox, locked};
use crate::service::Service;

/// A permission that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The action: `ecs:CreateService`.
    pub action: String,
    /// The ARN that it is needed on, or `*`.
    pub resource: String,
    /// The service that a role is passed to.
    pub passed_to: Option<&'static str>,
}

impl Need {
    fn on(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            passed_to: None,
        }
    }

    /// Whether a policy that is understood grants it.
    pub fn is_granted_by(&self, policy: &Value) -> bool {
        policy::read(policy).is_ok_and(|statements| statements.iter().any(|statement| statement.grants(self)))
    }
}

/// What callers may do; without policies everything.
#[derive(Debug, Default)]
pub(crate) struct Permissions(Option<Vec<Statement>>);

impl Permissions {
    fn lack(&self, needs: BTreeSet<Need>) -> Option<Need> {
        let statements = self.0.as_ref()?;
        let granted = |need: &Need| statements.iter().any(|statement| statement.grants(need));
        needs.into_iter().find(|need| !granted(need))
    }
}

impl Sandbox {
    /// Lets callers do what these identity policies allow and nothing else. Of conditions only `iam:PassedToService` is
    /// known.
    ///
    /// # Errors
    /// A policy that says more than this understands.
    pub fn permit(&self, policies: &[Value]) -> Result<(), String> {
        let statements: Result<Vec<_>, String> = policies.iter().map(policy::read).collect();
        *locked(self.permissions()) = Permissions(Some(statements?.concat()));
        Ok(())
    }

    /// Lets callers do everything again.
    pub fn permit_everything(&self) {
        *locked(self.permissions()) = Permissions::default();
    }

    /// The permissions that a call needed.
    pub fn needs_of(&self, call: &Call) -> BTreeSet<Need> {
        let Some(service) = Service::named(call.service) else {
            return BTreeSet::new();
        };
        let account = self.world(|world| world.account.clone());
        Asked::new(&account, &call.region, Params(&call.parameters)).needs(service, &call.operation)
    }

    /// The caller, unless a permission is missing.
    pub(crate) fn authorized(
        &self,
        caller: Caller,
        service: Service,
        operation: &str,
        params: &Value,
    ) -> Result<Caller, ApiError> {
        let account = self.account_of(&caller);
        let needs = Asked::new(&account, &caller.region, Params(params)).needs(service, operation);
        match locked(self.permissions()).lack(needs) {
            None => Ok(caller),
            Some(need) => {
                let who = format!("arn:aws:iam::{account}:user/{}", caller.access_key);
                let Need { action, resource, .. } = need;
                let message = format!(
                    "User: {who} is not authorized to perform: {action} on resource: {resource} because no \
                     identity-based policy allows the {action} action"
                );
                Err(denied(service.protocol(), &message))
            }
        }
    }
}

/// A call, and where it is made.
struct Asked<'a> {
    account: &'a str,
    region: &'a str,
    params: Params<'a>,
}

impl<'a> Asked<'a> {
    fn new(account: &'a str, region: &'a str, params: Params<'a>) -> Self {
        Self {
            account,
            region,
            params,
        }
    }

    fn needs(&self, service: Service, operation: &str) -> BTreeSet<Need> {
        // "No permissions are required to perform this operation": GetCallerIdentity in the API reference of STS.
        if operation == "GetCallerIdentity" {
            return BTreeSet::new();
        }
        let name = service.name();
        let resource = self.resource(service, operation);
        let mut needs = BTreeSet::from([Need::on(format!("{name}:{operation}"), &resource)]);
        if let Some(action) = tagging(service, operation).filter(|_| self.has_tags()) {
            needs.insert(Need::on(format!("{name}:{action}"), &resource));
        }
        needs.extend(self.passed(service, operation));
        needs
    }

    fn has_tags(&self) -> bool {
        let tags = ["tags", "Tags"]
            .into_iter()
            .find_map(|name| self.params.get(name));
        tags.is_some_and(|tags| {
            tags.as_array().is_some_and(|tags| !tags.is_empty())
                || tags.as_object().is_some_and(|tags| !tags.is_empty())
        })
    }

    /// The roles that a call hands to a service.
    fn passed(&self, service: Service, operation: &str) -> Vec<Need> {
        let (roles, to): (Vec<&str>, _) = match (service, operation) {
            (Service::Ecs, "RegisterTaskDefinition") => {
                let roles = ["taskRoleArn", "executionRoleArn"];
                (
                    roles
                        .into_iter()
                        .filter_map(|name| self.params.text(name))
                        .collect(),
                    "ecs-tasks.amazonaws.com",
                )
            }
            (Service::Ecs, "CreateService" | "UpdateService") => {
                (roles_in(self.params.0, "roleArn"), "ecs.amazonaws.com")
            }
            (Service::Events, "PutTargets") => (roles_in(self.params.0, "RoleArn"), "events.amazonaws.com"),
            (Service::Scheduler, "CreateSchedule" | "UpdateSchedule") => {
                (roles_in(self.params.0, "RoleArn"), "scheduler.amazonaws.com")
            }
            _ => (Vec::new(), ""),
        };
        let pass = |role: &str| Need {
            passed_to: Some(to),
            ..Need::on("iam:PassRole", role)
        };
        roles.into_iter().map(pass).collect()
    }

    /// What a call is about, where policies can name it; resources that a load balancer has are told by their own ARNs,
    /// which nobody knows before they are made.
    fn resource(&self, service: Service, operation: &str) -> String {
        let named = |kind: &str, name: &str| {
            let name = name.rsplit('/').next().unwrap_or_default();
            format!("{}:{kind}", self.arn(service.name())).replace("{}", name)
        };
        let text = |name: &str| self.params.text(name).unwrap_or_default();
        let arn = ["resourceArn", "ResourceARN", "ResourceArn"];
        if let Some(arn) = arn.into_iter().find_map(|name| self.params.text(name)) {
            return arn.to_owned();
        }
        match (service, operation) {
            (Service::Ecs, "CreateService") => self.ecs_service(text("serviceName")),
            (Service::Ecs, "UpdateService" | "DeleteService") => self.ecs_service(text("service")),
            (Service::Ecs, "RegisterTaskDefinition") => named("task-definition/{}:*", text("family")),
            (Service::Events, "PutTargets" | "RemoveTargets" | "ListTargetsByRule") => {
                named("rule/{}", text("Rule"))
            }
            (Service::Events, _) if self.params.has("Name") => named("rule/{}", text("Name")),
            (Service::Scheduler, "CreateScheduleGroup" | "GetScheduleGroup") => {
                named("schedule-group/{}", text("Name"))
            }
            (Service::Scheduler, _) if self.params.has("Name") => {
                let group = self.params.text("GroupName").unwrap_or("default");
                format!("{}:schedule/{group}/{}", self.arn("scheduler"), text("Name"))
            }
            (Service::Logs, _) if self.params.has("logGroupName") => {
                format!("{}:log-group:{}", self.arn("logs"), text("logGroupName"))
            }
            (Service::Route53, _) if self.params.has("Id") || self.params.has("HostedZoneId") => {
                let id = self.params.text("HostedZoneId").unwrap_or_else(|| text("Id"));
                let kind = if operation == "GetChange" {
                    "change"
                } else {
                    "hostedzone"
                };
                format!(
                    "arn:aws:route53:::{kind}/{}",
                    id.rsplit('/').next().unwrap_or_default()
                )
            }
            _ => "*".to_owned(),
        }
    }

    fn ecs_service(&self, service: &str) -> String {
        let last = |name: &'a str| name.rsplit('/').next().unwrap_or_default();
        let cluster = last(self.params.text("cluster").unwrap_or("default"));
        let name = service.rsplit('/').next().unwrap_or_default();
        format!("{}:service/{cluster}/{name}", self.arn("ecs"))
    }

    fn arn(&self, service: &str) -> String {
        format!("arn:aws:{service}:{}:{}", self.region, self.account)
    }
}

/// The action that tags what an operation creates.
fn tagging(service: Service, operation: &str) -> Option<&'static str> {
    match (service, operation) {
        (Service::Ecs, "RegisterTaskDefinition" | "CreateService")
        | (Service::Events, "PutRule")
        | (Service::Logs, "CreateLogGroup")
        | (Service::Scheduler, "CreateScheduleGroup") => Some("TagResource"),
        (Service::Elbv2, "CreateTargetGroup" | "CreateRule") => Some("AddTags"),
        _ => None,
    }
}

/// Every role that stands somewhere in a value under this name.
fn roles_in<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    match value {
        Value::Object(members) => {
            let own = members.get(name).and_then(Value::as_str);
            own.into_iter()
                .chain(members.values().flat_map(|value| roles_in(value, name)))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(|value| roles_in(value, name)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
