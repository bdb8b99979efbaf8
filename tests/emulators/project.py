"""A project in a folder, and the real sendo binary that works on it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from emulator import ACCOUNT, REGION
from world import KEYS

HERE = Path(__file__).parent
SENDO = Path(os.environ["SENDO_BINARY"])
SECONDS_TO_RUN = 60


class Ran:
    """What a run of sendo left."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def __repr__(self):
        return f"exit code {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"

    @property
    def last_line(self):
        return self.stdout.rstrip().rsplit("\n", 1)[-1]


class Project:
    """The manifests of `shop/`, written for a world."""

    def __init__(self, folder, world):
        self.folder = folder
        self.world = world
        shutil.copytree(HERE / "shop", folder, dirs_exist_ok=True)
        placeholders = {
            "SUBNETS": json.dumps(world.subnets),
            "SECURITY-GROUP": world.security_group,
            "HTTPS-LISTENER": world.https,
            "HTTP-LISTENER": world.http,
            "ZONE": world.zones["example.com"],
            "DEV-ZONE": world.zones["dev.example.com"],
        }
        for name, value in placeholders.items():
            self.edit("sendo.yaml", f"<{name}>", value)

    def edit(self, name, old, new):
        """Changes a text of a file that is there."""
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"no `{old}` in {name}:\n{text}"
        path.write_text(text.replace(old, new))

    def remove(self, name):
        """Removes a manifest."""
        (self.folder / name).unlink()

    def sendo(self, *arguments, environment="production"):
        """Runs sendo to its end."""
        variables = {
            "AWS_ENDPOINT_URL": self.world.emulator.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(self.folder),
            "SENDO_ENVIRONMENT": environment,
            **{name.upper(): value for name, value in KEYS.items()},
        }
        done = subprocess.run(
            [SENDO, *arguments], cwd=self.folder, env=variables, capture_output=True, text=True, timeout=SECONDS_TO_RUN
        )
        return Ran(done.returncode, done.stdout, done.stderr)
