//! What must hold of every plan, whatever the manifests say and whatever AWS has.

use jiff::Timestamp;
use sendo::listing;
use sendo::manifest::loaded::Loaded;
use sendo::plan::{Options, build, digest, json, steps, text, unified};
use sendo::resource::canonical::canonical;
use sendo::resource::graph::Desired;
use sendo::resource::snapshot::{Live, Observation, Snapshot};
use sendo::resource::types::ResourceType;

/// Plans, and shows the plan and the state in every form.
pub fn show(loaded: &Loaded, desired: &Desired, snapshot: &Snapshot) {
    let options = Options {
        manifests_complete: true,
        ..Options::default()
    };
    let plan = build(desired, snapshot, &options);
    let shown = text::plain(&text::render(&plan));
    assert_eq!(
        shown,
        text::plain(&text::render(&build(desired, snapshot, &options)))
    );
    text::render_drift(&plan);
    json::render(&plan, true).to_string();
    unified::render(&plan);
    digest(&plan);
    steps::steps(&plan);
    let now = Timestamp::from_second(1_767_225_600).expect("a moment");
    for row in listing::rows(loaded, desired, snapshot, &plan, now) {
        assert!(row.cells(true).count() > 0);
    }
}

/// Expects that what is canonical stays as it is, of all that was found.
pub fn canonical_stays(desired: &Desired, snapshot: &Snapshot) {
    for resource in &desired.resources {
        if let Some(Observation::Present(live) | Observation::Superseded(live)) =
            snapshot.observations.get(&resource.address)
        {
            stays(resource.kind, live);
        }
    }
    for orphan in &snapshot.orphans {
        stays(orphan.kind, &orphan.live);
    }
}

fn stays(kind: &ResourceType, live: &Live) {
    let table = (kind.table)();
    let once = canonical(table, &live.spec);
    assert_eq!(
        canonical(table, &once),
        once,
        "{} has two canonical forms",
        kind.name
    );
}
