//! Whatever bytes stand in files, and whatever JSON AWS answers: nothing panics.

use serde_json::{Value as Json, json};

use super::choices::{Choices, cases, holds, same};
use super::draw::{draw, text};
use super::project::project;
use crate::compose::{Input, compose, environments};
use crate::manifest::diagnostic::{Style, render};
use crate::manifest::loaded::load_sources;
use crate::plan::{Options, build, json, text as plan_text, unified};
use crate::resource::canonical::canonical;
use crate::resource::compare::{compare, record_of};
use crate::resource::project::project as projection;
use crate::resource::snapshot::Snapshot;
use crate::resource::types::TYPES;
use crate::value::Value;

#[test]
fn no_damage_to_a_project_makes_it_panic() {
    holds(cases("SENDO_DAMAGED", 1_000), 1_200, |choices| {
        let mut files = project(choices).files;
        for _ in 0..=choices.below(4) {
            let at = choices.below(files.len());
            damage(&mut files[at].1, choices);
        }
        load(files);
        Ok(())
    });
}

#[test]
fn no_bytes_in_place_of_files_make_it_panic() {
    holds(cases("SENDO_DAMAGED", 1_000), 400, |choices| {
        let length = choices.below(300);
        let any: Vec<u8> = (0..length).map(|_| choices.below(256) as u8).collect();
        let mut near = b"apiVersion: sendo/v1\nkind: Service\nmetadata: {name: a}\nspec: ".to_vec();
        near.extend(&any);
        load(vec![("sendo.yaml".to_owned(), any.clone())]);
        let root = b"{apiVersion: sendo/v1, kind: Project, metadata: {name: p}, spec: {environments: {e: {region: r}}}}";
        load(vec![
            ("sendo.yaml".to_owned(), root.to_vec()),
            ("a.yaml".to_owned(), any),
            ("b.yaml".to_owned(), near),
        ]);
        Ok(())
    });
}

#[test]
fn no_json_from_aws_makes_a_comparison_panic() {
    holds(cases("SENDO_DAMAGED", 4_000), 300, |choices| {
        let kind = choices.pick(TYPES);
        let table = (kind.table)();
        let [wanted, found] = [(); 2].map(|()| {
            let mut json = draw(table, choices);
            for _ in 0..choices.below(4) {
                distort(&mut json, choices);
            }
            Value::from_json(json)
        });
        let forms = [&wanted, &found].map(|value| canonical(table, value));
        for form in &forms {
            same(&canonical(table, form), form, "canonical twice")?;
        }
        for record in [None, Some(record_of(kind, &found))] {
            let differences = compare(kind, &wanted, &found, record.as_ref());
            projection(table, &forms[0], &forms[1], &differences);
        }
        Ok(())
    });
}

fn load(files: Vec<(String, Vec<u8>)>) {
    let loaded = load_sources(files);
    render(&loaded.diagnostics, &loaded.sources, Style::Plain);
    for environment in environments(&loaded) {
        let composition = compose(&loaded, environment, &Input::default());
        render(&composition.diagnostics, &loaded.sources, Style::Plain);
        if let Some(desired) = &composition.desired {
            let plan = build(desired, &Snapshot::default(), &Options::default());
            plan_text::plain(&plan_text::render(&plan));
            json::render(&plan, true);
            unified::render(&plan);
        }
    }
}

/// Puts something in place of a part of the bytes: nothing, a byte, a word that means something, or a part of its own.
fn damage(bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
    const WORDS: [&[u8]; 12] = [
        b"",
        b"\xff",
        b"\0",
        b"null",
        b"- ",
        b"{",
        b"]",
        b"${",
        b"&a",
        b"*a",
        b"\n---\n",
        b"99999999999999999999",
    ];
    let from = choices.below(bytes.len() + 1);
    let to = (from + choices.below(12)).min(bytes.len());
    let new = match choices.chance(70) {
        true => choices.pick(&WORDS).to_vec(),
        false => bytes[to..(to + choices.below(80)).min(bytes.len())].to_vec(),
    };
    bytes.splice(from..to, new);
}

/// Puts something of another type somewhere in the document.
fn distort(json: &mut Json, choices: &mut Choices<'_>) {
    let below: Vec<&mut Json> = match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    if !below.is_empty() && choices.chance(80) {
        let at = choices.below(below.len());
        return distort(below.into_iter().nth(at).unwrap(), choices);
    }
    *json = match choices.below(7) {
        0 => Json::Null,
        1 => choices.chance(50).into(),
        2 => json!(1e300),
        3 => text(choices).into(),
        4 => json!([null, {}, [], ""]),
        5 => json!({"name": null, "": [], "key": 1}),
        _ => i64::MIN.into(),
    };
}
