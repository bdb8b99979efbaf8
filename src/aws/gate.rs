//! The one gate that every call goes through: AWS's token buckets, a limit of calls in flight, retries, counters.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::Semaphore;

use super::AwsError;
use super::buckets::{Buckets, RateLimit};
use super::error::{Kind, classify};

/// How many calls may be under way at once.
const IN_FLIGHT: usize = 32;

/// Writes that double something when they are sent twice: sent again only when AWS certainly did not act.
const NOT_IDEMPOTENT: &[&str] = &[
    "RegisterTaskDefinition",
    "CreateRule",
    "ChangeResourceRecordSets",
    "RunTask",
];

/// How often operations were called, by service.
pub type Calls = BTreeMap<&'static str, BTreeMap<String, u64>>;

/// The gate of one account and Region.
#[derive(Debug)]
pub struct Gate {
    buckets: Buckets,
    in_flight: Semaphore,
    calls: Mutex<Calls>,
    jitter: RandomState,
    pause: Duration,
}

impl Gate {
    /// A gate that lets this much of AWS's rate through and whose first pause before another attempt is this long.
    pub fn new(limit: RateLimit, pause: Duration) -> Self {
        Gate {
            buckets: Buckets::new(limit),
            in_flight: Semaphore::new(IN_FLIGHT),
            calls: Mutex::default(),
            jitter: RandomState::new(),
            pause,
        }
    }

    /// Makes a call, and makes it again while that can help.
    ///
    /// # Errors
    /// The error of the last attempt. After a recoverable one AWS may have acted, unless the operation is a read.
    pub async fn call<T, E, A, F>(
        &self,
        service: &'static str,
        operation: &str,
        mut attempt: A,
    ) -> Result<T, AwsError>
    where
        A: FnMut() -> F,
        F: Future<Output = Result<T, SdkError<E, Response>>>,
        E: ProvideErrorMetadata + Error + 'static,
    {
        let mut made = 0;
        loop {
            let answer = self.attempt(service, operation, &mut attempt).await;
            made += 1;
            let error = match answer {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let (error, kind) = classify(service, operation, &error);
            if kind == Kind::Throttled {
                self.buckets.drain(service, operation);
            }
            if made >= attempts(kind, operation) {
                return Err(error);
            }
            tracing::debug!(service, operation, code = error.code, made, "trying again");
            tokio::time::sleep(self.pause(made)).await;
        }
    }

    /// How often each operation was called so far, retries included.
    pub fn calls(&self) -> Calls {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn attempt<T, A, F>(&self, service: &'static str, operation: &str, attempt: &mut A) -> F::Output
    where
        A: FnMut() -> F,
        F: Future<Output = T>,
    {
        tokio::time::sleep(self.buckets.take(service, operation)).await;
        let _permit = self.in_flight.acquire().await;
        self.count(service, operation);
        attempt().await
    }

    fn count(&self, service: &'static str, operation: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls
            .entry(service)
            .or_default()
            .entry(operation.to_owned())
            .or_default() += 1;
    }

    /// Doubles from the first pause to fifty times that, less up to half by chance: so that many do not come back at
    /// once.
    fn pause(&self, made: u32) -> Duration {
        let longest = self.pause * (1 << made.min(6)).min(50);
        let chance = (self.jitter.hash_one((made, tokio::time::Instant::now())) % 1000) as f64 / 1000.0;
        longest.mul_f64(1.0 - chance / 2.0)
    }
}

/// How many attempts a kind of failure is worth: a throttle passes within half a minute, what has not settled within
/// two minutes, and what is broken is told soon.
fn attempts(kind: Kind, operation: &str) -> u32 {
    match kind {
        Kind::Terminal => 1,
        Kind::Throttled => 12,
        Kind::Unsettled => 30,
        Kind::Unreached => 4,
        Kind::Lost if NOT_IDEMPOTENT.contains(&operation) => 1,
        Kind::Lost => 5,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fmt;

    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use futures::future::join_all;

    use super::*;
    use crate::aws::Class;

    #[derive(Debug)]
    struct Refusal(ErrorMetadata);

    impl fmt::Display for Refusal {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(out, "{}", self.0)
        }
    }

    impl Error for Refusal {}

    impl ProvideErrorMetadata for Refusal {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    fn refusal(code: &str, status: u16) -> SdkError<Refusal, Response> {
        let response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        SdkError::service_error(
            Refusal(ErrorMetadata::builder().code(code).message("no").build()),
            response,
        )
    }

    /// Calls an operation that fails `failures` times; returns the result and the number of attempts.
    async fn run(operation: &str, code: &str, status: u16, failures: u32) -> (Result<u32, AwsError>, u32) {
        let gate = Gate::new(RateLimit::Full, Duration::from_millis(100));
        let made = Cell::new(0);
        let result = gate
            .call("ecs", operation, || async {
                made.set(made.get() + 1);
                if made.get() > failures {
                    Ok(made.get())
                } else {
                    Err(refusal(code, status))
                }
            })
            .await;
        assert_eq!(gate.calls()["ecs"][operation], u64::from(made.get()));
        (result, made.get())
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_is_made_again_until_it_passes() {
        let (result, made) = run("UpdateService", "ThrottlingException", 400, 8).await;
        assert_eq!((result.unwrap(), made), (9, 9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_or_a_denied_call_is_told_at_once() {
        for code in ["LimitExceededException", "AccessDeniedException"] {
            let (result, made) = run("CreateService", code, 400, 9).await;
            assert_eq!((result.unwrap_err().class, made), (Class::Terminal, 1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_would_double_is_not_sent_again_after_a_lost_answer() {
        assert_eq!(
            run("RegisterTaskDefinition", "ServerException", 500, 1).await.1,
            1
        );
        assert_eq!(
            run("RegisterTaskDefinition", "ThrottlingException", 400, 1)
                .await
                .1,
            2
        );
        assert_eq!(run("UpdateService", "ServerException", 500, 1).await.1, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_passes_is_told_in_the_end() {
        let (result, made) = run("DescribeServices", "ServerException", 500, 100).await;
        let error = result.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str(), made),
            (Class::Recoverable, "ServerException", 5)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn retries_fit_into_half_a_minute() {
        let before = tokio::time::Instant::now();
        run("DescribeServices", "ThrottlingException", 400, 100)
            .await
            .0
            .unwrap_err();
        assert!(
            before.elapsed() < Duration::from_secs(40),
            "{:?}",
            before.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_calls_are_in_flight_than_allowed() {
        let gate = Gate::new(RateLimit::Full, Duration::from_millis(100));
        let (now, most) = (Cell::new(0), Cell::new(0));
        let calls = (0..100).map(|_| {
            gate.call("sts", "GetCallerIdentity", || async {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                tokio::time::sleep(Duration::from_millis(10)).await;
                now.set(now.get() - 1);
                Ok::<_, SdkError<Refusal, Response>>(())
            })
        });
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(most.get(), IN_FLIGHT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_call_gives_its_place_back() {
        let gate = Gate::new(RateLimit::Full, Duration::from_millis(100));
        for _ in 0..IN_FLIGHT + 1 {
            let call = gate.call(
                "sts",
                "GetCallerIdentity",
                std::future::pending::<Result<(), SdkError<Refusal, Response>>>,
            );
            tokio::time::timeout(Duration::from_secs(1), call)
                .await
                .unwrap_err();
        }
        assert_eq!(gate.in_flight.available_permits(), IN_FLIGHT);
    }
}
