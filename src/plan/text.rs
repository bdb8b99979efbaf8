//! The plan as people read it, line by line; whoever prints it adds the colours.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::{Action, Change, Drift, Plan};
use crate::resource::difference::Difference;
use crate::resource::path::{Path, Step};
use crate::resource::shape::Cost;
use crate::resource::snapshot::ReadFailure;
use crate::value::{MASK, Reveal, UNKNOWN, Value};

/// The column at which a manifest's place begins.
const PLACE: usize = 56;
/// The column at which a resource's name begins, counted from its sign.
const NAME: usize = 19;

/// What a line says, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// Something is made.
    Add,
    /// Something changes.
    Change,
    /// Something goes.
    Remove,
    /// The head of a manifest, or the last line.
    Head,
    /// Something is wrong.
    Alarm,
}

/// One line of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says, for its colour.
    pub tone: Tone,
    /// Its text, without a line break.
    pub text: String,
}

/// The plan as lines.
pub fn render(plan: &Plan) -> Vec<Line> {
    let mut page = Page::default();
    if !plan.is_empty() {
        let (scope, account, region) = (&plan.scope, &plan.account, &plan.region);
        let head = format!("sendo will perform the following actions in {scope} ({account}, {region}):");
        page.line(Tone::Plain, head);
        page.changes(plan);
    }
    page.remarks(plan);
    page.last_line(plan);
    page.0
}

/// Drift alone, for `--refresh-only`.
pub fn render_drift(plan: &Plan) -> Vec<Line> {
    let mut page = Page::default();
    page.remarks(&Plan {
        notes: Vec::new(),
        ..plan.clone()
    });
    let last = match plan.drift.is_empty() && plan.is_applyable() {
        true => "No changes. Your infrastructure matches the configuration.",
        false => "Plan: 0 to add, 0 to change, 0 to destroy.",
    };
    page.line(Tone::Head, last.to_owned());
    page.0
}

/// The lines as one text.
pub fn plain(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", line.text);
        text
    })
}

#[derive(Default)]
struct Page(Vec<Line>);

impl Page {
    fn line(&mut self, tone: Tone, text: String) {
        self.0.push(Line { tone, text });
    }

    fn blank(&mut self) {
        if self.0.last().is_some_and(|line| !line.text.is_empty()) {
            self.line(Tone::Plain, String::new());
        }
    }

    fn changes(&mut self, plan: &Plan) {
        let mut manifest = None;
        for change in plan.actions() {
            if manifest.replace(&change.manifest) != Some(&change.manifest) {
                self.blank();
                self.line(Tone::Head, head(change));
            }
            self.change(change, plan);
        }
        self.blank();
    }

    fn change(&mut self, change: &Change, plan: &Plan) {
        let sign = change.action.sign();
        let what = format!("{sign} {}", change.kind.label);
        let mut text = format!("  {what:NAME$}{}", shown_name(change));
        if let Some(held) = &change.held {
            let _ = write!(text, "   # held: {held}");
        }
        self.line(tone(change.action), text);
        let told = |difference: &&Difference| !said_by_its_key(difference, &change.differences);
        for difference in change.differences.iter().filter(told) {
            self.difference(difference, change, plan);
        }
        if change.unchanged > 0 && !change.differences.is_empty() {
            self.line(Tone::Plain, format!("      # {} unchanged", change.unchanged));
        }
    }

    fn difference(&mut self, difference: &Difference, change: &Change, plan: &Plan) {
        let Difference {
            path, before, after, ..
        } = difference;
        let why = if difference.cost == Cost::Replacement && change.live.is_some() {
            "   # forces replacement"
        } else {
            ""
        };
        let show = |value: &Value| shown(value, plan);
        match (before, after) {
            (Some(Value::String(old)), Some(Value::String(new)))
                if old.contains('\n') || new.contains('\n') =>
            {
                self.line(Tone::Change, format!("      ~ {path}:{why}"));
                self.line_diff(old, new);
            }
            (Some(old), Some(new)) => {
                self.line(
                    Tone::Change,
                    format!("      ~ {path}: {} -> {}{why}", show(old), show(new)),
                );
            }
            (None, Some(new)) => self.line(Tone::Add, format!("      + {}{why}", entry(path, new, &show))),
            (Some(old), None) => self.line(Tone::Remove, format!("      - {}{why}", entry(path, old, &show))),
            (None, None) => {}
        }
    }

    fn line_diff(&mut self, old: &str, new: &str) {
        for change in TextDiff::from_lines(old, new).iter_all_changes() {
            let (tone, sign) = match change.tag() {
                ChangeTag::Insert => (Tone::Add, '+'),
                ChangeTag::Delete => (Tone::Remove, '-'),
                ChangeTag::Equal => continue,
            };
            self.line(
                tone,
                format!("          {sign} {}", change.value().trim_end_matches('\n')),
            );
        }
    }

