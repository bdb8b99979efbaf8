//! What one call may name and one page may hold, as AWS's service models say it: more is refused with AWS's code.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::api::{Answer, ApiError};
use crate::{Options, Sandbox, Service};

const REGION: &str = "ap-northeast-1";

struct Bench(Sandbox);

impl Bench {
    fn new() -> Self {
        Self(Sandbox::open(Options::default()).unwrap())
    }

    fn call(&self, service: Service, operation: &str, parameters: &Value) -> Answer {
        self.0.call(REGION, service, operation, parameters)
    }

    fn ok(&self, service: Service, operation: &str, parameters: Value) -> Value {
        self.call(service, operation, &parameters)
            .unwrap_or_else(|error| panic!("{operation}: {error}"))
    }
}

fn many(n: usize, one: impl Fn(usize) -> Value) -> Value {
    (0..n).map(one).collect()
}

/// The error of a call that names so many, if it is one about how many there are.
fn refusal(answer: Answer, code: &str) -> Option<ApiError> {
    answer.err().filter(|error| error.code == code)
}

#[test]
fn a_call_that_names_more_than_it_may_is_refused() {
    let bench = Bench::new();
    bench.ok(
        Service::Events,
        "PutRule",
        json!({ "Name": "r", "ScheduleExpression": "rate(1 day)" }),
    );
    let invalid = "InvalidParameterException";
    let cases: &[(Service, &str, &str, Value, usize, &str)] = &[
        (
            Service::Ecs,
            "DescribeServices",
            "services",
            json!({}),
            10,
            invalid,
        ),
        (Service::Ecs, "DescribeTasks", "tasks", json!({}), 100, invalid),
        (
            Service::Ecs,
            "DescribeClusters",
            "clusters",
            json!({}),
            100,
            invalid,
        ),
        (
            Service::Ecs,
            "DescribeContainerInstances",
            "containerInstances",
            json!({}),
            100,
            invalid,
        ),
        (
            Service::Ecs,
            "DeleteTaskDefinitions",
            "taskDefinitions",
            json!({}),
            10,
            invalid,
        ),
        (
            Service::Ecs,
            "DescribeServiceDeployments",
            "serviceDeploymentArns",
            json!({}),
            20,
            invalid,
        ),
        (
            Service::Ecs,
            "DescribeServiceRevisions",
            "serviceRevisionArns",
            json!({}),
            20,
            invalid,
        ),
        (
            Service::Elbv2,
            "DescribeTags",
            "ResourceArns",
            json!({}),
            20,
            "ValidationError",
        ),
        (
            Service::Elbv2,
            "DescribeLoadBalancers",
            "LoadBalancerArns",
            json!({}),
            20,
            "ValidationError",
        ),
        (
            Service::Events,
            "RemoveTargets",
            "Ids",
            json!({ "Rule": "r" }),
            10,
            "ValidationException",
        ),
        (
            Service::Logs,
            "DescribeLogGroups",
            "logGroupIdentifiers",
            json!({}),
            50,
            invalid,
        ),
        (
            Service::Route53,
            "ListTagsForResources",
            "ResourceIds",
            json!({ "ResourceType": "hostedzone" }),
            10,
            "InvalidInput",
        ),
    ];
    for (service, operation, member, others, limit, code) in cases {
        let naming = |n: usize| {
            let mut parameters = others.clone();
            parameters[*member] = many(n, |n| json!(format!("name{n}")));
            refusal(bench.call(*service, operation, &parameters), code)
        };
        let (most, beyond) = (naming(*limit), naming(limit + 1));
        assert!(beyond.is_some(), "{operation} took {} names", limit + 1);
        assert_ne!(most, beyond, "{operation} did not take {limit} names");
    }
}

#[test]
fn a_page_that_is_asked_for_too_long_is_refused() {
    let bench = Bench::new();
    let invalid = "InvalidParameterException";
    let cases = [
        (Service::Ecs, "ListServices", "maxResults", 100, invalid),
        (Service::Ecs, "ListTasks", "maxResults", 100, invalid),
        (Service::Ecs, "ListTaskDefinitions", "maxResults", 100, invalid),
        (Service::Ecs, "ListClusters", "maxResults", 100, invalid),
        (
            Service::Elbv2,
            "DescribeTargetGroups",
            "PageSize",
            400,
            "ValidationError",
        ),
        (Service::Events, "ListRules", "Limit", 100, "ValidationException"),
        (
            Service::Scheduler,
            "ListSchedules",
            "MaxResults",
            100,
            "ValidationException",
        ),
        (Service::Logs, "DescribeLogGroups", "limit", 50, invalid),
    ];
    for (service, operation, member, limit, code) in cases {
        bench.ok(service, operation, json!({ member: limit }));
        for wrong in [0, limit + 1] {
            let error = bench
                .call(service, operation, &json!({ member: wrong }))
                .unwrap_err();
            assert_eq!(error.code, code, "{operation} {wrong}");
        }
    }
}

