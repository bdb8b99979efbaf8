//! What the tests of this room share: a sandbox on a real socket, clients for it, and resources to want.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sendo_sandbox::{Clock, Effect, Fault, Sandbox, Server, When};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use super::clients::{Clients, Options};
use super::observe::observe;
use super::{AwsError, Progress, Provider, Write, providers};
use crate::resource::compare::{compare, record_of};
use crate::resource::difference::Difference;
use crate::resource::graph::{Desired, ManifestId, Origin, Places, Resource, Scope};
use crate::resource::service::SERVICE;
use crate::resource::snapshot::{Live, Observation, Snapshot};
use crate::resource::task_definition::TASK_DEFINITION;
use crate::resource::types::ResourceType;
use crate::value::{Map, Reference, Reveal, Value};

/// The region of all tests.
pub const REGION: &str = "ap-northeast-1";

/// A sandbox and everything to talk to it.
pub struct Bench {
    /// The sandbox itself.
    pub sandbox: Sandbox,
    /// Clients for it.
    pub clients: Clients,
    _server: Server,
}

impl Bench {
    /// A new sandbox on a port, whose time runs fast.
    pub async fn new() -> Self {
        Bench::timed(Clock::Times(10.0)).await
    }

    /// The same with another clock.
    pub async fn timed(clock: Clock) -> Self {
        let options = sendo_sandbox::Options {
            clock,
            ..sendo_sandbox::Options::default()
        };
        let sandbox = Sandbox::open(options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = sandbox.serve(listener).unwrap();
        let options = Options {
            sandbox: Some(server.endpoint().to_owned()),
            poll: Duration::from_millis(100),
            deadline: Duration::from_secs(20),
            ..Options::in_region(REGION)
        };
        Bench {
            sandbox,
            clients: Clients::connect(options).await,
            _server: server,
        }
    }

    /// Lets calls of an operation fail.
    pub fn fail(&self, operation: &str, when: When, effect: Effect) {
        self.sandbox.inject(Fault {
            service: None,
            operation: operation.to_owned(),
            when,
            effect,
        });
    }

    /// Lets every call of an operation be denied.
    pub fn deny(&self, operation: &str) {
        let (code, message) = ("AccessDeniedException".to_owned(), "not authorized".to_owned());
        self.fail(
            operation,
            When::Always,
            Effect::Error {
                status: 400,
                code,
                message,
            },
        );
    }

    /// The provider of a type.
    pub fn provider(&self, kind: &ResourceType) -> Box<dyn Provider> {
        providers(&self.clients)
            .into_iter()
            .find(|provider| provider.kind() == kind)
            .unwrap()
    }

    /// One look, with new providers, as a new run has them.
    pub async fn look(&self, wanted: &[Resource]) -> Snapshot {
        observe(&self.clients, &providers(&self.clients), &desired(wanted), true)
            .await
            .unwrap()
    }

    /// What is there of one resource.
    pub async fn live(&self, wanted: &Resource) -> Live {
        match self
            .look(std::slice::from_ref(wanted))
            .await
            .observations
            .remove(&wanted.address)
        {
            Some(Observation::Present(live) | Observation::Superseded(live)) => live,
            other => panic!("{} is {other:?}", wanted.address),
        }
    }

    /// Makes a resource and waits until it has settled.
    pub async fn create(&self, wanted: &Resource) -> Result<Map, AwsError> {
        let (scope, provider) = (scope(), self.provider(wanted.kind));
        let write = write(&scope, wanted);
        let attributes = provider.create(&write).await?;
        provider.settle(&write, &attributes, &Lines::default()).await?;
        Ok(attributes)
    }

    /// Brings a resource from what is there to what is wanted, in the way that an apply does.
    pub async fn update(&self, wanted: &Resource) -> Result<Map, AwsError> {
        let live = self.live(wanted).await;
        let differences = differences(wanted, &live);
        let (scope, provider) = (scope(), self.provider(wanted.kind));
        let write = write(&scope, wanted);
        let attributes = provider.update(&write, &live, &differences).await?;
        provider.settle(&write, &attributes, &Lines::default()).await?;
        Ok(attributes)
    }

    /// How often an operation was called.
    pub fn calls(&self, operation: &str) -> usize {
        self.sandbox
            .calls()
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// The parameters of the last call of an operation.
    pub fn last(&self, operation: &str) -> Json {
        let calls = self.sandbox.calls();
        calls
            .iter()
            .rev()
            .find(|call| call.operation == operation)
            .map(|call| call.parameters.clone())
            .unwrap()
    }
}

/// The scope of all tests.
pub fn scope() -> Scope {
    Scope {
        project: "shop".into(),
        environment: "production".into(),
    }
}

/// A write of what is wanted, with its record.
pub fn write<'a>(scope: &'a Scope, wanted: &'a Resource) -> Write<'a> {
    Write {
        scope,
        resource: wanted,
        record: record_of(wanted.kind, &wanted.spec),
    }
}

/// What differs between what is wanted and what is there.
pub fn differences(wanted: &Resource, live: &Live) -> Vec<Difference> {
    compare(wanted.kind, &wanted.spec, &live.spec, live.record.as_ref())
}

/// A resource of the manifest `Service/api`.
pub fn resource(kind: &'static ResourceType, part: &str, spec: Json) -> Resource {
    Resource {
        address: format!("Service/api/{part}").into(),
        kind,
        name: part.into(),
        manifest: ManifestId::new("Service", "api"),
        origin: Origin::default(),
        settings: Arc::default(),
        spec: Value::from_json(spec),
        after: Vec::new(),
    }
}

/// The same resource with another member.
pub fn with(resource: &Resource, member: &str, value: Json) -> Resource {
    let mut changed = resource.clone();
    changed
        .spec
        .as_map_mut()
        .unwrap()
        .insert(member, Value::from_json(value));
    changed
}

/// The definition that [`service`] runs.
pub fn definition() -> Resource {
    resource(
        &TASK_DEFINITION,
        "task_definition",
        json!({
            "family": "shop-production-api", "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"], "tags": {"team": "shop"},
            "containerDefinitions": [{"name": "app", "image": "example/api:1", "essential": true,
                "portMappings": [{"containerPort": 8080}],
                "environment": [{"name": "RAILS_ENV", "value": "production"}]}],
        }),
    )
}

/// The same definition with another environment variable.
pub fn with_variable(definition: &Resource, name: &str, value: &str) -> Resource {
    let mut spec = definition.spec.to_json(Reveal::Shown);
    spec["containerDefinitions"][0]["environment"] = json!([{"name": name, "value": value}]);
    Resource {
        spec: Value::from_json(spec),
        ..definition.clone()
    }
}

/// A service that runs this revision.
pub fn service(revision: &str) -> Resource {
    resource(
        &SERVICE,
        "service",
        json!({
            "cluster": "production", "serviceName": "api", "taskDefinition": revision, "desiredCount": 2,
            "launchType": "FARGATE", "tags": {"team": "shop"},
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-5eed000a"]}},
        }),
    )
}

/// The same resource with a reference in a member.
pub fn refer(resource: &Resource, member: &str, to: &Resource) -> Resource {
    let mut changed = resource.clone();
    let reference = Reference {
        address: to.address.clone(),
        attribute: "arn",
    };
    changed.spec.as_map_mut().unwrap().insert(member, reference);
    changed
}

/// A project that wants these resources.
pub fn desired(wanted: &[Resource]) -> Desired {
    Desired {
        scope: scope(),
        account: Some("123456789012".into()),
        region: REGION.into(),
        assume_role: None,
        resources: wanted.to_vec(),
        manifests: wanted
            .iter()
            .map(|resource| (resource.manifest.clone(), Origin::default()))
            .collect(),
        lookups: Default::default(),
        places: Places {
            clusters: BTreeSet::from(["production".into()]),
            ..Places::default()
        },
        notes: Vec::new(),
        sensitivity: Default::default(),
    }
}

/// Keeps the lines of progress.
#[derive(Default)]
pub struct Lines(Mutex<Vec<String>>);

impl Lines {
    /// The lines so far.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Progress for Lines {
    fn update(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}
