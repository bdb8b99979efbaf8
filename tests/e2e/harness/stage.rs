//! A sandbox and a project, driven through the library.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use sendo::apply::{Event, Observer, Options as ApplyOptions, Report};
use sendo::aws::clients::Options as AwsOptions;
use sendo::manifest::diagnostic::{Style, render as render_diagnostics};
use sendo::plan::text::{plain, render};
use sendo::plan::{Options as PlanOptions, Plan, deletion};
use sendo::resource::graph::{Desired, ManifestId};
use sendo::resource::snapshot::Snapshot;
use sendo::session::{Composed, Session};
use sendo_sandbox::{Call, Clock, Effect, Fault, Sandbox, Server, Service, When};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{REGION, Run, policy};

/// How many times as fast as ours the sandbox's time is: deployments take milliseconds.
const HASTE: f64 = 100.0;

/// A sandbox on a port, and a project.
pub struct Stage {
    /// The sandbox itself.
    pub sandbox: Sandbox,
    server: Server,
    folder: TempDir,
    environment: Option<String>,
    prunes: bool,
    mark: Mutex<usize>,
}

impl Stage {
    /// A seeded sandbox whose time runs fast and which permits what docs/iam.md says, and an empty folder.
    pub async fn new() -> Self {
        Stage::timed(Clock::Times(HASTE)).await
    }

    /// The same with another clock.
    pub async fn timed(clock: Clock) -> Self {
        let options = sendo_sandbox::Options {
            clock,
            ..sendo_sandbox::Options::default()
        };
        let sandbox = Sandbox::open(options).unwrap();
        let policies = [policy::reading(), policy::applying()].map(policy::anywhere);
        sandbox.permit(&policies).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Stage {
            server: sandbox.serve(listener).unwrap(),
            sandbox,
            folder: TempDir::new().unwrap(),
            environment: None,
            prunes: false,
            mark: Mutex::new(0),
        }
    }

