"""What others made under a name that a manifest wants is refused, and adopted only when its manifest says so."""

import json

import pytest


@pytest.fixture
def taken(stage):
    """An event rule, a record and a log group of others stand under names that manifests want."""
    client = stage.world.client
    client("events").put_rule(Name="shop-production-refresh-prices", ScheduleExpression="rate(1 day)", State="DISABLED")
    record = {"Name": "api.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    client("route53").change_resource_record_sets(HostedZoneId=stage.world.zones["example.com"], ChangeBatch=batch)
    client("logs").create_log_group(logGroupName="/shop/production/api")
    return stage


def theirs(stage):
    """All that there is."""
    client, zone = stage.world.client, stage.world.zones["example.com"]
    rules = client("events").list_rules()["Rules"]
    return {
        "rules": [(rule["Name"], rule["ScheduleExpression"], rule["State"], rule.get("Description")) for rule in rules],
        "targets": [client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"] for rule in rules],
        "records": stage.live.records(zone),
        "groups": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
        "retention": [group.get("retentionInDays") for group in client("logs").describe_log_groups()["logGroups"]],
        "services": stage.live.services("production"),
        "revisions": stage.live.revisions("shop-production-api"),
        "target groups": stage.live.target_groups(),
        "schedules": stage.live.schedules(),
    }


def refused(stage):
    """What a plan refuses, and why."""
    plan = json.loads(stage.run(1, "plan", "-o", "json").stdout)
    return {(each["address"], each["reason"]) for each in plan["refused"]}


def test_what_others_made_is_refused_and_nothing_is_touched(taken):
    before = theirs(taken)
    rule = ("ScheduledBatch/refresh-prices/event_rule", "foreign")
    needs = ["Service/api/task_definition", "Service/api/service", "Service/api/api.example.com/dns_record"]
    assert refused(taken) == {rule, ("Service/api/log_group", "foreign")} | {(need, "dependency") for need in needs}
    taken.run(1, "apply", "--yes")
    assert theirs(taken) == before
    taken.run(1, "delete", "--all", "--yes")
    assert theirs(taken) == before

    taken.world.client("logs").delete_log_group(logGroupName="/shop/production/api")
    before = theirs(taken)
    assert refused(taken) == {rule, ("Service/api/api.example.com/dns_record", "foreign")}
    taken.run(1, "apply", "--yes")
    assert theirs(taken) == before


def test_what_others_made_is_adopted_where_it_is(taken):
    rule = taken.world.client("events").describe_rule(Name="shop-production-refresh-prices")["Arn"]
    for manifest, name in [("batches.yaml", "refresh-prices"), ("api.yaml", "api")]:
        adopt = f'metadata: {{name: {name}, annotations: {{sendo/adopt: "true"}}}}'
        taken.project.edit(manifest, f"metadata: {{name: {name}}}", adopt)
    taken.create()
    found = taken.live.event_rules()["shop-production-refresh-prices"]
    assert (found["Arn"], found["ScheduleExpression"], found["State"]) == (rule, "rate(5 minutes)", "ENABLED")
    assert found["tags"]["sendo:manifest"] == "ScheduledBatch/refresh-prices"
    records = taken.live.records(taken.world.zones["example.com"])
    assert set(records) == {("api.example.com.", "A"), ("_sendo.api.example.com.", "TXT")}
    assert records["api.example.com.", "A"][1] == taken.world.balancer["CanonicalHostedZoneId"]
    group = taken.live.log_groups()["/shop/production/api"]
    assert (group["retention"], group["tags"]["sendo:manifest"]) == (30, "Service/api")
