//! A sandbox on a port, batches as compose makes them, and the way from a look at AWS to the writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use sendo_sandbox::state::Region;
use sendo_sandbox::{Effect, Fault, Options as SandboxOptions, Sandbox, Server, When};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::apply::{self, Event, Observer, Report};
use crate::aws::clients::{Clients, Options};
use crate::aws::event_rule::EventRules;
use crate::aws::marks;
use crate::aws::observe::observe;
use crate::aws::schedule::Schedules;
use crate::aws::{Class, Provider};
use crate::plan::{self, Plan, Prune};
use crate::resource::event_rule::EVENT_RULE;
use crate::resource::graph::{Desired, ManifestId, Origin, Places, Resource, Scope, Settings, address};
use crate::resource::schedule::SCHEDULE;
use crate::resource::sensitive::Sensitivity;
use crate::resource::snapshot::{Live, Observation, Snapshot};
use crate::resource::types::ResourceType;
use crate::value::{Map, Reference, Reveal, Text, Value};

pub const REGION: &str = "ap-northeast-1";
pub const GROUP: &str = "shop-production";
const DEFINITION: &str = "TaskTemplate/batch/task_definition";

/// A sandbox and what talks to it.
pub struct Bench {
    pub sandbox: Sandbox,
    pub clients: Clients,
    pub providers: Vec<Box<dyn Provider>>,
    pub revision: u32,
    _server: Server,
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event<'_>) {}
}