    /// With a file of the project.
    pub fn file(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    /// With all files of a folder of the repository.
    pub fn copy_of(self, folder: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        copy(&from, self.folder.path());
        self
    }

    /// In one of several environments.
    pub fn environment(mut self, name: &str) -> Self {
        self.environment = Some(name.to_owned());
        self
    }

    /// With everything pruned that the project allows.
    pub fn pruning(mut self) -> Self {
        self.prunes = true;
        self
    }

    /// The name of the environment that was chosen.
    pub fn chosen(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The sandbox's URL.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The place of a file of the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text that must occur in a file.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no `{from}`:\n{text}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Removes a file.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// The binary, about to be run in the project's folder.
    pub fn sendo(&self, arguments: &[&str]) -> Run {
        Run::new(self, arguments)
    }

    /// The project, composed.
    pub fn composed(&self) -> Composed {
        Composed::open(self.folder.path(), self.environment.as_deref()).unwrap()
    }

    /// A connection to the sandbox.
    pub async fn session(&self) -> Session {
        let mut options = AwsOptions::in_region(REGION);
        options.sandbox = Some(self.endpoint().to_owned());
        options.poll = Duration::from_millis(5);
        options.pause = Duration::from_millis(1);
        options.deadline = Duration::from_secs(20);
        Session::connect(options).await
    }

    /// What an apply would do.
    pub async fn plan(&self) -> Plan {
        self.plan_with(|_| ()).await
    }

    /// What an apply with other options would do.
    pub async fn plan_with(&self, change: impl FnOnce(&mut PlanOptions)) -> Plan {
        self.planned(change).await.1
    }

    async fn planned(&self, change: impl FnOnce(&mut PlanOptions)) -> (Session, Plan, Snapshot) {
        let composed = self.composed();
        let desired = valid(&composed);
        let mut options = composed.plan_options(false);
        options.prune.requested = self.prunes;
        change(&mut options);
        let session = self.session().await;
        let (plan, snapshot) = session.plan(desired, &options).await.unwrap();
        (session, plan, snapshot)
    }

    /// Plans and applies, and expects all of it to be done.
    pub async fn apply(&self) -> Report {
        self.apply_with(|_| ()).await
    }

    /// Plans with other options and applies, and expects all of it to be done.
    pub async fn apply_with(&self, change: impl FnOnce(&mut PlanOptions)) -> Report {
        let (session, plan, snapshot) = self.planned(change).await;
        assert!(plan.is_applyable(), "{}", text(&plan));
        let report = carry_out(&session, &plan, &snapshot).await;
        assert!(report.is_success(), "{report:#?}\n{}", text(&plan));
        report
    }

    /// Plans and applies, whatever becomes of it.
    pub async fn try_apply(&self) -> Report {
        let (session, plan, snapshot) = self.planned(|_| ()).await;
        carry_out(&session, &plan, &snapshot).await
    }

    /// Deletes what these manifests own.
    pub async fn delete(&self, named: &[&str]) -> Report {
        let composed = self.composed();
        let desired = valid(&composed);
        let named: Vec<ManifestId> = named
            .iter()
            .map(|name| ManifestId::parse(name).unwrap())
            .collect();
        let session = self.session().await;
        let snapshot = session.observe(desired).await.unwrap();
        carry_out(&session, &deletion::build(desired, &snapshot, &named), &snapshot).await
    }

    /// Expects that nothing is left to be done.
    pub async fn is_settled(&self) {
        let plan = self.plan().await;
        assert_eq!(
            text(&plan).lines().last(),
            Some("No changes. Your infrastructure matches the configuration."),
            "{}",
            text(&plan)
        );
    }

    /// Lets calls go wrong.
    pub fn fault(&self, operation: &str, when: When, effect: Effect) {
        self.sandbox.inject(Fault {
            service: None,
            operation: operation.to_owned(),
            when,
            effect,
        });
    }

    /// Lets calls answer with an error.
    pub fn refuse(&self, operation: &str, when: When, status: u16, code: &str) {
        let (code, message) = (code.to_owned(), "asked for by a test".to_owned());
        self.fault(
            operation,
            when,
            Effect::Error {
                status,
                code,
                message,
            },
        );
    }

    /// Does something by hand, as in a console.
    pub fn by_hand(&self, service: Service, operation: &str, parameters: Value) -> Value {
        match self.sandbox.call(REGION, service, operation, &parameters) {
            Ok(answer) => answer,
            Err(error) => panic!("{operation}: {error:?}"),
        }
    }

    /// Counts calls from here on.
    pub fn mark(&self) {
        *self.mark.lock().unwrap() = self.sandbox.calls().len();
    }

    /// The calls since the last mark.
    pub fn calls(&self) -> Vec<Call> {
        self.sandbox.calls().split_off(*self.mark.lock().unwrap())
    }

    /// The operations that wrote since the last mark, in order.
    pub fn writes(&self) -> Vec<String> {
        let writes = self.calls().into_iter().filter(|call| call.is_write);
        writes.map(|call| call.operation).collect()
    }

    /// How often an operation was called since the last mark.
    pub fn count(&self, operation: &str) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }
}

fn valid(composed: &Composed) -> &Desired {
    let shown = || render_diagnostics(&composed.diagnostics, &composed.loaded.sources, Style::Plain);
    composed
        .valid()
        .unwrap_or_else(|error| panic!("{error}:\n{}", shown()))
}

async fn carry_out(session: &Session, plan: &Plan, snapshot: &Snapshot) -> Report {
    let options = ApplyOptions {
        parallelism: 10,
        wait: true,
    };
    let (providers, lookups) = (&session.providers, &snapshot.lookups);
    sendo::apply::apply(
        plan,
        lookups,
        providers,
        &options,
        &Quiet,
        &CancellationToken::new(),
    )
    .await
}

struct Quiet;

impl Observer for Quiet {
    fn event(&self, _event: Event<'_>) {}
}

/// A plan as people read it.
pub fn text(plan: &Plan) -> String {
    plain(&render(plan))
}

/// The signs and addresses of what a plan does.
pub fn addresses(plan: &Plan) -> Vec<String> {
    plan.actions()
        .map(|change| format!("{} {}", change.action.sign(), change.address))
        .collect()
}

/// The members that a plan changes, by address and path.
pub fn fields(plan: &Plan) -> Vec<String> {
    let of_change = |change: &sendo::plan::Change| {
        let differences = change.differences.clone();
        let address = change.address.clone();
        differences
            .into_iter()
            .map(move |difference| format!("{address} {}", difference.path))
    };
    plan.actions().flat_map(of_change).collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
