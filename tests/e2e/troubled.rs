//! An AWS that fails, throttles and loses answers, and two applies at once: in the end everything is there once.

use std::time::Duration;

use sendo_sandbox::{Call, Clock, Effect, Latency, Pattern, When};

use super::harness::{Census, Stage};
use super::killed::{changing, shop};

/// How many applies may be needed while AWS fails.
const ENOUGH: usize = 12;

async fn undisturbed() -> Census {
    let stage = shop().await;
    stage.apply().await;
    let census = stage.census();
    assert!(census.values().all(|count| *count == 1), "{census:#?}");
    census
}

/// Applies until all of it is done, and returns how often.
async fn gets_through(stage: &Stage) -> usize {
    let mut report = stage.try_apply().await;
    for applies in 1..ENOUGH {
        if report.is_success() {
            return applies;
        }
        report = stage.try_apply().await;
    }
    panic!("it never got through: {report:#?}");
}

/// Creates and changes while calls fail, and expects what is left when none does. Returns how many applies the one and the
/// other took.
async fn comes_out_right(when: When, effect: Effect) -> [usize; 2] {
    let mut applies = [0, 0];
    for (at, stage) in [shop().await, changing().await].iter().enumerate() {
        let begin = stage.keep();
        stage.apply().await;
        let expected = stage.census();
        stage.go_back(&begin);
        stage.fault("*", when, effect.clone());
        applies[at] = gets_through(stage).await;
        stage.sandbox.heal();
        assert_eq!(stage.census(), expected, "{when:?} {effect:?}");
        stage.is_settled().await;
    }
    applies
}

#[tokio::test]
async fn every_call_is_throttled_once_and_one_apply_is_enough() {
    let applies = comes_out_right(When::FirstOfEach(1), Effect::Throttled).await;
    assert_eq!(applies, [1, 1]);
}

#[tokio::test]
async fn every_call_fails_once() {
    comes_out_right(When::FirstOfEach(1), Effect::Failed).await;
}

#[tokio::test]
async fn the_answer_of_every_call_is_lost_once() {
    comes_out_right(When::FirstOfEach(1), Effect::DropAnswer).await;
}

#[tokio::test]
async fn a_tenth_of_all_calls_goes_wrong() {
    for seed in 1..=3 {
        for effect in [Effect::Failed, Effect::DropAnswer] {
            comes_out_right(When::Share { share: 0.1, seed }, effect).await;
        }
    }
}

/// ECS knows no token for registrations: two that look at the same moment both register. Nothing else is doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_applies_at_once_make_everything_once() {
    let expected = undisturbed().await;
    let stage = shop().await;
    // Both have read an empty account before either writes.
    stage.sandbox.delay(Latency {
        calls: Pattern::any(),
        takes: Duration::from_millis(20),
    });
    let apply = || stage.sendo(&["apply", "--yes"]);
    let (first, second) = tokio::join!(apply().run(), apply().run());
    stage.sandbox.heal();
    stage.apply().await;
    for (what, count) in stage.census() {
        let most = if what.starts_with("revision") { 2 } else { 1 };
        assert!(
            (1..=most).contains(&count),
            "{count} {what}: {first:#?} {second:#?}"
        );
        assert!(expected.contains_key(&what), "{what}");
    }
    assert_eq!(stage.census().len(), expected.len());
    stage.is_settled().await;
}

#[tokio::test]
async fn reads_that_lag_behind_double_nothing() {
    let expected = undisturbed().await;
    let stage = shop().await;
    // Two seconds of the sandbox are 20 ms of ours.
    stage.sandbox.answer_late("2s".parse().unwrap());
    gets_through(&stage).await;
    stage.sandbox.heal();
    assert_eq!(stage.census(), expected);
    stage.is_settled().await;
}

#[tokio::test]
async fn an_apply_within_awss_rates_is_throttled_by_none_of_them() {
    let stage = Stage::timed(Clock::Real)
        .await
        .copy_of("examples/shop")
        .environment("production");
    stage.sandbox.throttle_as_aws();
    // The binary, which looks at deployments as often as a person's does.
    stage.sendo(&["apply", "--yes"]).run().await.exits(0);
    let is_throttled = |call: &Call| call.error.as_deref().is_some_and(|code| code.contains("Throttl"));
    let refused: Vec<Call> = stage.calls().into_iter().filter(is_throttled).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
