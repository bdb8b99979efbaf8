//! Schedule expressions as EventBridge rules and EventBridge Scheduler take them: in comes the text, the dialect and the
//! zone; out comes whether AWS would take it, and the instants at which it fires.

mod cron;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use cron::Cron;

/// Which service reads the expression: they differ in what they take and in when a rate begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// EventBridge rules: `cron` of six fields and `rate`, UTC only.
    Rule,
    /// EventBridge Scheduler: `cron` of five or six fields, `rate` and `at`, in a zone.
    Scheduler,
}

/// A parsed schedule expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    when: When,
    dialect: Dialect,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Cron(Box<Cron>),
    Rate(SignedDuration),
    At(DateTime),
}

impl Schedule {
    /// Parses `text`; `None` when AWS would refuse it.
    pub fn parse(text: &str, dialect: Dialect) -> Option<Self> {
        let (kind, body) = text.strip_suffix(')')?.split_once('(')?;
        let when = match (kind, dialect) {
            ("cron", _) => When::Cron(Box::new(Cron::parse(body, dialect)?)),
            ("rate", _) => When::Rate(rate(body, dialect)?),
            ("at", Dialect::Scheduler) => When::At(at(body)?),
            _ => return None,
        };
        Some(Self { when, dialect })
    }

    /// The first instant strictly after `after` at which the schedule fires in `zone`. A rate counts from `anchor`: a
    /// rule first fires one period after it, a schedule at the anchor itself.
    pub fn next(&self, after: Timestamp, anchor: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match &self.when {
            When::Cron(cron) => cron.next(after, zone),
            When::Rate(period) => self.next_period(*period, after, anchor),
            When::At(time) => instant(*time, zone).filter(|&at| at > after),
        }
    }

    /// Whether the schedule names a single moment.
    pub fn is_one_time(&self) -> bool {
        matches!(self.when, When::At(_))
    }

    fn next_period(&self, period: SignedDuration, after: Timestamp, anchor: Timestamp) -> Option<Timestamp> {
        let first = match self.dialect {
            Dialect::Rule => anchor.checked_add(period).ok()?,
            Dialect::Scheduler => anchor,
        };
        if after < first {
            return Some(first);
        }
        let passed = after.duration_since(first).as_secs() / period.as_secs();
        let steps = i32::try_from(passed + 1).ok()?;
        first.checked_add(period.checked_mul(steps)?).ok()
    }
}

/// The instant of a local time: none in a gap of daylight saving, the first of the two in an overlap.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
    }
}

fn rate(body: &str, dialect: Dialect) -> Option<SignedDuration> {
    let mut words = body.split_whitespace();
    let (count, unit) = (words.next()?, words.next()?);
    if words.next().is_some() || !count.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: i64 = count.parse().ok().filter(|&n| n > 0)?;
    let (singular, plural) = (count == 1, count > 1);
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    let agrees = if unit.ends_with('s') { plural } else { singular };
    if dialect == Dialect::Rule && !agrees {
        return None;
    }
    count.checked_mul(seconds).map(SignedDuration::from_secs)
}

fn at(body: &str) -> Option<DateTime> {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let fits = |(have, want): (u8, u8)| {
        if want == b'd' {
            have.is_ascii_digit()
        } else {
            have == want
        }
    };
    if body.len() != shape.len() || !body.bytes().zip(shape.bytes()).all(fits) {
        return None;
    }
    body.parse().ok()
}

#[cfg(test)]
mod tests;
