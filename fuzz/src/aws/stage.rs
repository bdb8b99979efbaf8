//! The one time that something is on the wire: the project is applied to a sandbox and looked at.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use sendo::apply::{Event, Observer, Options as ApplyOptions, apply};
use sendo::aws::clients::{Clients, Options};
use sendo::aws::observe::observe;
use sendo::aws::providers;
use sendo::compose::{Input, compose};
use sendo::manifest::load::load;
use sendo::manifest::loaded::Loaded;
use sendo::plan::{self, build};
use sendo::resource::graph::Desired;
use sendo_sandbox::{Clock, Sandbox};
use tokio::net::TcpListener;

use super::exchange::{Exchange, key, operation, send};

/// The project in a folder, and one environment of it.
pub(super) fn project(folder: &Path, environment: &str) -> (Loaded, Desired) {
    let loaded = load(folder).expect("the project loads");
    let composition = compose(&loaded, environment, &Input::default());
    assert!(!composition.diagnostics.has_errors(), "the project has errors");
    let desired = composition.desired.expect("the project composes");
    (loaded, desired)
}

/// How an AWS at this endpoint is reached.
pub fn options(endpoint: &str) -> Options {
    Options {
        sandbox: Some(endpoint.to_owned()),
        poll: Duration::from_millis(5),
        pause: Duration::from_millis(1),
        ..Options::in_region("ap-northeast-1")
    }
}

/// What a look at the project is told when all of it is there.
pub(super) fn record(desired: &Desired) -> Vec<Exchange> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let sandbox = Sandbox::open(sendo_sandbox::Options {
            clock: Clock::Times(100.0),
            ..sendo_sandbox::Options::default()
        });
        let sandbox = sandbox.expect("a sandbox");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = sandbox.serve(listener).expect("a server");
        apply_all(desired, server.endpoint()).await;
        let recorder = Recorder {
            address: server.endpoint().trim_start_matches("http://").to_owned(),
            exchanges: Arc::default(),
        };
        let clients = Clients::behind(options(server.endpoint()), recorder.clone()).await;
        let snapshot = observe(&clients, &providers(&clients), desired, true).await;
        let plan = build(
            desired,
            &snapshot.expect("AWS answers"),
            &plan::Options::default(),
        );
        assert!(plan.is_empty(), "an applied project has changes");
        std::mem::take(&mut *recorder.exchanges.lock().expect("nobody panicked"))
    })
}

async fn apply_all(desired: &Desired, endpoint: &str) {
    let clients = Clients::connect(options(endpoint)).await;
    let providers = providers(&clients);
    let snapshot = observe(&clients, &providers, desired, true)
        .await
        .expect("AWS answers");
    let plan = build(desired, &snapshot, &plan::Options::default());
    let how = ApplyOptions {
        parallelism: 10,
        wait: true,
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let report = apply(&plan, &snapshot.lookups, &providers, &how, &Quiet, &stop).await;
    assert!(report.is_success(), "{report:?}");
}

struct Quiet;

impl Observer for Quiet {
    fn event(&self, _event: Event<'_>) {}
}

/// Hands requests on and writes down what they are told.
#[derive(Clone, Debug)]
struct Recorder {
    address: String,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = match send(&request, &self.address) {
            Ok(answer) => answer,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::io(error.into()))),
        };
        let exchange = Exchange {
            operation: operation(&request),
            key: key(&request),
            answer: answer.clone(),
        };
        self.exchanges.lock().expect("nobody panicked").push(exchange);
        HttpConnectorFuture::ready(Ok(answer.response()))
    }
}

impl HttpClient for Recorder {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
