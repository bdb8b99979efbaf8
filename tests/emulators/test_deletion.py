"""What no manifest wants any more goes, and nothing else."""

import pytest


@pytest.fixture
def neighbours(stage):
    """Things beside ours that sendo did not make, as they are looked at afterwards."""
    client = stage.world.client
    arn = client("elbv2").create_target_group(Name="theirs", Protocol="HTTP", Port=80, VpcId=stage.world.vpc, TargetType="ip")
    action = {"Type": "forward", "TargetGroupArn": arn["TargetGroups"][0]["TargetGroupArn"]}
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["theirs.example.com"]}}
    client("elbv2").create_rule(ListenerArn=stage.world.https, Priority=500, Conditions=[host], Actions=[action])
    client("events").put_rule(Name="shop-production-theirs", ScheduleExpression="rate(1 day)")
    record = {"Name": "theirs.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    client("route53").change_resource_record_sets(HostedZoneId=stage.world.zones["example.com"], ChangeBatch=batch)
    return lambda: theirs(stage)


def theirs(stage):
    """What there is that has no marks of ours."""
    elb, zone = stage.world.client("elbv2"), stage.world.zones["example.com"]
    rules = elb.describe_rules(ListenerArn=stage.world.https)["Rules"]
    return {
        "groups": [group["TargetGroupName"] for group in elb.describe_target_groups()["TargetGroups"]],
        "priorities": [rule["Priority"] for rule in rules if not rule["IsDefault"]],
        "rules": [rule["Name"] for rule in stage.world.client("events").list_rules()["Rules"]],
        "records": list(stage.live.records(zone)),
        "services": list(stage.live.services("production")),
        "schedules": list(stage.live.schedules()),
    }


THEIRS = {
    "groups": ["theirs"],
    "priorities": ["500"],
    "rules": ["shop-production-theirs"],
    "records": [("theirs.example.com.", "A")],
    "services": [],
    "schedules": [],
}


def test_everything_goes_but_logs_revisions_and_what_is_not_ours(stage, neighbours):
    assert neighbours() == THEIRS
    stage.create()
    families = ["shop-production-api", "shop-production-batch"]
    before = [stage.live.log_groups(), [stage.live.revisions(family) for family in families]]
    assert stage.delete("--all") == (0, 0, 6)
    assert neighbours() == THEIRS
    assert [stage.live.log_groups(), [stage.live.revisions(family) for family in families]] == before
    assert stage.delete("--all") == (0, 0, 0)


def test_one_manifest_goes_and_the_others_stay(settled):
    before = settled.live.event_rules()
    assert settled.delete("ScheduledBatch/daily-report") == (0, 0, 1)
    assert settled.live.schedules() == {}
    assert settled.live.event_rules() == before
    assert set(settled.live.services("production")) == {"api"}
    assert {address: actions for address, (actions, _) in settled.plan().items()} == {
        "ScheduledBatch/daily-report/schedule": ("create",)
    }


def test_a_service_whose_manifest_is_gone_goes_only_when_pruning(settled):
    before = [settled.live.event_rules(), settled.live.schedules()]
    settled.project.remove("api.yaml")
    settled.project.remove("alice.yaml")
    ran = settled.run(0, "plan", "--detailed-exitcode")
    assert ran.last_line == "No changes. Your infrastructure matches the configuration."
    assert "Service/api" in ran.stdout
    assert settled.apply() == (0, 0, 0)
    assert set(settled.live.services("production")) == {"api"}

    plan = settled.plan("production", "--prune")
    goes = ["Service/api/service", "Service/api/web/target_group"]
    names = ["Service/api/web/listener_rule", "Service/api/api.example.com/dns_record"]
    lost = settled.differs("target-group-members")
    assert plan == {address: (("delete",), set()) for address in goes + ([] if lost else names)}
    assert settled.apply("production", "--prune") == (0, 0, 2 if lost else 4)
    assert settled.live.services("production") == {}
    assert settled.live.target_groups() == {}
    assert [rule["priority"] for rule in settled.live.rules(settled.world.https)] == ([100] if lost else [])
    assert len(settled.live.records(settled.world.zones["example.com"])) == (2 if lost else 0)
    assert [settled.live.event_rules(), settled.live.schedules()] == before
    assert settled.plan("production", "--prune") == {}


def test_one_of_two_services_on_a_listener_goes(settled):
    manifest = settled.project.folder / "api.yaml"
    twin = manifest.read_text().replace("metadata: {name: api}", "metadata: {name: web}").replace("api.${domain}", "web.${domain}")
    (settled.project.folder / "web.yaml").write_text(twin)
    settled.project.remove("alice.yaml")
    settled.create()
    assert set(settled.live.services("production")) == {"api", "web"}
    settled.project.remove("api.yaml")
    assert settled.apply("production", "--prune") == (0, 0, 4)
    settled.is_settled()
    (group,) = settled.live.target_groups().values()
    assert set(settled.live.services("production")) == {"web"}
    rule = settled.live.rule(settled.world.https)
    assert rule["forward"] == {group["TargetGroupArn"]: 1}
    assert rule["conditions"]["host-header"] == {"web.example.com", "*.web.example.com"}
    zone = settled.world.zones["example.com"]
    assert set(settled.live.records(zone)) == {("web.example.com.", "A"), ("_sendo.web.example.com.", "TXT")}


def test_batches_whose_manifests_are_gone_go_only_when_pruning(settled):
    settled.project.remove("batches.yaml")
    settled.project.remove("alice.yaml")
    assert settled.apply() == (0, 0, 0)
    assert len(settled.live.event_rules()) == len(settled.live.schedules()) == 1
    assert settled.apply("production", "--prune") == (0, 0, 2)
    assert (settled.live.event_rules(), settled.live.schedules()) == ({}, {})
    assert set(settled.live.services("production")) == {"api"}


def test_what_was_protected_when_its_manifest_was_there_stays(settled):
    annotations = 'metadata: {name: refresh-prices, annotations: {sendo/prune: disabled}}'
    settled.project.edit("batches.yaml", "metadata: {name: refresh-prices}", annotations)
    settled.apply()
    settled.project.remove("batches.yaml")
    settled.project.remove("alice.yaml")
    assert settled.apply("production", "--prune") == (0, 0, 1)
    assert set(settled.live.event_rules()) == {"shop-production-refresh-prices"}
    assert settled.live.schedules() == {}


def test_an_ingress_that_is_gone_goes_without_pruning(settled):
    manifest = settled.project.folder / "api.yaml"
    manifest.write_text(manifest.read_text().split("  ingress:")[0].replace("  healthCheckGracePeriodSeconds: 30\n", ""))
    lost = settled.differs("target-group-members")
    assert settled.apply() == (0, 1, 1 if lost else 3)
    settled.is_settled()
    assert settled.live.service("production", "api")["loadBalancers"] == []
    assert settled.live.target_groups() == {}
    assert [rule["priority"] for rule in settled.live.rules(settled.world.https)] == ([100] if lost else [])
    assert len(settled.live.records(settled.world.zones["example.com"])) == (2 if lost else 0)
