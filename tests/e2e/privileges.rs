//! The policies in docs/iam.md are what sendo needs, and nothing more: under them everything works, and every permission
//! in them is needed by some call.
//!
//! The sandbox refuses what the policies do not allow, actions, resources and passed roles alike. Every command that only
//! reads runs under the policy for reading alone.

use std::collections::BTreeSet;

use sendo_sandbox::Need;
use serde_json::{Value, json};

use super::harness::{PROJECT, Stage, TEMPLATE, batch, policy, service};

/// What reads, with what it must be given beside.
const READS: &[&[&str]] = &[
    &["plan"],
    &["plan", "--refresh-only"],
    &["diff"],
    &["get", "Service"],
    &["get", "ScheduledBatch"],
    &["describe", "Service/api"],
    &["apply", "--dry-run"],
];

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// A project that a role of the policies may work on, and what its commands needed.
struct Scene {
    stage: Stage,
    read: BTreeSet<Need>,
    applied: BTreeSet<Need>,
}

impl Scene {
    /// Reads under the policy for reading, and then runs a command under both.
    async fn act(&mut self, arguments: &[&str], code: i32) {
        self.look().await;
        self.stage
            .sandbox
            .permit(&[policy::reading(), policy::applying()])
            .unwrap();
        self.stage.mark();
        let ran = self.stage.sendo(arguments).run().await;
        self.is_granted(arguments);
        ran.exits(code);
        self.applied.extend(self.needs());
    }

    async fn look(&mut self) {
        self.stage.sandbox.permit(&[policy::reading()]).unwrap();
        for arguments in READS {
            self.stage.mark();
            self.stage.sendo(arguments).run().await;
            self.is_granted(arguments);
            assert!(self.stage.writes().is_empty(), "{arguments:?} wrote");
            self.read.extend(self.needs());
        }
    }

    fn needs(&self) -> BTreeSet<Need> {
        let calls = self.stage.calls();
        calls
            .iter()
            .flat_map(|call| self.stage.sandbox.needs_of(call))
            .collect()
    }

    fn is_granted(&self, arguments: &[&str]) {
        let denied = |call: &sendo_sandbox::Call| {
            call.error
                .as_ref()
                .is_some_and(|code| code.starts_with("AccessDenied"))
        };
        let refused: Vec<_> = self.stage.calls().into_iter().filter(denied).collect();
        assert!(refused.is_empty(), "{arguments:?}: {refused:#?}");
    }
}

fn api() -> String {
    let members = r#"deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: true}}
logGroup: {name: "/shop/api", retentionDays: 30}
ingress:
  - name: web
    listenerArn: "${httpsListener}"
    hosts: [api.example.com]
    container: app
    port: 8080
    priority: 100
    healthCheck: {path: /up}
    attributes: {stickiness.enabled: "true"}
    dns: {hostedZoneId: Z5EED000EXAMPLE}
"#;
    let roles = "    taskRoleArn: \"arn:aws:iam::${accountId}:role/shop-api\"\n    containerDefinitions:";
    service("api", members).replace("    containerDefinitions:", roles)
}

fn other() -> String {
    service(
        "other",
        "ingress: [{name: web, listenerArn: \"${httpsListener}\", hosts: [other.example.com], container: app, port: 8080, priority: 101}]\n",
    )
}

/// A service whose tasks get volumes: ECS takes a role for that.
fn disk() -> String {
    let volumes = r#"volumeConfigurations:
  - name: data
    managedEBSVolume: {roleArn: "arn:aws:iam::${accountId}:role/ecsInfrastructureRole", sizeInGiB: 10}
"#;
    let mounted = "volumes: [{name: data, configuredAtLaunch: true}]\n    containerDefinitions:";
    service("disk", volumes)
        .replace("containerDefinitions:", mounted)
        .replace(
            "environment:",
            "mountPoints: [{sourceVolume: data, containerPath: /data}]\n        environment:",
        )
}

