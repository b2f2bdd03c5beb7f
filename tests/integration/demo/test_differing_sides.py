"""A stack on which something does not arrive: the demo says so and fails."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import aiohttp
import pytest
from rich.console import Console

import local.demo.ending
import local.demo.play
from local.demo.day import open_doors, staged
from local.demo.ending import report
from local.demo.exchange import Requests
from local.demo.screen import Screen
from local.demo.stories import matterhorn, tell
from local.demo.web import Web
from local.stack.stackfile import read

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


async def order(web: Web, resource: str, verb: str) -> None:
    await web.call("POST", f"/api/resources/{resource}/commands", {"verb": verb})


async def test_a_room_that_is_not_kept_in_step_makes_the_demo_fail(
    played: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local.demo.play, "PATIENCE", 0.5)
    monkeypatch.setattr(local.demo.ending, "SETTLING", 0.5)
    sink = io.StringIO()
    screen = Screen(Console(file=sink, width=80))
    stack = read(played.ready_file)
    async with aiohttp.ClientSession() as session:
        play = await staged(screen, await open_doors(session, stack))
        host = Web(session, f"http://127.0.0.1:{stack.plan.ports.host}", {"x-functions-key": stack.function_key})
        room = play.company.room("Matterhorn")
        await order(host, room.resource, "pause")
        while (await host.call("GET", f"/api/resources/{room.resource}"))["state"] != "paused":
            pass
        play.began = time.perf_counter()
        await tell(play, (matterhorn,), 0.0)
        assert not await report(play, Requests({}, 0))
        await order(host, room.resource, "resume")
    printed = sink.getvalue()
    assert "NOT SEEN" in printed
    counts = re.search(r"Matterhorn +(\d+) +(\d+) +\d+  NO\n", printed)
    assert counts
    assert int(counts[1]) == int(counts[2]) + 1
    assert "Matterhorn  calendar  " in printed
    assert "Matterhorn is paused" in printed
