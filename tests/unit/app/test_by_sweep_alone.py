"""An app without a public address is found everything by sweep: that is its way, and nothing about it is an alarm."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.doctor import examine_resource
from shared.app.follow_people import follow_people
from shared.app.take_stock import take_stock
from shared.domain.findings import Verdict
from shared.domain.people import Member, UserId
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from tests.doubles.world import BEN, ROOM, World, at


async def alone(*, follows_people: bool = False) -> World:
    """A world whose app nobody can call."""
    world = World(follows_people=follows_people)
    world.outside = replace(world.outside, notification_url="")
    await world.link()
    return world


async def test_no_resource_is_in_trouble_for_want_of_notifications() -> None:
    world = await alone()
    world.clock.advance(timedelta(minutes=30))
    assert (await take_stock(world.outside)).stock.troubled == {}


async def test_with_an_address_it_is() -> None:
    world = World()
    row = await world.link()
    await world.resources.put(replace(row, subscription=None, etag=""))
    world.clock.advance(timedelta(minutes=30))
    assert set((await take_stock(world.outside)).stock.troubled.values()) == {Trouble.NOTIFICATIONS_MISSING}


async def test_any_other_trouble_is_still_told() -> None:
    world = await alone()
    world.clock.advance(timedelta(hours=9))
    assert set((await take_stock(world.outside)).stock.troubled.values()) == {Trouble.NOT_LOOKED_AT}


async def test_the_doctor_says_how_changes_are_found_and_asks_for_nothing() -> None:
    world = await alone()
    inspection = world.outside.inspection
    assert inspection is not None
    found = await examine_resource(world.outside, inspection, await world.row())
    (subscription,) = [each for each in found if each.check == "subscription"]
    assert (subscription.verdict, subscription.mend) == (Verdict.OK, "")
    assert "sweep" in subscription.seen


async def test_the_directory_is_followed_without_a_word_about_notifications(caplog: pytest.LogCaptureFixture) -> None:
    world = await alone(follows_people=True)
    world.people.add(Member(UserId("bbbbbbbb-0000-0000-0000-00000000000b"), BEN.address, BEN.name))
    with caplog.at_level(logging.WARNING):
        await follow_people(world.outside, WakeCause.SWEEP)
    assert [member.name async for member in world.roster.members(world.tenant)] == [BEN.name]
    assert caplog.records == []
    assert (await world.roster.following(world.tenant)).subscription is None


async def test_a_mail_names_no_link_that_leads_nowhere() -> None:
    world = await alone()
    world.book(at("09:00", "10:00"))
    await world.platform_says()
    (event,) = world.on_calendar()
    world.calendar.outlook.remove(ROOM, event.key)
    await world.sweep()
    (mail,) = world.mail.sent
    assert "It was removed from the calendar of the room." in mail.text
    assert "/api/story" not in mail.text
    assert "link" not in mail.text
