"""``lockstep`` as an administrator runs it on a running stack: each command, a process of its own, 80 columns wide."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from lockstep.main import app
from tests.integration.loop.driving.company import ADELE, BRUNO, CITIES, rooms
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.site import visiting
from tests.integration.loop.driving.stack import ROOT, Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

PATIENCE_SECONDS = 60.0
ZURICH = rooms("Zurich")
CANARY = ZURICH[-1].address
COLUMNS = 80
TO_BE_COPIED = {"bundle", "--line"}
"""What prints for another program: JSON, or one line of PowerShell."""


@dataclass(frozen=True)
class Printed:
    """What a command left."""

    code: int
    out: str
    err: str


@dataclass
class Terminal:
    """A terminal of 80 columns beside a stack; it remembers which commands were run."""

    stack: Stack
    folder: Path
    ran: set[tuple[str, ...]]

    def run(self, *arguments: str, typed: str = "") -> Printed:
        """Run a command; whatever it prints fits and is told in sentences."""
        done = subprocess.run(
            [sys.executable, "-m", "lockstep", "--stack", str(self.stack.folder / "ready.json"), *arguments],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TERM": "dumb"},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.ran.add(_command(arguments))
        assert "Traceback" not in done.stderr, done.stderr
        if not {"--json", *TO_BE_COPIED} & set(arguments):
            # What is typed after a question ends its line on a terminal; here nobody sees it.
            assert max(map(len, re.split(r"\n|\]: ", done.stdout))) <= COLUMNS, done.stdout
        return Printed(done.returncode, done.stdout, done.stderr)

    def says(self, *arguments: str, typed: str = "") -> str:
        """What a command that succeeds prints, in one line. Where it is told to try again, it is tried again."""
        done = self.run(*arguments, typed=typed)
        for _ in range(4):
            if done.code == 0 or "try again in" not in done.err:
                break
            time.sleep(5)
            done = self.run(*arguments, typed=typed)
        assert done.code == 0, f"lockstep {' '.join(arguments)}: {done.code} {done.out} {done.err}"
        return " ".join(done.out.split())

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.code == 0, f"{arguments}: {done.err}"
        return json.loads(done.out)

    def until(self, *arguments: str, shows: str) -> str:
        """Run a command until it shows something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while shows not in (said := " ".join(self.run(*arguments).out.split())):
            assert time.monotonic() < deadline, f"lockstep {' '.join(arguments)} does not show {shows}: {said}"
            time.sleep(1)
        return said


