"""A series of many occurrences made, moved and cancelled as one, beside as many single bookings, on the stack.

People act through a token of their own, so that what the simulator logs for Lockstep's is all that Lockstep asked.
They come again where the app is busy (429, 503) or silent, as any client does: hundreds of single meetings bring
hundreds of notifications at once. Nothing is held: a policy that lets bulk pass is part of the question.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from local.graph.tokens import LOCAL_APP
from tests.bench.figure import Aim, Figure, at_most
from tests.bench.scale import Scale
from tests.bench.site import running
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, Outlook, instant, timed
from tests.integration.loop.driving.platform import Platform, booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day
from tests.integration.loop.driving.web import Answer, Web

Json = dict[str, Any]

_OURS = "be9c4000-10ca-4000-8000-000000000002"
"""The application under which the people of this measurement ask Graph."""
_AT_ONCE = 3
_HOUR, _LATER = 9, 15
_PATIENCE_SECONDS = 600.0
_GLANCE_SECONDS = 1.0
"""A look at 250 days of bookings is hundreds of queries: more of them would be most of what is measured."""
_AFTERMATH_SECONDS = 4.0
_BUSY = (429, 503)
_TRIES = 30
_UNHELD: Json = {
    "cancellations_held_above": 100_000,
    "cancellations_share_held_above": 100,
    "writes_held_above": 100_000,
    "mails_held_above": 100_000,
    "growth_held_above": 100_000,
}
_ACTS = ("made", "moved", "cancelled")
_COSTS = (("seconds", "s"), ("calls", "Graph requests"), ("writes", "writes"), ("mails", "mails"))


@dataclass(frozen=True)
class Patient(Web):
    """The app as a client asks it that repeats what it was told to repeat, under one idempotency key."""

    async def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        same = {**(headers or {}), "Idempotency-Key": uuid.uuid4().hex} if method == "POST" else headers
        answer = Answer(0, None, {})
        for _ in range(_TRIES):
            try:
                answer = await super().send(method, path, body, same)
            except TimeoutError:
                continue
            if answer.status not in _BUSY:
                break
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        return answer


@dataclass(frozen=True)
class Cost:
    """What one act cost until the other side showed it whole, its aftermath included.

    ``calls`` are Lockstep's requests of Graph, ``writes`` those that it made on the side that follows, ``mails`` all
    that Exchange sent, whoever caused them.
    """

    seconds: float
    calls: int
    writes: int
    mails: int


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of both directions."""
    yield from asyncio.run(_measured(scale.occurrences))


async def _measured(count: int) -> list[Figure]:
    figures: list[Figure] = []
    async with running() as site:
        outlook = await _people(site)
        for name, people in (("to_platform", Meetings), ("to_calendar", Bookings)):
            costs = []
            for one in (True, False):
                room = _patiently(await site.room(**_UNHELD), outlook)
                await _open_for_long(site, room)
                costs.append(await _played(site, people(room, count, as_series=one)))
            figures += _figures(name, count, *costs)
    return figures


def _patiently(room: Room, outlook: Outlook) -> Room:
    host = Patient(room.host.session, room.host.base, room.host.headers)
    return replace(room, outlook=outlook, host=host, desk=Platform(host))


async def _open_for_long(site: Site, room: Room) -> None:
    """Let the room take bookings for longer than Exchange's usual 180 days, as long as the policy looks ahead."""
    await site.graph.ask("PATCH", f"/sim/mailboxes/{room.mailbox}", {"processing": {"bookingWindowInDays": 400}})


async def _people(site: Site) -> Outlook:
    token = (await site.graph.ask("POST", "/sim/token", {"appId": _OURS}))["access_token"]
    headers = {**site.graph.headers, "Authorization": f"Bearer {token}"}
    return Outlook(replace(site.graph, headers=headers))


def _figures(name: str, count: int, series: Sequence[Cost], singles: Sequence[Cost]) -> list[Figure]:
    of = f"{count} single bookings"
    one_write: Aim | None = at_most(1) if name == "to_calendar" else None
    return [
        Figure(
            f"series.{name}.{act}.{what}",
            float(getattr(whole, what)),
            unit,
            of,
            float(getattr(each, what)),
            one_write if what == "writes" else None,
        )
        for act, whole, each in zip(_ACTS, series, singles, strict=True)
        for what, unit in _COSTS
    ]


async def _played(site: Site, people: People) -> list[Cost]:
    """Let people make, move and cancel all of it, each once the act before has come to rest."""
    costs = []
    for act, hour in ((people.make, _HOUR), (people.move, _LATER), (people.cancel, None)):
        await asyncio.sleep(_AFTERMATH_SECONDS)
        costs.append(await _cost(site, people, act(), [] if hour is None else [hour] * people.count))
    return costs


