//! Any JSON as what is wanted and what AWS has of one type: canonical form, differences, record, projection.
#![no_main]

use std::path::Path;

use libfuzzer_sys::{Corpus, fuzz_target};
use sendo::compose::{Input, compose};
use sendo::manifest::load::load;
use sendo::resource::canonical::canonical;
use sendo::resource::compare::{additions, compare, record_of};
use sendo::resource::project::project;
use sendo::resource::record::Record;
use sendo::resource::types::{ResourceType, TYPES};
use sendo::value::{Reveal, Value};

// The first byte chooses the type; the rest is one document, or two in a list.
fuzz_target!(init: seeds(), |input: &[u8]| -> Corpus {
    let [kind, json @ ..] = input else {
        return Corpus::Reject;
    };
    let kind = TYPES[usize::from(*kind) % TYPES.len()];
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(json) else {
        return Corpus::Reject;
    };
    let tree = Value::from_json(json);
    match tree.as_list() {
        Some([wanted, found]) => pair(kind, wanted, found),
        _ => pair(kind, &tree, &Value::Null),
    }
    Corpus::Keep
});

/// What the examples want, as wanted and as found.
fn seeds() {
    let Some(seeds) = std::env::var_os("SENDO_FUZZ_SEEDS") else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop");
    let loaded = load(&folder).expect("the example loads");
    let desired = compose(&loaded, "staging", &Input::default()).desired;
    for (number, resource) in desired
        .expect("the example composes")
        .resources
        .iter()
        .enumerate()
    {
        let kind = TYPES
            .iter()
            .position(|kind| *kind == resource.kind)
            .expect("a known type");
        let spec = resource.spec.to_json(Reveal::Shown);
        let mut seed = vec![u8::try_from(kind).expect("few types")];
        seed.extend(serde_json::json!([spec, spec]).to_string().into_bytes());
        std::fs::write(Path::new(&seeds).join(number.to_string()), seed).expect("a seed is written");
    }
}

fn pair(kind: &ResourceType, wanted: &Value, found: &Value) {
    let table = (kind.table)();
    let before = (wanted.clone(), found.clone());
    let forms = [wanted, found].map(|value| {
        let once = canonical(table, value);
        assert_eq!(
            canonical(table, &once),
            once,
            "{} has two canonical forms",
            kind.name
        );
        once
    });
    additions(kind, wanted);
    let record = record_of(kind, wanted);
    assert_eq!(Record::parse(&record.to_string()).as_ref(), Some(&record));
    for record in [None, Some(&record)] {
        let differences = compare(kind, wanted, found, record);
        project(table, &forms[0], &forms[1], &differences);
    }
    assert_eq!((wanted.clone(), found.clone()), before);
}
