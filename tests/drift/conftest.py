"""The rounds: many resources drift at once, each in one member; then one plan, one apply, and a look at each."""

import json
import os
import re
import subprocess
import types

import pytest

import rows_balancing  # noqa: F401
import rows_batches  # noqa: F401
import rows_services  # noqa: F401
from live import AWS
from project import LISTENER, STANDS, write
from rows import ROWS
from support import ENDPOINT, KEYS, REGION

ROUNDS = int(os.environ.get("SENDO_DRIFT_ROUNDS", "8"))


class World:
    """What stands beside the project, made by somebody else."""

    def __init__(self):
        self.priorities = {}
        self.groups = [self.group(name) for name in ("outside-a", "outside-b", "outside-c")]
        self.rules = [self.rule(arn, 2000 + number) for number, arn in enumerate(self.groups)]

    def group(self, name):
        made = AWS["elbv2"].create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId="vpc-5eed0001", TargetType="ip")
        return made["TargetGroups"][0]["TargetGroupArn"]

    def rule(self, group, priority):
        condition = {"Field": "host-header", "HostHeaderConfig": {"Values": [f"outside-{priority}.example.com"]}}
        actions = [{"Type": "forward", "TargetGroupArn": group}]
        made = AWS["elbv2"].create_rule(ListenerArn=LISTENER, Priority=priority, Conditions=[condition], Actions=actions)
        return made["Rules"][0]["RuleArn"]

    def priority(self, name):
        """A number of its own for a rule whose manifest names one."""
        return self.priorities.setdefault(name, 3000 + len(self.priorities))


class Sendo:
    """The binary, on a folder of manifests."""

    def __init__(self, folder):
        self.folder = folder
        keys = {name.upper(): value for name, value in KEYS.items()}
        self.environment = os.environ | keys | {"AWS_ENDPOINT_URL": ENDPOINT, "AWS_REGION": REGION, "NO_COLOR": "1"}

    def run(self, *arguments, **environment):
        command = [os.environ["SENDO_BINARY"], "-f", str(self.folder), "-e", "production", *arguments]
        return subprocess.run(command, env=self.environment | environment, capture_output=True, text=True, timeout=60)

    def drift(self, **environment):
        """The exit code of `plan --refresh-only`, and the paths that it shows by address."""
        ended = self.run("plan", "--refresh-only", "-o", "json", "--detailed-exitcode", **environment)
        assert ended.returncode in (0, 2), ended.stderr + ended.stdout
        shown = {}
        for one in json.loads(ended.stdout)["resource_drift"]:
            shown.setdefault(one["address"], []).append(plain(one["path"]))
        return ended.returncode, {address: sorted(paths) for address, paths in shown.items()}

    def apply(self, **environment):
        ended = self.run("apply", "--yes", **environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def settled(self):
        """Neither drift nor changes."""
        ended = self.run("plan", "--detailed-exitcode")
        assert ended.returncode == 0, ended.stdout + ended.stderr


def plain(pointer):
    """A pointer with `{arn}` in place of ARNs."""
    return "/".join("{arn}" if step.startswith("arn:") else step for step in pointer.split("/"))


class Rounds:
    """Every row, carried out: what became of it by its number."""

    def __init__(self, folder, selected):
        self.places, names = placed(selected)
        self.world = World()
        self.sendo = Sendo(folder)
        self.outcomes, self.others, self.codes = {}, [], []
        write(folder, names, self.world)
        self.sendo.apply()
        self.sendo.settled()
        for number in range(1 + max(turn for turn, _ in self.places.values())):
            self.round({index: name for index, (turn, name) in self.places.items() if turn == number})

    def round(self, drifting):
        before = {index: ROWS[index].live.read(name) for index, name in drifting.items()}
        outcomes = {index: types.SimpleNamespace(before=before[index], failed=None) for index in drifting}
        for index, name in drifting.items():
            try:
                ROWS[index].change(name, self.world)
            except Exception as error:  # noqa: BLE001: the row fails, the others go on
                outcomes[index].failed = error
            outcomes[index].drifted = ROWS[index].live.read(name)
        code, shown = self.sendo.drift()
        for index, name in drifting.items():
            outcomes[index].wanted = sorted(path.replace("{0}", name) for path in ROWS[index].paths)
            outcomes[index].shown = shown.pop(ROWS[index].live.address.format(name), [])
        self.others.append(shown)
        self.codes.append(code)
        self.sendo.apply()
        code, left = self.sendo.drift()
        for index, name in drifting.items():
            outcomes[index].left = left.get(ROWS[index].live.address.format(name), [])
            outcomes[index].after = ROWS[index].live.read(name)
        self.codes.append(code)
        self.sendo.settled()
        self.outcomes |= outcomes


def placed(selected):
    """Round and copy of each row: as few copies of a stand as get through in the rounds, one row a resource and round."""
    groups = {}
    for index in selected:
        groups.setdefault((ROWS[index].stand, ROWS[index].live.address), []).append(index)
    places, names = {}, {}
    for (stand, _), indices in groups.items():
        for turn, index in enumerate(indices):
            copy, number = divmod(turn, ROUNDS)
            name = f"{stand.replace('_', '-')}-{copy}"
            names[name] = stand
            places[index] = (number, name)
    assert set(names.values()) <= set(STANDS)
    return places, names


@pytest.fixture(scope="session")
def rounds(tmp_path_factory, request):
    selected = {item.callspec.params["index"] for item in request.session.items if hasattr(item, "callspec") and "index" in item.callspec.params}
    try:
        return Rounds(tmp_path_factory.mktemp("project"), sorted(selected))
    except (AssertionError, subprocess.TimeoutExpired) as error:
        pytest.exit(f"the rounds ended early: {error} {getattr(error, 'stderr', None) or ''}", returncode=1)
