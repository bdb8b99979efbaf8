//! Random projects end to end: the real SDK over sockets against a sandbox.

use std::time::Duration;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::Config;
use sendo_sandbox::{Clock, Sandbox, Service};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::choices::{Choices, cases, first_seed, runner};
use super::project::{Project, project};
use super::properties::{composed, planned, shown};
use crate::apply::{Event, Observer, Options as ApplyOptions, apply};
use crate::aws::clients::Options;
use crate::plan::text::{plain, render};
use crate::resource::graph::Desired;
use crate::session::Session;

const REGION: &str = "ap-northeast-1";

#[tokio::test(flavor = "multi_thread")]
async fn random_projects_are_applied_once_and_then_nothing_is_left() {
    let mut runner = runner(first_seed(), Config::default());
    for _ in 0..cases("SENDO_RUNNING", 100) {
        let numbers = proptest::collection::vec(proptest::num::u16::ANY, 0..1_200);
        let numbers = numbers.new_tree(&mut runner).unwrap().current();
        let project = project(&mut Choices::new(&numbers));
        let outcome = run(&project).await;
        outcome.unwrap_or_else(|why| panic!("{why}\n{}\n{numbers:?}", shown(&project)));
    }
}

async fn run(project: &Project) -> Result<(), String> {
    let desired = composed(project)?;
    let sandbox = Sandbox::open(sendo_sandbox::Options {
        clock: Clock::Times(100.0),
        ..sendo_sandbox::Options::default()
    });
    let sandbox = sandbox.unwrap();
    external_revisions(&sandbox);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = sandbox.serve(listener).unwrap();
    apply_all(&desired, server.endpoint()).await?;
    let (session, calls) = (session(server.endpoint()).await, sandbox.calls().len());
    let snapshot = session
        .observe(&desired)
        .await
        .map_err(|error| error.to_string())?;
    let plan = planned(&desired, &snapshot)?;
    let written = sandbox.calls()[calls..].iter().any(|call| call.is_write);
    match plan.is_empty() && plan.drift.is_empty() && plan.failures.is_empty() && !written {
        true => Ok(()),
        false => Err(format!("not settled:\n{}", plain(&render(&plan)))),
    }
}

/// What services outside of the project's definitions run.
fn external_revisions(sandbox: &Sandbox) {
    let definition =
        json!({"family": "legacy", "containerDefinitions": [{"name": "app", "image": "x:1", "memory": 64}]});
    for _ in 0..7 {
        sandbox
            .call(REGION, Service::Ecs, "RegisterTaskDefinition", &definition)
            .unwrap();
    }
}

async fn session(endpoint: &str) -> Session {
    Session::connect(Options {
        sandbox: Some(endpoint.to_owned()),
        poll: Duration::from_millis(5),
        pause: Duration::from_millis(1),
        ..Options::in_region(REGION)
    })
    .await
}

async fn apply_all(desired: &Desired, endpoint: &str) -> Result<(), String> {
    let session = session(endpoint).await;
    let snapshot = session
        .observe(desired)
        .await
        .map_err(|error| error.to_string())?;
    let plan = planned(desired, &snapshot)?;
    let options = ApplyOptions {
        parallelism: 10,
        wait: false,
    };
    let (lookups, stop) = (&snapshot.lookups, CancellationToken::new());
    let report = apply(&plan, lookups, &session.providers, &options, &Quiet, &stop).await;
    match report.is_success() {
        true => Ok(()),
        false => Err(format!("{report:#?}")),
    }
}

struct Quiet;

impl Observer for Quiet {
    fn event(&self, _event: Event<'_>) {}
}
