"""One change of each type of resource: the plan names it and nothing else, AWS has it afterwards, nothing is left."""

from live import tags

SERVICE = "Service/api/service"
DEFINITION = "Service/api/task_definition"


def changes(stage, edits, plan, counts):
    """Edits manifests, and expects this plan, these counts of its apply, and no plan after it."""
    for edit in edits:
        stage.project.edit(*edit)
    assert stage.plan() == plan
    assert stage.apply() == counts
    stage.is_settled()


def updated(address, *paths):
    return {address: (("update",), set(paths))}


def environment_of(container):
    return {each["name"]: each["value"] for each in container["environment"]}


def test_a_variable_of_a_container_is_a_new_revision_that_the_service_moves_to(settled):
    before = settled.live.service("production", "api")
    plan = {DEFINITION: (("create",), {"/containerDefinitions/app/environment/LOG_LEVEL"})} | updated(SERVICE, "/taskDefinition")
    changes(settled, [("api.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug")], plan, (1, 1, 0))
    revisions = settled.live.revisions("shop-production-api")
    assert len(revisions) == 2
    service = settled.live.service("production", "api")
    assert service["taskDefinition"] == revisions[1] != before["taskDefinition"]
    container = settled.live.definition(revisions[1])["containerDefinitions"]["app"]
    assert environment_of(container) == {"RAILS_ENV": "production", "LOG_LEVEL": "debug"}
    deployed = revisions[0] if settled.differs("update-starts-no-deployment") else revisions[1]
    assert service["deployments"][0]["taskDefinition"] == deployed


def test_one_image_moves_all_who_use_a_template(settled):
    plan = {
        DEFINITION: (("create",), {"/containerDefinitions/app/image"}),
        "TaskTemplate/batch/task_definition": (("create",), {"/containerDefinitions/batch/image"}),
        **updated(SERVICE, "/taskDefinition"),
        **updated("ScheduledBatch/refresh-prices/event_rule", "/target/taskDefinition"),
        **updated("ScheduledBatch/daily-report/schedule", "/target/taskDefinition"),
    }
    changes(settled, [("sendo.yaml", 'imageTag: "1"', 'imageTag: "2"')], plan, (2, 3, 0))
    batch = settled.live.revisions("shop-production-batch")[-1]
    (target,) = settled.live.event_rules()["shop-production-refresh-prices"]["targets"]
    schedule = settled.live.schedules()["shop-production", "shop-production-daily-report"]
    used = [target["EcsParameters"]["TaskDefinitionArn"], schedule["Target"]["EcsParameters"]["TaskDefinitionArn"]]
    assert used == [batch, batch]
    assert settled.live.definition(batch)["containerDefinitions"]["batch"]["image"] == "example/batch:2"


def test_members_of_a_service_change_and_go_back_when_they_are_gone(settled):
    edits = [
        ("api.yaml", "desiredCount: 2", "desiredCount: 3\n  enableExecuteCommand: true"),
        ("api.yaml", "maximumPercent: 150", "maximumPercent: 175"),
        ("api.yaml", "{enable: true, rollback: true}", "{enable: true, rollback: false}"),
        ("api.yaml", "healthCheckGracePeriodSeconds: 30", "healthCheckGracePeriodSeconds: 45"),
    ]
    deployment = "/deploymentConfiguration"
    paths = [
        "/desiredCount",
        "/enableExecuteCommand",
        "/healthCheckGracePeriodSeconds",
        f"{deployment}/maximumPercent",
        f"{deployment}/deploymentCircuitBreaker/rollback",
    ]
    changes(settled, edits, updated(SERVICE, *paths), (0, 1, 0))
    service = settled.live.service("production", "api")
    assert service["deploymentConfiguration"] == {
        "maximumPercent": 175,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": True, "rollback": False},
    }
    names = ["desiredCount", "runningCount", "enableExecuteCommand", "healthCheckGracePeriodSeconds"]
    assert [service[name] for name in names] == [3, 3, True, 45]

    edits = [
        ("api.yaml", "\n  enableExecuteCommand: true", ""),
        ("api.yaml", "    deploymentCircuitBreaker: {enable: true, rollback: false}\n", ""),
    ]
    breaker = "/deploymentConfiguration/deploymentCircuitBreaker"
    paths = ["/enableExecuteCommand", f"{breaker}/enable"]
    changes(settled, edits, updated(SERVICE, *paths), (0, 1, 0))
    service = settled.live.service("production", "api")
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"] is False
    assert service["enableExecuteCommand"] is False


def test_tasks_take_tags_from_their_service(settled):
    settled.project.edit("api.yaml", "desiredCount: 2", "desiredCount: 2\n  propagateTags: SERVICE")
    plan = updated(SERVICE, "/propagateTags")
    assert settled.plan() == plan
    assert settled.apply() == (0, 1, 0)
    ignored = settled.differs("update-ignores-propagate-tags")
    assert settled.live.service("production", "api")["propagateTags"] == ("NONE" if ignored else "SERVICE")
    assert settled.plan() == (plan if ignored else {})


