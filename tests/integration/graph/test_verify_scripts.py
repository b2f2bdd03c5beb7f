"""The scripts that somebody runs in a tenant, run against the simulator: each finds what the simulator plays, in both
ways where it can play both, and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.verify import reading, writing
from infra.verify.__main__ import READING, WRITING
from infra.verify.tenant import CannotSay, Tenant
from local.stack.components import CODE as ROOT
from tests.integration.graph.calendars import ADELE, MATTERHORN
from tests.integration.graph.endpoint import listening
from tests.integration.graph.simulator import Client, running

PAGE = ROOT / "docs" / "verify-in-a-tenant.md"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


@pytest.fixture
async def tenant(graph: Client) -> Tenant:
    room = (await graph.get(f"/v1.0/users/{MATTERHORN}")).body["id"]
    user = (await graph.get(f"/v1.0/users/{ADELE}")).body["id"]
    return Tenant(f"{graph.base}/v1.0", graph.token, room, user, patience=10)


async def probes(graph: Client) -> list[str]:
    """Events of a script that still stand in one of the mailboxes."""
    found = []
    for mailbox in (MATTERHORN, ADELE):
        listed = await graph.get(f"/v1.0/users/{mailbox}/events?$top=200")
        found += [each["subject"] for each in listed.body["value"] if not each["isCancelled"]]
    return [subject for subject in found if subject.startswith("Lockstep probe")]


class TestReading:
    async def test_select_on_delta_is_refused_here(self, tenant: Tenant) -> None:
        found = await asyncio.to_thread(reading.select_on_delta, tenant)
        assert "refused" in found

    async def test_the_widest_window_of_get_schedule_is_found(self, tenant: Tenant) -> None:
        found = await asyncio.to_thread(reading.schedule_window, tenant)
        assert "takes 62 days; 63 days are refused" in found

    async def test_a_delta_token_is_kept_and_asked_for_again(self, tenant: Tenant, tmp_path: Path) -> None:
        kept = replace(tenant, kept=str(tmp_path / "links.json"))
        assert "from today" in await asyncio.to_thread(reading.delta_token, kept)
        assert await asyncio.to_thread(reading.delta_token, kept) == "delta tokens of 0 days: alive"
        assert (tmp_path / "links.json").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(("opens", "told"), [(False, "is refused to an application (403"), (True, "is open to")])
    async def test_the_calendar_of_a_group(self, graph: Client, tenant: Tenant, opens: bool, told: str) -> None:
        graph.sim.settings.group_calendars = opens
        found = await asyncio.to_thread(reading.group_calendar, replace(tenant, group="team"))
        assert told in found

    async def test_a_group_is_to_be_named(self, tenant: Tenant) -> None:
        with pytest.raises(CannotSay, match="--group"):
            await asyncio.to_thread(reading.group_calendar, tenant)

    async def test_the_pace_of_subscriptions_is_counted(self, tenant: Tenant) -> None:
        found = await asyncio.to_thread(reading.subscription_rate, tenant)
        assert found.startswith("100 requests about subscriptions at once: not throttled")

    def test_the_federated_identity_is_asked_where_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
        with pytest.raises(CannotSay, match="IDENTITY_ENDPOINT"):
            reading.federated_identity(Tenant("https://graph.example/v1.0", "t", "room"))


class TestWriting:
    @pytest.mark.parametrize(("emits", "told"), [(False, "is silent about"), (True, "says @removed for")])
    async def test_a_cancelled_occurrence(self, graph: Client, tenant: Tenant, emits: bool, told: str) -> None:
        graph.sim.settings.occurrence_removals = emits
        found = await asyncio.to_thread(writing.cancelled_occurrence, tenant)
        assert told in found
        assert "cancelledOccurrences names it" in found
        assert await probes(graph) == []

    @pytest.mark.parametrize(("sends", "told"), [(False, "tells the organiser nothing"), (True, "sends a decline")])
    async def test_a_deleted_copy(self, graph: Client, tenant: Tenant, sends: bool, told: str) -> None:
        graph.sim.settings.delete_sends_decline = sends
        assert told in await asyncio.to_thread(writing.delete_on_copy, tenant)
        assert await probes(graph) == []

    async def test_a_room_that_is_taken_off(self, graph: Client, tenant: Tenant) -> None:
        assert "the room's copy" in await asyncio.to_thread(writing.room_removed, tenant)
        assert await probes(graph) == []

    async def test_a_repeated_transaction(self, graph: Client, tenant: Tenant) -> None:
        found = await asyncio.to_thread(writing.transaction, tenant)
        assert found.startswith("a repeated transactionId answers the event that stands; with other content: ")
        assert "ErrorDuplicateTransactionId" in found
        assert await probes(graph) == []

    @pytest.mark.parametrize("question", [writing.subscribe, writing.renewal])
    async def test_a_subscription_is_made_and_removed(self, graph: Client, tenant: Tenant, question: object) -> None:
        async with listening() as endpoint:
            where = urlsplit(endpoint.url)
            named = replace(tenant, notification_url=f"{where.scheme}://{where.netloc}")
            assert callable(question)
            found = await asyncio.to_thread(question, named)
            assert "as assumed" in found or "renewed at" in found
            assert len(endpoint.handshakes) >= 1
        assert (await graph.get("/v1.0/subscriptions")).body["value"] == []

    async def test_a_subscription_that_is_refused_is_a_finding(self, graph: Client, tenant: Tenant) -> None:
        poor = replace(
            tenant, token=await graph.new_token(roles=["Place.Read.All"]), notification_url="https://x.example"
        )
        assert "is refused (403" in await asyncio.to_thread(writing.subscribe, poor)


class TestOnTheCommandLine:
    def _run(self, *arguments: str, token: str = "t") -> subprocess.CompletedProcess[str]:  # noqa: S107
        environment = {"PATH": os.environ["PATH"], **({"TOKEN": token} if token else {})}
        command = [sys.executable, "-m", "infra.verify", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    async def test_it_prints_one_line(self, tenant: Tenant) -> None:
        arguments = ("select-on-delta", "--room", tenant.room, "--graph", tenant.graph)
        done = await asyncio.to_thread(lambda: self._run(*arguments, token=tenant.token))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("\n") == 1
        assert tenant.token not in done.stdout

    @pytest.mark.parametrize("question", sorted(WRITING))
    def test_nothing_is_written_that_nobody_permitted(self, question: str) -> None:
        done = self._run(question, "--room", "r", "--graph", "http://127.0.0.1:9/v1.0")
        assert done.returncode == 1
        assert "--write" in done.stderr

    def test_without_a_token_nothing_is_asked(self) -> None:
        done = self._run("schedule-window", "--room", "r", token="")
        assert (done.returncode, done.stdout) == (1, "")
        assert "TOKEN" in done.stderr

    def test_a_link_of_another_host_gets_no_token(self) -> None:
        with pytest.raises(CannotSay, match="another host"):
            Tenant("https://graph.example/v1.0", "t", "r").ask("GET", "https://evil.example/v1.0/users")


def test_the_page_names_every_script_and_no_other() -> None:
    named = set(re.findall(r"python -m infra\.verify ([a-z-]+)", PAGE.read_text("utf-8")))
    assert named == READING.keys() | WRITING.keys()
