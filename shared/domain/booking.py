"""The canonical booking, and what each side reports of it.

Adapters translate foreign items into these values and nothing else; the planner compares only these.
What occupies a resource is decided here: a calendar item does unless it is cancelled, declined, ours as
a buffer, or shown ``free`` (which the policy may count). Tentative and unanswered ones await the room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from shared.domain.ids import BookingId, EventId, SeriesId, TransactionId, Version
from shared.domain.made_at_once import made_at_once
from shared.domain.recurrence import Rule
from shared.domain.spans import When


class Side(StrEnum):
    """One of the two places in which a booking stands."""

    CALENDAR = "calendar"
    PLATFORM = "platform"

    @property
    def other(self) -> Side:
        return Side.PLATFORM if self is Side.CALENDAR else Side.CALENDAR


@made_at_once
@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an SMTP address; addresses compare without regard to case."""

    address: str
    name: str = ""

    def is_same_as(self, other: Person | None) -> bool:
        return other is not None and self.address.casefold() == other.address.casefold()


@made_at_once
@dataclass(frozen=True, slots=True)
class Booking:
    """One reservation of one resource in canonical form.

    ``organiser`` is the person to whom it belongs: the meeting's organiser, the platform's booker. ``requested``
    tells that it still needs a person's yes. ``join_url`` is where its online meeting is joined.
    """

    when: When
    title: str = ""
    organiser: Person | None = None
    private: bool = False
    cancelled: bool = False
    requested: bool = False
    join_url: str = ""


class Answer(StrEnum):
    """What a mailbox answered to the meeting in its calendar (``responseStatus.response`` of Graph)."""

    NONE = "none"
    ORGANIZER = "organizer"
    TENTATIVE = "tentativelyAccepted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_RESPONDED = "notResponded"


class ShowAs(StrEnum):
    """How an event shows its time (``showAs`` of Graph)."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OOF = "oof"
    WORKING_ELSEWHERE = "workingElsewhere"
    UNKNOWN = "unknown"


@made_at_once
@dataclass(frozen=True, slots=True)
class CalendarKey:
    """What identifies a calendar item for ever.

    A single booking is the immutable id of the resource's own copy. An occurrence is its master and its
    original start in UTC, never the occurrence's own id, which a change of the series may replace.
    """

    event: EventId
    original_start: datetime | None = None

    def __str__(self) -> str:
        if self.original_start is None:
            return str(self.event)
        return f"{self.event}@{self.original_start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @classmethod
    def parse(cls, text: str) -> CalendarKey:
        """Return the key that ``str`` wrote."""
        event, at, start = text.rpartition("@")
        if not at:
            return cls(EventId(text))
        return cls(EventId(event), datetime.strptime(start, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))


@dataclass(frozen=True)
class MeetingKey:
    """What finds a meeting in its organiser's own mailbox: their address, and the iCalUId that all copies share.

    ``start`` tells which occurrence of a series it is: that one may say something by itself.
    """

    organiser: str
    ical_uid: str
    start: datetime | None = None


@dataclass(frozen=True)
class OrganiserCopy:
    """What the organiser's own copy of a meeting says. The title of a private one is not read."""

    title: str
    private: bool


class Unread(StrEnum):
    """Why an organiser's copy was not read: its mailbox is not open to us, has none, or was busy."""

    REFUSED = "refused"
    ABSENT = "absent"
    BUSY = "busy"


@made_at_once
@dataclass(frozen=True, slots=True)
class CalendarItem:
    """One booking as the resource's calendar reports it now.

    ``event`` is the id by which calls reach it in this run. ``is_organiser`` means that the resource's own
    mailbox organises it (a booking of ours, or an entry typed straight into its calendar): only then may
    its time and title be written here. ``transaction`` tells what created it, where Graph reports that.
    ``rooms`` are the addresses of all resources that a meeting asks, where it asks several.
    ``modified`` is when it was last written, by the mailbox's clock, where it was read by itself.
    ``copy_asked`` tells that this run has looked for the organiser's own copy, ``organiser_copy`` what it says
    where it could be read.
    """

    key: CalendarKey
    event: EventId
    version: Version
    booking: Booking
    is_organiser: bool
    answer: Answer
    show_as: ShowAs
    created: datetime
    transaction: TransactionId | None = None
    ical_uid: str = ""
    is_buffer: bool = False
    modified: datetime | None = field(default=None, compare=False)
    rooms: tuple[str, ...] = ()
    copy_asked: bool = False
    organiser_copy: OrganiserCopy | None = None


