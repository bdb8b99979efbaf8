//! What people bring, and what AWS gets.

use super::*;

fn convert(text: &str) -> String {
    let converted =
        Expression::convert(text, Dialect::Rule).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(
        Expression::parse(&converted.to_string(), Dialect::Rule).as_ref(),
        Ok(&converted)
    );
    converted.to_string()
}

#[test]
fn five_fields_become_six() {
    let table = [
        ("*/10 * * * *", "cron(*/10 * * * ? *)"),
        ("17 */6 * * *", "cron(17 */6 * * ? *)"),
        ("  05  08-18/2 * jan-mar *\n", "cron(5 8-18/2 * JAN-MAR ? *)"),
        ("0 0 1,15 * *", "cron(0 0 1,15 * ? *)"),
    ];
    for (text, wanted) in table {
        assert_eq!(convert(text), wanted, "{text}");
    }
}

#[test]
fn days_of_the_week_become_names() {
    let table = [
        ("0", "SUN"),
        ("7", "SUN"),
        ("0,7", "SUN"),
        ("1-5", "MON-FRI"),
        ("mon-fri", "MON-FRI"),
        ("5-7", "FRI-SUN"),
        ("fri-mon", "FRI-MON"),
        ("0-7", "SUN-SAT"),
        ("1-7", "SUN-SAT"),
        ("0-6", "SUN-SAT"),
        ("1-5/2", "MON,WED,FRI"),
        ("*/2", "SUN,TUE,THU,SAT"),
        ("1,3,6-7", "MON,WED,SAT-SUN"),
    ];
    for (days, wanted) in table {
        assert_eq!(
            convert(&format!("0 9 * * {days}")),
            format!("cron(0 9 ? * {wanted} *)"),
            "{days}"
        );
    }
}

#[test]
fn shorthands_become_cron() {
    let table = [
        ("@hourly", "cron(0 * * * ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("@midnight", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * SUN *)"),
        ("@monthly", "cron(0 0 1 * ? *)"),
        ("@yearly", "cron(0 0 1 1 ? *)"),
        ("@annually", "cron(0 0 1 1 ? *)"),
    ];
    for (text, wanted) in table {
        assert_eq!(convert(text), wanted);
    }
}

#[test]
fn what_aws_takes_passes_through_as_written() {
    for text in [
        "cron(0/5 * ? * mon-FRI *)",
        "cron(00 07 * * ? *)",
        "rate(5 minutes)",
    ] {
        assert_eq!(convert(text), text);
    }
    assert_eq!(convert(" cron( 0  10 * * ?\t* ) "), "cron(0 10 * * ? *)");
}

#[test]
fn spellings_of_one_expression_have_one_canonical_text() {
    let same = [
        ("cron(00 07 ? jan mon-FRI 2026)", "cron(0 7 ? JAN MON-FRI 2026)"),
        ("cron(0 10 * * ?)", "cron(0 10 * * ? *)"),
        ("cron(0  010/05 * * ? *)", "cron(0 10/5 * * ? *)"),
        ("rate(1 days)", "rate(1 day)"),
        ("rate(05 minutes)", "rate(5 minutes)"),
        ("at(2026-11-20T13:00:00)", "at(2026-11-20T13:00:00)"),
    ];
    for (text, wanted) in same {
        assert_eq!(parse(text, Dialect::Schedule).canonical(), wanted, "{text}");
    }
}
