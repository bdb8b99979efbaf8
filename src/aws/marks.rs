//! The marks of ownership on what sendo makes: tags, or the end of a description where AWS takes no tags.
//!
//! In: a scope, a manifest and the record of what was applied. Out: tags or text, and the same read back.

use std::collections::BTreeMap;

use super::Write;
use crate::resource::difference::Difference;
use crate::resource::graph::{ManifestId, Scope};
use crate::resource::record::Record;
use crate::resource::snapshot::{Live, Owner};
use crate::value::{Map, Value};

const PREFIX: &str = "sendo:";
const PROJECT: &str = "sendo:project";
const ENVIRONMENT: &str = "sendo:environment";
const MANIFEST: &str = "sendo:manifest";
/// The tag that holds the record.
pub(super) const APPLIED: &str = "sendo:applied";

/// Tags in the order of their keys.
pub type Tags = BTreeMap<String, String>;

/// What the marks on a live resource say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Whose it is.
    pub owner: Owner,
    /// What sendo last applied to it.
    pub record: Option<Record>,
}

impl Marks {
    /// No marks.
    pub fn none() -> Self {
        Marks {
            owner: Owner::Nobody,
            record: None,
        }
    }

    /// The same marks on a resource of this identity: a record that names another object was copied by hand with the
    /// rest of the marks, and proves nothing. Each member may be spelt in several ways.
    pub fn on(self, identity: &[(&str, &[&str])]) -> Self {
        let foreign = |record: &Record| {
            identity.iter().any(|(member, spellings)| {
                record.has(member)
                    && !spellings
                        .iter()
                        .any(|text| record.matches(member, &Value::from(*text)))
            })
        };
        if self.record.as_ref().is_some_and(foreign) {
            return Marks::none();
        }
        self
    }
}

/// Splits the tags of a live resource into those that a manifest can want, marks of ownership included, and the marks.
pub fn read<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Map, Marks) {
    let all: BTreeMap<&str, &str> = tags.into_iter().collect();
    let own = all
        .iter()
        .filter(|(key, _)| **key != APPLIED && !key.starts_with("aws:"))
        .map(|(key, value)| ((*key).into(), Value::from(*value)))
        .collect();
    let marks = Marks {
        owner: owner(&all).unwrap_or(Owner::Nobody),
        record: all.get(APPLIED).and_then(|text| Record::parse(text)),
    };
    (own, marks)
}

fn owner(tags: &BTreeMap<&str, &str>) -> Option<Owner> {
    Some(Owner::Manifest {
        scope: Scope {
            project: (*tags.get(PROJECT)?).into(),
            environment: (*tags.get(ENVIRONMENT)?).into(),
        },
        manifest: ManifestId::parse(tags.get(MANIFEST)?)?,
    })
}

/// All tags of a resource: its own, the marks and the record.
pub fn tags(write: &Write<'_>) -> Tags {
    let mut tags = unrecorded_tags(write);
    tags.extend([recorded(&write.record)]);
    tags
}

/// All tags but the record, for what is complete only after another call.
pub fn unrecorded_tags(write: &Write<'_>) -> Tags {
    let declared = write.resource.spec.get("tags").and_then(Value::as_map);
    let declared = declared.into_iter().flat_map(Map::iter);
    let own = declared.filter_map(|(key, value)| Some((key.to_string(), value.as_str()?.to_owned())));
    own.chain(ownership(write)).collect()
}

fn ownership(write: &Write<'_>) -> [(String, String); 3] {
    [
        (PROJECT.to_owned(), write.scope.project.to_string()),
        (ENVIRONMENT.to_owned(), write.scope.environment.to_string()),
        (MANIFEST.to_owned(), write.resource.manifest.to_string()),
    ]
}

/// The tag that holds the record.
fn recorded(record: &Record) -> (String, String) {
    (APPLIED.to_owned(), record.to_string())
}

/// Which tags a change sets and which it removes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChange {
    /// Keys and values to set, the record among them.
    pub set: Tags,
    /// Keys to remove.
    pub remove: Vec<String>,
}

/// What a change does to the tags: those that differ, the marks where they are not ours yet, and the record where it
/// is another.
pub fn changes(write: &Write<'_>, live: &Live, differences: &[Difference]) -> TagChange {
    let mut change = TagChange::default();
    for difference in differences
        .iter()
        .filter(|difference| difference.path.top() == "tags")
    {
        let Some(key) = difference.path.steps().get(1).map(|step| step.text().to_owned()) else {
            continue;
        };
        match difference.after.as_ref().and_then(Value::as_str) {
            Some(value) => {
                change.set.insert(key, value.to_owned());
            }
            None => change.remove.push(key),
        }
    }
    if live.owner != ours(write) {
        change.set.extend(ownership(write));
    }
    if live.record.as_ref() != Some(&write.record) {
        change.set.extend([recorded(&write.record)]);
    }
    change
}

