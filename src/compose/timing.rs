//! When a batch runs, and which of AWS's two services starts it.

use super::body::Body;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::{Kind, Node};
use crate::manifest::source::Span;
use crate::schedule::{Dialect, Expression, ScheduleError, time_zone};
use crate::value::Text;

/// When and by what.
#[derive(Clone, Debug)]
pub(super) struct Timing {
    /// A rule or a schedule.
    pub dialect: Dialect,
    /// What is sent to AWS.
    pub expression: Text,
    /// The time zone of a schedule.
    pub zone: Text,
}

impl Timing {
    /// The member that names the role that starts the task.
    pub(super) fn role_member(&self) -> &'static str {
        match self.dialect {
            Dialect::Rule => "roleArn",
            Dialect::Schedule => "schedulerRoleArn",
        }
    }
}

/// Reads `schedule`, `timeZone` and `trigger`.
pub(super) fn read(body: &Body, out: &mut Vec<Diagnostic>) -> Option<Timing> {
    let text = body.text("schedule")?;
    let zone = zone(body, out);
    let at = text.trim_start().starts_with("at(");
    let dialect = match (body.text("trigger"), at || body.has("timeZone")) {
        (Some("rule"), true) => {
            refuse_rule(body, at, out);
            return None;
        }
        (Some("rule"), false) => Dialect::Rule,
        (Some(_), _) | (None, true) => Dialect::Schedule,
        (None, false) => Dialect::Rule,
    };
    let expression = match Expression::convert(text, dialect) {
        Ok(expression) => expression,
        Err(error) => {
            out.push(wrong(body, &error));
            return None;
        }
    };
    for warning in expression.warnings() {
        out.push(Diagnostic::warning(body.span(&["schedule"]), warning.to_string()));
    }
    Some(Timing {
        dialect,
        expression: expression.to_string().into(),
        zone: zone?,
    })
}

fn zone(body: &Body, out: &mut Vec<Diagnostic>) -> Option<Text> {
    let Some(name) = body.text("timeZone") else {
        return Some("UTC".into());
    };
    match time_zone(name) {
        Ok(_) => Some(name.into()),
        Err(error) => {
            out.push(Diagnostic::error(body.span(&["timeZone"]), error.to_string()).help(error.hint()));
            None
        }
    }
}

fn refuse_rule(body: &Body, at: bool, out: &mut Vec<Diagnostic>) {
    let (what, span) = match at {
        true => ("at()", body.span(&["schedule"])),
        false => ("a time zone", body.key(&["timeZone"])),
    };
    out.push(
        Diagnostic::error(
            span,
            format!("an EventBridge rule takes no {}", what.trim_start_matches("a ")),
        )
        .help("leave `trigger` out, or make it `schedule`")
        .related(body.span(&["trigger"]), "the trigger is a rule"),
    );
}

fn wrong(body: &Body, error: &ScheduleError) -> Diagnostic {
    let span = match body.node.get("schedule") {
        Some(node) => part(node, error),
        None => body.node.span,
    };
    let mut diagnostic = Diagnostic::error(span, error.to_string());
    diagnostic.help.extend(error.hint());
    diagnostic
}

/// The place of the offending part, where the text was written on one line as it is.
fn part(node: &Node, error: &ScheduleError) -> Span {
    let range = error.range();
    let Kind::Scalar(scalar) = &node.kind else {
        return node.span;
    };
    let written = (node.span.end - node.span.start) as usize;
    let quotes = match written.checked_sub(scalar.text.len()) {
        Some(0) => 0,
        Some(2) if scalar.quoted => 1,
        _ => return node.span,
    };
    let in_bounds = scalar.text.is_ascii() && range.start < range.end && range.end <= scalar.text.len();
    match (u32::try_from(range.start + quotes), u32::try_from(range.len())) {
        (Ok(offset), Ok(length)) if in_bounds => Span {
            start: node.span.start + offset,
            end: node.span.start + offset + length,
            column: node.span.column + offset,
            ..node.span
        },
        _ => node.span,
    }
}
