use super::*;
use insta::assert_snapshot;

fn batch(name: &str, spec: &str) -> String {
    manifest("ScheduledBatch", name, spec)
}

fn messages(spec: &str) -> String {
    composed(&batch("no1", spec), "production").messages
}

#[test]
fn cron_makes_a_rule_that_starts_the_templates_revision() {
    let composed = composed(
        &batch("no1", "{schedule: 'cron(0/5 * * * ? *)', taskTemplate: batch}"),
        "production",
    );
    assert_eq!(composed.messages, "");
    let rule = composed.spec("ScheduledBatch/no1/event_rule");
    assert_eq!(
        (&rule["name"], &rule["state"], &rule["description"]),
        (
            &json!("shop-production-no1"),
            &json!("ENABLED"),
            &json!("[sendo:shop/production/ScheduledBatch/no1]")
        )
    );
    assert_eq!(
        rule["target"]["roleArn"],
        json!("arn:aws:iam::123456789012:role/ecsEventsRole")
    );
    assert!(rule["target"].get("input").is_none());
    assert!(
        composed
            .resource("ScheduledBatch/no1/event_rule")
            .needs()
            .contains("TaskTemplate/batch/task_definition")
    );
}

#[test]
fn a_time_zone_at_or_the_trigger_makes_a_schedule() {
    for (spec, expression, zone) in [
        (
            "schedule: '30 2 * * *', timeZone: Asia/Tokyo",
            "cron(30 2 * * ? *)",
            "Asia/Tokyo",
        ),
        (
            "schedule: 'at(2030-01-01T00:00:00)'",
            "at(2030-01-01T00:00:00)",
            "UTC",
        ),
        (
            "schedule: '@daily', trigger: schedule",
            "cron(0 0 * * ? *)",
            "UTC",
        ),
    ] {
        let composed = composed(
            &batch("no1", &format!("{{{spec}, taskTemplate: batch}}")),
            "production",
        );
        let schedule = composed.spec("ScheduledBatch/no1/schedule");
        assert_eq!(
            (
                &schedule["scheduleExpression"],
                &schedule["scheduleExpressionTimezone"],
                &schedule["groupName"]
            ),
            (&json!(expression), &json!(zone), &json!("shop-production"))
        );
        assert_eq!(
            schedule["target"]["roleArn"],
            json!("arn:aws:iam::123456789012:role/ecsScheduler")
        );
    }
}

