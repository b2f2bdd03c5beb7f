"""What befalls feeds in years, on the running stack: a week without Graph, subscriptions that belong to nothing or are
dumb, a change that no feed told. All of it heals without a person.

Days pass here by what they leave behind: a lapsed subscription in the room's row, forgotten delta tokens, a timer's
account of its last run that is days old.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.servicebus.wakeups import ServiceBusWakeups
from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.tables import Tables
from shared.app.drill import drill_session
from shared.domain.ids import ResourceId, TenantId, tenant_of
from shared.ports.errors import Stale
from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

pytestmark = pytest.mark.stack

Json = dict[str, Any]
NINE, ELEVEN, TWO = (at(9), at(10)), (at(11), at(12)), (at(14), at(15))
ADELES = "Adele Vance"
PATIENCE_SECONDS = 120.0


async def subscriptions(site: Site, mailbox: str) -> list[Json]:
    """What Graph has of subscriptions to a mailbox."""
    every = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
    return [each for each in every if each["mailbox"] == mailbox]


async def run_timer(site: Site, name: str) -> None:
    """Run a timer now, as its schedule would."""
    master = {"x-functions-key": site.stack.described["admin_key"]}
    answer = await site.host.send("POST", f"/admin/functions/{name}", {"input": ""}, master)
    assert answer.status == 202, answer


async def mails(site: Site) -> int:
    return len((await site.graph.ask("GET", "/sim/outbox"))["value"])


async def let_lapse(site: Site, room: Room) -> None:
    """Let a room's subscription end as after a week without renewal: in Graph, and by the account of its row."""
    tables = Tables.from_connection_string(site.stack.app_settings()["LOCKSTEP_TABLES"])
    try:
        await eventually(lambda: _lapsed(TableResources(tables), room), bool, "the row takes it")
    finally:
        await tables.close()
    await site.graph.ask("POST", "/sim/faults", {"kind": "expire_subscription", "mailbox": room.mailbox})
    assert await subscriptions(site, room.mailbox) == []


async def _lapsed(resources: TableResources, room: Room) -> bool:
    """Whether the row took it; a run that shows its own failure may have written it at the same moment."""
    row = await resources.get(ResourceId(room.id))
    assert row is not None
    assert row.subscription is not None
    if row.subscription.expires < datetime.now(UTC):
        return True
    try:
        earlier = replace(row.subscription, expires=row.subscription.expires - timedelta(days=8))
        await resources.put(replace(row, subscription=earlier))
    except Stale:
        return False
    return True


async def test_a_week_without_graph_heals_by_the_timers_alone_and_sends_no_mail(shaky: tuple[Site, Between]) -> None:
    site, between = shaky
    rooms = [await site.room() for _ in range(3)]
    moved = [await site.outlook.invite(ADELE, room.address, timed(*NINE)) for room in rooms]
    for room in rooms:
        await room.agrees_on(shown(*NINE, ADELES))
    between.cut("graph")
    for room, meeting in zip(rooms, moved, strict=True):
        await site.outlook.change(meeting, **timed(*TWO))
        await site.outlook.invite(BRUNO, room.address, timed(at(16), at(17)))
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
    for room in rooms:
        await eventually(room.resource, lambda seen: seen["attempts"] > 0, "the room says that it cannot be read")
        await let_lapse(site, room)
    await site.graph.ask("POST", "/sim/faults", {"kind": "expire_tokens"})
    before = await mails(site)
    between.restore("graph")
    await run_timer(site, "renew_subscriptions")
    await site.sweep()
    for room in rooms:
        both = (shown(*TWO, ADELES), shown(*ELEVEN, "Workshop"), shown(at(16), at(17), "Bruno Keller"))
        await room.agrees_on(*both, seconds=PATIENCE_SECONDS)
        await room.settles(PATIENCE_SECONDS)
        assert len(await subscriptions(site, room.mailbox)) == 1
        assert await room.made() == Made(events=3, bookings=3)
    assert await mails(site) == before
    await site.outlook.invite(ADELE, rooms[0].address, timed(at(18), at(19)))
    await eventually(rooms[0].platform_side, lambda side: len(side) == 4, "notifications arrive again")