impl Bench {
    pub async fn open() -> Self {
        let options = SandboxOptions {
            seed: false,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::open(options).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = sandbox.serve(listener).unwrap();
        let mut options = Options::in_region(REGION);
        options.sandbox = Some(server.endpoint().to_owned());
        let clients = Clients::connect(options).await;
        Bench {
            providers: providers(&clients),
            sandbox,
            clients,
            revision: 3,
            _server: server,
        }
    }

    pub async fn look(&self, desired: &Desired) -> Snapshot {
        let mut snapshot = observe(&self.clients, &self.providers, desired, true)
            .await
            .unwrap();
        snapshot.lookups = self.lookups();
        snapshot
    }

    pub async fn plan(&self, desired: &Desired) -> Plan {
        let options = plan::Options {
            prune: Prune {
                requested: true,
                enabled: true,
                ..Prune::default()
            },
            manifests_complete: true,
            ..plan::Options::default()
        };
        plan::build(desired, &self.look(desired).await, &options)
    }

    /// Applies whatever there is to do.
    pub async fn apply(&self, desired: &Desired) -> Report {
        self.carry_out(&self.plan(desired).await).await
    }

    pub async fn carry_out(&self, plan: &Plan) -> Report {
        let options = apply::Options {
            parallelism: 4,
            wait: true,
        };
        let cancel = CancellationToken::new();
        apply::apply(plan, &self.lookups(), &self.providers, &options, &Silent, &cancel).await
    }

    /// Applies, and sees to it that it worked and that nothing is left to do.
    pub async fn converge(&self, desired: &Desired) {
        let report = self.apply(desired).await;
        assert!(report.is_success(), "{:?} {:?}", report.failed, report.skipped);
        let plan = self.plan(desired).await;
        assert!(plan.is_empty() && plan.is_applyable(), "{}", text(&plan));
        assert_eq!(plan.drift, []);
    }

    /// The revision that references to the task definition stand for.
    fn lookups(&self) -> BTreeMap<Text, Map> {
        let arn = format!(
            "arn:aws:ecs:{REGION}:123456789012:task-definition/batch:{}",
            self.revision
        );
        BTreeMap::from([(DEFINITION.into(), Map::from_iter([("arn".into(), arn.into())]))])
    }

    pub fn region<T>(&self, look: impl FnOnce(&Region) -> T) -> T {
        self.sandbox.world(|world| match world.region(REGION) {
            Some(region) => look(region),
            None => look(&Region::default()),
        })
    }

    pub fn edit<T>(&self, edit: impl FnOnce(&mut Region) -> T) -> T {
        self.sandbox.world_mut(|world| edit(world.region_mut(REGION)))
    }

    /// How many triggers would fire.
    pub fn enabled(&self) -> usize {
        self.region(|region| {
            let rules = region.events.rules.values();
            let schedules = region.scheduler.entries.values();
            let live =
                |rule: &&sendo_sandbox::events::Rule| rule.state == "ENABLED" && !rule.targets.is_empty();
            rules.filter(live).count()
                + schedules
                    .filter(|schedule| schedule.settings.state == "ENABLED")
                    .count()
        })
    }

    /// What the calls of an operation were, since the sandbox had answered so many.
    pub fn calls(&self, since: usize, operation: &str) -> Vec<Json> {
        let calls = self.sandbox.calls();
        calls[since..]
            .iter()
            .filter(|call| call.operation == operation)
            .map(|call| call.parameters.clone())
            .collect()
    }

    /// The writes since then, by operation.
    pub fn writes(&self, since: usize) -> BTreeMap<String, usize> {
        let mut writes = BTreeMap::new();
        for call in self.sandbox.calls().split_off(since) {
            if call.is_write {
                *writes.entry(call.operation).or_default() += 1;
            }
        }
        writes
    }

    pub fn made(&self) -> usize {
        self.sandbox.calls().len()
    }

    pub fn fail(&self, operation: &str, when: When, code: &str, message: &str) {
        self.sandbox.inject(Fault {
            service: None,
            operation: operation.to_owned(),
            when,
            effect: Effect::Error {
                status: 400,
                code: code.to_owned(),
                message: message.to_owned(),
            },
        });
    }

    pub fn lose(&self, operation: &str) {
        self.sandbox.inject(Fault {
            service: None,
            operation: operation.to_owned(),
            when: When::Nth(1),
            effect: Effect::DropAnswer,
        });
    }
}

pub fn providers(clients: &Clients) -> Vec<Box<dyn Provider>> {
    vec![
        Box::new(EventRules::new(clients.clone())),
        Box::new(Schedules::new(clients.clone())),
    ]
}

pub fn scope() -> Scope {
    Scope {
        project: "shop".into(),
        environment: "production".into(),
    }
}

/// A batch by its rule, with changes to it.
pub fn rule(batch: &str, change: impl FnOnce(&mut Json)) -> Resource {
    let mut spec = json!({
        "name": format!("shop-production-{batch}"),
        "scheduleExpression": "cron(0 10 * * ? *)",
        "state": "ENABLED",
        "target": target(batch),
        "tags": {
            "sendo:project": "shop", "sendo:environment": "production",
            "sendo:manifest": format!("ScheduledBatch/{batch}"), "team": "shop",
        },
    });
    change(&mut spec);
    resource(&EVENT_RULE, "event_rule", batch, spec)
}

/// A batch by its schedule, with changes to it.
pub fn schedule(batch: &str, change: impl FnOnce(&mut Json)) -> Resource {
    let mut spec = json!({
        "name": format!("shop-production-{batch}"),
        "groupName": GROUP,
        "scheduleExpression": "cron(0 10 * * ? *)",
        "scheduleExpressionTimezone": "Asia/Tokyo",
        "state": "ENABLED",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": target(batch),
    });
    change(&mut spec);
    resource(&SCHEDULE, "schedule", batch, spec)
}

fn target(batch: &str) -> Json {
    json!({
        "cluster": "batch",
        "roleArn": "arn:aws:iam::123456789012:role/starter",
        "taskCount": 1,
        "input": {"containerOverrides": [{"name": "app", "environment": [{"name": "batch", "value": batch}]}]},
    })
}

fn resource(kind: &'static ResourceType, part: &str, batch: &str, spec: Json) -> Resource {
    let manifest = ManifestId::new("ScheduledBatch", batch);
    let mut spec = Value::from_json(spec);
    let name = Text::from(spec.text("name").unwrap());
    let text = spec.text("description").unwrap_or_default().to_owned();
    let map = spec.as_map_mut().unwrap();
    map.insert("description", marks::describe(&text, &scope(), &manifest, None));
    let target = map.get_mut("target").and_then(Value::as_map_mut).unwrap();
    if !target.contains("taskDefinition") {
        let revision = Reference {
            address: DEFINITION.into(),
            attribute: "arn",
        };
        target.insert("taskDefinition", revision);
    }
    Resource {
        address: address(&manifest, &[part]),
        kind,
        name,
        manifest,
        origin: Origin::default(),
        settings: Arc::default(),
        spec,
        after: Vec::new(),
    }
}

pub fn adopting(mut resource: Resource) -> Resource {
    resource.settings = Arc::new(Settings {
        adopt: true,
        ..Settings::default()
    });
    resource
}

pub fn desired(resources: impl IntoIterator<Item = Resource>) -> Desired {
    let resources: Vec<Resource> = resources.into_iter().collect();
    Desired {
        scope: scope(),
        account: None,
        region: REGION.into(),
        assume_role: None,
        manifests: resources
            .iter()
            .map(|resource| (resource.manifest.clone(), Origin::default()))
            .collect(),
        resources,
        lookups: BTreeMap::new(),
        places: Places {
            schedule_group: GROUP.into(),
            ..Places::default()
        },
        notes: Vec::new(),
        sensitivity: Sensitivity::default(),
    }
}

pub fn present<'a>(snapshot: &'a Snapshot, resource: &Resource) -> &'a Live {
    match &snapshot.observations[&resource.address] {
        Observation::Present(live) => live,
        other => panic!("{other:?}"),
    }
}

/// The plan as text, for messages.
pub fn text(plan: &Plan) -> String {
    plan::text::render(plan)
        .into_iter()
        .map(|line| line.text + "\n")
        .collect()
}

/// The differences of a plan, each as a line.
pub fn differences(plan: &Plan) -> Vec<String> {
    let shown = |value: &Option<Value>| match value {
        Some(value) => value.to_json(Reveal::Masked).to_string(),
        None => "-".to_owned(),
    };
    let of_one = |change: &plan::Change| {
        let lines = change.differences.iter();
        lines
            .map(|it| format!("{}: {} -> {}", it.path, shown(&it.before), shown(&it.after)))
            .collect::<Vec<_>>()
    };
    plan.actions().flat_map(of_one).collect()
}

/// Why a report says that it failed: codes, and whether trying again helps.
pub fn failures(report: &Report) -> Vec<(&str, Class)> {
    report
        .failed
        .iter()
        .map(|(_, error)| (error.code.as_str(), error.class))
        .collect()
}