async fn scene() -> Scene {
    let project = format!(
        "{PROJECT}  tags: {{team: shop, tier: one}}\n  prune: {{enabled: true, maxCount: 100, maxPercent: 100}}\n"
    );
    let batches = TEMPLATE.to_owned()
        + &batch("no1", "schedule: rate(1 hour)\n")
        + &batch("no2", "schedule: rate(1 hour)\ntimeZone: Asia/Tokyo\n")
        + &batch("no3", "schedule: rate(1 day)\n");
    let stage = Stage::new()
        .await
        .file("sendo.yaml", &project)
        .file("api.yaml", &api())
        .file("other.yaml", &other())
        .file("disk.yaml", &disk())
        .file("batches.yaml", &batches);
    Scene {
        stage,
        read: BTreeSet::new(),
        applied: BTreeSet::new(),
    }
}

/// Everything that can happen to what sendo manages.
async fn life() -> Scene {
    const APPLY: &[&str] = &["apply", "--yes"];
    let mut scene = scene().await;
    scene.act(APPLY, 0).await;
    scene.act(APPLY, 0).await;

    // Updates, tags that come and go, rules that change places.
    scene
        .stage
        .edit("sendo.yaml", "team: shop, tier: one", "team: web");
    scene
        .stage
        .edit("sendo.yaml", "imageTag: \"1\"", "imageTag: \"2\"");
    scene.stage.edit("api.yaml", ", retentionDays: 30", "");
    scene.stage.edit("api.yaml", "path: /up", "path: /health");
    scene.stage.edit("api.yaml", "priority: 100", "priority: 101");
    scene.stage.edit(
        "api.yaml",
        "hosts: [api.example.com]",
        "hosts: [api.example.com, www.example.com]",
    );
    scene.stage.edit("other.yaml", "priority: 101", "priority: 100");
    scene.stage.edit("batches.yaml", "rate(1 day)", "rate(2 days)");
    scene
        .stage
        .edit("batches.yaml", "timeZone: Asia/Tokyo", "timeZone: Asia/Seoul");
    scene.act(APPLY, 0).await;

    // Replacements: of a target group, of a rule by a schedule, of a schedule by a rule.
    scene.stage.edit(
        "api.yaml",
        "healthCheck:",
        "protocolVersion: HTTP2\n      healthCheck:",
    );
    scene.stage.edit(
        "batches.yaml",
        "schedule: rate(2 days)",
        "schedule: rate(2 days)\n  timeZone: UTC",
    );
    scene.stage.edit("batches.yaml", "\n  timeZone: Asia/Seoul", "");
    scene.act(APPLY, 0).await;

    // A deployment that ECS rolls back.
    scene.stage.edit(
        "api.yaml",
        "RAILS_ENV: production",
        "RAILS_ENV: production, SANDBOX_CRASH: \"true\"",
    );
    scene.act(APPLY, 1).await;
    scene.stage.edit("api.yaml", ", SANDBOX_CRASH: \"true\"", "");
    scene.act(APPLY, 0).await;

    // Manifests that are gone, and those that are deleted.
    scene.stage.remove("other.yaml");
    scene.act(&["apply", "--yes", "--prune"], 0).await;
    scene.act(&["delete", "--all", "--yes"], 0).await;
    scene
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policies_allow_what_sendo_calls_and_nothing_else() {
    let scene = life().await;
    let read = named(&scene.read);
    assert_eq!(read, actions(&policy::reading()), "reading: needed, allowed");
    let written: BTreeSet<String> = named(&scene.applied).difference(&read).cloned().collect();
    assert_eq!(written, actions(&policy::applying()), "applying: needed, allowed");
    let needs: Vec<Need> = scene.read.into_iter().chain(scene.applied).collect();
    for document in [policy::reading(), policy::applying()] {
        for statement in document["Statement"].as_array().unwrap() {
            each_resource_is_needed(statement, &needs);
        }
    }
}

fn named(needs: &BTreeSet<Need>) -> BTreeSet<String> {
    needs.iter().map(|need| need.action.clone()).collect()
}

fn each_resource_is_needed(statement: &Value, needs: &[Need]) {
    let resources = match &statement["Resource"] {
        Value::Array(resources) => resources.clone(),
        one => vec![one.clone()],
    };
    for resource in resources {
        let mut alone = statement.clone();
        alone["Resource"] = resource.clone();
        let alone = json!({"Statement": [alone]});
        let sid = &statement["Sid"];
        assert!(
            needs.iter().any(|need| need.is_granted_by(&alone)),
            "{sid}: nothing needs {resource}"
        );
    }
}
