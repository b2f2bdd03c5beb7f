"""Ledgers in memory, with the promises of the port and a few checks that a real store cannot make.

A commit whose ``before`` is not what stands, or that gives one key to two mappings, is a fault of the caller:
a real store would be left with rows that find the wrong mapping. Here it is a ``ValueError`` at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shared.domain.booking import CalendarKey
from shared.domain.commands import Command
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, MappingId, ResourceId
from shared.domain.ledger import Head, Mapping, OpenStep
from shared.ports.errors import Stale
from shared.ports.ledgers import MappingChange, Writes
from tests.doubles.faults import DONE, Faults


@dataclass
class _Ledger:
    head: Head | None = None
    mappings: dict[MappingId, Mapping] = field(default_factory=dict)
    days: dict[MappingId, frozenset[date]] = field(default_factory=dict)
    open_steps: dict[str, OpenStep] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    dropped: dict[str, MappingId] = field(default_factory=dict)

    def by_calendar_key(self) -> dict[CalendarKey, Mapping]:
        return {m.calendar.key: m for m in self.mappings.values() if m.calendar}

    def by_booking_id(self) -> dict[BookingId, Mapping]:
        return {m.platform.id: m for m in self.mappings.values() if m.platform}


class MemoryLedgers:
    """``Ledgers`` in memory.

    ``operations`` counts, by port method, what a store would be asked: one for each key looked up.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.operations: Counter[str] = Counter()
        self._ledgers: dict[ResourceId, _Ledger] = {}
        self._etags = 0

    async def head(self, resource: ResourceId) -> Head:
        return (await self._asked("head", resource)).head or Head()

    async def by_calendar_keys(self, resource: ResourceId, keys: Sequence[CalendarKey]) -> tuple[Mapping, ...]:
        found = (await self._asked("by_calendar_keys", resource, len(set(keys)))).by_calendar_key()
        return tuple(found[key] for key in dict.fromkeys(keys) if key in found)

    async def by_booking_ids(self, resource: ResourceId, ids: Sequence[BookingId]) -> tuple[Mapping, ...]:
        found = (await self._asked("by_booking_ids", resource, len(set(ids)))).by_booking_id()
        return tuple(found[each] for each in dict.fromkeys(ids) if each in found)

    async def by_ids(self, resource: ResourceId, ids: Sequence[MappingId]) -> tuple[Mapping, ...]:
        found = (await self._asked("by_ids", resource, len(set(ids)))).mappings
        return tuple(found[each] for each in dict.fromkeys(ids) if each in found)

    async def by_series(self, resource: ResourceId, master: str) -> tuple[Mapping, ...]:
        ledger = await self._asked("by_series", resource)
        return tuple(m for _, m in sorted(ledger.mappings.items()) if _master(m) == master)

    async def dropped(self, resource: ResourceId, key: CalendarKey | BookingId) -> MappingId | None:
        return (await self._asked("dropped", resource)).dropped.get(str(key))

    async def on_days(self, resource: ResourceId, days: Iterable[date]) -> tuple[Mapping, ...]:
        ledger = await self._asked("on_days", resource)
        wanted = frozenset(days)
        return tuple(ledger.mappings[each] for each, touched in sorted(ledger.days.items()) if touched & wanted)

    async def mappings(
        self, resource: ResourceId, after: MappingId | None = None, limit: int | None = None
    ) -> AsyncIterator[Mapping]:
        ledger = await self._asked("mappings", resource)
        chosen = [mapping for key, mapping in sorted(ledger.mappings.items()) if after is None or key > after]
        for mapping in chosen[:limit]:
            yield mapping

    async def open_steps(self, resource: ResourceId) -> tuple[OpenStep, ...]:
        ledger = await self._asked("open_steps", resource)
        return tuple(step for _, step in sorted(ledger.open_steps.items()))

    async def decisions(
        self, resource: ResourceId, mapping: MappingId | None = None, limit: int = 100
    ) -> tuple[Decision, ...]:
        ledger = await self._asked("decisions", resource)
        chosen = [each for each in ledger.decisions.values() if mapping in (None, each.mapping)]
        return tuple(sorted(chosen, key=lambda each: (each.at, each.id), reverse=True)[:limit])

    async def forget_decisions(self, resource: ResourceId, before: datetime) -> int:
        ledger = await self._asked("forget_decisions", resource)
        old = [key for key, each in ledger.decisions.items() if each.at < before]
        for key in old:
            del ledger.decisions[key]
        told = {each.mapping for each in ledger.decisions.values()}
        ledger.dropped = {key: mapping for key, mapping in ledger.dropped.items() if mapping in told}
        await self.faults.at("ledgers.forget_decisions" + DONE)
        return len(old)

    async def commands(self, resource: ResourceId) -> tuple[Command, ...]:
        ledger = await self._asked("commands", resource)
        return tuple(sorted(ledger.commands.values(), key=lambda each: (each.at, each.id)))

    async def command(self, resource: ResourceId, command: Command) -> None:
        ledger = await self._asked("command", resource)
        ledger.commands[command.id] = command
        await self.faults.at("ledgers.command" + DONE)

    async def commit(self, resource: ResourceId, before: Head, after: Head, writes: Writes) -> Head:
        ledger = await self._asked("commit", resource)
        standing = ledger.head.etag if ledger.head else ""
        if before.etag != standing:
            raise Stale(f"the ledger of {resource} was written by another run since this one read its head")
        _check(ledger, writes)
        if writes.everything_dropped:
            ledger = self._ledgers[resource] = _Ledger()
        written = self._write(ledger, after, writes)
        await self.faults.at("ledgers.commit" + DONE)
        return written

    def _write(self, ledger: _Ledger, after: Head, writes: Writes) -> Head:
        for change in writes.mappings:
            _write_mapping(ledger, change)
        for step_id in writes.settled:
            ledger.open_steps.pop(step_id, None)
        ledger.open_steps.update({step.id: step for step in writes.open_steps})
        ledger.decisions.update({decision.id: decision for decision in writes.decisions})
        for command_id in writes.commands_done:
            ledger.commands.pop(command_id, None)
        fresh = replace(after, etag="")
        if writes.everything_dropped and fresh == Head():
            ledger.head = None
            return fresh
        self._etags += 1
        ledger.head = replace(after, etag=f"etag-{self._etags}")
        return ledger.head

    async def _asked(self, method: str, resource: ResourceId, operations: int = 1) -> _Ledger:
        await self.faults.at(f"ledgers.{method}")
        self.operations[method] += operations
        return self._ledgers.setdefault(resource, _Ledger())


