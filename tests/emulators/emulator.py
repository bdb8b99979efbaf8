"""Starts an emulator of AWS on a free port, and stops it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
SECONDS_TO_START = 60

# Neither may find a Docker daemon: ministack would run the containers of its tasks in it, and so behave differently
# from machine to machine.
WITHOUT_DOCKER = {"DOCKER_HOST": "unix:///nonexistent"}


class Emulator:
    """One process that answers as AWS does, more or less."""

    def __init__(self, name, command, environment, ready, reset):
        self.name = name
        self._command = command
        self._environment = environment
        self._ready = ready
        self._reset = reset
        self._process = None

    def start(self, folder):
        """Starts it, and returns when it answers. What it prints goes to a file in the folder."""
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self._log = Path(folder) / f"{self.name}.log"
        scripts = Path(sys.executable).parent
        command = [str(scripts / self._command[0]), *(part.replace("PORT", str(port)) for part in self._command[1:])]
        variables = {name: value.replace("PORT", str(port)) for name, value in self._environment.items()}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **WITHOUT_DOCKER, **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self):
        until = time.monotonic() + SECONDS_TO_START
        while self._process.poll() is None and time.monotonic() < until:
            try:
                urllib.request.urlopen(self.endpoint + self._ready, timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{self._log.read_text(errors='replace')}")

    def reset(self):
        """Forgets everything that was made."""
        urllib.request.urlopen(urllib.request.Request(self.endpoint + self._reset, method="POST"), timeout=30).close()

    def stop(self):
        """Ends the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def moto():
    """The server of moto. New services have two running tasks and a settled deployment."""
    return Emulator(
        "moto",
        ["moto_server", "-H", "127.0.0.1", "-p", "PORT"],
        {"MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_ECS_SERVICE_RUNNING": "2"},
        "/moto-api/data.json",
        "/moto-api/reset",
    )


def ministack():
    """ministack, which listens on every address unless it is told otherwise."""
    return Emulator(
        "ministack",
        ["ministack"],
        {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": "PORT",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        },
        "/_ministack/health",
        "/_ministack/reset",
    )


EMULATORS = {"moto": moto, "ministack": ministack}