def _command(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The name of the command among its arguments: one word, or two in a group."""
    known = {name for name in commands() if len(name) == 2}
    return arguments[:2] if arguments[:2] in known else arguments[:1]


def commands() -> set[tuple[str, ...]]:
    """Every command that there is."""
    top: Any = typer.main.get_command(app)
    found: set[tuple[str, ...]] = set()
    for name, command in top.commands.items():
        inner = getattr(command, "commands", {})
        found |= {(name, each) for each in inner} or {(name,)}
        if inner and getattr(command, "invoke_without_command", False):
            found.add((name,))
    return found


ELSEWHERE = {
    *{("people", each) for each in ("list", "follow", "bookings", "release", "hand-over")},
    *{("undo",), ("shadow",), ("go-live",), ("stories", "revoke")},
}
"""What needs a directory, a bulk plan, a shadow or a mail: `tests/unit/lockstep/test_more_commands.py` runs these."""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A stack with two rooms and their bookings, and a terminal beside it."""
    folder = tmp_path_factory.mktemp("terminal")
    made = Stack(folder, {"LOCKSTEP_CANARY": CANARY})
    try:
        yield Terminal(made.start(), folder, set())
    finally:
        made.stop()


async def _meanwhile(stack: Stack, room: dict[str, Any]) -> None:
    """People book on both sides of a room."""
    async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
        meeting = await site.outlook.invite(ADELE, ZURICH[0].address, timed(at(9), at(10)), "Layoffs")
        await site.desk.book(room["platform"], booked(at(11), at(12)), "Workshop", organiser=BRUNO)
        await eventually(
            lambda: site.host.ask("GET", f"/api/resources/{room['id']}/mappings"),
            lambda told: len(told["mappings"]) == 2,
            "both are known",
            PATIENCE_SECONDS,
        )
        await site.outlook.cancel(meeting)
        await eventually(
            lambda: site.host.ask("GET", f"/api/resources/{room['id']}"),
            lambda told: told["state"] == "held",
            "the cancellation is held",
            PATIENCE_SECONDS,
        )


def test_a_day_of_an_administrator(terminal: Terminal) -> None:
    _rooms_are_linked(terminal)
    _something_is_held(terminal)
    _orders_are_given(terminal)
    _questions_are_asked(terminal)
    _the_watch_is_tried(terminal)
    _reports_are_read(terminal)
    _somebody_asks_what_is_kept(terminal)
    _a_panel_hangs_beside_a_door(terminal)
    _settings_are_given(terminal)
    _keys_are_turned(terminal)
    _a_room_is_given_up(terminal)
    assert terminal.ran & ELSEWHERE == set()
    assert commands() - terminal.ran == ELSEWHERE


def _rooms_are_linked(terminal: Terminal) -> None:
    free = terminal.folder / "free.csv"
    assert "Places" in terminal.says("resources", "discover", "--csv", str(free))
    assert ZURICH[0].address in free.read_text("utf-8")
    assert "mailbox" in terminal.says("resources", "columns")
    assert "Zurich 1" in terminal.says("resources", "link", ZURICH[0].address, "--set", "cancellations_held_above=0")
    wanted = terminal.folder / "wanted.csv"
    wanted.write_text(f"mailbox\n{ZURICH[1].address}\n{CANARY}\n", "utf-8")
    terminal.says("resources", "import", str(wanted))
    terminal.until("resources", "list", "--state", "in step", shows="Zurich 400")
    listed = terminal.json("resources", "list")
    assert {each["name"] for each in listed} == {"Zurich 1", "Zurich 2", "Zurich 400"}


def _something_is_held(terminal: Terminal) -> None:
    (room,) = [each for each in terminal.json("resources", "list") if each["name"] == "Zurich 1"]
    asyncio.run(_meanwhile(terminal.stack, room))
    assert "Zurich 1" in terminal.says("held")
    said = terminal.says("plan", "Zurich 1")
    assert "after an approval" in said
    assert "Layoffs" not in said
    undecided = terminal.run("held", "discard", "Zurich 1", typed="n\n")
    assert (undecided.code, "Zurich 1" in undecided.out) == (1, True)
    terminal.says("held", "approve", "Zurich 1", typed="y\n")
    terminal.until("held", shows="Nothing waits for a person.")


def _orders_are_given(terminal: Terminal) -> None:
    terminal.says("resources", "set", "Zurich 2", "--set", "buffer_minutes=5")
    terminal.says("pause", "Zurich 2")
    terminal.until("resources", "list", shows="paused")
    terminal.says("resume", "Zurich 2")
    terminal.says("retry", "--all")
    terminal.says("prove", "Zurich 1")
    terminal.says("rebuild", "Zurich 2", typed="y\n")
    terminal.until("resources", "list", "--state", "in step", shows="Zurich 2")


def _questions_are_asked(terminal: Terminal) -> None:
    assert "cancelled" in terminal.says("why", "Zurich 1").casefold()
    assert re.search(r"Zurich 1 +\d+ h left", terminal.run("subscriptions").out)
    assert json.loads(terminal.run("bundle", "Zurich 1").out)["mappings"] is not None
    said = terminal.run("doctor", "-v")
    assert said.code in (0, 1)
    assert "Zurich 1" in said.out
    assert "Get-CalendarProcessing" in terminal.says("doctor", "--line")
    assert "3 rooms" in terminal.says("cost")
    assert "found nothing" in terminal.says("drift")


def _the_watch_is_tried(terminal: Terminal) -> None:
    assert "the canary came back" in terminal.says("canary")
    refused = terminal.run("drill", "slow")
    assert refused.code == 1
    assert "APPLICATIONINSIGHTS_CONNECTION_STRING" in " ".join(refused.err.split())


def _reports_are_read(terminal: Terminal) -> None:
    assert "Workshop" in terminal.says("find", "work", "--days", "30")
    assert "Zurich 1" in terminal.says("compare", "Zurich 1")
    for report in ("lapses", "no-shows", "use"):
        assert terminal.says(report), report
    assert terminal.json("setup")
    assert "Resources woken: 3." in terminal.says("sweep")
    terminal.says("rebase", "Zurich 2")


def _settings_are_given(terminal: Terminal) -> None:
    assert "Resources that would follow other settings" in terminal.says(
        "settings", "preview", "--tenant", "--set", "buffer_minutes=5"
    )
    terminal.says("settings", "set", "--room", "Zurich 2", "--set", "buffer_minutes=5")
    terminal.until("settings", "show", "--room", "Zurich 2", shows="5")


def _keys_are_turned(terminal: Terminal) -> None:
    (old,) = terminal.json("keys", "list")
    terminal.says("keys", "add")
    terminal.says("keys", "renew")
    assert len(terminal.json("keys", "list")) == 2
    terminal.until("keys", "list", shows=old["key"])
    # Refused as long as a subscription still carries it; what it opens is held by the suites of the API.
    terminal.run("keys", "remove", old["key"], "--end-links", typed="y\n")


def _somebody_asks_what_is_kept(terminal: Terminal) -> None:
    said = terminal.says("person", "show", BRUNO)
    assert "Directory: nobody is known at this address." in said
    assert "Workshop" in said
    assert "Erased: bookings 0" in terminal.says("person", "erase", BRUNO, typed="y\n")
    done = terminal.says("acts", "--limit", "100")
    for what in ("link", "approve", "pause", "resume", "retry", "rebuild", "fly canary", "erase person"):
        assert what in done, what


def _a_panel_hangs_beside_a_door(terminal: Terminal) -> None:
    assert "#token=" in json.dumps(terminal.json("panels", "make", "Zurich 1", "left of the door"))
    assert "left of the door" in terminal.says("panels", "list", "Zurich 1")
    assert "withdrawn" in terminal.says("panels", "withdraw", "Zurich 1", "left of the door")
    assert "left of the door" not in terminal.says("panels", "list", "Zurich 1")


def _a_room_is_given_up(terminal: Terminal) -> None:
    terminal.says("resources", "unlink", "Zurich 2", typed="y\n")
    terminal.until("resources", "list", "--state", "unlinked", shows="Zurich 2")


def test_a_room_that_does_not_exist_is_told_in_one_sentence(terminal: Terminal) -> None:
    done = terminal.run("plan", "Nowhere")
    assert done.code == 1
    assert "No resource is called Nowhere" in " ".join(done.err.split())
