"""A tenant over days: its timers run, its people work, and Graph may be away meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.app.order_reads import order_reads
from shared.app.renew_subscriptions import renew_subscriptions
from shared.app.sweep_resources import sweep_resources
from shared.app.take_stock import take_stock
from shared.app.wake_recovered import wake_recovered
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.trouble import Trouble
from shared.ports.errors import PortError, Retry
from tests.doubles.faults import DONE, Faults
from tests.doubles.world import World
from tests.unit.app.company import link_rooms, row_of

_GRAPH = ("calendar.", "subscriptions.", "directory.", "people.")
TICK = timedelta(minutes=15)


class Outage(Faults):
    """Graph answers nothing as long as ``away``; the stores and the platform do."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked_in_vain = 0

    async def at(self, point: str) -> None:
        await super().at(point)
        if self.away and point.startswith(_GRAPH) and not point.endswith(DONE):
            self.asked_in_vain += 1
            raise Retry("Graph did not answer").by(Trouble.CALENDAR_UNREACHABLE)


@dataclass
class Tenant:
    """A world of several rooms whose timers run by the clock."""

    world: World = field(default_factory=lambda: World(faults=Outage()))
    rooms: list[ResourceId] = field(default_factory=list)
    ticked: datetime | None = None

    @property
    def outage(self) -> Outage:
        assert isinstance(self.world.faults, Outage)
        return self.world.faults

    async def of(self, count: int, **settings: object) -> Tenant:
        """Link that many rooms."""
        self.rooms = await link_rooms(self.world, count, **settings)
        self.ticked = self.world.clock.now()
        return self

    async def mailbox(self, room: ResourceId) -> MailboxId:
        return (await row_of(self.world, room)).mailbox

    async def live(self, length: timedelta) -> None:
        """Let time pass: timers tick, and each wake-up is taken up when it is due."""
        until = self.world.clock.now() + length
        while self.world.clock.now() < until:
            await self.world.later(minutes=int(TICK.total_seconds() // 60))
            await self.tick()
            await self.world.settle()

    async def tick(self) -> None:
        """Let each timer run once, for the time since it ran last."""
        outside, now = self.world.outside, self.world.clock.now()
        assert self.ticked is not None
        await sweep_resources(outside, self.ticked, now)
        await order_reads(outside, self.ticked, now)
        await wake_recovered(outside, self.ticked, now)
        await take_stock(outside)
        self.ticked = now
        try:
            await renew_subscriptions(outside)
        except PortError:
            return  # the timer's own error; it comes back in a quarter of an hour
