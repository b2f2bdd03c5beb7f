"""Taking stock tells how the resources stand: every figure each time, and each resource that is not as it should be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.take_stock import take_stock
from shared.domain.trouble import Trouble
from shared.ports.errors import PortError, Rejected, Retry
from shared.ports.telemetry import Metric, Told
from tests.doubles.world import World, at


async def linked(**policy: object) -> World:
    world = World()
    await world.link(**policy)
    world.telemetry.clear()
    return world


async def test_a_tenant_in_step_is_told_as_such() -> None:
    world = await linked()
    taken = await take_stock(world.outside)
    assert world.telemetry.sums(Metric.RESOURCES, "state")["in step"] == 1
    assert sum(world.telemetry.sums(Metric.TROUBLES, "trouble").values()) == 0
    assert world.telemetry.told == []
    assert (taken.held, taken.stock.conflicts) == (0, 0)


async def test_a_sign_of_life_is_given_though_nothing_is_linked() -> None:
    world = World()
    await take_stock(world.outside)
    assert world.telemetry.sums(Metric.STOCK, "tenant") == {world.tenant: 1}


AWAY = Retry("no answer").by(Trouble.STORAGE_UNREACHABLE)
REFUSED = Rejected("403", "AuthorizationFailure").by(Trouble.STORAGE_UNREACHABLE)


@pytest.mark.parametrize("error", [AWAY, REFUSED], ids=["away", "refusing"])
async def test_a_sign_of_life_is_given_while_storage_is_out_of_reach(error: PortError) -> None:
    world = await linked()
    world.faults.fail("resources.all", error)
    with pytest.raises(type(error)):
        await take_stock(world.outside)
    assert world.telemetry.sums(Metric.STOCK, "tenant") == {world.tenant: 1}
    assert world.telemetry.sums(Metric.TROUBLES, "trouble") == {}


async def test_no_sign_of_life_is_given_where_a_defect_leaves_all_resources_untold() -> None:
    world = await linked()
    world.faults.fail("resources.all", KeyError("a fault of ours"))
    with pytest.raises(KeyError):
        await take_stock(world.outside)
    assert world.telemetry.sums(Metric.STOCK, "tenant") == {}


async def test_every_trouble_is_counted_each_time_so_that_its_end_is_seen() -> None:
    world = await linked()
    await take_stock(world.outside)
    assert set(world.telemetry.sums(Metric.TROUBLES, "trouble")) == set(Trouble)


async def test_a_resource_whose_calendar_is_away_is_named_with_what_is_wrong_and_since_when() -> None:
    world = await linked()
    began = world.clock.now() + timedelta(seconds=2)
    away = Retry("Graph did not answer").by(Trouble.CALENDAR_UNREACHABLE)
    world.faults.fail("calendar.changes", away, times=60)
    await world.notify()
    await world.later(minutes=6)
    await take_stock(world.outside)
    ((told, facts),) = world.telemetry.told
    assert told is Told.TROUBLED
    assert (facts["resource"], facts["trouble"]) == (world.resource_id, "calendar_unreachable")
    assert facts["since"] == began.isoformat()
    assert world.telemetry.sums(Metric.TROUBLES, "trouble")["calendar_unreachable"] == 1


async def test_steps_that_wait_for_a_person_are_counted() -> None:
    world = await linked(cancellations_held_above=0)
    bookings = [world.book(at("09:00", "10:00")), world.book(at("11:00", "12:00"))]
    await world.platform_says()
    for booking in bookings:
        world.cancel_booking(booking)
    await world.platform_says()
    assert (await take_stock(world.outside)).held == 2
    assert world.telemetry.sums(Metric.HELD, "tenant") == {world.tenant: 2}


async def test_a_reason_that_names_somebody_is_left_to_the_admin_api() -> None:
    world = await linked()
    away = Retry("no mailbox adele.vance@contoso.example").by(Trouble.CALENDAR_UNREACHABLE)
    world.faults.fail("calendar.changes", away, times=60)
    await world.notify()
    await world.later(minutes=6)
    await take_stock(world.outside)
    assert "adele" not in repr(world.telemetry.told)
