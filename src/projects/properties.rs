//! What must hold of every project.

use std::collections::{BTreeMap, BTreeSet};

use super::choices::{Choices, cases, holds, same};
use super::mutation::{Mutation, mutate};
use super::project::{Project, project, successor};
use super::world::World;
use crate::compose::{Input, compose};
use crate::manifest::diagnostic::{Style, render};
use crate::manifest::loaded::load_sources;
use crate::plan::text::{plain, render as text};
use crate::plan::{Change, Options, Plan, build};
use crate::resource::canonical::canonical;
use crate::resource::difference::Difference;
use crate::resource::graph::{Desired, ManifestId, Resource};
use crate::resource::path::{Path, Step};
use crate::resource::snapshot::{Observation, Snapshot};
use crate::value::{Text, Value};

/// Numbers that a project is read off at most.
const LONGEST: usize = 1_200;

#[test]
fn projects_settle_whatever_order_aws_answers_in() {
    holds(cases("SENDO_PROJECTS", 1_000), LONGEST, |choices| {
        let project = project(choices);
        check(&project, choices).map_err(|why| format!("{why}\n{}", shown(&project)))
    });
}

fn check(first: &Project, choices: &mut Choices<'_>) -> Result<(), String> {
    let desired = composed(first)?;
    let mut world = World::default();
    apply(&mut world, &desired, choices)?;
    settled(&world, &desired, choices)?;
    // What costs as much again is asked of every fourth.
    match choices.below(4) {
        0 => in_any_order(first, &desired, choices),
        1 => becomes_another(world, first.environment, choices),
        _ => a_mutation(world, desired, choices),
    }
}

/// Any project may follow on any other.
fn becomes_another(
    mut world: World,
    environment: &'static str,
    choices: &mut Choices<'_>,
) -> Result<(), String> {
    let second = Project {
        environment,
        ..successor(choices)
    };
    let then = |why: String| format!("{why}\nafter what follows became:\n{}", shown(&second));
    let desired = composed(&second).map_err(then)?;
    apply(&mut world, &desired, choices).map_err(then)?;
    settled(&world, &desired, choices).map_err(then)
}

/// The project's files, to read.
pub fn shown(project: &Project) -> String {
    let file = |(path, bytes): &(String, Vec<u8>)| format!("=== {path}\n{}", String::from_utf8_lossy(bytes));
    project.files.iter().map(file).collect::<Vec<_>>().join("\n")
}

/// What the environment wants; the generator makes nothing that has errors.
pub fn composed(project: &Project) -> Result<Desired, String> {
    let loaded = load_sources(project.files.clone());
    let composition = compose(&loaded, project.environment, &Input::default());
    match composition.desired {
        Some(desired) if !composition.diagnostics.has_errors() => Ok(desired),
        _ => Err(render(&composition.diagnostics, &loaded.sources, Style::Plain)),
    }
}

/// What is wanted hangs on no file's name, and on no order.
fn in_any_order(project: &Project, desired: &Desired, choices: &mut Choices<'_>) -> Result<(), String> {
    let mut other = project.clone();
    for (path, _) in &mut other.files[1..] {
        *path = format!("{}/{path}", choices.pick(&["z", "m", "0"]));
    }
    choices.shuffle(&mut other.files);
    same(
        &essence(&composed(&other)?),
        &essence(desired),
        "other names of files, other wishes",
    )
}

/// All that counts of what is wanted: not where it stands.
fn essence(desired: &Desired) -> BTreeMap<Text, (Text, ManifestId, Value, Vec<Text>)> {
    let of = |resource: &Resource| {
        let Resource {
            name,
            manifest,
            spec,
            after,
            ..
        } = resource.clone();
        (resource.address.clone(), (name, manifest, spec, after))
    };
    desired.resources.iter().map(of).collect()
}

pub fn planned(desired: &Desired, snapshot: &Snapshot) -> Result<Plan, String> {
    let options = Options {
        manifests_complete: true,
        ..Options::default()
    };
    let plan = build(desired, snapshot, &options);
    match plan.refused.is_empty() {
        true => Ok(plan),
        false => Err(format!("refused: {:#?}", plan.refused)),
    }
}

