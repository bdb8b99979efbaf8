//! Manifests that many tests begin with.

/// A project with one environment.
pub const PROJECT: &str = r#"
apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  variables:
    imageTag: "1"
    subnets: [subnet-5eed000a, subnet-5eed000c]
    httpsListener: "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab2"
  environments:
    production: {accountId: "123456789012", region: ap-northeast-1, cluster: production}
  defaults:
    Service:
      launchType: FARGATE
      desiredCount: 1
      networkConfiguration: {awsvpcConfiguration: {subnets: "${subnets}", securityGroups: [sg-5eed0001]}}
    ScheduledBatch:
      launchType: FARGATE
      roleArn: "arn:aws:iam::${accountId}:role/ecsEventsRole"
      schedulerRoleArn: "arn:aws:iam::${accountId}:role/ecsScheduler"
      networkConfiguration: {awsvpcConfiguration: {subnets: "${subnets}", securityGroups: [sg-5eed0001]}}
"#;

/// A service of one container with members of its own, which are lines of YAML at the level of `spec`.
pub fn service(name: &str, members: &str) -> String {
    let members: String = members.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        r#"
apiVersion: sendo/v1
kind: Service
metadata: {{name: {name}}}
spec:
  taskDefinition:
    cpu: 256
    memory: 512
    networkMode: awsvpc
    requiresCompatibilities: [FARGATE]
    executionRoleArn: "arn:aws:iam::${{accountId}}:role/ecsTaskExecutionRole"
    containerDefinitions:
      - name: app
        image: "example/{name}:${{imageTag}}"
        portMappings: [{{name: web, containerPort: 8080}}]
        environment: {{RAILS_ENV: production}}
{members}"#
    )
}

/// An ingress of a service of [`service`], as a member.
pub fn ingress(host: &str, more: &str) -> String {
    format!(
        "ingress: [{{name: web, listenerArn: \"${{httpsListener}}\", hosts: [{host}], container: app, port: 8080{more}}}]\n"
    )
}

/// A template that batches share.
pub const TEMPLATE: &str = r#"
apiVersion: sendo/v1
kind: TaskTemplate
metadata: {name: batch}
spec:
  taskDefinition:
    cpu: 256
    memory: 512
    networkMode: awsvpc
    requiresCompatibilities: [FARGATE]
    containerDefinitions: [{name: batch, image: "example/batch:${imageTag}"}]
"#;

/// A batch of that template with members of its own.
pub fn batch(name: &str, members: &str) -> String {
    let members: String = members.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "---\napiVersion: sendo/v1\nkind: ScheduledBatch\nmetadata: {{name: {name}}}\nspec:\n  taskTemplate: batch\n{members}"
    )
}
