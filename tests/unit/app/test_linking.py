"""Linking is one call: what is wrong is told at once, the first read runs in the resource's own session, in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from shared.app.link_resource import LinkOrder, link_resource
from shared.app.order_command import order_command
from shared.domain.booking import ResourceFacts
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId, PlatformId
from shared.domain.resource import State
from shared.ports.errors import NotFound, Rejected, Retry
from tests.doubles.world import ADELE, BEN, ROOM, TENANT, World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
SECOND = MailboxId("aaaaaaaa-0000-0000-0000-000000000002")


def with_second_room() -> World:
    world = World()
    world.calendar.add_mailbox(SECOND)
    world.directory.add(SECOND, "eiger@contoso.example", ResourceFacts("Eiger", zone="Europe/Zurich"))
    return world


async def linked_rows(world: World) -> int:
    return len([row async for row in world.resources.all(TENANT)])


def order(mailbox: str = "matterhorn@contoso.example", **more: object) -> LinkOrder:
    return LinkOrder(mailbox, **more)  # type: ignore[arg-type] # fields of an order


REFUSED: dict[str, tuple[LinkOrder, type[Exception], str]] = {
    "a mailbox that nobody knows": (order("mont.blanc@contoso.example"), NotFound, "mont.blanc@contoso.example"),
    "a policy that makes no sense": (order(settings={"units": 0}), ValueError, "policy units is 0"),
    "a setting that does not exist": (order(settings={"colour": "red"}), ValueError, "no setting 'colour'"),
    "a fact that does not exist": (order(facts={"seats": 8}), ValueError, "a resource has no seats; it has name"),
}


@pytest.mark.parametrize(("wrong", "error", "told"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_told_at_once_and_leaves_nothing_behind(
    wrong: LinkOrder, error: type[Exception], told: str
) -> None:
    world = World()
    with pytest.raises(error, match=told):
        await link_resource(world.outside, wrong)
    assert await linked_rows(world) == 0
    assert world.wakeups.sent == []


async def test_a_mailbox_is_linked_once() -> None:
    world = World()
    await world.link()
    with pytest.raises(Rejected, match="is linked already, as Matterhorn") as refused:
        await link_resource(world.outside, order(platform=PlatformId("other")))
    assert refused.value.code == "linked"
    assert await linked_rows(world) == 1


async def test_a_mailbox_is_linked_once_by_whatever_name_it_is_called() -> None:
    world = World()
    await world.link()
    for name in ("MATTERHORN@contoso.example", ROOM, ROOM.upper()):
        with pytest.raises(Rejected) as refused:
            await link_resource(world.outside, order(name))
        assert refused.value.code == "linked"


async def test_a_platform_id_is_linked_once() -> None:
    world = with_second_room()
    await world.link()
    with pytest.raises(Rejected) as refused:
        await link_resource(world.outside, order("eiger@contoso.example", platform=world.platform_id))
    assert refused.value.code == "linked"
    assert await linked_rows(world) == 1


async def test_two_rooms_with_a_platform_id_each_are_linked_beside_each_other() -> None:
    world = with_second_room()
    first = await world.link()
    second = await link_resource(world.outside, order("eiger@contoso.example"))
    await world.settle()
    assert first.id != second.id
    row = await world.resources.get(second.id)
    assert row is not None
    assert row.state is State.IN_STEP


async def test_it_stands_as_linking_until_its_first_run() -> None:
    world = World()
    row = await link_resource(world.outside, order())
    assert (row.state, row.since, row.linked_at) == (State.LINKING, world.clock.now(), world.clock.now())
    assert world.calendar.calls == []
    assert world.platform.requests == []


async def test_without_a_platform_id_the_platforms_resource_is_made_with_what_is_known_of_the_room() -> None:
    world = World()
    row = await link_resource(world.outside, order(settings={"units": 3}))
    await world.settle()
    assert row.platform is not None
    assert world.platform.zone(row.platform) == "Europe/Zurich"
    assert world.platform.items(row.platform) == ()


FACTS: dict[str, tuple[Mapping[str, object], ResourceFacts]] = {
    "nothing given leaves what the directory knows": (
        {},
        ResourceFacts("Matterhorn", capacity=8, zone="Europe/Zurich"),
    ),
    "a name given goes before the directory's": (
        {"name": "Cervino"},
        ResourceFacts("Cervino", capacity=8, zone="Europe/Zurich"),
    ),
    "a zone and features given": (
        {"zone": "America/New_York", "features": ["screen", "whiteboard"]},
        ResourceFacts("Matterhorn", capacity=8, zone="America/New_York", features=("screen", "whiteboard")),
    ),
}


@pytest.mark.parametrize(("given", "expected"), FACTS.values(), ids=FACTS)
async def test_facts_given_go_before_those_of_the_directory(
    given: Mapping[str, object], expected: ResourceFacts
) -> None:
    world = World()
    assert (await link_resource(world.outside, order(facts=given))).facts == expected


async def test_the_subscription_is_made_before_the_first_read_so_that_nothing_falls_between() -> None:
    world = World()
    await world.link()
    calls = world.faults.calls
    assert calls.index("subscriptions.create") < calls.index("calendar.changes")
    assert calls.index("platform.ensure_resource") < calls.index("platform.changes")


async def test_the_first_read_carries_what_stands_on_each_side_to_the_other() -> None:
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.book(NOON)
    world.invite(MORNING)
    row = await world.link()
    both = sorted([str(MORNING), str(NOON)])
    assert world.times() == (both, both)
    assert (row.state, row.mappings) == (State.IN_STEP, 2)


async def test_the_first_read_sends_no_mail() -> None:
    """Rule 8: imports write with no booker invited, whatever the policy says of later bookings."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.book(NOON, owner=BEN)
    await world.link(booker="invited")
    assert len(world.on_calendar()) == 1
    assert world.calendar.boxes[ROOM].mails == []
    world.book(MORNING, owner=BEN)
    await world.platform_says()
    assert world.calendar.boxes[ROOM].mails == [f"invitation to {BEN.address}"]