    fn remarks(&mut self, plan: &Plan) {
        if !plan.drift.is_empty() {
            self.line(
                Tone::Plain,
                "Note: changed outside of sendo since the last apply".to_owned(),
            );
            for drift in &plan.drift {
                self.line(Tone::Change, drift_line(drift, plan));
            }
            self.blank();
        }
        for note in &plan.notes {
            self.line(Tone::Plain, format!("Note: {note}"));
        }
        self.blank();
        for refusal in &plan.refused {
            let super::Refusal {
                origin,
                address,
                message,
                ..
            } = refusal;
            self.line(Tone::Alarm, format!("Refused: {origin}: {address}: {message}"));
        }
        for ReadFailure { what, code, message } in &plan.failures {
            self.line(
                Tone::Alarm,
                format!("Incomplete: {what} failed: {code}: {message}"),
            );
        }
        self.blank();
    }

    fn last_line(&mut self, plan: &Plan) {
        let summary = plan.summary();
        let text = if plan.is_empty() && plan.is_applyable() {
            "No changes. Your infrastructure matches the configuration.".to_owned()
        } else {
            format!(
                "Plan: {} to add, {} to change, {} to destroy.",
                summary.add, summary.change, summary.destroy
            )
        };
        self.line(Tone::Head, text);
    }
}

/// A member or item that comes or goes; where its path says all of it, the path alone.
fn entry(path: &Path, value: &Value, show: &dyn Fn(&Value) -> String) -> String {
    match (key_of(path.steps(), value), path.steps().last()) {
        (true, Some(Step::Item(_))) => path.to_string(),
        _ => format!("{path}: {}", show(value)),
    }
}

/// Whether the value is the key of the item that the steps lead to, or a member of that item and its key.
fn key_of(steps: &[Step], value: &Value) -> bool {
    let key = match steps {
        [.., Step::Item(key)] | [.., Step::Item(key), Step::Member(_)] => &**key,
        _ => return false,
    };
    match value {
        Value::Reference(_) => key == UNKNOWN,
        value => value.as_str() == Some(key),
    }
}

/// Whether the difference is the key member of an item of which other members are shown too.
fn said_by_its_key(difference: &Difference, all: &[Difference]) -> bool {
    let Difference {
        path, before, after, ..
    } = difference;
    let (Some(value), true) = (
        before.as_ref().or(after.as_ref()),
        before.is_none() || after.is_none(),
    ) else {
        return false;
    };
    let [item @ .., Step::Member(_)] = path.steps() else {
        return false;
    };
    let beside = |other: &Difference| other.path != *path && other.path.steps().starts_with(item);
    key_of(path.steps(), value) && all.iter().any(beside)
}

fn head(change: &Change) -> String {
    match &change.origin {
        Some(origin) => {
            let title = format!("  # {}", change.manifest);
            format!(
                "{title:PLACE$}{}{origin}",
                if title.len() < PLACE { "" } else { "  " }
            )
        }
        None => format!("  # {}   (manifest is gone)", change.manifest),
    }
}

fn tone(action: Action) -> Tone {
    match action {
        Action::NoOp => Tone::Plain,
        Action::Create => Tone::Add,
        Action::Update => Tone::Change,
        Action::Delete => Tone::Remove,
        Action::DeleteThenCreate | Action::CreateThenDelete => Tone::Remove,
    }
}

/// A resource that will be made may have a name that only then is known.
fn shown_name(change: &Change) -> String {
    match (change.action.creates(), change.kind.announce, &change.after) {
        (true, Some(announce), Some(after)) => announce(after),
        _ => change.name.to_string(),
    }
}

fn shown(value: &Value, plan: &Plan) -> String {
    match value {
        Value::Secret(_) => MASK.to_owned(),
        Value::Reference(reference) => announced(plan, &reference.address),
        other => other.to_json(Reveal::Masked).to_string(),
    }
}

/// What a reference to something that will be made is shown as.
fn announced(plan: &Plan, address: &str) -> String {
    let target = plan.changes.iter().find(|change| *change.address == *address);
    let name = target.and_then(|change| Some((change.kind.announce?)(change.after.as_ref()?)));
    name.map_or_else(|| UNKNOWN.to_owned(), |name| format!("\"{name}\""))
}

fn drift_line(drift: &Drift, plan: &Plan) -> String {
    let Drift {
        manifest, name, path, ..
    } = drift;
    let side = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| "(absent)".to_owned(), |value| shown(value, plan))
    };
    let recorded = if drift.recorded_unknown {
        "(not recorded)".to_owned()
    } else {
        side(&drift.recorded)
    };
    format!(
        "  ~ {manifest}  {name}  {path}: {recorded} -> {}",
        side(&drift.live)
    )
}
