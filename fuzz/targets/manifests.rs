//! Any bytes as the files of a project: load, validate, compose every environment, plan.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use sendo::compose::{Input, compose, environments};
use sendo::manifest::diagnostic::{Style, render};
use sendo::manifest::loaded::{Loaded, load_sources};
use sendo::resource::snapshot::Snapshot;
use sendo_fuzz::{files, plans};

fuzz_target!(|input: &[u8]| {
    let files = files::split(input);
    let loaded = load_sources(files.clone());
    let shown = render(&loaded.diagnostics, &loaded.sources, Style::Plain);
    let reversed = load_sources(without_repeated(files));
    assert_eq!(
        shown,
        render(&reversed.diagnostics, &reversed.sources, Style::Plain)
    );
    for environment in environments(&loaded) {
        environment_of(&loaded, &reversed, environment);
    }
});

/// The same files the other way round; of files of one name the first counts, wherever it stands.
fn without_repeated(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let mut first: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, bytes) in files {
        first.entry(name).or_insert(bytes);
    }
    first.into_iter().rev().collect()
}

fn environment_of(loaded: &Loaded, reversed: &Loaded, environment: &str) {
    let input = Input {
        variables: BTreeMap::from([("GIT_SHA".to_owned(), "4be1c2".to_owned())]),
    };
    let composition = compose(loaded, environment, &input);
    let again = compose(reversed, environment, &input);
    assert_eq!(
        render(&composition.diagnostics, &loaded.sources, Style::Plain),
        render(&again.diagnostics, &reversed.sources, Style::Plain)
    );
    let resources = |desired: &Option<sendo::resource::graph::Desired>| {
        desired.as_ref().map(|desired| format!("{:?}", desired.resources))
    };
    assert_eq!(resources(&composition.desired), resources(&again.desired));
    if let Some(desired) = &composition.desired {
        plans::show(loaded, desired, &Snapshot::default());
    }
}
