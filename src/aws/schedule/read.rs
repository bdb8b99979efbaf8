//! A schedule as a spec.

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::Target;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::target::{read_input, schedule as shapes};
use crate::aws::trigger::{Described, put};
use crate::resource::snapshot::Live;
use crate::value::{Map, Value};

/// What GetSchedule returned, as a document: the members of a spec, the description as it stands there, and the ARN.
pub(super) fn document(schedule: &GetScheduleOutput) -> Map {
    let mut document = Map::new();
    put(&mut document, "arn", schedule.arn());
    put(&mut document, "name", schedule.name());
    put(&mut document, "groupName", schedule.group_name());
    put(
        &mut document,
        "scheduleExpression",
        schedule.schedule_expression(),
    );
    put(
        &mut document,
        "scheduleExpressionTimezone",
        schedule.schedule_expression_timezone(),
    );
    put(&mut document, "state", schedule.state().map(|it| it.as_str()));
    put(&mut document, "description", schedule.description());
    put(&mut document, "target", schedule.target().map(target));
    put(&mut document, "flexibleTimeWindow", window(schedule));
    put(&mut document, "startDate", schedule.start_date().and_then(date));
    put(&mut document, "endDate", schedule.end_date().and_then(date));
    put(&mut document, "kmsKeyArn", schedule.kms_key_arn());
    put(
        &mut document,
        "actionAfterCompletion",
        schedule.action_after_completion().map(|it| it.as_str()),
    );
    document
}

/// A document as what is there.
pub(super) fn live(mut document: Map) -> Live {
    let described = {
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        let (name, group) = (
            text("name").unwrap_or_default(),
            text("groupName").unwrap_or_default(),
        );
        Described::read(text("description"), &[("name", &[name]), ("groupName", &[group])])
    };
    document.remove("description");
    put(&mut document, "description", described.text);
    let mut attributes = Map::new();
    put(&mut attributes, "arn", document.remove("arn"));
    put(&mut attributes, "name", document.get("name").cloned());
    put(&mut attributes, "groupName", document.get("groupName").cloned());
    Live {
        spec: document.into(),
        attributes,
        owner: described.marks.owner,
        record: described.marks.record,
        held: None,
        status: Value::Null,
    }
}

fn target(target: &Target) -> Map {
    let mut spec = Map::new();
    put(&mut spec, "cluster", Some(target.arn()));
    put(&mut spec, "roleArn", Some(target.role_arn()));
    read_input(&mut spec, target.input());
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
        put(&mut spec, "referenceId", ecs.reference_id());
        let tags: Map = ecs.tags().iter().filter_map(tag).collect();
        put(&mut spec, "tags", Some(tags).filter(|tags| !tags.is_empty()));
    }
    put(&mut spec, "otherParameters", other_parameters(target));
    spec
}

/// Tags of tasks are maps here, of `key` and `value` in either case.
fn tag(tag: &std::collections::HashMap<String, String>) -> Option<(crate::value::Text, Value)> {
    let member = |name: &str| {
        tag.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let value = member("value").map(String::as_str).unwrap_or_default();
    Some((member("key")?.as_str().into(), value.into()))
}

fn other_parameters(target: &Target) -> Option<Vec<Value>> {
    let all = [
        (
            "eventBridgeParameters",
            target.event_bridge_parameters().is_some(),
        ),
        ("kinesisParameters", target.kinesis_parameters().is_some()),
        (
            "sageMakerPipelineParameters",
            target.sage_maker_pipeline_parameters().is_some(),
        ),
        ("sqsParameters", target.sqs_parameters().is_some()),
    ];
    let found: Vec<Value> = all
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(name, _)| name.into())
        .collect();
    (!found.is_empty()).then_some(found)
}

fn window(schedule: &GetScheduleOutput) -> Option<Map> {
    let window = schedule.flexible_time_window()?;
    let mut spec = Map::new();
    put(&mut spec, "mode", Some(window.mode().as_str()));
    let minutes = window.maximum_window_in_minutes().map(i64::from);
    put(&mut spec, "maximumWindowInMinutes", minutes);
    Some(spec)
}

fn date(date: &DateTime) -> Option<String> {
    date.fmt(Format::DateTime).ok()
}
