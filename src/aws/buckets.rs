//! AWS's token buckets, kept on our side: a call waits for its turn instead of being throttled.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

/// How much of AWS's rate is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RateLimit {
    /// Half: the rest is left to people, pipelines and other tools.
    Half,
    /// All of it: for a person who waits.
    #[default]
    Full,
    /// No limit but AWS's own: for accounts whose quotas were raised.
    Off,
}

impl RateLimit {
    /// The share of AWS's documented rates; none where these say nothing.
    fn share(self) -> Option<f64> {
        match self {
            RateLimit::Half => Some(0.5),
            RateLimit::Full => Some(1.0),
            RateLimit::Off => None,
        }
    }
}

/// One row of AWS's documented limits.
#[derive(Debug, Deserialize)]
struct Limit {
    service: String,
    name: String,
    burst: f64,
    rate: f64,
    each: bool,
    operations: Vec<String>,
}

#[derive(Deserialize)]
struct Limits {
    buckets: Vec<Limit>,
}

static LIMITS: LazyLock<Vec<Limit>> = LazyLock::new(|| {
    serde_json::from_str::<Limits>(include_str!("throttle-buckets.json"))
        .map_or_else(|_| Vec::new(), |limits| limits.buckets)
});

impl Limit {
    fn covers(&self, service: &str, operation: &str) -> bool {
        self.service == service && self.operations.iter().any(|pattern| matches(pattern, operation))
    }
}

fn matches(pattern: &str, operation: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => operation.starts_with(prefix),
        None => pattern == operation,
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// The buckets of one account and Region.
#[derive(Debug)]
pub struct Buckets {
    share: Option<f64>,
    /// By limit and, where every operation has its own, by operation.
    buckets: Mutex<BTreeMap<(usize, String), Bucket>>,
}

impl Buckets {
    /// Full buckets, of which this much is used.
    pub fn new(limit: RateLimit) -> Self {
        Buckets {
            share: limit.share(),
            buckets: Mutex::default(),
        }
    }

    /// Takes a token from every bucket that the operation draws on, and says how long to wait for the last of them.
    /// Tokens are taken in advance, so those who wait are served in the order in which they came.
    pub fn take(&self, service: &str, operation: &str) -> Duration {
        let now = Instant::now();
        let mut wait = Duration::ZERO;
        self.each(service, operation, now, |bucket, rate| {
            bucket.tokens -= 1.0;
            if bucket.tokens < 0.0 {
                wait = wait.max(Duration::from_secs_f64(-bucket.tokens / rate));
            }
        });
        wait
    }

    /// AWS throttled the operation, so its buckets are emptier than was thought: others share them.
    pub fn drain(&self, service: &str, operation: &str) {
        self.each(service, operation, Instant::now(), |bucket, _| {
            bucket.tokens = bucket.tokens.min(0.0)
        });
    }

    fn each(&self, service: &str, operation: &str, now: Instant, mut visit: impl FnMut(&mut Bucket, f64)) {
        let Some(share) = self.share else { return };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let limits = LIMITS
            .iter()
            .enumerate()
            .filter(|(_, limit)| limit.covers(service, operation));
        for (index, limit) in limits {
            let burst = (limit.burst * share).max(1.0);
            let rate = limit.rate * share;
            let key = if limit.each {
                operation
            } else {
                limit.name.as_str()
            };
            let bucket = buckets.entry((index, key.to_owned())).or_insert(Bucket {
                tokens: burst,
                filled: now,
            });
            bucket.tokens = burst.min(bucket.tokens + (now - bucket.filled).as_secs_f64() * rate);
            bucket.filled = now;
            visit(bucket, rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(buckets: &Buckets, operation: (&str, &str), calls: usize) -> Vec<u128> {
        (0..calls)
            .map(|_| buckets.take(operation.0, operation.1).as_millis())
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let buckets = Buckets::new(RateLimit::Full);
        let waits = waits(&buckets, ("ecs", "RegisterTaskDefinition"), 22);
        assert!(waits[..20].iter().all(|wait| *wait == 0));
        assert_eq!(waits[20..], [1000, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn operations_of_one_bucket_share_it() {
        let buckets = Buckets::new(RateLimit::Full);
        waits(&buckets, ("ecs", "RegisterTaskDefinition"), 20);
        assert_eq!(buckets.take("ecs", "DeregisterTaskDefinition").as_millis(), 1000);
        assert_eq!(buckets.take("ecs", "DescribeTaskDefinition").as_millis(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_balancer_call_draws_on_the_account_and_on_its_own_bucket() {
        let buckets = Buckets::new(RateLimit::Full);
        let reads = waits(&buckets, ("elasticloadbalancing", "DescribeRules"), 40);
        assert!(reads.iter().all(|wait| *wait == 0));
        assert_eq!(
            buckets.take("elasticloadbalancing", "CreateRule").as_millis(),
            100
        );
    }

    #[tokio::test(start_paused = true)]
    async fn operations_with_buckets_of_their_own_do_not_wait_for_one_another() {
        let buckets = Buckets::new(RateLimit::Full);
        waits(&buckets, ("logs", "CreateLogGroup"), 10);
        assert_eq!(buckets.take("logs", "DescribeLogGroups").as_millis(), 0);
        assert_eq!(buckets.take("logs", "CreateLogGroup").as_millis(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn half_leaves_half_of_burst_and_rate_to_others() {
        let buckets = Buckets::new(RateLimit::Half);
        let waits = waits(&buckets, ("ecs", "RegisterTaskDefinition"), 11);
        assert_eq!(waits[9..], [0, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn where_quotas_were_raised_nothing_waits() {
        let buckets = Buckets::new(RateLimit::Off);
        let waits = waits(&buckets, ("ecs", "RegisterTaskDefinition"), 500);
        assert!(waits.iter().all(|wait| *wait == 0));
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_fill_again_and_a_throttled_one_is_empty() {
        let buckets = Buckets::new(RateLimit::Full);
        waits(&buckets, ("ecs", "RegisterTaskDefinition"), 20);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(buckets.take("ecs", "RegisterTaskDefinition").as_millis(), 0);
        buckets.drain("ecs", "RegisterTaskDefinition");
        assert_eq!(buckets.take("ecs", "RegisterTaskDefinition").as_millis(), 1000);
    }

    #[test]
    fn the_table_of_limits_is_read() {
        assert!(LIMITS.len() > 20);
        assert!(LIMITS.iter().all(|limit| limit.rate > 0.0 && limit.burst >= 1.0));
    }
}
