//! Permissions, as calls need them and as policies grant them.

use serde_json::json;

use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/task";

fn needs(service: Service, operation: &str, params: Value) -> Vec<String> {
    let needs = Asked::new("123456789012", "eu-west-1", Params(&params)).needs(service, operation);
    needs
        .into_iter()
        .map(|need| format!("{} {}", need.action, need.resource))
        .collect()
}

#[test]
fn a_call_needs_the_action_of_its_name_on_what_it_is_about() {
    let asked = json!({"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/production", "service": "api"});
    assert_eq!(
        needs(Service::Ecs, "UpdateService", asked),
        ["ecs:UpdateService arn:aws:ecs:eu-west-1:123456789012:service/production/api"]
    );
    assert_eq!(
        needs(
            Service::Scheduler,
            "GetSchedule",
            json!({"Name": "no1", "GroupName": "shop"})
        ),
        ["scheduler:GetSchedule arn:aws:scheduler:eu-west-1:123456789012:schedule/shop/no1"]
    );
    assert_eq!(
        needs(Service::Route53, "GetHostedZone", json!({"Id": "/hostedzone/Z1"})),
        ["route53:GetHostedZone arn:aws:route53:::hostedzone/Z1"]
    );
    assert_eq!(needs(Service::Sts, "GetCallerIdentity", json!({})), [""; 0]);
}

#[test]
fn tags_and_roles_need_actions_of_their_own() {
    let asked = json!({"family": "api", "tags": [{"key": "a"}], "taskRoleArn": ROLE});
    assert_eq!(
        needs(Service::Ecs, "RegisterTaskDefinition", asked),
        [
            "ecs:RegisterTaskDefinition arn:aws:ecs:eu-west-1:123456789012:task-definition/api:*",
            "ecs:TagResource arn:aws:ecs:eu-west-1:123456789012:task-definition/api:*",
            &format!("iam:PassRole {ROLE}"),
        ]
    );
    let asked = json!({"Rule": "no1", "Targets": [{"Id": "1", "RoleArn": ROLE}]});
    assert_eq!(
        needs(Service::Events, "PutTargets", asked)[1],
        format!("iam:PassRole {ROLE}")
    );
}

#[test]
fn a_call_without_a_permission_is_refused_in_the_words_of_aws() {
    let sandbox = Sandbox::open(crate::Options::default()).unwrap();
    let caller = || Caller {
        access_key: "AKIA1".to_owned(),
        region: "eu-west-1".to_owned(),
    };
    let asked = json!({"family": "api", "executionRoleArn": ROLE});
    let ask = || sandbox.authorized(caller(), Service::Ecs, "RegisterTaskDefinition", &asked);
    assert!(ask().is_ok());
    let allow = |action: &str, condition: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        json!({"Statement": [statement]})
    };
    let register = allow("ecs:Register*", Value::Null);
    sandbox.permit(std::slice::from_ref(&register)).unwrap();
    let error = ask().unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (400, "AccessDeniedException")
    );
    assert_eq!(
        error.message,
        "User: arn:aws:iam::123456789012:user/AKIA1 is not authorized to perform: iam:PassRole on resource: \
         arn:aws:iam::123456789012:role/task because no identity-based policy allows the iam:PassRole action"
    );
    let pass = |to: &str| {
        allow(
            "iam:PassRole",
            json!({"StringEquals": {"iam:PassedToService": to}}),
        )
    };
    sandbox
        .permit(&[register.clone(), pass("events.amazonaws.com")])
        .unwrap();
    assert!(ask().is_err());
    sandbox
        .permit(&[register, pass("ecs-tasks.amazonaws.com")])
        .unwrap();
    assert!(ask().is_ok());
}

#[test]
fn a_policy_that_says_more_than_is_understood_is_refused() {
    let sandbox = Sandbox::open(crate::Options::default()).unwrap();
    let deny = json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    assert!(
        sandbox
            .permit(&[deny])
            .unwrap_err()
            .contains("only statements that allow")
    );
    let other = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]});
    assert!(
        sandbox
            .permit(&[other])
            .unwrap_err()
            .contains("iam:PassedToService")
    );
}
