"""The rows of a ledger: which keys a value stands under, and what one commit writes and deletes. Pure.

One partition per resource. Keys, by prefix:

    head                                how far the feeds have been read; the lock
    m|<mapping>                         the mapping
    c|<digest of the calendar key>      the mapping again, found by its calendar item
    p|<digest of the booking id>        the mapping again, found by its platform booking
    k|c|…  k|p|…                        which mapping had such a key when it was dropped
    s|<digest of the master>|<mapping>  the mapping again, found by its series; only for occurrences
    d|<UTC day>|<mapping>               the mapping again, on each UTC day that it touches
    d|long|<mapping>                    instead, where it touches more than 31 days, with its first and last day
    o|<open step>                       an open step
    q|<command>                         a command that waits
    w|<mapping>|<newest first>          a decision, among those of its mapping
    x|<newest first>                    the same decision, among those of the resource

A mapping is repeated in full so that a look-up is one request. A decision stands twice, because the store
orders by key only and reads forward only: each of both lists is then read newest first, and no further than
was asked for. ``newest first`` is the time counted down, then the id counted down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from shared.adapters.tables.rows import Row, body, digest, key_part
from shared.domain.booking import CalendarKey
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, MappingId, ResourceId
from shared.domain.ledger import Mapping, OpenStep
from shared.ports.ledgers import MappingChange, Writes

V = TypeVar("V", OpenStep, Decision)

HEAD = "head"
MAPPINGS, OPEN_STEPS, COMMANDS = "m|", "o|", "q|"
LONG = "d|long|"
_MAX_DAYS = 31
_LAST_MILLISECOND = 10**14
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_COUNTED_DOWN = str.maketrans(_DIGITS, _DIGITS[::-1])


def mapping_key(mapping: MappingId) -> str:
    return MAPPINGS + key_part(mapping)


def calendar_key(key: CalendarKey) -> str:
    return f"c|{digest(str(key))}"


def booking_key(booking: BookingId) -> str:
    return f"p|{digest(booking)}"


def dropped_key(key: CalendarKey | BookingId) -> str:
    return "k|" + (calendar_key(key) if isinstance(key, CalendarKey) else booking_key(key))


def keys_named(decision: Decision) -> frozenset[str]:
    """Return under which keys the mapping of a decision may be found once it is dropped."""
    event = {dropped_key(CalendarKey.parse(decision.event))} if decision.event else set()
    return frozenset(event | ({dropped_key(BookingId(decision.booking))} if decision.booking else set()))


def series_prefix(master: str) -> str:
    return f"s|{digest(master)}|"


def decisions_prefix(mapping: MappingId | None) -> str:
    return "x|" if mapping is None else f"w|{key_part(mapping)}|"


def after(prefix: str) -> str:
    """Return the first key behind all keys that begin with ``prefix``."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def day_ranges(days: Iterable[date]) -> list[tuple[str, str]]:
    """Return the key ranges that hold the given days, one for each run of days without a gap."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][1] == day:
            runs[-1] = (runs[-1][0], day + timedelta(days=1))
        else:
            runs.append((day, day + timedelta(days=1)))
    return [(f"d|{first}|", f"d|{end}|") for first, end in runs]


def newest_first(at: datetime, of: str) -> str:
    """Return a key part that sorts later times, and at one time later ids, before earlier ones."""
    return f"{_LAST_MILLISECOND - round(at.timestamp() * 1000):014d}-{key_part(of).translate(_COUNTED_DOWN)}"


def before_time(at: datetime) -> str:
    """Return the key part behind all that ``newest_first`` gives to ``at`` and later times."""
    return f"{_LAST_MILLISECOND - round(at.timestamp() * 1000) + 1:014d}"


def behind(key: str) -> str:
    """Return the smallest key behind ``key``: no key continues one with this character."""
    return key + "!"


def decision_keys(decision: Decision) -> tuple[str, str]:
    """Return the two keys under which a decision stands."""
    place = newest_first(decision.at, decision.id)
    return decisions_prefix(decision.mapping) + place, decisions_prefix(None) + place


def touches_any(row: Row, days: frozenset[date]) -> bool:
    """Tell whether the mapping of a ``d|long`` row touches one of the days."""
    first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
    return any(first <= day <= last for day in days)


@dataclass(frozen=True)
class Group:
    """Rows that must stand or fall together: they never part into two transactions."""

    written: dict[str, Row]
    deleted: frozenset[str] = frozenset()


def groups(resource: ResourceId, writes: Writes) -> list[Group]:
    """Return what a commit writes and deletes, in the order in which it may become visible.

    What is forgotten (settled steps, commands that were done) comes last, so that a sequence which breaks off
    forgets nothing whose result it has not kept. A row that one change deletes and another writes is written.
    """
    found = [_of_mapping(resource, change) for change in writes.mappings]
    found += [_one(resource, OPEN_STEPS + key_part(key), step) for key, step in _latest(writes.open_steps).items()]
    found += [_of_decision(resource, decision) for decision in _latest(writes.decisions).values()]
    found += [Group({}, frozenset({OPEN_STEPS + key_part(step)})) for step in writes.settled]
    found += [Group({}, frozenset({COMMANDS + key_part(command)})) for command in writes.commands_done]
    written = _written_once(found)
    return [Group(each.written, each.deleted - written) for each in found]


def _latest(values: Sequence[V]) -> dict[str, V]:
    return {value.id: value for value in values}


def _written_once(found: Sequence[Group]) -> frozenset[str]:
    written: set[str] = set()
    for group in found:
        twice = written & group.written.keys()
        if twice:
            raise ValueError(f"one commit writes the row {min(twice)} twice: its key would belong to 2 mappings")
        written |= group.written.keys()
    return frozenset(written)


def _of_mapping(resource: ResourceId, change: MappingChange) -> Group:
    if change.before and change.after and change.before.id != change.after.id:
        raise ValueError(f"one change names two mappings, {change.before.id} and {change.after.id}")
    old = _mapping_keys(change.before, change.days_before) if change.before else frozenset()
    if change.after is None:
        return Group(_dropped(resource, change.before) if change.before else {}, old)
    shared = body(change.after)
    rows = {key: _row(resource, key, shared) for key in _mapping_keys(change.after, change.days_after)}
    long_key = LONG + key_part(change.after.id)
    if long_key in rows:
        ends = {"first": min(change.days_after).isoformat(), "last": max(change.days_after).isoformat()}
        rows[long_key] = {**rows[long_key], **ends}
    return Group(rows, old - rows.keys())


def _dropped(resource: ResourceId, mapping: Mapping) -> dict[str, Row]:
    named = (mapping.calendar.key if mapping.calendar else None, mapping.platform.id if mapping.platform else None)
    keys = (dropped_key(key) for key in named if key is not None)
    return {key: _row(resource, key, {"mapping": mapping.id}) for key in keys}


def _mapping_keys(mapping: Mapping, days: Sequence[date]) -> frozenset[str]:
    own = key_part(mapping.id)
    keys = {mapping_key(mapping.id)}
    if mapping.calendar:
        keys.add(calendar_key(mapping.calendar.key))
        if mapping.calendar.key.original_start:
            keys.add(series_prefix(mapping.calendar.key.event) + own)
    if mapping.platform:
        keys.add(booking_key(mapping.platform.id))
    if len(set(days)) > _MAX_DAYS:
        return frozenset(keys | {LONG + own})
    return frozenset(keys | {f"d|{day.isoformat()}|{own}" for day in days})


def _of_decision(resource: ResourceId, decision: Decision) -> Group:
    shared = body(decision)
    return Group({key: _row(resource, key, shared) for key in decision_keys(decision)})


def _one(resource: ResourceId, key: str, value: object) -> Group:
    return Group({key: _row(resource, key, body(value))})


def _row(resource: ResourceId, key: str, shared: Row) -> Row:
    return {"PartitionKey": resource, "RowKey": key, **shared}
