//! The table of expressions with known answers, and AWS's own examples.

use serde_json::Value;

use super::*;

const TABLE: &str = include_str!("../../../tests/data/cron-cases.json");

/// The moment the table's `rate()` cases count from. The expression alone does not say it: in UTC the table assumes a
/// rule created at the full hour before `from` (10:00 for 10:07:30); c085 assumes a schedule started at 10:30Z of the
/// day before its first answer.
fn anchor(id: &str) -> Option<Timestamp> {
    match id {
        "c079" | "c080" | "c082" | "c084" => Some(instant("2026-01-15T10:00:00Z")),
        "c085" => Some(instant("2026-03-07T10:30:00Z")),
        _ => None,
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

fn check(case: &Value, dialect: Dialect) {
    let text = |key: &str| case[key].as_str().unwrap();
    let (id, source) = (text("id"), text("expr"));
    let expression = Expression::parse(source, dialect);
    let valid = case["valid"].as_bool().unwrap();
    assert_eq!(
        expression.is_ok(),
        valid,
        "{id} {source} as {dialect:?}: {expression:?}"
    );
    assert_eq!(Expression::convert(source, dialect), expression, "{id}");
    let (Ok(expression), true) = (expression, case["next"].is_array()) else {
        return;
    };
    let wanted = strings(&case["next"]);
    // Fewer answers than the table's three mean that nothing fires after them.
    let count = wanted.len().max(3);
    let times = expression.next_after(instant(text("from")), &time_zone(text("tz")).unwrap(), anchor(id));
    let found: Vec<String> = times.take(count).map(|at| at.to_string()).collect();
    assert_eq!(found, wanted, "{id} {source} as {dialect:?}");
}

#[test]
fn every_case_of_the_table_is_valid_or_not_and_fires_as_it_says() {
    let table: Value = serde_json::from_str(TABLE).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 76);
    for case in cases {
        for dialect in strings(&case["dialects"]) {
            match dialect {
                "eventbridge" => check(case, Dialect::Rule),
                "scheduler" => check(case, Dialect::Schedule),
                other => panic!("unknown dialect {other}"),
            }
        }
    }
}

#[test]
fn rare_days_fire_only_when_they_exist() {
    let fires = |text| {
        next(text, "2026-01-15T10:07:30Z", "UTC", 3)
            .join(" ")
            .replace(":00Z", "")
    };
    let table = [
        (
            "cron(15 10 ? * 6L 2019-2030)",
            "2026-01-30T10:15 2026-02-27T10:15 2026-03-27T10:15",
        ),
        (
            "cron(0 0 29 2 ? *)",
            "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00",
        ),
        (
            "cron(0 0 31 * ? *)",
            "2026-01-31T00:00 2026-03-31T00:00 2026-05-31T00:00",
        ),
        (
            "cron(0 9 1W * ? *)",
            "2026-02-02T09:00 2026-03-02T09:00 2026-04-01T09:00",
        ),
        (
            "cron(0 9 ? * 3#2 *)",
            "2026-02-10T09:00 2026-03-10T09:00 2026-04-14T09:00",
        ),
        (
            "cron(0 9 ? * 6#5 *)",
            "2026-01-30T09:00 2026-05-29T09:00 2026-07-31T09:00",
        ),
        (
            "cron(0 8 ? * FRI-MON *)",
            "2026-01-16T08:00 2026-01-17T08:00 2026-01-18T08:00",
        ),
        (
            "cron(0 9 ? * L *)",
            "2026-01-17T09:00 2026-01-24T09:00 2026-01-31T09:00",
        ),
        (
            "cron(0 9 LW * ? *)",
            "2026-01-30T09:00 2026-02-27T09:00 2026-03-31T09:00",
        ),
        (
            "cron(0 0 L-30 * ? *)",
            "2026-03-01T00:00 2026-05-01T00:00 2026-07-01T00:00",
        ),
        ("cron(0 0 29 2 ? 2199)", ""),
        ("cron(0 0 31 2 ? *)", ""),
        ("cron(0 0 30W 2 ? *)", ""),
    ];
    for (text, wanted) in table {
        assert_eq!(fires(text), wanted, "{text}");
    }
}

#[test]
fn nothing_fires_after_the_last_year() {
    assert_eq!(
        next("cron(0 0 31 12 ? *)", "2198-12-31T00:00:00Z", "UTC", 9),
        ["2199-12-31T00:00:00Z"]
    );
    let rate = parse("rate(1 day)", Dialect::Rule);
    let from = instant("2199-12-30T12:00:00Z");
    let times: Vec<_> = rate.next_after(from, &TimeZone::UTC, Some(from)).collect();
    assert_eq!(times, [instant("2199-12-31T12:00:00Z")]);
}

#[test]
fn a_rule_fires_one_interval_after_its_anchor_and_a_schedule_at_it() {
    let (from, anchor) = (instant("2026-01-01T00:00:00Z"), instant("2026-01-02T00:00:00Z"));
    let first = |dialect| {
        parse("rate(1 day)", dialect)
            .next_after(from, &TimeZone::UTC, Some(anchor))
            .next()
    };
    assert_eq!(first(Dialect::Schedule), Some(anchor));
    assert_eq!(first(Dialect::Rule), Some(instant("2026-01-03T00:00:00Z")));
    assert_eq!(
        parse("rate(1 day)", Dialect::Rule)
            .next_after(from, &TimeZone::UTC, None)
            .next(),
        None
    );
}

#[test]
fn the_largest_rate_does_not_overflow() {
    let rate = parse("rate(4294967295 days)", Dialect::Rule);
    let times = rate.next_after(Timestamp::MIN, &TimeZone::UTC, Some(Timestamp::MAX));
    assert_eq!(times.take(2).count(), 0);
}
