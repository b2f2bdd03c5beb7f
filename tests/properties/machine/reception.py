"""The reception: a room on its day, where people check in at bookings, and what nobody claims gives its time back.

Times are chosen from now on, so that bookings begin, fall due and end while the example runs. As in the office, every
action names what it means by a number among what stands.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from shared.domain.booking import PlatformItem
from shared.domain.check_in import due_at
from shared.domain.decisions import Code
from shared.domain.ledger import Cause, MappingState
from shared.domain.spans import Timed
from shared.ports.errors import Rejected
from tests.properties.machine.office import Office
from tests.properties.machine.rest import Rest
from tests.properties.machine.witness import LOSSES

MINUTES = 10
"""Within how many minutes of its start somebody has to check in at a booking."""


class Reception(Office):
    """One room, the people of both sides, and those who come to the door."""

    async def open(self, **settings: object) -> None:
        await self.link(check_in_minutes=MINUTES, **settings)

    def soon(self, ahead: int, lasting: int) -> Timed:
        """Return a time that begins so many minutes from now."""
        start = self.world.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=ahead)
        return Timed(start, start + timedelta(minutes=lasting))

    def running(self) -> list[PlatformItem]:
        """Return the bookings that go on now."""
        now = self.world.clock.now()
        return [i for i in self.bookings() if isinstance(i.booking.when, Timed) and _goes_on(i.booking.when, now)]

    def check_in(self, which: int) -> None:
        """Check in at a booking that goes on."""
        for item in self.running()[which : which + 1]:
            with suppress(Rejected):
                self.world.platform.check_in(self.world.platform_id, item.id)

    # -- at rest

    async def check_at_rest(self) -> None:
        """Hold the room against the rules, and what became of each claim against what people did."""
        row = await self.world.row()
        assert row.state == "in step", f"rule 13: it shows {row.state}: {row.why}"
        rest = await Rest.of(self)
        self._nothing_due_stands(rest)
        rest = Rest(self, row, rest.mappings, tuple(s for s in rest.steps if s.cause is not Cause.CHECK_IN))
        rest.rule_1_nothing_is_lost()
        rest.rule_2_no_silent_double_booking()
        self._claims_stand()
        self._released_once()
        await rest.rule_4_no_echo()

    def _nothing_due_stands(self, rest: Rest) -> None:
        now, policy = self.world.clock.now(), rest.policy
        for mapping in rest.mappings:
            due = due_at(mapping, policy)
            step = rest.open.get(mapping.id)
            is_open = step is not None and step.cause is not Cause.CHECK_IN
            if due is None or due > now or is_open or mapping.state is not MappingState.LINKED:
                continue
            assert isinstance(mapping.when, Timed)
            assert mapping.when.end <= now, f"nobody checked in, and it goes on: {rest.told(mapping)}"

    def _claims_stand(self) -> None:
        """What somebody claimed in time is never released, whoever else ends it."""
        for item in self.world.platform.items(self.world.platform_id, cancelled=True):
            if item.checked_in is None:
                continue
            decided = [d for m in self.witness.mappings_of(item.id, item.external) for d in self.witness.decided(m)]
            released = [d for d in decided if d.reason.code is Code.RELEASED and d.booking == item.id]
            assert not released, f"somebody had checked in at {item}, and it was released: {released}"

    def _released_once(self) -> None:
        for mapping in self.witness.past:
            codes = [decision.reason.code for decision in self.witness.decided(mapping)]
            assert codes.count(Code.RELEASED) <= 1 or LOSSES & set(codes), f"{mapping} was released twice: {codes}"
        told = [each.booking for each in self.world.platform.told if "Nobody checked in" in each.reason]
        assert len(told) == len(set(told)), f"somebody was told twice: {told}"


def _goes_on(when: Timed, now: datetime) -> bool:
    return when.start <= now < when.end
