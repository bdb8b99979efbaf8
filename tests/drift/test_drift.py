"""Every drift shows as its member and no other, and apply puts it back."""

import pytest

from live import AWS, EventRule, LogGroup
from rows import ROWS
from watched import members


@pytest.mark.parametrize("index", range(len(ROWS)), ids=[row.title for row in ROWS])
def test_a_change_shows_as_its_member_and_is_put_back(rounds, index):
    outcome = rounds.outcomes[index]
    assert outcome.failed is None
    assert outcome.drifted != outcome.before, "the call changed nothing"
    assert outcome.shown == outcome.wanted
    assert outcome.left == []
    assert outcome.after == outcome.before


def test_nothing_else_shows(rounds):
    assert [others for others in rounds.others if others] == []


def test_the_exit_code_says_whether_there_is_drift(rounds):
    assert set(zip(rounds.codes[::2], rounds.codes[1::2])) == {(2, 0)}


def covers(row, kind, member):
    """Whether the row changes this member: itself, the whole list that its items are in, or an entry of its map."""
    parent = row.member.rpartition(".")[0]
    return row.live.type == kind and member in (row.member, f"{row.member}[]", f"{parent}[]")


@pytest.mark.parametrize(("kind", "member"), [(kind, member) for kind, member, watched in members() if watched not in ("fixed", "refused")])
def test_every_member_that_is_watched_has_a_row(kind, member):
    assert [row.title for row in ROWS if covers(row, kind, member)]


@pytest.mark.parametrize("index", range(len(ROWS)), ids=[row.title for row in ROWS])
def test_every_row_is_of_a_member_that_there_is(index):
    row = ROWS[index]
    known = [member for kind, member, _ in members() if kind == row.live.type]
    assert [member for member in known if covers(row, row.live.type, member) or member.startswith((f"{row.member}.", f"{row.member}[]."))]


@pytest.mark.parametrize(("live", "stand"), [(LogGroup(), "web-0"), (EventRule(), "rule-0")], ids=["log_group", "event_rule"])
def test_tags_that_cost_a_call_each_are_left_alone_by_themselves(rounds, live, stand):
    live.tag("team", "other")(stand, rounds.world)
    try:
        assert rounds.sendo.drift() == (0, {})
    finally:
        live.tag("team", "shop")(stand, rounds.world)


def test_a_revision_that_was_deregistered_is_registered_again(rounds):
    rule = EventRule()
    used = lambda: rule.read("rule-0")["targets"][0]["EcsParameters"]["TaskDefinitionArn"]  # noqa: E731
    AWS["ecs"].deregister_task_definition(taskDefinition=used())
    before = used()
    rounds.sendo.apply()
    rounds.sendo.settled()
    described = AWS["ecs"].describe_task_definition(taskDefinition=used())["taskDefinition"]
    assert (used() != before, described["status"]) == (True, "ACTIVE")