async def test_a_first_read_that_would_write_more_than_the_policy_allows_is_held_and_shown() -> None:
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    for hour in (9, 11, 13):
        world.invite(at(f"{hour:02}:00", f"{hour + 1:02}:00"))
    row = await world.link(writes_held_above=2)
    assert row.state is State.HELD
    assert row.why == "3 steps wait for approval: a full read would write 3 times; the policy allows 2"
    assert world.on_platform() == ()


async def test_what_the_first_read_held_is_done_once_it_is_approved() -> None:
    world = World()
    for hour in (9, 11, 13):
        world.invite(at(f"{hour:02}:00", f"{hour + 1:02}:00"))
    await world.link(writes_held_above=2)
    await order_command(world.outside, world.resource_id, Verb.APPROVE)
    await world.settle()
    world.assert_equal()
    row = await world.row()
    assert (row.state, row.open_steps, row.mappings) == (State.IN_STEP, 0, 3)


async def test_a_refused_subscription_leaves_the_room_in_step_by_sweeps_and_says_so() -> None:
    """A webhook is a hint: without one the sweep still finds every change, and the resource says so."""
    world = World()
    world.faults.fail("subscriptions.create", Rejected("the endpoint did not answer", "InvalidRequest"))
    row = await world.link()
    assert row.state is State.IN_STEP
    assert row.subscription is None
    assert "no notifications" in row.why
    world.invite(MORNING)
    await world.sweep()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_a_subscription_that_cannot_be_made_now_is_made_in_a_later_attempt() -> None:
    world = World()
    world.faults.fail("subscriptions.create", Retry("busy"))
    row = await world.link()
    assert row.state is State.IN_STEP
    assert row.subscription is not None


async def test_what_an_earlier_life_of_the_room_subscribed_is_replaced() -> None:
    world = World()
    expires = world.clock.now() + timedelta(days=3)
    old = await world.subscriptions.create(ROOM, "https://old.example", "https://old.example", "state", expires)
    row = await world.link()
    (live,) = await world.subscriptions.list()
    assert row.subscription is not None
    assert live.id == row.subscription.id != old.id


async def test_it_stays_linking_and_says_why_while_the_platform_is_away() -> None:
    world = World()
    world.faults.fail("platform.ensure_resource", Retry("the platform is away", timedelta(hours=1)), times=9)
    row = await world.link()
    assert (row.state, row.why, row.attempts) == (State.LINKING, "the platform is away", 1)
    world.faults.revive()
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert (await world.row()).state is State.IN_STEP


