//! Calls and wall time of the real binary against a sandbox whose every answer takes 30 ms.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sendo_sandbox::{Clock, Latency, Options, Pattern, Sandbox, Server, Service};
use serde_json::json;
use tempfile::TempDir;

use crate::need::{self, Calls, Memory, total};
use crate::project::{A_BALANCER, Shape, Triggers};

const LATENCY: Duration = Duration::from_millis(30);
const REGION: &str = "ap-northeast-1";
/// Up to this size the first apply is measured too: beyond it, it is one registration a second and nothing else.
const APPLIED: usize = 50;

/// Prints what each size costs, with rules and with schedules.
pub fn run(size: Option<usize>) {
    println!(
        "Calls to AWS, each answered after {} ms: what was made and what a read needs at least,",
        LATENCY.as_millis()
    );
    println!("and the wall time beside the least that AWS's full buckets and 32 calls in flight allow");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for services in size.map_or(vec![50, 200], |size| vec![size]) {
        for triggers in [Triggers::Rules, Triggers::Schedules] {
            let _guard = runtime.enter();
            let stage = runtime.block_on(Stage::new(services, triggers));
            stage.measure();
        }
    }
}

/// A sandbox, a project in a folder, and the calls that were made.
struct Stage {
    shape: Shape,
    sandbox: Sandbox,
    server: Server,
    folder: TempDir,
    calls: Arc<Mutex<Calls>>,
}

impl Stage {
    async fn new(services: usize, triggers: Triggers) -> Self {
        // The day before yesterday: what was modified a moment ago is not relied on by a later read.
        let options = Options {
            clock: Clock::Manual(Timestamp::now() - SignedDuration::from_hours(48)),
            ..Options::default()
        };
        let sandbox = Sandbox::open(options).expect("a sandbox");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let server = sandbox.serve(listener).expect("a server");
        let shape = Shape {
            services,
            batches: if services > APPLIED {
                services * 3 / 2
            } else {
                services
            },
            members: services / 5,
            triggers,
            listeners: listeners(&sandbox, services.div_ceil(A_BALANCER)),
            zone: Some(sandbox.seeded().hosted_zone_id.to_owned()),
        };
        let folder = TempDir::new().expect("a folder");
        for (name, text) in shape.files() {
            let path = folder.path().join("project").join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&path)).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let calls = Arc::new(Mutex::new(Calls::new()));
        let counted = calls.clone();
        sandbox.watch(move |call, _| {
            let key = (call.service.to_owned(), call.operation.clone());
            *counted.lock().expect("no panic").entry(key).or_default() += 1;
        });
        Stage {
            shape,
            sandbox,
            server,
            folder,
            calls,
        }
    }

    fn measure(&self) {
        let Shape {
            services,
            batches,
            members,
            triggers,
            ..
        } = &self.shape;
        println!(
            "\n{services} services, {batches} batches by {triggers:?}, {members} environments of three services"
        );
        println!(
            "{:>28} {:>7} {:>7} {:>6} {:>9} {:>9} {:>6}",
            "", "calls", "needed", "ratio", "seconds", "needed", "ratio"
        );
        self.first_apply();
        self.settle();
        self.read("no change, cold", Memory::Cold);
        self.read("no change, warm", Memory::Warm);
        self.change();
    }

    fn first_apply(&self) {
        if self.shape.services > APPLIED {
            self.sendo(&[
                "apply",
                "--yes",
                "--no-wait",
                "--quiet",
                "--rate-limit",
                "off",
                "--parallelism",
                "100",
            ]);
            return;
        }
        self.sandbox.delay(Latency {
            calls: Pattern::any(),
            takes: LATENCY,
        });
        let (calls, took) = self.sendo(&["apply", "--yes", "--no-wait", "--quiet", "--parallelism", "32"]);
        self.sandbox.heal();
        // What an apply writes depends on nothing but the project: the calls themselves are the measure of its time.
        let needed = need::time(&calls, LATENCY);
        row("first apply", &calls, None, took, needed);
    }

    /// Lets the deployments of the first apply come to their end.
    fn settle(&self) {
        self.sandbox.advance(Duration::from_secs(3600));
    }

    fn read(&self, name: &str, memory: Memory) {
        self.sandbox.delay(Latency {
            calls: Pattern::any(),
            takes: LATENCY,
        });
        let (calls, took) = self.sendo(&["plan", "--detailed-exitcode"]);
        self.sandbox.heal();
        let needed = need::read(&self.shape, memory);
        row(name, &calls, Some(&needed), took, need::time(&needed, LATENCY));
        for (operation, made, needed) in more(&calls, &needed) {
            println!("{:>28} {made:>7} {needed:>7}", format!("of them {operation}"));
        }
    }

    /// One image of all: what its plan and its apply cost beside a plan without a change.
    fn change(&self) {
        let file = self.folder.path().join("project/services/s1.yaml");
        let text = std::fs::read_to_string(&file).expect("the manifest");
        std::fs::write(&file, text.replace("${imageTag}", "1.8.3")).expect("the manifest");
        self.sandbox.delay(Latency {
            calls: Pattern::any(),
            takes: LATENCY,
        });
        let (calls, took) = self.sendo(&["apply", "--yes", "--no-wait", "--quiet"]);
        self.sandbox.heal();
        row(
            "one image of all",
            &calls,
            None,
            took,
            need::time(&calls, LATENCY),
        );
    }

    /// Runs the binary, which must succeed, and returns the calls that it made and the time that it took.
    fn sendo(&self, arguments: &[&str]) -> (Calls, Duration) {
        self.calls.lock().expect("no panic").clear();
        let begun = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_sendo"))
            .args(arguments)
            .arg("--manifests")
            .arg(self.folder.path().join("project"))
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", "bench")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("SENDO_CACHE_DIR", cache(&self.folder))
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        let took = begun.elapsed();
        assert!(
            output.status.success(),
            "sendo {arguments:?}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        (self.calls.lock().expect("no panic").clone(), took)
    }
}

