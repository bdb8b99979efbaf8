//! The part of IAM's policy language that identity policies of a deployment need.

use serde_json::Value;

use super::Need;

/// A statement that allows something.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    passed_to: Option<Vec<String>>,
}

/// The statements of a policy.
pub(super) fn read(policy: &Value) -> Result<Vec<Statement>, String> {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements.ok_or("a policy has a list `Statement`")?;
    statements.iter().map(statement).collect()
}

fn statement(value: &Value) -> Result<Statement, String> {
    if value.get("Effect").and_then(Value::as_str) != Some("Allow") {
        return Err(format!("only statements that allow are understood, not {value}"));
    }
    Ok(Statement {
        actions: texts(value, "Action")?,
        resources: texts(value, "Resource")?,
        passed_to: value.get("Condition").map(passed_to).transpose()?,
    })
}

fn texts(value: &Value, name: &str) -> Result<Vec<String>, String> {
    let found = match value.get(name) {
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    };
    found.ok_or_else(|| format!("a statement needs `{name}`, a text or a list of texts: {value}"))
}

fn passed_to(condition: &Value) -> Result<Vec<String>, String> {
    let equals = condition.get("StringEquals");
    let known = condition
        .as_object()
        .is_some_and(|condition| condition.len() == 1)
        && equals
            .and_then(Value::as_object)
            .is_some_and(|equals| equals.len() == 1);
    match equals {
        Some(equals) if known => texts(equals, "iam:PassedToService"),
        _ => Err(format!(
            "of conditions only iam:PassedToService is understood, not {condition}"
        )),
    }
}

impl Statement {
    pub(super) fn grants(&self, need: &Need) -> bool {
        let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| fits(pattern, text));
        let passes = match (&self.passed_to, need.passed_to) {
            (None, _) => true,
            (Some(services), Some(to)) => services.iter().any(|service| service == to),
            (Some(_), None) => false,
        };
        passes && any(&self.actions, &need.action) && any(&self.resources, &need.resource)
    }
}

/// Whether a text fits a pattern in which `*` stands for any text. A resource that is not known beforehand ends in `*`
/// itself, and fits what it fits whatever it becomes.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(mut last) = parts.next() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(last) {
            Some(at) => rest = &rest[at + last.len()..],
            None => return false,
        }
        last = part;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("ecs:*", "ecs:CreateService", true),
            ("ecs:Create*", "ecs:UpdateService", false),
            (
                "arn:*:service/production/*",
                "arn:aws:service/production/api",
                true,
            ),
            ("arn:*:service/production/*", "arn:aws:service/staging/api", false),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "axc", false),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
