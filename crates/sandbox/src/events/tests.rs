use jiff::{SignedDuration, Timestamp};

use super::*;

const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/default";

struct Bench {
    events: Events,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        Self {
            events: Events::default(),
            now: "2026-01-15T10:07:30Z".parse().unwrap(),
        }
    }

    fn call(&mut self, operation: &str, params: Value) -> Answer {
        let scope = Scope {
            account: "123456789012",
            region: "us-east-1",
            now: self.now,
        };
        self.events.call(scope, operation, Params(&params)).unwrap()
    }

    fn ok(&mut self, operation: &str, params: Value) -> Value {
        self.call(operation, params).unwrap()
    }

    fn code(&mut self, operation: &str, params: Value) -> String {
        self.call(operation, params).unwrap_err().code
    }

    fn rule(&mut self, name: &str, expression: &str) {
        self.ok(
            "PutRule",
            json!({ "Name": name, "ScheduleExpression": expression }),
        );
    }

    fn target(&mut self, rule: &str, target: Value) -> Value {
        self.ok("PutTargets", json!({ "Rule": rule, "Targets": [target] }))
    }

    fn fired(&mut self, minutes: i64) -> Vec<String> {
        self.now += SignedDuration::from_mins(minutes);
        self.events
            .settle(self.now)
            .into_iter()
            .map(|firing| firing.at.to_string())
            .collect()
    }
}

fn target(id: &str) -> Value {
    json!({
        "Id": id, "Arn": CLUSTER, "RoleArn": "arn:aws:iam::123456789012:role/ecsEventsRole",
        "EcsParameters": { "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1", "LaunchType": "FARGATE" },
        "Input": "{\"containerOverrides\":[]}",
    })
}

#[test]
fn putting_a_rule_again_resets_what_is_left_out_but_keeps_tags_and_targets() {
    let mut bench = Bench::new();
    bench.ok("PutRule", json!({
        "Name": "nightly", "ScheduleExpression": "cron(0 10 * * ? *)", "State": "DISABLED", "Description": "d",
        "Tags": [{ "Key": "a", "Value": "1" }],
    }));
    bench.target("nightly", target("t"));
    let arn = bench.ok("PutRule", json!({
        "Name": "nightly", "ScheduleExpression": "cron(0 11 * * ? *)", "Tags": [{ "Key": "b", "Value": "2" }],
    }))["RuleArn"].clone();
    let rule = bench.ok("DescribeRule", json!({ "Name": "nightly" }));
    assert_eq!(
        (&rule["State"], rule.get("Description")),
        (&json!("ENABLED"), None)
    );
    assert_eq!(
        bench.ok("ListTagsForResource", json!({ "ResourceARN": arn }))["Tags"],
        json!([{ "Key": "a", "Value": "1" }])
    );
    assert_eq!(
        bench.ok("ListTargetsByRule", json!({ "Rule": "nightly" }))["Targets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn expressions_of_the_other_dialect_are_refused() {
    let mut bench = Bench::new();
    for expression in [
        "cron(0 10 * * ?)",
        "rate(1 days)",
        "at(2026-11-20T13:00:00)",
        "cron(0 99 * * ? *)",
        "0 10 * * ? *",
    ] {
        let error = bench
            .call(
                "PutRule",
                json!({ "Name": "x", "ScheduleExpression": expression }),
            )
            .unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            (
                "ValidationException",
                "Parameter ScheduleExpression is not valid."
            )
        );
    }
    assert_eq!(
        bench.code("PutRule", json!({ "Name": "x" })),
        "ValidationException"
    );
    assert_eq!(
        bench.code(
            "PutRule",
            json!({ "Name": "a b", "ScheduleExpression": "rate(1 day)" })
        ),
        "ValidationException"
    );
}

#[test]
fn an_ecs_target_comes_back_with_its_defaults() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    assert_eq!(
        bench.target("r", target("t")),
        json!({ "FailedEntryCount": 0, "FailedEntries": [] })
    );
    let answer = bench.ok("ListTargetsByRule", json!({ "Rule": "r" }));
    let ecs = &answer["Targets"][0]["EcsParameters"];
    assert_eq!(
        (
            &ecs["TaskCount"],
            &ecs["EnableECSManagedTags"],
            &ecs["EnableExecuteCommand"]
        ),
        (&json!(1), &json!(false), &json!(false))
    );
    assert_eq!(
        bench.ok("ListRuleNamesByTarget", json!({ "TargetArn": CLUSTER }))["RuleNames"],
        json!(["r"])
    );
}

