//! The plan as a unified diff of the canonical documents, for `sendo diff`.

use std::fmt::Write as _;

use similar::TextDiff;

use super::{Change, Plan};
use crate::value::{Reveal, Value};

/// One unified diff a resource that changes: `a/` is what AWS has, `b/` is what is wanted.
pub fn render(plan: &Plan) -> String {
    plan.actions().fold(String::new(), |mut text, change| {
        let name = format!("{} {}", change.address, change.name);
        let (before, after) = documents(change);
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        let (a, b) = (format!("a/{name}"), format!("b/{name}"));
        let _ = write!(text, "{}", diff.unified_diff().context_radius(3).header(&a, &b));
        text
    })
}

/// What AWS has and what is wanted, as JSON with sensitive values masked. A secret that changes is told by a mark.
pub fn documents(change: &Change) -> (String, String) {
    let before = text(change.before.as_ref());
    let mut after = text(change.after.as_ref());
    if before == after
        && change
            .differences
            .iter()
            .any(|d| d.after.as_ref().is_some_and(Value::is_secret))
    {
        after = after.replace(crate::value::MASK, "(sensitive value, changed)");
    }
    (before, after)
}

fn text(side: Option<&Value>) -> String {
    side.map_or_else(String::new, |value| {
        format!("{:#}\n", value.to_json(Reveal::Masked))
    })
}
