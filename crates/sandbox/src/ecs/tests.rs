use std::time::Duration;

use crate::{Clock, Options, Sandbox, Service as Aws};

use super::*;

mod deployments;
mod services;
mod task_definitions;
mod tasks;

const REGION: &str = "ap-northeast-1";

/// A sandbox whose time stands still until it is moved.
struct Bench(Sandbox);

impl Bench {
    fn new() -> Self {
        let clock = Clock::Manual(Timestamp::from_second(1_700_000_000).unwrap());
        let options = Options {
            clock,
            ..Options::default()
        };
        Self(Sandbox::open(options).unwrap())
    }

    fn call(&self, operation: &str, params: Value) -> Answer {
        self.0.call(REGION, Aws::Ecs, operation, &params)
    }

    fn ok(&self, operation: &str, params: Value) -> Value {
        self.call(operation, params.clone())
            .unwrap_or_else(|error| panic!("{operation} {params}: {error}"))
    }

    fn refused(&self, operation: &str, params: Value) -> ApiError {
        self.call(operation, params.clone())
            .map(|answer| panic!("{operation} {params}: {answer}"))
            .unwrap_err()
    }

    /// Lets seconds pass in small steps, as clients that look again and again see them.
    fn pass(&self, seconds: u32) {
        for _ in 0..seconds * 10 {
            self.0.advance(Duration::from_millis(100));
        }
    }

    /// Registers a Fargate definition of one container with this environment.
    fn register(&self, family: &str, environment: Value) -> String {
        let answer = self.ok("RegisterTaskDefinition", definition(family, environment));
        answer["taskDefinition"]["taskDefinitionArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn service(&self, name: &str) -> Value {
        let answer = self.ok(
            "DescribeServices",
            json!({ "cluster": "production", "services": [name] }),
        );
        answer["services"][0].clone()
    }

    /// The newest service deployment of a service.
    fn deployment(&self, name: &str) -> Value {
        let listed = self.ok(
            "ListServiceDeployments",
            json!({ "cluster": "production", "service": name }),
        );
        let arn = &listed["serviceDeployments"][0]["serviceDeploymentArn"];
        let answer = self.ok(
            "DescribeServiceDeployments",
            json!({ "serviceDeploymentArns": [arn] }),
        );
        answer["serviceDeployments"][0].clone()
    }
}

fn definition(family: &str, environment: Value) -> Value {
    json!({
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{
            "name": "app", "image": "nginx:1", "environment": environment, "portMappings": [{ "containerPort": 80 }],
        }],
    })
}

/// Parameters of CreateService for a Fargate service in `production`.
fn creation(name: &str, task_definition: &str) -> Value {
    json!({
        "cluster": "production",
        "serviceName": name,
        "taskDefinition": task_definition,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-5eed000a"] } },
    })
}

/// The object with other members set.
fn with(mut object: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

fn breaker(rollback: bool) -> Value {
    json!({ "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "rollback": rollback } } })
}

fn crash() -> Value {
    json!([{ "name": "SANDBOX_CRASH", "value": "true" }])
}
