"""A developer's copies change and go without the originals."""

import pytest


@pytest.fixture
def staging(stage):
    """A stage on which staging was created, with a developer's environment in it."""
    stage.create("staging")
    return stage


def originals(stage):
    """The originals that a developer's copies stand beside."""
    (rule,) = [rule for rule in stage.live.rules(stage.world.https) if rule["priority"] < 1000]
    schedule = stage.live.schedules()["shop-staging", "shop-staging-daily-report"]
    service = stage.live.service("staging", "api")
    members = ["taskDefinition", "desiredCount", "loadBalancers", "tags"]
    records = stage.live.records(stage.world.zones["example.com"])
    return {member: service[member] for member in members}, rule, schedule, records


def test_another_image_moves_the_copy_alone(staging):
    before, revisions = originals(staging), staging.live.revisions("shop-staging-api")
    staging.project.edit("alice.yaml", "example/api:feature-x", "example/api:feature-y")
    assert staging.plan("staging") == {
        "DeveloperEnv/alice/api/task_definition": (("create",), {"/containerDefinitions/app/image"}),
        "DeveloperEnv/alice/api/service": (("update",), {"/taskDefinition"}),
    }
    waiting = ["--no-wait"] if staging.differs("running-is-a-constant") else []
    assert staging.apply("staging", *waiting) == (1, 1, 0)
    staging.is_settled("staging")
    (new,) = set(staging.live.revisions("shop-staging-api")) - set(revisions)
    assert staging.live.service("staging-per-member", "alice-api")["taskDefinition"] == new
    assert staging.live.definition(new)["containerDefinitions"]["app"]["image"] == "example/api:feature-y"
    assert originals(staging) == before


def test_other_hosts_are_another_rule_and_other_names(staging):
    before = originals(staging)
    staging.project.edit("alice.yaml", "*.{env}.{domain}", "{env}-app.{domain}")
    assert staging.apply("staging") == (1, 1, 1)
    staging.is_settled("staging")
    (rule,) = [rule for rule in staging.live.rules(staging.world.https) if rule["priority"] >= 1000]
    assert rule["conditions"]["host-header"] == {"alice-api.dev.example.com", "alice-app.dev.example.com"}
    names = {f"{prefix}{name}.dev.example.com." for name in ["alice-api", "alice-app"] for prefix in ["", "_sendo."]}
    assert {name for name, _ in staging.live.records(staging.world.zones["dev.example.com"])} == names
    assert originals(staging) == before


def test_a_developers_environment_goes_alone(staging):
    before = originals(staging)
    assert staging.delete("DeveloperEnv/alice", environment="staging") == (0, 0, 6)
    assert without_copies(staging) == before


def test_an_environment_whose_manifest_is_gone_goes_when_pruning(staging):
    before = originals(staging)
    staging.project.remove("alice.yaml")
    assert staging.apply("staging") == (0, 0, 0)
    assert set(staging.live.services("staging-per-member")) == {"alice-api"}
    assert staging.apply("staging", "--prune") == (0, 0, 6)
    assert without_copies(staging) == before
    staging.is_settled("staging")


def without_copies(stage):
    """The originals, after a look that no copy is left."""
    assert stage.live.services("staging-per-member") == {}
    assert [rule["priority"] for rule in stage.live.rules(stage.world.https)] == [100]
    assert stage.live.records(stage.world.zones["dev.example.com"]) == {}
    assert set(stage.live.schedules()) == {("shop-staging", "shop-staging-daily-report")}
    assert len(stage.live.target_groups()) == 1
    return originals(stage)
