use std::collections::BTreeMap;

use sendo_sandbox::{Service, When};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::Class;
use crate::aws::trigger::testing::{
    Bench, GROUP, REGION, adopting, desired, differences, failures, present, schedule, text,
};
use crate::plan::Reason;
use crate::resource::canonical::canonical;

const KEY: &str = "shop-production/shop-production-no1";

/// Schedules of every kind that manifests can ask for.
fn kinds() -> Vec<Resource> {
    vec![
        schedule("no1", |_| {}),
        schedule("utc", |spec| {
            spec.as_object_mut().unwrap().remove("scheduleExpressionTimezone");
            spec["scheduleExpression"] = "cron(0 10 * * ?)".into();
        }),
        schedule("once", |spec| {
            spec["scheduleExpression"] = "at(2030-01-01T10:00:00)".into();
            spec["description"] = "Once \n".into();
        }),
        schedule("window", |spec| {
            spec["flexibleTimeWindow"] = json!({"mode": "FLEXIBLE", "maximumWindowInMinutes": 15});
        }),
        schedule("fargate", |spec| {
            spec["target"]["capacityProviderStrategy"] =
                json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
            spec["target"]["networkConfiguration"] = json!({"awsvpcConfiguration": {
                "subnets": ["subnet-2", "subnet-1"], "assignPublicIp": "DISABLED",
            }});
            spec["target"]["retryPolicy"] = json!({"maximumEventAgeSeconds": 3600});
            spec["target"]["deadLetterArn"] = "arn:aws:sqs:ap-northeast-1:123456789012:dead".into();
            spec["target"]["placementStrategy"] = json!([{"type": "binpack", "field": "memory"}]);
        }),
        schedule("suspended", |spec| spec["state"] = "DISABLED".into()),
    ]
}

#[tokio::test]
async fn what_was_made_is_found_as_it_was_wanted() {
    let bench = Bench::open().await;
    let wanted = desired(kinds());
    bench.converge(&wanted).await;
    let snapshot = bench.look(&wanted).await;
    let table = (SCHEDULE.table)();
    for resource in &wanted.resources {
        let live = present(&snapshot, resource);
        let declared = resource.spec.resolve(&|reference| {
            snapshot.lookups[&reference.address]
                .get(reference.attribute)
                .cloned()
        });
        assert_eq!(canonical(table, &live.spec), canonical(table, &declared));
    }
    assert_eq!(bench.calls(0, "CreateScheduleGroup").len(), 1);
}