async def _cost(site: Site, people: People, act: Awaitable[None], expected: list[int]) -> Cost:
    mark, mails, sequence = await site.last_request(), await _mails(site), await people.platform_writes()
    began = time.perf_counter()
    await act
    while await people.hours() != expected:
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"{people.count} bookings did not reach the other side in {_PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(_GLANCE_SECONDS)
    seconds = time.perf_counter() - began
    await asyncio.sleep(_AFTERMATH_SECONDS)
    log = (await site.graph.ask("GET", f"/sim/requests?since={mark}"))["value"]
    asked = [entry for entry in log if entry["app"] == LOCAL_APP and not entry["path"].endswith("/$batch")]
    written = sum(entry["method"] != "GET" for entry in asked)
    if isinstance(people, Meetings):
        written = await people.platform_writes() - sequence
    return Cost(seconds, len(asked), written, await _mails(site) - mails)


async def _mails(site: Site) -> int:
    return int((await site.graph.ask("GET", "/sim/outbox?since=999999999"))["last"])


async def _all(acts: Iterable[Awaitable[Any]]) -> list[Any]:
    """Do all of it, a few at a time: no mailbox has more on its hands than Exchange allows."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(act: Awaitable[Any]) -> Any:
        async with gate:
            return await act

    return await asyncio.gather(*map(one, acts))


@dataclass
class People(ABC):
    """Somebody who books a room every day, as one series or one by one."""

    room: Room
    count: int
    as_series: bool

    @abstractmethod
    async def make(self) -> None: ...

    @abstractmethod
    async def move(self) -> None: ...

    @abstractmethod
    async def cancel(self) -> None: ...

    @abstractmethod
    async def hours(self) -> list[int]:
        """Return the hour at which each booking starts that the other side shows."""

    @property
    def days(self) -> range:
        """The days of what is made: the first stands for all of a series."""
        return range(1 if self.as_series else self.count)

    async def platform_writes(self) -> int:
        """Return how many writes the platform's room has seen, whoever made them."""
        return max((int(each["version"]) for each in await self._on_platform()), default=0)

    async def _on_platform(self) -> list[Json]:
        first, last = at(0), at(0, offset=self.count + 1)
        return await self.room.desk.listed(self.room.platform, first, last, cancelled=True)


class Meetings(People):
    """Meetings with the room, made in Outlook."""

    made: tuple[Meeting, ...] = ()

    async def make(self) -> None:
        self.made = tuple(await _all(self._invite(offset) for offset in self.days))

    async def _invite(self, offset: int) -> Meeting:
        times = timed(at(_HOUR, offset=offset), at(_HOUR + 1, offset=offset))
        return await self.room.outlook.invite(ADELE, self.room.address, times, **self._daily())

    def _daily(self) -> Json:
        if not self.as_series:
            return {}
        extent = {"type": "numbered", "numberOfOccurrences": self.count, "startDate": day().isoformat()}
        pattern = {"type": "daily", "interval": 1}
        return {"recurrence": {"pattern": pattern, "range": {**extent, "recurrenceTimeZone": "UTC"}}}

    async def move(self) -> None:
        later = (timed(at(_LATER, offset=offset), at(_LATER + 1, offset=offset)) for offset in self.days)
        moved = zip(self.made, later, strict=True)
        await _all(self.room.outlook.change(meeting, **times, **self._daily()) for meeting, times in moved)

    async def cancel(self) -> None:
        await _all(self.room.outlook.cancel(meeting) for meeting in self.made)

    async def hours(self) -> list[int]:
        standing = [each for each in await self._on_platform() if each["status"] == "confirmed"]
        return [int(each["start"][11:13]) for each in standing]


class Bookings(People):
    """Bookings of the platform."""

    made: tuple[str, ...] = ()

    async def make(self) -> None:
        self.made = tuple(await _all(self._book(offset) for offset in self.days))

    async def _book(self, offset: int) -> str:
        times = booked(at(_HOUR, offset=offset), at(_HOUR + 1, offset=offset))
        rule = {"rule": f"FREQ=DAILY;COUNT={self.count}", "zone": "UTC"}
        return await self.room.desk.book(self.room.platform, times, recurrence=rule if self.as_series else None)

    async def move(self) -> None:
        later = (booked(at(_LATER, offset=offset), at(_LATER + 1, offset=offset)) for offset in self.days)
        await _all(self._asked("PATCH", each, times) for each, times in zip(await self._first(), later, strict=True))

    async def cancel(self) -> None:
        await _all(self._asked("DELETE", each) for each in await self._first())

    async def _first(self) -> Sequence[str]:
        """Return the bookings by which all are named: of a series any one."""
        return [(await self._on_platform())[0]["id"]] if self.as_series else self.made

    async def _asked(self, method: str, booking: str, body: Json | None = None) -> None:
        path = f"/api/platform/resources/{quote(self.room.platform)}/bookings/{quote(booking)}"
        await self.room.host.ask(method, f"{path}?scope=all" if self.as_series else path, body)

    async def hours(self) -> list[int]:
        events = await self.room.outlook.calendar(self.room.mailbox, at(0), at(0, offset=self.count + 1))
        return [instant(event["start"]).hour for event in events if not event["isCancelled"]]
