//! Five-field cron and `@daily`, turned into AWS's fields.

use super::cron::Cron;
use super::error::{Fault, ScheduleError};
use super::field::{self, Field, WEEKDAYS};
use super::word::Word;

/// The shorthands of crontab and the five fields they stand for.
const SHORTHANDS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// The expression if the text is crontab's; nothing if it has another form.
pub(super) fn read(whole: Word<'_>) -> Result<Option<Cron>, ScheduleError> {
    if whole.text.starts_with('@') {
        let name = whole.text.to_ascii_lowercase();
        let known = SHORTHANDS.iter().find(|(shorthand, _)| *shorthand == name);
        let Some((_, fields)) = known else {
            return Err(whole.fault(Fault::Shorthand {
                part: whole.text.to_owned(),
            }));
        };
        return five_fields(&Word::trimmed(fields).words());
    }
    if whole.text.contains('(') {
        return Ok(None);
    }
    five_fields(&whole.words())
}

/// What someone who wrote five fields, or forgot `cron(…)`, should write.
pub(super) fn suggestion(text: &str) -> Option<String> {
    let whole = Word::trimmed(text);
    let words = whole.words();
    let wrapped = |fields: &[Word<'_>]| {
        let fields = <[Word<'_>; 6]>::try_from(fields).ok()?;
        Cron::from_words(fields).ok().map(|cron| cron.canonical())
    };
    match words.as_slice() {
        [.., week_day] if words.len() == 5 && text.contains('?') => {
            let year = week_day.with_text("*");
            wrapped(&[words.as_slice(), &[year]].concat())
        }
        _ if words.len() == 6 => wrapped(&words),
        _ => read(whole).ok().flatten().map(|cron| cron.canonical()),
    }
}

fn five_fields(words: &[Word<'_>]) -> Result<Option<Cron>, ScheduleError> {
    let [minute, hour, month_day, month, week_day] = *words else {
        return Ok(None);
    };
    // With a `?` it is AWS's own syntax, whose days count from another number: say what to write, don't guess.
    if month_day.text == "?" || week_day.text == "?" {
        return Ok(None);
    }
    let (month_text, week_text) = match (month_day.text == "*", week_day.text == "*") {
        (true, true) => ("*", "?".to_owned()),
        (false, true) => (month_day.text, "?".to_owned()),
        (true, false) => ("?", week_days(week_day)?),
        (false, false) => return Err(month_day.fault_to(week_day, Fault::BothDays)),
    };
    let words = [
        minute,
        hour,
        month_day.with_text(month_text),
        month,
        week_day.with_text(&week_text),
        week_day.with_text("*"),
    ];
    Cron::from_words(words).map(Some)
}

/// Days of the week by name, since AWS counts them from another number.
fn week_days(word: Word<'_>) -> Result<String, ScheduleError> {
    let mut names: Vec<String> = Vec::new();
    for item in word.split(',') {
        if item.text.is_empty() {
            return Err(word.fault(Fault::EmptyItem {
                field: Field::DayOfWeek,
            }));
        }
        for name in week_days_item(item)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names.join(","))
}

/// One item: a day, a range (kept as a range), or a stepped range (written out: AWS documents no steps here).
fn week_days_item(item: Word<'_>) -> Result<Vec<String>, ScheduleError> {
    let part = || item.text.to_owned();
    let (base, step) = match item.split_once('/') {
        None => (item, None),
        Some((base, step)) => match field::number(step.text) {
            Some(step @ 1..=7) => (base, Some(step)),
            _ => return Err(item.fault(Fault::UnixWeekStep { part: part() })),
        },
    };
    let (first, last) = match base.split_once('-') {
        _ if base.text == "*" && step.is_some() => (0, 6),
        Some((first, last)) => (week_day(first)?, week_day(last)?),
        None if step.is_some() => return Err(item.fault(Fault::UnixWeekStep { part: part() })),
        None => return Ok(vec![name(week_day(base)?)]),
    };
    // Crontab's 0-7 and 7 are Sunday too; a range that runs backwards goes through the end of the week.
    let length = if last >= first {
        last - first
    } else {
        last + 7 - first
    };
    match step {
        None if length >= 6 => Ok(vec!["SUN-SAT".to_owned()]),
        None if length == 0 => Ok(vec![name(first)]),
        None => Ok(vec![format!("{}-{}", name(first), name(last))]),
        Some(step) => Ok((0..=length)
            .step_by(usize::from(step))
            .map(|offset| name(first + offset))
            .collect()),
    }
}

/// A day from 0 to 7 or by name.
fn week_day(word: Word<'_>) -> Result<u16, ScheduleError> {
    let named = WEEKDAYS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word.text));
    let numbered = field::number(word.text).filter(|day| *day <= 7);
    let day = named.and_then(|index| u16::try_from(index).ok()).or(numbered);
    day.ok_or_else(|| {
        word.fault(Fault::UnixWeekDay {
            part: word.text.to_owned(),
        })
    })
}

fn name(day: u16) -> String {
    WEEKDAYS[usize::from(day % 7)].to_owned()
}
