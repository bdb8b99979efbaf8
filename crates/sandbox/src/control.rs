//! The sandbox's own requests, under `/_sandbox/`, in plain JSON: for whoever rehearses from outside of the process.

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::api::Params;
use crate::fault::Fault;
use crate::latency::Latency;
use crate::orders::{duration, show_fault, written};
use crate::sandbox::{Call, Sandbox};
use crate::stale::Stale;
use crate::throttle::Throttle;

const ROOT: &str = "/_sandbox/";

/// What is answered: a status and JSON.
pub(crate) type Reply = (u16, Value);

/// Answers a request of the sandbox's own; none when it is one for AWS.
pub(crate) fn answer(
    sandbox: &Sandbox,
    method: &Method,
    path: &str,
    query: &str,
    body: &[u8],
) -> Option<Reply> {
    let about = path.strip_prefix(ROOT)?.trim_end_matches('/');
    Some(match reply(sandbox, method, about, query, body) {
        Ok(reply) => reply,
        Err(error) => (400, json!({ "error": error })),
    })
}

fn reply(sandbox: &Sandbox, method: &Method, about: &str, query: &str, body: &[u8]) -> Result<Reply, String> {
    if !["faults", "latency", "throttle", "stale", "clock", "calls"].contains(&about) {
        let there = "faults, latency, throttle, stale, clock and calls";
        return Ok((
            404,
            json!({ "error": format!("there is no {ROOT}{about}: there are {there}") }),
        ));
    }
    match *method {
        Method::GET => {}
        Method::POST if about != "calls" => order(sandbox, about, &read(body)?)?,
        Method::DELETE if !["calls", "clock"].contains(&about) => sandbox.take_back(about),
        _ => {
            return Ok((
                405,
                json!({ "error": format!("{ROOT}{about} does not take {method}") }),
            ));
        }
    }
    Ok((200, show(sandbox, about, query)?))
}

fn read(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))
}

/// One order, or a list of them: all are taken or none.
fn order(sandbox: &Sandbox, about: &str, body: &Value) -> Result<(), String> {
    let orders = match body {
        Value::Array(orders) => orders.as_slice(),
        one => std::slice::from_ref(one),
    };
    match about {
        "faults" => all(orders, |fault: Fault| sandbox.inject(fault)),
        "latency" => all(orders, |latency: Latency| sandbox.delay(latency)),
        "throttle" => all(orders, |throttle: Throttle| sandbox.throttle(throttle)),
        "stale" => all(orders, |stale: Stale| sandbox.answer_late(stale)),
        _ => {
            let by = Params(body)
                .text("advance")
                .ok_or("`advance` is missing: how far")?;
            sandbox.advance(duration(by)?);
            Ok(())
        }
    }
}

fn all<'a, T: TryFrom<&'a Value, Error = String>>(
    orders: &'a [Value],
    take: impl Fn(T),
) -> Result<(), String> {
    let orders = orders
        .iter()
        .map(T::try_from)
        .collect::<Result<Vec<T>, String>>()?;
    orders.into_iter().for_each(take);
    Ok(())
}

fn show(sandbox: &Sandbox, about: &str, query: &str) -> Result<Value, String> {
    Ok(match about {
        "clock" => json!({ "now": sandbox.now().to_string() }),
        "calls" => calls(sandbox, query)?,
        about => sandbox.orders(about),
    })
}

/// The calls from the number that the query names on, and how many there were of each operation.
fn calls(sandbox: &Sandbox, query: &str) -> Result<Value, String> {
    let from = match query.strip_prefix("from=") {
        Some(from) => from.parse().map_err(|_| format!("`{from}` is no number"))?,
        None => 0,
    };
    let all = sandbox.calls();
    let of_interest = all.get(from..).unwrap_or_default();
    let mut counts: Map<String, Value> = Map::new();
    for call in of_interest {
        let name = format!("{}:{}", call.service, call.operation);
        let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name, json!(count + 1));
    }
    let calls: Vec<Value> = of_interest.iter().map(show_call).collect();
    Ok(json!({ "next": all.len(), "counts": counts, "calls": calls }))
}

fn show_call(call: &Call) -> Value {
    json!({
        "service": call.service,
        "operation": call.operation,
        "region": call.region,
        "error": call.error,
        "isWrite": call.is_write,
        "parameters": call.parameters,
    })
}

impl Sandbox {
    fn orders(&self, about: &str) -> Value {
        let trouble = crate::sandbox::locked(self.trouble());
        match about {
            "faults" => trouble
                .faults
                .all()
                .iter()
                .map(|armed| {
                    let mut shown = show_fault(&armed.fault);
                    shown["seen"] = json!(armed.seen);
                    shown["hit"] = json!(armed.hit);
                    shown
                })
                .collect(),
            "latency" => trouble
                .latencies
                .all()
                .iter()
                .map(|latency| json!({ "calls": latency.calls.to_string(), "takes": written(latency.takes) }))
                .collect(),
            "throttle" => trouble
                .throttles
                .all()
                .iter()
                .map(|throttle| match throttle {
                    Throttle::AsAws => json!({ "calls": "aws" }),
                    Throttle::Limit(limit) => {
                        json!({ "calls": limit.calls.to_string(), "rate": limit.rate, "burst": limit.burst })
                    }
                })
                .collect(),
            _ => trouble
                .history
                .all()
                .iter()
                .map(|stale| json!({ "calls": stale.calls.to_string(), "by": written(stale.by) }))
                .collect(),
        }
    }

    /// Takes back what was asked for of one kind.
    fn take_back(&self, about: &str) {
        let mut trouble = crate::sandbox::locked(self.trouble());
        match about {
            "faults" => trouble.faults = Default::default(),
            "latency" => trouble.latencies = Default::default(),
            "throttle" => trouble.throttles = Default::default(),
            _ => trouble.history.clear(),
        }
    }
}
