//! Actions of rules and listeners, written out in full as AWS answers them.

use serde_json::{Map, Value, json};

use super::validation;
use crate::api::{ApiError, Params, object};

/// Target groups that one forward action may name.
const GROUPS_PER_ACTION: usize = 5;

/// The actions under `member`, in order.
pub(super) fn parse_all(params: Params<'_>, member: &str) -> Result<Vec<Value>, ApiError> {
    let actions: Vec<Params<'_>> = params.list(member).collect();
    if actions.is_empty() {
        return Err(validation("An action must be specified"));
    }
    if actions.len() > 1 && actions.iter().any(|action| !action.has("Order")) {
        return Err(ApiError::new(
            "InvalidLoadBalancerAction",
            "You must specify an order when there are multiple actions",
        ));
    }
    let mut parsed = actions
        .iter()
        .map(|action| parse(*action))
        .collect::<Result<Vec<_>, _>>()?;
    parsed.sort_by_key(|action| Params(action).number("Order"));
    Ok(parsed)
}

fn parse(action: Params<'_>) -> Result<Value, ApiError> {
    let kind = action
        .text("Type")
        .ok_or_else(|| validation("An action type must be specified"))?;
    let mut full = match kind {
        "forward" => forward(action)?,
        "redirect" => redirect(action)?,
        "fixed-response" => fixed_response(action)?,
        "authenticate-oidc" | "authenticate-cognito" | "jwt-validation" => authenticate(action),
        other => {
            return Err(ApiError::new(
                "InvalidLoadBalancerAction",
                format!("'{other}' is not a valid action type"),
            ));
        }
    };
    full["Type"] = kind.into();
    if let Some(order) = action.number("Order") {
        full["Order"] = order.into();
    }
    Ok(full)
}

fn forward(action: Params<'_>) -> Result<Value, ApiError> {
    let single = action.text("TargetGroupArn");
    let config = action.inside("ForwardConfig");
    let mut groups: Vec<(&str, i64)> = Vec::new();
    for group in config.iter().flat_map(|config| config.list("TargetGroups")) {
        let arn = group
            .text("TargetGroupArn")
            .ok_or_else(|| validation("A target group ARN must be specified"))?;
        let weight = group.number("Weight").unwrap_or(1);
        if !(0..=999).contains(&weight) {
            return Err(validation(format!(
                "The weight of target group '{arn}' must be between '0' and '999'"
            )));
        }
        groups.push((arn, weight));
    }
    match (single, groups.as_slice()) {
        (Some(arn), []) => groups.push((arn, 1)),
        (None, []) => return Err(validation("A target group ARN must be specified")),
        (Some(arn), [(one, _)]) if arn == *one => {}
        (Some(_), _) => {
            return Err(validation(
                "The target group ARN must match the target group of the forward configuration",
            ));
        }
        (None, _) => {}
    }
    if groups.len() > GROUPS_PER_ACTION {
        return Err(ApiError::new(
            "TooManyTargetGroups",
            format!("You can specify at most '{GROUPS_PER_ACTION}' target groups for a forward action"),
        ));
    }
    let stickiness = config.and_then(|config| config.inside("TargetGroupStickinessConfig"));
    let shown: Vec<Value> = groups
        .iter()
        .map(|(arn, weight)| json!({ "TargetGroupArn": arn, "Weight": weight }))
        .collect();
    Ok(object([
        // AWS repeats the ARN outside the configuration when there is only one.
        ("TargetGroupArn", (groups.len() == 1).then(|| json!(groups[0].0))),
        (
            "ForwardConfig",
            Some(
                json!({ "TargetGroups": shown, "TargetGroupStickinessConfig": stickiness_config(stickiness) }),
            ),
        ),
    ]))
}

fn stickiness_config(given: Option<Params<'_>>) -> Value {
    object([
        (
            "Enabled",
            Some(json!(
                given
                    .and_then(|config| config.boolean("Enabled"))
                    .unwrap_or(false)
            )),
        ),
        (
            "DurationSeconds",
            given
                .and_then(|config| config.number("DurationSeconds"))
                .map(Value::from),
        ),
    ])
}

fn redirect(action: Params<'_>) -> Result<Value, ApiError> {
    let config = action
        .inside("RedirectConfig")
        .ok_or_else(|| validation("A redirect configuration must be specified"))?;
    let status = config
        .text("StatusCode")
        .filter(|code| matches!(*code, "HTTP_301" | "HTTP_302"));
    let status =
        status.ok_or_else(|| validation("The status code of a redirect must be HTTP_301 or HTTP_302"))?;
    let member = |name: &str, default: &str| config.text(name).unwrap_or(default).to_owned();
    Ok(json!({ "RedirectConfig": {
        "Protocol": member("Protocol", "#{protocol}"),
        "Port": member("Port", "#{port}"),
        "Host": member("Host", "#{host}"),
        "Path": member("Path", "/#{path}"),
        "Query": member("Query", "#{query}"),
        "StatusCode": status,
    } }))
}

fn fixed_response(action: Params<'_>) -> Result<Value, ApiError> {
    let config = action
        .inside("FixedResponseConfig")
        .ok_or_else(|| validation("A fixed response configuration must be specified"))?;
    let status = config
        .text("StatusCode")
        .filter(|code| code.len() == 3 && code.starts_with(['2', '4', '5']));
    let status =
        status.ok_or_else(|| validation("The status code of a fixed response must be 2XX, 4XX or 5XX"))?;
    let text = |name: &str| config.text(name).map(Value::from);
    let shown = object([
        ("MessageBody", text("MessageBody")),
        ("StatusCode", Some(status.into())),
        ("ContentType", text("ContentType")),
    ]);
    Ok(json!({ "FixedResponseConfig": shown }))
}

/// Kept as written, but for what AWS never gives back.
fn authenticate(action: Params<'_>) -> Value {
    let mut kept = action.0.as_object().cloned().unwrap_or_else(Map::new);
    if let Some(oidc) = kept
        .get_mut("AuthenticateOidcConfig")
        .and_then(Value::as_object_mut)
    {
        oidc.remove("ClientSecret");
    }
    Value::Object(kept)
}

/// The target groups that actions forward to.
pub(super) fn target_groups(actions: &[Value]) -> impl Iterator<Item = &str> {
    actions
        .iter()
        .filter_map(|action| action.pointer("/ForwardConfig/TargetGroups")?.as_array())
        .flatten()
        .filter_map(|group| group["TargetGroupArn"].as_str())
}
