//! A schedule as a spec.

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::Target;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::target::{read_input, schedule as shapes};
use crate::aws::trigger::{Described, put};
use crate::resource::snapshot::Live;
use crate::value::{Map, Value};

/// What GetSchedule returned.
pub(super) fn live(schedule: &GetScheduleOutput) -> Live {
    let described = described(schedule);
    let mut spec = Map::new();
    put(&mut spec, "name", schedule.name());
    put(&mut spec, "groupName", schedule.group_name());
    put(&mut spec, "scheduleExpression", schedule.schedule_expression());
    put(
        &mut spec,
        "scheduleExpressionTimezone",
        schedule.schedule_expression_timezone(),
    );
    put(&mut spec, "state", schedule.state().map(|it| it.as_str()));
    put(&mut spec, "description", described.text);
    put(&mut spec, "target", schedule.target().map(target));
    put(&mut spec, "flexibleTimeWindow", window(schedule));
    put(&mut spec, "startDate", schedule.start_date().and_then(date));
    put(&mut spec, "endDate", schedule.end_date().and_then(date));
    put(&mut spec, "kmsKeyArn", schedule.kms_key_arn());
    put(
        &mut spec,
        "actionAfterCompletion",
        schedule.action_after_completion().map(|it| it.as_str()),
    );
    let mut attributes = Map::new();
    put(&mut attributes, "arn", schedule.arn());
    put(&mut attributes, "name", schedule.name());
    put(&mut attributes, "groupName", schedule.group_name());
    Live {
        spec: spec.into(),
        attributes,
        owner: described.marks.owner,
        record: described.marks.record,
        held: None,
        status: Value::Null,
    }
}

/// Its marks, as far as they are of this very schedule.
pub(super) fn described(schedule: &GetScheduleOutput) -> Described {
    let name = schedule.name().unwrap_or_default();
    let group = schedule.group_name().unwrap_or_default();
    Described::read(
        schedule.description(),
        &[("name", &[name]), ("groupName", &[group])],
    )
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
