//! Conditions of rules, written out in both of AWS's forms.

use serde_json::{Value, json};

use super::validation;
use crate::api::{ApiError, Params};

/// Values over all the conditions of one rule.
const VALUES_PER_RULE: usize = 5;
/// Wildcards over all the conditions of one rule.
const WILDCARDS_PER_RULE: usize = 6;

/// Each field and the member that configures it.
const FIELDS: [(&str, &str); 6] = [
    ("host-header", "HostHeaderConfig"),
    ("path-pattern", "PathPatternConfig"),
    ("http-header", "HttpHeaderConfig"),
    ("query-string", "QueryStringConfig"),
    ("http-request-method", "HttpRequestMethodConfig"),
    ("source-ip", "SourceIpConfig"),
];

/// The conditions of a request.
pub(super) fn parse_all(params: Params<'_>) -> Result<Vec<Value>, ApiError> {
    let conditions = params
        .list("Conditions")
        .map(parse)
        .collect::<Result<Vec<_>, _>>()?;
    if conditions.is_empty() {
        return Err(validation("A condition must be specified"));
    }
    for single in ["host-header", "path-pattern", "http-request-method", "source-ip"] {
        if conditions
            .iter()
            .filter(|condition| condition["Field"] == single)
            .count()
            > 1
        {
            return Err(validation(format!(
                "A rule can have only one '{single}' condition"
            )));
        }
    }
    limit(&conditions)?;
    Ok(conditions)
}

fn parse(condition: Params<'_>) -> Result<Value, ApiError> {
    let field = condition
        .text("Field")
        .ok_or_else(|| validation("A condition field must be specified"))?;
    let Some((_, member)) = FIELDS.iter().find(|(name, _)| *name == field) else {
        return Err(validation(format!(
            "Condition field '{field}' must be one of '[http-request-method, path-pattern, host-header, query-string, http-header, source-ip]'"
        )));
    };
    let legacy = matches!(field, "host-header" | "path-pattern");
    let mut config = match condition.inside(member) {
        Some(config) => config.0.clone(),
        None if legacy => json!({ "Values": condition.texts("Values") }),
        None => {
            return Err(validation(format!(
                "A condition of field '{field}' must have a '{member}'"
            )));
        }
    };
    if values(&config).next().is_none() {
        return Err(validation("A condition value must be specified"));
    }
    check(field, &config)?;
    if field == "http-request-method" {
        config = json!({ "Values": Params(&config).texts("Values") });
    }
    let mut full = json!({ "Field": field });
    if legacy && config.get("Values").is_some() {
        full["Values"] = config["Values"].clone();
    }
    full[*member] = config;
    Ok(full)
}

fn check(field: &str, config: &Value) -> Result<(), ApiError> {
    if field == "http-header" && Params(config).text("HttpHeaderName").is_none() {
        return Err(validation("A header name must be specified"));
    }
    for value in texts(config) {
        if value.is_empty() || value.chars().count() > 128 {
            return Err(validation(format!(
                "Condition value '{value}' must be between 1 and 128 characters long"
            )));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.*?".contains(c);
        if field == "host-header" && config.get("RegexValues").is_none() && !value.chars().all(fits) {
            return Err(validation(format!(
                "Condition value '{value}' contains a character that is not valid"
            )));
        }
    }
    Ok(())
}

fn limit(conditions: &[Value]) -> Result<(), ApiError> {
    let configs = || {
        conditions.iter().filter_map(|condition| {
            let (_, member) = FIELDS.iter().find(|(name, _)| condition["Field"] == *name)?;
            condition.get(*member)
        })
    };
    if configs().map(|config| values(config).count()).sum::<usize>() > VALUES_PER_RULE {
        return Err(validation(format!(
            "A rule can only have '{VALUES_PER_RULE}' condition values"
        )));
    }
    let wildcards = configs()
        .flat_map(texts)
        .map(|value| value.matches(['*', '?']).count())
        .sum::<usize>();
    if wildcards > WILDCARDS_PER_RULE {
        return Err(validation(format!(
            "A rule can only have '{WILDCARDS_PER_RULE}' condition wildcards"
        )));
    }
    Ok(())
}

fn values(config: &Value) -> impl Iterator<Item = &Value> {
    ["Values", "RegexValues"]
        .into_iter()
        .filter_map(|member| config.get(member)?.as_array())
        .flatten()
}

/// The texts of a condition; those of a query string are its values.
fn texts(config: &Value) -> impl Iterator<Item = &str> {
    values(config).filter_map(|value| value.as_str().or_else(|| value.get("Value")?.as_str()))
}
