//! Fire times, one after another.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::cron::Cron;
use super::field::LAST_YEAR;
use super::rate::Rate;

const NANOS: i128 = 1_000_000_000;

/// The fire times of an expression, strictly increasing; see [`Expression::next_after`](super::Expression::next_after).
#[derive(Debug, Clone)]
pub struct FireTimes<'a>(Source<'a>);

#[derive(Debug, Clone)]
enum Source<'a> {
    Cron(CronTimes<'a>),
    Rate { next: i128, step: i128 },
    Once(Option<Timestamp>),
}

impl<'a> FireTimes<'a> {
    pub(super) fn cron(cron: &'a Cron, from: Timestamp, zone: TimeZone) -> Self {
        let local = zone.to_datetime(from);
        let minute = local.hour().unsigned_abs() as u16 * 60 + local.minute().unsigned_abs() as u16;
        Self(Source::Cron(CronTimes {
            cron,
            zone,
            after: from,
            cursor: Some((local.date(), minute)),
        }))
    }

    pub(super) fn rate(rate: Rate, from: Timestamp, anchor: Option<Timestamp>) -> Self {
        let Some(anchor) = anchor else {
            return Self(Source::Once(None));
        };
        let step = i128::from(rate.seconds()) * NANOS;
        let elapsed = from.as_nanosecond() - anchor.as_nanosecond();
        let earliest = if rate.fires_at_anchor() { 0 } else { 1 };
        let count = (elapsed.div_euclid(step) + 1).max(earliest);
        Self(Source::Rate {
            next: anchor.as_nanosecond() + count * step,
            step,
        })
    }

    pub(super) fn at(at: DateTime, from: Timestamp, zone: &TimeZone) -> Self {
        Self(Source::Once(instant(zone, at).filter(|at| *at > from)))
    }
}

impl Iterator for FireTimes<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        match &mut self.0 {
            Source::Cron(times) => times.next(),
            Source::Once(at) => at.take(),
            Source::Rate { next, step } => {
                let at = Timestamp::from_nanosecond(*next).ok()?;
                *next += *step;
                (TimeZone::UTC.to_datetime(at).year() <= LAST_YEAR).then_some(at)
            }
        }
    }
}

/// Walks the matching days, and the matching minutes of each.
#[derive(Debug, Clone)]
struct CronTimes<'a> {
    cron: &'a Cron,
    zone: TimeZone,
    /// The last time given, or where to start from.
    after: Timestamp,
    /// The local day and minute to look at next.
    cursor: Option<(Date, u16)>,
}

impl CronTimes<'_> {
    fn next(&mut self) -> Option<Timestamp> {
        while let Some((date, minute)) = self.cursor {
            let local = self.advance(date, minute);
            // A first occurrence that is not later than the last time given was given already, or lies before `from`.
            let at = local
                .and_then(|local| instant(&self.zone, local))
                .filter(|at| *at > self.after);
            if let Some(at) = at {
                self.after = at;
                return Some(at);
            }
        }
        None
    }

    /// The first matching local time from the cursor on, if that day still has one, and the cursor behind it.
    fn advance(&mut self, date: Date, minute: u16) -> Option<DateTime> {
        let found = self.cron.next_day(date);
        let minute = if found == Some(date) { minute } else { 0 };
        self.cursor = found.map(|day| (day, minute));
        let day = found?;
        match self.cron.next_minute(minute) {
            None => {
                self.cursor = day.checked_add(1.day()).ok().map(|next| (next, 0));
                None
            }
            Some(minute) => {
                self.cursor = Some((day, minute + 1));
                let time = Time::new(
                    i8::try_from(minute / 60).ok()?,
                    i8::try_from(minute % 60).ok()?,
                    0,
                    0,
                );
                Some(day.to_datetime(time.ok()?))
            }
        }
    }
}

/// When a local time first occurs; never, where the zone skips it.
fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
        AmbiguousOffset::Gap { .. } => None,
    }
}
