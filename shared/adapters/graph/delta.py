"""One round of calendarView/delta: pages in, changes out. Pure.

The same item may come several times in a round, in any order; the last word counts. Occurrences come bare and
are hydrated from their master, which may be on another page or on none. What is called removed is a hint:
events outside the window are called that too.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.adapters.graph.wire import in_series, is_bare, item, occurrence
from shared.adapters.graph.wire_times import Json
from shared.domain.booking import CalendarItem, SetAside
from shared.domain.ids import EventId
from shared.ports.calendar import CalendarChanges
from shared.ports.errors import CursorExpired


class Round:
    """What a delta round has told so far."""

    def __init__(self) -> None:
        self._last: dict[str, Json] = {}
        self.token = ""

    def add(self, page: Json) -> str | None:
        """Take a page in and return the link to the next one, ``None`` at the end of the round."""
        listed = page.get("value")
        for each in listed if isinstance(listed, list) else ():
            entry = each if isinstance(each, dict) else {}
            # Taken out first, so that the order of the round is that of the last mention.
            known_as = str(entry.get("id") or f"an event without an id, number {len(self._last)}")
            self._last.pop(known_as, None)
            self._last[known_as] = entry
        following = page.get("@odata.nextLink")
        if not isinstance(following, str):
            token = page.get("@odata.deltaLink")
            self.token = token if isinstance(token, str) else ""
            if not self.token:
                raise CursorExpired("Graph ended a delta round without a link to continue from; start a full round.")
            return None
        return following

    def missing_masters(self) -> tuple[EventId, ...]:
        """Return the series of which occurrences came and the master did not."""
        wanted = dict.fromkeys(raw["seriesMasterId"] for raw in self._last.values() if is_bare(raw))
        return tuple(EventId(master) for master in wanted if not _is_master(self._last.get(master)))

    def changes(self, fetched: Mapping[EventId, Json | None]) -> CalendarChanges:
        """Return what changed. ``fetched`` are the missing masters; ``None`` for one that is not there any more."""
        masters = self._masters(fetched)
        items: list[CalendarItem] = []
        aside: list[SetAside] = []
        hints: list[EventId] = [EventId(gone) for gone, raw in fetched.items() if raw is None]
        for raw_id, raw in self._last.items():
            if "@removed" in raw:
                hints.append(EventId(raw_id))
            elif (told := _told(raw, masters)) is not None:
                items.append(told) if isinstance(told, CalendarItem) else aside.append(told)
        return CalendarChanges(tuple(items), tuple(hints), tuple(masters), tuple(aside), self.token)

    def _masters(self, fetched: Mapping[EventId, Json | None]) -> dict[EventId, CalendarItem | SetAside]:
        raws = {EventId(key): raw for key, raw in self._last.items() if _is_master(raw)}
        raws |= {key: raw for key, raw in fetched.items() if raw is not None}
        return {key: item(raw) for key, raw in raws.items()}


def _is_master(raw: Json | None) -> bool:
    return raw is not None and raw.get("type") == "seriesMaster"


def _told(raw: Json, masters: Mapping[EventId, CalendarItem | SetAside]) -> CalendarItem | SetAside | None:
    """Return an item of the round as a booking; ``None`` for a master and for what belongs to a series that is gone."""
    if _is_master(raw):
        return None
    if not is_bare(raw):
        told, lent = item(raw), masters.get(EventId(str(raw.get("seriesMasterId"))))
        both = isinstance(told, CalendarItem) and isinstance(lent, CalendarItem)
        return in_series(told, lent) if both else told  # type: ignore[arg-type]
    master = masters.get(EventId(raw["seriesMasterId"]))
    return occurrence(raw, master) if master is not None else None
