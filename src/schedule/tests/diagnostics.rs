//! What people read when an expression is wrong or odd.

use super::*;

/// The error, what it points at, and its hint, on one line.
fn refused(text: &str, dialect: Dialect) -> String {
    let error = Expression::convert(text, dialect).unwrap_err();
    let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
    format!("{error} | {}{hint}", &text[error.range()])
}

fn all(dialect: Dialect, texts: &[&str]) -> String {
    texts.iter().map(|text| refused(text, dialect) + "\n").collect()
}

#[test]
fn wrong_values_name_the_field_the_part_and_the_range() {
    let texts = [
        "cron(89 10 * * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 99999999 * * ? *)",
        "cron(0 10 ? * 0 *)",
        "cron(0 10 ? * 01,05,8 *)",
        "cron(0 10 ? * monday *)",
        "cron(0 10 * 13 ? *)",
        "cron(0 18 32W * ? *)",
        "cron(0 18 3L * ? *)",
        "cron(0 10 * * ? 2000-2200)",
        "cron(0 10 * * ? 2030-2026)",
        "cron(? 10 * * ? *)",
        "cron(-1 10 * * ? *)",
        "cron(5/0 10 * * ? *)",
        "cron(5/155 10 * * ? *)",
        "cron(5/ 10 * * ? *)",
        "cron(0 1-7/2,11-23/2, * * ? *)",
        "cron(0 *,5 * * ? *)",
        "cron(0 0 1,L * ? *)",
        "cron(0 0 L-31 * ? *)",
        "cron(0 9 ? * 2#6 *)",
        "cron(0 9 ? * 2#1,3#1 *)",
    ];
    insta::assert_snapshot!(all(Dialect::Rule, &texts), @r"
    `89` is out of range for minute, which takes 0-59 | 89
    `60` is out of range for minute, which takes 0-59 | 60 | write `0`
    `99999999` is out of range for hour, which takes 0-23 | 99999999
    `0` is out of range for day of week, which takes 1-7 or SUN-SAT | 0 | AWS counts days from 1; write `SUN`
    `8` is out of range for day of week, which takes 1-7 or SUN-SAT | 8 | AWS counts days from 1 (SUN) to 7 (SAT); write their names
    `monday` is no value for day of week, which takes 1-7 or SUN-SAT | monday | write `MON`
    `13` is out of range for month, which takes 1-12 or JAN-DEC | 13
    `32` is out of range for day of month, which takes 1-31 | 32
    `3L` is no value for day of month, which takes 1-31 | 3L | write `L` for the last day of the month; `6L` is for day of week
    `2200` is out of range for year, which takes 1970-2199 | 2200
    `2030-2026` in year runs backwards | 2030-2026 | write the earlier year first
    `?` is no value for minute, which takes 0-59 | ? | `?` belongs to day of month or day of week alone; write `*`
    `-1` in minute is a range without two ends | -1 | write both ends, for example `1-5`
    `5/0` in minute has a step outside of 1-59 | 5/0 | write `5` for that value alone, and rate(…) for intervals longer than the field
    `5/155` in minute has a step outside of 1-59 | 5/155 | write `5` for that value alone, and rate(…) for intervals longer than the field
    `5/` in minute has no number behind the `/` | 5/ | write for example `*/10`
    hour has an empty item in its list | 1-7/2,11-23/2, | remove the extra comma
    `*` in hour can't be part of a list | * | `*` is every value already; write it alone
    `L` in day of month can't be part of a list | L | write it alone, and the other days in a second batch
    `L-31` in day of month counts back from the last day by a number outside of 1-30 | L-31 | write `L` for the last day
    `2#6` in day of week names an occurrence outside of 1-5 | 2#6 | write for example `2#1` for the first Monday, or `2L` for the last
    `2#1` in day of week can't be part of a list | 2#1 | write it alone, and the other days in a second batch
    ");
}

#[test]
fn wrong_forms_say_what_to_write() {
    let texts = [
        "",
        "tomorrow",
        "0 10 * * ? *",
        "0 10 ? * 2",
        "CRON(0 10 * * ? *)",
        "cron(0 10 * * ? *",
        "cron(0 10 * * ? *) UTC",
        "cron(0 10 * * ?)",
        "cron(*/5 * * * 1-5)",
        "cron(0 10)",
        "cron(0 9 ? * ? *)",
        "cron(0 9 * * * *)",
        "cron(0 9 * * MON *)",
        "cron(0 9 1 * MON *)",
        "at(2026-11-20T13:00:00)",
        "rate()",
        "rate(0 minutes)",
        "rate(1.5 hours)",
        "rate(5 seconds)",
        "rate(1 week)",
        "rate(1 hours)",
        "rate(5 hour)",
    ];
    insta::assert_snapshot!(all(Dialect::Rule, &texts), @r"
    the schedule expression is empty |  | write for example `cron(0 10 * * ? *)`
    a schedule expression is written as cron(…), rate(…) or at(…) | tomorrow | the fields are minute, hour, day of month, month, day of week and year, for example `cron(0 10 * * ? *)`
    a schedule expression is written as cron(…), rate(…) or at(…) | 0 10 * * ? * | write `cron(0 10 * * ? *)`
    a schedule expression is written as cron(…), rate(…) or at(…) | 0 10 ? * 2 | write `cron(0 10 ? * 2 *)`
    `CRON` is no kind of schedule expression | CRON | write `cron(`, in small letters and with nothing between
    the closing parenthesis is missing | cron(0 10 * * ? * | end it with `)`
    nothing may follow the closing parenthesis |  UTC | remove it
    cron(…) has 5 fields, and a rule takes 6 | 0 10 * * ? | write `cron(0 10 * * ? *)`
    cron(…) has 5 fields, and a rule takes 6 | */5 * * * 1-5 | write `cron(*/5 * ? * MON-FRI *)`
    cron(…) has 2 fields, and a rule takes 6 | 0 10 | the fields are minute, hour, day of month, month, day of week and year, for example `cron(0 10 * * ? *)`
    day of month and day of week are both `?` | ? * ? | write `*` in day of month for every day
    one of day of month and day of week must be `?` | * | write `?` instead of the `*`
    one of day of month and day of week must be `?` | * | write `?` instead of the `*`
    day of month and day of week are both set | 1 * MON | AWS takes one of them and `?` in the other; for days that match either, write two batches
    a rule can't run at(…) | at(2026-11-20T13:00:00) | make it a schedule: at(…) is EventBridge Scheduler's
    rate(…) takes a number and a unit |  | write for example `rate(5 minutes)`
    `0` is no positive whole number for rate(…), which takes 1-4294967295 | 0 | write for example `rate(1 minute)`
    `1.5` is no positive whole number for rate(…), which takes 1-4294967295 | 1.5 | write for example `rate(1 minute)`
    `seconds` is no unit for rate(…), which takes minutes, hours or days | seconds | the shortest rate is `rate(1 minute)`
    `week` is no unit for rate(…), which takes minutes, hours or days | week | write `rate(7 days)`
    `hours` does not go with 1 | hours | write `hour`
    `hour` does not go with 5 | hour | write `hours`
    ");
}

#[test]
fn wrong_schedules_say_what_to_write() {
    let texts = [
        "cron(0 10 * * *)",
        "cron(0 10 * *)",
        "at(2026-11-20 13:00:00)",
        "at(2026-11-20T13:00:00Z)",
        "at(2026-02-30T13:00:00)",
        "at(2026-11-20T13:00:60)",
        "at(2200-01-01T00:00:00)",
        "at()",
        "cron(*/60 * * * ? *)",
        "rate(5 hour)",
    ];
    insta::assert_snapshot!(all(Dialect::Schedule, &texts), @r"
    one of day of month and day of week must be `?` | * | write `?` instead of the `*`
    cron(…) has 4 fields, and a schedule takes 5 or 6 | 0 10 * * | the fields are minute, hour, day of month, month, day of week and year, for example `cron(0 10 * * ? *)`
    at(…) takes a time of the form yyyy-mm-ddThh:mm:ss | 2026-11-20 13:00:00 | write for example `at(2026-11-20T13:00:00)`
    `Z` can't follow the time: at(…) takes neither a zone nor fractions of a second | Z | leave it out; the time zone stands beside the expression
    `2026-02-30T13:00:00` is no date and time of the years 1970-2199 | 2026-02-30T13:00:00 | write for example `at(2026-11-20T13:00:00)`
    `2026-11-20T13:00:60` is no date and time of the years 1970-2199 | 2026-11-20T13:00:60 | write for example `at(2026-11-20T13:00:00)`
    `2200-01-01T00:00:00` is no date and time of the years 1970-2199 | 2200-01-01T00:00:00 | write for example `at(2026-11-20T13:00:00)`
    at(…) takes a time of the form yyyy-mm-ddThh:mm:ss |  | write for example `at(2026-11-20T13:00:00)`
    `*/60` in minute has a step outside of 1-59 | */60 | write a smaller step, and rate(…) for intervals longer than the field
    `hour` does not go with 5 | hour | write `hours`
    ");
}

#[test]
fn wrong_crontab_lines_say_what_to_write() {
    let texts = [
        "0 0 1 * MON",
        "0 0 * * 8",
        "0 0 * * 5L",
        "0 0 * * 1/2",
        "0 0 * * 1,",
        "0 25 * * *",
        "@reboot",
        "@every 5m",
        "@dayly",
    ];
    insta::assert_snapshot!(all(Dialect::Rule, &texts), @r"
    day of month and day of week are both set | 1 * MON | AWS takes one of them and `?` in the other; for days that match either, write two batches
    `8` is no day of week for five-field cron, which takes 0-7 or SUN-SAT | 8 | for AWS's `L` and `#` write cron(…), where days are 1 (SUN) to 7 (SAT)
    `5L` is no day of week for five-field cron, which takes 0-7 or SUN-SAT | 5L | for AWS's `L` and `#` write cron(…), where days are 1 (SUN) to 7 (SAT)
    `1/2` in day of week has a step that can't be read: five-field cron takes 1-7 behind a range or `*` | 1/2 | write the days as a list, for example `MON,WED,FRI`
    day of week has an empty item in its list | 1, | remove the extra comma
    `25` is out of range for hour, which takes 0-23 | 25
    `@reboot` has no counterpart in AWS | @reboot | a long-running program is a Service; a batch needs a time
    `@every 5m` has no counterpart in AWS | @every 5m | write for example `rate(5 minutes)`
    `@dayly` has no counterpart in AWS | @dayly | write @hourly, @daily, @weekly, @monthly or @yearly, or cron(…)
    ");
}

#[test]
fn undocumented_parts_and_dead_expressions_are_warned_about() {
    let warnings = |text| {
        let expression = parse(text, Dialect::Rule);
        let dead = expression.never_fires(instant("2026-01-15T10:07:30Z"), &TimeZone::UTC);
        expression
            .warnings()
            .into_iter()
            .chain(dead)
            .map(|warning| warning.to_string() + "\n")
            .collect::<String>()
    };
    let texts = [
        "cron(0 9 L-3 * ? *)",
        "cron(0 9 lw * ? *)",
        "cron(0 9 ? * mon-fri/2 *)",
        "cron(0 0 31 2 ? *)",
        "cron(0 0 1 1 ? 2026)",
        "cron(0 9 L * ? *)",
        "rate(1 hour)",
    ];
    insta::assert_snapshot!(texts.map(warnings).concat(), @r"
    `L-3` in day of month is not documented by AWS, which may refuse it
    `LW` in day of month is not documented by AWS, which may refuse it
    steps on the day of week (`MON-FRI/2`) are not documented by AWS, which may refuse them; write the days as a list
    this expression never fires again
    this expression never fires again
    ");
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let text = format!("cron({} 10 * * ? *)", "1,".repeat(200));
    let error = Expression::parse(&text, Dialect::Rule).unwrap_err();
    assert_eq!(*error.fault(), Fault::TooLong { max: 256 });
}