#[test]
fn a_target_that_meets_contention_fails_alone_in_an_answer_that_succeeds() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    bench.events.contended.insert("late".to_owned());
    let both = json!({ "Rule": "r", "Targets": [target("good"), target("late")] });
    let answer = bench.ok("PutTargets", both.clone());
    assert_eq!(
        (
            &answer["FailedEntryCount"],
            &answer["FailedEntries"][0]["TargetId"]
        ),
        (&json!(1), &json!("late"))
    );
    assert_eq!(
        bench.ok("ListTargetsByRule", json!({ "Rule": "r" }))["Targets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(bench.ok("PutTargets", both)["FailedEntryCount"], 0);
    let answer = bench.ok("RemoveTargets", json!({ "Rule": "r", "Ids": ["good", "other"] }));
    assert_eq!(
        (
            &answer["FailedEntryCount"],
            &answer["FailedEntries"][0]["TargetId"]
        ),
        (&json!(1), &json!("other"))
    );
}

#[test]
fn malformed_targets_are_refused_with_nothing_written() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    let with = |member: &str, value: Value| {
        let mut bad = target("bad");
        bad[member] = value;
        bad
    };
    let bad = [
        with("Id", "a b".into()),
        with("Arn", "cluster".into()),
        with("RoleArn", Value::Null),
        with("Input", "{".into()),
        with("Input", format!("\"{}\"", "x".repeat(8_192)).into()),
        with("EcsParameters", Value::Null),
        with("EcsParameters", json!({ "TaskDefinitionArn": "job:1" })),
        with("RetryPolicy", json!({ "MaximumRetryAttempts": 186 })),
    ];
    for entry in bad {
        let request = json!({ "Rule": "r", "Targets": [target("good"), entry] });
        assert_eq!(
            bench.code("PutTargets", request.clone()),
            "ValidationException",
            "{request}"
        );
    }
    assert_eq!(
        bench.ok("ListTargetsByRule", json!({ "Rule": "r" }))["Targets"],
        json!([])
    );
}

#[test]
fn a_rule_takes_five_targets_and_overwrites_by_id() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    for n in [1, 2, 3, 4, 5, 5] {
        bench.target("r", target(&format!("t{n}")));
    }
    assert_eq!(
        bench.code("PutTargets", json!({ "Rule": "r", "Targets": [target("t6")] })),
        "LimitExceededException"
    );
}

#[test]
fn a_rule_with_targets_cannot_be_deleted_and_deleting_twice_succeeds() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    bench.target("r", target("t"));
    assert_eq!(
        bench.code("DeleteRule", json!({ "Name": "r" })),
        "ValidationException"
    );
    bench.ok("RemoveTargets", json!({ "Rule": "r", "Ids": ["t"] }));
    bench.ok("DeleteRule", json!({ "Name": "r" }));
    bench.ok("DeleteRule", json!({ "Name": "r" }));
    assert_eq!(
        bench.code("DescribeRule", json!({ "Name": "r" })),
        "ResourceNotFoundException"
    );
}

