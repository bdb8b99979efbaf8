use sendo_sandbox::When;
use sendo_sandbox::events::Rule as Stored;
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::Class;
use crate::aws::trigger::testing::{Bench, adopting, desired, differences, failures, present, rule, text};
use crate::plan::Reason;
use crate::resource::canonical::canonical;
use crate::resource::difference::Cause;
use crate::resource::graph::{Resource, Scope};

const NAME: &str = "shop-production-no1";

/// Rules of every kind that manifests can ask for.
fn kinds() -> Vec<Resource> {
    vec![
        rule("no1", |_| {}),
        rule("fargate", |spec| {
            spec["target"]["launchType"] = "FARGATE".into();
            spec["target"]["platformVersion"] = "1.4.0".into();
            spec["target"]["networkConfiguration"] = json!({"awsvpcConfiguration": {
                "subnets": ["subnet-2", "subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED",
            }});
            spec["target"]["enableExecuteCommand"] = true.into();
            spec["target"]["propagateTags"] = "TASK_DEFINITION".into();
        }),
        rule("providers", |spec| {
            spec["scheduleExpression"] = "rate(5 minutes)".into();
            spec["target"]["taskCount"] = 2.into();
            spec["target"]["capacityProviderStrategy"] = json!([
                {"capacityProvider": "FARGATE_SPOT", "weight": 1}, {"capacityProvider": "FARGATE", "base": 1},
            ]);
        }),
        rule("placed", |spec| {
            spec["target"]["launchType"] = "EC2".into();
            spec["target"]["group"] = "reports".into();
            spec["target"]["placementConstraints"] = json!([{"type": "distinctInstance"}]);
            spec["target"]["placementStrategy"] = json!([{"type": "spread", "field": "host"}]);
        }),
        rule("careful", |spec| {
            spec["description"] = "Nightly report\n  of every shop\n".into();
            spec["target"]["retryPolicy"] = json!({"maximumRetryAttempts": 3});
            spec["target"]["deadLetterArn"] = "arn:aws:sqs:ap-northeast-1:123456789012:dead".into();
            spec["target"]["input"] = json!({"containerOverrides": [
                {"name": "app", "command": ["bin/report", "a \"b\""], "cpu": 256},
            ], "taskRoleArn": "arn:aws:iam::123456789012:role/task"});
        }),
        rule("bare", |spec| {
            spec["target"].as_object_mut().unwrap().remove("input");
            spec.as_object_mut().unwrap().remove("tags");
        }),
        rule("suspended", |spec| spec["state"] = "DISABLED".into()),
    ]
}

#[tokio::test]
async fn what_was_made_is_found_as_it_was_wanted() {
    let bench = Bench::open().await;
    let wanted = desired(kinds());
    bench.converge(&wanted).await;
    let snapshot = bench.look(&wanted).await;
    let table = (EVENT_RULE.table)();
    for resource in &wanted.resources {
        let live = present(&snapshot, resource);
        let declared = resource.spec.resolve(&|reference| {
            snapshot.lookups[&reference.address]
                .get(reference.attribute)
                .cloned()
        });
        let mut found = canonical(table, &live.spec);
        let mut wanted = canonical(table, &declared);
        // The marks are there in any case.
        for side in [&mut found, &mut wanted] {
            side.as_map_mut().unwrap().remove("tags");
        }
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn a_settled_rule_costs_its_part_of_the_listing_and_its_targets() {
    let bench = Bench::open().await;
    let wanted = desired((0..3).map(|n| rule(&format!("no{n}"), |_| {})));
    bench.converge(&wanted).await;
    let before = bench.made();
    bench.look(&wanted).await;
    assert_eq!(bench.calls(before, "ListRules").len(), 1);
    assert_eq!(bench.calls(before, "ListTargetsByRule").len(), 3);
    assert_eq!(bench.calls(before, "ListTagsForResource").len(), 0);
}

#[tokio::test]
async fn a_new_revision_costs_one_put_targets_a_rule_and_no_put_rule() {
    let mut bench = Bench::open().await;
    let wanted = desired((0..3).map(|n| rule(&format!("no{n}"), |_| {})));
    bench.converge(&wanted).await;
    bench.revision = 4;
    let before = bench.made();
    bench.converge(&wanted).await;
    let writes: Vec<(String, usize)> = bench.writes(before).into_iter().collect();
    assert_eq!(writes, [("PutTargets".to_owned(), 3)]);
}

#[tokio::test]
async fn another_time_costs_one_put_rule_and_no_put_targets() {
    let bench = Bench::open().await;
    bench.converge(&desired([rule("no1", |_| {})])).await;
    let before = bench.made();
    let later = desired([rule("no1", |spec| {
        spec["scheduleExpression"] = "cron(30 11 * * ? *)".into();
    })]);
    bench.converge(&later).await;
    let writes: Vec<(String, usize)> = bench.writes(before).into_iter().collect();
    assert_eq!(writes, [("PutRule".to_owned(), 1)]);
}

#[tokio::test]
async fn a_suspended_rule_never_was_enabled() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |spec| spec["state"] = "DISABLED".into())]);
    bench.converge(&wanted).await;
    let states: Vec<Json> = bench
        .calls(0, "PutRule")
        .into_iter()
        .map(|call| call["State"].clone())
        .collect();
    assert_eq!(states, ["DISABLED"]);
    assert_eq!(bench.enabled(), 0);
}

