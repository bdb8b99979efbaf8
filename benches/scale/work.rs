//! Processor time and memory from files to a plan, without AWS.

use std::collections::BTreeMap;
use std::time::Duration;

use sendo::compose::{Input, compose};
use sendo::manifest::loaded::load_sources;
use sendo::plan::{Options, build};
use sendo::resource::compare::record_of;
use sendo::resource::graph::{Desired, Resource};
use sendo::resource::snapshot::{Live, Observation, Owner, Snapshot};
use sendo::value::{Map, Reference, Value};

use crate::machine::{cpu, peak_memory};
use crate::project::{Shape, Triggers};

/// Prints one row a size.
pub fn run(size: Option<usize>) {
    println!("From files to a plan: processor time in milliseconds; memory in MiB, the largest so far");
    println!(
        "{:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "services", "resources", "load", "compose", "compare", "all", "memory"
    );
    for size in size.map_or(vec![100, 1_000, 10_000], |size| vec![size]) {
        measure(size);
    }
    println!();
}

fn measure(size: usize) {
    let files = shape(size).files();
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

/// One listener for all: nothing here knows a quota.
fn shape(size: usize) -> Shape {
    Shape {
        services: size,
        batches: size,
        members: size / 10,
        triggers: Triggers::Rules,
        listeners: vec!["arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/a/1/2".into()],
        zone: None,
    }
}
