//! The plan as JSON, `format_version` 1.0.

use serde_json::{Map, Value as Json, json};

use super::{Action, Change, Drift, Plan, digest};
use crate::resource::difference::Difference;
use crate::resource::shape::Cost;
use crate::value::{Reveal, Value};

/// The plan as a JSON document; with `all`, resources that stay as they are are listed too.
pub fn render(plan: &Plan, all: bool) -> Json {
    let summary = plan.summary();
    let listed = plan
        .changes
        .iter()
        .filter(|change| all || change.action != Action::NoOp);
    json!({
        "format_version": "1.0",
        "project": *plan.scope.project,
        "environment": *plan.scope.environment,
        "account": *plan.account,
        "region": *plan.region,
        "resource_changes": listed.map(change).collect::<Vec<_>>(),
        "resource_drift": plan.drift.iter().map(drift).collect::<Vec<_>>(),
        "summary": {
            "add": summary.add,
            "change": summary.change,
            "destroy": summary.destroy,
            "unchanged": summary.unchanged,
        },
        "refused": plan.refused.iter().map(|refusal| json!({
            "address": *refusal.address,
            "reason": refusal.reason.word(),
            "message": refusal.message,
            "file": *refusal.origin.file,
            "line": refusal.origin.line,
        })).collect::<Vec<_>>(),
        "failures": plan.failures.iter().map(|failure| json!({
            "what": failure.what,
            "code": failure.code,
            "message": failure.message,
        })).collect::<Vec<_>>(),
        "notes": plan.notes,
        "applyable": plan.is_applyable(),
        "complete": plan.is_complete(),
        "errored": !plan.is_applyable(),
        "digest": digest(plan),
        "api_calls": plan.calls,
    })
}

fn change(change: &Change) -> Json {
    let origin = change.origin.clone().unwrap_or_default();
    let before = if change.action == Action::NoOp {
        &change.after
    } else {
        &change.before
    };
    let masked = |side: &Option<Value>| {
        side.as_ref()
            .map_or(Json::Null, |value| value.to_json(Reveal::Masked))
    };
    let marks = |side: &Option<Value>, is: fn(&Value) -> bool| {
        side.as_ref()
            .and_then(|value| marked(value, is))
            .unwrap_or_else(|| json!({}))
    };
    let replace_paths: Vec<String> = change
        .differences
        .iter()
        .filter(|difference| difference.cost == Cost::Replacement)
        .map(|difference| difference.path.pointer())
        .collect();
    let mut document = json!({
        "address": *change.address,
        "type": change.kind.name,
        "name": *change.name,
        "manifest": change.manifest.to_string(),
        "file": *origin.file,
        "line": origin.line,
        "change": {
            "actions": actions(change.action),
            "before": masked(before),
            "after": masked(&change.after),
            "after_unknown": marks(&change.after, |value| matches!(value, Value::Reference(_))),
            "before_sensitive": marks(before, Value::is_secret),
            "after_sensitive": marks(&change.after, Value::is_secret),
            "replace_paths": replace_paths,
        },
        "fields": change.differences.iter().map(field).collect::<Vec<_>>(),
    });
    if let (Some(held), Some(members)) = (&change.held, document.as_object_mut()) {
        members.insert("held".to_owned(), json!(held));
    }
    document
}

fn field(difference: &Difference) -> Json {
    let side = |side: &Option<Value>| {
        side.as_ref()
            .map_or(Json::Null, |value| value.to_json(Reveal::Masked))
    };
    json!({
        "path": difference.path.pointer(),
        "before": side(&difference.before),
        "after": side(&difference.after),
        "cost": match difference.cost {
            Cost::InPlace => "in_place",
            Cost::Deployment => "deployment",
            Cost::NewRevision => "new_revision",
            Cost::Replacement => "replacement",
        },
    })
}

fn drift(drift: &Drift) -> Json {
    let side = |side: &Option<Value>| {
        side.as_ref()
            .map_or(Json::Null, |value| value.to_json(Reveal::Masked))
    };
    json!({
        "address": *drift.address,
        "type": drift.kind.name,
        "name": *drift.name,
        "manifest": drift.manifest.to_string(),
        "path": drift.path.pointer(),
        "before": side(&drift.recorded),
        "after": side(&drift.live),
        "before_unknown": drift.recorded_unknown,
    })
}

fn actions(action: Action) -> Vec<&'static str> {
    match action {
        Action::NoOp => vec!["no-op"],
        Action::Create => vec!["create"],
        Action::Update => vec!["update"],
        Action::Delete => vec!["delete"],
        Action::DeleteThenCreate => vec!["delete", "create"],
        Action::CreateThenDelete => vec!["create", "delete"],
    }
}

/// A document of the same shape that holds `true` where `is` holds; nothing where it holds nowhere.
fn marked(value: &Value, is: fn(&Value) -> bool) -> Option<Json> {
    if is(value) {
        return Some(Json::Bool(true));
    }
    match value {
        Value::Map(map) => {
            let members: Map<String, Json> = map
                .iter()
                .filter_map(|(name, value)| Some((name.to_string(), marked(value, is)?)))
                .collect();
            (!members.is_empty()).then_some(Json::Object(members))
        }
        Value::List(items) => {
            let marks: Vec<Option<Json>> = items.iter().map(|item| marked(item, is)).collect();
            let any = marks.iter().any(Option::is_some);
            any.then(|| {
                Json::Array(
                    marks
                        .into_iter()
                        .map(|mark| mark.unwrap_or(Json::Bool(false)))
                        .collect(),
                )
            })
        }
        _ => None,
    }
}
