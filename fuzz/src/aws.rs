//! An AWS that once answered a look at a project, and whose answers can be exchanged one at a time.
//!
//! The sandbox gets the project by an ordinary apply; one look at it is written down, request by request. From then on
//! nothing is on the wire: each request gets the answer that was written down for it, and one of them gets the fuzzer's.

mod exchange;
mod stage;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use sendo::aws::clients::Clients;
use sendo::aws::observe::observe;
use sendo::aws::providers;
use sendo::manifest::loaded::Loaded;
use sendo::resource::graph::Desired;
use sendo::resource::snapshot::Snapshot;
use sendo::resource::types::ResourceType;
use tokio::runtime::Runtime;

pub use exchange::{Answer, Exchange};
pub use stage::options;

use exchange::operation;

/// A project, and the AWS that has it.
pub struct Aws {
    /// The project.
    pub loaded: Loaded,
    /// One environment of it.
    pub desired: Desired,
    /// What a look at it asks and is told.
    pub exchanges: Arc<Vec<Exchange>>,
    replay: Replay,
    clients: Clients,
    runtime: Runtime,
    /// What an undisturbed look finds.
    found: Snapshot,
    /// Which providers ask the request when they look alone; all of them where none does.
    askers: Vec<BTreeSet<usize>>,
    /// What each provider provides.
    kinds: Vec<&'static ResourceType>,
}

impl Aws {
    /// Applies the project in a folder to a sandbox and writes down what a look at it is told.
    pub fn of(folder: &std::path::Path, environment: &str) -> Self {
        let (loaded, desired) = stage::project(folder, environment);
        let exchanges = Arc::new(stage::record(&desired));
        let replay = Replay {
            exchanges: exchanges.clone(),
            instead: Arc::default(),
            asked: Arc::default(),
        };
        // Pauses between attempts pass at once.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let clients = runtime.block_on(Clients::behind(options("http://127.0.0.1:9"), replay.clone()));
        let mut aws = Aws {
            askers: vec![BTreeSet::new(); exchanges.len()],
            found: Snapshot::default(),
            kinds: providers(&clients)
                .iter()
                .map(|provider| provider.kind())
                .collect(),
            loaded,
            desired,
            exchanges,
            replay,
            clients,
            runtime,
        };
        let all = aws.kinds.len();
        aws.found = aws.look_of(&(0..all).collect()).expect("AWS answers");
        for provider in 0..all {
            aws.asked().clear();
            aws.look_of(&BTreeSet::from([provider])).expect("AWS answers");
            let asked = std::mem::take(&mut *aws.asked());
            for request in asked {
                aws.askers[request].insert(provider);
            }
        }
        let silent = aws.askers.iter_mut().filter(|askers| askers.is_empty());
        silent.for_each(|askers| askers.extend(0..all));
        aws
    }

    /// What an undisturbed look finds.
    pub fn found(&self) -> &Snapshot {
        &self.found
    }

    /// A look in which one request is answered in another way; what has nothing to do with it is not asked again.
    pub fn look(&self, request: usize, answer: Answer) -> Option<Snapshot> {
        *self.replay.instead.lock().expect("nobody panicked") = Some((request, answer));
        let mut snapshot = self.look_of(&self.askers[request])?;
        let asked = |kind: &ResourceType| {
            self.askers[request]
                .iter()
                .any(|asker| self.kinds[*asker] == kind)
        };
        for resource in &self.desired.resources {
            if let Some(known) = self
                .found
                .observations
                .get(&resource.address)
                .filter(|_| !asked(resource.kind))
            {
                snapshot
                    .observations
                    .insert(resource.address.clone(), known.clone());
            }
        }
        for (address, known) in &self.found.lookups {
            snapshot
                .lookups
                .entry(address.clone())
                .or_insert_with(|| known.clone());
        }
        Some(snapshot)
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.replay.asked.lock().expect("nobody panicked")
    }

    fn look_of(&self, chosen: &BTreeSet<usize>) -> Option<Snapshot> {
        // New ones, as a new run has them: they remember what they read.
        let providers: Vec<_> = providers(&self.clients)
            .into_iter()
            .enumerate()
            .filter(|(at, _)| chosen.contains(at))
            .map(|(_, provider)| provider)
            .collect();
        let look = observe(&self.clients, &providers, &self.desired, true);
        self.runtime.block_on(look).ok()
    }
}

/// Answers as it was written down, but for one request.
#[derive(Clone, Debug)]
struct Replay {
    exchanges: Arc<Vec<Exchange>>,
    instead: Arc<Mutex<Option<(usize, Answer)>>>,
    /// The requests that were asked.
    asked: Arc<Mutex<BTreeSet<usize>>>,
}

impl Replay {
    /// A request that nobody made then gets what the operation answered to others.
    fn answer(&self, request: &HttpRequest) -> Answer {
        let instead = self.instead.lock().expect("nobody panicked");
        let key = exchange::key(request);
        let known = self.exchanges.iter().position(|exchange| exchange.key == key);
        self.asked.lock().expect("nobody panicked").extend(known);
        let operation = operation(request);
        let same = |exchange: &Exchange| exchange.operation == operation;
        match (&*instead, known) {
            (Some((at, answer)), Some(known)) if *at == known => answer.clone(),
            (Some((at, answer)), None) if same(&self.exchanges[*at]) => answer.clone(),
            (_, Some(known)) => self.exchanges[known].answer.clone(),
            (_, None) => {
                let other = self.exchanges.iter().find(|exchange| same(exchange));
                other.map_or_else(Answer::nothing, |exchange| exchange.answer.clone())
            }
        }
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(self.answer(&request).response()))
    }
}

impl HttpClient for Replay {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
