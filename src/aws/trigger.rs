//! What rules and schedules have in common: ownership that stands in a description, and addresses of what is left over.

use std::collections::BTreeSet;

use super::marks::{self, Marks};
use super::{AwsError, Write};
use crate::resource::graph::{Desired, ManifestId, address};
use crate::resource::record::Record;
use crate::resource::snapshot::Owner;
use crate::value::{Map, Text, Value};

/// The longest description that AWS takes, in characters.
const LONGEST: usize = 512;

/// What a live description says.
pub(super) struct Described {
    /// The description as a manifest declares it: with its mark and without the record.
    pub text: Option<String>,
    /// The marks, as far as they are of the object that bears them.
    pub marks: Marks,
    /// Whether the marks are of another object, copied by hand.
    pub copied: bool,
}

impl Described {
    /// Reads the description of an object of this identity.
    pub fn read(description: Option<&str>, identity: &[(&str, &[&str])]) -> Self {
        let Some(description) = description.filter(|text| !text.is_empty()) else {
            return Described {
                text: None,
                marks: Marks::none(),
                copied: false,
            };
        };
        let (own, all) = marks::read_description(description);
        let text = match &all.owner {
            Owner::Manifest { scope, manifest } => marks::describe(own, scope, manifest, None),
            Owner::Nobody => description.to_owned(),
        };
        let marked = all.owner != Owner::Nobody;
        let marks = all.on(identity);
        Described {
            text: Some(text),
            copied: marked && marks.owner == Owner::Nobody,
            marks,
        }
    }

    /// The scope's manifest that made it, if this scope's mark is on it.
    pub fn is_of(&self, desired: &Desired) -> bool {
        matches!(&self.marks.owner, Owner::Manifest { scope, .. } if *scope == desired.scope)
    }
}

/// The description to write: the declared text, the record and the mark. A record that does not fit is left out.
pub(super) fn description(write: &Write<'_>, record: &Record) -> String {
    let declared = write.resource.spec.text("description").unwrap_or_default();
    let (own, _) = marks::read_description(declared);
    let manifest = &write.resource.manifest;
    let full = marks::describe(own, write.scope, manifest, Some(record));
    if full.chars().count() <= LONGEST {
        return full;
    }
    marks::describe(own, write.scope, manifest, None)
}

/// Whether what stands there may be written: it is ours, or the manifest adopts what is nobody's.
pub(super) fn is_writable(write: &Write<'_>, owner: &Owner) -> bool {
    *owner == marks::ours(write) || (*owner == Owner::Nobody && write.resource.settings.adopt)
}

/// The error for something that came to stand in the way since the plan was made.
pub(super) fn in_the_way(service: &'static str, operation: &str, what: &str) -> AwsError {
    AwsError::in_answer(
        service,
        operation,
        "Foreign",
        format!("{what} exists and is not ours"),
    )
    .with_hint("plan again: it was made by someone else in the meantime")
}

/// The addresses of what is left over: those of the manifest's only trigger where they are free, else with the name.
pub(super) struct Leftovers {
    part: &'static str,
    taken: BTreeSet<Text>,
}

impl Leftovers {
    /// Addresses that end in `part`, apart from those of what is wanted.
    pub fn new(part: &'static str, desired: &Desired) -> Self {
        let taken = desired
            .resources
            .iter()
            .map(|resource| resource.address.clone())
            .collect();
        Leftovers { part, taken }
    }

    /// An address for the trigger of this name that this manifest made.
    pub fn address(&mut self, manifest: &ManifestId, name: &str) -> Text {
        let plain = address(manifest, &[self.part]);
        if self.taken.insert(plain.clone()) {
            return plain;
        }
        address(manifest, &[name, self.part])
    }
}

/// A member, unless there is none.
pub(super) fn put(into: &mut Map, name: &'static str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        into.insert(name, value);
    }
}

/// Whether AWS says that there is no such thing.
pub(super) fn is_missing(error: &AwsError) -> bool {
    error.code == "ResourceNotFoundException"
}

#[cfg(test)]
mod moves;
#[cfg(test)]
pub(super) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::graph::Scope;

    const RULE: &str = "shop-production-no1";

    fn described(name: &str) -> String {
        let scope = Scope {
            project: "shop".into(),
            environment: "production".into(),
        };
        let manifest = ManifestId::new("ScheduledBatch", "no1");
        let record = Record::of([("name", &Value::from(name))]);
        marks::describe("Nightly", &scope, &manifest, Some(&record))
    }

    #[test]
    fn a_description_is_read_without_its_record() {
        let read = Described::read(Some(&described(RULE)), &[("name", &[RULE])]);
        assert_eq!(
            read.text.as_deref(),
            Some("Nightly [sendo:shop/production/ScheduledBatch/no1]")
        );
        assert!(read.marks.record.is_some() && !read.copied);
    }

    #[test]
    fn marks_that_were_copied_with_another_name_prove_nothing() {
        let read = Described::read(Some(&described(RULE)), &[("name", &["by-hand"])]);
        assert!(read.copied);
        assert_eq!(read.marks, Marks::none());
    }

    #[test]
    fn a_foreign_description_is_left_as_it_is() {
        let read = Described::read(Some("made by hand"), &[("name", &[RULE])]);
        assert_eq!(read.text.as_deref(), Some("made by hand"));
        assert!(!read.copied && read.marks == Marks::none());
    }
}
