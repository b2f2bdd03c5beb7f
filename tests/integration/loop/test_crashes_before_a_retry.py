"""The host is killed while it notes that something has to be tried again later, and tells the queue when.

Were only one of the two done, the ledger would know what is due, and nobody would come for it before the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.integration.loop.driving.between import Between, Call
from tests.integration.loop.driving.crashing import Scenario, strike
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

NINE = (at(9), at(10))
WAIT_SECONDS = 5
"""Longer than the host needs to be there again: what is due is not due yet when it looks."""


@dataclass
class ThrottledBooking(Scenario):
    """Somebody books the room, and Graph wants the event some seconds later."""

    longest_pause = WAIT_SECONDS + 2.0

    async def prepare(self, room: Room) -> None:
        wait = str(WAIT_SECONDS)
        await self.site.fault("throttle", mailbox=room.mailbox, method="POST", path="/events$", retryAfter=wait)

    async def act(self, room: Room) -> None:
        await self.site.desk.book(room.platform, booked(*NINE), "Workshop")

    def expected(self) -> Sequence[Shown]:
        return [shown(*NINE, "Workshop")]


def after_the_refusal(calls: Sequence[Call]) -> list[int]:
    """Graph's refusal and what the run does after it: it tells the queue, notes the step, shows the state."""
    refused = next(number for number, call in enumerate(calls, 1) if call.to == "graph")
    taken = next(n for n, call in enumerate(calls, 1) if n > refused and call.words == "disposition")
    return list(range(refused, taken + 1))


async def test_what_is_due_later_is_done_without_a_sweep(shaky: tuple[Site, Between]) -> None:
    site, between = shaky
    blows = await strike(site, between, ThrottledBooking(site), choose=after_the_refusal)
    assert {"graph", "tables", "broker"} == {blow.at.kind[0] for blow in blows if blow.died}
