"""Mails of ours: who is told what, once, in whose words, and what the ledger says where nobody was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from shared.app.explain_booking import Named, explain_booking
from shared.app.link_resource import LinkOrder, link_resource
from shared.app.wording import sentence
from shared.domain.booking import Person, ResourceFacts
from shared.domain.decisions import Code, Decision
from shared.domain.ids import MailboxId, PlatformId
from shared.domain.people import Member, UserId
from shared.domain.resource import State
from shared.domain.story_link import read_token
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.world import ADELE, BEN, ROOM, World, at
from tests.unit.app.mishaps import settle_though_killed

MORNING, OVERLAPPING, AFTER = at("09:00", "10:00"), at("09:30", "10:30"), at("12:00", "13:00")


async def linked(**settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**settings)
    return world


async def lost_to_a_meeting(world: World, title: str = "Budget", *, private: bool = False) -> None:
    """Ben's booking comes after a meeting of Adele's and loses to it."""
    world.invite(MORNING, title=title, private=private)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()


async def told(world: World) -> list[Decision]:
    codes = (Code.TOLD, Code.NOBODY_TOLD, Code.MAYBE_TOLD)
    found = await world.ledgers.decisions(world.resource_id)
    return [decision for decision in found if decision.reason.code in codes]


async def test_the_owner_of_a_booking_that_lost_is_told_once() -> None:
    world = await linked()
    await lost_to_a_meeting(world)
    await world.sweep()
    (mail,) = world.mail.sent
    assert mail.to == BEN
    assert mail.subject == "Matterhorn, 23 November 2026, 10:30 to 11:30: your booking was cancelled"
    assert 'Your booking "Workshop" of Matterhorn, 23 November 2026, 10:30 to 11:30 was cancelled.' in mail.text
    assert [decision.reason.code for decision in await told(world)] == [Code.TOLD]
    assert await world.ledgers.open_steps(world.resource_id) == ()


async def test_the_owner_is_told_when_somebody_removes_the_booking_from_the_calendar() -> None:
    world = await linked()
    world.book(MORNING)
    await world.platform_says()
    (event,) = world.on_calendar()
    world.calendar.outlook.remove(ROOM, event.key)
    await world.notify()
    (mail,) = world.mail.sent
    assert mail.to == BEN
    assert "It was removed from the calendar of the room." in mail.text


async def test_the_owner_is_told_that_a_moved_booking_has_its_old_time_back() -> None:
    world = await linked()
    world.invite(MORNING)
    booking = world.book(AFTER)
    await world.notify()
    world.platform.move(world.platform_id, booking.id, OVERLAPPING)
    await world.platform_says()
    (mail,) = world.mail.sent
    assert mail.subject == "Matterhorn: your booking could not be moved"
    assert "has its earlier time again: 23 November 2026, 13:00 to 14:00." in mail.text


async def test_under_report_both_owners_are_told_once() -> None:
    world = await linked(winner="report")
    await lost_to_a_meeting(world)
    await world.sweep()
    world.clock.advance(timedelta(hours=1))
    await world.sweep()
    assert sorted(mail.to.address for mail in world.mail.sent) == [ADELE.address, BEN.address]
    assert all("Nothing was removed" in mail.text for mail in world.mail.sent)
    (to_adele,) = world.mail.to(ADELE.address)
    assert '"Workshop", 23 November 2026, 10:30 to 11:30' in to_adele.text


async def test_a_platform_that_tells_its_owners_is_not_seconded_by_a_mail_of_ours() -> None:
    world = await linked()
    world.platform.tells_owner = True
    await lost_to_a_meeting(world)
    await world.sweep()
    assert not world.mail.sent
    assert [each.owner for each in world.platform.told] == [BEN]
    assert Code.TOLD_BY_PLATFORM in [d.reason.code for d in await world.ledgers.decisions(world.resource_id)]
    assert not await told(world)


async def test_a_platform_that_tells_of_cancellations_leaves_the_rest_to_us() -> None:
    world = await linked(winner="report")
    world.platform.tells_owner = True
    await lost_to_a_meeting(world)
    assert sorted(mail.to.address for mail in world.mail.sent) == [ADELE.address, BEN.address]


async def test_whoever_cancels_a_booking_is_not_told_of_it() -> None:
    world = await linked()
    booking = world.book(MORNING)
    key = world.invite(AFTER)
    await world.platform_says()
    world.cancel_booking(booking)
    world.calendar.outlook.cancel(ROOM, key)
    await world.platform_says()
    await world.notify()
    assert world.times() == ([], [])
    assert (world.mail.sent, await told(world)) == ([], [])


async def test_nobody_is_told_of_what_is_over() -> None:
    world = await linked()
    world.book(MORNING)
    await world.platform_says()
    (event,) = world.on_calendar()
    world.clock.set(MORNING.end)
    world.calendar.outlook.remove(ROOM, event.key)
    await world.notify()
    assert world.on_platform() == ()
    assert world.mail.sent == []


@pytest.mark.parametrize(
    ("titles", "shown"),
    [("full", "Adele Vance"), ("organizer", "Adele Vance"), ("busy", "another booking")],
)
async def test_the_other_booking_is_shown_as_its_titles_allow(titles: str, shown: str) -> None:
    world = await linked(titles=titles)
    await lost_to_a_meeting(world, "Severance talks")
    (mail,) = world.mail.sent
    assert shown in mail.text
    assert "Severance" not in mail.text + mail.subject


async def test_an_entry_in_the_rooms_own_calendar_is_named_only_where_titles_are_full() -> None:
    for titles, is_named in (("full", True), ("organizer", False), ("busy", False)):
        world = await linked(titles=titles)
        world.direct_entry(MORNING, "Painting the walls")
        await world.notify()
        world.book(OVERLAPPING)
        await world.platform_says()
        (mail,) = world.mail.sent
        assert ("Painting" in mail.text) == is_named


async def test_of_a_private_booking_only_that_it_is_private_is_told() -> None:
    world = await linked()
    world.book(MORNING, "Therapy", owner=ADELE, private=True)
    await world.platform_says()
    world.book(OVERLAPPING, "Surgery", private=True)
    await world.platform_says()
    (mail,) = world.mail.sent
    assert "a private booking" in mail.text
    assert not {"Therapy", "Surgery", "Adele"} & set(mail.text.replace(",", " ").split())
    kept = repr((await world.ledgers.decisions(world.resource_id), await world.row()))
    assert "Therapy" not in kept
    assert BEN.address not in kept


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-CH", "Ihre Buchung «Workshop» von Matterhorn, 23.11.2026, 10:30 bis 11:30 Uhr"),
        ("fr", "a été annulée"),
        ("en-US", "was cancelled"),
        ("rm", "was cancelled"),
        ("", "was cancelled"),
    ],
)
async def test_a_mail_is_in_the_recipients_language_or_else_in_english(language: str, words: str) -> None:
    world = await linked()
    world.people.add(Member(UserId("ben"), "b.walters@contoso.example", "Ben", language, (BEN.address.upper(),)))
    await lost_to_a_meeting(world)
    (mail,) = world.mail.sent
    assert words in mail.text


async def test_a_directory_that_does_not_answer_leaves_the_mail_in_english() -> None:
    world = await linked()
    world.faults.fail("people.person", Retry("busy"))
    await lost_to_a_meeting(world)
    assert len(world.mail.sent) == 1


async def test_a_mail_ends_with_a_link_to_the_story_of_that_booking() -> None:
    world = await linked()
    await lost_to_a_meeting(world)
    (mail,) = world.mail.sent
    (link,) = [line for line in mail.text.splitlines() if line.startswith("https://")]
    assert urlsplit(link).path.startswith("/api/story/")
    now, keys = world.clock.now(), await world.secrets.client_state_keys()
    token = link.rpartition("/")[2]
    story = read_token(token, keys, now)
    assert story is not None
    assert story.resource == world.resource_id
    decided = await world.ledgers.decisions(world.resource_id, story.mapping)
    assert Code.LOST_TO_OTHER in [decision.reason.code for decision in decided]
    assert read_token(token, keys, now + timedelta(days=31)) is None


async def test_where_no_mailbox_is_set_the_decision_says_that_nobody_was_told() -> None:
    world = await linked()
    world.outside = replace(world.outside, mail=None)
    await lost_to_a_meeting(world)
    (decision,) = await told(world)
    assert decision.reason.code is Code.NOBODY_TOLD
    assert decision.reason.facts["why"] == "no mailbox for mails is set"


async def test_where_mail_is_not_granted_the_decision_says_that_nobody_was_told() -> None:
    world = await linked()
    world.mail.granted = False
    await lost_to_a_meeting(world)
    await world.sweep()
    (decision,) = await told(world)
    assert decision.reason.code is Code.NOBODY_TOLD
    assert "ErrorAccessDenied" in decision.reason.facts["why"]
    assert world.on_platform()[0].booking.when == MORNING


async def test_a_mail_of_which_no_answer_came_is_never_sent_again() -> None:
    world = await linked()
    world.faults.fail("mail.send:done", Retry("no answer"))
    await lost_to_a_meeting(world)
    await world.sweep()
    assert len(world.mail.sent) == 1
    assert [decision.reason.code for decision in await told(world)] == [Code.MAYBE_TOLD]


async def test_that_nobody_knows_whether_a_mail_has_left_is_told_with_the_bookings_story() -> None:
    world = await linked()
    world.faults.fail("mail.send:done", Retry("status 503"))
    await lost_to_a_meeting(world)
    (decision,) = await told(world)
    explained = await explain_booking(world.outside, await world.row(), Named(mapping=decision.mapping))
    said = [sentence(each.reason, "Europe/Zurich") for each in explained.history]
    assert (
        "Whether its owner was told by mail is not known, and it is not told again: the mail service did not answer."
    ) in said
    assert (await world.row()).state is State.IN_STEP


async def test_a_first_read_sends_no_mail() -> None:
    world = World(Conflict.NOT_ENFORCED)
    world.platform.add_resource(world.platform_id, "Matterhorn")
    world.invite(MORNING)
    world.book(OVERLAPPING)
    await world.link(winner="report")
    assert world.mail.sent == []


async def test_a_cancellation_that_is_tried_again_is_told_once_and_only_when_it_took_place() -> None:
    world = await linked()
    world.invite(MORNING)
    await world.notify()
    world.faults.fail("platform.cancel", Retry("busy", timedelta(hours=2)))
    world.book(OVERLAPPING)
    await world.platform_says()
    assert (len(world.on_platform()), world.mail.sent) == (2, [])
    world.clock.advance(timedelta(hours=2))
    await world.sweep()
    assert len(world.on_platform()) == 1
    assert [mail.to for mail in world.mail.sent] == [BEN]


@pytest.mark.parametrize("winner", ["first", "report"])
async def test_a_run_killed_anywhere_tells_nobody_twice_and_says_what_it_does_not_know(winner: str) -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await linked(winner=winner)
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        world.faults.passed.clear()
        world.faults.kill_at(point)
        died = await settle_though_killed(world)
        world.faults.revive()
        for person in (ADELE, BEN):
            assert len(world.mail.to(person.address)) <= 1, f"killed at {point}"
        assert await told(world), f"killed at {point}: whether somebody was told is nowhere"
        assert not any(step.id.startswith("tell-") for step in await world.ledgers.open_steps(world.resource_id))
    assert point > 10
    assert len(world.mail.sent) == (1 if winner == "first" else 2)


async def test_a_text_of_somebody_cannot_pose_as_a_text_of_ours() -> None:
    world = await linked()
    world.invite(MORNING)
    await world.notify()
    title = "Call\r\nBcc: all@contoso.example\n\nClick https://evil.example " + "x" * 300
    world.book(OVERLAPPING, title, Person(BEN.address, "Ben\nWalters"))
    await world.platform_says()
    (mail,) = world.mail.sent
    assert "\n" not in mail.subject
    assert "Hello Ben Walters," in mail.text
    assert not [line for line in mail.text.splitlines() if line.startswith(("Bcc", "Click", "https://evil"))]
    assert max(map(len, mail.text.split("“"))) < 1500


async def test_what_happened_to_several_bookings_of_one_person_at_once_is_one_mail() -> None:
    world = await linked()
    for hour in range(8, 14):
        world.book(at(f"{hour:02}:00", f"{hour:02}:30"), f"Lesson {hour}", ADELE if hour == 13 else BEN)
    await world.platform_says()
    for item in world.on_calendar():
        world.calendar.outlook.remove(ROOM, item.key)
    await world.notify()
    assert world.on_platform() == ()
    (to_ben,) = world.mail.to(BEN.address)
    assert 'Your booking "Lesson 8" of Matterhorn, 23 November 2026, 09:00 to 09:30 was cancelled.' in to_ben.text
    assert "more of your bookings of this resource (4):\n- 23 November 2026, 10:00 to 10:30\n" in to_ben.text
    (to_adele,) = world.mail.to(ADELE.address)
    assert "more of your bookings" not in to_adele.text
    assert [decision.reason.code for decision in await told(world)] == [Code.TOLD] * 6


async def test_whoever_has_left_gets_no_mail_and_the_decision_says_so() -> None:
    world = await linked()
    world.people.add(Member(UserId("ben"), BEN.address, active=False))
    await lost_to_a_meeting(world)
    assert world.mail.sent == []
    (decision,) = await told(world)
    assert decision.reason.facts["why"] == "its owner has left"


async def test_a_mail_names_what_could_be_had_instead() -> None:
    world = await linked()
    eiger = MailboxId("aaaaaaaa-0000-0000-0000-000000000002")
    world.calendar.add_mailbox(eiger)
    world.directory.add(eiger, "eiger@contoso.example", ResourceFacts("Eiger", capacity=10, zone="Europe/Zurich"))
    await link_resource(world.outside, LinkOrder("eiger@contoso.example", PlatformId("eiger")))
    await world.settle()
    await lost_to_a_meeting(world)
    (mail,) = world.mail.sent
    assert "Free at that time: Eiger." in mail.text
