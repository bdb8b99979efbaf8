//! What a read can't do without: its calls, derived from the API's batch sizes, and the time that these need within AWS's
//! request rates.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::project::{Shape, Triggers};

/// Calls by service and operation.
pub type Calls = BTreeMap<(String, String), u64>;

/// How many calls may be in flight at once.
const IN_FLIGHT: f64 = 32.0;
/// How many calls must follow one another: the account, the services, their revisions; or a rule, then its targets.
const IN_A_ROW: f64 = 3.0;

/// What is already known before a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Nothing.
    Cold,
    /// Everything that can't change, or tells when it has.
    Warm,
}

/// The calls of a read of everything, where everything stands.
///
/// ECS: names a page and services a description, a call for each unknown revision. Elastic Load Balancing: target groups
/// a page, each balancer and its rules, attributes group by group, tags twenty ARNs a call. EventBridge: rules a page, the
/// targets of each. Scheduler: schedules a page, each that is unknown. Batch sizes are those of the API reference.
pub fn read(shape: &Shape, memory: Memory) -> Calls {
    let services = shape.all_services() as u64;
    let (batches, balancers) = (shape.batches as u64, shape.listeners.len() as u64);
    let unknown = |count: u64| if memory == Memory::Cold { count } else { 0 };
    let mut calls = Calls::new();
    let mut need = |service: &str, operation: &str, count: u64| {
        calls.insert((service.to_owned(), operation.to_owned()), count);
    };
    need("sts", "GetCallerIdentity", 1);
    need("ecs", "ListServices", services.div_ceil(100));
    need("ecs", "DescribeServices", services.div_ceil(10));
    need(
        "ecs",
        "DescribeTaskDefinition",
        unknown(shape.definitions() as u64),
    );
    need(
        "logs",
        "DescribeLogGroups",
        (shape.services + shape.batches).div_ceil(50) as u64,
    );
    let balancing = "elasticloadbalancing";
    need(balancing, "DescribeTargetGroups", services.div_ceil(400));
    need(balancing, "DescribeLoadBalancers", balancers);
    need(balancing, "DescribeRules", balancers);
    need(balancing, "DescribeTargetGroupAttributes", services);
    need(balancing, "DescribeTags", (2 * services).div_ceil(20));
    if shape.zone.is_some() {
        let records = 2 * shape.services as u64 + 2;
        need("route53", "ListResourceRecordSets", records.div_ceil(300));
    }
    match shape.triggers {
        Triggers::Rules => {
            need("events", "ListRules", batches.div_ceil(100));
            need("events", "ListTargetsByRule", batches);
        }
        Triggers::Schedules => {
            need("scheduler", "ListSchedules", batches.div_ceil(100));
            need("scheduler", "GetSchedule", unknown(batches));
        }
    }
    calls
}

/// How many calls these are.
pub fn total(calls: &Calls) -> u64 {
    calls.values().sum()
}

#[derive(Deserialize)]
struct Table {
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    service: String,
    burst: f64,
    rate: f64,
    each: bool,
    operations: Vec<String>,
}

impl Bucket {
    fn covers(&self, service: &str, operation: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => pattern == operation,
        };
        self.service == service && self.operations.iter().any(matches)
    }

    /// How long these calls take to get through, when the bucket is full at first.
    fn time(&self, calls: &Calls) -> f64 {
        let ours = calls
            .iter()
            .filter(|((service, operation), _)| self.covers(service, operation))
            .map(|(_, count)| *count as f64);
        let wait = |count: f64| ((count - self.burst) / self.rate).max(0.0);
        match self.each {
            true => ours.map(wait).fold(0.0, f64::max),
            false => wait(ours.sum()),
        }
    }
}

/// The least time for calls that take so long each: AWS's buckets, full at first, or all places in flight, and the few
/// calls that need another's answer.
pub fn time(calls: &Calls, latency: Duration) -> Duration {
    let table: Table = serde_json::from_str(include_str!("../../src/aws/throttle-buckets.json"))
        .expect("the table of limits is read");
    let waits = table.buckets.iter().map(|bucket| bucket.time(calls));
    let slowest = waits.fold(0.0, f64::max);
    let flight = total(calls) as f64 / IN_FLIGHT * latency.as_secs_f64();
    Duration::from_secs_f64(slowest.max(flight) + IN_A_ROW * latency.as_secs_f64())
}
