use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    dialects: Vec<String>,
    expr: String,
    valid: bool,
    tz: Option<String>,
    from: Option<Timestamp>,
    #[serde(default)]
    next: Option<Vec<Timestamp>>,
}

fn cases() -> Vec<Case> {
    let table: Table = serde_json::from_str(include_str!("../../testdata/cron-cases.json")).unwrap();
    table.cases
}

fn dialect(name: &str) -> Dialect {
    if name == "eventbridge" {
        Dialect::Rule
    } else {
        Dialect::Scheduler
    }
}

/// The table counts rates from a moment before `from`: the first listed time, less whole periods.
fn anchor(schedule: &Schedule, from: Timestamp, next: &[Timestamp]) -> Timestamp {
    match (&schedule.when, next.first()) {
        (When::Rate(period), Some(first)) => *first - *period,
        _ => from,
    }
}

#[test]
fn every_case_of_the_table_is_taken_or_refused_as_aws_does() {
    for case in cases() {
        for name in &case.dialects {
            let taken = Schedule::parse(&case.expr, dialect(name)).is_some();
            assert_eq!(taken, case.valid, "{} {} in {name}", case.id, case.expr);
        }
    }
}

#[test]
fn every_case_of_the_table_fires_when_it_says() {
    let mut seen = 0;
    for case in cases() {
        let (Some(from), true) = (case.from, case.valid) else {
            continue;
        };
        let want = case.next.unwrap_or_default();
        let zone = TimeZone::get(case.tz.as_deref().unwrap_or("UTC")).unwrap();
        for name in &case.dialects {
            let schedule = Schedule::parse(&case.expr, dialect(name)).unwrap();
            let anchor = anchor(&schedule, from, &want);
            let mut after = from;
            let mut got = Vec::new();
            while let Some(at) = schedule.next(after, anchor, &zone) {
                if got.len() == want.len() {
                    break;
                }
                got.push(at);
                after = at;
            }
            assert_eq!(got, want, "{} {} {}", case.id, case.kind, case.expr);
            seen += 1;
        }
    }
    assert!(seen > 60, "the table was read, but only {seen} cases had times");
}

fn at_utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_rule_first_fires_one_period_after_it_is_made_and_a_schedule_at_once() {
    let made = at_utc("2026-01-15T10:07:30Z");
    let before = at_utc("2026-01-15T10:07:29Z");
    let next = |dialect| {
        Schedule::parse("rate(5 minutes)", dialect)
            .unwrap()
            .next(before, made, &TimeZone::UTC)
    };
    assert_eq!(next(Dialect::Rule), Some(at_utc("2026-01-15T10:12:30Z")));
    assert_eq!(next(Dialect::Scheduler), Some(made));
}

#[test]
fn a_repeated_local_time_fires_once_at_its_first_occurrence() {
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    let schedule = Schedule::parse("cron(30 1 * * ? *)", Dialect::Scheduler).unwrap();
    let from = at_utc("2026-10-31T12:00:00Z");
    let first = schedule.next(from, from, &zone).unwrap();
    let second = schedule.next(first, from, &zone).unwrap();
    assert_eq!(
        [first, second],
        [at_utc("2026-11-01T08:30:00Z"), at_utc("2026-11-02T09:30:00Z")]
    );
}

#[test]
fn a_weekday_of_a_month_that_lacks_it_is_skipped() {
    let schedule = Schedule::parse("cron(0 9 ? * 6#5 *)", Dialect::Rule).unwrap();
    let mut after = at_utc("2026-01-15T10:07:30Z");
    let mut got = Vec::new();
    for _ in 0..3 {
        after = schedule.next(after, after, &TimeZone::UTC).unwrap();
        got.push(after.to_string());
    }
    assert_eq!(
        got,
        [
            "2026-01-30T09:00:00Z",
            "2026-05-29T09:00:00Z",
            "2026-07-31T09:00:00Z"
        ]
    );
}

#[test]
fn one_time_schedules_fire_in_their_zone_and_never_again() {
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let schedule = Schedule::parse("at(2026-11-20T13:00:00)", Dialect::Scheduler).unwrap();
    let from = at_utc("2026-11-20T00:00:00Z");
    let at = schedule.next(from, from, &zone).unwrap();
    assert_eq!(at, at_utc("2026-11-20T04:00:00Z"));
    assert_eq!(schedule.next(at, from, &zone), None);
}
