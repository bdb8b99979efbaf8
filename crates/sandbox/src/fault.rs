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
    /// The first n calls of every operation that is meant.
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
    of_each: HashMap<String, u64>,
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
            When::FirstOfEach(n) => {
                let seen = self.of_each.entry(format!("{service}:{operation}")).or_default();
                *seen += 1;
                *seen <= n
            }
            When::Share { share, seed } => self.draw(seed, service, operation, params) < share,
        }
    }

    /// A number below 1 that only follows from the call and how often it came.
    fn draw(&mut self, seed: u64, service: &str, operation: &str, params: Params<'_>) -> f64 {
        let mut digest = Sha256::new();
        digest.update(seed.to_be_bytes());
        digest.update(format!("{service}:{operation}:{}", without_token(params.0)));
        let same = first_half(&digest.clone().finalize());
        let times = self.of_same.entry(same).or_default();
        *times += 1;
        digest.update(times.to_be_bytes());
        let drawn = u128::from_be_bytes(first_half(&digest.finalize()));
        drawn as f64 / u128::MAX as f64
    }
}

fn first_half(digest: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
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
            of_each: HashMap::new(),
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
    #[cfg(test)]
    pub fn all(&self) -> &[Armed] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
