//! Writes of schedules: each sends the whole schedule, for what is left out goes back to its default.

use aws_sdk_scheduler::error::BuildError;
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, ScheduleState, Target};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{SERVICE, Schedules, group_of, name_of, read};
use crate::aws::observe::attribute;
use crate::aws::target::{Place, input, schedule as shapes};
use crate::aws::trigger::{self, is_missing};
use crate::aws::{AwsError, Write};
use crate::resource::snapshot::Live;
use crate::value::{Map, Reveal, Value};

/// How often a schedule is made whose making AWS confirmed and that is not there.
const ATTEMPTS: u32 = 3;

/// What a schedule consists of besides its name and group.
struct Parts {
    expression: Option<String>,
    zone: Option<String>,
    state: Option<ScheduleState>,
    description: String,
    target: Target,
    window: FlexibleTimeWindow,
}

impl Schedules {
    pub(super) async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let (group, name) = (group_of(write.resource), name_of(write.resource));
        let group_arn = self.ensure_group(group, write.scope).await?;
        let parts = parts(write, &group_arn)?;
        for attempt in 0..ATTEMPTS {
            if let Some(there) = self.get(group, name).await? {
                return self
                    .take_up(write, &parts, &read::live(read::document(&there)))
                    .await;
            }
            match self.create_schedule(write, &parts, attempt).await {
                // It came to be since the look before, or an answer was lost.
                Err(error) if error.code == "ConflictException" => {}
                Err(error) => return Err(error),
                Ok(arn) if self.get(group, name).await?.is_some() => return Ok(attributes(write, arn)),
                // A token that AWS remembers from a schedule of the same content that is gone again.
                Ok(_) => {}
            }
        }
        let message = format!("schedule {name} was made and cannot be found");
        Err(AwsError::in_answer(SERVICE, "GetSchedule", "NotFound", message))
    }

    /// What stands there already is made whole only if an interrupted run of ours began it.
    async fn take_up(&self, write: &Write<'_>, parts: &Parts, there: &Live) -> Result<Map, AwsError> {
        if trigger::is_writable(write, &there.owner) {
            return self.update_schedule(write, parts).await;
        }
        let what = format!("schedule {}", name_of(write.resource));
        Err(trigger::in_the_way(SERVICE, "CreateSchedule", &what))
    }

    async fn create_schedule(
        &self,
        write: &Write<'_>,
        parts: &Parts,
        attempt: u32,
    ) -> Result<String, AwsError> {
        let request = self
            .clients
            .scheduler()
            .create_schedule()
            .name(name_of(write.resource))
            .group_name(group_of(write.resource))
            .client_token(token(write, attempt))
            .set_schedule_expression(parts.expression.clone())
            .set_schedule_expression_timezone(parts.zone.clone())
            .set_state(parts.state.clone())
            .description(&parts.description)
            .target(parts.target.clone())
            .flexible_time_window(parts.window.clone());
        let gate = self.clients.gate();
        let made = gate
            .call(SERVICE, "CreateSchedule", || request.clone().send())
            .await?;
        Ok(made.schedule_arn)
    }

    pub(super) async fn change(&self, write: &Write<'_>, live: &Live) -> Result<Map, AwsError> {
        let parts = parts(write, attribute(&live.attributes, "arn"))?;
        self.update_schedule(write, &parts).await
    }

    async fn update_schedule(&self, write: &Write<'_>, parts: &Parts) -> Result<Map, AwsError> {
        let request = self
            .clients
            .scheduler()
            .update_schedule()
            .name(name_of(write.resource))
            .group_name(group_of(write.resource))
            .set_schedule_expression(parts.expression.clone())
            .set_schedule_expression_timezone(parts.zone.clone())
            .set_state(parts.state.clone())
            .description(&parts.description)
            .target(parts.target.clone())
            .flexible_time_window(parts.window.clone());
        let gate = self.clients.gate();
        let answer = gate
            .call(SERVICE, "UpdateSchedule", || request.clone().send())
            .await?;
        Ok(attributes(write, answer.schedule_arn))
    }

    pub(super) async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let request = self
            .clients
            .scheduler()
            .delete_schedule()
            .group_name(attribute(&live.attributes, "groupName"))
            .name(attribute(&live.attributes, "name"));
        let gate = self.clients.gate();
        match gate
            .call(SERVICE, "DeleteSchedule", || request.clone().send())
            .await
        {
            Err(error) if !is_missing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends the schedule as it is, members included that sendo has no rows for, and switched off.
    pub(super) async fn disable(&self, live: &Live) -> Result<(), AwsError> {
        let group = attribute(&live.attributes, "groupName");
        let Some(there) = self.get(group, attribute(&live.attributes, "name")).await? else {
            return Ok(());
        };
        if there.state() == Some(&ScheduleState::Disabled) {
            return Ok(());
        }
        let request = self
            .clients
            .scheduler()
            .update_schedule()
            .set_name(there.name)
            .set_group_name(there.group_name)
            .set_schedule_expression(there.schedule_expression)
            .set_schedule_expression_timezone(there.schedule_expression_timezone)
            .set_start_date(there.start_date)
            .set_end_date(there.end_date)
            .set_description(there.description)
            .set_kms_key_arn(there.kms_key_arn)
            .set_target(there.target)
            .set_flexible_time_window(there.flexible_time_window)
            .set_action_after_completion(there.action_after_completion)
            .state(ScheduleState::Disabled);
        let gate = self.clients.gate();
        gate.call(SERVICE, "UpdateSchedule", || request.clone().send())
            .await?;
        Ok(())
    }
}

