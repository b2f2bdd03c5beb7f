"""Subscriptions are kept alive by the inventory of resources: renewed in thirds of their life, made again when gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.app.order_command import order_command
from shared.app.reconcile_resource import reconcile_resource
from shared.app.renew_subscriptions import Renewed, renew_subscriptions, take_lifecycle_event
from shared.domain.client_state import is_authentic
from shared.domain.commands import Verb
from shared.domain.policy import Policy
from shared.domain.renewal import LIFETIME
from shared.domain.resource import State
from shared.domain.wakeup import WakeCause
from shared.ports.errors import NotFound, Rejected, Retry
from tests.doubles.subscriptions import InMemorySubscriptions
from tests.doubles.world import ROOM, TENANT, World, at
from tests.unit.app.company import link_rooms, row_of
from tests.unit.app.mishaps import Mishaps

MORNING = at("09:00", "10:00")


async def linked() -> World:
    world = World(faults=Mishaps())
    await world.link()
    return world


async def expires_in(world: World) -> timedelta:
    row = await world.row()
    assert row.subscription is not None
    return row.subscription.expires - world.clock.now()


def meanwhile(world: World) -> Mishaps:
    assert isinstance(world.faults, Mishaps)
    return world.faults


AGES = {
    "fresh": (timedelta(0), False),
    "a day old": (timedelta(days=1), False),
    "a minute before a third of its life is over": (LIFETIME / 3 - timedelta(minutes=1), False),
    "a minute after a third of its life is over": (LIFETIME / 3 + timedelta(minutes=1), True),
    "two thirds of its life over": (LIFETIME * 2 / 3, True),
    "a minute before its end": (LIFETIME - timedelta(minutes=1), True),
}


@pytest.mark.parametrize(("age", "renewed"), AGES.values(), ids=AGES)
async def test_when_a_subscription_is_renewed(age: timedelta, renewed: bool) -> None:
    world = await linked()
    world.clock.advance(age)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=int(renewed))
    assert (await expires_in(world) == LIFETIME) is (renewed or age == timedelta(0))


async def test_a_renewal_keeps_the_same_subscription_and_reads_nothing() -> None:
    world = await linked()
    before = (await world.row()).subscription
    world.clock.advance(LIFETIME / 2)
    world.faults.passed.clear()
    await renew_subscriptions(world.outside)
    after = (await world.row()).subscription
    assert before is not None
    assert after is not None
    assert (after.id, after.key_id) == (before.id, before.key_id)
    assert not [call for call in world.faults.calls if call.startswith(("calendar.", "platform.", "ledgers."))]


async def test_one_that_is_gone_is_made_again_and_the_room_is_fully_read() -> None:
    """What changed meanwhile was told to nobody."""
    world = await linked()
    before = (await world.row()).subscription
    assert before is not None
    world.subscriptions.remove(before.id)
    world.invite(MORNING)
    world.clock.advance(LIFETIME / 2)
    assert await renew_subscriptions(world.outside) == Renewed(made_again=1)
    await world.settle()
    after = (await world.row()).subscription
    assert after is not None
    assert after.id != before.id
    assert [live.id for live in await world.subscriptions.list()] == [after.id]
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_one_that_expired_is_made_again() -> None:
    world = await linked()
    world.clock.advance(LIFETIME + timedelta(days=1))
    assert await renew_subscriptions(world.outside) == Renewed(made_again=1)
    await world.settle()
    row = await world.row()
    assert (row.state, row.why) == (State.IN_STEP, "")
    assert await expires_in(world) > timedelta(days=6)


async def test_one_that_was_refused_at_first_is_made_by_the_timer() -> None:
    world = World()
    world.faults.fail("subscriptions.create", Rejected("the endpoint did not answer", "InvalidRequest"))
    row = await world.link()
    assert "no notifications" in row.why
    assert await renew_subscriptions(world.outside) == Renewed(made_again=1)
    await world.settle()
    assert (await world.row()).why == ""


async def test_a_subscription_made_again_is_under_the_current_key() -> None:
    world = await linked()
    world.secrets.roll("k2")
    before = (await world.row()).subscription
    assert before is not None
    world.subscriptions.remove(before.id)
    world.clock.advance(LIFETIME / 2)
    await renew_subscriptions(world.outside)
    after = (await world.row()).subscription
    assert after is not None
    assert after.key_id == "k2"
    state = world.subscriptions.client_states[after.id]
    assert is_authentic(state, world.resource_id, await world.secrets.client_state_keys())


async def test_forty_five_rooms_are_renewed_in_batches_of_twenty() -> None:
    world = World()
    rooms = await link_rooms(world, 45)
    world.clock.advance(LIFETIME / 2)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=45)
    assert world.faults.calls.count("subscriptions.renew") == 3
    for room in rooms:
        row = await row_of(world, room)
        assert row.subscription is not None
        assert row.subscription.expires == world.clock.now() + LIFETIME


async def test_those_that_end_soonest_come_first() -> None:
    """Where the service gives up half way, those that could wait wait."""
    world = World()
    rooms = await link_rooms(world, 25)
    soonest = rooms[20:]
    for room in soonest:
        row = await row_of(world, room)
        assert row.subscription is not None
        sooner = replace(row.subscription, expires=row.subscription.expires - timedelta(hours=5))
        await world.resources.put(replace(row, subscription=sooner))
    world.clock.advance(LIFETIME / 2)
    world.faults.fail("subscriptions.renew", Retry("throttled"), on=2)
    with pytest.raises(Retry):
        await renew_subscriptions(world.outside)
    for room in soonest:
        row = await row_of(world, room)
        assert row.subscription is not None
        assert row.subscription.expires == world.clock.now() + LIFETIME


async def test_only_the_rooms_that_are_named_are_renewed_whatever_their_age() -> None:
    world = World()
    rooms = await link_rooms(world, 3)
    world.clock.advance(timedelta(hours=1))
    assert await renew_subscriptions(world.outside, only=[rooms[1]]) == Renewed(renewed=1)
    renewed = [(await row_of(world, room)).subscription for room in rooms]
    ends = [each.expires - world.clock.now() for each in renewed if each]
    assert ends[1] == LIFETIME
    assert ends[0] == ends[2] == LIFETIME - timedelta(hours=1)


async def test_an_unlinked_room_is_not_subscribed_again_and_a_paused_one_stays_subscribed() -> None:
    world = await linked()
    await order_command(world.outside, world.resource_id, Verb.PAUSE)
    await world.settle()
    world.clock.advance(LIFETIME / 2)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=1)
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    assert await renew_subscriptions(world.outside) == Renewed()
    assert await world.subscriptions.list() == ()


ERRORS = [Retry("throttled"), NotFound("there is no such mailbox"), Rejected("access denied", "ErrorAccessDenied")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_one_room_that_cannot_be_subscribed_harms_no_other(error: Exception) -> None:
    """Rule 13."""
    world = World()
    rooms = await link_rooms(world, 3)
    for live in await world.subscriptions.list():
        world.subscriptions.remove(live.id)
    world.clock.advance(LIFETIME / 2)
    world.faults.fail("subscriptions.create", error)
    assert await renew_subscriptions(world.outside) == Renewed(made_again=2, postponed=1)
    await world.settle()
    subscribed = [(await row_of(world, room)).subscription for room in rooms]
    alive = {each.id for each in await world.subscriptions.list()}
    assert len(alive) == 2
    assert {each.id for each in subscribed if each} >= alive


class Throttled(InMemorySubscriptions):
    """Answers a renewal without the subscriptions in it, as a throttled batch does."""

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        return {}


async def test_a_renewal_that_the_service_left_out_is_tried_the_next_time() -> None:
    world = await linked()
    world.clock.advance(LIFETIME / 2)
    throttled = replace(world.outside, subscriptions=Throttled(clock=world.clock.now))
    assert await renew_subscriptions(throttled) == Renewed(postponed=1)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=1)


async def test_a_reauthorization_that_the_service_left_out_is_not_taken_for_done() -> None:
    world = await linked()
    await take_lifecycle_event(world.outside, world.resource_id, "reauthorizationRequired")
    throttled = replace(world.outside, subscriptions=Throttled(clock=world.clock.now))
    await reconcile_resource(throttled, world.resource_id, WakeCause.COMMAND)
    assert await expires_in(world) <= timedelta(hours=1)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=1)
    assert await expires_in(world) == LIFETIME


async def test_a_renewal_does_not_undo_what_a_run_wrote_into_the_row_meanwhile() -> None:
    world = await linked()
    world.clock.advance(LIFETIME / 2)

    async def a_run_writes() -> None:
        await world.resources.put(replace(await world.row(), policy=Policy(units=7)))

    assert isinstance(world.faults, Mishaps)
    world.faults.act("subscriptions.renew:done", a_run_writes)
    await renew_subscriptions(world.outside)
    row = await world.row()
    assert row.policy.units == 7
    assert await expires_in(world) == LIFETIME


async def test_a_request_for_reauthorization_renews_in_the_rooms_own_run() -> None:
    world = await linked()
    world.clock.advance(timedelta(hours=1))
    await take_lifecycle_event(world.outside, world.resource_id, "reauthorizationRequired")
    await world.settle()
    assert await expires_in(world) == LIFETIME
    assert await world.ledgers.commands(world.resource_id) == ()


async def test_a_removed_subscription_is_made_again_and_all_is_read() -> None:
    world = await linked()
    before = (await world.row()).subscription
    assert before is not None
    world.subscriptions.remove(before.id)
    world.invite(MORNING)
    box = world.calendar.boxes[ROOM]
    box.log.clear()
    await take_lifecycle_event(world.outside, world.resource_id, "subscriptionRemoved")
    await world.settle()
    after = (await world.row()).subscription
    assert after is not None
    assert after.id != before.id
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_a_reauthorization_of_a_subscription_that_is_gone_makes_it_again() -> None:
    world = await linked()
    before = (await world.row()).subscription
    assert before is not None
    world.subscriptions.remove(before.id)
    await take_lifecycle_event(world.outside, world.resource_id, "reauthorizationRequired")
    await world.settle()
    (live,) = await world.subscriptions.list()
    row = await world.row()
    assert row.subscription is not None
    assert live.id == row.subscription.id


async def test_missed_notifications_are_looked_for() -> None:
    world = await linked()
    world.invite(MORNING)
    world.clock.advance(timedelta(seconds=5))
    await take_lifecycle_event(world.outside, world.resource_id, "missed")
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_no_room_ever_has_two_subscriptions() -> None:
    world = await linked()
    for event in ("subscriptionRemoved", "reauthorizationRequired", "subscriptionRemoved"):
        await take_lifecycle_event(world.outside, world.resource_id, event)
        await renew_subscriptions(world.outside)
    await world.settle()
    assert len(await world.subscriptions.list()) == 1
    assert len([row async for row in world.resources.all(TENANT)]) == 1


async def test_a_renewal_during_a_run_is_not_overwritten_by_the_run() -> None:
    world = await linked()
    world.clock.advance(LIFETIME / 2)
    world.invite(MORNING)

    async def renewal() -> None:
        await renew_subscriptions(world.outside)

    meanwhile(world).act("calendar.changes", renewal)
    await world.notify()
    assert await expires_in(world) > LIFETIME / 2 + timedelta(days=1)
    assert len(world.on_platform()) == 1
    assert (await world.row()).mappings == 1


async def test_a_run_during_a_renewal_is_not_overwritten_by_the_renewal() -> None:
    world = await linked()
    world.clock.advance(LIFETIME / 2)
    world.invite(MORNING)
    meanwhile(world).act("subscriptions.renew", world.notify)
    await renew_subscriptions(world.outside)
    row = await world.row()
    assert row.mappings == 1
    assert row.last_change is not None
    assert await expires_in(world) > LIFETIME / 2 + timedelta(days=1)


async def test_settings_taken_up_during_a_renewal_stand() -> None:
    world = await linked()
    world.clock.advance(LIFETIME / 2)

    async def settings() -> None:
        await order_command(world.outside, world.resource_id, Verb.POLICY, {"settings": '{"buffer_minutes": 15}'})
        await world.settle()

    meanwhile(world).act("subscriptions.renew", settings)
    await renew_subscriptions(world.outside)
    assert (await world.row()).policy.buffer_minutes == 15
