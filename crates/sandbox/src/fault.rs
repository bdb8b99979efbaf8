//! Faults that tests ask for: which call they hit and what then goes wrong.

pub(crate) mod as_aws;

use std::collections::HashMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::api::Params;
use crate::pattern::covers;

/// A fault to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The service, as calls name it (`ecs`, `elasticloadbalancing`, …); none hits all.
    pub service: Option<String>,
    /// The operation, such as `CreateService`, or a [pattern](crate::Pattern) of several: `Describe*`, `writes`, `*`.
    pub operation: String,
    /// Which of its calls.
    pub when: When,
    /// What goes wrong.
    pub effect: Effect,
}

/// Which calls a fault hits, counted from its injection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// Every call.
    Always,
    /// Only the nth call; the first is 1.
    Nth(u64),
    /// The first n calls.
    First(u64),
    /// Every call from the nth on.
    From(u64),
    /// Of every call the first n times that it is made: the same operation with the same parameters.
    FirstOfEach(u64),
    /// A share of the calls. Whether one is hit follows from the seed, the operation, the parameters and how often the
    /// same was asked before: it is the same in every run, in whatever order the calls come.
    Share {
        /// From 0 to 1.
        share: f64,
        /// Another seed hits other calls.
        seed: u64,
    },
}

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The operation is not run; this is its answer.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's code.
        code: String,
        /// Its text.
        message: String,
    },
    /// The operation is not run: too many calls, in the service's own words.
    Throttled,
    /// The operation is not run: AWS itself failed, in the service's own words.
    Failed,
    /// The operation is not run; this is its answer, with the status of success.
    Answer(Value),
    /// The operation is run and the connection closed without an answer.
    DropAnswer,
    /// The connection is closed and the operation not run.
    DropConnection,
}

/// A fault and what it has seen.
#[derive(Debug)]
pub(crate) struct Armed {
    pub fault: Fault,
    /// Calls that it was meant for.
    pub seen: u64,
    /// Calls that it hit.
    pub hit: u64,
    of_same: HashMap<[u8; 16], u64>,
}

impl Armed {
    fn covers(&self, service: &str, operation: &str) -> bool {
        covers(
            self.fault.service.as_deref(),
            &self.fault.operation,
            service,
            operation,
        )
    }

    fn hits(&mut self, service: &str, operation: &str, params: Params<'_>) -> bool {
        self.seen += 1;
        match self.fault.when {
            When::Always => true,
            When::Nth(n) => self.seen == n,
            When::First(n) => self.seen <= n,
            When::From(n) => self.seen >= n,
            When::FirstOfEach(n) => self.again(&call_key(service, operation, params)) <= n,
            When::Share { share, seed } => {
                let key = call_key(service, operation, params);
                draw(seed, &key, self.again(&key)) < share
            }
        }
    }

    /// How often the same call came by now.
    fn again(&mut self, key: &[u8; 16]) -> u64 {
        let times = self.of_same.entry(*key).or_default();
        *times += 1;
        *times
    }
}

fn call_key(service: &str, operation: &str, params: Params<'_>) -> [u8; 16] {
    first_half(format!("{service}:{operation}:{}", without_token(params.0)).as_bytes())
}

/// A number from 0 to 1 that follows from the call, how often it came, and the seed alone.
fn draw(seed: u64, key: &[u8; 16], times: u64) -> f64 {
    let of_all = [&seed.to_be_bytes()[..], key, &times.to_be_bytes()].concat();
    u128::from_be_bytes(first_half(&of_all)) as f64 / u128::MAX as f64
}

fn first_half(text: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(text)[..16]);
    half
}

/// SDKs fill tokens in by chance.
fn without_token(params: &Value) -> Value {
    let mut params = params.clone();
    if let Some(members) = params.as_object_mut() {
        members.retain(|name, _| !name.eq_ignore_ascii_case("clientToken"));
    }
    params
}

/// The faults to come and how many calls each has seen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Armed>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(Armed {
            fault,
            seen: 0,
            hit: 0,
            of_same: HashMap::new(),
        });
    }

    /// Counts a call, and tells the first fault that hits it.
    pub fn hit(&mut self, service: &str, operation: &str, params: Params<'_>) -> Option<Effect> {
        let mut effect = None;
        for armed in &mut self.0 {
            if armed.covers(service, operation) && armed.hits(service, operation, params) && effect.is_none()
            {
                armed.hit += 1;
                effect = Some(armed.fault.effect.clone());
            }
        }
        effect
    }

    /// What was asked for and what it has seen, in order.
    pub fn all(&self) -> &[Armed] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