#[test]
fn listings_take_a_prefix_and_come_in_pages() {
    let mut bench = Bench::new();
    for n in 0..5 {
        bench.rule(&format!("a{n}"), "rate(1 day)");
    }
    bench.rule("b", "rate(1 day)");
    let first = bench.ok("ListRules", json!({ "NamePrefix": "a", "Limit": 3 }));
    let second = bench.ok(
        "ListRules",
        json!({ "NamePrefix": "a", "Limit": 3, "NextToken": first["NextToken"] }),
    );
    let count = |answer: &Value| answer["Rules"].as_array().unwrap().len();
    assert_eq!(
        (count(&first), count(&second), second.get("NextToken")),
        (3, 2, None)
    );
    assert_eq!(
        bench.code("ListRules", json!({ "Limit": 101 })),
        "ValidationException"
    );
}

#[test]
fn a_bus_holds_three_hundred_rules() {
    let mut bench = Bench::new();
    for n in 0..300 {
        bench.rule(&format!("r{n}"), "rate(1 day)");
    }
    assert_eq!(
        bench.code(
            "PutRule",
            json!({ "Name": "one-more", "ScheduleExpression": "rate(1 day)" })
        ),
        "LimitExceededException"
    );
    bench.rule("r0", "rate(2 days)");
}

#[test]
fn rules_of_aws_services_are_left_alone() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(1 day)");
    bench.events.rules.get_mut("r").unwrap().managed_by = Some("ecs.amazonaws.com".to_owned());
    assert_eq!(
        bench.code(
            "PutRule",
            json!({ "Name": "r", "ScheduleExpression": "rate(1 day)" })
        ),
        "ManagedRuleException"
    );
    assert_eq!(
        bench.code("DisableRule", json!({ "Name": "r" })),
        "ManagedRuleException"
    );
    assert_eq!(
        bench.code("PutTargets", json!({ "Rule": "r", "Targets": [target("t")] })),
        "ManagedRuleException"
    );
    bench.ok("DeleteRule", json!({ "Name": "r", "Force": true }));
}

#[test]
fn a_rule_fires_its_task_when_it_is_due_and_never_twice() {
    let mut bench = Bench::new();
    bench.rule("r", "cron(0/5 * * * ? *)");
    bench.target("r", target("t"));
    assert_eq!(
        bench.events.next_due(),
        Some("2026-01-15T10:10:00Z".parse().unwrap())
    );
    assert_eq!(bench.fired(8), ["2026-01-15T10:10:00Z", "2026-01-15T10:15:00Z"]);
    assert!(bench.fired(1).is_empty());
}

#[test]
fn a_rate_counts_from_when_the_rule_was_made_or_its_expression_changed() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    bench.target("r", target("t"));
    assert_eq!(bench.fired(6), ["2026-01-15T10:12:30Z"]);
    bench.rule("r", "rate(5 minutes)");
    assert_eq!(
        bench.events.next_due(),
        Some("2026-01-15T10:17:30Z".parse().unwrap())
    );
    bench.rule("r", "rate(2 minutes)");
    assert_eq!(
        bench.events.next_due(),
        Some("2026-01-15T10:15:30Z".parse().unwrap())
    );
}

#[test]
fn a_disabled_rule_does_not_fire_and_makes_nothing_up_when_enabled() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    bench.target("r", target("t"));
    bench.ok("DisableRule", json!({ "Name": "r" }));
    assert!(bench.fired(20).is_empty());
    bench.ok("EnableRule", json!({ "Name": "r" }));
    assert_eq!(bench.fired(1), Vec::<String>::new());
    assert_eq!(bench.fired(5).len(), 1);
}

#[test]
fn a_sandbox_that_was_off_fires_nothing_for_that_time() {
    let mut bench = Bench::new();
    bench.rule("r", "rate(5 minutes)");
    bench.target("r", target("t"));
    bench.now += SignedDuration::from_hours(5);
    bench.events.resume(bench.now);
    assert!(bench.fired(0).is_empty());
    assert_eq!(bench.fired(5).len(), 1);
}