#[tokio::test]
async fn a_rule_that_is_switched_on_has_its_new_target_first() {
    let mut bench = Bench::open().await;
    bench
        .converge(&desired([rule("no1", |spec| spec["state"] = "DISABLED".into())]))
        .await;
    bench.revision = 4;
    for (state, writes) in [
        ("ENABLED", ["PutTargets", "PutRule"]),
        ("DISABLED", ["PutRule", "PutTargets"]),
    ] {
        let before = bench.made();
        bench
            .converge(&desired([rule("no1", |spec| spec["state"] = state.into())]))
            .await;
        let calls = bench.sandbox.calls().split_off(before);
        let made: Vec<String> = calls
            .into_iter()
            .filter(|call| call.is_write)
            .map(|call| call.operation)
            .collect();
        assert_eq!(made, writes);
        bench.revision += 1;
    }
}

#[tokio::test]
async fn entries_that_met_contention_are_sent_again() {
    let bench = Bench::open().await;
    bench.edit(|region| region.events.contended.insert("sendo".to_owned()));
    bench.converge(&desired([rule("no1", |_| {})])).await;
    assert_eq!(bench.calls(0, "PutTargets").len(), 2);
    bench.edit(|region| region.events.contended.insert("sendo".to_owned()));
    bench.converge(&desired([])).await;
    assert_eq!(bench.calls(0, "RemoveTargets").len(), 2);
}

#[tokio::test]
async fn a_rule_whose_target_failed_gets_it_from_the_next_apply() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.fail("PutTargets", When::Nth(1), "AccessDeniedException", "no");
    let report = bench.apply(&wanted).await;
    assert_eq!(failures(&report), [("AccessDeniedException", Class::Terminal)]);
    let before = bench.made();
    bench.converge(&wanted).await;
    let writes: Vec<(String, usize)> = bench.writes(before).into_iter().collect();
    assert_eq!(writes, [("PutTargets".to_owned(), 1)]);
}

#[tokio::test]
async fn lost_answers_double_nothing() {
    let bench = Bench::open().await;
    for operation in ["PutRule", "PutTargets", "RemoveTargets", "DeleteRule"] {
        bench.lose(operation);
    }
    bench.converge(&desired([rule("no1", |_| {})])).await;
    bench.region(|region| {
        assert_eq!(region.events.rules.len(), 1);
        assert_eq!(region.events.rules[NAME].targets.len(), 1);
    });
    bench.converge(&desired([])).await;
    bench.region(|region| assert!(region.events.rules.is_empty()));
}

/// Puts a rule into the sandbox as if somebody had made it by hand.
fn put_by_hand(bench: &Bench, name: &str, description: Option<&str>, targets: &[Json]) {
    let region = "ap-northeast-1";
    let mut given = json!({"Name": name, "ScheduleExpression": "cron(0 10 * * ? *)"});
    if let Some(description) = description {
        given["Description"] = description.into();
    }
    let events = sendo_sandbox::Service::Events;
    bench.sandbox.call(region, events, "PutRule", &given).unwrap();
    if !targets.is_empty() {
        let given = json!({"Rule": name, "Targets": targets});
        bench.sandbox.call(region, events, "PutTargets", &given).unwrap();
    }
}

fn stored<T>(bench: &Bench, name: &str, look: impl FnOnce(&Stored) -> T) -> T {
    bench.region(|region| look(&region.events.rules[name]))
}

fn queue(id: &str) -> Json {
    json!({"Id": id, "Arn": "arn:aws:sqs:ap-northeast-1:123456789012:queue"})
}

fn task(id: &str) -> Json {
    json!({
        "Id": id, "Arn": "arn:aws:ecs:ap-northeast-1:123456789012:cluster/batch",
        "RoleArn": "arn:aws:iam::123456789012:role/starter",
        "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/batch:3"},
        "Input": "{\"containerOverrides\": [{\"name\": \"app\", \"environment\": [{\"name\": \"batch\", \"value\": \"no1\"}]}]}",
    })
}

