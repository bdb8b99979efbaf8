//! A rule and its targets as a spec.

use aws_sdk_eventbridge::types::{Rule, Target};

use crate::aws::marks::Marks;
use crate::aws::target::{read_input, rule as shapes};
use crate::aws::trigger::{Described, put};
use crate::resource::record::Record;
use crate::resource::snapshot::{Live, Owner};
use crate::value::{Map, Secret, Value};

/// The member that has a record of its own.
pub(super) const TARGET: &str = "target";
/// The id of the target in every rule that sendo makes.
pub(super) const TARGET_ID: &str = "sendo";

/// A rule and its targets, before it is known whose it is.
pub(super) struct Read {
    /// Its members, tags apart.
    pub spec: Map,
    /// What its description says.
    pub described: Described,
    /// What was last applied, as far as it is known.
    pub record: Option<Record>,
    attributes: Map,
}

impl Read {
    /// Reads a rule with these targets.
    pub fn of(rule: &Rule, targets: &[Target]) -> Self {
        let name = rule.name().unwrap_or_default();
        let described = Described::read(rule.description(), &[("name", &[name])]);
        let mut spec = Map::new();
        put(&mut spec, "name", rule.name());
        put(&mut spec, "scheduleExpression", rule.schedule_expression());
        put(&mut spec, "state", rule.state().map(|state| state.as_str()));
        put(&mut spec, "description", described.text.as_deref());
        put(&mut spec, "eventPattern", rule.event_pattern().map(json));
        put(&mut spec, "roleArn", rule.role_arn());
        let mut attributes = Map::new();
        put(&mut attributes, "name", rule.name());
        put(&mut attributes, "arn", rule.arn());
        let mut read = Read {
            spec,
            record: described.marks.record.clone(),
            described,
            attributes,
        };
        read.targets(targets);
        read
    }

    fn targets(&mut self, targets: &[Target]) {
        let own = own_target(targets);
        if let Some(own) = own {
            let (target, record) = target(own);
            self.spec.insert(TARGET, target);
            self.attributes.insert("targetId", own.id());
            if !self.described.copied {
                self.record = joined(self.record.take(), record);
            }
        }
        let others = targets
            .iter()
            .filter(|target| own.is_none_or(|own| own.id() != target.id()));
        let others: Vec<Value> = others.map(other).collect();
        if !others.is_empty() {
            self.spec.insert("otherTargets", others);
        }
    }

    /// Whose it is: tags decide where there are some, a record in the description proves it where there are none.
    pub fn owner(&self, tags: &Marks) -> Owner {
        let described = &self.described;
        if described.copied {
            Owner::Nobody
        } else if tags.owner != Owner::Nobody {
            tags.owner.clone()
        } else if described.marks.record.is_some() {
            described.marks.owner.clone()
        } else {
            Owner::Nobody
        }
    }

    /// The live resource; `read` says whether its tags were read.
    pub fn live(self, owner: Owner, tags: Value, read: bool) -> Live {
        let mut spec = self.spec;
        spec.insert("tags", tags);
        let mut attributes = self.attributes;
        attributes.insert("tagsRead", read);
        Live {
            spec: spec.into(),
            attributes,
            owner,
            record: self.record,
            held: None,
            status: Value::Null,
        }
    }
}

/// Our target: the one with our id, or the only one of a rule that somebody else made.
fn own_target(targets: &[Target]) -> Option<&Target> {
    let ours = targets.iter().find(|target| target.id() == TARGET_ID);
    ours.or(match targets {
        [only] if only.ecs_parameters().is_some() => Some(only),
        _ => None,
    })
}

/// A target without a record in a rule that has one was put there by somebody else in place of ours: nobody knows any
/// more what was applied, only that it was something.
fn joined(rule: Option<Record>, target: Option<Record>) -> Option<Record> {
    match (rule, target) {
        (Some(rule), None) => Some(rule.join(Record::of([(TARGET, &Value::Null)]))),
        (rule, Some(target)) => Some(rule.unwrap_or_default().join(target)),
        (None, None) => None,
    }
}

fn target(target: &Target) -> (Map, Option<Record>) {
    let mut spec = Map::new();
    let mut record = None;
    put(&mut spec, "cluster", Some(target.arn()));
    put(&mut spec, "roleArn", target.role_arn());
    read_input(&mut spec, target.input());
    put(&mut spec, "inputPath", target.input_path());
    put(&mut spec, "inputTransformer", transformer(target));
    put(
        &mut spec,
        "deadLetterArn",
        target.dead_letter_config().and_then(|queue| queue.arn()),
    );
    put(
        &mut spec,
        "retryPolicy",
        target.retry_policy().map(shapes::read_retry_policy),
    );
    if let Some(ecs) = target.ecs_parameters() {
        shapes::read_ecs_parameters(&mut spec, ecs);
        record = ecs.reference_id().and_then(Record::parse);
        put(
            &mut spec,
            "referenceId",
            ecs.reference_id().filter(|_| record.is_none()),
        );
        let tags = ecs
            .tags()
            .iter()
            .map(|tag| (tag.key().into(), tag.value().into()));
        put(
            &mut spec,
            "tags",
            Some(Map::from_iter(tags)).filter(|tags| !tags.is_empty()),
        );
    }
    put(&mut spec, "otherParameters", other_parameters(target));
    (spec, record)
}

/// A template is text in which nobody can tell what is secret.
fn transformer(target: &Target) -> Option<Map> {
    let transformer = target.input_transformer()?;
    let paths = transformer.input_paths_map().into_iter().flatten();
    let paths: Map = paths
        .map(|(name, path)| (name.as_str().into(), path.as_str().into()))
        .collect();
    Some(Map::from_iter([
        ("inputPathsMap".into(), paths.into()),
        (
            "inputTemplate".into(),
            Value::Secret(Secret::new(transformer.input_template())),
        ),
    ]))
}

fn other_parameters(target: &Target) -> Option<Vec<Value>> {
    let all = [
        ("kinesisParameters", target.kinesis_parameters().is_some()),
        ("runCommandParameters", target.run_command_parameters().is_some()),
        ("batchParameters", target.batch_parameters().is_some()),
        ("sqsParameters", target.sqs_parameters().is_some()),
        ("httpParameters", target.http_parameters().is_some()),
        (
            "redshiftDataParameters",
            target.redshift_data_parameters().is_some(),
        ),
        (
            "sageMakerPipelineParameters",
            target.sage_maker_pipeline_parameters().is_some(),
        ),
        ("appSyncParameters", target.app_sync_parameters().is_some()),
    ];
    let found: Vec<Value> = all
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(name, _)| name.into())
        .collect();
    (!found.is_empty()).then_some(found)
}

fn other(target: &Target) -> Value {
    let mut other = Map::new();
    put(&mut other, "id", Some(target.id()));
    put(&mut other, "arn", Some(target.arn()));
    other.into()
}

/// A JSON document, or the text where it is none.
fn json(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_| text.into(), Value::from_json)
}
