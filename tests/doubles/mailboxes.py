"""What the calendar double stores: events of a mailbox, and the log from which its delta feed is read.

It keeps state and decides nothing. Like Exchange it never forgets an id: a deleted event stays readable, a
series logs its master's id and never an occurrence's, and every write, whoever made it, is in the log.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.booking import Answer, Booking, CalendarItem, CalendarKey, Person, ShowAs, Window
from shared.domain.ids import EventId, TransactionId, Version
from shared.domain.recurrence import Rule, begin
from shared.domain.spans import Span, When, occupied


class Access(StrEnum):
    """How the mailbox answers."""

    ACTIVE = "active"
    MISSING = "missing"
    DENIED = "denied"


@dataclass(frozen=True)
class RoomAnswer:
    """What a room, named by its address, answered to its organiser, and when."""

    room: str
    answer: Answer
    at: datetime


@dataclass(frozen=True)
class StoredEvent:
    """One event, or one occurrence of a series, with what people and Exchange did to it."""

    id: EventId
    when: When
    title: str
    is_organiser: bool
    created: datetime
    organiser: Person | None = None
    private: bool = False
    cancelled: bool = False
    answer: Answer = Answer.ORGANIZER
    show_as: ShowAs = ShowAs.BUSY
    transaction: TransactionId | None = None
    is_buffer: bool = False
    deleted: bool = False
    master: EventId | None = None
    original_start: datetime | None = None
    ical_uid: str = ""
    revision: int = 0
    rooms: tuple[str, ...] = ()
    answers: tuple[RoomAnswer, ...] = ()
    modified: datetime | None = None
    join_url: str = ""

    @property
    def key(self) -> CalendarKey:
        """The key that identifies it for ever."""
        return CalendarKey(self.master or self.id, self.original_start)

    def answer_of(self, room: str) -> RoomAnswer | None:
        """Return what a room answered since it was asked last."""
        return next((each for each in self.answers if each.room == room), None)

    @property
    def version(self) -> Version:
        """Its etag."""
        return Version(f'W/"{self.revision}"')

    def item(self) -> CalendarItem:
        """Return it as the port reports it: a private one carries no title."""
        title, join_url = ("", "") if self.private else (self.title, self.join_url)
        return CalendarItem(
            key=self.key,
            event=self.id,
            version=self.version,
            booking=Booking(self.when, title, self.organiser, self.private, self.cancelled, join_url=join_url),
            is_organiser=self.is_organiser,
            answer=self.answer,
            show_as=self.show_as,
            created=self.created,
            transaction=self.transaction,
            ical_uid=self.ical_uid,
            is_buffer=self.is_buffer,
            modified=self.modified or self.created,
            rooms=tuple(sorted(self.rooms)) if len(self.rooms) > 1 else (),
        )


@dataclass
class Box:
    """One mailbox: its events, its change log, and the switches of a test."""

    zone: str
    access: Access = Access.ACTIVE
    renames: bool = True
    clears_private: bool = True
    removes_cancelled: bool = False
    owner: Person | None = None
    attends: bool = True
    shows_requests: bool = False
    takes_parts: bool = False
    requests: list[StoredEvent] = field(default_factory=list)
    generation: int = 0
    lag_from: int | None = None
    events: dict[EventId, StoredEvent] = field(default_factory=dict)
    log: list[EventId] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    made_series: dict[TransactionId, EventId] = field(default_factory=dict)
    rules: dict[EventId, Rule] = field(default_factory=dict)
    _revisions: Iterator[int] = field(default_factory=itertools.count(1).__iter__)

    def put(self, event: StoredEvent, *, of_a_whole: bool = False) -> StoredEvent:
        """Store a new version of an event and log the change.

        An occurrence that is written by itself gives all others of its series a new version; where the series is
        written as ``of_a_whole``, each is put.
        """
        stamped = replace(event, revision=next(self._revisions))
        if event.master is not None and event.id in self.events and not of_a_whole:
            for each in self.occurrences(event.master):
                self.events[each.id] = replace(each, revision=stamped.revision)
        self.events[event.id] = stamped
        self.log.append(event.master or event.id)
        return stamped

    def at(self, key: CalendarKey) -> StoredEvent | None:
        """Return the event of a key; a deleted one where no other stands at its place by now."""
        if key.original_start is None:
            return self.events.get(key.event)
        same = [e for e in self.occurrences(key.event) if e.original_start == key.original_start]
        return min(same, key=lambda each: each.deleted, default=None)

    def crosses(self, moved: StoredEvent, when: When) -> bool:
        """Tell whether an occurrence would stand on or beyond the day of the one before or after it."""
        if moved.original_start is None or moved.master is None:
            return False
        day = begin(when).date()
        others = [e for e in self.occurrences(moved.master) if not e.deleted and e.id != moved.id and e.original_start]
        before = [begin(e.when).date() for e in others if e.original_start and e.original_start < moved.original_start]
        after = [begin(e.when).date() for e in others if e.original_start and e.original_start > moved.original_start]
        return any(day <= other for other in before) or any(day >= other for other in after)

    def occurrences(self, master: EventId) -> list[StoredEvent]:
        """Return the occurrences of a series, deleted ones included."""
        return [event for event in self.events.values() if event.master == master]

    def standing(self) -> list[StoredEvent]:
        """Return what stands in the calendar."""
        return [event for event in self.events.values() if not event.deleted]

    def within(self, event: StoredEvent, window: Window) -> bool:
        """Tell whether an event stands in the calendar and touches the window."""
        if event.deleted:
            return False
        span = occupied(event.when, self.zone)
        return span.overlaps(Span(window.start, window.end))

    def created_under(self, transaction: TransactionId) -> StoredEvent | None:
        """Return the event made under a transaction, a deleted one included."""
        return next((e for e in self.events.values() if e.transaction == transaction), None)

    @property
    def visible(self) -> int:
        """How much of the log the delta feed shows now."""
        return len(self.log) if self.lag_from is None else self.lag_from
