"""A whole world in memory: both sides, the stores and the queue, with one clock and one schedule of faults.

``settle`` does what the functions host does: it takes up each wake-up that is due and runs its resource, until
nothing is due any more. A run that is killed starts again with what the stores hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from shared.app.follow_people import follow_people
from shared.app.link_resource import LinkOrder, link_resource
from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.app.reconcile_resource import Run
from shared.app.take_wakeup import take_wakeup
from shared.domain.booking import (
    CalendarItem,
    CalendarKey,
    Occupancy,
    Person,
    PlatformItem,
    ResourceFacts,
    occupancy,
)
from shared.domain.commands import Verb
from shared.domain.ids import MailboxId, PlatformId, ResourceId, TenantId
from shared.domain.people import is_people_session
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.acts import MemoryActs
from tests.doubles.calendar import InMemoryCalendar
from tests.doubles.clock import StandingClock
from tests.doubles.connector import InMemoryConnector
from tests.doubles.directory import InMemoryMailboxDirectory
from tests.doubles.faults import Faults, Killed
from tests.doubles.inspection import InMemoryInspection
from tests.doubles.latencies import MemoryLatencies
from tests.doubles.ledgers import MemoryLedgers
from tests.doubles.meetings import MemoryMeetings
from tests.doubles.panels import MemoryPanels
from tests.doubles.people import InMemoryMail, InMemoryPeople, MemoryRoster
from tests.doubles.resources import MemoryResources
from tests.doubles.secrets import MemorySecrets
from tests.doubles.subscriptions import InMemorySubscriptions
from tests.doubles.telemetry import MemoryTelemetry
from tests.doubles.wakeups import MemoryWakeups

TENANT = TenantId("11111111-2222-3333-4444-555555555555")
ROOM = MailboxId("aaaaaaaa-0000-0000-0000-000000000001")
MONDAY = date(2026, 11, 23)
ADELE = Person("adele.vance@contoso.example", "Adele Vance")
BEN = Person("ben.walters@contoso.example", "Ben Walters")
_MOST_RUNS = 60


def at(start: str, end: str, day: date = MONDAY) -> Timed:
    """Return a time on a day from two times of day such as ``"09:00"``, in UTC."""
    return Timed(_on(day, start), _on(day, end))


def _on(day: date, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC)


def all_day(day: date = MONDAY, days: int = 1) -> AllDay:
    return AllDay(day, day + timedelta(days=days))


@dataclass
class World:
    """Both sides of one room, and what lies between them."""

    conflict: Conflict = Conflict.ENFORCED
    faults: Faults = field(default_factory=Faults)
    clock: StandingClock = field(default_factory=lambda: StandingClock(datetime(2026, 11, 20, 9, tzinfo=UTC)))
    runs: list[Run] = field(default_factory=list)
    follows_people: bool = False
    tenant: TenantId = TENANT

    def __post_init__(self) -> None:
        self.calendar = InMemoryCalendar(self.faults, self.clock.now)
        self.platform = InMemoryConnector(self.conflict, faults=self.faults, clock=self.clock)
        self.directory = InMemoryMailboxDirectory()
        self.ledgers = MemoryLedgers(self.faults)
        self.resources = MemoryResources(self.faults, self.clock.now)
        self.telemetry = MemoryTelemetry(self.clock.now)
        self.wakeups = MemoryWakeups(self.faults, self.telemetry.trace)
        self.subscriptions = InMemorySubscriptions(self.faults, self.clock.now)
        self.secrets = MemorySecrets(faults=self.faults, now=self.clock.now)
        self.mail = InMemoryMail(self.faults)
        self.people = InMemoryPeople(self.faults, self.subscriptions)
        self.roster = MemoryRoster(self.faults)
        self.meetings = MemoryMeetings(self.faults)
        self.inspection = InMemoryInspection()
        self.acts = MemoryActs(self.faults)
        self.panels = MemoryPanels(self.faults)
        self.latencies = MemoryLatencies(self.faults)
        self.outside = Outside(
            self.tenant,
            "https://lockstep.example",
            self.calendar,
            self.directory,
            self.subscriptions,
            self.platform,
            self.ledgers,
            self.resources,
            self.secrets,
            self.wakeups,
            self.clock,
            self.mail,
            self.people,
            self.roster if self.follows_people else None,
            meetings=self.meetings,
            inspection=self.inspection,
            telemetry=self.telemetry,
            acts=self.acts,
            panels=self.panels,
            latencies=self.latencies,
        )
        self.calendar.add_mailbox(ROOM, owner=Person("matterhorn@contoso.example", "Matterhorn"))
        self.directory.add(
            ROOM, "matterhorn@contoso.example", ResourceFacts("Matterhorn", capacity=8, zone="Europe/Zurich")
        )
        self.resource_id = ResourceId("")
        self.platform_id = PlatformId("matterhorn")

    # -- what people do

    async def link(self, **settings: object) -> Resource:
        """Link the room and settle the first read."""
        order = LinkOrder("matterhorn@contoso.example", self.platform_id, settings=settings)
        self.resource_id = (await link_resource(self.outside, order)).id
        await self.settle()
        return await self.row()

    async def order(self, verb: Verb, **facts: str) -> None:
        """Order something of the room, and settle."""
        await order_command(self.outside, self.resource_id, verb, facts)
        await self.settle()

    async def later(self, **delta: int) -> None:
        """Let time pass, taking up each wake-up when it is due."""
        until = self.clock.now() + timedelta(**delta)
        while due := [each.due for each in self.wakeups.waiting if each.due and each.due <= until]:
            self.clock.set(max(min(due), self.clock.now()))
            await self.settle()
        self.clock.set(until)

    def give_mailbox(self, person: Person) -> MailboxId:
        """Give a person a mailbox of the tenant."""
        mailbox = MailboxId(f"bbbbbbbb-{person.address.partition('@')[0]}")
        self.calendar.add_mailbox(mailbox, owner=person)
        return self.directory.add(mailbox, person.address).id

    def invite(
        self, when: Timed | AllDay, organiser: Person = ADELE, title: str = "Planning", private: bool = False
    ) -> CalendarKey:
        return self.calendar.outlook.invite(ROOM, when, title, organiser, private)

    def direct_entry(self, when: Timed | AllDay, title: str = "Cleaning") -> CalendarKey:
        return self.calendar.outlook.direct_entry(ROOM, when, title)

    def book(self, when: Timed | AllDay, title: str = "Workshop", owner: Person = BEN, **more: bool) -> PlatformItem:
        return self.platform.book(self.platform_id, when, title, owner, **more)

    # -- what the host does

    async def notify(self) -> None:
        """The calendar says that something changed; a second has passed since the last run."""
        await self._after_a_second(WakeCause.NOTIFICATION)

    async def platform_says(self) -> None:
        """The platform says that something changed; a second has passed since the last run."""
        await self._after_a_second(WakeCause.PLATFORM)

    async def sweep(self) -> Run:
        await self._after_a_second(WakeCause.SWEEP)
        return self.runs[-1]

    async def _after_a_second(self, cause: WakeCause) -> None:
        self.clock.advance(timedelta(seconds=2))
        await self.wakeups.send([self.resource_id], cause)
        await self.settle()

    def cancel_booking(self, booking: PlatformItem) -> None:
        self.platform.cancel_booking(self.platform_id, booking.id)

    async def settle(self) -> None:
        """Run every wake-up that is due, with time standing still but for what falls due within a minute."""
        for _ in range(_MOST_RUNS):
            due = self.wakeups.take(self.clock.now())
            if not due:
                soon = [each.due for each in self.wakeups.waiting if each.due is not None]
                soon = [each for each in soon if each - self.clock.now() <= timedelta(minutes=1)]
                if not soon:
                    return
                self.clock.set(min(soon))
                continue
            for each in due:
                if is_people_session(each.resource):
                    await follow_people(self.outside, WakeCause(each.cause))
                    continue
                taken = take_wakeup(self.outside, each.resource, WakeCause(each.cause), each.sent, each.trace)
                self.runs.append(await taken)
        raise AssertionError(f"the resource does not come to rest; its last runs: {self.runs[-3:]}")

    async def settle_though_killed_at(self, point: int) -> bool:
        """Run what is due, die at the given point, start again and settle; tell whether the death took place."""
        self.faults.kill_at(point)
        pending = list(self.wakeups.waiting)
        try:
            await self.settle()
        except Killed:
            self.faults.revive()
            # The queue hands an unfinished message out again, and forgets nothing that was sent meanwhile.
            self.wakeups.waiting = [*pending, *(each for each in self.wakeups.waiting if each not in pending)]
            self.clock.advance(timedelta(seconds=2))
            await self.settle()
            return True
        self.faults.revive()
        return False

    # -- what can be seen

    async def row(self) -> Resource:
        row = await self.resources.get(self.resource_id)
        assert row is not None
        return row

    def on_calendar(self) -> tuple[CalendarItem, ...]:
        """Return what occupies the room in its calendar."""
        items = self.calendar.items(ROOM)
        return tuple(item for item in items if occupancy(item) is not Occupancy.NOTHING)

    def on_platform(self) -> tuple[PlatformItem, ...]:
        """Return what is booked on the platform."""
        return tuple(item for item in self.platform.items(self.platform_id) if not item.booking.cancelled)

    def times(self) -> tuple[list[str], list[str]]:
        """Return the times taken on both sides, calendar first."""
        calendar = sorted(str(item.booking.when) for item in self.on_calendar())
        return calendar, sorted(str(item.booking.when) for item in self.on_platform())

    def assert_equal(self) -> None:
        """Assert that both sides show the same times."""
        calendar, platform = self.times()
        assert calendar == platform, f"calendar {calendar}, platform {platform}"
