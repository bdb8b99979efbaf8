"""The emulators, each started once, and the stages that scenarios play on."""

import pytest

from emulator import EMULATORS
from stage import Stage
from world import World


@pytest.fixture(scope="session", params=EMULATORS)
def emulator(request, tmp_path_factory):
    started = EMULATORS[request.param]()
    started.start(tmp_path_factory.mktemp(request.param))
    yield started
    started.stop()


@pytest.fixture
def world(emulator):
    return World(emulator)


@pytest.fixture
def stage(world, tmp_path):
    return Stage(world, tmp_path)


@pytest.fixture(scope="module")
def applied(emulator, tmp_path_factory):
    """A stage on which everything was created. Tests of a module share it, each leaves it settled."""
    stage = Stage(World(emulator), tmp_path_factory.mktemp("applied"))
    for environment in ["production", "staging"]:
        stage.apply(environment)
    return stage
