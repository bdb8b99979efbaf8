//! What users order from outside: faults, delays, limits and stale reads, as a line of text or as JSON with the same members.
//!
//! `ecs:CreateService nth=3 code=ThrottlingException` is `{"calls": "ecs:CreateService", "nth": 3, "code":
//! "ThrottlingException"}`.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::api::Params;
use crate::fault::{Effect, Fault, When};
use crate::latency::Latency;
use crate::pattern::Pattern;
use crate::stale::Stale;
use crate::throttle::{Limit, Throttle};

/// A time as people write it: `30ms`, `10m`, `1h30m`.
///
/// # Errors
/// Another text.
pub fn duration(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<SignedDuration>().ok();
    parsed
        .and_then(|time| Duration::try_from(time).ok())
        .ok_or_else(|| format!("`{text}` is no time: write `30ms`, `5s` or `10m`"))
}

/// A time as [`duration`] reads it.
pub(crate) fn written(time: Duration) -> String {
    format!(
        "{:#}",
        SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
    )
}

/// The members of an order in a line: the calls, and then `name=value`.
fn members(line: &str) -> Result<Value, String> {
    let mut words = line.split_whitespace();
    let mut members = Map::new();
    members.insert("calls".to_owned(), words.next().unwrap_or_default().into());
    for word in words {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` says nothing: write `name=value`"))?;
        members.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(members))
}

/// Refuses members that an order has not.
fn known(order: &Value, names: &[&str]) -> Result<(), String> {
    let members = order.as_object().ok_or("an order is an object")?;
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("there is no `{name}` here, only {}", names.join(", "))),
        None => Ok(()),
    }
}

fn calls(order: &Value) -> Result<Pattern, String> {
    Params(order).text("calls").unwrap_or("*").parse()
}

fn time(order: &Value, name: &str) -> Result<Duration, String> {
    let text = Params(order)
        .text(name)
        .ok_or_else(|| format!("`{name}` is missing"))?;
    duration(text)
}

/// A number, as a number or as text.
fn number<T: FromStr>(order: &Value, name: &str) -> Result<Option<T>, String> {
    let Some(value) = Params(order).get(name) else {
        return Ok(None);
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse()
        .map(Some)
        .map_err(|_| format!("`{name}` is a number, not `{text}`"))
}

impl TryFrom<&Value> for Fault {
    type Error = String;

    fn try_from(order: &Value) -> Result<Self, String> {
        const NAMES: [&str; 13] = [
            "calls",
            "nth",
            "first",
            "from",
            "firstOfEach",
            "share",
            "seed",
            "code",
            "status",
            "message",
            "drop",
            "answer",
            "always",
        ];
        known(order, &NAMES)?;
        let calls = calls(order)?;
        Ok(Self {
            service: calls.service,
            operation: calls.operation,
            when: when(order)?,
            effect: effect(order)?,
        })
    }
}

fn when(order: &Value) -> Result<When, String> {
    let seed = number(order, "seed")?.unwrap_or(0);
    let share: Option<f64> = number(order, "share")?;
    if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err("`share` is a number from 0 to 1".to_owned());
    }
    let said = [
        number(order, "nth")?.map(When::Nth),
        number(order, "first")?.map(When::First),
        number(order, "from")?.map(When::From),
        number(order, "firstOfEach")?.map(When::FirstOfEach),
        share.map(|share| When::Share { share, seed }),
    ];
    let mut said = said.into_iter().flatten();
    match (said.next(), said.next()) {
        (when, None) => Ok(when.unwrap_or(When::Always)),
        _ => Err("only one of nth, first, from, firstOfEach and share can be said".to_owned()),
    }
}

fn effect(order: &Value) -> Result<Effect, String> {
    let params = Params(order);
    let status = number(order, "status")?;
    match (params.text("code"), params.text("drop"), params.get("answer")) {
        (Some("throttle"), None, None) => Ok(Effect::Throttled),
        (Some("failure"), None, None) => Ok(Effect::Failed),
        (Some(code), None, None) => Ok(Effect::Error {
            status: status.unwrap_or(400),
            code: code.to_owned(),
            message: params.text("message").unwrap_or("asked for").to_owned(),
        }),
        (None, Some("answer"), None) => Ok(Effect::DropAnswer),
        (None, Some("connection"), None) => Ok(Effect::DropConnection),
        (None, None, Some(answer)) => Ok(Effect::Answer(answer.clone())),
        _ => Err(
            "say what goes wrong: code=throttle, code=failure, code=AnyCode, drop=answer or drop=connection"
                .to_owned(),
        ),
    }
}

/// A fault as JSON that can be read again.
pub(crate) fn show_fault(fault: &Fault) -> Value {
    let calls = Pattern {
        service: fault.service.clone(),
        operation: fault.operation.clone(),
    };
    let mut shown = json!({ "calls": calls.to_string() });
    match &fault.when {
        When::Always => {}
        When::Nth(n) => shown["nth"] = json!(n),
        When::First(n) => shown["first"] = json!(n),
        When::From(n) => shown["from"] = json!(n),
        When::FirstOfEach(n) => shown["firstOfEach"] = json!(n),
        When::Share { share, seed } => {
            shown["share"] = json!(share);
            shown["seed"] = json!(seed);
        }
    }
    match &fault.effect {
        Effect::Throttled => shown["code"] = json!("throttle"),
        Effect::Failed => shown["code"] = json!("failure"),
        Effect::DropAnswer => shown["drop"] = json!("answer"),
        Effect::DropConnection => shown["drop"] = json!("connection"),
        Effect::Answer(answer) => shown["answer"] = answer.clone(),
        Effect::Error {
            status,
            code,
            message,
        } => {
            shown["code"] = json!(code);
            shown["status"] = json!(status);
            shown["message"] = json!(message);
        }
    }
    shown
}

impl TryFrom<&Value> for Latency {
    type Error = String;

    fn try_from(order: &Value) -> Result<Self, String> {
        known(order, &["calls", "takes"])?;
        Ok(Self {
            calls: calls(order)?,
            takes: time(order, "takes")?,
        })
    }
}

impl TryFrom<&Value> for Stale {
    type Error = String;

    fn try_from(order: &Value) -> Result<Self, String> {
        known(order, &["calls", "by"])?;
        Ok(Self {
            calls: calls(order)?,
            by: time(order, "by")?,
        })
    }
}

impl TryFrom<&Value> for Throttle {
    type Error = String;

    fn try_from(order: &Value) -> Result<Self, String> {
        known(order, &["calls", "rate", "burst"])?;
        if Params(order).text("calls") == Some("aws") {
            return Ok(Self::AsAws);
        }
        let rate: f64 = number(order, "rate")?.ok_or("`rate` is missing: how many calls a second")?;
        let burst = number(order, "burst")?.unwrap_or(rate.max(1.0));
        if !(rate.is_finite() && rate > 0.0 && burst >= 1.0) {
            return Err("a rate is above 0, and a burst 1 or more".to_owned());
        }
        Ok(Self::Limit(Limit {
            calls: calls(order)?,
            rate,
            burst,
        }))
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        Self::try_from(&members(line)?)
    }
}

impl FromStr for Throttle {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        Self::try_from(&members(line)?)
    }
}

/// `30ms`, or `ecs:CreateService=30ms`.
fn time_of_calls(text: &str) -> Result<(Pattern, Duration), String> {
    match text.split_once('=') {
        Some((calls, time)) => Ok((calls.parse()?, duration(time)?)),
        None => Ok((Pattern::any(), duration(text)?)),
    }
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        time_of_calls(text).map(|(calls, takes)| Self { calls, takes })
    }
}

impl FromStr for Stale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        time_of_calls(text).map(|(calls, by)| Self { calls, by })
    }
}

#[cfg(test)]
mod tests;