/// The parts of a schedule in the account and Region that `arn` names.
fn parts(write: &Write<'_>, arn: &str) -> Result<Parts, AwsError> {
    let spec = &write.resource.spec;
    let place = Place::of(arn).ok_or_else(|| AwsError::internal(format!("{arn} is no ARN of a schedule")))?;
    let text = |name: &str| spec.text(name).map(str::to_owned);
    Ok(Parts {
        expression: text("scheduleExpression"),
        zone: text("scheduleExpressionTimezone"),
        state: spec.text("state").map(Into::into),
        description: trigger::description(write, &write.record),
        target: target(spec.get("target").unwrap_or(&Value::Null), &place).map_err(incomplete)?,
        window: window(spec.get("flexibleTimeWindow")).map_err(incomplete)?,
    })
}

fn target(target: &Value, place: &Place) -> Result<Target, BuildError> {
    Target::builder()
        .arn(place.cluster(target.text("cluster").unwrap_or_default()))
        .set_role_arn(target.text("roleArn").map(str::to_owned))
        .set_input(input(target))
        .ecs_parameters(shapes::ecs_parameters(target, place, None)?)
        .set_retry_policy(shapes::retry_policy(target))
        .set_dead_letter_config(shapes::dead_letters(target))
        .build()
}

fn window(window: Option<&Value>) -> Result<FlexibleTimeWindow, BuildError> {
    let mode = window.and_then(|window| window.text("mode"));
    let minutes = window
        .and_then(|window| window.get("maximumWindowInMinutes"))
        .and_then(Value::as_i64)
        .and_then(|minutes| i32::try_from(minutes).ok());
    FlexibleTimeWindow::builder()
        .mode(mode.map_or(FlexibleTimeWindowMode::Off, Into::into))
        .set_maximum_window_in_minutes(minutes)
        .build()
}

/// The same for the same content, so that a request that is sent twice makes one schedule.
fn token(write: &Write<'_>, attempt: u32) -> String {
    let content = write.resource.spec.to_json(Reveal::Shown);
    HEXLOWER.encode(&Sha256::digest(format!("{}/{attempt}/{content}", write.scope)))
}

fn attributes(write: &Write<'_>, arn: String) -> Map {
    let mut attributes = Map::new();
    attributes.insert("arn", arn);
    attributes.insert("name", name_of(write.resource));
    attributes.insert("groupName", group_of(write.resource));
    attributes
}

fn incomplete(error: BuildError) -> AwsError {
    AwsError::internal(error.to_string())
}
