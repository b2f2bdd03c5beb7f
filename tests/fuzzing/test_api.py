"""The whole API of the running stack under schemathesis: whatever fits the description, and whatever does not.

No answer is a 5xx, all are as described, none takes longer than a person's patience. ``LOCKSTEP_FUZZ_SECONDS`` is how
long each part may take (60); the seed is fixed, so that a finding can be repeated.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.loop.driving.company import rooms
from tests.integration.loop.driving.stack import Stack

SECONDS = int(os.environ.get("LOCKSTEP_FUZZ_SECONDS", "60"))
SLOWEST_ANSWER_SECONDS = 30
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"

pytestmark = [pytest.mark.stack, pytest.mark.timeout(6 * SECONDS + 300)]


@dataclass(frozen=True)
class Target:
    """A stack with a linked room, a panel at its door and bookings, so that what is asked for is there."""

    stack: Stack
    config: Path

    @property
    def url(self) -> str:
        return str(self.stack.described["host"])

    @property
    def key(self) -> str:
        return str(self.stack.described["function_key"])

    def ask(self, method: str, path: str, body: Any = None, booker: str = "") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-functions-key": self.key, "Content-Type": "application/json", "x-lockstep-booker": booker}
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310  # it is loopback
        with urllib.request.urlopen(request, timeout=SLOWEST_ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run schemathesis; what it found is its exit code and its words."""
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(self.config), "run"]
        command += [f"{self.url}/api/openapi.json", "-H", f"x-functions-key:{self.key}", "--seed", "7", "-w", "2"]
        command += ["--max-time", str(SECONDS), "--checks", CHECKS, "--warnings", "off", "--continue-on-failure"]
        command += ["--request-timeout", str(SLOWEST_ANSWER_SECONDS), "--generation-database", "none", *options]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=4 * SECONDS + 120, cwd=self.config.parent
        )


CONFIG = """
[[operations]]
include-path-regex = "^/api/resources/"
parameters = {{ "path.resource" = "{resource}" }}
[[operations]]
include-path-regex = "^/api/platform/resources/[^/]+/bookings/"
parameters = {{ "path.resource" = "fuzzed", "path.booking" = "{booking}" }}
[[operations]]
include-path-regex = "^/api/platform/resources/[^/]+(/(changes|blocks|bookings))?$"
parameters = {{ "path.resource" = "fuzzed" }}
[[operations]]
include-path-regex = "^/api/panel/"
parameters = {{ "path.resource" = "{resource}" }}
headers = {{ "x-lockstep-panel" = "{panel}" }}
[[operations]]
include-path-regex = "^/api/book/rooms/[^/]+(/bookings)?$"
parameters = {{ "path.resource" = "{resource}" }}
headers = {{ "x-lockstep-booker" = "{booker}" }}
[[operations]]
include-path-regex = "^/api/book/rooms/[^/]+/bookings/"
parameters = {{ "path.resource" = "{resource}", "path.booking" = "{own}" }}
headers = {{ "x-lockstep-booker" = "{booker}" }}
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzzed")
    stack = Stack(folder, {"LOCKSTEP_FOLLOW_PEOPLE": "true"})
    made = Target(stack, folder / "schemathesis.toml")
    try:
        stack.start()
        mailbox, booker = next(iter(rooms("Zurich"))).address, "ben.walters@contoso.example"
        room = made.ask("POST", "/api/resources", {"mailbox": mailbox, "platform": "fuzzed"})
        while made.ask("GET", f"/api/resources/{room['id']}")["state"] == "linking":
            time.sleep(1)
        times = {"start": "2027-03-01T09:00:00Z", "end": "2027-03-01T10:00:00Z"}
        booking = made.ask("POST", "/api/platform/resources/fuzzed/bookings", times)
        panel = made.ask("POST", f"/api/resources/{room['id']}/panels", {"name": "fuzzed"})
        later = {"start": "2027-03-02T09:00:00Z", "end": "2027-03-02T10:00:00Z"}
        own = made.ask("POST", f"/api/book/rooms/{room['id']}/bookings", later, booker)
        names = {"resource": room["id"], "panel": panel["token"], "booker": booker}
        made.config.write_text(CONFIG.format(booking=booking["id"], own=own["id"], **names), "utf-8")
        yield made
    finally:
        stack.stop()


def test_what_is_at_and_beyond_every_limit_of_the_description_is_answered_as_described(target: Target) -> None:
    done = target.run("--phases", "coverage", "--exclude-operation-id", "unlink_resource")
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Tested: " in done.stdout


def test_what_chance_makes_of_the_description_is_answered_as_described(target: Target) -> None:
    done = target.run("--phases", "fuzzing", "-n", "40", "--exclude-operation-id", "unlink_resource")
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Tested: " in done.stdout


def test_no_secret_stands_in_the_logs_of_all_that(target: Target) -> None:
    values = target.stack.app_settings()
    secrets = {
        target.key,
        str(target.stack.described["admin_key"]),
        values["IDENTITY_HEADER"],
        "Bearer ey",
        "AccountKey=",
    }
    logs = [file.read_text("utf-8", errors="replace") for file in (target.stack.state / "logs").glob("host*.log")]
    assert logs
    assert sum(map(len, logs)) > 1000, "nothing was logged at all"
    assert [each[:6] for each in secrets if any(each in log for log in logs)] == []


def test_the_app_still_works_after_all_that(target: Target) -> None:
    assert target.ask("GET", "/api/health") == {"status": "ok"}
    assert len(target.ask("GET", "/api/resources")["resources"]) >= 1
