"""The list of differences is true, and no longer than it must be."""

from pathlib import Path

import pytest

from differences import DIFFERENCES
from emulator import EMULATORS


def test_names_are_unique_and_emulators_known():
    names = [difference.name for difference in DIFFERENCES]
    assert len(names) == len(set(names))
    assert {emulator for difference in DIFFERENCES for emulator in difference.emulators} <= set(EMULATORS)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_a_listed_difference_still_occurs(world, difference):
    occurs = difference.probe(world)
    listed = world.emulator.name in difference.emulators
    assert occurs == listed, f"{difference.name}: {difference.does}"


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_a_listed_difference_is_used_by_a_scenario(difference):
    lists = ["differences.py", "probes.py"]
    scenarios = [path.read_text() for path in Path(__file__).parent.glob("*.py") if path.name not in lists]
    assert any(f'"{difference.name}"' in text for text in scenarios)
