"""The simulator as a process: ready line, state over a SIGKILL, a closed port (design of the embedded stack)."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.integration.graph.calendars import ADELE, EIGER, MATTERHORN, day, meeting, until

VIEW = f"startDateTime={day(-1)}T00:00:00Z&endDateTime={day(30)}T00:00:00Z"


@asynccontextmanager
async def process(*arguments: str, port: int = 0) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    command = [sys.executable, "-m", "local.graph", "--port", str(port), *arguments]
    started = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert started.stdout is not None
    try:
        line = (await asyncio.wait_for(started.stdout.readline(), 30)).decode().split()
        assert line[0] == "ready"
        yield started, int(line[1])
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


class Asking:
    """JSON over one session with a token."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._base = f"http://127.0.0.1:{port}"
        self._token = ""

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Prefer": 'IdType="ImmutableId"', "Authorization": f"Bearer {self._token}"}
        async with self._session.request(method, self._base + path, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_length else {}

    async def sign_in(self) -> None:
        self._token = (await self.ask("POST", "/sim/token", {}))["access_token"]


async def test_a_killed_simulator_comes_back_with_everything_it_had_answered(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with process("--state", str(tmp_path)) as (first, port):
            graph = Asking(session, port)
            await graph.sign_in()
            slow = {"processing": {"roomCopyDelayMs": 400}}
            await graph.ask("PATCH", f"/sim/mailboxes/{MATTERHORN}", slow)
            direct = meeting(day(5), "09:00", "10:00", transactionId="one")
            kept = await graph.ask("POST", f"/v1.0/users/{EIGER}/events", direct)
            link = f"/v1.0/users/{EIGER}/calendarView/delta?{VIEW}"
            link = (await graph.ask("GET", link))["@odata.nextLink"].partition(str(port))[2]
            link = (await graph.ask("GET", link))["@odata.deltaLink"].partition(str(port))[2]
            await graph.ask("POST", f"/v1.0/users/{EIGER}/events", meeting(day(6), "09:00", "10:00", subject="New"))
            await graph.ask("POST", f"/v1.0/users/{ADELE}/events", meeting(day(5), "09:00", "10:00", MATTERHORN))
            first.send_signal(signal.SIGKILL)
            await first.wait()
        async with process("--state", str(tmp_path)) as (_, port):
            graph = Asking(session, port)
            await graph.sign_in()
            again = await graph.ask("POST", f"/v1.0/users/{EIGER}/events", direct)
            assert (again["id"], again["changeKey"]) == (kept["id"], kept["changeKey"])
            changes = await graph.ask("GET", link)
            assert [item["subject"] for item in changes["value"]] == ["New"]

            async def accepted() -> bool:
                found = await graph.ask("GET", f"/v1.0/users/{ADELE}/calendarView?{VIEW}")
                return bool(found["value"][0]["attendees"][0]["status"]["response"] == "accepted")

            await until(accepted)
            kinds = [mail["kind"] for mail in (await graph.ask("GET", "/sim/outbox"))["value"]]
            assert kinds == ["request", "accepted"]


async def test_a_closed_port_refuses_and_opens_again(tmp_path: Path) -> None:
    company = tmp_path / "company.json"
    company.write_text('{"rooms": [{"displayName": "One"}]}', encoding="utf-8")
    async with process("--company", str(company)) as (_, port), aiohttp.ClientSession() as session:
        graph = Asking(session, port)
        await graph.ask("POST", "/sim/faults", {"kind": "refuse", "seconds": 0.5})
        refused: list[bool] = []

        async def open_again() -> bool:
            try:
                found = await graph.ask("GET", "/sim/mailboxes")
            except aiohttp.ClientError:
                refused.append(True)
                return False
            return bool(refused) and [item["displayName"] for item in found["value"]] == ["One"]

        await until(open_again)


async def test_a_port_in_use_is_told_in_one_line() -> None:
    async with process() as (_, port):
        command = [sys.executable, "-m", "local.graph", "--port", str(port)]
        second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, told = await asyncio.wait_for(second.communicate(), 30)
        assert second.returncode == 1
        assert told.decode().strip().splitlines() == [
            f"The Graph simulator cannot listen on port {port}: address already in use."
        ]
