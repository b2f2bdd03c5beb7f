"""In which resources somebody has bookings, by month: so that their own are found without asking every resource.

Table ``platformbookers``:

* partition ``<tenant>|<month>``, row ``<digest of an address>|<resource>``: somebody at that address has, or had, a
  booking there that touches the month
* partition ``<tenant>|walk``, row ``walk``: how far the walk through bookings that are older than this table has come

A row is a hint: it is written before the booking that it is about, and may outlive it, but no booking of the months
that are kept is without one. A resource's own row says so by ``noted``, which a version that writes no hints leaves
out; such a resource is looked through the next night. Until the walk is done nothing is answered, and whoever asks
looks into every resource.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from shared.adapters.builtin import rows
from shared.adapters.builtin.resource_rows import RESOURCE_KEY, ResourceState, resource_row, resource_state
from shared.adapters.builtin.row_cells import LAYOUT, Cells, Unreadable, when_of
from shared.adapters.builtin.store import Cell, Contended, Delete, Insert, Operation, Put, Replace, Row, RowStore
from shared.domain.booking import Window
from shared.domain.ids import PlatformId, TenantId
from shared.domain.spans import AllDay, When
from shared.ports.errors import Retry

MONTHS_KEPT = 2
"""How many months before the present one are kept."""
_MONTHS_SWEPT = 13
_OLDER_VERSIONS_GONE = timedelta(hours=1)
"""How long copies of an older version, which write no hints, may still run beside this one."""
_AT_ONCE = 90
_ATTEMPTS = 8
_ONE_DAY = timedelta(days=1)
_WALK = "walk"
_KNOWN_AT_MOST = 50_000

_Hint = tuple[str, str]
"""The month and the row of a hint."""


class Bookers:
    """The hints of one tenant. Every method may raise ``Retry`` and ``Rejected``."""

    def __init__(self, store: RowStore, tenant: TenantId) -> None:
        self._store = store
        self._tenant = tenant
        self._known: set[_Hint] = set()
        self._walked = False

    async def note(self, resource: PlatformId, operations: Iterable[Operation]) -> None:
        """Note whose bookings a transaction is about to write."""
        written = (each.row for each in operations if isinstance(each, Insert | Put | Replace))
        await self._note(resource, [row for row in written if row.key.startswith(rows.BOOKING)])

    async def _note(self, resource: PlatformId, bookings: Iterable[Row]) -> None:
        wanted = {hint for row in bookings for hint in _hints(resource, row)} - self._known
        if not wanted:
            return
        by_month: dict[str, list[str]] = {}
        for month, key in sorted(wanted):
            by_month.setdefault(month, []).append(key)
        await asyncio.gather(*(self._put(month, keys) for month, keys in by_month.items()))
        if len(self._known) > _KNOWN_AT_MOST:
            self._known.clear()
        self._known |= wanted

    async def _put(self, month: str, keys: Sequence[str]) -> None:
        for few in _few(keys):
            operations = [Put(Row(key, {"v": LAYOUT})) for key in few]
            await self._store.commit(rows.BOOKERS, self._partition(month), operations)

    async def places(self, addresses: Collection[str], window: Window, now: datetime) -> frozenset[PlatformId] | None:
        """Return every resource in which one of the addresses has a booking that touches a stretch of time.

        None where that is not known: before the walk is done, and of months that are no longer kept.
        """
        if not await self._is_walked() or _month(window.start) < _months_before(now, MONTHS_KEPT):
            return None
        months = _months(window.start.date(), window.end.date())
        asked = [(month, _digest(each)) for month in months for each in addresses]
        found = await asyncio.gather(*(self._of(month, digest) for month, digest in asked))
        return frozenset(each for few in found for each in few)

    async def _of(self, month: str, digest: str) -> list[PlatformId]:
        found = self._store.between(rows.BOOKERS, self._partition(month), f"{digest}|", f"{digest}}}")
        return [PlatformId(row.key.partition("|")[2]) async for row in found]

    async def forget(self, now: datetime) -> None:
        """Remove the hints of months that are no longer kept."""
        for back in range(MONTHS_KEPT + 1, _MONTHS_SWEPT):
            await self._remove(_months_before(now, back), "")

    async def strike(self, resource: PlatformId, addresses: Collection[str], before: datetime) -> None:
        """Remove what is known of somebody in one resource, of the months that were over before an instant."""
        for back in range(1, MONTHS_KEPT + 2):
            for each in addresses:
                await self._remove(_months_before(before, back), f"{_digest(each)}|{resource}")

    async def _remove(self, month: str, key: str) -> None:
        found = self._store.between(rows.BOOKERS, self._partition(month), key, f"{key}\x7f")
        keys = [row.key async for row in found if not key or row.key == key]
        for few in _few(keys):
            await self._store.commit(rows.BOOKERS, self._partition(month), [Delete(each) for each in few])
        self._known -= {(month, each) for each in keys}

    async def walk(self, now: datetime, most: int) -> int:
        """Note whose the bookings are that stood before there were hints, a few resources at a time.

        Returns how many resources were walked through; 0 where that is done, or waits for older versions to end.
        """
        row = await self._store.get(rows.BOOKERS, self._partition(_WALK), _WALK)
        if row is None:
            await self._reached(now, "", done=False)
            return 0
        cells = Cells(row)
        since, after = datetime.fromisoformat(cells.text("since")), cells.text("after")
        if cells.flag("done") or now - since < _OLDER_VERSIONS_GONE:
            return 0
        found = self._store.between(rows.RESOURCES, self._tenant, after, "\x7f")
        left = [PlatformId(each.key) async for each in found if each.key != after]
        for resource in left[:most]:
            await self.look_through(resource, now)
        await self._reached(since, left[:most][-1] if left else after, done=len(left) <= most)
        return len(left[:most])

    async def look_through(self, resource: PlatformId, now: datetime) -> None:
        """Note whose the bookings of a resource are, where a version that notes nothing has written it."""
        partition = rows.partition(self._tenant, resource)
        for _ in range(_ATTEMPTS):
            row = await self._store.get(rows.BOOKINGS, partition, RESOURCE_KEY)
            state = _readable(row)
            if state is None or state.noted:
                return
            await self._note(resource, await self._bookings(partition, now))
            try:
                # Under the etag of before the look: what was written meanwhile may be without a hint.
                noted = Replace(resource_row(replace(state, noted=True)))
                await self._store.commit(rows.BOOKINGS, partition, (noted,))
            except Contended:
                continue
            return
        raise Retry(f"too many people are changing resource {resource} at this moment")

    async def _bookings(self, partition: str, now: datetime) -> list[Row]:
        first, found = date.fromisoformat(f"{_months_before(now, MONTHS_KEPT)}-01") - _ONE_DAY, list[Row]()
        for index in ("d", "x"):
            async for row in self._store.between(rows.BOOKINGS, partition, f"{index}|{first}", f"{index}}}"):
                found.append(row)
        return found

    async def _reached(self, since: datetime, after: str, *, done: bool) -> None:
        cells: dict[str, Cell] = {"v": LAYOUT, "since": since.astimezone(UTC).isoformat(), "after": after, "done": done}
        await self._store.commit(rows.BOOKERS, self._partition(_WALK), (Put(Row(_WALK, cells)),))

    async def _is_walked(self) -> bool:
        if not self._walked:
            row = await self._store.get(rows.BOOKERS, self._partition(_WALK), _WALK)
            self._walked = row is not None and Cells(row).flag("done")
        return self._walked

    def _partition(self, name: str) -> str:
        return f"{self._tenant}|{name}"


def _readable(row: Row | None) -> ResourceState | None:
    """Return a resource's state; None where there is none, or none that this version can read and change."""
    try:
        return resource_state(row) if row is not None else None
    except Unreadable:
        return None