def test_a_log_group_keeps_events_longer_and_then_for_ever(settled):
    plan = updated("Service/api/log_group", "/retentionInDays")
    changes(settled, [("api.yaml", "retentionDays: 30", "retentionDays: 60")], plan, (0, 1, 0))
    groups = settled.live.log_groups()
    retention = {name: group["retention"] for name, group in groups.items()}
    assert retention == {"/shop/production/api": 60, "/shop/production/batch": 14}

    changes(settled, [("api.yaml", ", retentionDays: 60", "")], plan, (0, 1, 0))
    assert settled.live.log_groups()["/shop/production/api"]["retention"] is None


def test_a_target_group_gets_another_health_check_and_attributes_in_place(settled):
    before = settled.live.target_group()
    edits = [
        ("api.yaml", "interval: 15, matcher: 200", "interval: 20, timeout: 7, unhealthyThreshold: 4, matcher: 200-299"),
        ("api.yaml", "deregistrationDelay: 5", 'deregistrationDelay: 10\n      attributes: {stickiness.enabled: "true"}'),
    ]
    checks = [f"/healthCheck/{name}" for name in ["interval", "timeout", "unhealthyThreshold", "matcher"]]
    attributes = ["/attributes/deregistration_delay.timeout_seconds", "/attributes/stickiness.enabled"]
    changes(settled, edits, updated("Service/api/web/target_group", *checks, *attributes), (0, 1, 0))
    group = settled.live.target_group()
    assert group["TargetGroupArn"] == before["TargetGroupArn"]
    names = ["HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "UnhealthyThresholdCount", "HealthCheckPath", "Matcher"]
    assert [group[name] for name in names] == [20, 7, 4, "/health_check", {"HttpCode": "200-299"}]
    attributes = {"deregistration_delay.timeout_seconds": "10", "stickiness.enabled": "true"}
    assert group["attributes"] | attributes == group["attributes"]


def test_a_rule_gets_other_conditions_and_keeps_its_number(settled):
    before = settled.live.rule(settled.world.https)
    more = "\n      headers: {X-Stage: [beta]}\n      methods: [GET, POST]"
    edits = [("api.yaml", "paths: [/v1/*]", "paths: [/v2/*]" + more), ("api.yaml", ', "*.api.${domain}"', "")]
    conditions = [
        "host-header/values/*.api.example.com",
        "path-pattern/values/~1v1~1*",
        "path-pattern/values/~1v2~1*",
        *(f"http-header~1x-stage/{member}" for member in ["field", "name", "values/beta"]),
        *(f"http-request-method/{member}" for member in ["field", "values/GET", "values/POST"]),
    ]
    plan = updated("Service/api/web/listener_rule", *(f"/conditions/{each}" for each in conditions))
    changes(settled, edits, plan, (0, 1, 0))
    rule = settled.live.rule(settled.world.https)
    assert {member: rule[member] for member in ["arn", "priority", "forward", "tags"]} == {
        member: before[member] for member in ["arn", "priority", "forward", "tags"]
    }
    assert rule["conditions"] == {
        "host-header": {"api.example.com"},
        "path-pattern": {"/v2/*"},
        "http-header": {"beta"},
        "http-request-method": {"GET", "POST"},
    }


def test_a_rule_gets_the_number_that_its_manifest_names(settled):
    before = settled.live.rule(settled.world.https)
    plan = updated("Service/api/web/listener_rule", "/priority")
    changes(settled, [("api.yaml", "      container: app", "      priority: 7\n      container: app")], plan, (0, 1, 0))
    assert settled.live.rule(settled.world.https) == before | {"priority": 7}


def test_a_name_that_points_elsewhere_comes_back(settled):
    zone = settled.world.zones["example.com"]
    before = settled.live.records(zone)
    target = {"DNSName": "elsewhere.example.net", "HostedZoneId": settled.world.balancer["CanonicalHostedZoneId"]}
    record = {"Name": "api.example.com", "Type": "A", "AliasTarget": target | {"EvaluateTargetHealth": True}}
    changed = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    settled.world.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changed)
    assert settled.live.records(zone) != before
    changes(settled, [], updated("Service/api/api.example.com/dns_record", "/alias/dnsName", "/alias/evaluateTargetHealth"), (0, 1, 0))
    assert settled.live.records(zone) == before