fn apply(world: &mut World, desired: &Desired, choices: &mut Choices<'_>) -> Result<(), String> {
    let snapshot = world.answer(desired, choices);
    world.carry_out(&planned(desired, &snapshot)?);
    Ok(())
}

/// Nothing is left to be done, however AWS tells what it has; and its telling has one canonical form.
fn settled(world: &World, desired: &Desired, choices: &mut Choices<'_>) -> Result<(), String> {
    let snapshot = world.answer(desired, choices);
    let plan = planned(desired, &snapshot)?;
    if !plan.is_empty() || !plan.drift.is_empty() {
        return Err(format!("not settled:\n{}", plain(&text(&plan))));
    }
    for resource in &desired.resources {
        let Some(Observation::Present(live)) = snapshot.observations.get(&resource.address) else {
            return Err(format!("{} is not there", resource.address));
        };
        let table = (resource.kind.table)();
        for spec in [&resource.spec, &live.spec] {
            let (before, once) = (spec.clone(), canonical(table, spec));
            same(&canonical(table, &once), &once, "canonical twice")?;
            same(spec, &before, "canonical changed what it was given")?;
        }
    }
    Ok(())
}

/// A change of one member is planned as that, and once carried out there is nothing left to be done.
fn a_mutation(mut world: World, mut desired: Desired, choices: &mut Choices<'_>) -> Result<(), String> {
    let Some(mutation) = mutate(&mut desired, choices) else {
        return Ok(());
    };
    // Told plainly: what AWS fills in by chance might be just what was drawn.
    let plan = planned(&desired, &world.answer(&desired, &mut Choices::new(&[])))?;
    names_only(&plan, &mutation, &desired)
        .map_err(|why| format!("{why}: {mutation:?}\n{}", plain(&text(&plan))))?;
    world.carry_out(&plan);
    settled(&world, &desired, choices).map_err(|why| format!("{why}\nafter {mutation:?}"))
}

fn names_only(plan: &Plan, mutation: &Mutation, desired: &Desired) -> Result<(), String> {
    if !plan.drift.is_empty() {
        return Err("it is taken for drift".to_owned());
    }
    let made_anew: BTreeSet<&Text> = plan
        .actions()
        .filter(|change| change.action.creates())
        .map(|change| &change.address)
        .collect();
    let mut named = false;
    for change in plan.actions() {
        if change.address == mutation.address {
            named = true;
            let below = |path: &Path| path.steps().starts_with(mutation.path.steps());
            let expected = |item: &Difference| below(&item.path) || moves_along(change, &item.path);
            if change.differences.is_empty() || !change.differences.iter().all(expected) {
                return Err("other members are named".to_owned());
            }
            continue;
        }
        // What is made anew has another ARN: whoever refers to it follows, in the members with references alone.
        let resource = desired
            .resources
            .iter()
            .find(|resource| resource.address == change.address);
        let follows = resource.is_some_and(|resource| {
            let refers = |item: &Difference| {
                let member = resource.spec.get(item.path.top());
                member.is_some_and(Value::has_reference)
            };
            let needs = resource.needs().iter().any(|need| made_anew.contains(need));
            needs && change.differences.iter().all(refers)
        });
        if !follows {
            return Err(format!("{} is named", change.address));
        }
    }
    named.then_some(()).ok_or_else(|| "it is not named".to_owned())
}

/// Whether nobody declares the member, in a type some of whose defaults depend on other members.
fn moves_along(change: &Change, path: &Path) -> bool {
    let depends = (change.kind.table)()
        .as_object()
        .is_some_and(|object| object.rule.is_some());
    let mut declared = change.resource.as_ref().map(|resource| &resource.spec);
    for step in path.steps() {
        declared = match step {
            Step::Member(name) => declared.and_then(|value| value.get(name)),
            _ => return false,
        };
    }
    depends && declared.is_none_or(|value| *value == Value::Null)
}