/// The owner of what this write makes.
pub fn ours(write: &Write<'_>) -> Owner {
    Owner::Manifest {
        scope: write.scope.clone(),
        manifest: write.resource.manifest.clone(),
    }
}

/// A description that ends in the record and the marks.
pub fn describe(text: &str, scope: &Scope, manifest: &ManifestId, record: Option<&Record>) -> String {
    let record = record.map(ToString::to_string);
    let mark = format!("[{PREFIX}{scope}/{manifest}]");
    let parts = [Some(text), record.as_deref(), Some(&mark)];
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Splits a description into the user's own text and the marks.
pub fn read_description(description: &str) -> (&str, Marks) {
    let marked = description
        .strip_suffix(']')
        .and_then(|text| text.rsplit_once('['))
        .and_then(|(text, mark)| Some((text.trim_end(), described_owner(mark.strip_prefix(PREFIX)?)?)));
    let Some((text, owner)) = marked else {
        return (description, Marks::none());
    };
    let (own, last) = text.rsplit_once(' ').unwrap_or(("", text));
    match Record::parse(last) {
        Some(record) => (
            own,
            Marks {
                owner,
                record: Some(record),
            },
        ),
        None => (text, Marks { owner, record: None }),
    }
}

fn described_owner(mark: &str) -> Option<Owner> {
    let mut parts = mark.splitn(3, '/');
    let (project, environment, manifest) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Owner::Manifest {
        scope: Scope {
            project: project.into(),
            environment: environment.into(),
        },
        manifest: ManifestId::parse(manifest)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scope() -> Scope {
        Scope {
            project: "shop".into(),
            environment: "production".into(),
        }
    }

    fn record() -> Record {
        Record::of([
            ("serviceName", &Value::from("api")),
            ("desiredCount", &Value::from(2)),
        ])
    }

    fn marked(record: &str) -> Vec<(&str, &str)> {
        vec![
            ("sendo:project", "shop"),
            ("sendo:environment", "production"),
            ("sendo:manifest", "Service/api"),
            ("sendo:applied", record),
            ("team", "shop"),
            ("aws:cloudformation:stack-name", "x"),
        ]
    }

    #[test]
    fn the_record_and_the_tags_of_aws_are_no_tags_that_a_manifest_wants() {
        let text = record().to_string();
        let (own, marks) = read(marked(&text));
        let keys: Vec<&str> = own.iter().map(|(key, _)| &**key).collect();
        assert_eq!(
            keys,
            ["sendo:environment", "sendo:manifest", "sendo:project", "team"]
        );
        assert_eq!(
            marks.owner,
            Owner::Manifest {
                scope: scope(),
                manifest: ManifestId::new("Service", "api")
            }
        );
        assert_eq!(marks.record, Some(record()));
    }

    #[test]
    fn half_of_the_marks_prove_nothing() {
        let (_, marks) = read([("sendo:project", "shop"), ("sendo:manifest", "Service/api")]);
        assert_eq!(marks.owner, Owner::Nobody);
    }

    #[test]
    fn marks_copied_from_another_object_prove_nothing() {
        let text = record().to_string();
        let (_, marks) = read(marked(&text));
        assert_eq!(
            marks.clone().on(&[("serviceName", &["api-by-hand"])]),
            Marks::none()
        );
        assert_eq!(marks.clone().on(&[("serviceName", &["arn:aws:x", "api"])]), marks);
    }

    #[test]
    fn a_description_keeps_the_text_before_its_marks() {
        let manifest = ManifestId::new("ScheduledBatch", "no1");
        for text in ["", "Nightly report [v2]"] {
            for record in [None, Some(record())] {
                let description = describe(text, &scope(), &manifest, record.as_ref());
                assert!(
                    description.ends_with("[sendo:shop/production/ScheduledBatch/no1]"),
                    "{description}"
                );
                let (own, marks) = read_description(&description);
                assert_eq!((own, &marks.record), (text, &record));
                assert_eq!(
                    marks.owner,
                    Owner::Manifest {
                        scope: scope(),
                        manifest: manifest.clone()
                    }
                );
            }
        }
    }

    proptest! {
        #[test]
        fn no_description_makes_it_panic_or_lose_text(text in ".*") {
            let (own, marks) = read_description(&text);
            prop_assert!(text.starts_with(own));
            prop_assert!(marks.owner != Owner::Nobody || own == text);
        }
    }
}
