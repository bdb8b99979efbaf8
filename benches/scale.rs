//! How much a large project costs from its files to its plan, without AWS: `cargo bench --bench scale`.
//!
//! Prints one row a size: processor time of each phase and the largest resident memory of a process that did nothing
//! else. Sizes: `N` services, `N` batches and `N / 10` developer environments of three services each.

use std::collections::BTreeMap;
use std::time::Duration;

use sendo::compose::{Input, compose};
use sendo::manifest::loaded::load_sources;
use sendo::plan::{Options, build};
use sendo::resource::compare::record_of;
use sendo::resource::graph::{Desired, Resource};
use sendo::resource::snapshot::{Live, Observation, Owner, Snapshot};
use sendo::value::{Map, Reference, Value};

fn main() {
    let sizes: Vec<usize> =
        match std::env::args().find_map(|argument| argument.strip_prefix("--size=")?.parse().ok()) {
            Some(size) => vec![size],
            None => vec![100, 1_000, 10_000],
        };
    println!("cpu in milliseconds; memory in MiB, the largest so far");
    println!(
        "{:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "services", "resources", "load", "compose", "compare", "all", "memory"
    );
    for size in sizes {
        run(size);
    }
}

fn run(size: usize) {
    let files = project(size);
    let begun = cpu();
    let loaded = load_sources(files);
    let after_load = cpu();
    let composition = compose(&loaded, "staging", &Input::default());
    assert!(!composition.diagnostics.has_errors(), "the project has errors");
    let desired = composition.desired.expect("the project composes");
    let after_compose = cpu();
    let snapshot = applied(&desired);
    let before_compare = cpu();
    let plan = build(
        &desired,
        &snapshot,
        &Options {
            manifests_complete: true,
            ..Options::default()
        },
    );
    assert!(plan.is_empty(), "an applied project has changes");
    let done = cpu();
    let times = [
        after_load - begun,
        after_compose - after_load,
        done - before_compare,
    ];
    let all: Duration = times.iter().sum();
    let [load, compose, compare] = times.map(|time| time.as_millis());
    let (resources, memory) = (desired.resources.len(), peak_memory());
    println!(
        "{size:>8} {resources:>9} {load:>8} {compose:>8} {compare:>8} {:>8} {memory:>8}",
        all.as_millis()
    );
}

/// What AWS has when all of it is applied.
fn applied(desired: &Desired) -> Snapshot {
    let arn = |reference: &Reference| {
        Some(Value::from(format!(
            "arn:aws:x:eu-west-1:123456789012:{}",
            reference.address
        )))
    };
    let live = |resource: &Resource| {
        let spec = resource.spec.resolve(&arn);
        Live {
            record: Some(record_of(resource.kind, &spec)),
            attributes: [(
                "arn".into(),
                Value::from(format!("arn:aws:x:eu-west-1:123456789012:{}", resource.address)),
            )]
            .into_iter()
            .collect::<Map>(),
            owner: Owner::Manifest {
                scope: desired.scope.clone(),
                manifest: resource.manifest.clone(),
            },
            held: None,
            status: Value::Null,
            spec,
        }
    };
    let observations: BTreeMap<_, _> = desired
        .resources
        .iter()
        .map(|resource| (resource.address.clone(), Observation::Present(live(resource))))
        .collect();
    let lookups = desired
        .lookups
        .keys()
        .map(|address| (address.clone(), attributes(address)))
        .collect();
    Snapshot {
        account: "123456789012".into(),
        observations,
        lookups,
        ..Snapshot::default()
    }
}

fn attributes(address: &str) -> Map {
    let names = [
        "vpcId",
        "loadBalancerArn",
        "dnsName",
        "canonicalHostedZoneId",
        "ipAddressType",
    ];
    names
        .iter()
        .map(|name| {
            (
                (*name).into(),
                Value::from(format!("arn:aws:x:eu-west-1:123456789012:{address}")),
            )
        })
        .collect()
}

fn project(size: usize) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("sendo.yaml".to_owned(), PROJECT.as_bytes().to_vec())];
    for n in 0..size {
        files.push((format!("services/s{n}.yaml"), service(n).into_bytes()));
        files.push((format!("batches/b{n}.yaml"), batch(n).into_bytes()));
    }
    for n in 0..size / 10 {
        files.push((format!("members/m{n}.yaml"), member(n).into_bytes()));
    }
    files
}

const PROJECT: &str = r#"
apiVersion: sendo/v1
kind: Project
metadata: {name: scale}
spec:
  variables: {imageTag: "1.8.2", listener: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/1/2"}
  environments:
    staging: {accountId: "123456789012", region: eu-west-1, cluster: staging, variables: {subnets: [subnet-1, subnet-2]}}
  priorityRange: [1, 30000]
  defaults:
    Service: {launchType: FARGATE}
    ScheduledBatch: {launchType: FARGATE, roleArn: "arn:aws:iam::${accountId}:role/ecsEventsRole"}
  developerEnvs: {base: staging, domain: dev.example.com, listenerArn: "${listener}", priorityRange: [30001, 49999]}
  tags: {team: scale}
"#;

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

fn service(n: usize) -> String {
    format!(
        r#"apiVersion: sendo/v1
kind: Service
metadata: {{name: s{n}}}
spec:
  desiredCount: 2
  networkConfiguration: {{awsvpcConfiguration: {{subnets: "${{subnets}}", securityGroups: [sg-1]}}}}
  deploymentConfiguration: {{deploymentCircuitBreaker: {{enable: true, rollback: true}}}}{}
  ingress:
    - {{listenerArn: "${{listener}}", hosts: [s{n}.example.com], container: app, port: 8080, healthCheck: {{path: /health}}}}
"#,
        definition(&format!("s{n}"))
    )
}

fn batch(n: usize) -> String {
    format!(
        r#"apiVersion: sendo/v1
kind: ScheduledBatch
metadata: {{name: b{n}}}
spec:
  schedule: cron(0/5 * * * ? *)
  networkConfiguration: {{awsvpcConfiguration: {{subnets: "${{subnets}}", securityGroups: [sg-1]}}}}
  command: [bin/report, --daily]
  environment: {{batch: b{n}}}{}
"#,
        definition(&format!("b{n}"))
    )
}

fn member(n: usize) -> String {
    let services: String = (0..3)
        .map(|k| {
            format!(
                "    - {{from: s{}, images: {{app: \"example/x:{n}\"}}}}\n",
                (n * 3 + k) % 10
            )
        })
        .collect();
    format!(
        "apiVersion: sendo/v1\nkind: DeveloperEnv\nmetadata: {{name: m{n}}}\nspec:\n  owner: m{n}@example.com\n  services:\n{services}"
    )
}

/// Processor time of this process, from the system's own accounting in ticks of a hundredth of a second.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Behind the name come state, ppid, pgrp, session, tty, tpgid, flags, four fault counts, utime and stime.
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<u64>()
        .unwrap_or(0)
        / 1024
}
