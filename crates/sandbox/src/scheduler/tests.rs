use super::*;

struct Bench {
    scheduler: Scheduler,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        Self {
            scheduler: Scheduler::default(),
            now: "2026-01-15T10:07:30Z".parse().unwrap(),
        }
    }

    fn call(&mut self, operation: &str, params: Value) -> Answer {
        let scope = Scope {
            account: "123456789012",
            region: "us-east-1",
            now: self.now,
        };
        self.scheduler.call(scope, operation, Params(&params)).unwrap()
    }

    fn ok(&mut self, operation: &str, params: Value) -> Value {
        self.call(operation, params).unwrap()
    }

    fn error(&mut self, operation: &str, params: Value) -> (u16, String) {
        let error = self.call(operation, params).unwrap_err();
        (error.status, error.code)
    }

    fn fired(&mut self, minutes: i64) -> Vec<String> {
        self.now += SignedDuration::from_mins(minutes);
        self.scheduler
            .settle(self.now)
            .into_iter()
            .map(|firing| firing.at.to_string())
            .collect()
    }
}

fn schedule(name: &str, expression: &str) -> Value {
    json!({
        "Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": { "Mode": "OFF" },
        "Target": {
            "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "EcsParameters": { "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1" },
        },
    })
}

fn with(mut params: Value, member: &str, value: Value) -> Value {
    params[member] = value;
    params
}