#[tokio::test]
async fn a_rule_of_somebody_else_is_refused() {
    let bench = Bench::open().await;
    put_by_hand(&bench, NAME, Some("ours, not yours"), &[queue("q")]);
    let plan = bench.plan(&desired([rule("no1", |_| {})])).await;
    let reasons: Vec<Reason> = plan.refused.iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [Reason::Foreign]);
    assert!(plan.is_empty(), "{}", text(&plan));
}

#[tokio::test]
async fn a_rule_that_somebody_made_since_the_plan_is_left_alone() {
    let bench = Bench::open().await;
    let plan = bench.plan(&desired([rule("no1", |_| {})])).await;
    put_by_hand(&bench, NAME, None, &[queue("q")]);
    let report = bench.carry_out(&plan).await;
    assert_eq!(failures(&report), [("Foreign", Class::Terminal)]);
    stored(&bench, NAME, |rule| assert_eq!(rule.description, None));
}

#[tokio::test]
async fn an_adopted_rule_keeps_its_one_target_and_gets_our_marks() {
    let bench = Bench::open().await;
    put_by_hand(&bench, NAME, None, &[task("terraform-1")]);
    let wanted = desired([adopting(rule("no1", |_| {}))]);
    let plan = bench.plan(&wanted).await;
    let lines = differences(&plan);
    assert!(lines.iter().all(|line| !line.starts_with("target")), "{lines:?}");
    bench.converge(&wanted).await;
    stored(&bench, NAME, |rule| {
        assert_eq!(rule.targets.keys().collect::<Vec<_>>(), ["terraform-1"]);
        assert_eq!(rule.tags["sendo:manifest"], "ScheduledBatch/no1");
        assert!(rule.tags.keys().all(|key| key != "sendo:applied"));
    });
}

#[tokio::test]
async fn targets_that_are_not_ours_are_shown_before_they_are_removed() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    let given = json!({"Rule": NAME, "Targets": [task("second"), queue("third")]});
    let events = sendo_sandbox::Service::Events;
    bench
        .sandbox
        .call("ap-northeast-1", events, "PutTargets", &given)
        .unwrap();
    let plan = bench.plan(&wanted).await;
    let lines = differences(&plan);
    assert!(
        lines.contains(&r#"otherTargets[second].id: "second" -> -"#.to_owned()),
        "{lines:?}"
    );
    let before = bench.made();
    bench.converge(&wanted).await;
    let writes: Vec<(String, usize)> = bench.writes(before).into_iter().collect();
    assert_eq!(writes, [("RemoveTargets".to_owned(), 1)]);
    stored(&bench, NAME, |rule| {
        assert_eq!(rule.targets.keys().collect::<Vec<_>>(), ["sendo"]);
    });
}

#[tokio::test]
async fn tags_follow_git_and_those_of_others_stay() {
    let bench = Bench::open().await;
    bench.converge(&desired([rule("no1", |_| {})])).await;
    bench.edit(|region| {
        let rule = region.events.rules.get_mut(NAME).unwrap();
        rule.tags.insert("cost".to_owned(), "7".to_owned());
    });
    let wanted = desired([rule("no1", |spec| {
        let tags = spec["tags"].as_object_mut().unwrap();
        tags.remove("team");
        tags.insert("tier".to_owned(), "batch".into());
    })]);
    bench.converge(&wanted).await;
    stored(&bench, NAME, |rule| {
        let own: Vec<&str> = rule
            .tags
            .keys()
            .map(String::as_str)
            .filter(|key| !key.starts_with("sendo:"))
            .collect();
        assert_eq!(own, ["cost", "tier"]);
    });
}

#[tokio::test]
async fn a_rule_switched_off_by_hand_is_drift_and_put_back() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    let events = sendo_sandbox::Service::Events;
    let given = json!({"Name": NAME});
    bench
        .sandbox
        .call("ap-northeast-1", events, "DisableRule", &given)
        .unwrap();
    let plan = bench.plan(&wanted).await;
    let causes: Vec<Cause> = plan
        .actions()
        .flat_map(|change| change.differences.iter().map(|it| it.cause))
        .collect();
    assert_eq!(causes, [Cause::Drift]);
    bench.converge(&wanted).await;
    assert_eq!(bench.enabled(), 1);
}

