"""Every drift shows as its member and no other, and apply puts it back."""

import pytest

from rows import ROWS


@pytest.mark.parametrize("index", range(len(ROWS)), ids=[row.title for row in ROWS])
def test_a_change_shows_as_its_member_and_is_put_back(rounds, index):
    row, outcome = ROWS[index], rounds.outcomes[index]
    assert outcome.failed is None
    assert outcome.drifted != outcome.before, "the call changed nothing"
    assert outcome.shown == sorted(row.paths)
    assert outcome.left == []
    assert outcome.after == outcome.before


def test_nothing_else_shows(rounds):
    assert [others for others in rounds.others if others] == []


def test_the_exit_code_says_whether_there_is_drift(rounds):
    assert set(zip(rounds.codes[::2], rounds.codes[1::2])) == {(2, 0)}
