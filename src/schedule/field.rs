//! The six fields of `cron()` and the values, ranges, lists and steps that all of them share.

use std::collections::BTreeSet;
use std::fmt;

use super::error::{Fault, ScheduleError};
use super::word::Word;

/// A field of `cron()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// 0-59.
    Minute,
    /// 0-23.
    Hour,
    /// 1-31, `?`, `L`, `W`.
    DayOfMonth,
    /// 1-12 or JAN-DEC.
    Month,
    /// 1-7 or SUN-SAT, `?`, `L`, `#`.
    DayOfWeek,
    /// 1970-2199.
    Year,
}

/// The names of months, January first.
const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
/// The names of days, Sunday first, as AWS counts them.
pub(super) const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The last year that the year field takes.
pub(super) const LAST_YEAR: i16 = 2199;

impl Field {
    /// The smallest and the greatest value.
    pub fn bounds(self) -> (u16, u16) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (1, 7),
            Self::Year => (1970, LAST_YEAR as u16),
        }
    }

    /// What may be written, in words for people.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Minute => "0-59",
            Self::Hour => "0-23",
            Self::DayOfMonth => "1-31",
            Self::Month => "1-12 or JAN-DEC",
            Self::DayOfWeek => "1-7 or SUN-SAT",
            Self::Year => "1970-2199",
        }
    }

    /// The greatest step that does more than name one value.
    pub(super) fn max_step(self) -> u16 {
        let (min, max) = self.bounds();
        if self == Self::Year { max - min } else { max }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &WEEKDAYS,
            _ => &[],
        }
    }

    /// The name that equals `text`.
    pub(super) fn named(self, text: &str) -> Option<&'static str> {
        self.names()
            .iter()
            .copied()
            .find(|name| name.eq_ignore_ascii_case(text))
    }

    /// Every value of the field.
    pub(super) fn all(self) -> BTreeSet<u16> {
        let (min, max) = self.bounds();
        (min..=max).collect()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
            Self::Year => "year",
        })
    }
}

/// The values that a field without letters of its own (`L`, `W`, `#`, `?`) stands for.
pub(super) fn values(field: Field, word: Word<'_>) -> Result<BTreeSet<u16>, ScheduleError> {
    if word.text == "*" {
        return Ok(field.all());
    }
    let mut set = BTreeSet::new();
    for item in word.split(',') {
        match item.text {
            "" => return Err(word.fault(Fault::EmptyItem { field })),
            "*" => {
                return Err(item.fault(Fault::NotInList {
                    field,
                    part: "*".to_owned(),
                }));
            }
            _ => set.extend(span(field, item)?),
        }
    }
    Ok(set)
}

/// One item of a list: `5`, `5-9`, `20-2`, `*/3`, `5/3`, `5-9/3`.
fn span(field: Field, item: Word<'_>) -> Result<Vec<u16>, ScheduleError> {
    let (min, max) = field.bounds();
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(self::step(field, item, step)?)),
        None => (item, None),
    };
    let (first, last) = match base.split_once('-') {
        _ if base.text == "*" => (min, max),
        Some((first, last)) if first.text.is_empty() || last.text.is_empty() => {
            return Err(base.fault(Fault::OpenRange {
                field,
                part: base.text.to_owned(),
            }));
        }
        Some((first, last)) => (value(field, first)?, value(field, last)?),
        None => {
            let first = value(field, base)?;
            (first, if step.is_some() { max } else { first })
        }
    };
    if field == Field::Year && last < first {
        return Err(base.fault(Fault::BackwardYears {
            part: base.text.to_owned(),
        }));
    }
    Ok(walk(field, first, last, step.unwrap_or(1)))
}

/// The values from `first` to `last`, past the field's end and on from its beginning where `last` is smaller.
fn walk(field: Field, first: u16, last: u16, step: u16) -> Vec<u16> {
    let (min, max) = field.bounds();
    let size = max - min + 1;
    let length = (last + size - first) % size + 1;
    (0..length)
        .step_by(usize::from(step))
        .map(|offset| min + (first - min + offset) % size)
        .collect()
}

/// One value, as a number or by name.
pub(super) fn value(field: Field, word: Word<'_>) -> Result<u16, ScheduleError> {
    let (min, max) = field.bounds();
    let named = field
        .names()
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word.text));
    if let Some(index) = named {
        return Ok(min + u16::try_from(index).unwrap_or_default());
    }
    let part = word.text.to_owned();
    match number(word.text) {
        None => Err(word.fault(Fault::NotValue { field, part })),
        Some(value) if value < min || value > max => Err(word.fault(Fault::OutOfRange { field, part })),
        Some(value) => Ok(value),
    }
}

fn step(field: Field, item: Word<'_>, word: Word<'_>) -> Result<u16, ScheduleError> {
    let part = item.text.to_owned();
    match number(word.text) {
        None => Err(item.fault(Fault::NotStep { field, part })),
        Some(step) if step == 0 || step > field.max_step() => {
            Err(item.fault(Fault::StepRange { field, part }))
        }
        Some(step) => Ok(step),
    }
}

/// Decimal digits alone; more than fit are the greatest number, which is out of every range.
pub(super) fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u16::MAX))
}

/// Upper case without leading zeros: `07,mon` becomes `7,MON`.
pub(super) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_number = false;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let leads = char == '0' && !in_number && rest.peek().is_some_and(char::is_ascii_digit);
        if leads {
            continue;
        }
        in_number = char.is_ascii_digit();
        out.push(char.to_ascii_uppercase());
    }
    out
}
