"""The ledger: all that is agreed about one resource. It is the base of the three-way merge.

Mappings tie an event to a booking and remember what each side last reported. Open steps are the only
memory of unfinished work. Decisions are codes and facts, worded when they are shown. Nothing in a ledger
holds a title, a body or an attendee.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.booking import CalendarKey, ShowAs, Side
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import (
    BookingId,
    EventId,
    MailboxId,
    MappingId,
    MeetingId,
    SeriesId,
    TransactionId,
    Version,
    transaction_id,
)
from shared.domain.made_at_once import made_at_once
from shared.domain.spans import Span, Timed, When


class WriteMode(StrEnum):
    """How our copy in the calendar was made; a mapping keeps its mode."""

    ROOM = "room"
    ORGANIZER = "organizer"


class MappingState(StrEnum):
    """Linked has both sides; so has outside, beyond the horizon. Every other state says why it has one side only, or
    why the other is not to be relied on.
    """

    LINKED = "linked"
    CREATING = "creating"
    AWAITING_ROOM = "awaiting_room"
    REFUSED = "refused"
    OUTSIDE = "outside"


@made_at_once
@dataclass(frozen=True, slots=True)
class CalendarRecord:
    """What the calendar last reported of a mapping's event."""

    key: CalendarKey
    event: EventId
    version: Version
    print: Fingerprint
    is_organiser: bool


@made_at_once
@dataclass(frozen=True, slots=True)
class PlatformRecord:
    """What the platform last reported of a mapping's booking, and of which series it is which occurrence."""

    id: BookingId
    version: Version
    print: Fingerprint
    series: SeriesId | None = None
    original_start: datetime | None = None


_TO_BE_READ = Version("")


class BufferPlace(StrEnum):
    """On which side of its booking a buffer lies."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class BufferRecord:
    """A buffer of a booking as it stands in the calendar, or is to stand there.

    Without an ``event`` its creation was noted and its result was not. ``generation`` counts the entries made
    for this buffer. An empty ``version`` tells that the entry is to be read before it is written.
    """

    place: BufferPlace
    when: Timed
    shown: ShowAs
    event: EventId | None = None
    version: Version = _TO_BE_READ
    generation: int = 1


@dataclass(frozen=True)
class RoomRequest:
    """The event in a person's own mailbox by which the room is asked for a time.

    ``mailbox`` is that person's, ``person`` the digest of their address. ``written`` is when we last wrote the
    event, by the mailbox's own clock. ``agreed`` is the time that the room had accepted before, to which both
    sides return where it refuses another. ``event`` is None until the result of its creation is remembered.
    ``retitles`` tells that the title of somebody's own meeting may be written there too. ``occurrence`` tells of
    which series in that mailbox the event is one, ``singly`` that it is to be an event of its own.
    """

    mailbox: MailboxId
    person: str
    event: EventId | None = None
    version: Version | None = None
    ical_uid: str = ""
    written: datetime | None = None
    agreed: When | None = None
    retitles: bool = False
    occurrence: CalendarKey | None = None
    singly: bool = False


@dataclass(frozen=True)
class Turn:
    """A state to which a booking was brought, as a keyed digest, and when."""

    at: datetime
    state: str


@dataclass(frozen=True)
class Copy:
    """A copy that a bulk plan made: which plan, and a digest of how the copy looked then (empty: not known yet)."""

    plan: str
    print: str = ""


@dataclass(frozen=True)
class SharedMeeting:
    """The meeting with several rooms of which a booking is that of one, and a digest of the rooms that it asks.

    ``series`` is that of which the meeting is an occurrence.
    """

    id: MeetingId
    rooms: str
    series: MeetingId | None = None


@made_at_once
@dataclass(frozen=True, slots=True)
class Mapping:
    """The row that ties an event to a booking.

    ``when`` is the agreed time and ``held_since`` since when it holds exactly that time; ``made_at`` is the
    creation as the side of origin reports it. ``generation`` counts the copies made on the other side. ``in_series``
    tells that the copy was noted as an occurrence of a series that is made as one. ``named`` tells that the marks of
    its copies name what they are copies of: none of those made before marks had names does.
    """

    id: MappingId
    origin: Side
    when: When
    made_at: datetime
    held_since: datetime
    state: MappingState = MappingState.LINKED
    mode: WriteMode = WriteMode.ROOM
    calendar: CalendarRecord | None = None
    platform: PlatformRecord | None = None
    private: bool = False
    generation: int = 1
    reason: str = ""
    buffers: tuple[BufferRecord, ...] = ()
    request: RoomRequest | None = None
    in_series: bool = False
    turns: tuple[Turn, ...] = ()
    copy: Copy | None = None
    checked_in: datetime | None = None
    meeting: SharedMeeting | None = None
    named: bool = False

    @property
    def is_ours_to_write(self) -> bool:
        """Whether its event is of our making or the room's own, so that time and title may be written."""
        asked = self.request is not None and self.origin is Side.PLATFORM
        return asked or (self.calendar is not None and self.calendar.is_organiser)

    @property
    def is_movable(self) -> bool:
        """Whether the time of its event may be written: in what is ours, or in the organiser's own mailbox."""
        return self.request is not None or self.is_ours_to_write

    @property
    def is_retitlable(self) -> bool:
        """Whether the title of its event may be written: in what is ours, or in the organiser's own mailbox."""
        return self.is_ours_to_write or (self.request is not None and self.request.retitles)

    @property
    def is_linked(self) -> bool:
        """Whether it ties two sides, inside the horizon or beyond it."""
        return self.state in (MappingState.LINKED, MappingState.OUTSIDE)

    def record(self, side: Side) -> CalendarRecord | PlatformRecord | None:
        return self.calendar if side is Side.CALENDAR else self.platform

    def mark(self, side: Side, later: int = 0) -> TransactionId:
        """Return the mark of the copy that is made on a side, or of one made so many generations later."""
        return transaction_id(self.id, side, self.generation + later, named=self.named)