#[tokio::test]
async fn a_change_sends_the_whole_schedule_once() {
    let mut bench = Bench::open().await;
    let wanted = desired([schedule("no1", |spec| {
        spec["target"]["retryPolicy"] = json!({"maximumRetryAttempts": 1});
    })]);
    bench.converge(&wanted).await;
    bench.revision = 4;
    let before = bench.made();
    bench.converge(&wanted).await;
    assert_eq!(
        bench.writes(before),
        BTreeMap::from([("UpdateSchedule".to_owned(), 1)])
    );
    let sent = &bench.calls(before, "UpdateSchedule")[0];
    assert_eq!(sent["ScheduleExpressionTimezone"], "Asia/Tokyo");
    assert_eq!(sent["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 1);
}

#[tokio::test]
async fn settled_schedules_cost_a_listing_and_a_look_at_each() {
    let bench = Bench::open().await;
    let wanted = desired((0..3).map(|n| schedule(&format!("no{n}"), |_| {})));
    bench.converge(&wanted).await;
    let before = bench.made();
    bench.look(&wanted).await;
    let calls = bench.sandbox.calls().split_off(before);
    let mut made: Vec<String> = calls.into_iter().map(|call| call.operation).collect();
    made.sort();
    assert_eq!(
        made,
        [
            "GetCallerIdentity",
            "GetSchedule",
            "GetSchedule",
            "GetSchedule",
            "ListRules",
            "ListSchedules"
        ]
    );
}

#[tokio::test]
async fn a_group_of_somebody_else_is_refused_before_the_first_write() {
    let bench = Bench::open().await;
    let given = json!({"Name": GROUP, "Tags": [{"Key": "sendo:project", "Value": "other"}]});
    bench
        .sandbox
        .call(REGION, Service::Scheduler, "CreateScheduleGroup", &given)
        .unwrap();
    let plan = bench.plan(&desired([schedule("no1", |_| {})])).await;
    assert!(plan.is_empty() && !plan.is_applyable(), "{}", text(&plan));
    assert_eq!(plan.failures[0].code, "ForeignGroup");
}

#[tokio::test]
async fn a_group_that_somebody_made_since_the_plan_is_left_alone() {
    let bench = Bench::open().await;
    let plan = bench.plan(&desired([schedule("no1", |_| {})])).await;
    bench
        .sandbox
        .call(
            REGION,
            Service::Scheduler,
            "CreateScheduleGroup",
            &json!({"Name": GROUP}),
        )
        .unwrap();
    let report = bench.carry_out(&plan).await;
    assert_eq!(failures(&report), [("ForeignGroup", Class::Terminal)]);
}

/// Puts a schedule into our group as if somebody had made it by hand.
fn put_by_hand(bench: &Bench, name: &str) {
    let given = json!({
        "Name": name, "GroupName": GROUP, "ScheduleExpression": "rate(5 minutes)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:sqs:ap-northeast-1:123456789012:queue",
            "RoleArn": "arn:aws:iam::123456789012:role/starter",
        },
    });
    bench
        .sandbox
        .call(REGION, Service::Scheduler, "CreateSchedule", &given)
        .unwrap();
}

#[tokio::test]
async fn a_schedule_of_somebody_else_is_refused_or_adopted() {
    let bench = Bench::open().await;
    bench.converge(&desired([schedule("no2", |_| {})])).await;
    put_by_hand(&bench, "shop-production-no1");
    let both = |first: Resource| desired([first, schedule("no2", |_| {})]);
    let plan = bench.plan(&both(schedule("no1", |_| {}))).await;
    let reasons: Vec<Reason> = plan.refused.iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [Reason::Foreign]);
    bench.converge(&both(adopting(schedule("no1", |_| {})))).await;
}

#[tokio::test]
async fn only_what_bears_our_marks_is_left_over() {
    let bench = Bench::open().await;
    bench.converge(&desired([schedule("no1", |_| {})])).await;
    put_by_hand(&bench, "by-hand");
    bench.edit(|region| {
        let mut copy = region.scheduler.entries[KEY].clone();
        copy.name = "copy".to_owned();
        region
            .scheduler
            .entries
            .insert("shop-production/copy".to_owned(), copy);
    });
    let snapshot = bench.look(&desired([])).await;
    let orphans: Vec<(&str, &str)> = snapshot
        .orphans
        .iter()
        .map(|it| (&*it.name, &*it.address))
        .collect();
    assert_eq!(orphans, [("shop-production-no1", "ScheduledBatch/no1/schedule")]);
    bench.converge(&desired([])).await;
    bench.region(|region| {
        let left: Vec<&String> = region.scheduler.entries.keys().collect();
        assert_eq!(left, ["shop-production/by-hand", "shop-production/copy"]);
        assert!(region.scheduler.groups.contains_key(GROUP));
    });
}

#[tokio::test]
async fn what_somebody_added_is_shown_and_goes_with_the_next_update() {
    let bench = Bench::open().await;
    let wanted = desired([schedule("no1", |_| {})]);
    bench.converge(&wanted).await;
    bench.edit(|region| {
        let settings = &mut region.scheduler.entries.get_mut(KEY).unwrap().settings;
        settings.kms_key = Some("arn:aws:kms:ap-northeast-1:123456789012:key/1".to_owned());
        settings.end = Some("2030-01-01T00:00:00Z".parse().unwrap());
        settings.target["Input"] = "{\"other\": 1}".into();
    });
    let lines = differences(&bench.plan(&wanted).await);
    for shown in [
        "kmsKeyArn: \"arn:aws:kms:ap-northeast-1:123456789012:key/1\" -> -",
        "endDate: \"2030-01-01T00:00:00Z\" -> -",
        "target.otherInput: \"(sensitive value)\" -> -",
    ] {
        assert!(lines.contains(&shown.to_owned()), "{lines:?}");
    }
    bench.converge(&wanted).await;
}

