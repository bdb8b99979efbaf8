//! A batch that moves between rule and schedule never has two triggers that fire, wherever the move is interrupted.

use sendo_sandbox::When;

use super::testing::{Bench, GROUP, desired, rule, schedule};
use crate::resource::graph::Desired;

/// The writes of a move, in their order.
const TO_SCHEDULE: [&str; 5] = [
    "DisableRule",
    "CreateScheduleGroup",
    "CreateSchedule",
    "RemoveTargets",
    "DeleteRule",
];
const TO_RULE: [&str; 4] = ["UpdateSchedule", "PutRule", "PutTargets", "DeleteSchedule"];

fn by_rule() -> Desired {
    desired([rule("no1", |_| {})])
}

fn by_schedule() -> Desired {
    desired([schedule("no1", |_| {})])
}

/// Moves, with the first call of an operation failing for good, and then moves on without failures.
async fn interrupted(from: &Desired, to: &Desired, operation: &str) {
    let bench = Bench::open().await;
    bench.converge(from).await;
    bench.fail(operation, When::Nth(1), "AccessDeniedException", "no");
    let report = bench.apply(to).await;
    assert!(!report.is_success(), "{operation}");
    assert!(bench.enabled() <= 1, "after {operation}");
    bench.converge(to).await;
    assert_eq!(bench.enabled(), 1, "after {operation}");
}

#[tokio::test]
async fn a_rule_becomes_a_schedule_wherever_it_is_interrupted() {
    for operation in TO_SCHEDULE {
        interrupted(&by_rule(), &by_schedule(), operation).await;
    }
}

#[tokio::test]
async fn a_schedule_becomes_a_rule_wherever_it_is_interrupted() {
    for operation in TO_RULE {
        interrupted(&by_schedule(), &by_rule(), operation).await;
    }
}

#[tokio::test]
async fn the_old_trigger_is_silent_before_the_new_one_is_made() {
    let bench = Bench::open().await;
    bench.converge(&by_rule()).await;
    let before = bench.made();
    bench.converge(&by_schedule()).await;
    let calls = bench.sandbox.calls();
    let writes: Vec<&str> = calls[before..]
        .iter()
        .filter(|call| call.is_write)
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(writes, TO_SCHEDULE);
    bench.region(|region| {
        assert!(region.events.rules.is_empty());
        assert_eq!(
            region.scheduler.entries.keys().collect::<Vec<_>>(),
            [&format!("{GROUP}/shop-production-no1")]
        );
    });
}

#[tokio::test]
async fn a_rule_that_changes_its_name_is_never_there_twice() {
    let bench = Bench::open().await;
    bench.converge(&by_rule()).await;
    let renamed = desired([rule("no1", |spec| spec["name"] = "nightly".into())]);
    for operation in ["DisableRule", "PutRule", "PutTargets", "RemoveTargets"] {
        bench.fail(operation, When::Nth(1), "AccessDeniedException", "no");
        assert!(!bench.apply(&renamed).await.is_success(), "{operation}");
        assert!(bench.enabled() <= 1, "after {operation}");
    }
    bench.converge(&renamed).await;
    bench.region(|region| assert_eq!(region.events.rules.keys().collect::<Vec<_>>(), ["nightly"]));
    assert_eq!(bench.enabled(), 1);
}
