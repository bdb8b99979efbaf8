use super::*;
use crate::manifest::diagnostic::one_line;
use crate::manifest::loaded::load_sources;
use crate::resource::graph::Resource;
use crate::value::Reveal;
use serde_json::{Value as Json, json};

mod batches;
mod definitions;
mod developer_envs;
mod ingresses;
mod mutations;
mod services;
mod whole;

/// Composes files given in memory.
pub(crate) fn compose_text(files: &[(&str, &str)], environment: &str) -> Composed {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    let loaded = load_sources(files);
    let composition = compose(&loaded, environment, &Input::default());
    let lines: Vec<String> = composition
        .diagnostics
        .iter()
        .map(|item| one_line(item, &loaded.sources))
        .collect();
    Composed {
        composition,
        messages: lines.join("\n"),
    }
}

/// A composition and its messages, one a line.
pub(crate) struct Composed {
    pub(crate) composition: Composition,
    pub(crate) messages: String,
}

impl Composed {
    fn resources(&self) -> &[Resource] {
        self.composition
            .desired
            .as_ref()
            .map_or(&[], |desired| &desired.resources)
    }

    fn addresses(&self) -> Vec<&str> {
        self.resources()
            .iter()
            .map(|resource| &*resource.address)
            .collect()
    }

    /// The spec at an address, masked.
    #[track_caller]
    fn spec(&self, address: &str) -> Json {
        self.resource(address).spec.to_json(Reveal::Masked)
    }

    #[track_caller]
    fn resource(&self, address: &str) -> &Resource {
        match self
            .resources()
            .iter()
            .find(|resource| &*resource.address == address)
        {
            Some(resource) => resource,
            None => panic!("no {address} in {:?}\n{}", self.addresses(), self.messages),
        }
    }

    /// Everything, for snapshots.
    fn all(&self) -> String {
        let all: Json = self.resources().iter().map(shown).collect();
        serde_json::to_string_pretty(&all).unwrap()
    }
}

fn shown(resource: &Resource) -> Json {
    json!({
        "address": &*resource.address,
        "type": resource.kind.name,
        "name": &*resource.name,
        "manifest": resource.manifest.to_string(),
        "at": resource.origin.to_string(),
        "needs": resource.needs().iter().map(|need| need.to_string()).collect::<Vec<_>>(),
        "spec": resource.spec.to_json(Reveal::Masked),
    })
}

const PROJECT: &str = r#"apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  variables: {imageTag: "1.8.2", listener: "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2"}
  environments:
    production:
      accountId: "123456789012"
      region: ap-northeast-1
      cluster: production
      variables: {subnets: [subnet-1111111, subnet-2222222]}
    staging: {region: ap-northeast-1, cluster: staging, variables: {subnets: [subnet-3333333]}}
  defaults:
    Service: {launchType: FARGATE, networkConfiguration: {awsvpcConfiguration: {subnets: "${subnets}"}}}
    ScheduledBatch:
      launchType: FARGATE
      roleArn: arn:aws:iam::123456789012:role/ecsEventsRole
      schedulerRoleArn: arn:aws:iam::123456789012:role/ecsScheduler
      networkConfiguration: {awsvpcConfiguration: {subnets: "${subnets}"}}
  developerEnvs:
    base: staging
    cluster: staging-per-member
    domain: dev.example.com
    hostedZoneId: Z123
    priorityRange: [1000, 1999]
    maxPerOwner: 2
    spec: {deploymentConfiguration: {maximumPercent: 100, minimumHealthyPercent: 0}}
  tags: {team: shop}
"#;

const TEMPLATE: &str = r#"apiVersion: sendo/v1
kind: TaskTemplate
metadata: {name: batch}
spec:
  taskDefinition:
    cpu: 256
    memory: 512
    executionRoleArn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
    containerDefinitions:
      - name: batch
        image: "example/batch:${imageTag}"
        environment: {arg1: test}
  logGroup: {name: "/fargate/${name}", retentionDays: 30}
"#;

/// The project with the template and more documents of one file, `a.yaml`.
fn composed(text: &str, environment: &str) -> Composed {
    compose_text(
        &[("sendo.yaml", PROJECT), ("t.yaml", TEMPLATE), ("a.yaml", text)],
        environment,
    )
}

/// A manifest of a kind with this spec.
fn manifest(kind: &str, name: &str, spec: &str) -> String {
    format!("---\napiVersion: sendo/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

fn service(name: &str, spec: &str) -> String {
    manifest("Service", name, spec)
}

/// A service with an inline definition of one container that listens on 8080, and these further members.
fn web(name: &str, more: &str) -> String {
    service(
        name,
        &format!(
            "{{taskDefinition: {{cpu: 256, memory: 512, executionRoleArn: 'arn:aws:iam::123456789012:role/x', containerDefinitions: [{{name: app, image: 'example/api:1', portMappings: [{{containerPort: 8080}}]}}]}}, {more}}}"
        ),
    )
}