#[tokio::test]
async fn a_schedule_that_is_silenced_keeps_all_the_rest() {
    let bench = Bench::open().await;
    let wanted = desired([schedule("no1", |_| {})]);
    bench.converge(&wanted).await;
    bench.edit(|region| {
        let settings = &mut region.scheduler.entries.get_mut(KEY).unwrap().settings;
        settings.end = Some("2030-01-01T00:00:00Z".parse().unwrap());
    });
    let before = bench.region(|region| region.scheduler.entries[KEY].settings.clone());
    let snapshot = bench.look(&wanted).await;
    let live = present(&snapshot, &wanted.resources[0]);
    bench.providers[1].quiesce(live).await.unwrap();
    bench.region(|region| {
        let mut after = region.scheduler.entries[KEY].settings.clone();
        assert_eq!(after.state, "DISABLED");
        after.state = "ENABLED".to_owned();
        assert_eq!(after, before);
    });
}

#[tokio::test]
async fn a_group_that_went_away_is_made_again() {
    let bench = Bench::open().await;
    bench.converge(&desired([schedule("no1", |_| {})])).await;
    bench.edit(|region| {
        region.scheduler.groups.remove(GROUP);
        region.scheduler.entries.clear();
    });
    bench.converge(&desired([schedule("no1", |_| {})])).await;
    bench.region(|region| assert!(region.scheduler.groups.contains_key(GROUP)));
}

#[tokio::test]
async fn a_role_that_scheduler_can_not_take_yet_is_waited_for() {
    let bench = Bench::open().await;
    let message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
    bench.fail("CreateSchedule", When::First(2), "ValidationException", message);
    bench.converge(&desired([schedule("no1", |_| {})])).await;
    assert_eq!(bench.calls(0, "CreateSchedule").len(), 3);
}

#[tokio::test]
async fn lost_answers_double_nothing() {
    let bench = Bench::open().await;
    for operation in [
        "CreateScheduleGroup",
        "CreateSchedule",
        "UpdateSchedule",
        "DeleteSchedule",
    ] {
        bench.lose(operation);
    }
    bench.converge(&desired([schedule("no1", |_| {})])).await;
    let later = schedule("no1", |spec| spec["scheduleExpression"] = "rate(2 hours)".into());
    bench.converge(&desired([later])).await;
    bench.converge(&desired([])).await;
    bench.region(|region| assert!(region.scheduler.entries.is_empty()));
}

#[tokio::test]
async fn a_read_that_fails_is_not_absence() {
    let bench = Bench::open().await;
    let wanted = desired([schedule("no1", |_| {})]);
    bench.converge(&wanted).await;
    for operation in ["ListSchedules", "GetSchedule"] {
        bench.fail(operation, When::Nth(1), "AccessDeniedException", "no");
        let snapshot = bench.look(&wanted).await;
        assert!(
            matches!(
                snapshot.observations["ScheduledBatch/no1/schedule"],
                Observation::Unknown { .. }
            ),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn secrets_in_the_input_are_hidden_on_both_sides_and_sent() {
    let bench = Bench::open().await;
    let wanted = || {
        let input = json!({"containerOverrides": [{"name": "app", "environment": [
            {"name": "API_TOKEN", "value": "hunter2"},
        ]}]});
        let mut resource = schedule("no1", |spec| spec["target"]["input"] = input);
        crate::resource::sensitive::Sensitivity::default().mark(&mut resource.spec);
        desired([resource])
    };
    bench.converge(&wanted()).await;
    let sent: Json = bench.calls(0, "CreateSchedule")[0].clone();
    assert!(sent["Target"]["Input"].as_str().unwrap().contains("hunter2"));
    let snapshot = bench.look(&wanted()).await;
    assert!(!format!("{snapshot:?}").contains("hunter2"));
}
