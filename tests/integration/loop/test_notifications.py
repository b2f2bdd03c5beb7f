"""Notifications lost, doubled, late or out of order; a delta that lags; a subscription that is gone. None is missed."""

from __future__ import annotations

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"
BURST = 4
"""Notifications that one new meeting makes in a room's calendar, because Exchange rewrites its copy."""
LATE_LOOK_SECONDS = 45.0
"""Longer than the 30 s after which a run that found nothing looks once more."""


class TestLost:
    async def test_the_sweep_finds_what_no_notification_told(self, site: Site) -> None:
        room = await site.room()
        lost = await site.fault("lose_notification", mailbox=room.mailbox, count=None)
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.has_hit(lost, BURST)
        assert await room.platform_side() == ()
        await site.sweep()
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.cancel(meeting)
        await eventually(room.calendar_side, lambda seen: not seen, "the calendar shows the cancellation")
        await site.sweep()
        await room.agrees_on()

    async def test_a_change_on_the_platform_brings_what_the_calendar_did_not_tell(self, site: Site) -> None:
        room = await site.room()
        lost = await site.fault("lose_notification", mailbox=room.mailbox, count=None)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.has_hit(lost, BURST)
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
        await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))


class TestTooMany:
    async def test_doubled_notifications_make_nothing_twice(self, site: Site) -> None:
        room = await site.room()
        await site.fault("double_notification", mailbox=room.mailbox, count=None)
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.change(meeting, **timed(*ELEVEN))
        await room.agrees_on(shown(*ELEVEN, ADELES))
        await room.settles()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_notifications_out_of_order_leave_the_last_state_on_both_sides(self, site: Site) -> None:
        room = await site.room()
        await site.fault("reorder_notification", mailbox=room.mailbox, probability=0.5, seconds=1)
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.outlook.change(meeting, **timed(*ELEVEN))
        await site.outlook.change(meeting, **timed(at(15), at(16)))
        await room.agrees_on(shown(at(15), at(16), ADELES))
        await room.keeps(shown(at(15), at(16), ADELES))
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_burst_of_changes_ends_with_the_last_one(self, site: Site) -> None:
        room = await site.room()
        entry = await site.outlook.enter(room.address, timed(*NINE), "Fitters")
        before = await site.last_request()
        for minute in range(20):
            await site.outlook.change(entry, **timed(at(11, minute), at(12, minute)))
        await room.agrees_on(shown(at(11, 19), at(12, 19), "Fitters"))
        await room.settles()
        rounds = [asked for asked in await site.requests(room.mailbox, before) if "delta" in asked["path"]]
        assert len(rounds) <= 8, "20 changes within a second or two are read in a few rounds"


class TestLate:
    async def test_notifications_that_come_late_are_taken_all_the_same(self, site: Site) -> None:
        room = await site.room()
        await site.fault("delay_notification", mailbox=room.mailbox, count=None, seconds=2)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))

    async def test_a_delta_that_lags_behind_its_notification_is_read_again(self, site: Site) -> None:
        room = await site.room()
        lag = await site.fault("delta_lag", mailbox=room.mailbox, seconds=6)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES), seconds=LATE_LOOK_SECONDS)
        await site.graph.ask("DELETE", f"/sim/faults/{lag['id']}")
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_delta_that_shows_an_item_twice_makes_it_once(self, site: Site) -> None:
        room = await site.room()
        await site.fault("duplicate_items", mailbox=room.mailbox, count=None)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        assert await room.made() == Made(events=1, bookings=1)


class TestSubscriptions:
    async def test_a_removed_subscription_is_made_again_when_graph_says_so(self, site: Site) -> None:
        room = await site.room()
        before = await self._of(site, room)
        await site.fault("remove_subscription", mailbox=room.mailbox)
        await eventually(
            lambda: self._of(site, room), lambda now: len(now) == 1 and now != before, "there is a new subscription"
        )
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))

    async def test_what_happened_without_a_subscription_is_found_when_it_is_made_again(self, site: Site) -> None:
        room = await site.room()
        await site.fault("expire_subscription", mailbox=room.mailbox)
        assert await self._of(site, room) == []
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await eventually(room.calendar_side, bool, "the room has accepted")
        assert await room.platform_side() == ()
        await site.host.ask("POST", "/api/subscriptions/renew", {"resources": [room.id]})
        await room.agrees_on(shown(*NINE, ADELES))
        assert len(await self._of(site, room)) == 1

    async def test_a_subscription_that_wants_reauthorisation_is_renewed(self, site: Site) -> None:
        room = await site.room()
        before = await self._of(site, room)
        since = await site.last_request()
        body = {"event": "reauthorizationRequired", "mailbox": room.mailbox}
        assert (await site.graph.ask("POST", "/sim/lifecycle", body))["sent"] == 1
        renewal = f"/v1.0/subscriptions/{before[0]['id']}"
        await eventually(
            lambda: site.graph.ask("GET", f"/sim/requests?since={since}"),
            lambda log: [e["status"] for e in log["value"] if e["method"] == "PATCH" and e["path"] == renewal] == [200],
            "the subscription is renewed",
        )
        assert [each["id"] for each in await self._of(site, room)] == [before[0]["id"]]

    async def test_missed_notifications_are_made_up_for_when_graph_says_so(self, site: Site) -> None:
        room = await site.room()
        lost = await site.fault("lose_notification", mailbox=room.mailbox, count=None)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.has_hit(lost, BURST)
        await site.graph.ask("POST", "/sim/lifecycle", {"event": "missed", "mailbox": room.mailbox})
        await room.agrees_on(shown(*NINE, ADELES))

    async def _of(self, site: Site, room: Room) -> list[dict[str, str]]:
        every = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
        return [each for each in every if each["mailbox"] == room.mailbox]
