"""How long changes took, over the API: hours that add up, and no name in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.take_wakeup import take_wakeup
from shared.domain.wakeup import WakeCause
from tests.doubles.world import at
from tests.unit.functions.calling.office import Office


async def changed(office: Office, milliseconds: int, hour: int = 9) -> None:
    """Invite the room for an hour of Monday, and let it hear of that after a while."""
    world = office.world
    world.clock.advance(timedelta(seconds=2))
    world.invite(at(f"{hour:02}:00", f"{hour + 1:02}:00"))
    sent = world.clock.now() - timedelta(milliseconds=milliseconds)
    await take_wakeup(world.outside, world.resource_id, WakeCause.NOTIFICATION, sent)


async def test_before_anything_was_carried_over_there_is_nothing_to_tell(office: Office) -> None:
    await office.room()
    told = await office.ask("GET", "/api/latencies")
    assert {each["count"] for each in told["measures"]} == {0}
    assert {each["median"] for each in told["measures"]} == {None}


async def test_a_day_adds_up_over_its_hours_and_names_nobody(office: Office) -> None:
    await office.room()
    for hour, milliseconds in enumerate((400, 400, 2000), 9):
        await changed(office, milliseconds, hour)
    office.world.clock.advance(timedelta(hours=1))
    await changed(office, 800, 14)
    told = await office.ask("GET", "/api/latencies?hours=24")
    (found,) = (each for each in told["measures"] if each["of"] == "to_platform")
    assert (found["count"], found["slowest"]) == (4, 2.0)
    assert [(each["count"], each["slowest"]) for each in found["hours"]] == [(3, 2.0), (1, 0.8)]
    assert found["hours"][0]["median"] == pytest.approx(0.4, rel=0.1)
    for name in ("Matterhorn", "matterhorn", "adele", "Planning", office.world.resource_id):
        assert name not in str(told)


async def test_what_lies_further_back_is_told_to_whoever_asks_for_more(office: Office) -> None:
    await office.room()
    await changed(office, 400)
    office.world.clock.advance(timedelta(hours=30))
    assert (await office.ask("GET", "/api/latencies?hours=24"))["measures"][0]["count"] == 0
    assert (await office.ask("GET", "/api/latencies?hours=168"))["measures"][0]["count"] == 1


@pytest.mark.parametrize("hours", ["0", "169", "a day"])
async def test_more_than_a_week_or_no_number_is_refused(office: Office, hours: str) -> None:
    found = await office.send("GET", f"/api/latencies?hours={hours}")
    assert (found.status, found.body["error"]["message"]) == (400, "'hours' must be a whole number from 1 to 168")