#[test]
fn what_a_rule_cannot_do_is_refused_at_its_place() {
    assert_snapshot!(messages("{schedule: '@daily', trigger: rule, timeZone: UTC, taskTemplate: batch}"), @r##"a.yaml:5:43: error: an EventBridge rule takes no time zone"##);
    assert_snapshot!(messages("{schedule: 'at(2030-01-01T00:00:00)', trigger: rule, taskTemplate: batch}"), @r##"a.yaml:5:18: error: an EventBridge rule takes no at()"##);
    assert_snapshot!(messages("{schedule: '0 0 1 * 1', taskTemplate: batch}"), @r##"a.yaml:5:23: error: day of month and day of week are both set"##);
    assert_snapshot!(messages("{schedule: cron(0 99 * * ? *), taskTemplate: batch}"), @r##"a.yaml:5:25: error: `99` is out of range for hour, which takes 0-23"##);
    assert_snapshot!(messages("{schedule: rate(1 hours), taskTemplate: batch}"), @r##"a.yaml:5:25: error: `hours` does not go with 1"##);
    assert_snapshot!(messages("{schedule: '@daily', timeZone: Asia/Tokio, taskTemplate: batch}"), @r##"a.yaml:5:38: error: `Asia/Tokio` is no time zone"##);
}

#[test]
fn suspend_disables() {
    let composed = composed(
        &batch(
            "no1",
            "{schedule: rate(1 hour), taskTemplate: batch, suspend: true}",
        ),
        "production",
    );
    assert_eq!(
        composed.spec("ScheduledBatch/no1/event_rule")["state"],
        json!("DISABLED")
    );
}

#[test]
fn what_is_never_pruned_says_so_where_a_listing_shows_it() {
    let text = batch(
        "no1",
        "{schedule: rate(1 hour), taskTemplate: batch, description: hourly}",
    )
    .replace("{name: no1}", "{name: no1, annotations: {sendo/prune: disabled}}");
    let spec = composed(&text, "production").spec("ScheduledBatch/no1/event_rule");
    assert_eq!(
        spec["description"],
        json!("hourly sendo:prune=disabled [sendo:shop/production/ScheduledBatch/no1]")
    );
}

#[test]
fn short_overrides_go_over_the_long_ones() {
    let spec = "{schedule: rate(1 hour), taskTemplate: batch, command: [run], environment: {A: '2', C: '3'}, \
                overrides: {cpu: 512, containerOverrides: [{name: batch, memory: 64, environment: {A: '1', B: '1'}}]}}";
    let composed = composed(&batch("no1", spec), "production");
    assert_eq!(
        composed.spec("ScheduledBatch/no1/event_rule")["target"]["input"],
        json!({"cpu": "512", "containerOverrides": [{"name": "batch", "memory": 64, "command": ["run"], "environment": [
            {"name": "A", "value": "2"}, {"name": "B", "value": "1"}, {"name": "C", "value": "3"}]}]})
    );
}

#[test]
fn the_first_essential_container_is_the_default() {
    let spec = "{schedule: rate(1 hour), command: [run], taskDefinition: {cpu: 256, memory: 512, containerDefinitions: [\
                {name: side, image: 'x:1', essential: false}, {name: main, image: 'x:1'}]}}";
    let composed = composed(&batch("no1", spec), "production");
    assert_eq!(
        composed.spec("ScheduledBatch/no1/event_rule")["target"]["input"]["containerOverrides"][0]["name"],
        json!("main")
    );
}

#[test]
fn overrides_are_checked_against_the_definition_and_the_limit() {
    assert_snapshot!(messages("{schedule: rate(1 hour), taskTemplate: batch, container: bach, command: [x]}"), @r##"a.yaml:5:64: error: the task definition has no container of that name"##);
    assert_snapshot!(messages("{schedule: rate(1 hour), taskTemplate: batch, overrides: {containerOverrides: [{name: x}]}}"), @r##"a.yaml:5:93: error: the task definition has no container of that name"##);
    assert_snapshot!(messages("{schedule: rate(1 hour), taskDefinition: 'x:1', command: [x]}"), @r##"a.yaml:5:7: error: the batch needs `container`: its task definition is not one of this project"##);
    let long = "y".repeat(8_200);
    assert_snapshot!(messages(&format!("{{schedule: rate(1 hour), taskTemplate: batch, command: [x], environment: {{A: '{long}'}}}}")), @r##"a.yaml:5:67: error: the overrides have 8297 characters as JSON: ECS takes 8192"##);
    let fits = "y".repeat(
        8_192 - r#"{"containerOverrides":[{"environment":[{"name":"A","value":""}],"name":"batch"}]}"#.len(),
    );
    assert_eq!(
        messages(&format!(
            "{{schedule: rate(1 hour), taskTemplate: batch, environment: {{A: '{fits}'}}}}"
        )),
        ""
    );
    assert_ne!(
        messages(&format!(
            "{{schedule: rate(1 hour), taskTemplate: batch, environment: {{A: '{fits}y'}}}}"
        )),
        ""
    );
}

#[test]
fn the_role_that_applies_is_required() {
    let project = PROJECT.replace(
        "      roleArn: arn:aws:iam::123456789012:role/ecsEventsRole\n",
        "",
    );
    let text = batch("no1", "{schedule: rate(1 hour), taskTemplate: batch}")
        + &batch(
            "no2",
            "{schedule: rate(1 hour), taskTemplate: batch, timeZone: UTC, schedulerRoleArn: role/x}",
        );
    let composed = compose_text(
        &[("sendo.yaml", &project), ("t.yaml", TEMPLATE), ("a.yaml", &text)],
        "production",
    );
    assert_snapshot!(composed.messages, @r##"
a.yaml:5:7: error: the batch needs `roleArn`: it is started by an EventBridge rule
a.yaml:10:86: error: `schedulerRoleArn` is not the ARN it should be
"##);
}

#[test]
fn a_log_prefix_of_its_own_means_a_family_of_its_own() {
    let composed = composed(
        &batch(
            "no1",
            "{schedule: rate(1 hour), taskTemplate: batch, logStreamPrefix: batch/no1}",
        ),
        "production",
    );
    let spec = composed.spec("ScheduledBatch/no1/task_definition");
    assert_eq!(spec["family"], json!("shop-production-no1"));
    assert_eq!(
        spec["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-stream-prefix"],
        json!("batch/no1")
    );
    assert_eq!(spec["tags"]["sendo:manifest"], json!("ScheduledBatch/no1"));
    assert_snapshot!(messages("{schedule: rate(1 hour), logStreamPrefix: x, taskDefinition: {cpu: 256, memory: 512, containerDefinitions: [{name: a, image: 'x:1'}]}}"), @r##"a.yaml:5:32: error: `logStreamPrefix` has no effect: no container logs to CloudWatch Logs"##);
}

#[test]
fn exact_names_have_no_prefix_and_names_have_a_limit() {
    let composed = composed(
        &batch(
            "no1",
            "{schedule: rate(1 hour), taskTemplate: batch, ruleName: nightly}",
        ),
        "production",
    );
    assert_eq!(
        &*composed.resource("ScheduledBatch/no1/event_rule").name,
        "nightly"
    );
    let long = "n".repeat(50);
    assert_snapshot!(super::composed(&batch(&long, "{schedule: rate(1 hour), taskTemplate: batch}"), "production").messages, @r##"a.yaml:4:18: error: the rule name is too long: 66 characters, AWS takes 64"##);
    assert_snapshot!(messages("{schedule: rate(1 hour), taskTemplate: batch, scheduleName: x}"), @r##"a.yaml:5:53: error: `scheduleName` does not apply: this batch is started by a rule"##);
}

#[test]
fn two_rules_of_one_name_are_named_both() {
    let spec = "{schedule: rate(1 hour), taskTemplate: batch, ruleName: nightly}";
    assert_snapshot!(composed(&(batch("a", spec) + &batch("b", spec)), "production").messages, @r##"a.yaml:10:63: error: the rule name `nightly` is taken"##);
}

#[test]
fn a_thousand_batches_of_one_template_compose_it_once() {
    let text: String = (0..20)
        .map(|n| {
            batch(
                &format!("no{n}"),
                &format!("{{schedule: rate(1 hour), taskTemplate: batch, environment: {{batch: no{n}}}}}"),
            )
        })
        .collect();
    let composed = composed(&text, "production");
    assert_eq!(composed.resources().len(), 22);
}

#[test]
fn tags_of_a_schedule_go_nowhere_and_that_is_said() {
    assert_snapshot!(messages("{schedule: rate(1 hour), timeZone: UTC, taskTemplate: batch, tags: {a: b}}"), @r##"a.yaml:5:68: warning: schedules of EventBridge Scheduler have no tags: these go nowhere"##);
}
