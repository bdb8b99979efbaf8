//! Revisions of task definitions, each described once: they can't change, but for their tags.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::types::SortOrder;
use aws_sdk_ecs::types::{Tag, TaskDefinition, TaskDefinitionField, TaskDefinitionStatus};
use serde_json::{Value as Json, json};

use super::ECS;
use crate::aws::adapter::from_sdk;
use crate::aws::cache::Cache;
use crate::aws::clients::Clients;
use crate::aws::{AwsError, ecs_tags, marks};
use crate::resource::sensitive::Sensitivity;
use crate::resource::snapshot::Live;
use crate::resource::task_definition::TASK_DEFINITION;
use crate::value::{Map, Reveal, Value};

/// A revision of a task definition.
#[derive(Debug)]
pub struct Revision {
    /// What it is, with its tags.
    pub live: Live,
    /// Whether it may still be used by what does not use it yet.
    pub active: bool,
    /// Whether it was read in an earlier run, so that its tags may have changed since.
    pub remembered: bool,
}

/// The revisions that are known.
pub struct Revisions {
    clients: Clients,
    cache: Cache,
    known: Mutex<BTreeMap<String, Arc<Revision>>>,
}

impl Revisions {
    /// Revisions behind these clients.
    pub fn new(clients: Clients) -> Self {
        Revisions {
            cache: Cache::of_user(&clients, "revisions-v1"),
            clients,
            known: Mutex::default(),
        }
    }

    /// The ARNs of a family's newest active revisions, newest first.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn newest(&self, family: &str, most: usize) -> Result<Vec<String>, AwsError> {
        let request = self
            .clients
            .ecs()
            .list_task_definitions()
            .family_prefix(family)
            .sort(SortOrder::Desc);
        let request = request
            .status(TaskDefinitionStatus::Active)
            .max_results(most.try_into().unwrap_or(i32::MAX));
        let answer = self
            .clients
            .gate()
            .call(ECS, "ListTaskDefinitions", || request.clone().send())
            .await?;
        let mut revisions: Vec<(u64, String)> = answer
            .task_definition_arns
            .unwrap_or_default()
            .into_iter()
            .filter_map(|arn| {
                let (found, number) = parse(&arn)?;
                (found == family).then_some((number, arn))
            })
            .collect();
        revisions.sort_by(|a, b| b.cmp(a));
        revisions.truncate(most);
        Ok(revisions.into_iter().map(|(_, arn)| arn).collect())
    }

    /// The revision of that ARN or `family:revision`; `None` where AWS knows none. What it holds is kept for later
    /// runs only where `keep` finds nothing in it that must not be seen.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn described(
        &self,
        id: &str,
        keep: Option<&Sensitivity>,
    ) -> Result<Option<Arc<Revision>>, AwsError> {
        if let Some(known) = self.known().get(id) {
            return Ok(Some(known.clone()));
        }
        if let Some(revision) = self.cache.get(id).and_then(remembered) {
            return Ok(Some(self.learn(id, revision)));
        }
        self.read(id, keep).await
    }

    /// The revision as AWS has it now, tags included.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn read(
        &self,
        id: &str,
        keep: Option<&Sensitivity>,
    ) -> Result<Option<Arc<Revision>>, AwsError> {
        let request = self.clients.ecs().describe_task_definition().task_definition(id);
        let request = request.include(TaskDefinitionField::Tags);
        let answer = match self
            .clients
            .gate()
            .call(ECS, "DescribeTaskDefinition", || request.clone().send())
            .await
        {
            Err(error) if is_unknown(&error) => return Ok(None),
            answer => answer?,
        };
        let Some(definition) = answer.task_definition else {
            return Ok(None);
        };
        let tags = answer.tags.unwrap_or_default();
        let revision = revision(&definition, &tags)?;
        if let Some(sensitivity) = keep.filter(|_| revision.active) {
            self.keep(id, &revision, &tags, sensitivity);
        }
        Ok(Some(self.learn(id, revision)))
    }

    /// Forgets a revision whose tags have changed.
    pub fn forget(&self, arn: &str) {
        self.known().remove(arn);
        self.cache.forget(arn);
    }

    fn keep(&self, id: &str, revision: &Revision, tags: &[Tag], sensitivity: &Sensitivity) {
        let mut marked = revision.live.spec.clone();
        sensitivity.mark(&mut marked);
        if !marked.holds_secret() && id.starts_with("arn:") {
            let tags: BTreeMap<&str, &str> = ecs_tags::pairs(tags).collect();
            let spec = revision.live.spec.to_json(Reveal::Shown);
            let attributes = Value::Map(revision.live.attributes.clone()).to_json(Reveal::Shown);
            self.cache
                .put(id, &json!({"spec": spec, "attributes": attributes, "tags": tags}));
        }
    }

    fn learn(&self, id: &str, revision: Revision) -> Arc<Revision> {
        let revision = Arc::new(revision);
        self.known().insert(id.to_owned(), revision.clone());
        revision
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Revision>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Family and number of an ARN or of `family:revision`.
pub fn parse(id: &str) -> Option<(&str, u64)> {
    let name = id.rsplit_once(":task-definition/").map_or(id, |(_, name)| name);
    let (family, number) = name.rsplit_once(':')?;
    Some((family, number.parse().ok()?))
}

/// AWS says ClientException to much; that it knows no such definition is in the message alone.
fn is_unknown(error: &AwsError) -> bool {
    error.code == "ClientException" && error.message.contains("Unable to describe task definition")
}

fn revision(definition: &TaskDefinition, tags: &[Tag]) -> Result<Revision, AwsError> {
    let described = from_sdk(definition).map_err(|error| AwsError::internal(error.to_string()))?;
    let mut spec = Map::new();
    for field in (TASK_DEFINITION.table)()
        .as_object()
        .iter()
        .flat_map(|table| &table.fields)
    {
        if let Some(value) = described.get(field.name).filter(|value| **value != Value::Null) {
            spec.insert(field.name, value.clone());
        }
    }
    Ok(Revision {
        live: live(spec, attributes(definition), ecs_tags::pairs(tags)),
        active: definition.status() == Some(&TaskDefinitionStatus::Active),
        remembered: false,
    })
}

fn remembered(document: Json) -> Option<Revision> {
    let member = |name: &str| document.get(name).cloned().map(Value::from_json);
    let (Value::Map(spec), Value::Map(attributes), Value::Map(tags)) =
        (member("spec")?, member("attributes")?, member("tags")?)
    else {
        return None;
    };
    let tags = tags
        .iter()
        .filter_map(|(key, value)| Some((&**key, value.as_str()?)));
    Some(Revision {
        live: live(spec, attributes, tags),
        active: true,
        remembered: true,
    })
}

fn live<'a>(mut spec: Map, attributes: Map, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Live {
    let (own, marks) = marks::read(tags);
    let family = spec
        .get("family")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let marks = marks.on(&[("family", &[&family])]);
    spec.insert("tags", own);
    Live {
        spec: Value::Map(spec),
        attributes,
        owner: marks.owner,
        record: marks.record,
        held: None,
        status: Value::Null,
    }
}