async def test_a_subscription_that_belongs_to_nothing_is_removed_by_the_daily_tidying(
    shaky: tuple[Site, Between],
) -> None:
    site, _ = shaky
    room, stranger = await site.room(), site.vacant()
    (own,) = await subscriptions(site, room.mailbox)
    ours = await site.graph.ask("POST", "/sim/token", {})
    as_lockstep = Web(site.graph.session, site.graph.base, {"Authorization": f"Bearer {ours['access_token']}"})
    nobody = f"{room.id[:-4]}ZZZZ"
    left = await as_lockstep.ask(
        "POST",
        "/v1.0/subscriptions",
        {
            "changeType": "created,updated,deleted",
            "resource": f"/users/{stranger.id}/events",
            "notificationUrl": own["notification_url"].replace(room.id, nobody),
            "expirationDateTime": (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "clientState": "left behind",
        },
    )
    assert [each["id"] for each in await subscriptions(site, stranger.id)] == [left["id"]]
    _ran_days_ago(site, "renew_subscriptions")
    await run_timer(site, "renew_subscriptions")
    await eventually(lambda: subscriptions(site, stranger.id), lambda found: not found, "it is removed")
    assert [each["id"] for each in await subscriptions(site, room.mailbox)] == [own["id"]]


def _ran_days_ago(site: Site, timer: str) -> None:
    """Let the host believe that a timer ran last two days ago: what it answers for is made up for."""
    site.stack.kill_host()
    last = datetime.now(UTC) - timedelta(days=2)
    following = datetime(last.year + 1, 1, 1, tzinfo=UTC)
    account = {"Last": last.isoformat(), "Next": following.isoformat(), "LastUpdated": last.isoformat()}
    file = site.stack.state / "host" / "timers" / f"{timer}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(account), "utf-8")
    site.stack.start_host()


async def _platform_shows(room: Room, bookings: int) -> None:
    await eventually(room.platform_side, lambda side: len(side) == bookings, "a change has arrived")


async def test_a_subscription_that_lives_and_tells_nothing_is_made_again_and_then_tells(
    shaky: tuple[Site, Between],
) -> None:
    site, _ = shaky
    room = await site.room()
    (dumb,) = await subscriptions(site, room.mailbox)
    lost = await site.fault("lose_notification", mailbox=room.mailbox, count=None)
    for number in range(3):
        await site.outlook.invite(ADELE, room.address, timed(at(9 + number), at(9 + number, 30)))
        await site.has_hit(lost, number + 1)
        await site.sweep()
        await _platform_shows(room, number + 1)
        await room.settles()
    again = await eventually(
        lambda: subscriptions(site, room.mailbox),
        lambda found: bool(found) and all(each["id"] != dumb["id"] for each in found),
        "it is made again",
        PATIENCE_SECONDS,
    )
    assert len(again) == 1
    assert "no notifications arrive" in (await room.resource())["why"]
    await site.graph.ask("DELETE", f"/sim/faults/{lost['id']}")
    await room.settles()
    await site.outlook.invite(ADELE, room.address, timed(*TWO))
    await eventually(room.platform_side, lambda side: len(side) == 4, "it tells")
    await eventually(room.resource, lambda seen: "no notifications" not in seen["why"], "the room says nothing more")


async def test_a_change_that_the_delta_lost_is_found_by_the_proof_read_mended_and_reported(
    shaky: tuple[Site, Between],
) -> None:
    site, _ = shaky
    room = await site.room()
    meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
    await room.agrees_on(shown(*NINE, ADELES))
    await room.command("prove")
    proven = (await eventually(room.resource, lambda seen: seen["proven_at"] is not None, "it is proven"))["proven_at"]
    lost = await site.fault("lose_notification", mailbox=room.mailbox, count=None)
    await site.outlook.change(meeting, **timed(*TWO))
    await site.has_hit(lost)
    emptied = await site.fault("empty_read", mailbox=room.mailbox, path="/delta", count=None)
    await site.sweep()
    await site.has_hit(emptied)
    assert await room.platform_side() == (shown(*NINE, ADELES),)
    await room.command("prove")
    await room.agrees_on(shown(*TWO, ADELES), seconds=PATIENCE_SECONDS)

    async def drift() -> list[dict[str, Any]]:
        report = (await site.host.ask("GET", "/api/drift"))["resources"]
        return list(next(each for each in report if each["id"] == room.id)["drift"])

    # Both sides agree a moment before the run that saw to it remembers what it found.
    (found,) = await eventually(drift, bool, "what differed is reported")
    assert (found["side"], found["found"], found["fields"]) == ("calendar", "changed", ["time"])
    assert found["since"] == proven < found["found_at"]


async def test_the_drill_of_dead_letters_leaves_one_that_the_app_removes(shaky: tuple[Site, Between]) -> None:
    site, _ = shaky
    room = await site.room()

    async def given_up() -> int:
        return int((await site.broker.ask("GET", "/sim/queues"))["wakeups"]["dead_lettered"])

    before = await given_up()
    await site.host.ask("POST", "/api/drill", {"alerts": ["dead-letters"]})
    await eventually(given_up, lambda count: count == before + 1, "the queue gives a wake-up up")
    queue = ServiceBusWakeups.from_connection_string(site.stack.described["servicebus"], "wakeups")
    try:
        assert await queue.forget_given_up(drill_session(TenantId(tenant_of(ResourceId(room.id))))) == 1
    finally:
        await queue.close()
    assert await given_up() == before
    assert (await room.resource())["state"] == "in step"
