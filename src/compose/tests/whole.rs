use super::*;

/// A template, batches, a service behind a load balancer and a developer environment.
pub(super) const SHOP: &[(&str, &str)] = &[
    ("sendo.yaml", PROJECT),
    ("t.yaml", TEMPLATE),
    (
        "batch/no1.yaml",
        "apiVersion: sendo/v1\nkind: ScheduledBatch\nmetadata: {name: no1}\nspec:\n  schedule: cron(0/5 * * * ? *)\n  taskTemplate: batch\n  command: [bin/report, --daily]\n  environment: {batch: no1, API_TOKEN: hunter2}\n",
    ),
    (
        "batch/no2.yaml",
        "apiVersion: sendo/v1\nkind: ScheduledBatch\nmetadata: {name: no2}\nspec:\n  schedule: 30 2 * * *\n  timeZone: Asia/Tokyo\n  taskTemplate: batch\n  suspend: true\n  logStreamPrefix: batch/no2\n",
    ),
    (
        "services/api.yaml",
        r#"apiVersion: sendo/v1
kind: Service
metadata: {name: api, annotations: {sendo/ignore: "/desiredCount,/taskDefinition/cpu"}}
spec:
  desiredCount: 2
  taskDefinition:
    cpu: 256
    memory: 512
    containerDefinitions: [{name: app, image: "example/api:${imageTag}", portMappings: [{containerPort: 8080}]}]
  ingress:
    - name: web
      listenerArn: "${listener}"
      hosts: [api.example.com, "*.api.example.com"]
      paths: [/v1/*]
      headers: {X-Stage: [beta]}
      healthCheck: {path: /health_check, interval: 45, matcher: 200, unhealthyThreshold: 8}
      deregistrationDelay: 0
      attributes: {stickiness.enabled: "true"}
      dns: {hostedZoneId: Z123}
environments:
  production: {spec: {desiredCount: 4}}
"#,
    ),
    (
        "alice.yaml",
        r#"apiVersion: sendo/v1
kind: DeveloperEnv
metadata: {name: alice}
spec:
  owner: alice@example.com
  services:
    - from: api
      images: {app: "example/api:feature-x"}
      environment: {RAILS_ENV: staging}
  batches: [{from: no1, suspend: true}]
"#,
    ),
];

#[test]
fn a_whole_project_in_its_base_environment() {
    let composed = compose_text(SHOP, "staging");
    assert_eq!(composed.messages, "");
    insta::assert_snapshot!("shop_staging", composed.all());
}

#[test]
fn a_whole_project_in_production() {
    let composed = compose_text(SHOP, "production");
    assert_eq!(composed.messages, "");
    insta::assert_snapshot!("shop_production", composed.all());
}

#[test]
fn each_resource_comes_after_what_it_needs() {
    let composed = compose_text(SHOP, "staging");
    let mut seen = BTreeSet::new();
    for resource in composed.resources() {
        let missing: Vec<_> = resource
            .needs()
            .into_iter()
            .filter(|need| !need.starts_with("lookup/") && !seen.contains(need))
            .collect();
        assert!(missing.is_empty(), "{} before {missing:?}", resource.address);
        seen.insert(resource.address.clone());
    }
}
