"""The Graph adapter in front of a Graph that is slow, broken, forgetful or stingy. Each fault is the simulator's."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.graph.calendar import GraphCalendar
from shared.adapters.graph.directory import GraphMailboxDirectory
from shared.adapters.graph.subscriptions import GraphSubscriptions
from shared.app.probe_booker import probe_booker
from shared.domain.booking import CalendarItem, CalendarKey
from shared.domain.ids import EventId, MappingId, transaction_id
from shared.ports.calendar import EventChange, EventDraft
from shared.ports.errors import CursorExpired, NotFound, Rejected, Retry
from tests.contract.worlds.calendar_world import BRUNO, WINDOW, ZONE, at
from tests.contract.worlds.graph_world import ROOM, GraphWorld, client_for, graph_world
from tests.contract.worlds.simulator import connected, serving
from tests.doubles.world import World

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def world(simulator_base: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphWorld]:
    async with connected(simulator_base) as simulator, graph_world(simulator, monkeypatch) as real:
        yield real


def draft(title: str = "Team day") -> EventDraft:
    return EventDraft(at(9), title, False, transaction_id(MappingId(uuid.uuid4().hex), "calendar", 1), ZONE)


async def fault(world: GraphWorld, kind: str, **more: Any) -> None:
    await world.simulator.ask("POST", "/sim/faults", {"kind": kind, **more})


async def asked(world: GraphWorld) -> list[str]:
    """Return the kinds of the requests of Graph since the log was cleared, oldest first."""
    return [str(entry["kind"]) for entry in await world.simulator.requests()]


async def quiet(world: GraphWorld) -> None:
    await world.simulator.ask("DELETE", "/sim/requests")


# -- what is busy or broken


@pytest.mark.parametrize(
    ("told", "after"),
    [("2.128", timedelta(seconds=2.128)), ("120", timedelta(seconds=120)), (None, None), ("soon", None)],
)
async def test_throttling_is_told_with_its_time_after_one_request_and_without_waiting(
    world: GraphWorld, told: str | None, after: timedelta | None
) -> None:
    await fault(world, "throttle", retryAfter=told)
    await quiet(world)
    began = time.monotonic()
    with pytest.raises(Retry) as retry:
        await world.calendar.changes(world.room, None, WINDOW)
    assert retry.value.after == after
    assert time.monotonic() - began < 1.5
    assert len(await asked(world)) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_service_is_tried_again_later(world: GraphWorld, status: int) -> None:
    await fault(world, "unavailable_before", status=status)
    with pytest.raises(Retry):
        await world.calendar.changes(world.room, None, WINDOW)


async def test_a_service_that_hangs_is_tried_again_later(world: GraphWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = client_for(world.simulator.base, monkeypatch, timeout_seconds=0.3)
    calendar = GraphCalendar(impatient)
    await calendar.view(world.room, WINDOW)
    await fault(world, "hang", seconds=5)
    with pytest.raises(Retry):
        await calendar.view(world.room, WINDOW)
    await world.simulator.ask("DELETE", "/sim/faults")
    await impatient.aclose()


async def test_an_answer_cut_in_the_middle_is_tried_again_later(world: GraphWorld) -> None:
    await world.calendar.view(world.room, WINDOW)
    await fault(world, "reset", seconds=5)
    with pytest.raises(Retry):
        await world.calendar.view(world.room, WINDOW)
    await world.simulator.ask("DELETE", "/sim/faults")


async def test_no_token_endpoint_is_tried_again_later(world: GraphWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_for(world.simulator.base, monkeypatch)
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")
    with pytest.raises(Retry):
        await GraphCalendar(client).view(world.room, WINDOW)
    await client.aclose()


async def test_four_requests_of_a_mailbox_are_in_flight_and_never_a_fifth(world: GraphWorld) -> None:
    await world.simulator.ask("PATCH", "/sim/settings", {"latency_ms": 40})
    key = await world.direct_entry(at(9))
    found = await asyncio.gather(*(world.calendar.read(world.room, key) for _ in range(12)))
    assert all(isinstance(item, CalendarItem) for item in found)


# -- tokens


async def test_an_expired_token_is_renewed_once_and_the_call_goes_on(world: GraphWorld) -> None:
    await world.calendar.view(world.room, WINDOW)
    await world.simulator.ask("POST", "/sim/identity", {"expireTokens": True})
    assert (await world.calendar.view(world.room, WINDOW))[0] == ()


async def test_a_token_that_is_refused_twice_is_tried_again_later(world: GraphWorld) -> None:
    await fault(world, "expired_token", count=2)
    await quiet(world)
    with pytest.raises(Retry):
        await world.calendar.view(world.room, WINDOW)
    assert len(await asked(world)) == 2


# -- writes that may have happened


async def test_a_create_that_broke_after_it_was_done_is_adopted_when_it_is_repeated(world: GraphWorld) -> None:
    wanted = draft()
    await fault(world, "unavailable_after", method="POST")
    with pytest.raises(Retry):
        await world.calendar.create(world.room, wanted)
    made = await world.calendar.create(world.room, wanted)
    assert [item.key for item in (await world.calendar.view(world.room, WINDOW))[0]] == [made.key]


async def test_a_create_that_broke_before_it_was_done_is_done_when_it_is_repeated(world: GraphWorld) -> None:
    wanted = draft()
    await fault(world, "unavailable_before", method="POST")
    with pytest.raises(Retry):
        await world.calendar.create(world.room, wanted)
    assert await world.calendar.find(world.room, wanted.transaction) is None
    made = await world.calendar.create(world.room, wanted)
    assert [item.key for item in (await world.calendar.view(world.room, WINDOW))[0]] == [made.key]


async def test_a_repeated_create_with_the_same_content_undoes_what_was_changed_between(world: GraphWorld) -> None:
    wanted = draft("As wanted")
    made = await world.calendar.create(world.room, wanted)
    # The simulator's clock makes the change later than the creation by more than Exchange's own rewriting takes.
    await world.simulator.ask("PATCH", "/sim/settings", {"clock_offset_s": 10})
    await world.calendar.change(world.room, made.event, EventChange(ZONE, title="Changed"), made.version)
    again = await world.calendar.create(world.room, wanted)
    assert (again.key, again.booking.title) == (made.key, "As wanted")


async def test_a_repeated_create_with_the_same_content_whose_event_was_deleted_is_gone(world: GraphWorld) -> None:
    wanted = draft()
    made = await world.calendar.create(world.room, wanted)
    await world.simulator.ask("PATCH", "/sim/settings", {"clock_offset_s": 10})
    await world.remove(made.key)
    with pytest.raises(Rejected) as refused:
        await world.calendar.create(world.room, wanted)
    assert refused.value.code == "gone"


async def test_a_booker_may_be_probed_again_at_once(world: GraphWorld) -> None:
    """Graph answers a repeated create with the event it made, which shows for a second no sign of its removal."""
    outside = replace(World().outside, calendar=world.calendar, directory=GraphMailboxDirectory(world.client))
    for _ in range(3):
        await probe_booker(outside, BRUNO.address)
    entered = f"/v1.0/users/{BRUNO.address}/events"
    assert (await world.simulator.ask("GET", entered))["value"] == []


async def test_a_change_that_broke_after_it_was_done_is_done_when_it_is_repeated(world: GraphWorld) -> None:
    made = await world.calendar.create(world.room, draft())
    change = EventChange(ZONE, when=at(15))
    await fault(world, "unavailable_after", method="PATCH")
    with pytest.raises(Retry):
        await world.calendar.change(world.room, made.event, change, made.version)
    again = await world.calendar.change(world.room, made.event, change, made.version)
    assert again.booking.when == at(15)


async def test_a_passing_412_is_met_by_reading_again_and_writing_once_more(world: GraphWorld) -> None:
    made = await world.calendar.create(world.room, draft())
    await fault(world, "conflict", method="PATCH")
    changed = await world.calendar.change(world.room, made.event, EventChange(ZONE, title="Other"), made.version)
    assert changed.booking.title == "Other"


async def test_a_cancellation_that_broke_after_it_was_done_is_done_when_it_is_repeated(world: GraphWorld) -> None:
    made = await world.calendar.create(world.room, replace(draft(), invited=BRUNO))
    await fault(world, "unavailable_after", path="cancel")
    with pytest.raises(Retry):
        await world.calendar.cancel(world.room, made.event, "gone")
    await world.calendar.cancel(world.room, made.event, "gone")
    assert list(await world.mails("cancellation")) == [BRUNO.address]


# -- the delta feed


async def test_a_token_that_is_lost_in_the_middle_of_a_round_needs_a_full_round(world: GraphWorld) -> None:
    await world.direct_entry(at(9))
    await fault(world, "sync_state_lost", skip=1)
    with pytest.raises(CursorExpired):
        await world.calendar.changes(world.room, None, WINDOW)


async def test_empty_pages_and_repeated_items_change_nothing(world: GraphWorld) -> None:
    keys = {await world.direct_entry(at(hour)) for hour in (8, 10, 12)}
    await fault(world, "duplicate_items", count=5)
    await fault(world, "empty_page", skip=1, count=2)
    told = await world.calendar.changes(world.room, None, WINDOW)
    assert {item.key for item in told.items} == keys
    assert len(told.items) == 3


async def test_a_token_of_another_endpoint_is_not_followed(world: GraphWorld) -> None:
    elsewhere = "https://graph.example/v1.0/users/x/calendarView/delta?$deltatoken=1"
    await quiet(world)
    with pytest.raises(CursorExpired):
        await world.calendar.changes(world.room, elsewhere, WINDOW)
    assert await asked(world) == []


async def test_a_refusal_on_reading_by_id_is_no_proof(world: GraphWorld) -> None:
    key = await world.direct_entry(at(9))
    await fault(world, "mailbox_gone")
    with pytest.raises(NotFound):
        await world.calendar.read(world.room, key)
    await fault(world, "access_denied")
    with pytest.raises(Rejected):
        await world.calendar.read(world.room, key)


async def test_an_exception_moved_far_away_is_found_by_its_original_start(world: GraphWorld) -> None:
    keys = await world.invite_daily(at(9), 3)
    found = await world.calendar.read(world.room, keys[2])
    assert isinstance(found, CalendarItem)
    moved = await world.calendar.change(world.room, found.event, EventChange(ZONE, when=at(15, day=2)), found.version)
    assert moved.key == keys[2]
    again = await world.calendar.read(world.room, keys[2])
    assert isinstance(again, CalendarItem)
    assert (again.key, again.booking.when) == (keys[2], at(15, day=2))


async def test_all_day_occurrences_have_the_same_keys_in_the_feed_the_view_and_a_read(world: GraphWorld) -> None:
    first = at(9).start.date()
    body = {
        "subject": "Fair", "isAllDay": True,
        "start": {"dateTime": f"{first}T00:00:00", "timeZone": ZONE},
        "end": {"dateTime": f"{first + timedelta(days=1)}T00:00:00", "timeZone": ZONE},
        "recurrence": {"pattern": {"type": "daily", "interval": 1},
                       "range": {"type": "numbered", "startDate": str(first), "numberOfOccurrences": 3}},
    }  # fmt: skip
    await world.simulator.ask("POST", f"/v1.0/users/{ROOM}/events", body)
    told = await world.calendar.changes(world.room, None, WINDOW)
    items, _ = await world.calendar.view(world.room, WINDOW)
    assert len(told.items) == 3
    assert {(one.key, one.booking.when) for one in items} == {(one.key, one.booking.when) for one in told.items}
    for one in told.items:
        found = await world.calendar.read(world.room, one.key)
        assert isinstance(found, CalendarItem)
        assert found.booking.when == one.booking.when


# -- what it costs


async def test_each_write_is_one_request_and_an_idle_round_is_one(world: GraphWorld) -> None:
    token = (await world.calendar.changes(world.room, None, WINDOW)).token
    await quiet(world)
    made = await world.calendar.create(world.room, draft())
    changed = await world.calendar.change(world.room, made.event, EventChange(ZONE, title="Other"), made.version)
    await world.calendar.cancel(world.room, changed.event, "")
    told = await world.calendar.changes(world.room, token, WINDOW)
    await world.calendar.changes(world.room, told.token, WINDOW)
    assert [kind.partition(" ")[0] for kind in await asked(world)] == ["POST", "PATCH", "DELETE", "GET", "GET"]


async def test_the_masters_of_bare_occurrences_cost_no_request_where_the_round_brings_them(world: GraphWorld) -> None:
    token = (await world.calendar.changes(world.room, None, WINDOW)).token
    await world.invite_daily(at(9), 3)
    await quiet(world)
    assert len((await world.calendar.changes(world.room, token, WINDOW)).items) == 3
    assert len(await asked(world)) == 1


async def test_every_request_is_counted_with_its_kind_and_status(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[str, str, int]] = []
    client = client_for(world.simulator.base, monkeypatch, on_request=lambda *seen: counted.append(seen))
    calendar = GraphCalendar(client)
    await calendar.view(world.room, WINDOW)
    await calendar.read(world.room, CalendarKey(EventId("AAkALgAAunknown")))
    await client.aclose()
    assert counted == [("GET", "calendarView", 200), ("GET", "events/{id}", 404)]


async def test_one_of_a_batch_that_is_throttled_is_left_out_and_the_others_are_renewed(world: GraphWorld) -> None:
    subscriptions = GraphSubscriptions(world.client)
    await fault(world, "throttle", method="PATCH", path="one")
    expires = datetime.now(UTC) + timedelta(days=1)
    assert await subscriptions.renew({"one": expires, "two": expires}) == {"two": None}


async def test_a_window_that_graph_does_not_answer_in_time_is_read_in_halves(world: GraphWorld) -> None:
    await world.invite_daily(at(9), 20)
    across = await world.direct_entry(replace(at(12), end=at(12, day=25).end))
    whole, _ = await world.calendar.view(world.room, WINDOW)
    await fault(world, "slow_window", days=7)
    await quiet(world)
    halved, _ = await world.calendar.view(world.room, WINDOW)
    assert {item.key for item in halved} == {item.key for item in whole}
    assert across in {item.key for item in halved}
    assert len(halved) == len(whole) == 21
    assert len(await asked(world)) > 3


async def test_a_day_that_graph_does_not_answer_in_time_is_asked_for_later(world: GraphWorld) -> None:
    await fault(world, "slow_window", days=0)
    with pytest.raises(Retry):
        await world.calendar.view(world.room, WINDOW)


async def test_a_round_that_graph_does_not_answer_in_time_once_is_asked_for_again(world: GraphWorld) -> None:
    # A first round may begin with an empty page, which would be a request more.
    await world.simulator.ask("PATCH", "/sim/settings", {"empty_first_page": False})
    await fault(world, "unavailable_before", status=504)
    await quiet(world)
    told = await world.calendar.changes(world.room, None, WINDOW)
    assert len(await asked(world)) == 2
    assert " " not in told.token


async def test_a_round_that_graph_does_not_answer_in_time_is_read_in_parts_which_go_on_together(
    world: GraphWorld,
) -> None:
    keys = await world.invite_daily(at(9), 20)
    early = await world.direct_entry(at(12))
    across = await world.direct_entry(replace(at(12), end=at(12, day=25).end))
    whole = await world.calendar.changes(world.room, None, WINDOW)
    await fault(world, "slow_window", days=7)
    parts = await world.calendar.changes(world.room, None, WINDOW)
    assert {item.key for item in parts.items} == {item.key for item in whole.items} == {*keys, early, across}
    assert len(parts.items) == 22
    assert parts.series == whole.series == (keys[0].event,)
    await world.remove(early)
    late = await world.direct_entry(at(14, day=30))
    following = await world.calendar.changes(world.room, parts.token, WINDOW)
    assert [item.key for item in following.items] == [late]
    assert following.hints == (early.event,)


async def test_what_moves_from_one_part_of_the_window_to_another_is_no_removal(world: GraphWorld) -> None:
    await fault(world, "slow_window", days=7)
    meeting = await world.invite(at(9))
    first = await world.calendar.changes(world.room, None, WINDOW)
    await world.move(meeting, at(9, day=30))
    following = await world.calendar.changes(world.room, first.token, WINDOW)
    assert [item.booking.when for item in following.items] == [at(9, day=30)]
    assert following.hints == ()


async def test_a_part_whose_token_is_no_longer_honoured_asks_for_a_full_round(world: GraphWorld) -> None:
    await fault(world, "slow_window", days=7)
    first = await world.calendar.changes(world.room, None, WINDOW)
    await world.simulator.ask("DELETE", "/sim/faults")
    await fault(world, "sync_state_lost")
    with pytest.raises(CursorExpired):
        await world.calendar.changes(world.room, first.token, WINDOW)


async def test_a_day_of_a_round_that_graph_does_not_answer_in_time_is_asked_for_later(world: GraphWorld) -> None:
    await fault(world, "slow_window", days=0)
    with pytest.raises(Retry):
        await world.calendar.changes(world.room, None, WINDOW)
