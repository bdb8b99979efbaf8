//! The `cron(...)` form: six fields become sets, and days are walked in order, so that no date is ever invented.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Dialect, instant};

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The fields of a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
    days: Days,
}

/// Which days of a month match: exactly one of the two day fields speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<i16>),
    /// So many days before the last of the month.
    BeforeLast(i16),
    /// The working day nearest to this one, within the month.
    Nearest(i16),
    /// The working day nearest to the last of the month.
    LastWorking,
    OfWeek(BTreeSet<i16>),
    LastOfWeek(i16),
    Nth(i16, i16),
}

/// A field's numbers and the names for them.
struct Range {
    low: i16,
    high: i16,
    names: &'static [&'static str],
    wraps: bool,
}

const MINUTE: Range = Range {
    low: 0,
    high: 59,
    names: &[],
    wraps: true,
};
const HOUR: Range = Range {
    low: 0,
    high: 23,
    names: &[],
    wraps: true,
};
const DAY: Range = Range {
    low: 1,
    high: 31,
    names: &[],
    wraps: true,
};
const MONTH: Range = Range {
    low: 1,
    high: 12,
    names: &MONTHS,
    wraps: true,
};
const WEEKDAY: Range = Range {
    low: 1,
    high: 7,
    names: &DAYS,
    wraps: true,
};
const YEAR: Range = Range {
    low: 1970,
    high: 2199,
    names: &[],
    wraps: false,
};

impl Cron {
    /// Parses what stands between the parentheses.
    pub(super) fn parse(body: &str, dialect: Dialect) -> Option<Self> {
        let upper = body.to_ascii_uppercase();
        let fields: Vec<&str> = upper.split_whitespace().collect();
        let (fields, year) = match (fields.as_slice(), dialect) {
            ([head @ .., year], _) if head.len() == 5 => (head, *year),
            (five, Dialect::Scheduler) if five.len() == 5 => (five, "*"),
            _ => return None,
        };
        let [minute, hour, day, month, weekday] = fields else {
            return None;
        };
        Some(Self {
            minutes: MINUTE.set(minute)?,
            hours: HOUR.set(hour)?,
            months: MONTH.set(month)?,
            years: YEAR.set(year)?,
            days: days(day, weekday)?,
        })
    }

    /// The first instant strictly after `after`.
    pub(super) fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let from = zone.to_datetime(after).date();
        for &year in self.years.range(from.year()..) {
            for &month in &self.months {
                let found = self.next_in_month(year, month, from, after, zone);
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    fn next_in_month(
        &self,
        year: i16,
        month: i16,
        from: Date,
        after: Timestamp,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
        if first.last_of_month() < from {
            return None;
        }
        let mut date = first;
        while date <= first.last_of_month() {
            if date >= from && self.days.has(date) {
                let found = self.next_in_day(date, after, zone);
                if found.is_some() {
                    return found;
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn next_in_day(&self, date: Date, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let hours = self.hours.iter();
        let times = hours.flat_map(|&hour| self.minutes.iter().map(move |&minute| (hour, minute)));
        times
            .filter_map(|(hour, minute)| {
                let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
                instant(date.at(hour, minute, 0, 0), zone)
            })
            .find(|&at| at > after)
    }
}

impl Days {
    fn has(&self, date: Date) -> bool {
        let (day, last) = (i16::from(date.day()), i16::from(date.days_in_month()));
        match self {
            Self::OfMonth(days) => days.contains(&day),
            Self::BeforeLast(n) => day == last - n,
            Self::Nearest(wanted) => *wanted <= last && nearest_working(date, *wanted) == Some(day),
            Self::LastWorking => nearest_working(date, last) == Some(day),
            Self::OfWeek(days) => days.contains(&weekday(date)),
            Self::LastOfWeek(wanted) => weekday(date) == *wanted && day + 7 > last,
            Self::Nth(wanted, nth) => weekday(date) == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

/// The working day nearest to `wanted` in the month of `date`; it never leaves the month.
fn nearest_working(date: Date, wanted: i16) -> Option<i16> {
    let last = i16::from(date.days_in_month());
    let target = Date::new(date.year(), date.month(), i8::try_from(wanted).ok()?).ok()?;
    Some(match target.weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == last => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    })
}

/// Days of the week as AWS counts them: 1 is Sunday.
fn weekday(date: Date) -> i16 {
    i16::from(date.weekday().to_sunday_one_offset())
}

fn days(of_month: &str, of_week: &str) -> Option<Days> {
    match (of_month, of_week) {
        ("?", "?") => None,
        (day, "?") => day_of_month(day),
        ("?", day) => day_of_week(day),
        _ => None,
    }
}

fn day_of_month(text: &str) -> Option<Days> {
    match text {
        "L" => return Some(Days::BeforeLast(0)),
        "LW" => return Some(Days::LastWorking),
        _ => {}
    }
    if let Some(n) = text.strip_prefix("L-") {
        return DAY.number(n).filter(|&n| n < DAY.high).map(Days::BeforeLast);
    }
    if let Some(n) = text.strip_suffix('W') {
        return DAY.number(n).map(Days::Nearest);
    }
    DAY.set(text).map(Days::OfMonth)
}

fn day_of_week(text: &str) -> Option<Days> {
    if text == "L" {
        return Some(Days::OfWeek(BTreeSet::from([WEEKDAY.high])));
    }
    if let Some(day) = text.strip_suffix('L') {
        return WEEKDAY.number(day).map(Days::LastOfWeek);
    }
    if let Some((day, nth)) = text.split_once('#') {
        let nth: i16 = nth.parse().ok().filter(|n| (1..=5).contains(n))?;
        return Some(Days::Nth(WEEKDAY.number(day)?, nth));
    }
    WEEKDAY.set(text).map(Days::OfWeek)
}

impl Range {
    fn set(&self, text: &str) -> Option<BTreeSet<i16>> {
        let mut set = BTreeSet::new();
        for item in text.split(',') {
            set.extend(self.item(item)?);
        }
        Some(set)
    }

    fn item(&self, text: &str) -> Option<Vec<i16>> {
        let (span, step) = match text.split_once('/') {
            Some((span, step)) => (span, Some(self.step(step)?)),
            None => (text, None),
        };
        let values = match span.split_once('-') {
            _ if span == "*" => (self.low..=self.high).collect(),
            Some((from, to)) => self.span(self.number(from)?, self.number(to)?)?,
            None if step.is_some() => (self.number(span)?..=self.high).collect(),
            None => vec![self.number(span)?],
        };
        Some(values.into_iter().step_by(step.unwrap_or(1)).collect())
    }

    /// A range that ends before it begins goes round within its field.
    fn span(&self, from: i16, to: i16) -> Option<Vec<i16>> {
        if from <= to {
            return Some((from..=to).collect());
        }
        self.wraps
            .then(|| (from..=self.high).chain(self.low..=to).collect())
    }

    fn step(&self, text: &str) -> Option<usize> {
        let largest = usize::try_from(self.high).ok()?;
        digits(text)
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=largest).contains(n))
    }

    fn number(&self, text: &str) -> Option<i16> {
        let named = self.names.iter().position(|name| *name == text);
        let value = match named {
            Some(at) => self.low + i16::try_from(at).ok()?,
            None => digits(text)?,
        };
        (self.low..=self.high).contains(&value).then_some(value)
    }
}

/// Digits only: `parse` alone would take a sign.
fn digits(text: &str) -> Option<i16> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}
