"""Series through anything that people and deaths do to them: both sides end with the same bookings, each once,
and none is lost that nobody withdrew.

People book, move, retitle, rewrite, extend and cancel series on the platform, delegates delete occurrences in the
room's calendar, days pass, and the process dies wherever it likes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.recurring.expansion import dates
from shared.domain.booking import PlatformItem
from shared.domain.recurrence import Rule
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected
from tests.doubles.world import BEN, ROOM, World, at

RULES = (
    "FREQ=WEEKLY;UNTIL=20270101",
    "FREQ=DAILY;UNTIL=20261215",
    "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270101",
    "FREQ=MONTHLY;BYMONTHDAY=3,9;UNTIL=20270301",
)


@dataclass
class People:
    """What happens to one room, decided by one source of chance."""

    world: World
    chance: random.Random
    story: list[str] = field(default_factory=list)
    withdrawn: int = 0
    """How many bookings they cancelled, or took out of the calendar."""

    def act(self) -> None:
        acts: list[Callable[[], None]] = [
            self.book, self.move, self.move_far, self.cancel, self.retitle, self.rewrite, self.extend, self.remove,
            self.wait,
        ]  # fmt: skip
        chosen = self.chance.choice(acts) if self.series() else self.book
        self.story.append(chosen.__name__)
        try:
            chosen()
        except Rejected:
            self.story.append("refused")

    def series(self) -> list[PlatformItem]:
        return [item for item in self.world.on_platform() if item.series]

    def one_series(self) -> list[PlatformItem]:
        items = self.series()
        chosen = self.chance.choice(items).series
        return [item for item in items if item.series and chosen and item.series.id == chosen.id]

    def book(self) -> None:
        hour, rule = self.chance.choice((8, 10, 12, 14)), self.chance.choice(RULES)
        self.world.platform.book_series(
            self.world.platform_id, at(f"{hour:02}:00", f"{hour + 1:02}:00"), rule, "Standup", BEN
        )

    def move(self) -> None:
        self._shift(timedelta(hours=1))

    def move_far(self) -> None:
        self._shift(timedelta(days=8, hours=5))

    def _shift(self, by: timedelta) -> None:
        item = self.chance.choice(self.series())
        when = item.booking.when
        assert isinstance(when, Timed)
        self.world.platform.move(self.world.platform_id, item.id, Timed(when.start + by, when.end + by))

    def cancel(self) -> None:
        items = self.one_series()
        few = items if self.chance.random() < 0.3 else self.chance.sample(items, min(len(items), 2))
        for item in few:
            self.world.cancel_booking(item)
            self.withdrawn += 1

    def retitle(self) -> None:
        for item in self.one_series():
            self.world.platform.retitle(self.world.platform_id, item.id, self.chance.choice(("Retro", "Review")))

    def rewrite(self) -> None:
        items = self.one_series()
        assert items[0].series is not None
        rule = items[0].series.rule
        first = rule.day_of(items[0].series.original_start) + timedelta(days=self.chance.choice((0, 7)))
        at_hour = time(self.chance.choice((6, 16, 18)))
        fresh = Rule(**{**vars(rule), "first": first, "at": at_hour, "until": None})
        last = dates(fresh, first, first + timedelta(days=900))[: len(items)][-1]
        self.world.platform.rewrite_series(self.world.platform_id, items, fresh.ending(last))

    def extend(self) -> None:
        series = self.chance.choice(self.series()).series
        assert series is not None
        last = series.rule.until
        if last is not None:
            longer = series.rule.ending(last + timedelta(days=21))
            self.world.platform.continue_series(self.world.platform_id, series.id, longer, "More", BEN, after=last)

    def remove(self) -> None:
        ours = [item for item in self.world.on_calendar() if item.is_organiser]
        if ours:
            self.world.calendar.outlook.remove(ROOM, self.chance.choice(ours).key)
            self.withdrawn += 1

    def wait(self) -> None:
        self.world.clock.advance(timedelta(days=self.chance.randint(1, 4)))


async def play(seed: int) -> None:
    world, chance = World(), random.Random(seed)
    await world.link()
    people = People(world, chance)
    for _ in range(chance.randint(3, 9)):
        people.act()
        if chance.random() < 0.6:
            world.clock.advance(timedelta(seconds=2))
            await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
            people.story.append("run")
            if chance.random() < 0.5:
                await world.settle_though_killed_at(point := chance.randint(1, 25))
                people.story.append(f"death at {point}")
            await world.settle()
            if chance.random() < 0.5:
                await world.notify()
    await world.platform_says()
    await world.notify()
    world.clock.advance(timedelta(minutes=70))
    await world.sweep()
    calendar, platform = to_come(world)
    assert calendar == platform, people.story
    assert cancelled(world) <= people.withdrawn, people.story


def cancelled(world: World) -> int:
    """How many bookings are cancelled on the platform: what both sides have lost alike would look equal."""
    return sum(item.booking.cancelled for item in world.platform.items(world.platform_id))


def to_come(world: World) -> tuple[list[str], list[str]]:
    """What is not over on both sides, calendar first: the past is never written."""
    now = world.clock.now()

    def coming(text: str) -> bool:
        return datetime.fromisoformat(text.partition("/")[2]).astimezone(UTC) > now

    calendar, platform = world.times()
    return [each for each in calendar if coming(each)], [each for each in platform if coming(each)]


@example(seed=6947)
@example(seed=24047)
@example(seed=7646961)
@given(seed=st.integers(0, 2**32))
def test_both_sides_of_a_room_with_series_end_with_the_same_bookings(seed: int) -> None:
    asyncio.run(play(seed))
