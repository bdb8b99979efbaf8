//! `sendo schedule EXPR`: checks a schedule expression and prints when it fires.

use std::io::Write;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::global::{Global, Output};
use crate::schedule::{Dialect, Expression, ScheduleError, local_text, time_zone};

/// The arguments of `sendo schedule`.
#[derive(Debug, Clone, Args)]
pub struct ScheduleArgs {
    /// The expression: cron(…), rate(…), at(…), five-field cron or @daily
    #[arg(value_name = "EXPR")]
    pub expression: String,
    /// The time zone of a schedule, such as Asia/Tokyo [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Print the fire times after this moment (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// How many fire times to print
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 3)]
    pub count: usize,
    /// Who runs it [default: schedule with a time zone or at(), else rule]
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<DialectArg>,
    /// What rate() counts from (RFC 3339): the rule's creation or the schedule's start
    #[arg(long, value_name = "TIME")]
    pub anchor: Option<Timestamp>,
}

/// The dialects by their names on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DialectArg {
    /// An EventBridge rule
    Rule,
    /// An EventBridge Scheduler schedule
    Schedule,
}

/// What was asked, read and answered; rendered as text or JSON.
struct Answer {
    given: String,
    expression: Expression,
    zone: TimeZone,
    next: Vec<Timestamp>,
    warnings: Vec<String>,
    note: Option<&'static str>,
}

/// Checks the expression and prints its next fire times.
///
/// # Errors
/// A wrong expression, with a caret under the offending part and a hint; an unknown time zone; a failed write.
pub fn run(global: &Global, args: &ScheduleArgs, out: &mut dyn Write) -> anyhow::Result<u8> {
    let output = global.output(&[Output::Text, Output::Json])?;
    let answer = answer(args)?;
    match output {
        Output::Json => writeln!(out, "{:#}", to_json(&answer)),
        _ => write!(out, "{}", text(&answer)),
    }
    .context("failed to print the fire times")?;
    Ok(0)
}

fn answer(args: &ScheduleArgs) -> anyhow::Result<Answer> {
    let dialect = dialect(args)?;
    let zone = match &args.time_zone {
        None => TimeZone::UTC,
        Some(name) => time_zone(name).map_err(|error| anyhow!("{error}\nhint: {}", error.hint()))?,
    };
    let given = args.expression.trim_ascii().to_owned();
    let expression = Expression::convert(&args.expression, dialect)
        .map_err(|error| anyhow!("{}", pointed(&args.expression, &error)))?;
    let from = args.from.unwrap_or_else(Timestamp::now);
    let warnings = expression
        .warnings()
        .into_iter()
        .chain(expression.never_fires(from, &zone));
    Ok(Answer {
        warnings: warnings.map(|warning| warning.to_string()).collect(),
        next: expression
            .next_after(from, &zone, args.anchor)
            .take(args.count)
            .collect(),
        note: (expression.is_rate() && args.anchor.is_none()).then_some(
            "rate() counts from when it is created or started; pass --anchor to see its fire times",
        ),
        given,
        expression,
        zone,
    })
}

fn dialect(args: &ScheduleArgs) -> anyhow::Result<Dialect> {
    let zone = args.time_zone.as_deref();
    match (args.dialect, zone) {
        (Some(DialectArg::Rule), Some(zone)) if zone != "UTC" => Err(anyhow!(
            "a rule runs in UTC, not in {zone}\nhint: pass `--dialect schedule`"
        )),
        (Some(DialectArg::Rule), _) => Ok(Dialect::Rule),
        (Some(DialectArg::Schedule), _) | (None, Some(_)) => Ok(Dialect::Schedule),
        (None, None) if args.expression.trim_ascii_start().starts_with("at(") => Ok(Dialect::Schedule),
        (None, None) => Ok(Dialect::Rule),
    }
}

/// The error with the expression, a caret line under the offending part, and the hint.
fn pointed(text: &str, error: &ScheduleError) -> String {
    let line: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let range = error.range();
    let before = text[..range.start].chars().count();
    let width = text[range].chars().count().max(1);
    let mut message = format!("{error}\n  {line}\n  {}{}", " ".repeat(before), "^".repeat(width));
    if let Some(hint) = error.hint() {
        message.push_str("\nhint: ");
        message.push_str(&hint);
    }
    message
}

fn converted(answer: &Answer) -> bool {
    !answer.given.contains('(')
}

fn zone_name(answer: &Answer) -> &str {
    answer.zone.iana_name().unwrap_or("UTC")
}

fn text(answer: &Answer) -> String {
    let expression = &answer.expression;
    let mut lines = vec![("expression", expression.to_string())];
    if converted(answer) {
        lines.push(("converted", format!("from {}", answer.given)));
    }
    lines.push(("canonical", expression.canonical()));
    lines.push(("dialect", expression.dialect().name().to_owned()));
    lines.push(("time zone", zone_name(answer).to_owned()));
    let times = answer
        .next
        .iter()
        .map(|at| ("next", format!("{}  {at}", local_text(*at, &answer.zone))));
    lines.extend(times);
    lines.extend(answer.note.map(|note| ("note", note.to_owned())));
    lines.extend(answer.warnings.iter().map(|warning| ("warning", warning.clone())));
    lines
        .iter()
        .map(|(label, value)| format!("{:<12}{value}\n", format!("{label}:")))
        .collect()
}

fn to_json(answer: &Answer) -> Value {
    let expression = &answer.expression;
    let mut object = json!({
        "expression": expression.to_string(),
        "canonical": expression.canonical(),
        "dialect": expression.dialect().name(),
        "timeZone": zone_name(answer),
        "next": answer.next.iter().map(Timestamp::to_string).collect::<Vec<_>>(),
        "warnings": answer.warnings,
    });
    if converted(answer) {
        object["convertedFrom"] = json!(answer.given);
    }
    if let Some(note) = answer.note {
        object["note"] = json!(note);
    }
    object
}

#[cfg(test)]
mod tests;
