"""What only one side knows survives a change from the other: a write names its fields and leaves the rest alone."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from shared.domain.booking import CalendarItem
from shared.domain.ids import MappingId, transaction_id
from shared.ports.calendar import EventChange, EventDraft
from tests.contract.worlds.calendar_world import ZONE, at
from tests.contract.worlds.graph_world import ROOM, GraphWorld, graph_world
from tests.contract.worlds.simulator import connected, serving

pytestmark = pytest.mark.stack

KNOWN_THERE = {
    "categories": ["Catering for 12"],
    "importance": "high",
    "body": {"contentType": "html", "content": "<p>Join the meeting now: https://teams.microsoft.com/l/x</p>"},
    "isOnlineMeeting": True,
    "onlineMeetingProvider": "teamsForBusiness",
    "location": {"displayName": "Matterhorn, second table"},
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 30,
}
CHANGES = {
    "another time": EventChange(ZONE, when=at(11)),
    "another title": EventChange(ZONE, title="Team day, moved"),
    "private": EventChange(ZONE, private=True),
    "all at once": EventChange(ZONE, when=at(11), title="Team day, moved", private=True),
}
_OURS = {"subject", "start", "end", "sensitivity", "changeKey", "@odata.etag", "lastModifiedDateTime"}


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def world(simulator_base: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphWorld]:
    async with connected(simulator_base) as simulator, graph_world(simulator, monkeypatch) as real:
        yield real


async def decorated(world: GraphWorld) -> tuple[CalendarItem, EventDraft, dict[str, Any]]:
    """An event of ours to which somebody added in Outlook what Lockstep knows nothing of."""
    transaction = transaction_id(MappingId(uuid.uuid4().hex), "calendar", 1)
    draft = EventDraft(at(9), "Team day", private=False, transaction=transaction, zone=ZONE)
    made = await world.calendar.create(world.room, draft)
    await world.simulator.ask("PATCH", link(made), KNOWN_THERE)
    raw = await world.simulator.ask("GET", link(made))
    assert raw["onlineMeeting"]["joinUrl"].startswith("https://")
    found = await world.calendar.read(world.room, made.key)
    assert isinstance(found, CalendarItem)
    return found, draft, raw


def link(item: CalendarItem) -> str:
    return f"/v1.0/users/{ROOM}/events/{quote(item.event, safe='')}"


def not_ours(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in _OURS}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_from_the_platform_leaves_everything_else(world: GraphWorld, change: EventChange) -> None:
    item, _, before = await decorated(world)
    await world.calendar.change(world.room, item.event, change, item.version)
    after = await world.simulator.ask("GET", link(item))
    assert not_ours(after) == not_ours(before)
    assert after["changeKey"] != before["changeKey"]


async def test_adopting_what_was_made_before_leaves_everything_else(world: GraphWorld) -> None:
    item, draft, before = await decorated(world)
    await world.calendar.create(world.room, draft)
    after = await world.simulator.ask("GET", link(item))
    assert not_ours(after) == not_ours(before)


async def test_an_online_meeting_tells_where_it_is_joined(world: GraphWorld) -> None:
    item, _, raw = await decorated(world)
    assert item.booking.join_url == raw["onlineMeeting"]["joinUrl"]
