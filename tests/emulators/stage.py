"""A project, the world it is applied to, and what one expects of sendo on it."""

import json

from differences import difference
from live import Live
from project import Project


class Stage:
    def __init__(self, world, folder):
        self.world = world
        self.project = Project(folder, world)
        self.live = Live(world)
        self.emulator = world.emulator

    def differs(self, name):
        """Whether the emulator has this difference from AWS."""
        return self.emulator.name in difference(name).emulators

    def instead(self, name):
        """What it answers in place of what AWS does: nothing where it does not differ."""
        return difference(name).instead if self.differs(name) else {}

    def run(self, code, *arguments, environment="production"):
        """Runs sendo, which must end with this exit code and may not panic."""
        ran = self.project.sendo(*arguments, environment=environment)
        assert ran.code == code and "panicked" not in ran.stderr, ran
        return ran

    def apply(self, environment="production", *options):
        """Applies, and returns the counts of resources that were added, changed and destroyed."""
        ran = self.run(0, "apply", "--yes", *options, environment=environment)
        return counts(ran)

    def create(self, environment="production"):
        """Creates everything, until a plan finds nothing to do."""
        self.apply(environment, "--no-wait")
        if self.differs("create-service-drops-members"):
            self.apply(environment, "--no-wait")
        self.is_settled(environment)

    def delete(self, *what, environment="production"):
        """Deletes, and returns the same counts."""
        return counts(self.run(0, "delete", "--yes", *what, environment=environment))

    def plan(self, environment="production", *options):
        """What a plan changes: for each address the actions and the paths of members."""
        ran = self.run(0, "plan", "-o", "json", *options, environment=environment)
        plan = json.loads(ran.stdout)
        assert plan["complete"] and not plan["errored"] and not plan["refused"], ran
        found = {}
        for change in plan["resource_changes"]:
            assert change["address"] not in found, ran
            found[change["address"]] = (tuple(change["change"]["actions"]), {field["path"] for field in change["fields"]})
        return found

    def is_settled(self, environment="production"):
        """Expects a plan without any change."""
        ran = self.run(0, "plan", "--detailed-exitcode", environment=environment)
        assert ran.last_line == "No changes. Your infrastructure matches the configuration.", ran


def counts(ran):
    words = ran.last_line.removeprefix("Apply complete! Resources: ").split()
    assert words[1::2] == ["added,", "changed,", "destroyed."], ran
    return tuple(int(word) for word in words[::2])
