//! What stands in a hosted zone, by name.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{ResourceRecordSet, RrType};

use super::{DnsRecords, ROUTE53, ownership};
use crate::aws::marks::Marks;
use crate::aws::{AwsError, pages};
use crate::resource::dns_record::{canonical_name, owned_name, ownership_name};

/// How many record sets a page has at most.
const PAGE: i32 = 300;
/// How many record sets are asked for around one name.
const AROUND: i32 = 100;

/// The record sets that decide where a name leads, and the proof of whose it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    /// A, AAAA and CNAME.
    pub(super) sets: Vec<ResourceRecordSet>,
    /// The ownership record.
    pub(super) proof: Option<ResourceRecordSet>,
}

impl Name {
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.proof.is_none()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ResourceRecordSet> {
        self.sets.iter().chain(&self.proof)
    }

    pub(super) fn of_type(&self, kind: &RrType) -> Option<&ResourceRecordSet> {
        self.sets.iter().find(|set| set.r#type() == kind)
    }

    /// What the ownership record says of this name.
    pub(super) fn marks(&self, zone: &str, name: &str) -> Marks {
        let values = self.proof.iter().flat_map(|proof| proof.resource_records());
        let marks = values.filter_map(|record| ownership::read(record.value())).next();
        marks
            .unwrap_or_else(Marks::none)
            .on(&[("name", &[name]), ("hostedZoneId", &[zone])])
    }
}

/// Names in canonical form.
pub(super) type Names = BTreeMap<String, Name>;

impl DnsRecords {
    /// All names of a zone.
    pub(super) async fn scan(&self, zone: &str) -> Result<Names, AwsError> {
        let sets = pages::all(|token| async move {
            let start = token.as_deref().map(Start::parse).unwrap_or_default();
            let (sets, next) = self.page(zone, start, PAGE).await?;
            Ok((sets, next.map(|next| next.text())))
        });
        Ok(by_name(sets.await?))
    }

    /// One name: what belongs to it stands close together.
    pub(super) async fn name(&self, zone: &str, name: &str) -> Result<Name, AwsError> {
        let proof = ownership_name(name);
        let last = order(name).max(order(&proof));
        let mut start = Some(Start::at(name));
        let mut sets = Vec::new();
        while let Some(from) = start {
            let (found, next) = self.page(zone, from, AROUND).await?;
            sets.extend(found);
            start = next.filter(|next| order(&canonical_name(&next.name)) <= last);
        }
        Ok(by_name(sets).remove(name).unwrap_or_default())
    }

    async fn page(
        &self,
        zone: &str,
        start: Start,
        size: i32,
    ) -> Result<(Vec<ResourceRecordSet>, Option<Start>), AwsError> {
        let present = |text: String| Some(text).filter(|text| !text.is_empty());
        let request = self
            .clients
            .route53()
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .max_items(size)
            .set_start_record_name(present(start.name))
            .set_start_record_type(present(start.kind).map(|kind| RrType::from(kind.as_str())))
            .set_start_record_identifier(present(start.identifier));
        let answer = self
            .clients
            .gate()
            .call(ROUTE53, "ListResourceRecordSets", || request.clone().send())
            .await?;
        let next = answer.is_truncated.then(|| Start {
            name: answer.next_record_name.unwrap_or_default(),
            kind: answer
                .next_record_type
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            identifier: answer.next_record_identifier.unwrap_or_default(),
        });
        Ok((answer.resource_record_sets, next))
    }
}

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Start {
    name: String,
    kind: String,
    identifier: String,
}

impl Start {
    /// At a name. Its `*` is not escaped: the API reference sorts names by the character, before the full stop, and
    /// what takes `\052` for four characters begins after the wildcard.
    fn at(name: &str) -> Self {
        Start {
            name: format!("{name}."),
            ..Start::default()
        }
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}", self.name, self.kind, self.identifier)
    }

    fn parse(text: &str) -> Self {
        let mut parts = text.splitn(3, '\n').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Start {
            name: part(),
            kind: part(),
            identifier: part(),
        }
    }
}

/// The order of a zone: by labels, from the last one on.
fn order(name: &str) -> Vec<&str> {
    name.rsplit('.').collect()
}

fn by_name(sets: Vec<ResourceRecordSet>) -> Names {
    let mut names = Names::new();
    for set in sets {
        let name = canonical_name(set.name());
        match (set.r#type(), owned_name(&name)) {
            (RrType::A | RrType::Aaaa | RrType::Cname, _) => names.entry(name).or_default().sets.push(set),
            (RrType::Txt, Some(owned)) => names.entry(owned).or_default().proof = Some(set),
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, kind: RrType) -> ResourceRecordSet {
        ResourceRecordSet::builder()
            .name(name)
            .r#type(kind)
            .build()
            .unwrap()
    }

    #[test]
    fn what_belongs_to_a_name_is_found_under_it() {
        let names = by_name(vec![
            set("example.com.", RrType::Ns),
            set("\\052.example.com.", RrType::A),
            set("\\052.example.com.", RrType::Aaaa),
            set("_sendo-wildcard.example.com.", RrType::Txt),
            set("example.com.", RrType::Txt),
        ]);
        assert_eq!(names.keys().collect::<Vec<_>>(), ["*.example.com"]);
        let name = &names["*.example.com"];
        assert_eq!(
            (name.sets.len(), name.proof.is_some(), name.all().count()),
            (2, true, 3)
        );
    }

    #[test]
    fn a_zone_is_ordered_by_its_last_labels() {
        assert!(order("b.example.com") > order("example.com"));
        assert!(order("_sendo.api.example.com") > order("api.example.com"));
        assert!(order("_sendo-wildcard.example.com") > order("*.example.com"));
        assert!(order("a.z.com") > order("z.b.com"));
    }

    #[test]
    fn a_listing_from_a_wildcard_begins_no_later_than_at_either_spelling_of_it() {
        let start = Start::at("*.example.com").name;
        assert!(order(&start) <= order("*.example.com.") && order(&start) <= order("\\052.example.com."));
    }
}
