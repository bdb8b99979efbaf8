//! Which revision is the wanted one: those in use first, then the newest of the family.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;

use super::revision::{Revision, parse};
use super::{NEWEST, TaskDefinitions, family_of};
use crate::aws::{AwsError, Observed, Reading};
use crate::resource::compare::compare;
use crate::resource::graph::Resource;
use crate::resource::ignore::keep_live;
use crate::resource::shape::Cost;
use crate::resource::snapshot::{Live, Observation, Owner};
use crate::resource::task_definition::TASK_DEFINITION;
use crate::value::Value;

/// The newest revisions of one family, listed once for all who want one of it.
#[derive(Default)]
struct Family {
    newest: tokio::sync::OnceCell<Vec<String>>,
}

impl TaskDefinitions {
    pub(super) async fn read(&self, reading: &Reading<'_>) -> Observed {
        let mut families: BTreeMap<&str, Family> = BTreeMap::new();
        for resource in &reading.wanted {
            families.entry(family_of(&resource.spec)).or_default();
        }
        let looks = reading.wanted.iter().map(|resource| {
            let family = &families[family_of(&resource.spec)];
            async move { (resource, self.find(reading, resource, family).await) }
        });
        let mut observed = Observed::default();
        for (resource, found) in join_all(looks).await {
            match found {
                Ok(observation) => {
                    observed
                        .observations
                        .insert(resource.address.clone(), observation);
                }
                Err(error) => observed.fail(&resource.name, &error, [resource.address.clone()]),
            }
        }
        observed
    }

    async fn find(
        &self,
        reading: &Reading<'_>,
        resource: &Resource,
        family: &Family,
    ) -> Result<Observation, AwsError> {
        let mut search = Search::new(reading, resource);
        for id in in_use(reading, resource) {
            search.see(self.revision(&id, &search, reading).await?);
        }
        if search.undecided() {
            let name = family_of(&resource.spec);
            let newest = family
                .newest
                .get_or_try_init(|| self.revisions.newest(name, NEWEST))
                .await?;
            for arn in newest {
                if !search.undecided() {
                    break;
                }
                search.see(self.revision(arn, &search, reading).await?);
            }
        }
        Ok(search.observation())
    }

    /// What was remembered is read anew where its tags matter: they may have changed since.
    async fn revision(
        &self,
        id: &str,
        search: &Search<'_>,
        reading: &Reading<'_>,
    ) -> Result<Option<Arc<Revision>>, AwsError> {
        let keep = Some(&reading.desired.sensitivity);
        match self.revisions.described(id, keep).await? {
            Some(revision) if revision.remembered && search.tags_matter(&revision) => {
                self.revisions.read(id, keep).await
            }
            revision => Ok(revision),
        }
    }
}

/// The revisions of the wanted family that its users have.
fn in_use(reading: &Reading<'_>, resource: &Resource) -> Vec<String> {
    let family = family_of(&resource.spec);
    let used = reading
        .in_use
        .get(&resource.address)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let mut used: Vec<(u64, String)> = used
        .filter_map(|id| {
            let (found, number) = parse(id)?;
            (found == family).then(|| (number, id.to_owned()))
        })
        .collect();
    used.sort_by(|a, b| b.cmp(a));
    used.into_iter().map(|(_, id)| id).collect()
}

/// Whether a revision has the content that is wanted: tags aside, nothing differs.
pub(super) fn is_same(spec: &Value, resource: &Resource, live: &Live) -> bool {
    let wanted = keep_live(&TASK_DEFINITION, spec, &live.spec, &resource.settings.ignore);
    let differences = compare(&TASK_DEFINITION, &wanted, &live.spec, live.record.as_ref());
    differences
        .iter()
        .all(|difference| difference.cost < Cost::NewRevision)
}

/// What has been seen of a family so far.
struct Search<'a> {
    reading: &'a Reading<'a>,
    resource: &'a Resource,
    /// The first equal one.
    found: Option<Arc<Revision>>,
    /// The first of all: the newest in use, else the newest.
    first: Option<Arc<Revision>>,
    /// Whether any carries our marks.
    ours: bool,
}

impl<'a> Search<'a> {
    fn new(reading: &'a Reading<'a>, resource: &'a Resource) -> Self {
        Search {
            reading,
            resource,
            found: None,
            first: None,
            ours: false,
        }
    }

    fn see(&mut self, revision: Option<Arc<Revision>>) {
        let Some(revision) = revision else { return };
        self.ours |= self.is_ours(&revision.live);
        if self.found.is_none()
            && revision.active
            && is_same(&self.resource.spec, self.resource, &revision.live)
        {
            self.found = Some(revision.clone());
        }
        self.first.get_or_insert(revision);
    }

    /// A family is ours when one of its revisions is: by then another look can change nothing.
    fn undecided(&self) -> bool {
        self.found.is_none() || !self.ours
    }

    fn is_ours(&self, live: &Live) -> bool {
        matches!(&live.owner, Owner::Manifest { scope, .. } if *scope == self.reading.desired.scope)
    }

    fn tags_matter(&self, revision: &Revision) -> bool {
        let spec = &self.resource.spec;
        let same = is_same(spec, self.resource, &revision.live);
        same && (!self.is_ours(&revision.live)
            || !compare(
                &TASK_DEFINITION,
                spec,
                &revision.live.spec,
                revision.live.record.as_ref(),
            )
            .is_empty())
    }

    fn observation(self) -> Observation {
        let owned = |revision: &Revision| {
            let mut live = revision.live.clone();
            if self.ours {
                live.owner = Owner::Manifest {
                    scope: self.reading.desired.scope.clone(),
                    manifest: self.resource.manifest.clone(),
                };
            }
            live
        };
        match (&self.found, &self.first) {
            (Some(found), _) => Observation::Present(owned(found)),
            (None, Some(first)) => Observation::Superseded(owned(first)),
            (None, None) => Observation::Absent,
        }
    }
}
