//! The evaluator against a slow one that knows nothing of its parser: it looks at every minute in turn.

use std::collections::HashSet;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

/// One item of a field as the oracle understands it.
#[derive(Debug, Clone)]
enum Item {
    All,
    One(i32),
    Range(i32, i32),
    Every(i32, i32),
    RangeEvery(i32, i32, i32),
}

impl Item {
    fn text(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::One(value) => value.to_string(),
            Self::Range(first, last) => format!("{first}-{last}"),
            Self::Every(first, step) => format!("{first}/{step}"),
            Self::RangeEvery(first, last, step) => format!("{first}-{last}/{step}"),
        }
    }

    /// Walks from the first value like a hand on a dial, until the last value was passed.
    fn has(&self, value: i32, (min, max): (i32, i32)) -> bool {
        let (first, last, step) = match *self {
            Self::All => (min, max, 1),
            Self::One(only) => (only, only, 1),
            Self::Range(first, last) => (first, last, 1),
            Self::Every(first, step) => (first, max, step),
            Self::RangeEvery(first, last, step) => (first, last, step),
        };
        let (mut hand, mut until_next) = (first, 0);
        loop {
            if until_next == 0 {
                if hand == value {
                    return true;
                }
                until_next = step;
            }
            if hand == last {
                return false;
            }
            until_next -= 1;
            hand = if hand == max { min } else { hand + 1 };
        }
    }
}

#[derive(Debug, Clone)]
struct List(Vec<Item>);

impl List {
    fn text(&self) -> String {
        self.0.iter().map(Item::text).collect::<Vec<_>>().join(",")
    }

    fn has(&self, value: i8, bounds: (i32, i32)) -> bool {
        self.0.iter().any(|item| item.has(value.into(), bounds))
    }
}

#[derive(Debug, Clone)]
enum Day {
    Month(List),
    Week(List),
    Last(i8),
    Nearest(i8),
    WeekLast(i8),
    WeekNth(i8, i8),
}

impl Day {
    fn text(&self) -> (String, String) {
        let month = |text: String| (text, "?".to_owned());
        let week = |text: String| ("?".to_owned(), text);
        match self {
            Self::Month(list) => month(list.text()),
            Self::Week(list) => week(list.text()),
            Self::Last(0) => month("L".to_owned()),
            Self::Last(offset) => month(format!("L-{offset}")),
            Self::Nearest(day) => month(format!("{day}W")),
            Self::WeekLast(day) => week(format!("{day}L")),
            Self::WeekNth(day, nth) => week(format!("{day}#{nth}")),
        }
    }

    fn has(&self, at: DateTime) -> bool {
        let weekday = |at: DateTime| at.weekday().to_sunday_one_offset();
        let in_month = |at: &DateTime, other: DateTime| at.month() == other.month();
        match self {
            Self::Month(list) => list.has(at.day(), (1, 31)),
            Self::Week(list) => list.has(weekday(at), (1, 7)),
            Self::Last(offset) => {
                in_month(&(at + offset.days()), at) && !in_month(&(at + (offset + 1).days()), at)
            }
            Self::WeekLast(day) => weekday(at) == *day && !in_month(&(at + 7.days()), at),
            Self::WeekNth(day, nth) => {
                let earlier = (0..6)
                    .filter(|weeks| in_month(&(at - (7 * weeks).days()), at))
                    .count();
                weekday(at) == *day && earlier == usize::from(nth.unsigned_abs())
            }
            Self::Nearest(day) => {
                let Ok(wanted) = at.with().day(*day).build() else {
                    return false;
                };
                let near = [0, -1, 1, -2, 2].map(|days: i32| wanted + days.days());
                let workday = |at: &DateTime| (2..=6).contains(&weekday(*at));
                near.into_iter().find(|near| in_month(near, at) && workday(near)) == Some(at)
            }
        }
    }
}

fn list(min: i32, max: i32) -> impl Strategy<Value = List> {
    let item = prop_oneof![
        2 => (min..=max).prop_map(Item::One),
        1 => (min..=max, min..=max).prop_map(|(first, last)| Item::Range(first, last)),
        1 => (min..=max, 1..=max).prop_map(|(first, step)| Item::Every(first, step)),
        1 => (min..=max, min..=max, 1..=max).prop_map(|(first, last, step)| Item::RangeEvery(first, last, step)),
    ];
    prop_oneof![
        1 => Just(List(vec![Item::All])),
        2 => prop::collection::vec(item, 1..4).prop_map(List),
    ]
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        2 => list(1, 31).prop_map(Day::Month),
        2 => list(1, 7).prop_map(Day::Week),
        1 => (0i8..=30).prop_map(Day::Last),
        1 => (1i8..=31).prop_map(Day::Nearest),
        1 => (1i8..=7).prop_map(Day::WeekLast),
        1 => (1i8..=7, 1i8..=5).prop_map(|(day, nth)| Day::WeekNth(day, nth)),
    ]
}

/// Zones with whole, half and no shifts; starts lie around their shifts, and anywhere.
fn place() -> impl Strategy<Value = (&'static str, i64)> {
    let zone = prop::sample::select(vec![
        "UTC",
        "America/Los_Angeles",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/St_Johns",
        "Africa/Casablanca",
    ]);
    let shift = prop::sample::select(vec![
        "2026-03-08T00:00:00Z",
        "2026-10-31T20:00:00Z",
        "2026-10-03T00:00:00Z",
        "2026-04-04T00:00:00Z",
        "2026-02-14T00:00:00Z",
    ]);
    let near = (shift, 0i64..86_400).prop_map(|(shift, seconds)| instant(shift).as_second() + seconds);
    (zone, prop_oneof![near, 1_500_000_000i64..2_500_000_000])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn fire_times_are_those_that_a_scan_of_every_minute_finds(
        (minute, hour, month) in (list(0, 59), list(0, 23), list(1, 12)),
        day in day(),
        (zone, from) in place(),
        days in 1i64..40,
    ) {
        let (month_day, week_day) = day.text();
        let text = format!("cron({} {} {month_day} {} {week_day} *)", minute.text(), hour.text(), month.text());
        let expression = parse(&text, Dialect::Schedule);
        let zone = time_zone(zone).unwrap();
        let from = Timestamp::from_second(from).unwrap();
        let end = Timestamp::from_second(from.as_second() + days * 86_400).unwrap();

        let mut seen = HashSet::new();
        let mut wanted = Vec::new();
        // A day earlier, to know which local times of the first hours have been before.
        let first = (from.as_second() - 86_400).div_euclid(60) * 60;
        for second in (first..=end.as_second()).step_by(60) {
            let at = Timestamp::from_second(second).unwrap();
            let local = zone.to_datetime(at);
            let matches = minute.has(local.minute(), (0, 59))
                && hour.has(local.hour(), (0, 23))
                && month.has(local.month(), (1, 12))
                && day.has(local);
            if matches && seen.insert(local) && at > from {
                wanted.push(at);
            }
        }
        let times = expression.next_after(from, &zone, None);
        let found: Vec<Timestamp> = times.take_while(|at| *at <= end).collect();
        prop_assert_eq!(found, wanted, "{}", text);
    }
}