fn cache(folder: &TempDir) -> std::path::PathBuf {
    Path::join(folder.path(), "cache")
}

fn row(name: &str, calls: &Calls, needed: Option<&Calls>, took: Duration, least: Duration) {
    let made = total(calls);
    let (needed, ratio) = needed.map_or((String::new(), String::new()), |needed| {
        let needed = total(needed);
        (needed.to_string(), format!("{:.2}", made as f64 / needed as f64))
    });
    println!(
        "{name:>28} {made:>7} {needed:>7} {ratio:>6} {:>9.2} {:>9.2} {:>6.2}",
        took.as_secs_f64(),
        least.as_secs_f64(),
        took.as_secs_f64() / least.as_secs_f64()
    );
}

/// The operations that were called more often than needed.
fn more(made: &Calls, needed: &Calls) -> Vec<(String, u64, u64)> {
    let all = made.iter().map(|((service, operation), made)| {
        let key = (service.clone(), operation.clone());
        let needed = needed.get(&key).copied().unwrap_or(0);
        (format!("{service}:{operation}"), *made, needed)
    });
    all.filter(|(_, made, needed)| made > needed).collect()
}

/// Load balancers with a listener each: one takes no more than a hundred rules.
fn listeners(sandbox: &Sandbox, count: usize) -> Vec<String> {
    let seed = sandbox.seeded();
    let call = |operation: &str, parameters: serde_json::Value| {
        let answer = sandbox.call(REGION, Service::Elbv2, operation, &parameters);
        answer.expect("the sandbox answers")
    };
    let listener = |n: usize| {
        let balancer = call(
            "CreateLoadBalancer",
            json!({"Name": format!("scale-{n}"), "Subnets": seed.subnets, "SecurityGroups": [seed.security_group]}),
        );
        let arn = balancer["LoadBalancers"][0]["LoadBalancerArn"].clone();
        let action = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]);
        let listener = call(
            "CreateListener",
            json!({"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": 80, "DefaultActions": action}),
        );
        let arn = listener["Listeners"][0]["ListenerArn"].as_str();
        arn.expect("an ARN").to_owned()
    };
    (0..count).map(listener).collect()
}
