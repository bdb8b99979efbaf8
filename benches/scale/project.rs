//! Projects of any size: `N` services, each with an ingress, `N` batches, and developer environments of three services.

/// What a project consists of.
pub struct Shape {
    /// Services.
    pub services: usize,
    /// Batches.
    pub batches: usize,
    /// Developer environments, of three services each.
    pub members: usize,
    /// What starts the batches.
    pub triggers: Triggers,
    /// The listeners over which services are spread, so many on each.
    pub listeners: Vec<String>,
    /// The hosted zone of their records; none gives them no records.
    pub zone: Option<String>,
}

/// What starts batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triggers {
    /// Rules of EventBridge.
    Rules,
    /// Schedules of EventBridge Scheduler.
    Schedules,
}

/// How many services one load balancer has, so that developer environments find room on it too.
pub const A_BALANCER: usize = 40;

impl Shape {
    /// The files of the project.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![("sendo.yaml".to_owned(), project().into_bytes())];
        for n in 0..self.services {
            files.push((format!("services/s{n}.yaml"), self.service(n).into_bytes()));
        }
        for n in 0..self.batches {
            files.push((format!("batches/b{n}.yaml"), self.batch(n).into_bytes()));
        }
        for n in 0..self.members {
            files.push((format!("members/m{n}.yaml"), self.member(n).into_bytes()));
        }
        files
    }

    /// The task definitions that it needs: one for each service, batch and copy.
    pub fn definitions(&self) -> usize {
        self.all_services() + self.batches
    }

    /// The services that it has, those of developer environments included.
    pub fn all_services(&self) -> usize {
        self.services + 3 * self.members
    }

    fn service(&self, n: usize) -> String {
        let listener = &self.listeners[(n / A_BALANCER).min(self.listeners.len() - 1)];
        let dns = self
            .zone
            .as_ref()
            .map_or_else(String::new, |zone| format!(", dns: {{hostedZoneId: {zone}}}"));
        format!(
            r#"apiVersion: sendo/v1
kind: Service
metadata: {{name: s{n}}}
spec:
  desiredCount: 2
  networkConfiguration: {{awsvpcConfiguration: {{subnets: "${{subnets}}", securityGroups: [sg-5eed0001]}}}}
  deploymentConfiguration: {{deploymentCircuitBreaker: {{enable: true, rollback: true}}}}{}
  ingress:
    - {{listenerArn: "{listener}", hosts: [s{n}.example.com], container: app, port: 8080, healthCheck: {{path: /health}}, deregistrationDelay: 30{dns}}}
"#,
            definition(&format!("s{n}"))
        )
    }

    fn batch(&self, n: usize) -> String {
        let zone = match self.triggers {
            Triggers::Rules => "",
            Triggers::Schedules => "\n  timeZone: Asia/Tokyo",
        };
        format!(
            r#"apiVersion: sendo/v1
kind: ScheduledBatch
metadata: {{name: b{n}}}
spec:
  schedule: cron(0/5 * * * ? *){zone}
  networkConfiguration: {{awsvpcConfiguration: {{subnets: "${{subnets}}", securityGroups: [sg-5eed0001]}}}}
  command: [bin/report, --daily]
  environment: {{batch: b{n}}}{}
"#,
            definition(&format!("b{n}"))
        )
    }

    /// Copies of services that no two environments share a load balancer for, as long as there are enough of them.
    fn member(&self, n: usize) -> String {
        let services: String = (0..3)
            .map(|k| {
                let from = (n * 3 + k) % self.services;
                format!("    - {{from: s{from}, images: {{app: \"example/x:{n}\"}}}}\n")
            })
            .collect();
        format!(
            "apiVersion: sendo/v1\nkind: DeveloperEnv\nmetadata: {{name: m{n}}}\nspec:\n  owner: m{n}@example.com\n  services:\n{services}"
        )
    }
}

fn project() -> String {
    r#"
apiVersion: sendo/v1
kind: Project
metadata: {name: scale}
spec:
  variables: {imageTag: "1.8.2"}
  environments:
    staging: {accountId: "123456789012", region: ap-northeast-1, cluster: staging, variables: {subnets: [subnet-5eed000a, subnet-5eed000c]}}
  priorityRange: [1, 30000]
  defaults:
    Service: {launchType: FARGATE}
    ScheduledBatch: {launchType: FARGATE, roleArn: "arn:aws:iam::${accountId}:role/ecsEventsRole", schedulerRoleArn: "arn:aws:iam::${accountId}:role/ecsSchedulerRole"}
  developerEnvs: {base: staging, domain: dev.example.com, priorityRange: [30001, 49999]}
  tags: {team: scale}
"#
    .to_owned()
}

fn definition(name: &str) -> String {
    format!(
        r#"
  taskDefinition:
    cpu: 256
    memory: 512
    networkMode: awsvpc
    requiresCompatibilities: [FARGATE]
    executionRoleArn: "arn:aws:iam::${{accountId}}:role/ecsTaskExecutionRole"
    containerDefinitions:
      - name: app
        image: "example/{name}:${{imageTag}}"
        portMappings: [{{containerPort: 8080}}]
        environment: {{RAILS_ENV: production, LOG_LEVEL: info, NAME: {name}, REGION: "${{region}}"}}
        secrets: {{DATABASE_URL: /scale/{name}/database-url}}
  logGroup: {{name: "/scale/{name}", retentionDays: 30}}"#
    )
}
