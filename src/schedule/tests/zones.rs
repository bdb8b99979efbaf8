//! Daylight saving: gaps are skipped, overlaps fire once.

use super::*;

#[test]
fn a_local_time_that_the_zone_skips_does_not_fire() {
    let times = next(
        "cron(30 2 * * ? *)",
        "2026-03-07T00:00:00Z",
        "America/Los_Angeles",
        3,
    );
    assert_eq!(
        times,
        [
            "2026-03-07T10:30:00Z",
            "2026-03-09T09:30:00Z",
            "2026-03-10T09:30:00Z"
        ]
    );
}

#[test]
fn a_local_time_that_occurs_twice_fires_at_its_first_occurrence() {
    let times = next(
        "cron(30 1 * * ? *)",
        "2026-10-31T12:00:00Z",
        "America/Los_Angeles",
        3,
    );
    assert_eq!(
        times,
        [
            "2026-11-01T08:30:00Z",
            "2026-11-02T09:30:00Z",
            "2026-11-03T09:30:00Z"
        ]
    );
}

#[test]
fn an_hourly_expression_does_not_fire_in_the_repeated_hour() {
    let times = next(
        "cron(0 * * * ? *)",
        "2026-11-01T07:30:00Z",
        "America/Los_Angeles",
        3,
    );
    assert_eq!(
        times,
        [
            "2026-11-01T08:00:00Z",
            "2026-11-01T10:00:00Z",
            "2026-11-01T11:00:00Z"
        ]
    );
}

#[test]
fn starting_inside_the_repeated_hour_waits_for_the_next_new_local_time() {
    let times = next(
        "cron(0/30 * * * ? *)",
        "2026-11-01T09:10:00Z",
        "America/Los_Angeles",
        2,
    );
    assert_eq!(times, ["2026-11-01T10:00:00Z", "2026-11-01T10:30:00Z"]);
}

#[test]
fn a_day_that_a_zone_left_out_does_not_fire() {
    let times = next("cron(0 12 * * ? *)", "2011-12-29T00:00:00Z", "Pacific/Apia", 2);
    assert_eq!(times, ["2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"]);
}

#[test]
fn at_is_a_local_time_of_its_zone_and_fires_once() {
    let from = "2026-01-01T00:00:00Z";
    assert_eq!(
        next("at(2026-01-16T02:30:15)", from, "Asia/Tokyo", 2),
        ["2026-01-15T17:30:15Z"]
    );
    assert_eq!(
        next("at(2026-11-01T01:30:00)", from, "America/Los_Angeles", 2),
        ["2026-11-01T08:30:00Z"]
    );
    assert!(next("at(2026-03-08T02:30:00)", from, "America/Los_Angeles", 2).is_empty());
    assert!(next("at(2026-01-01T00:00:00)", from, "UTC", 2).is_empty());
}

#[test]
fn a_rule_runs_in_utc_whatever_zone_is_given() {
    let tokyo = time_zone("Asia/Tokyo").unwrap();
    let rule = parse("cron(0 10 * * ? *)", Dialect::Rule);
    let first = rule
        .next_after(instant("2026-01-15T10:07:30Z"), &tokyo, None)
        .next();
    assert_eq!(first, Some(instant("2026-01-16T10:00:00Z")));
}

#[test]
fn the_next_fire_time_reads_as_local_text_with_its_offset() {
    let tokyo = time_zone("Asia/Tokyo").unwrap();
    let text = parse("cron(30 2 * * ? *)", Dialect::Schedule).next_text(
        instant("2026-01-15T00:00:00Z"),
        &tokyo,
        None,
    );
    assert_eq!(text.unwrap(), "2026-01-16 02:30:00 +09:00");
}
