use super::*;
use crate::manifest::diagnostic::one_line;
use crate::manifest::loaded::load_sources;
use crate::value::Reveal;
use serde_json::{Value as Json, json};

/// Composes files given in memory.
fn compose_text(files: &[(&str, &str)], environment: &str) -> (Composition, String) {
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
    (composition, lines.join("\n"))
}

const PROJECT: &str = r#"apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  variables: {imageTag: "1.8.2"}
  environments:
    production:
      accountId: "123456789012"
      region: ap-northeast-1
      cluster: production
      variables: {subnets: [subnet-1111111, subnet-2222222]}
    staging: {region: ap-northeast-1, cluster: staging, variables: {subnets: [subnet-3333333]}}
  tags: {team: shop}
"#;

fn shown(composition: &Composition) -> Json {
    let resources = composition.desired.iter().flat_map(|desired| &desired.resources);
    resources
        .map(|resource| {
            json!({
                "address": &*resource.address, "type": resource.kind.name, "name": &*resource.name,
                "manifest": resource.manifest.to_string(), "at": resource.origin.to_string(),
                "spec": resource.spec.to_json(Reveal::Masked),
                "needs": resource.needs().iter().map(|need| need.to_string()).collect::<Vec<_>>(),
            })
        })
        .collect()
}

#[test]
fn a_service_of_a_template() {
    let (composition, errors) = compose_text(
        &[
            ("sendo.yaml", PROJECT),
            (
                "a.yaml",
                r#"
apiVersion: sendo/v1
kind: TaskTemplate
metadata: {name: batch}
spec:
  taskDefinition:
    cpu: 256
    memory: 512
    executionRoleArn: "arn:aws:iam::${accountId}:role/ecsTaskExecutionRole"
    containerDefinitions:
      - name: batch
        image: "${accountId}.dkr.ecr.${region}.amazonaws.com/batch:${imageTag}"
        environment: {arg1: test, DB_PASSWORD: hunter2}
  logGroup: {name: "/fargate/${name}", retentionDays: 30}
---
apiVersion: sendo/v1
kind: Service
metadata: {name: api}
spec:
  desiredCount: 2
  launchType: FARGATE
  taskTemplate: batch
  networkConfiguration: {awsvpcConfiguration: {subnets: "${subnets}", securityGroups: [sg-1]}}
environments:
  production: {spec: {desiredCount: 4}}
"#,
            ),
        ],
        "production",
    );
    assert_eq!(errors, "");
    println!("{}", serde_json::to_string_pretty(&shown(&composition)).unwrap());
}
