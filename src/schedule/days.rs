//! The two day fields, of which exactly one says which days fire.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::error::{Fault, ScheduleError};
use super::field::{self, Field};
use super::word::Word;

/// Which days of a month fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    /// These days of the month; a month that lacks one skips it.
    OfMonth(BTreeSet<u16>),
    /// So many days before the last of the month: `L`, `L-3`.
    BeforeLast(u16),
    /// The last day from Monday to Friday: `LW`.
    LastWorkday,
    /// The workday nearest to this day, within the month: `15W`.
    NearestWorkday(u16),
    /// These days of the week, Sunday is 1.
    OfWeek(BTreeSet<u16>),
    /// The last such day of the week in the month: `6L`.
    LastOfWeek(u16),
    /// The n-th such day of the week in the month: `3#2`.
    NthOfWeek(u16, u16),
}

impl Days {
    /// Reads both fields; exactly one of them must be `?`.
    pub(super) fn parse(month: Word<'_>, week: Word<'_>) -> Result<Self, ScheduleError> {
        match (month.text, week.text) {
            ("?", "?") => Err(month.fault_to(week, Fault::NoDays)),
            (_, "?") => of_month(month),
            ("?", _) => of_week(week),
            ("*", "*") => Err(week.fault(Fault::EveryDayTwice)),
            ("*", _) => Err(month.fault(Fault::EveryDayTwice)),
            (_, "*") => Err(week.fault(Fault::EveryDayTwice)),
            _ => Err(month.fault_to(week, Fault::BothDays)),
        }
    }

    /// Whether it fires on this date.
    pub(super) fn matches(&self, date: Date) -> bool {
        let day = date.day().unsigned_abs().into();
        let last: u16 = date.days_in_month().unsigned_abs().into();
        let weekday = weekday(date);
        match self {
            Self::OfMonth(days) => days.contains(&day),
            Self::BeforeLast(offset) => day + offset == last,
            Self::LastWorkday => day == nearest_workday(date, last),
            Self::NearestWorkday(wanted) => *wanted <= last && day == nearest_workday(date, *wanted),
            Self::OfWeek(days) => days.contains(&weekday),
            Self::LastOfWeek(wanted) => weekday == *wanted && day + 7 > last,
            Self::NthOfWeek(wanted, nth) => weekday == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

fn of_month(word: Word<'_>) -> Result<Days, ScheduleError> {
    let field = Field::DayOfMonth;
    let upper = word.text.to_ascii_uppercase();
    refuse_in_list(field, word, |item| {
        item == "L" || item == "LW" || item.starts_with("L-") || is_nearest(item)
    })?;
    if upper == "L" {
        return Ok(Days::BeforeLast(0));
    }
    if upper == "LW" {
        return Ok(Days::LastWorkday);
    }
    if let Some(offset) = upper.strip_prefix("L-") {
        return match field::number(offset) {
            Some(offset @ 1..=30) => Ok(Days::BeforeLast(offset)),
            _ => Err(word.fault(Fault::LastOffset {
                part: word.text.to_owned(),
            })),
        };
    }
    if is_nearest(&upper) {
        return Ok(Days::NearestWorkday(field::value(
            field,
            word.slice(0, word.text.len() - 1),
        )?));
    }
    field::values(field, word).map(Days::OfMonth)
}

fn of_week(word: Word<'_>) -> Result<Days, ScheduleError> {
    let field = Field::DayOfWeek;
    refuse_in_list(field, word, |item| item.contains('#') || item.ends_with('L'))?;
    if let Some((day, nth)) = word.split_once('#') {
        let day = field::value(field, day)?;
        return match field::number(nth.text) {
            Some(nth @ 1..=5) => Ok(Days::NthOfWeek(day, nth)),
            _ => Err(word.fault(Fault::Occurrence {
                part: word.text.to_owned(),
            })),
        };
    }
    match word.text.strip_suffix(['L', 'l']) {
        Some("") => Ok(Days::OfWeek(BTreeSet::from([7]))),
        Some(day) => Ok(Days::LastOfWeek(field::value(field, word.slice(0, day.len()))?)),
        None => field::values(field, word).map(Days::OfWeek),
    }
}

/// `L`, `W` and `#` stand alone: in a list AWS does not define what they mean.
fn refuse_in_list(field: Field, word: Word<'_>, special: impl Fn(&str) -> bool) -> Result<(), ScheduleError> {
    let items = word.split(',');
    let found = items.iter().find(|item| special(&item.text.to_ascii_uppercase()));
    match found {
        Some(item) if items.len() > 1 => Err(item.fault(Fault::NotInList {
            field,
            part: item.text.to_owned(),
        })),
        _ => Ok(()),
    }
}

/// `15W`, in upper case; the day may be wrong.
fn is_nearest(item: &str) -> bool {
    item.strip_suffix('W')
        .is_some_and(|day| field::number(day).is_some())
}

/// The day of the week as AWS counts: Sunday is 1.
fn weekday(date: Date) -> u16 {
    date.weekday().to_sunday_one_offset().unsigned_abs().into()
}

/// The workday nearest to day `wanted` of the date's month, which the month must have, without leaving the month.
fn nearest_workday(date: Date, wanted: u16) -> u16 {
    let last: u16 = date.days_in_month().unsigned_abs().into();
    let ahead = i64::from(wanted) - i64::from(date.day());
    let shift = |weekday: Weekday| match weekday {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == last => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    };
    shift(date.weekday().wrapping_add(ahead))
}
