use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;

/// Limits, the time that it is, and where the calls come from.
struct Bench {
    throttles: Throttles,
    now: Timestamp,
    region: &'static str,
}

impl Bench {
    fn as_aws(region: &'static str) -> Self {
        let mut throttles = Throttles::default();
        throttles.add(Throttle::AsAws);
        Self {
            throttles,
            now: Timestamp::UNIX_EPOCH,
            region,
        }
    }

    fn pass(&mut self, call: (&str, &str), params: &Value) -> bool {
        let asking = Asking {
            account: "123456789012",
            region: self.region,
            service: call.0,
            operation: call.1,
            params: Params(params),
        };
        self.throttles.pass(asking, self.now)
    }

    /// How many of many calls at this moment pass.
    fn passing(&mut self, call: (&str, &str)) -> usize {
        (0..3_000).filter(|_| self.pass(call, &json!({}))).count()
    }

    fn wait(&mut self, millis: i64) {
        self.now += SignedDuration::from_millis(millis);
    }
}

const REGISTER: (&str, &str) = ("ecs", "RegisterTaskDefinition");

#[test]
fn a_burst_passes_and_then_the_documented_rate() {
    let mut bench = Bench::as_aws("eu-west-1");
    assert_eq!(bench.passing(REGISTER), 20);
    bench.wait(500);
    assert_eq!(bench.passing(REGISTER), 0);
    bench.wait(2_500);
    assert_eq!(bench.passing(REGISTER), 3);
    bench.wait(3_600_000);
    assert_eq!(bench.passing(REGISTER), 20, "no more than the burst is saved up");
}

#[test]
fn operations_share_a_bucket_as_documented() {
    let mut bench = Bench::as_aws("eu-west-1");
    assert_eq!(bench.passing(("elasticloadbalancing", "CreateRule")), 20);
    assert_eq!(bench.passing(("elasticloadbalancing", "DeleteRule")), 0);
    assert_eq!(
        bench.passing(("elasticloadbalancing", "DescribeRules")),
        20,
        "40 for all of ELB"
    );
    assert_eq!(
        bench.passing(("ecs", "DescribeServices")),
        100,
        "another service, another bucket"
    );
}

#[test]
fn what_is_refused_takes_nothing() {
    let mut bench = Bench::as_aws("eu-west-1");
    bench.passing(("elasticloadbalancing", "CreateRule"));
    let left = bench.passing(("elasticloadbalancing", "DescribeRules"));
    assert_eq!(left, 20, "refused rules took from the bucket of all of ELB");
}

#[test]
fn regions_have_buckets_of_their_own_but_route_53_has_not() {
    let mut bench = Bench::as_aws("eu-west-1");
    assert_eq!(
        (bench.passing(REGISTER), bench.passing(("route53", "GetChange"))),
        (20, 50)
    );
    bench.region = "eu-central-1";
    assert_eq!(
        (bench.passing(REGISTER), bench.passing(("route53", "GetChange"))),
        (20, 0)
    );
}

#[test]
fn a_schedule_has_another_rate_in_large_regions() {
    assert_eq!(
        Bench::as_aws("eu-west-1").passing(("scheduler", "GetSchedule")),
        1_000
    );
    assert_eq!(
        Bench::as_aws("eu-north-1").passing(("scheduler", "GetSchedule")),
        250
    );
}

#[test]
fn changes_of_records_and_tasks_on_fargate_count_one_by_one() {
    let mut bench = Bench::as_aws("eu-west-1");
    let change = |action: &str| json!({ "Action": action });
    let upserts: Vec<Value> = (0..700).map(|_| change("UPSERT")).collect();
    let batch = json!({ "ChangeBatch": { "Changes": upserts } });
    assert!(bench.pass(("route53", "ChangeResourceRecordSets"), &batch));
    assert!(!bench.pass(("route53", "ChangeResourceRecordSets"), &batch));
    let one = json!({ "ChangeBatch": { "Changes": [change("CREATE")] } });
    assert!(bench.pass(("route53", "ChangeResourceRecordSets"), &one));

    let fargate = json!({ "launchType": "FARGATE", "count": 10 });
    let passed = (0..50)
        .filter(|_| bench.pass(("ecs", "RunTask"), &fargate))
        .count();
    assert_eq!(passed, 10);
    assert!(bench.pass(("ecs", "RunTask"), &json!({ "count": 10 })));
}

#[test]
fn a_limit_of_ones_own_holds_beside_the_documented() {
    let mut bench = Bench::as_aws("eu-west-1");
    bench
        .throttles
        .add("ecs:RegisterTaskDefinition rate=0.5 burst=2".parse().unwrap());
    assert_eq!(bench.passing(REGISTER), 2);
    bench.wait(4_000);
    assert_eq!(bench.passing(REGISTER), 2);
}

#[test]
fn every_documented_row_names_operations_and_fills() {
    assert!(DOCUMENTED.len() > 25);
    for row in DOCUMENTED.iter() {
        assert!(
            row.burst >= 1.0 && row.rate > 0.0 && !row.operations.is_empty(),
            "{row:?}"
        );
    }
}