class Cause(StrEnum):
    """Why an open step waits."""

    RETRY = "retry"
    CREATING = "creating"
    AWAITING_ROOM = "awaiting_room"
    REJECTED = "rejected"
    HELD = "held"
    NOT_UNDERSTOOD = "not_understood"
    STALE = "stale"
    CONFLICT = "conflict"
    TELLING = "telling"
    SETTLING = "settling"
    UNDO = "undo"
    SHADOW = "shadow"
    CHECK_IN = "check_in"
    SERIES = "series"
    MAIL = "mail"


@dataclass(frozen=True)
class OpenStep:
    """A change that was seen and is not settled.

    It holds keys, cause and times, never content. ``due`` is when the next run looks at it again; without
    one it waits for a change or for a person. ``key`` names the item where there is no mapping yet.
    ``blocked`` is the time that the platform keeps free, where what is open is an overlap with it.
    """

    id: str
    cause: Cause
    since: datetime
    due: datetime | None = None
    mapping: MappingId | None = None
    calendar: CalendarKey | None = None
    platform: BookingId | None = None
    attempts: int = 0
    reason: str = ""
    permitted: bool = False
    actions: tuple[str, ...] = ()
    wants: str = ""
    plan: str = ""
    told: datetime | None = None
    blocked: Span | None = None
    time: When | None = None


@dataclass(frozen=True)
class Head:
    """How far a resource's feeds have been read, and when it last ran.

    ``not_before`` answers wake-ups without a call until then; ``trailing`` is the due time of a trailing
    wake-up that was sent. ``found`` tells that the last run saw something of the calendar; ``echo_look`` is when
    a delta that may lag its notification is read once more. ``mappings`` counts the rows. ``unreadable`` are the
    digests of organisers whose mailboxes cannot be read, and until when they are not asked. ``unheard`` counts sweeps
    in a row that found changes of which no notification told. ``etag`` is the storage's word for this version of the
    head: the head is the lock.
    """

    token: str | None = None
    cursor: str | None = None
    run: int = 0
    last_run: datetime | None = None
    last_look: datetime | None = None
    proven_at: datetime | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    not_before: datetime | None = None
    trailing: datetime | None = None
    found: bool = False
    echo_look: datetime | None = None
    mappings: int = 0
    attempts: int = 0
    first_failure: datetime | None = None
    failure: str = ""
    etag: str = ""
    unreadable: MappingOf[str, datetime] = field(default_factory=dict, hash=False)
    unheard: int = 0
