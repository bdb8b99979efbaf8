//! What can be wrong with an expression, and what to write instead.

use std::ops::Range;

use super::Dialect;
use super::field::Field;

/// An expression that its dialect does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ScheduleError {
    fault: Fault,
    range: Range<usize>,
}

impl ScheduleError {
    pub(super) fn new(fault: Fault, range: Range<usize>) -> Self {
        Self { fault, range }
    }

    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where it stands: bytes of the text that was read.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// What to write instead.
    pub fn hint(&self) -> Option<String> {
        self.fault.hint()
    }
}

/// The ways in which an expression can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "each variant's message is its documentation, and its fields are quoted there"
)]
pub enum Fault {
    #[error("the schedule expression is empty")]
    Empty,
    #[error("the schedule expression is longer than {max} characters")]
    TooLong { max: usize },
    #[error("a schedule expression is written as cron(…), rate(…) or at(…)")]
    NotWrapped { suggestion: Option<String> },
    #[error("the closing parenthesis is missing")]
    Unclosed,
    #[error("nothing may follow the closing parenthesis")]
    Trailing,
    #[error("`{name}` is no kind of schedule expression")]
    UnknownFunction { name: String },
    #[error("a rule can't run at(…)")]
    AtInRule,
    #[error("cron(…) has {found} {}, and a {} takes {}", plural(*.found), .dialect.name(), field_count(*.dialect))]
    FieldCount {
        found: usize,
        dialect: Dialect,
        suggestion: Option<String>,
    },
    #[error("day of month and day of week are both `?`")]
    NoDays,
    #[error("one of day of month and day of week must be `?`")]
    EveryDayTwice,
    #[error("day of month and day of week are both set")]
    BothDays,
    #[error("{field} has an empty item in its list")]
    EmptyItem { field: Field },
    #[error("`{part}` in {field} can't be part of a list")]
    NotInList { field: Field, part: String },
    #[error("`{part}` in {field} is a range without two ends")]
    OpenRange { field: Field, part: String },
    #[error("`{part}` in year runs backwards")]
    BackwardYears { part: String },
    #[error("`{part}` is no value for {field}, which takes {}", .field.allowed())]
    NotValue { field: Field, part: String },
    #[error("`{part}` is out of range for {field}, which takes {}", .field.allowed())]
    OutOfRange { field: Field, part: String },
    #[error("`{part}` in {field} has no number behind the `/`")]
    NotStep { field: Field, part: String },
    #[error("`{part}` in {field} has a step outside of 1-{}", .field.max_step())]
    StepRange { field: Field, part: String },
    #[error("`{part}` in day of month counts back from the last day by a number outside of 1-30")]
    LastOffset { part: String },
    #[error("`{part}` in day of week names an occurrence outside of 1-5")]
    Occurrence { part: String },
    #[error("rate(…) takes a number and a unit")]
    RateForm,
    #[error(
        "`{part}` is no positive whole number for rate(…), which takes 1-{}",
        u32::MAX
    )]
    RateValue { part: String },
    #[error("`{part}` is no unit for rate(…), which takes minutes, hours or days")]
    RateUnit { part: String },
    #[error("`{part}` does not go with {value}")]
    RateNumber {
        value: u32,
        part: String,
        wanted: String,
    },
    #[error("at(…) takes a time of the form yyyy-mm-ddThh:mm:ss")]
    AtForm,
    #[error("`{part}` can't follow the time: at(…) takes neither a zone nor fractions of a second")]
    AtSuffix { part: String },
    #[error("`{part}` is no date and time of the years 1970-2199")]
    AtTime { part: String },
    #[error("`{part}` has no counterpart in AWS")]
    Shorthand { part: String },
    #[error("`{part}` is no day of week for five-field cron, which takes 0-7 or SUN-SAT")]
    UnixWeekDay { part: String },
    #[error(
        "`{part}` in day of week has a step that can't be read: five-field cron takes 1-7 behind a range or `*`"
    )]
    UnixWeekStep { part: String },
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "field" } else { "fields" }
}

fn field_count(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Rule => "6",
        Dialect::Schedule => "5 or 6",
    }
}