def test_an_event_rule_fires_at_other_times_with_other_overrides(settled):
    edits = [
        ("batches.yaml", "schedule: rate(5 minutes)", "schedule: cron(0 18 ? * MON-FRI *)\n  description: prices of the day"),
        ("batches.yaml", "command: [bin/refresh-prices]", "command: [bin/refresh-prices, --all]\n  taskCount: 2"),
        ("batches.yaml", "environment: {BATCH: refresh-prices}", "environment: {BATCH: prices}"),
    ]
    override = "/target/input/containerOverrides/batch"
    paths = ["/scheduleExpression", "/description", "/target/taskCount", f"{override}/command", f"{override}/environment/BATCH"]
    changes(settled, edits, updated("ScheduledBatch/refresh-prices/event_rule", *paths), (0, 1, 0))
    rule = settled.live.event_rules()["shop-production-refresh-prices"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(0 18 ? * MON-FRI *)", "ENABLED")
    assert rule["Description"].startswith("prices of the day ")
    (target,) = rule["targets"]
    override = {"name": "batch", "command": ["bin/refresh-prices", "--all"], "environment": [{"name": "BATCH", "value": "prices"}]}
    assert target["Input"] == {"containerOverrides": [override]}
    assert target["EcsParameters"]["TaskCount"] == 2


def test_a_schedule_fires_at_other_times_with_other_overrides(settled):
    edits = [
        ("batches.yaml", "schedule: cron(30 2 * * ? *)", "schedule: cron(0 9 1W * ? *)"),
        ("batches.yaml", "timeZone: Asia/Tokyo", "timeZone: Europe/Berlin"),
        ("batches.yaml", "command: [bin/report, --daily]", "command: [bin/report, --monthly]"),
        ("batches.yaml", "maximumRetryAttempts: 3", "maximumRetryAttempts: 5"),
    ]
    target = "/target/"
    paths = [
        "/scheduleExpression",
        "/scheduleExpressionTimezone",
        "/target/input/containerOverrides/batch/command",
        "/target/retryPolicy/maximumRetryAttempts",
    ]
    changes(settled, edits, updated("ScheduledBatch/daily-report/schedule", *paths), (0, 1, 0))
    schedule = settled.live.schedules()["shop-production", "shop-production-daily-report"]
    names = ["ScheduleExpression", "ScheduleExpressionTimezone", "State", "FlexibleTimeWindow"]
    assert [schedule[name] for name in names] == ["cron(0 9 1W * ? *)", "Europe/Berlin", "ENABLED", {"Mode": "OFF"}]
    target = schedule["Target"]
    assert target["Input"]["containerOverrides"][0]["command"] == ["bin/report", "--monthly"]
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600}


def test_suspended_batches_are_disabled_and_come_back(settled):
    plan = updated("ScheduledBatch/refresh-prices/event_rule", "/state") | updated("ScheduledBatch/daily-report/schedule", "/state")
    before = triggers(settled)
    changes(settled, [("batches.yaml", "  taskTemplate: batch", "  taskTemplate: batch\n  suspend: true")], plan, (0, 2, 0))
    assert {state for _, state in triggers(settled)} == {"DISABLED"}
    changes(settled, [("batches.yaml", "\n  suspend: true", "")], plan, (0, 2, 0))
    assert triggers(settled) == before


def triggers(stage):
    """All triggers with their state."""
    rules = [(name, rule["State"]) for name, rule in stage.live.event_rules().items()]
    return sorted(rules + [(name, schedule["State"]) for (_, name), schedule in stage.live.schedules().items()])


def test_another_tag_of_the_project_is_put_on_without_a_deployment(settled):
    before = settled.live.service("production", "api")["deployments"]
    tagged = [
        DEFINITION,
        SERVICE,
        "Service/api/web/target_group",
        "Service/api/web/listener_rule",
        "TaskTemplate/batch/task_definition",
        "ScheduledBatch/refresh-prices/event_rule",
    ]
    plan = {address: (("update",), {"/tags/team", "/tags/tier"}) for address in tagged}
    changes(settled, [("sendo.yaml", "tags: {team: shop}", "tags: {tier: front}")], plan, (0, 6, 0))
    service = settled.live.service("production", "api")
    assert [each["id"] for each in service["deployments"]] == [each["id"] for each in before]
    assert service["taskDefinition"] == settled.live.revisions("shop-production-api")[0]
    found = [
        tags(service["tags"]),
        settled.live.definition(service["taskDefinition"])["tags"],
        settled.live.definition("shop-production-batch:1")["tags"],
        settled.live.target_group()["tags"],
        settled.live.rule(settled.world.https)["tags"],
        settled.live.event_rules()["shop-production-refresh-prices"]["tags"],
    ]
    assert [(each.get("team"), each.get("tier")) for each in found] == [(None, "front")] * len(found)


def test_a_log_group_gets_another_tag_when_something_else_of_it_changes(settled):
    """Reading the tags of a log group costs a call, so sendo doesn't while the group is as it should be."""
    settled.project.edit("sendo.yaml", "tags: {team: shop}", "tags: {tier: front}")
    settled.project.edit("api.yaml", "retentionDays: 30", "retentionDays: 60")
    settled.apply()
    settled.is_settled()
    found = {name: group["tags"] for name, group in settled.live.log_groups().items()}
    seen = {name: (each.get("team"), each.get("tier")) for name, each in found.items()}
    assert seen == {"/shop/production/api": (None, "front"), "/shop/production/batch": ("shop", None)}
