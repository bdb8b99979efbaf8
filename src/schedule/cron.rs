//! `cron(minutes hours day-of-month month day-of-week year)`.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Dialect;
use super::days::Days;
use super::error::{Fault, ScheduleError};
use super::field::{self, Field};
use super::unix;
use super::warning::Warning;
use super::word::Word;

/// A parsed `cron()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    /// The fields in canonical spelling, the year included.
    fields: [String; 6],
    minutes: BTreeSet<u16>,
    hours: BTreeSet<u16>,
    days: Days,
    months: BTreeSet<u16>,
    years: BTreeSet<u16>,
}

impl Cron {
    /// Reads what stands between the parentheses.
    pub(super) fn parse(body: Word<'_>, dialect: Dialect) -> Result<Self, ScheduleError> {
        let words = body.words();
        match words.as_slice() {
            [minute, hour, month_day, month, week_day, year] => {
                Self::from_words([*minute, *hour, *month_day, *month, *week_day, *year])
            }
            [minute, hour, month_day, month, week_day] if dialect == Dialect::Schedule => Self::from_words([
                *minute,
                *hour,
                *month_day,
                *month,
                *week_day,
                week_day.with_text("*"),
            ]),
            _ => {
                let suggestion = if words.len() == 5 {
                    unix::suggestion(body.text)
                } else {
                    None
                };
                Err(body.fault(Fault::FieldCount {
                    found: words.len(),
                    dialect,
                    suggestion,
                }))
            }
        }
    }

    /// Reads the six fields.
    pub(super) fn from_words(words: [Word<'_>; 6]) -> Result<Self, ScheduleError> {
        let [minute, hour, month_day, month, week_day, year] = words;
        Ok(Self {
            minutes: field::values(Field::Minute, minute)?,
            hours: field::values(Field::Hour, hour)?,
            days: Days::parse(month_day, week_day)?,
            months: field::values(Field::Month, month)?,
            years: field::values(Field::Year, year)?,
            fields: words.map(|word| field::canonical(word.text)),
        })
    }

    /// The expression with its fields in canonical spelling.
    pub(super) fn canonical(&self) -> String {
        format!("cron({})", self.fields.join(" "))
    }

    /// What AWS does not document.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let [_, _, month_day, _, week_day, _] = &self.fields;
        let mut warnings = Vec::new();
        match self.days {
            Days::BeforeLast(1..) => warnings.push(Warning::LastOffset {
                part: month_day.clone(),
            }),
            Days::LastWorkday => warnings.push(Warning::LastWorkday),
            Days::OfWeek(_) if week_day.contains('/') => {
                warnings.push(Warning::WeekDayStep {
                    part: week_day.clone(),
                });
            }
            _ => {}
        }
        warnings
    }

    /// The first day not before `from` that fires.
    pub(super) fn next_day(&self, from: Date) -> Option<Date> {
        let first_year = from.year().unsigned_abs();
        for year in self.years.range(first_year..) {
            for month in &self.months {
                let start = Date::new(i16::try_from(*year).ok()?, i8::try_from(*month).ok()?, 1).ok()?;
                if start.last_of_month() < from {
                    continue;
                }
                if let Some(day) = self.next_in_month(start.max(from)) {
                    return Some(day);
                }
            }
        }
        None
    }

    fn next_in_month(&self, from: Date) -> Option<Date> {
        let days = from.day()..=from.days_in_month();
        days.filter_map(|day| from.with().day(day).build().ok())
            .find(|date| self.days.matches(*date))
    }

    /// The first minute of the day, not before `from`, that fires.
    pub(super) fn next_minute(&self, from: u16) -> Option<u16> {
        self.hours.range(from / 60..).find_map(|hour| {
            let first = if *hour == from / 60 { from % 60 } else { 0 };
            self.minutes
                .range(first..)
                .next()
                .map(|minute| hour * 60 + minute)
        })
    }
}