#[test]
fn a_task_is_run_ten_times_at_most() {
    let bench = Bench::new();
    let container = json!({ "name": "app", "image": "app", "memory": 128 });
    let definition = json!({ "family": "app", "containerDefinitions": [container] });
    bench.ok(Service::Ecs, "RegisterTaskDefinition", definition);
    let run = |count: i64| {
        bench.call(
            Service::Ecs,
            "RunTask",
            &json!({ "cluster": "production", "taskDefinition": "app", "count": count }),
        )
    };
    run(10).unwrap();
    assert_eq!(run(11).unwrap_err().code, "InvalidParameterException");
}

/// Reads all pages, which hold `size` each but the last.
fn read(bench: &Bench, listing: (Service, &str, &str), tokens: (&str, &str), size: usize) -> usize {
    let (service, operation, member) = listing;
    let (mut parameters, mut seen) = (Map::new(), BTreeSet::new());
    loop {
        let answer = bench.ok(service, operation, Value::Object(parameters.clone()));
        let page = answer[member].as_array().unwrap();
        assert!(page.len() <= size, "{operation} has a page of {}", page.len());
        for item in page {
            assert!(seen.insert(item.to_string()), "{operation} has {item} twice");
        }
        let Some(token) = answer[tokens.1].as_str() else {
            return seen.len();
        };
        assert_eq!(page.len(), size, "{operation}");
        parameters.insert(tokens.0.to_owned(), token.into());
    }
}

#[test]
fn listings_come_in_pages_as_long_as_awss() {
    let bench = Bench::new();
    let container = json!({ "name": "app", "image": "app", "memory": 128 });
    for n in 0..101 {
        let family = format!("f{n}");
        bench.ok(
            Service::Ecs,
            "RegisterTaskDefinition",
            json!({ "family": family, "containerDefinitions": [container] }),
        );
        bench.ok(
            Service::Events,
            "PutRule",
            json!({ "Name": format!("r{n}"), "ScheduleExpression": "rate(1 day)" }),
        );
        bench.ok(
            Service::Scheduler,
            "CreateScheduleGroup",
            json!({ "Name": format!("g{n}") }),
        );
        bench.ok(
            Service::Logs,
            "CreateLogGroup",
            json!({ "logGroupName": format!("l{n}") }),
        );
    }
    for n in 0..11 {
        bench.ok(
            Service::Ecs,
            "CreateService",
            json!({ "serviceName": format!("s{n}"), "taskDefinition": "f1", "desiredCount": 0 }),
        );
    }
    for n in 0..401 {
        bench.ok(
            Service::Elbv2,
            "CreateTargetGroup",
            json!({ "Name": format!("t{n}"), "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-5eed0001" }),
        );
    }
    let next = ("nextToken", "nextToken");
    let capital = ("NextToken", "NextToken");
    let ecs = |operation, member| (Service::Ecs, operation, member);
    assert_eq!(
        read(
            &bench,
            ecs("ListTaskDefinitions", "taskDefinitionArns"),
            next,
            100
        ),
        101
    );
    assert_eq!(
        read(&bench, ecs("ListTaskDefinitionFamilies", "families"), next, 100),
        101
    );
    assert_eq!(read(&bench, ecs("ListServices", "serviceArns"), next, 10), 11);
    assert_eq!(
        read(&bench, (Service::Events, "ListRules", "Rules"), capital, 100),
        101
    );
    let groups = (Service::Scheduler, "ListScheduleGroups", "ScheduleGroups");
    assert_eq!(read(&bench, groups, capital, 100), 102, "with the default group");
    assert_eq!(
        read(
            &bench,
            (Service::Logs, "DescribeLogGroups", "logGroups"),
            next,
            50
        ),
        101
    );
    let groups = (Service::Elbv2, "DescribeTargetGroups", "TargetGroups");
    assert_eq!(read(&bench, groups, ("Marker", "NextMarker"), 400), 401);
}