@dataclass(frozen=True)
class PlatformSeries:
    """The series of which a platform booking is an occurrence.

    ``original_start`` is where its rule has this occurrence, wherever it was moved: an instant in UTC, for whole days
    midnight UTC of the date.
    """

    id: SeriesId
    rule: Rule
    original_start: datetime


@made_at_once
@dataclass(frozen=True, slots=True)
class PlatformItem:
    """One booking as the platform reports it now.

    ``external`` is the mark that we left on what we created: the transaction id of its creation. ``series`` is told by
    platforms that keep series. ``checked_in`` is when somebody did, ``released`` that it was cancelled because
    nobody did, where the platform keeps check-ins.
    """

    id: BookingId
    version: Version
    booking: Booking
    created: datetime
    external: TransactionId | None = None
    successor: BookingId | None = None
    series: PlatformSeries | None = None
    checked_in: datetime | None = None
    released: bool = False


@dataclass(frozen=True)
class Meeting:
    """A meeting as its organiser's mailbox reports it, with what it tells of one room.

    ``invited`` tells whether the room is among its attendees; ``answer`` and ``answered`` are the room's.
    """

    item: CalendarItem
    invited: bool
    answer: Answer = Answer.NONE
    answered: datetime | None = None


Item = CalendarItem | PlatformItem
ItemKey = CalendarKey | BookingId


class Proof(StrEnum):
    """How it was proven that an item is gone: absence alone never is a proof."""

    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    NOT_LISTED = "not_listed"


@dataclass(frozen=True)
class Gone:
    """An item of which the side has proven, in this run, that it no longer takes place.

    ``released`` tells that the platform gave its time back because nobody checked in, ``last`` how the item was
    last, where its side still shows it.
    """

    key: ItemKey
    proof: Proof
    released: bool = False
    last: PlatformItem | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class SetAside:
    """An item that could not be understood; it stands on the resource with its reason, the others go on."""

    side: Side
    key: str
    reason: str


@dataclass(frozen=True)
class Block:
    """A time that the platform keeps free of bookings: maintenance, or (``is_closing``) outside its opening hours."""

    id: str
    when: When
    reason: str = ""
    is_closing: bool = False


class Occupancy(StrEnum):
    """Whether a calendar item takes its time in the resource."""

    TAKES = "takes"
    AWAITS_ROOM = "awaits_room"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Window:
    """The stretch of time that is kept in lockstep, aware times in UTC."""

    start: datetime
    end: datetime


# A member read off its class costs a tenth of a microsecond in Python 3.11: what is asked of every booking of a first
# read is named once, here and in the modules that such a read passes through.
_DECLINED, _ACCEPTED, _FREE = Answer.DECLINED, Answer.ACCEPTED, ShowAs.FREE


def occupancy(item: CalendarItem, *, free_counts: bool = False) -> Occupancy:
    """Tell whether a calendar item occupies the resource, waits for its answer, or is no booking."""
    if takes_nothing(item, free_counts=free_counts):
        return Occupancy.NOTHING
    return Occupancy.AWAITS_ROOM if awaits_room(item) else Occupancy.TAKES


def takes_nothing(item: CalendarItem, *, free_counts: bool = False) -> bool:
    """Tell whether a calendar item is no booking of the resource."""
    if item.booking.cancelled or item.answer is _DECLINED or item.is_buffer:
        return True
    return item.show_as is _FREE and not free_counts


def awaits_room(item: CalendarItem) -> bool:
    """Tell whether the room has still to answer to an item that is a booking."""
    return not item.is_organiser and item.answer is not _ACCEPTED


@dataclass(frozen=True)
class ResourceFacts:
    """What is known of a resource beside its bookings, read from Places or given when it is linked."""

    name: str = ""
    kind: str = "room"
    capacity: int | None = None
    building: str = ""
    floor: str = ""
    zone: str = "UTC"
    phone: str = ""
    contact: str = ""
    features: tuple[str, ...] = field(default=())
