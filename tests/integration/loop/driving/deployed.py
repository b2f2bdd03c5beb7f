"""A stack whose host runs what was deployed: a package, another version, instead of the checkout that the tests are of.

The three others stay as they are, as Graph, Service Bus and Table Storage do when an app is deployed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.integration.loop.driving.stack import ROOT, Stack

_DRAIN = ("--drain", "3")


class Deployment(Protocol):
    """Something that a host can run."""

    def environment(self) -> Mapping[str, str]:
        """Return everything that the host's process finds in its environment."""

    def host_command(self, *options: str) -> list[str]:
        """Return how its host is started."""


class DeployedStack(Stack):
    """A running stack, and what is deployed on it at the moment."""

    def __init__(self, folder: Path, first: Deployment, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, settings)
        self._deployed = first

    def start(self) -> DeployedStack:
        """Start everything, then put what is deployed first in the place of the checkout."""
        super().start()
        self.deploy(self._deployed)
        return self

    def deploy(self, deployment: Deployment) -> None:
        """End the host wherever it stands, as Flex Consumption does, and start it with ``deployment``."""
        self.kill_host()
        self._deployed = deployment
        self.start_host()

    def start_host(self, *options: str) -> None:
        super().start_host(*(options or _DRAIN))

    def _start_odd_host(self, options: Sequence[str]) -> None:
        where, port = self.described, self.described["ports"]["host"]
        arguments = ["--port", str(port), "--settings", where["settings"], "--state", str(self.state / "host")]
        output = self.folder / "deployed-host.out"
        with output.open("ab") as written:
            began = written.tell()
            self._odd_host = subprocess.Popen(
                self._deployed.host_command(*arguments, *options),
                cwd=ROOT,
                env=dict(self._deployed.environment()),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        self._wait(lambda: f"ready {port}".encode() in output.read_bytes()[began:], self._odd_host, "deployed-host")
