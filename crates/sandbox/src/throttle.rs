//! Token buckets: AWS's documented ones as a whole, and others that are asked for. They fill by the sandbox's clock.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Deserialize;

use crate::api::Params;
use crate::pattern::{Pattern, covers};

/// A limit of the rate of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Which calls draw on it, together.
    pub calls: Pattern,
    /// How many it lets through in one second, in the long run.
    pub rate: f64,
    /// How many it lets through at once.
    pub burst: f64,
}

/// What holds calls back.
#[derive(Debug, Clone, PartialEq)]
pub enum Throttle {
    /// All limits that AWS documents.
    AsAws,
    /// One of your own.
    Limit(Limit),
}

/// What a call takes from a bucket.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
enum Counts {
    #[default]
    #[serde(rename = "calls")]
    Calls,
    #[serde(rename = "changes")]
    Changes,
    #[serde(rename = "fargate calls")]
    FargateCalls,
    #[serde(rename = "fargate tasks")]
    FargateTasks,
}

#[derive(Debug, Clone, Deserialize)]
struct Fast {
    rate: f64,
    regions: Vec<String>,
}

/// One row of what AWS documents.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    service: Option<String>,
    burst: f64,
    rate: f64,
    /// Whether every operation has a bucket of its own.
    #[serde(default)]
    each: bool,
    #[serde(default)]
    counts: Counts,
    /// Regions where the rate is another.
    fast: Option<Fast>,
    operations: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    buckets: Vec<Row>,
}

static DOCUMENTED: LazyLock<Vec<Row>> = LazyLock::new(|| {
    serde_json::from_str::<Table>(include_str!("throttle-buckets.json"))
        .map_or_else(|_| Vec::new(), |table| table.buckets)
});

impl Row {
    fn covers(&self, service: &str, operation: &str) -> bool {
        let mut patterns = self.operations.iter();
        patterns.any(|pattern| covers(self.service.as_deref(), pattern, service, operation))
    }

    fn sizes(&self, region: &str) -> (f64, f64) {
        let fast = self.fast.as_ref();
        match fast.filter(|fast| fast.regions.iter().any(|name| name == region)) {
            Some(fast) => (fast.rate, fast.rate),
            None => (self.burst, self.rate),
        }
    }

    fn cost(&self, params: Params<'_>) -> f64 {
        let on_fargate = params.text("launchType") == Some("FARGATE");
        match self.counts {
            Counts::Calls => 1.0,
            Counts::FargateCalls => f64::from(on_fargate),
            Counts::FargateTasks if on_fargate => params.number("count").unwrap_or(1) as f64,
            Counts::FargateTasks => 0.0,
            Counts::Changes => changes(params),
        }
    }
}

/// An UPSERT counts as a deletion and a creation.
fn changes(params: Params<'_>) -> f64 {
    let batch = params.inside("ChangeBatch");
    let changes = batch.into_iter().flat_map(|batch| batch.list("Changes"));
    let cost = |change: Params<'_>| {
        if change.text("Action") == Some("UPSERT") {
            2.0
        } else {
            1.0
        }
    };
    changes.map(cost).sum()
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

/// A call that wants to pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub account: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    pub operation: &'a str,
    pub params: Params<'a>,
}

/// The limits that hold, and how full their buckets are.
#[derive(Debug, Default)]
pub(crate) struct Throttles {
    asked: Vec<Throttle>,
    rows: Vec<Row>,
    /// By row, account, region and, where every operation has its own, operation.
    buckets: BTreeMap<(usize, String), Bucket>,
}

impl Throttles {
    /// Adds a limit, or all that AWS documents.
    pub fn add(&mut self, throttle: Throttle) {
        match &throttle {
            Throttle::AsAws if self.asked.contains(&throttle) => return,
            Throttle::AsAws => self.rows.extend(DOCUMENTED.iter().cloned()),
            Throttle::Limit(limit) => self.rows.push(Row {
                service: limit.calls.service.clone(),
                burst: limit.burst,
                rate: limit.rate,
                each: false,
                counts: Counts::Calls,
                fast: None,
                operations: vec![limit.calls.operation.clone()],
            }),
        }
        self.asked.push(throttle);
    }

    /// What was asked for, in order.
    pub fn all(&self) -> &[Throttle] {
        &self.asked
    }

    /// Lets a call pass, which takes from every bucket that it draws on, or from none of them.
    pub fn pass(&mut self, call: Asking<'_>, now: Timestamp) -> bool {
        let mut drawn = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            if row.covers(call.service, call.operation) {
                let cost = row.cost(call.params);
                let key = (index, key(row, call));
                let (burst, rate) = row.sizes(call.region);
                let bucket = self.buckets.entry(key.clone()).or_insert(Bucket {
                    tokens: burst,
                    filled: now,
                });
                let passed = now.duration_since(bucket.filled).as_secs_f64().max(0.0);
                bucket.tokens = burst.min(bucket.tokens + passed * rate);
                bucket.filled = now;
                drawn.push((key, cost));
            }
        }
        let has = |(key, cost): &((usize, String), f64)| {
            self.buckets.get(key).is_none_or(|bucket| bucket.tokens >= *cost)
        };
        let passes = drawn.iter().all(has);
        if passes {
            for (key, cost) in drawn {
                if let Some(bucket) = self.buckets.get_mut(&key) {
                    bucket.tokens -= cost;
                }
            }
        }
        passes
    }
}

/// Route 53 counts by account, everything else by account and region.
fn key(row: &Row, call: Asking<'_>) -> String {
    let region = if call.service == "route53" {
        ""
    } else {
        call.region
    };
    let operation = if row.each { call.operation } else { "" };
    format!("{}/{region}/{operation}", call.account)
}

#[cfg(test)]
mod tests;