#[test]
fn a_schedule_comes_back_with_its_defaults() {
    let mut bench = Bench::new();
    bench.ok("CreateSchedule", schedule("s", "cron(0 10 * * ? *)"));
    let got = bench.ok("GetSchedule", json!({ "Name": "s" }));
    assert_eq!(
        [
            &got["GroupName"],
            &got["State"],
            &got["ScheduleExpressionTimezone"],
            &got["ActionAfterCompletion"]
        ],
        ["default", "ENABLED", "UTC", "NONE"]
    );
    assert_eq!(
        got["Target"]["RetryPolicy"],
        json!({ "MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185 })
    );
    assert_eq!(got["Target"]["EcsParameters"]["TaskCount"], 1);
    assert_eq!(
        got["Arn"],
        "arn:aws:scheduler:us-east-1:123456789012:schedule/default/s"
    );
}

#[test]
fn updating_replaces_the_whole_schedule() {
    let mut bench = Bench::new();
    let full = with(
        with(schedule("s", "rate(1 day)"), "Description", "d".into()),
        "State",
        "DISABLED".into(),
    );
    bench.ok("CreateSchedule", full);
    bench.ok("UpdateSchedule", schedule("s", "rate(1 day)"));
    let got = bench.ok("GetSchedule", json!({ "Name": "s" }));
    assert_eq!((got.get("Description"), &got["State"]), (None, &json!("ENABLED")));
}

#[test]
fn errors_have_the_statuses_of_the_model() {
    let mut bench = Bench::new();
    bench.ok("CreateSchedule", schedule("s", "rate(1 day)"));
    assert_eq!(
        bench.error("CreateSchedule", schedule("s", "rate(1 day)")),
        (409, "ConflictException".to_owned())
    );
    assert_eq!(
        bench.error("GetSchedule", json!({ "Name": "x" })),
        (404, "ResourceNotFoundException".to_owned())
    );
    let elsewhere = with(schedule("s", "rate(1 day)"), "GroupName", "nowhere".into());
    assert_eq!(
        bench.error("CreateSchedule", elsewhere),
        (404, "ResourceNotFoundException".to_owned())
    );
    for n in 1..500 {
        bench.ok("CreateScheduleGroup", json!({ "Name": format!("g{n}") }));
    }
    assert_eq!(
        bench.error("CreateScheduleGroup", json!({ "Name": "more" })),
        (402, "ServiceQuotaExceededException".to_owned())
    );
}

#[test]
fn the_same_request_again_is_no_conflict() {
    let mut bench = Bench::new();
    let params = with(schedule("s", "rate(1 day)"), "ClientToken", "t".into());
    let first = bench.ok("CreateSchedule", params.clone());
    assert_eq!(bench.ok("CreateSchedule", params.clone()), first);
    let other = with(params, "Description", "d".into());
    assert_eq!(bench.error("CreateSchedule", other).0, 409);
}

#[test]
fn bad_schedules_are_refused() {
    let mut bench = Bench::new();
    let good = schedule("s", "rate(1 day)");
    let bad = [
        with(good.clone(), "ScheduleExpression", "cron(0 99 * * ? *)".into()),
        with(good.clone(), "ScheduleExpressionTimezone", "Mars/Base".into()),
        with(good.clone(), "FlexibleTimeWindow", json!({ "Mode": "FLEXIBLE" })),
        with(good.clone(), "FlexibleTimeWindow", Value::Null),
        with(good.clone(), "StartDate", json!(1_700_000_000)),
        with(good.clone(), "State", "OFF".into()),
        with(good, "Name", "a b".into()),
    ];
    for params in bad {
        assert_eq!(
            bench.error("CreateSchedule", params.clone()),
            (400, "ValidationException".to_owned()),
            "{params}"
        );
    }
}

#[test]
fn listings_are_by_group_and_come_in_pages() {
    let mut bench = Bench::new();
    bench.ok("CreateScheduleGroup", json!({ "Name": "g" }));
    for n in 0..120 {
        bench.ok(
            "CreateSchedule",
            with(schedule(&format!("s{n}"), "rate(1 day)"), "GroupName", "g".into()),
        );
    }
    bench.ok("CreateSchedule", schedule("other", "rate(1 day)"));
    let first = bench.ok("ListSchedules", json!({ "GroupName": "g" }));
    let second = bench.ok(
        "ListSchedules",
        json!({ "GroupName": "g", "NextToken": first["NextToken"] }),
    );
    let count = |answer: &Value| answer["Schedules"].as_array().unwrap().len();
    assert_eq!(
        (count(&first), count(&second), second.get("NextToken")),
        (100, 20, None)
    );
    assert_eq!(first["Schedules"][0].get("ScheduleExpression"), None);
    assert_eq!(
        bench.error("ListSchedules", json!({ "MaxResults": "101" })).1,
        "ValidationException"
    );
}

#[test]
fn only_groups_have_tags() {
    let mut bench = Bench::new();
    let tags = json!([{ "Key": "a", "Value": "1" }]);
    let arn =
        bench.ok("CreateScheduleGroup", json!({ "Name": "g", "Tags": tags }))["ScheduleGroupArn"].clone();
    bench.ok(
        "TagResource",
        json!({ "ResourceArn": arn, "Tags": [{ "Key": "b", "Value": "2" }] }),
    );
    bench.ok("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["a"] }));
    assert_eq!(
        bench.ok("ListTagsForResource", json!({ "ResourceArn": arn }))["Tags"],
        json!([{ "Key": "b", "Value": "2" }])
    );
    bench.ok("CreateSchedule", schedule("s", "rate(1 day)"));
    let of_schedule =
        json!({ "ResourceArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/s", "Tags": tags });
    assert_eq!(bench.error("TagResource", of_schedule).1, "ValidationException");
}

#[test]
fn a_deleted_group_goes_with_its_schedules_after_a_while() {
    let mut bench = Bench::new();
    bench.ok("CreateScheduleGroup", json!({ "Name": "g" }));
    bench.ok(
        "CreateSchedule",
        with(schedule("s", "rate(1 day)"), "GroupName", "g".into()),
    );
    bench.ok("DeleteScheduleGroup", json!({ "Name": "g" }));
    assert_eq!(
        bench.ok("GetScheduleGroup", json!({ "Name": "g" }))["State"],
        "DELETING"
    );
    bench.now += DELETION;
    assert_eq!(bench.error("GetScheduleGroup", json!({ "Name": "g" })).0, 404);
    assert!(bench.scheduler.entries.is_empty());
    assert_eq!(
        bench.error("DeleteScheduleGroup", json!({ "Name": "default" })).1,
        "ValidationException"
    );
}

#[test]
fn a_schedule_fires_in_its_zone() {
    let mut bench = Bench::new();
    let params = with(
        schedule("s", "cron(30 19 * * ? *)"),
        "ScheduleExpressionTimezone",
        "Asia/Tokyo".into(),
    );
    bench.ok("CreateSchedule", params);
    assert_eq!(bench.fired(60), ["2026-01-15T10:30:00Z"]);
}

#[test]
fn a_rate_without_start_fires_at_once_and_then_by_its_period() {
    let mut bench = Bench::new();
    bench.ok("CreateSchedule", schedule("s", "rate(5 minutes)"));
    assert_eq!(bench.fired(0), ["2026-01-15T10:07:30Z"]);
    assert_eq!(bench.fired(6), ["2026-01-15T10:12:30Z"]);
}

#[test]
fn nothing_fires_before_the_start_or_after_the_end() {
    let mut bench = Bench::new();
    let (start, end) = (
        bench.now + SignedDuration::from_mins(10),
        bench.now + SignedDuration::from_mins(16),
    );
    let params = with(
        with(schedule("s", "rate(5 minutes)"), "StartDate", epoch(start)),
        "EndDate",
        epoch(end),
    );
    bench.ok("CreateSchedule", params);
    assert_eq!(bench.fired(60), ["2026-01-15T10:17:30Z", "2026-01-15T10:22:30Z"]);
}

#[test]
fn a_one_time_schedule_deletes_itself_when_told_to() {
    let mut bench = Bench::new();
    let once = schedule("s", "at(2026-01-15T11:00:00)");
    bench.ok(
        "CreateSchedule",
        with(once.clone(), "ActionAfterCompletion", "DELETE".into()),
    );
    bench.ok("CreateSchedule", with(once, "Name", "stays".into()));
    assert_eq!(bench.fired(60).len(), 2);
    assert_eq!(
        bench.scheduler.entries.keys().collect::<Vec<_>>(),
        ["default/stays"]
    );
}

#[test]
fn the_input_learns_when_it_was_scheduled() {
    let mut bench = Bench::new();
    let mut params = schedule("s", "at(2026-01-15T11:00:00)");
    let input = r#"{"containerOverrides":[{"name":"a","command":["<aws.scheduler.scheduled-time>"]}]}"#;
    params["Target"]["Input"] = input.into();
    bench.ok("CreateSchedule", params);
    bench.now += SignedDuration::from_hours(1);
    let fired = bench.scheduler.settle(bench.now);
    assert_eq!(
        fired[0]
            .run_task
            .pointer("/overrides/containerOverrides/0/command/0")
            .unwrap(),
        "2026-01-15T11:00:00Z"
    );
    assert_eq!(fired[0].run_task["startedBy"], "chronos-schedule/s");
}