def _master(mapping: Mapping) -> str | None:
    key = mapping.calendar.key if mapping.calendar else None
    return key.event if key and key.original_start else None


def _write_mapping(ledger: _Ledger, change: MappingChange) -> None:
    if change.after is not None:
        ledger.mappings[change.after.id] = change.after
        ledger.days[change.after.id] = frozenset(change.days_after)
    elif change.before is not None:
        del ledger.mappings[change.before.id]
        del ledger.days[change.before.id]
        keys = (
            change.before.calendar.key if change.before.calendar else None,
            change.before.platform.id if change.before.platform else None,
        )
        ledger.dropped |= {str(key): change.before.id for key in keys if key is not None}


def _check(ledger: _Ledger, writes: Writes) -> None:
    standing = {} if writes.everything_dropped else dict(ledger.mappings)
    for change in writes.mappings:
        either = change.after or change.before
        if either is None or (change.before and change.after and change.before.id != change.after.id):
            raise ValueError("a mapping change needs a before or an after, both of one mapping")
        if change.before != standing.get(either.id):
            raise ValueError(f"the before of mapping {either.id} is not what stands in the ledger")
        days = ledger.days.get(either.id, frozenset())
        if change.before and not writes.everything_dropped and frozenset(change.days_before) != days:
            raise ValueError(f"the days before of mapping {either.id} are not the days that stand in the ledger")
        standing.pop(either.id, None)
        if change.after:
            standing[either.id] = change.after
    _check_keys(standing)


def _check_keys(mappings: dict[MappingId, Mapping]) -> None:
    keys = Counter(f"calendar item {m.calendar.key}" for m in mappings.values() if m.calendar)
    keys += Counter(f"booking {m.platform.id}" for m in mappings.values() if m.platform)
    for key, count in keys.items():
        if count > 1:
            raise ValueError(f"{key} would belong to {count} mappings")
