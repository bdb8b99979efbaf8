//! Plans of small worlds: a resource type or two, a few resources, what was found.

mod actions;
mod guards;
mod order;
mod renderings;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::json;

use super::*;
use crate::resource::compare::record_of;
use crate::resource::graph::{Places, Settings, address};
use crate::resource::shape::{Cost, Shape, field, integer, keyed, map, object, set, string};
use crate::resource::snapshot::{Observation, Orphan, Owner};
use crate::resource::types::Replacement;
use crate::value::{Map, Reference};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    let pair = object(
        "Pair",
        "",
        [field("name", string(), ""), field("value", string(), "")],
    );
    let item = object(
        "Item",
        "",
        [field("name", string(), ""), field("image", string(), "")],
    );
    object(
        "Thing",
        "",
        [
            field("size", integer(), "").default(1),
            field("zone", string(), "").cost(Cost::Replacement),
            field("uses", string(), ""),
            field("state", string(), ""),
            field("script", string(), ""),
            field("items", keyed(item, &[&["name"]]), ""),
            field("zones", set(string()), ""),
            field("environment", keyed(pair, &[&["name"]]), "").or_map("name", "value"),
            field("tags", map(string()), "").unmanaged(),
        ],
    )
});

const fn kind(name: &'static str, rank: u8, replacement: Replacement) -> ResourceType {
    ResourceType {
        name,
        label: name,
        table: || &TABLE,
        cost: Cost::InPlace,
        replacement,
        destroyed: true,
        rank,
        trigger: false,
        announce: None,
        transition: None,
        prepare: None,
    }
}

static GROUP: ResourceType = kind("group", 30, Replacement::CreateThenDelete);
static RULE: ResourceType = ResourceType {
    transition: Some(both),
    ..kind("rule", 40, Replacement::DeleteThenCreate)
};
static SERVICE: ResourceType = ResourceType {
    transition: Some(both),
    ..kind("service", 50, Replacement::DeleteThenCreate)
};
static TRIGGER: ResourceType = ResourceType {
    trigger: true,
    ..kind("trigger", 50, Replacement::DeleteThenCreate)
};
static REVISION: ResourceType = ResourceType {
    destroyed: false,
    announce: Some(|_| "family:(new)".to_owned()),
    cost: Cost::NewRevision,
    ..kind("revision", 20, Replacement::Accumulates)
};

/// The form in between of what uses a group.
fn both(live: &Value, desired: &Value) -> Option<Value> {
    (live.get("uses")? != desired.get("uses")?).then(|| desired.clone())
}

fn scope() -> Scope {
    Scope {
        project: "shop".into(),
        environment: "production".into(),
    }
}

fn origin() -> Origin {
    Origin {
        file: "shop.yaml".into(),
        line: 3,
        column: 1,
    }
}

fn id(manifest: &str) -> ManifestId {
    ManifestId::parse(manifest).unwrap()
}

fn spec(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

/// What a test builds its world from.
#[derive(Default)]
struct World {
    resources: Vec<Resource>,
    manifests: Vec<&'static str>,
    observations: BTreeMap<Text, Observation>,
    orphans: Vec<Orphan>,
    failures: Vec<ReadFailure>,
}

impl World {
    fn wants(mut self, kind: &'static ResourceType, manifest: &'static str, spec: Value) -> Self {
        self.manifests.push(manifest);
        let address = address(&id(manifest), &[kind.name]);
        self.observations.insert(address.clone(), Observation::Absent);
        self.resources.push(Resource {
            address,
            kind,
            name: id(manifest).name,
            manifest: id(manifest),
            origin: origin(),
            settings: Arc::new(Settings::default()),
            spec,
            after: Vec::new(),
        });
        self
    }

    /// The last resource is there like this; `applied` is what was last applied to it.
    fn has(mut self, json: serde_json::Value, applied: Option<serde_json::Value>) -> Self {
        let resource = self.resources.last().unwrap();
        let record = applied.map(|applied| record_of(resource.kind, &spec(applied)));
        let live = Live {
            record,
            ..live(spec(json), &resource.manifest.to_string())
        };
        self.observations
            .insert(resource.address.clone(), Observation::Present(live));
        self
    }

    fn observes(mut self, change: impl FnOnce(Live) -> Observation) -> Self {
        let address = self.resources.last().unwrap().address.clone();
        let Some(Observation::Present(live)) = self.observations.remove(&address) else {
            unreachable!()
        };
        self.observations.insert(address, change(live));
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.resources.last_mut().unwrap().settings));
        self
    }

    fn leftover(mut self, kind: &'static ResourceType, manifest: &str) -> Self {
        let live = live(spec(json!({})), manifest);
        let (address, manifest) = (address(&id(manifest), &[kind.name]), id(manifest));
        self.orphans.push(Orphan {
            address,
            kind,
            name: manifest.name.clone(),
            manifest,
            live,
        });
        self
    }

    fn desired(&self) -> Desired {
        let manifests = self.manifests.iter().map(|name| (id(name), origin())).collect();
        Desired {
            scope: scope(),
            account: None,
            region: "eu-west-1".into(),
            assume_role: None,
            resources: self.resources.clone(),
            manifests,
            lookups: BTreeMap::new(),
            places: Places::default(),
            sensitivity: Default::default(),
            notes: Vec::new(),
        }
    }

    fn plan(self, options: &Options) -> Plan {
        let desired = self.desired();
        let snapshot = Snapshot {
            account: "123456789012".into(),
            observations: self.observations,
            orphans: self.orphans,
            failures: self.failures,
            ..Snapshot::default()
        };
        build(&desired, &snapshot, options)
    }
}

fn live(spec: Value, manifest: &str) -> Live {
    Live {
        spec,
        attributes: Map::new(),
        owner: Owner::Manifest {
            scope: scope(),
            manifest: id(manifest),
        },
        record: None,
        held: None,
        status: Value::Null,
    }
}

fn reference(manifest: &str, kind: &ResourceType) -> Value {
    Value::Reference(Reference {
        address: address(&id(manifest), &[kind.name]),
        attribute: "arn",
    })
}

/// The changes as `sign address`.
fn signs(plan: &Plan) -> Vec<String> {
    plan.changes
        .iter()
        .map(|change| format!("{} {}", change.action.sign(), change.address))
        .collect()
}
