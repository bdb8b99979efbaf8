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
    """A stage on which everything was created, and waited for. Tests of a module share it and only look."""
    stage = Stage(World(emulator), tmp_path_factory.mktemp("applied"))
    stage.apply("production")
    stage.apply("staging", *(["--no-wait"] if stage.differs("no-service-deployments") else []))
    return stage


@pytest.fixture
def settled(stage):
    """A stage on which all of production was created, and a plan finds nothing to do."""
    stage.create()
    return stage
