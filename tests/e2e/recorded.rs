//! What AWS was seen to answer makes no difference to the manifest that it answers for, and a member that was changed
//! makes exactly that one.
//!
//! Each folder of tests/fixtures/<resource type> is a project, the answers of AWS as they come over the wire, where
//! they are from, and some changes with what each must show. Nothing of the stand-in for AWS takes part: the SDK talks
//! over a socket to a server that knows nothing but these bytes.

mod fixture;
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sendo::aws::clients::Options;
use sendo::manifest::diagnostic::{Style, render as render_diagnostics};
use sendo::plan::text::{plain, render};
use sendo::plan::{Action, Plan};
use sendo::resource::snapshot::{Observation, Snapshot};
use sendo::resource::types::TYPES;
use sendo::session::{Composed, Session};

use fixture::{Fixture, fixtures};
use server::Server;

/// What a fixture's project looks like to sendo.
struct Seen {
    plan: Plan,
    snapshot: Snapshot,
    of_its_type: Vec<String>,
    server: Server,
}

impl Seen {
    fn text(&self) -> String {
        plain(&render(&self.plan))
    }

    /// Address and path of every difference, and the address of every change that is more than differences.
    fn differences(&self) -> BTreeSet<String> {
        let changes = self.plan.actions().flat_map(|change| {
            let paths = change.differences.iter();
            let paths: Vec<String> = paths
                .map(|difference| format!("{} {}", change.address, difference.path))
                .collect();
            match (change.action, &change.before) {
                (Action::Create, None) | (Action::Delete, _) => {
                    vec![format!("{} {}", change.action.sign(), change.address)]
                }
                _ => paths,
            }
        });
        changes.collect()
    }
}

async fn look(fixture: &Fixture, project: &Path) -> Seen {
    let server = Server::start(fixture.answers()).await;
    let composed = Composed::open(project, fixture.environment().as_deref()).unwrap();
    let desired = composed.valid().unwrap_or_else(|error| {
        let shown = render_diagnostics(&composed.diagnostics, &composed.loaded.sources, Style::Plain);
        panic!("{}: {error}\n{shown}", fixture.name)
    });
    let of_its_type = desired
        .resources
        .iter()
        .filter(|resource| resource.kind.name == fixture.kind);
    let of_its_type = of_its_type.map(|resource| resource.address.to_string()).collect();
    let mut options = Options::in_region(desired.region.clone());
    // The one option that sends every call to an endpoint of ours with credentials of no meaning.
    options.sandbox = Some(server.endpoint().to_owned());
    options.pause = Duration::from_millis(1);
    let session = Session::connect(options).await;
    let options = composed.plan_options(false);
    let (plan, snapshot) = session.plan(desired, &options).await.unwrap();
    Seen {
        plan,
        snapshot,
        of_its_type,
        server,
    }
}

#[tokio::test]
async fn what_aws_answered_is_what_was_declared() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let seen = look(&fixture, &fixture.project()).await;
        let unanswered = seen.server.unanswered();
        let failures = &seen.snapshot.failures;
        if !unanswered.is_empty() || !failures.is_empty() {
            wrong.push(format!(
                "{}: not recorded: {unanswered:#?}; {failures:#?}",
                fixture.name
            ));
        }
        if !seen.differences().is_empty() || !seen.plan.refused.is_empty() {
            wrong.push(format!("{}:\n{}", fixture.name, seen.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_fixture_is_read_from_its_answers() {
    for fixture in fixtures() {
        let seen = look(&fixture, &fixture.project()).await;
        assert!(
            !seen.of_its_type.is_empty(),
            "{} declares no {}",
            fixture.name,
            fixture.kind
        );
        for address in &seen.of_its_type {
            let observation = seen.snapshot.observations.get(address.as_str());
            assert!(
                matches!(observation, Some(Observation::Present(_))),
                "{}: {address} is not there: {observation:?}",
                fixture.name
            );
        }
    }
}

#[tokio::test]
async fn no_answer_is_recorded_in_vain() {
    for fixture in fixtures() {
        let mut unasked = look(&fixture, &fixture.project()).await.server.unasked();
        for change in fixture.changes() {
            let project = fixture.changed(&change);
            let seen = look(&fixture, project.path()).await;
            let still = seen.server.unasked();
            unasked.retain(|answer| still.contains(answer));
        }
        assert_eq!(unasked, Vec::<String>::new(), "{}", fixture.name);
    }
}

#[tokio::test]
async fn one_changed_member_shows_as_that_member_alone() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let changes = fixture.changes();
        assert!(!changes.is_empty(), "{} changes nothing", fixture.name);
        for change in changes {
            let project = fixture.changed(&change);
            let shown = look(&fixture, project.path()).await;
            let expected: BTreeSet<String> = change.shows.iter().cloned().collect();
            if shown.differences() != expected {
                wrong.push(format!(
                    "{}: {} -> {}: expected {expected:#?}\n{:#?}\n{}",
                    fixture.name,
                    change.from,
                    change.to,
                    shown.differences(),
                    shown.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_resource_type_has_a_fixture_and_every_fixture_a_type() {
    let registered: BTreeSet<String> = TYPES.iter().map(|kind| kind.name.to_owned()).collect();
    let recorded: BTreeSet<String> = fixtures().into_iter().map(|fixture| fixture.kind).collect();
    assert_eq!(registered, recorded);
}

#[test]
fn every_fixture_says_where_it_is_from_and_what_was_adapted() {
    for fixture in fixtures() {
        let source = fixture.source();
        assert!(
            source.contains("https://"),
            "{}: source.md names no page",
            fixture.name
        );
        assert!(
            source.contains("Adapted:"),
            "{}: source.md says nothing of changes",
            fixture.name
        );
    }
}

#[test]
fn nothing_of_the_stand_in_takes_part() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/e2e");
    for file in ["recorded.rs", "recorded/fixture.rs", "recorded/server.rs"] {
        let text = fs::read_to_string(here.join(file)).unwrap();
        for name in [concat!("sendo_", "sandbox"), concat!("harn", "ess")] {
            assert!(!text.contains(name), "{file} uses {name}");
        }
    }
}