async def test_a_platform_that_makes_no_resources_and_knows_none_of_that_name_says_so() -> None:
    world = World()
    world.platform.creates_resources = False
    row = await world.link()
    assert row.state is State.LINKING
    assert "knows no resource matterhorn" in row.why


async def unlinked() -> World:
    world = World()
    await world.link()
    world.invite(MORNING)
    world.book(NOON)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    return world


async def test_unlinking_leaves_all_bookings_and_says_so() -> None:
    world = await unlinked()
    row = await world.row()
    assert row.state is State.UNLINKED
    assert row.why == "unlinked; bookings stay on both sides, the ledger is kept for 30 days"
    assert [len(side) for side in world.times()] == [2, 2]
    assert await world.subscriptions.list() == ()


async def test_an_unlinked_room_is_left_alone_whatever_wakes_it() -> None:
    world = await unlinked()
    world.faults.passed.clear()
    world.invite(at("15:00", "16:00"))
    await world.notify()
    await world.sweep()
    assert not [call for call in world.faults.calls if call.startswith(("calendar.", "platform.", "ledgers."))]
    assert len(world.on_platform()) == 2


async def test_its_ledger_stays_so_that_linking_again_is_no_import() -> None:
    world = await unlinked()
    before = [mapping.id async for mapping in world.ledgers.mappings(world.resource_id)]
    world.calendar.calls.clear()
    world.platform.requests.clear()
    row = await world.link()
    assert [mapping.id async for mapping in world.ledgers.mappings(world.resource_id)] == before
    assert (row.state, row.mappings) == (State.IN_STEP, 2)
    assert row.subscription is not None
    writes = {"create", "change", "cancel", "decline"}
    assert not {name for name, _ in world.calendar.calls} & writes
    assert not set(world.platform.requests) & writes


async def test_what_changed_while_it_was_unlinked_is_carried_over_when_it_is_linked_again() -> None:
    world = await unlinked()
    (theirs,) = (item for item in world.on_calendar() if not item.is_organiser)
    world.calendar.outlook.cancel(ROOM, theirs.key)
    world.invite(at("15:00", "16:00"), ADELE)
    await world.link()
    assert world.times()[0] == world.times()[1] == sorted([str(NOON), str(at("15:00", "16:00"))])


async def test_a_room_linked_again_to_another_platform_resource_does_not_cancel_its_bookings() -> None:
    """The bookings of the first platform resource are not proven gone by asking another resource for them."""
    world = await unlinked()
    before = sorted(str(item.booking.when) for item in world.on_calendar())
    first, world.platform_id = world.platform_id, PlatformId("weisshorn")
    row = await world.link()
    assert world.times() == (before, before)
    assert len(world.platform.items(first)) == 2
    assert (row.state, row.mappings) == (State.IN_STEP, 2)


async def test_another_room_may_take_over_the_platform_resource_of_an_unlinked_one() -> None:
    world = with_second_room()
    await world.link()
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    row = await link_resource(world.outside, order("eiger@contoso.example", platform=world.platform_id))
    await world.settle()
    assert await linked_rows(world) == 1
    assert row.platform == world.platform_id


async def test_unlinking_a_room_that_is_away_takes_place_all_the_same() -> None:
    world = World()
    await world.link()
    world.faults.fail("subscriptions.delete", Rejected("access denied", "ErrorAccessDenied"))
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    assert (await world.row()).state is State.UNLINKED


async def test_the_decisions_of_an_unlinked_room_can_still_be_read() -> None:
    world = await unlinked()
    codes = {decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)}
    assert codes == {Code.CREATED_ON_PLATFORM, Code.CREATED_ON_CALENDAR}


async def test_a_room_whose_unlinking_was_killed_anywhere_can_be_linked_again() -> None:
    died, point = True, 0
    while died:
        point += 1
        world = World()
        await world.link()
        world.invite(MORNING)
        await world.notify()
        await order_command(world.outside, world.resource_id, Verb.UNLINK)
        died = await world.settle_though_killed_at(point)
        assert (await world.row()).state is State.UNLINKED, f"killed at point {point}"
        row = await world.link()
        assert row.state is State.IN_STEP, f"killed at point {point}"
        assert [live.id for live in await world.subscriptions.list()] == [row.subscription and row.subscription.id]
        assert await world.ledgers.commands(world.resource_id) == (), f"killed at point {point}"
    assert point > 4