/// What others refer to.
pub fn attributes(definition: &TaskDefinition) -> Map {
    let family = definition.family().unwrap_or_default();
    let mut attributes = Map::new();
    attributes.insert("arn", definition.task_definition_arn().unwrap_or_default());
    attributes.insert("family", family);
    attributes.insert("revision", i64::from(definition.revision()));
    attributes.insert("name", format!("{family}:{}", definition.revision()));
    attributes
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair};

    use super::*;
    use crate::aws::clients::Options;

    const ARN: &str = "arn:aws:ecs:eu-west-1:123456789012:task-definition/api:4";

    fn definition(variable: &str) -> TaskDefinition {
        let variable = KeyValuePair::builder().name(variable).value("hunter2").build();
        let container = ContainerDefinition::builder()
            .name("app")
            .environment(variable)
            .build();
        TaskDefinition::builder()
            .task_definition_arn(ARN)
            .family("api")
            .revision(4)
            .status(TaskDefinitionStatus::Active)
            .container_definitions(container)
            .build()
    }

    async fn kept(variable: &str) -> Option<Revision> {
        let folder = tempfile::tempdir().unwrap();
        let clients = Clients::connect(Options {
            sandbox: Some("http://127.0.0.1:9".into()),
            ..Options::in_region("eu-west-1")
        });
        let revisions = Revisions {
            cache: Cache::in_folder(folder.path()),
            ..Revisions::new(clients.await)
        };
        let tags = [Tag::builder().key("team").value("shop").build()];
        let revision = revision(&definition(variable), &tags).unwrap();
        revisions.keep(ARN, &revision, &tags, &Sensitivity::default());
        let kept = revisions.cache.get(ARN).and_then(remembered);
        if let Some(kept) = &kept {
            assert_eq!(kept.live.spec, revision.live.spec);
            assert_eq!(kept.live.attributes, revision.live.attributes);
        }
        kept
    }

    #[tokio::test]
    async fn a_revision_is_remembered_as_it_was_read() {
        assert!(kept("RAILS_ENV").await.unwrap().remembered);
    }

    #[tokio::test]
    async fn what_holds_a_sensitive_value_is_never_kept() {
        assert!(kept("DB_PASSWORD").await.is_none());
    }

    #[test]
    fn a_revision_is_named_by_arn_or_by_family_and_number() {
        assert_eq!(parse(ARN), Some(("api", 4)));
        assert_eq!(parse("shop-api:12"), Some(("shop-api", 12)));
        assert_eq!(parse("api"), None);
    }
}
