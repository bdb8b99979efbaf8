//! What a client may set of a schedule: read from a request, defaults filled in.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{constraint, target, validation};
use crate::api::{ApiError, Params};
use crate::schedule::{Dialect, Schedule};

/// How far in the past a start may lie.
const LATE_START: SignedDuration = SignedDuration::from_mins(5);

/// What a client may set, defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `cron(...)`, `rate(...)` or `at(...)`, as written.
    pub expression: String,
    /// The zone that the expression is read in.
    pub zone: String,
    /// Nothing fires before this.
    pub start: Option<Timestamp>,
    /// Nothing fires after this.
    pub end: Option<Timestamp>,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// A remark.
    pub description: Option<String>,
    /// The key that encrypts it.
    pub kms_key: Option<String>,
    /// `Mode` and `MaximumWindowInMinutes`.
    pub window: Value,
    /// What it runs.
    pub target: Value,
    /// `NONE` or `DELETE`, once it will never fire again.
    pub after_completion: String,
}

impl Settings {
    pub(super) fn parse(params: Params<'_>) -> Result<Self, ApiError> {
        let expression = params.text("ScheduleExpression").unwrap_or_default();
        if expression.len() > 256 || Schedule::parse(expression, Dialect::Scheduler).is_none() {
            return Err(validation(format!("Invalid Schedule Expression {expression}.")));
        }
        let zone = params.text("ScheduleExpressionTimezone").unwrap_or("UTC");
        if zone.len() > 50 || TimeZone::get(zone).is_err() {
            return Err(validation(format!("Invalid ScheduleExpressionTimezone {zone}.")));
        }
        let one_of =
            |member: &str, default: &str, all: [&str; 2]| match params.text(member).unwrap_or(default) {
                value if all.contains(&value) => Ok(value.to_owned()),
                value => Err(constraint(
                    value,
                    member,
                    &format!("Member must satisfy enum value set: [{}]", all.join(", ")),
                )),
            };
        if params
            .text("Description")
            .is_some_and(|text| text.chars().count() > 512)
        {
            return Err(validation(
                "Description must have length less than or equal to 512",
            ));
        }
        let (start, end) = (time(params, "StartDate")?, time(params, "EndDate")?);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            return Err(validation(
                "The EndDate you specify must come after the StartDate.",
            ));
        }
        Ok(Self {
            expression: expression.to_owned(),
            zone: zone.to_owned(),
            start,
            end,
            state: one_of("State", "ENABLED", ["ENABLED", "DISABLED"])?,
            description: params.text("Description").map(str::to_owned),
            kms_key: params.text("KmsKeyArn").map(str::to_owned),
            window: window(params)?,
            target: target::parse(params)?,
            after_completion: one_of("ActionAfterCompletion", "NONE", ["NONE", "DELETE"])?,
        })
    }

    fn schedule(&self) -> Option<(Schedule, TimeZone)> {
        Some((
            Schedule::parse(&self.expression, Dialect::Scheduler)?,
            TimeZone::get(&self.zone).ok()?,
        ))
    }

    /// When the schedule fires first after `after`, between its start and its end.
    pub(super) fn next(&self, after: Timestamp, anchor: Timestamp) -> Option<Timestamp> {
        let (schedule, zone) = self.schedule()?;
        if self.state == "DISABLED" {
            return None;
        }
        if schedule.is_one_time() {
            return schedule.next(after, anchor, &zone);
        }
        // A moment that is the start itself still counts, and the search looks only behind its argument.
        let before_start = self.start.map(|start| start - SignedDuration::from_nanos(1));
        let from = before_start.map_or(after, |start| start.max(after));
        let next = schedule.next(from, self.start.unwrap_or(anchor), &zone)?;
        self.end.is_none_or(|end| next <= end).then_some(next)
    }
}

fn window(params: Params<'_>) -> Result<Value, ApiError> {
    let window = params.inside("FlexibleTimeWindow").ok_or_else(|| {
        validation("1 validation error detected: Value null at 'flexibleTimeWindow' failed to satisfy constraint: Member must not be null")
    })?;
    match (window.text("Mode"), window.number("MaximumWindowInMinutes")) {
        (Some("OFF"), None) => Ok(json!({ "Mode": "OFF" })),
        (Some("OFF"), Some(_)) => Err(validation(
            "MaximumWindowInMinutes can't be set when Mode is OFF.",
        )),
        (Some("FLEXIBLE"), Some(minutes @ 1..=1_440)) => {
            Ok(json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes }))
        }
        (Some("FLEXIBLE"), _) => Err(validation(
            "MaximumWindowInMinutes must be between 1 and 1440 when Mode is FLEXIBLE.",
        )),
        (mode, _) => Err(constraint(
            mode.unwrap_or("null"),
            "flexibleTimeWindow.mode",
            "Member must satisfy enum value set: [OFF, FLEXIBLE]",
        )),
    }
}

fn time(params: Params<'_>, member: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(value) = params.get(member) else {
        return Ok(None);
    };
    let seconds = value
        .as_f64()
        .and_then(|seconds| Timestamp::from_millisecond((seconds * 1_000.0).round() as i64).ok());
    let time = seconds.or_else(|| value.as_str()?.parse().ok());
    time.map(Some)
        .ok_or_else(|| validation(format!("{member} is not a time.")))
}

/// A start that is set anew must not lie in the past.
pub(super) fn check_start(
    settings: &Settings,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let one_time = settings
        .schedule()
        .is_some_and(|(schedule, _)| schedule.is_one_time());
    match settings.start {
        Some(start) if !one_time && Some(start) != before && start < now - LATE_START => Err(validation(
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        )),
        _ => Ok(()),
    }
}
