//! Schedule expressions: what a batch's `schedule` says, and when it fires.
//!
//! In: the text of an expression and the [`Dialect`] it is meant for; for fire times also the moment to start from,
//! the time zone and, for `rate()`, the moment it counts from. Out: an [`Expression`] that knows its canonical text,
//! what to send to AWS and its next fire times, or a [`ScheduleError`] that names the field, the offending part and
//! what to write instead. Pure: no clock, no system time zone.
//!
//! # Daylight saving
//!
//! `cron()` and `at()` name local times. A local time that the zone skips does not fire; one that occurs twice fires
//! once, at its first occurrence, also for an hourly expression. `rate()` counts elapsed time: a day is 24 hours.
//! Expressions for rules always run in UTC. Nothing fires after the year 2199.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub use self::error::{Fault, ScheduleError};
pub use self::field::Field;
pub use self::times::FireTimes;
pub use self::warning::Warning;
pub use self::zone::{ZoneError, time_zone};

use self::cron::Cron;
use self::rate::Rate;
use self::word::Word;

mod at;
mod cron;
mod days;
mod error;
mod field;
mod rate;
mod times;
mod unix;
mod warning;
mod word;
mod zone;

#[cfg(test)]
mod tests;

/// The longest expression that AWS takes, in bytes.
const MAX_LENGTH: usize = 256;

/// Which service evaluates an expression; the two take slightly different text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// An EventBridge rule: `cron()` of six fields and `rate()`, always in UTC.
    Rule,
    /// An EventBridge Scheduler schedule: the year may be left out, `at()` is allowed, and a time zone.
    Schedule,
}

impl Dialect {
    /// The name used in output and in `--dialect`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Schedule => "schedule",
        }
    }
}

/// A schedule expression that its dialect accepts.
///
/// `Display` gives what is sent to AWS: as written, with single blanks between the fields, or the converted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    dialect: Dialect,
    text: String,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Cron(Box<Cron>),
    Rate(Rate),
    At(DateTime),
}

impl Expression {
    /// Reads an expression in AWS's own syntax: `cron(…)`, `rate(…)` or, for schedules, `at(…)`.
    ///
    /// # Errors
    /// Anything outside of the documented grammar of the dialect.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, ScheduleError> {
        let whole = bounded(text)?;
        let (function, body) = call(whole)?;
        let body_text = body.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let form = match function.text {
            "cron" => Form::Cron(Box::new(Cron::parse(body, dialect)?)),
            "rate" => Form::Rate(Rate::parse(body, dialect)?),
            "at" if dialect == Dialect::Rule => return Err(whole.fault(Fault::AtInRule)),
            "at" => Form::At(at::parse(body)?),
            other => {
                return Err(function.fault(Fault::UnknownFunction {
                    name: other.to_owned(),
                }));
            }
        };
        Ok(Self {
            dialect,
            text: format!("{}({body_text})", function.text),
            form,
        })
    }

    /// Reads what people bring: AWS's syntax as [`parse`](Self::parse) does, and also five-field cron and `@daily`.
    ///
    /// # Errors
    /// As `parse`, and for five-field cron what AWS can't express, such as both day fields at once.
    pub fn convert(text: &str, dialect: Dialect) -> Result<Self, ScheduleError> {
        match unix::read(bounded(text)?)? {
            None => Self::parse(text, dialect),
            Some(cron) => Ok(Self {
                dialect,
                text: cron.canonical(),
                form: Form::Cron(Box::new(cron)),
            }),
        }
    }

    /// The dialect it was read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether this is `rate()`, whose fire times depend on when it was created.
    pub fn is_rate(&self) -> bool {
        matches!(self.form, Form::Rate(_))
    }

    /// One text for all spellings of an expression: upper case, no leading zeros, single blanks, the year written.
    pub fn canonical(&self) -> String {
        match &self.form {
            Form::Cron(cron) => cron.canonical(),
            Form::Rate(rate) => rate.canonical(),
            Form::At(at) => at::canonical(*at),
        }
    }

    /// What is accepted though AWS does not document it.
    pub fn warnings(&self) -> Vec<Warning> {
        match &self.form {
            Form::Cron(cron) => cron.warnings(),
            Form::Rate(_) | Form::At(_) => Vec::new(),
        }
    }

    /// A warning when nothing is left to fire after `from`.
    pub fn never_fires(&self, from: Timestamp, zone: &TimeZone) -> Option<Warning> {
        let exhausted = !self.is_rate() && self.next_after(from, zone, None).next().is_none();
        exhausted.then_some(Warning::NeverFires)
    }

    /// The fire times strictly after `from`, in order, to the end of the year 2199.
    ///
    /// `zone` is what the schedule names; a rule's expression runs in UTC whatever is given. `anchor` is the moment
    /// `rate()` counts from: a rule's creation, which fires one interval later first, or a schedule's start, which is
    /// itself the first; without one, `rate()` has no times.
    pub fn next_after(&self, from: Timestamp, zone: &TimeZone, anchor: Option<Timestamp>) -> FireTimes<'_> {
        let zone = match self.dialect {
            Dialect::Rule => TimeZone::UTC,
            Dialect::Schedule => zone.clone(),
        };
        match &self.form {
            Form::Cron(cron) => FireTimes::cron(cron, from, zone),
            Form::Rate(rate) => FireTimes::rate(*rate, from, anchor),
            Form::At(at) => FireTimes::at(*at, from, &zone),
        }
    }

    /// The next fire time after `from` as local text, for tables.
    pub fn next_text(&self, from: Timestamp, zone: &TimeZone, anchor: Option<Timestamp>) -> Option<String> {
        self.next_after(from, zone, anchor)
            .next()
            .map(|at| local_text(at, zone))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A moment as local text with its offset: `2026-01-16 02:30:00 +09:00`.
pub fn local_text(at: Timestamp, zone: &TimeZone) -> String {
    Zoned::new(at, zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}

/// The text without blanks around it, neither empty nor longer than AWS takes.
fn bounded(text: &str) -> Result<Word<'_>, ScheduleError> {
    let whole = Word::trimmed(text);
    match whole.text.len() {
        0 => Err(whole.fault(Fault::Empty)),
        1..=MAX_LENGTH => Ok(whole),
        _ => Err(whole.fault(Fault::TooLong { max: MAX_LENGTH })),
    }
}

/// Splits `name(body)`.
fn call(whole: Word<'_>) -> Result<(Word<'_>, Word<'_>), ScheduleError> {
    let Some((name, rest)) = whole.split_once('(') else {
        return Err(whole.fault(Fault::NotWrapped {
            suggestion: unix::suggestion(whole.text),
        }));
    };
    match rest.text.find(')') {
        None => Err(whole.fault(Fault::Unclosed)),
        Some(end) if end + 1 < rest.text.len() => {
            Err(rest.slice(end + 1, rest.text.len()).fault(Fault::Trailing))
        }
        Some(end) => Ok((name, rest.slice(0, end))),
    }
}