impl Fault {
    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Empty => "write for example `cron(0 10 * * ? *)`",
            Self::TooLong { .. } => "split it into several batches",
            Self::NotWrapped { suggestion } | Self::FieldCount { suggestion, .. } => {
                return Some(match suggestion {
                    Some(suggestion) => format!("write `{suggestion}`"),
                    None => "the fields are minute, hour, day of month, month, day of week and year, \
                             for example `cron(0 10 * * ? *)`"
                        .to_owned(),
                });
            }
            Self::Unclosed => "end it with `)`",
            Self::Trailing => "remove it",
            Self::UnknownFunction { name } => return Some(function_hint(name)),
            Self::AtInRule => "make it a schedule: at(…) is EventBridge Scheduler's",
            Self::NoDays => "write `*` in day of month for every day",
            Self::EveryDayTwice => "write `?` instead of the `*`",
            Self::BothDays => {
                "AWS takes one of them and `?` in the other; for days that match either, write two batches"
            }
            Self::EmptyItem { .. } => "remove the extra comma",
            Self::NotInList { part, .. } if part == "*" => "`*` is every value already; write it alone",
            Self::NotInList { .. } => "write it alone, and the other days in a second batch",
            Self::OpenRange { .. } => "write both ends, for example `1-5`",
            Self::BackwardYears { .. } => "write the earlier year first",
            Self::NotValue { field, part } => return value_hint(*field, part),
            Self::OutOfRange { field, part } => return range_hint(*field, part),
            Self::NotStep { .. } => "write for example `*/10`",
            Self::StepRange { part, .. } => return Some(step_hint(part)),
            Self::LastOffset { .. } => "write `L` for the last day",
            Self::Occurrence { .. } => "write for example `2#1` for the first Monday, or `2L` for the last",
            Self::RateForm => "write for example `rate(5 minutes)`",
            Self::RateValue { .. } => "write for example `rate(1 minute)`",
            Self::RateUnit { part } => return Some(unit_hint(part)),
            Self::RateNumber { wanted, .. } => return Some(format!("write `{wanted}`")),
            Self::AtForm | Self::AtTime { .. } => "write for example `at(2026-11-20T13:00:00)`",
            Self::AtSuffix { .. } => "leave it out; the time zone stands beside the expression",
            Self::Shorthand { part } if part.eq_ignore_ascii_case("@reboot") => {
                "a long-running program is a Service; a batch needs a time"
            }
            Self::Shorthand { part } if part.starts_with("@every") => "write for example `rate(5 minutes)`",
            Self::Shorthand { .. } => "write @hourly, @daily, @weekly, @monthly or @yearly, or cron(…)",
            Self::UnixWeekDay { .. } => {
                "for AWS's `L` and `#` write cron(…), where days are 1 (SUN) to 7 (SAT)"
            }
            Self::UnixWeekStep { .. } => "write the days as a list, for example `MON,WED,FRI`",
        };
        Some(text.to_owned())
    }
}

fn function_hint(name: &str) -> String {
    let plain = name.trim().to_ascii_lowercase();
    match plain.as_str() {
        "cron" | "rate" | "at" => format!("write `{plain}(`, in small letters and with nothing between"),
        _ => "write cron(…), rate(…) or at(…)".to_owned(),
    }
}

fn value_hint(field: Field, part: &str) -> Option<String> {
    let upper = part.to_ascii_uppercase();
    let prefix: String = upper.chars().take(3).collect();
    let named = matches!(field, Field::Month | Field::DayOfWeek)
        .then_some(field)
        .and_then(|field| field.named(&prefix));
    match upper.as_str() {
        "?" => Some("`?` belongs to day of month or day of week alone; write `*`".to_owned()),
        "" => Some(format!("write {}", field.allowed())),
        _ if named.is_some() => named.map(|name| format!("write `{name}`")),
        _ if field == Field::DayOfMonth && upper.ends_with('L') => {
            Some("write `L` for the last day of the month; `6L` is for day of week".to_owned())
        }
        "L" | "W" | "LW" => {
            Some("`L` belongs to the day fields, `W` behind a number to day of month".to_owned())
        }
        _ => None,
    }
}

fn range_hint(field: Field, part: &str) -> Option<String> {
    match (field, part.trim_start_matches('0')) {
        (Field::DayOfWeek, "") => Some("AWS counts days from 1; write `SUN`".to_owned()),
        (Field::DayOfWeek, _) => {
            Some("AWS counts days from 1 (SUN) to 7 (SAT); write their names".to_owned())
        }
        (Field::Minute, "60") | (Field::Hour, "24") => Some("write `0`".to_owned()),
        _ => None,
    }
}

fn step_hint(part: &str) -> String {
    match part.split('/').next() {
        Some(first) if first != "*" && !first.contains('-') => {
            format!("write `{first}` for that value alone, and rate(…) for intervals longer than the field")
        }
        _ => "write a smaller step, and rate(…) for intervals longer than the field".to_owned(),
    }
}

fn unit_hint(part: &str) -> String {
    match part.to_ascii_lowercase().trim_end_matches('s') {
        "second" | "sec" => "the shortest rate is `rate(1 minute)`".to_owned(),
        "week" => "write `rate(7 days)`".to_owned(),
        "minute" | "min" | "hour" | "day" => "write minutes, hours or days in small letters".to_owned(),
        _ => "write minutes, hours or days".to_owned(),
    }
}
