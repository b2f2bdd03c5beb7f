"""The stack against a Graph of which it may only read, as from one machine against a real tenant: by settings alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.loop.driving.company import ADELE, rooms
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.site import visiting
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

SETTINGS = {"LOCKSTEP_READ_ONLY": "true", "LOCKSTEP_NOTIFICATION_URL": "none"}


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("looking"), SETTINGS)
    try:
        yield made.start()
    finally:
        made.stop()


async def test_a_plan_is_shown_and_no_write_reaches_graph(looking: Stack) -> None:
    async with visiting(looking, {"Zurich": iter(rooms("Zurich"))}) as site:
        vacant = site.vacant()
        await site.outlook.invite(ADELE, vacant.address, timed(at(9), at(10)))
        before = await site.last_request()
        room = await site.host.ask("POST", "/api/resources", {"mailbox": vacant.address})
        here = f"/api/resources/{room['id']}"
        seen = await eventually(
            lambda: site.host.ask("GET", here),
            lambda told: "1 booking would be" in told["why"],
            "the room was looked at",
        )
        assert seen["notifications_until"] is None
        plan = await site.host.ask("GET", f"{here}/plan")
        assert plan["runs"]["created"] + plan["held"]["created"] == 1
        await site.sweep()
        asked = await site.requests(vacant.id, before)
        assert asked
        assert {each["method"] for each in asked} == {"GET"}
        assert (await site.graph.ask("GET", "/sim/subscriptions"))["value"] == []
        assert (await site.host.ask("GET", f"{here}/mappings"))["mappings"] == []
