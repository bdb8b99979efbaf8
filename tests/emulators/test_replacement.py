"""What AWS cannot change in place is made anew, and the old one goes."""

REPLACED = ("create", "delete")


def replaces(stage, edits, counts):
    """Edits manifests, applies, and expects these counts and nothing left to do."""
    for edit in edits:
        stage.project.edit(*edit)
    plan = stage.plan()
    assert stage.apply() == counts
    stage.is_settled()
    return {address: actions for address, (actions, _) in plan.items()}


def balanced(stage):
    """The only target group, which the only rule forwards to and the service fills."""
    group = stage.live.target_group()
    arn = group["TargetGroupArn"]
    assert stage.live.rule(stage.world.https)["forward"] == {arn: 1}
    assert [each["targetGroupArn"] for each in stage.live.service("production", "api")["loadBalancers"]] == [arn]
    return group


def test_another_port_is_another_target_group(settled):
    before = balanced(settled)
    edits = [("api.yaml", "containerPort: 8080", "containerPort: 9090"), ("api.yaml", "port: 8080", "port: 9090")]
    plan = replaces(settled, edits, (2, 2, 1))
    assert plan == {
        "Service/api/task_definition": ("create",),
        "Service/api/web/target_group": REPLACED,
        "Service/api/web/listener_rule": ("update",),
        "Service/api/service": ("update",),
    }
    after = balanced(settled)
    assert (after["Port"], after["Protocol"]) == (9090, "HTTP")
    assert after["TargetGroupArn"] != before["TargetGroupArn"]
    (entry,) = settled.live.service("production", "api")["loadBalancers"]
    assert (entry["containerName"], entry["containerPort"]) == ("app", 9090)


def test_another_protocol_version_is_another_target_group(settled):
    before = balanced(settled)
    settled.project.edit("api.yaml", "      container: app", "      protocolVersion: HTTP2\n      container: app")
    plan = {address: actions for address, (actions, _) in settled.plan().items()}
    assert plan == {
        "Service/api/web/target_group": REPLACED,
        "Service/api/web/listener_rule": ("update",),
        "Service/api/service": ("update",),
    }
    assert settled.apply() == (1, 2, 1)
    after = balanced(settled)
    expected = {"ProtocolVersion": "HTTP2"} | settled.instead("target-group-members")
    assert after.get("ProtocolVersion") == expected["ProtocolVersion"]
    assert after["TargetGroupArn"] != before["TargetGroupArn"]
    hidden = plan if settled.differs("target-group-members") else {}
    assert {address: actions for address, (actions, _) in settled.plan().items()} == hidden


def test_an_event_rule_gets_another_name(settled):
    edits = [("batches.yaml", "schedule: rate(5 minutes)", "schedule: rate(5 minutes)\n  ruleName: prices")]
    plan = replaces(settled, edits, (1, 0, 1))
    assert plan == {
        "ScheduledBatch/refresh-prices/event_rule": ("create",),
        "ScheduledBatch/refresh-prices/shop-production-refresh-prices/event_rule": ("delete",),
    }
    (name,) = settled.live.event_rules()
    rule = settled.live.event_rules()[name]
    assert (name, rule["State"], rule["ScheduleExpression"], len(rule["targets"])) == ("prices", "ENABLED", "rate(5 minutes)", 1)


def test_a_schedule_gets_another_name(settled):
    edits = [("batches.yaml", "  timeZone: Asia/Tokyo", "  timeZone: Asia/Tokyo\n  scheduleName: report")]
    plan = replaces(settled, edits, (1, 0, 1))
    assert plan == {
        "ScheduledBatch/daily-report/schedule": ("create",),
        "ScheduledBatch/daily-report/shop-production-daily-report/schedule": ("delete",),
    }
    schedules = settled.live.schedules()
    assert [(key, each["State"]) for key, each in schedules.items()] == [(("shop-production", "report"), "ENABLED")]


def test_a_batch_moves_between_rule_and_schedule(settled):
    bare, zoned = "schedule: rate(5 minutes)", "schedule: rate(5 minutes)\n  trigger: schedule"
    plan = replaces(settled, [("batches.yaml", bare, zoned)], (1, 0, 1))
    assert plan == {
        "ScheduledBatch/refresh-prices/event_rule": ("delete",),
        "ScheduledBatch/refresh-prices/schedule": ("create",),
    }
    assert settled.live.event_rules() == {}
    names = {name for _, name in settled.live.schedules()}
    assert names == {"shop-production-refresh-prices", "shop-production-daily-report"}
    replaces(settled, [("batches.yaml", zoned, bare)], (1, 0, 1))
    assert set(settled.live.event_rules()) == {"shop-production-refresh-prices"}
    assert {name for _, name in settled.live.schedules()} == {"shop-production-daily-report"}


def test_a_service_gets_another_name_and_keeps_its_target_group(settled):
    before = settled.live.target_group()
    settled.project.edit("api.yaml", "desiredCount: 2", "desiredCount: 2\n  serviceName: backend")
    assert {address: actions for address, (actions, _) in settled.plan().items()} == {
        "Service/api/service": ("create",),
        "Service/api/production/api/service": ("delete",),
    }
    assert settled.apply("production", "--no-wait") == (1, 0, 1)
    if settled.differs("create-service-drops-members"):
        assert settled.apply() == (0, 1, 0)
    settled.is_settled()
    (name,) = settled.live.services("production")
    service = settled.live.service("production", name)
    assert (name, service["desiredCount"], service["status"]) == ("backend", 2, "ACTIVE")
    assert [each["targetGroupArn"] for each in service["loadBalancers"]] == [before["TargetGroupArn"]]
    assert settled.live.target_group() == before


def test_another_host_is_another_record(settled):
    zone = settled.world.zones["example.com"]
    before = settled.live.records(zone)
    plan = replaces(settled, [("api.yaml", '"api.${domain}", "*.api.${domain}"', '"www.${domain}"')], (1, 1, 1))
    assert plan == {
        "Service/api/web/listener_rule": ("update",),
        "Service/api/www.example.com/dns_record": ("create",),
        "Service/api/api.example.com/dns_record": ("delete",),
    }
    after = settled.live.records(zone)
    assert set(after) == {("www.example.com.", "A"), ("_sendo.www.example.com.", "TXT")}
    assert after["www.example.com.", "A"] == before["api.example.com.", "A"]
    assert settled.live.rule(settled.world.https)["conditions"]["host-header"] == {"www.example.com"}


def test_a_rule_moves_to_another_listener(settled):
    before = settled.live.rule(settled.world.https)
    plan = replaces(settled, [("api.yaml", "${httpsListener}", "${httpListener}")], (1, 0, 1))
    assert plan == {"Service/api/web/listener_rule": REPLACED}
    assert settled.live.rules(settled.world.https) == []
    after = settled.live.rule(settled.world.http)
    assert after | {"arn": None} == before | {"arn": None}
