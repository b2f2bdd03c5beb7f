"""Linking, unlinking and linking again; who may do it; and what is told about bad input."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ONE = (at(13), at(14))
ADELES = "Adele Vance"

GUARDED = [
    ("GET", "/api/resources"),
    ("POST", "/api/resources"),
    ("GET", "/api/resources/{id}"),
    ("DELETE", "/api/resources/{id}?confirm=true"),
    ("POST", "/api/resources/{id}/commands"),
    ("GET", "/api/resources/{id}/mappings"),
    ("GET", "/api/resources/{id}/open-steps"),
    ("GET", "/api/resources/{id}/decisions"),
    ("POST", "/api/sweep"),
    ("POST", "/api/subscriptions/renew"),
    ("GET", "/api/platform/resources"),
    ("POST", "/api/platform/resources"),
    ("GET", "/api/platform/resources/{platform}/bookings?day=2026-01-01"),
    ("POST", "/api/platform/resources/{platform}/bookings"),
    ("GET", "/api/platform/resources/{platform}/changes"),
    ("POST", "/api/platform/resources/{platform}/blocks"),
    ("GET", "/api/openapi.json"),
]


class TestKeys:
    async def test_nothing_but_health_and_notifications_is_open_to_anybody(self, site: Site) -> None:
        room = await site.room()
        for offered in ({}, {"x-functions-key": "guessed"}):
            stranger = Web(site.host.session, site.host.base, offered)
            for method, path in GUARDED:
                answer = await stranger.send(method, path.format(id=room.id, platform=room.platform), {})
                assert answer.status == 401, f"{method} {path}: {answer.status}"
            assert (await stranger.send("GET", "/api/health")).status == 200
        assert (await room.resource())["state"] == "in step"

    async def test_health_tells_nobody_anything_but_that_it_is_well(self, site: Site) -> None:
        answer = await Web(site.host.session, site.host.base, {}).send("GET", "/api/health")
        assert answer.body == {"status": "ok"}


class TestLinking:
    async def test_it_is_answered_at_once_with_where_to_look(self, site: Site) -> None:
        vacant = site.vacant()
        answer = await site.host.send("POST", "/api/resources", {"mailbox": vacant.address})
        assert answer.status == 202
        assert answer.body["state"] == "linking"
        assert answer.headers["Location"] == f"/api/resources/{answer.body['id']}"
        await eventually(
            lambda: site.host.ask("GET", answer.headers["Location"]),
            lambda room: room["state"] == "in step",
            "it is linked",
        )

    async def test_facts_are_read_from_the_directory_and_may_be_given(self, site: Site) -> None:
        vacant = site.vacant("Harlem")
        order = {"mailbox": vacant.address, "facts": {"floor": "14", "contact": "desk@contoso.example"}}
        told = await site.host.ask("POST", "/api/resources", order)
        assert (told["building"], told["capacity"], told["zone"]) == ("Harlem", 8, "America/New_York")
        assert (told["floor"], told["contact"]) == ("14", "desk@contoso.example")

    async def test_what_stood_on_either_side_before_is_on_both_afterwards(self, site: Site) -> None:
        vacant = site.vacant()
        await site.host.ask("POST", "/api/platform/resources", {"id": f"old-{vacant.id[:8]}", "name": "Old"})
        await site.outlook.invite(ADELE, vacant.address, timed(*NINE))
        await site.desk.book(f"old-{vacant.id[:8]}", booked(*ELEVEN), "Workshop")
        room = await site.link(vacant, platform=f"old-{vacant.id[:8]}")
        await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
        assert await room.made() == Made(events=2, bookings=2)

    async def test_what_stood_on_both_sides_before_is_paired_and_not_doubled(self, site: Site) -> None:
        vacant = site.vacant()
        await site.host.ask("POST", "/api/platform/resources", {"id": f"both-{vacant.id[:8]}", "name": "Both"})
        await site.outlook.enter(vacant.address, timed(*NINE), "Workshop")
        await site.desk.book(f"both-{vacant.id[:8]}", booked(*NINE), "Workshop")
        room = await site.link(vacant, platform=f"both-{vacant.id[:8]}")
        await room.agrees_on(shown(*NINE, "Workshop"))
        await room.decided("paired")
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_mailbox_is_linked_once(self, site: Site) -> None:
        room = await site.room()
        answer = await site.host.send("POST", "/api/resources", {"mailbox": room.address})
        assert answer.status == 409
        assert "linked" in answer.body["error"]["message"]

    async def test_a_platform_id_is_linked_once(self, site: Site) -> None:
        room = await site.room()
        order = {"mailbox": site.vacant().address, "platform": room.platform}
        answer = await site.host.send("POST", "/api/resources", order)
        assert answer.status == 409


class TestUnlinking:
    async def test_it_says_first_what_stays_and_does_nothing(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(shown(*NINE, "Workshop"))
        told = await site.host.ask("DELETE", f"/api/resources/{room.id}")
        assert told["unlinked"] is False
        assert told["stays"]["mappings"] == 1
        assert "stay" in told["stays"]["message"]
        assert (await room.resource())["state"] == "in step"

    async def test_it_leaves_every_booking_and_removes_the_subscription(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
        both = (shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
        await room.agrees_on(*both)
        await self._unlink(site, room.id)
        await room.keeps(*both, seconds=0.5)
        every = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
        assert not any(each["mailbox"] == room.mailbox for each in every)

    async def test_linking_again_doubles_nothing_and_brings_what_happened_meanwhile(self, site: Site) -> None:
        vacant = site.vacant()
        room = await site.link(vacant)
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
        await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
        await self._unlink(site, room.id)
        await site.outlook.change(meeting, **timed(at(7), at(8)))
        await site.desk.book(room.platform, booked(*ONE), "Meanwhile")
        again = await site.link(vacant)
        assert again.id == room.id
        await again.agrees_on(shown(at(7), at(8), ADELES), shown(*ELEVEN, "Workshop"), shown(*ONE, "Meanwhile"))
        assert await again.made() == Made(events=3, bookings=3)

    async def _unlink(self, site: Site, room: str) -> None:
        told = await site.host.ask("DELETE", f"/api/resources/{room}?confirm=true")
        assert told["unlinked"] is True
        await eventually(
            lambda: site.host.ask("GET", f"/api/resources/{room}"), lambda seen: seen["state"] == "unlinked", "unlinked"
        )


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 400),
            (b"[]", 400),
            (b"\xff", 400),
            ({}, 400),
            ({"mailbox": ""}, 400),
            ({"mailbox": 7}, 400),
            ({"mailbox": "nobody@contoso.example"}, 404),
            ({"mailbox": "x@contoso.example", "color": "red"}, 400),
            ({"mailbox": "{vacant}", "policy": {"winner": "loudest"}}, 400),
            ({"mailbox": "{vacant}", "policy": {"days_ahead": -1}}, 400),
            ({"mailbox": "{vacant}", "policy": {"no such": 1}}, 400),
            ({"mailbox": "{vacant}", "policy": []}, 400),
            ({"mailbox": "{vacant}", "facts": {"no such": 1}}, 400),
            ({"mailbox": "{vacant}", "facts": {"capacity": "many"}}, 400),
        ],
    )
    async def test_a_link_order_that_makes_no_sense_is_refused_in_a_sentence(
        self, site: Site, body: Any, status: int
    ) -> None:
        if isinstance(body, dict) and body.get("mailbox") == "{vacant}":
            body = {**body, "mailbox": site.vacant().address}
        answer = await site.host.send("POST", "/api/resources", body)
        assert answer.status == status, answer.body
        assert answer.body["error"]["message"]

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/api/resources/nobody", None, 404),
            ("GET", "/api/resources/other-tenant.01ARZ3NDEKTSV4RRFFQ69G5FAV", None, 404),
            ("DELETE", "/api/resources/nobody?confirm=true", None, 404),
            ("POST", "/api/resources/{id}/commands", {"verb": "explode"}, 400),
            ("POST", "/api/resources/{id}/commands", {"verb": "policy", "settings": {"units": 0}}, 400),
            ("GET", "/api/resources/{id}/decisions?limit=0", None, 400),
            ("GET", "/api/resources/{id}/decisions?limit=many", None, 400),
            ("POST", "/api/platform/resources/{platform}/bookings", {"start": "9", "end": "10"}, 400),
            ("POST", "/api/platform/resources/{platform}/bookings", {"start": "2026-11-25T10:00:00Z"}, 400),
            (
                "POST",
                "/api/platform/resources/{platform}/bookings",
                {"start": "2026-11-25T10:00:00Z", "end": "2026-11-25T09:00:00Z"},
                400,
            ),
            (
                "POST",
                "/api/platform/resources/{platform}/bookings",
                {"start": "2026-11-25T10:00:00", "end": "2026-11-25T11:00:00"},
                400,
            ),
            ("GET", "/api/platform/resources/{platform}/bookings", None, 400),
            ("GET", "/api/platform/resources/{platform}/bookings?day=tomorrow", None, 400),
            ("GET", "/api/platform/resources/{platform}/bookings/nothing", None, 404),
            ("DELETE", "/api/platform/resources/{platform}/bookings/nothing", None, 404),
            ("GET", "/api/platform/resources/nobody/bookings?day=2026-11-25", None, 404),
            ("GET", "/api/platform/resources/{platform}/changes?since=yesterday", None, 410),
        ],
    )
    async def test_a_call_that_makes_no_sense_is_refused_in_a_sentence(
        self, site: Site, method: str, path: str, body: Any, status: int
    ) -> None:
        room = await site.room()
        answer = await site.host.send(method, path.format(id=room.id, platform=room.platform), body)
        assert answer.status == status, answer.body
        assert answer.body["error"]["message"]
