//! What was last applied, kept beside the resource: enough to tell drift from planned change, member by member.
//!
//! The text is `v1:` and the base64 of five bytes a member: two that name it, three that digest its declared value.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::value::{Reveal, Value};

const VERSION: &str = "v1:";
const ENTRY: usize = 5;
/// How many characters a tag's value may have, and what the entries have left of them.
const MAX_ENTRIES: usize = (256 - VERSION.len()) / 4 * 3 / ENTRY;

/// A digest a declared member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(BTreeMap<[u8; 2], [u8; 3]>);

impl Record {
    /// Records these members, in the order of their importance: what does not fit a tag is left out, and a member
    /// without an entry is only ever a planned change.
    pub fn of<'a>(members: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        Record(
            members
                .into_iter()
                .take(MAX_ENTRIES)
                .map(|(name, value)| (id(name), digest(value)))
                .collect(),
        )
    }

    /// Whether the member was declared when it was last applied.
    pub fn has(&self, member: &str) -> bool {
        self.0.contains_key(&id(member))
    }

    /// Whether this was the member's declared value when it was last applied.
    pub fn matches(&self, member: &str, value: &Value) -> bool {
        self.0.get(&id(member)) == Some(&digest(value))
    }

    /// The entry of this member, and the entries of all others: where AWS keeps them in two places.
    pub fn split(&self, member: &str) -> (Record, Record) {
        let id = id(member);
        let (one, others) = self.0.iter().partition(|(known, _)| **known == id);
        (Record(one), Record(others))
    }

    /// The entries of both.
    pub fn join(mut self, other: Record) -> Record {
        self.0.extend(other.0);
        self
    }

    /// Reads the text; `None` where it is of another version or damaged: everything is a planned change then.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text.strip_prefix(VERSION)?.as_bytes()).ok()?;
        let entries = bytes.chunks(ENTRY).map(|entry| match entry {
            [a, b, rest @ ..] => Some(([*a, *b], <[u8; 3]>::try_from(rest).ok()?)),
            _ => None,
        });
        entries.collect::<Option<_>>().map(Record)
    }
}

impl std::fmt::Display for Record {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: Vec<u8> = self
            .0
            .iter()
            .flat_map(|(id, digest)| id.iter().chain(digest))
            .copied()
            .collect();
        write!(out, "{VERSION}{}", BASE64.encode(&bytes))
    }
}

fn id(name: &str) -> [u8; 2] {
    let hash = Sha256::digest(name.as_bytes());
    [hash[0], hash[1]]
}

fn digest(value: &Value) -> [u8; 3] {
    let hash = Sha256::digest(value.to_json(Reveal::Shown).to_string().as_bytes());
    [hash[0], hash[1], hash[2]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn remembers_which_members_were_declared_and_with_what() {
        let record = Record::of([
            ("desiredCount", &Value::from(2)),
            ("tags/team", &Value::from("shop")),
        ]);
        let read = Record::parse(&record.to_string()).unwrap();
        assert_eq!(read, record);
        assert!(read.matches("desiredCount", &Value::from(2)));
        assert!(!read.matches("desiredCount", &Value::from(3)));
        assert!(read.has("tags/team") && !read.has("tags/owner"));
    }

    #[test]
    fn two_halves_are_the_whole() {
        let record = Record::of([
            ("target", &Value::from("batch:3")),
            ("state", &Value::from("ENABLED")),
        ]);
        let (target, rest) = record.split("target");
        assert!(target.has("target") && !target.has("state"));
        assert!(rest.has("state") && !rest.has("target"));
        assert_eq!(rest.join(target), record);
    }

    #[test]
    fn another_version_is_no_record() {
        assert_eq!(Record::parse("v2:AAAAAAA="), None);
        assert_eq!(Record::parse("v1:AAAA"), None);
    }

    #[test]
    fn fits_the_value_of_a_tag() {
        let names: Vec<String> = (0..200).map(|n| format!("tags/{n}")).collect();
        let record = Record::of(names.iter().map(|name| (name.as_str(), &Value::Null)));
        assert!(record.to_string().len() <= 256, "{}", record.to_string().len());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = Record::parse(&text);
        }
    }
}