def _hints(resource: PlatformId, row: Row) -> Iterable[_Hint]:
    owner = row.cells.get("owner")
    if not owner:
        return ()
    try:
        first, last = _days(when_of(Cells(row)))
    except Unreadable:
        return ()  # what this version cannot read it does not show either
    return [(month, f"{_digest(str(owner))}|{resource}") for month in _months(first, last)]


def _days(when: When) -> tuple[date, date]:
    """Return the days that a booking may touch in any zone."""
    first, last = (when.first, when.until) if isinstance(when, AllDay) else (when.start.date(), when.end.date())
    return first - _ONE_DAY, last + _ONE_DAY


def _months(first: date, last: date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [_month_after(first, number) for number in range(count)]


def _month_after(day: date, months: int) -> str:
    years, month = divmod(day.month - 1 + months, 12)
    return f"{day.year + years}-{month + 1:02d}"


def _month(at: datetime) -> str:
    return _month_after(at.astimezone(UTC).date(), 0)


def _months_before(at: datetime, months: int) -> str:
    return _month_after(at.astimezone(UTC).date(), -months)


def _digest(address: str) -> str:
    # An address may hold characters that keys refuse.
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:32]


def _few(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[place : place + _AT_ONCE] for place in range(0, len(keys), _AT_ONCE))