#[tokio::test]
async fn a_target_that_was_put_there_anew_by_hand_is_drift_of_which_nobody_knows_what_it_was() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    bench.edit(|region| {
        let targets = region.events.rules.get_mut(NAME).unwrap().targets.values_mut();
        targets.for_each(|target| {
            let ecs = target["EcsParameters"].as_object_mut().unwrap();
            ecs.remove("ReferenceId");
            ecs.insert("TaskCount".to_owned(), 4.into());
        });
    });
    let plan = bench.plan(&wanted).await;
    let drifted: Vec<(String, bool)> = plan
        .drift
        .iter()
        .map(|drift| (drift.path.to_string(), drift.recorded_unknown))
        .collect();
    assert_eq!(drifted, [("target.taskCount".to_owned(), true)]);
    bench.converge(&wanted).await;
    assert_eq!(bench.plan(&wanted).await.drift, []);
}

#[tokio::test]
async fn a_rule_whose_manifest_is_gone_is_an_orphan_and_one_copied_from_it_is_not() {
    let bench = Bench::open().await;
    bench.converge(&desired([rule("no1", |_| {})])).await;
    bench.edit(|region| {
        let mut copy = region.events.rules[NAME].clone();
        copy.name = "by-hand".to_owned();
        copy.arn = copy.arn.replace(NAME, "by-hand");
        region.events.rules.insert("by-hand".to_owned(), copy);
    });
    let snapshot = bench.look(&desired([])).await;
    let orphans: Vec<(&str, &str)> = snapshot
        .orphans
        .iter()
        .map(|it| (&*it.name, &*it.address))
        .collect();
    assert_eq!(orphans, [(NAME, "ScheduledBatch/no1/event_rule")]);
    bench.converge(&desired([])).await;
    bench.region(|region| assert_eq!(region.events.rules.keys().collect::<Vec<_>>(), ["by-hand"]));
}

#[tokio::test]
async fn rules_of_another_environment_are_no_orphans() {
    let bench = Bench::open().await;
    bench.converge(&desired([rule("no1", |_| {})])).await;
    let mut other = desired([]);
    other.scope = Scope {
        environment: "staging".into(),
        ..other.scope
    };
    assert!(bench.look(&other).await.orphans.is_empty());
}

#[tokio::test]
async fn a_rule_that_lost_its_description_is_ours_by_its_tags() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    bench.edit(|region| {
        region.events.rules.get_mut(NAME).unwrap().description = None;
    });
    bench.converge(&wanted).await;
    stored(&bench, NAME, |rule| {
        assert!(
            rule.description
                .as_deref()
                .unwrap()
                .ends_with("ScheduledBatch/no1]")
        );
    });
}

#[tokio::test]
async fn a_rule_that_aws_manages_is_never_touched() {
    let bench = Bench::open().await;
    bench.converge(&desired([rule("no1", |_| {})])).await;
    bench.edit(|region| {
        region.events.rules.get_mut(NAME).unwrap().managed_by = Some("autoscaling.amazonaws.com".to_owned());
    });
    let plan = bench.plan(&desired([adopting(rule("no1", |_| {}))])).await;
    assert!(plan.is_empty() && !plan.is_applyable(), "{}", text(&plan));
    assert!(
        plan.failures[0].message.contains("autoscaling"),
        "{:?}",
        plan.failures
    );
    assert!(bench.look(&desired([])).await.orphans.is_empty());
}

#[tokio::test]
async fn a_listing_that_fails_is_not_absence() {
    let bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    for operation in ["ListRules", "ListTargetsByRule"] {
        bench.fail(operation, When::Nth(1), "AccessDeniedException", "no");
        let snapshot = bench.look(&wanted).await;
        assert!(
            matches!(
                snapshot.observations["ScheduledBatch/no1/event_rule"],
                Observation::Unknown { .. }
            ),
            "{operation}"
        );
        assert_eq!(snapshot.failures.len(), 1);
    }
}

#[tokio::test]
async fn an_image_change_is_not_written_over_another_owners_tags() {
    let mut bench = Bench::open().await;
    let wanted = desired([rule("no1", |_| {})]);
    bench.converge(&wanted).await;
    bench.edit(|region| {
        let rule = region.events.rules.get_mut(NAME).unwrap();
        rule.tags.insert("sendo:project".to_owned(), "other".to_owned());
    });
    bench.revision = 4;
    let report = bench.apply(&wanted).await;
    assert_eq!(failures(&report), [("Foreign", Class::Terminal)]);
}

#[tokio::test]
async fn more_rules_than_a_page_holds_are_all_found() {
    let bench = Bench::open().await;
    let wanted = desired((0..120).map(|n| rule(&format!("no{n}"), |_| {})));
    let report = bench.apply(&wanted).await;
    assert!(report.is_success(), "{:?}", report.failed);
    let before = bench.made();
    let plan = bench.plan(&wanted).await;
    assert!(plan.is_empty(), "{}", text(&plan));
    assert_eq!(bench.calls(before, "ListRules").len(), 2);
}
