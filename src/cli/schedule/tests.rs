use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    args: ScheduleArgs,
}

/// What the command prints for these arguments, `from` being a fixed moment unless they name one.
fn run_line(arguments: &[&str]) -> Result<String, String> {
    let mut line = vec!["schedule"];
    if !arguments.contains(&"--from") {
        line.extend(["--from", "2026-01-15T10:07:30Z"]);
    }
    line.extend(arguments);
    let line = Line::try_parse_from(line).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    run(&line.global, &line.args, &mut out).map_err(|error| format!("{error:#}"))?;
    Ok(String::from_utf8(out).unwrap())
}

fn json_of(arguments: &[&str]) -> Value {
    let arguments = [&["-o", "json"], arguments].concat();
    serde_json::from_str(&run_line(&arguments).unwrap()).unwrap()
}

#[test]
fn json_lists_the_next_fire_times_and_what_was_read() {
    let answer = json_of(&["cron(0 010 * * ? *)"]);
    let wanted = json!({
        "expression": "cron(0 010 * * ? *)",
        "canonical": "cron(0 10 * * ? *)",
        "dialect": "rule",
        "timeZone": "UTC",
        "next": ["2026-01-16T10:00:00Z", "2026-01-17T10:00:00Z", "2026-01-18T10:00:00Z"],
        "warnings": [],
    });
    assert_eq!(answer, wanted);
}

#[test]
fn json_names_what_was_converted() {
    let answer = json_of(&["*/10 * * * 1-5", "-n", "1"]);
    assert_eq!(answer["expression"], "cron(*/10 * ? * MON-FRI *)");
    assert_eq!(answer["convertedFrom"], "*/10 * * * 1-5");
    assert_eq!(answer["next"], json!(["2026-01-15T10:10:00Z"]));
}

#[test]
fn a_rate_has_times_only_with_an_anchor_and_says_so() {
    let without = json_of(&["rate(5 minutes)"]);
    assert_eq!(without["next"], json!([]));
    assert!(without["note"].as_str().unwrap().contains("--anchor"));
    let with = json_of(&["rate(5 minutes)", "--anchor", "2026-01-15T10:00:00Z", "-n", "2"]);
    assert_eq!(
        with["next"],
        json!(["2026-01-15T10:10:00Z", "2026-01-15T10:15:00Z"])
    );
    assert_eq!(with.get("note"), None);
}

#[test]
fn the_dialect_is_a_schedule_with_a_time_zone_or_at_and_else_a_rule() {
    let dialect = |arguments: &[&str]| json_of(arguments)["dialect"].as_str().unwrap().to_owned();
    assert_eq!(dialect(&["cron(0 10 * * ? *)"]), "rule");
    assert_eq!(dialect(&["cron(0 10 * * ?)", "--time-zone", "UTC"]), "schedule");
    assert_eq!(dialect(&["at(2026-11-20T13:00:00)"]), "schedule");
    assert_eq!(
        dialect(&["cron(0 10 * * ?)", "--dialect", "schedule"]),
        "schedule"
    );
    assert_eq!(
        dialect(&["rate(1 hour)", "--dialect", "rule", "--time-zone", "UTC"]),
        "rule"
    );
}

#[test]
fn text_shows_local_time_with_its_offset_and_utc() {
    let text = run_line(&["30 2 L-1 * *", "--time-zone", "Asia/Tokyo", "-n", "2"]).unwrap();
    insta::assert_snapshot!(text, @r"
    expression: cron(30 2 L-1 * ? *)
    converted:  from 30 2 L-1 * *
    canonical:  cron(30 2 L-1 * ? *)
    dialect:    schedule
    time zone:  Asia/Tokyo
    next:       2026-01-30 02:30:00 +09:00  2026-01-29T17:30:00Z
    next:       2026-02-27 02:30:00 +09:00  2026-02-26T17:30:00Z
    warning:    `L-1` in day of month is not documented by AWS, which may refuse it
    ");
}

#[test]
fn text_notes_that_a_rate_needs_an_anchor_and_warns_of_what_never_fires() {
    let rate = run_line(&["rate(1 hour)"]).unwrap();
    let past = run_line(&["at(2025-01-01T00:00:00)"]).unwrap();
    insta::assert_snapshot!(rate + &past, @r"
    expression: rate(1 hour)
    canonical:  rate(1 hour)
    dialect:    rule
    time zone:  UTC
    note:       rate() counts from when it is created or started; pass --anchor to see its fire times
    expression: at(2025-01-01T00:00:00)
    canonical:  at(2025-01-01T00:00:00)
    dialect:    schedule
    time zone:  UTC
    warning:    this expression never fires again
    ");
}

#[test]
fn a_wrong_expression_is_pointed_at() {
    let wrong = run_line(&["cron(0 10 ? * 0 *)"]).unwrap_err();
    insta::assert_snapshot!(wrong, @r"
    `0` is out of range for day of week, which takes 1-7 or SUN-SAT
      cron(0 10 ? * 0 *)
                    ^
    hint: AWS counts days from 1; write `SUN`
    ");
}

#[test]
fn a_wrong_zone_or_one_for_a_rule_says_what_to_write() {
    let wrong = run_line(&["cron(0 10 * * ? *)", "--time-zone", "Asia/Tokio"]).unwrap_err();
    let rule = run_line(&[
        "cron(0 10 * * ? *)",
        "--time-zone",
        "Asia/Tokyo",
        "--dialect",
        "rule",
    ])
    .unwrap_err();
    insta::assert_snapshot!(format!("{wrong}\n{rule}"), @r"
    `Asia/Tokio` is no time zone
    hint: did you mean `Asia/Tokyo`?
    a rule runs in UTC, not in Asia/Tokyo
    hint: pass `--dialect schedule`
    ");
}

#[test]
fn without_from_the_times_lie_in_the_future() {
    let line = Line::try_parse_from(["schedule", "cron(* * * * ? *)", "-n", "1"]).unwrap();
    let before = Timestamp::now();
    let next = answer(&line.args).unwrap().next;
    assert!(matches!(next.as_slice(), [at] if *at > before), "{next:?}");
}
