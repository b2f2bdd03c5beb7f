"""What the simulated tenant consists of, as immutable values; a change is a new value put into the store.

Times are aware UTC datetimes unless they are named wall times. Nothing here decides behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NewType

MailboxId = NewType("MailboxId", str)
"""The directory object id (a GUID) of a mailbox."""
EventId = NewType("EventId", str)
"""The immutable id of a stored event; the id on the wire may be another form of it (facts 3.7)."""

Purpose = Literal["user", "room", "equipment", "shared"]
Kind = Literal["singleInstance", "seriesMaster", "occurrence", "exception"]
Answer = Literal["none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"]
ChangeType = Literal["created", "updated", "deleted"]


@dataclass(frozen=True)
class Address:
    """A mail address with its display name."""

    name: str
    address: str


@dataclass(frozen=True)
class WorkingHours:
    """Wall times `HH:MM:SS` of the given zone, on the given days (Graph's names in lower case)."""

    days: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    start: str = "08:00:00"
    end: str = "17:00:00"
    zone: str = "Europe/Zurich"


@dataclass(frozen=True)
class Place:
    """What Places tells of a room (facts 5); equipment has none there."""

    capacity: int | None = None
    building: str | None = None
    floor_number: int | None = None
    floor_label: str | None = None
    label: str | None = None
    nickname: str | None = None
    phone: str | None = None
    booking_type: str = "standard"
    tags: tuple[str, ...] = ()
    audio_device: str | None = None
    video_device: str | None = None
    display_device: str | None = None
    wheelchair: bool = False


@dataclass(frozen=True)
class Processing:
    """Calendar processing of a resource mailbox, named as in Set-CalendarProcessing, with its defaults (facts
    3.5).

    `room_copy_delay_ms` is the simulator's own: the time between request and the copy in the room's calendar.
    """

    automate_processing: Literal["AutoAccept", "AutoUpdate", "None"] = "AutoAccept"
    add_organizer_to_subject: bool = True
    delete_subject: bool = True
    delete_comments: bool = True
    remove_private_property: bool = True
    allow_conflicts: bool = False
    conflict_percentage_allowed: int = 0
    maximum_conflict_instances: int = 0
    allow_recurring_meetings: bool = True
    enforce_scheduling_horizon: bool = True
    booking_window_in_days: int = 180
    maximum_duration_in_minutes: int = 1440
    process_external_meeting_messages: bool = False
    add_new_requests_tentatively: bool = True
    tentative_pending_approval: bool = True
    remove_canceled_meetings: bool = False
    room_copy_delay_ms: int = 0


@dataclass(frozen=True)
class Mailbox:
    """A user, room, equipment or shared mailbox.

    `state`: `active`; `inactive` (no mailbox: 404 MailboxNotEnabledForRESTAPI); `softDeleted` (the same, and
    the user is removed with reason `changed`); `deleted` (gone for good); `denied` (403 ErrorAccessDenied).
    `enabled` is the directory's accountEnabled, which is false for rooms.
    """

    id: MailboxId
    upn: str
    display_name: str
    purpose: Purpose = "user"
    aliases: tuple[str, ...] = ()
    zone: str = "Europe/Zurich"
    hours: WorkingHours = field(default_factory=WorkingHours)
    place: Place = field(default_factory=Place)
    processing: Processing = field(default_factory=Processing)
    state: Literal["active", "inactive", "softDeleted", "deleted", "denied"] = "active"
    enabled: bool = True
    job_title: str | None = None
    department: str | None = None
    language: str | None = None

    @property
    def address(self) -> Address:
        """The primary address; the simulator keeps UPN and mail equal."""
        return Address(self.display_name, self.upn)

    @property
    def is_resource(self) -> bool:
        """Whether calendar processing applies at all."""
        return self.purpose in ("room", "equipment")


@dataclass(frozen=True)
class Span:
    """From when to when: wall times with the zone names they were written in, and the UTC instants they mean.

    An all-day span is two dates (midnights, end exclusive) which mean midnight in the mailbox's own zone.
    """

    start_wall: datetime
    end_wall: datetime
    start_zone: str
    end_zone: str
    start: datetime
    end: datetime
    all_day: bool = False


@dataclass(frozen=True)
class Attendee:
    """One attendee of the organizer's list, with the answer known to the owner of this copy."""

    address: Address
    type: Literal["required", "optional", "resource"] = "required"
    answer: Answer = "none"
    answered: datetime | None = None


@dataclass(frozen=True)
class Event:
    """One stored calendar item: a single event, a series master or an exception. Occurrences are not stored.

    `span` of a master is its first occurrence. `original_date` and `original_start` say which occurrence an
    exception replaces. `cancelled_dates` of a master are the occurrences that are gone. `stored` is `deleted`
    in Deleted Items. `extended` maps property keys to (id as written, value). `details` are
    properties kept as they came.
    """

    id: EventId
    mailbox: MailboxId
    uid: str
    kind: Kind
    subject: str
    span: Span
    organizer: Address
    created: datetime
    modified: datetime
    change_key: str = ""
    is_organizer: bool = True
    body: str = ""
    body_type: str = "html"
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    attendees: tuple[Attendee, ...] = ()
    locations: tuple[Mapping[str, Any], ...] = ()
    categories: tuple[str, ...] = ()
    answer: Answer = "organizer"
    answered: datetime | None = None
    response_requested: bool = True
    is_cancelled: bool = False
    recurrence: Mapping[str, Any] | None = None
    series_master: EventId | None = None
    original_date: date | None = None
    original_start: datetime | None = None
    cancelled_dates: tuple[date, ...] = ()
    transaction_id: str | None = None
    extended: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    stored: Literal["calendar", "deleted"] = "calendar"


@dataclass(frozen=True)
class Change:
    """One entry of a mailbox's change log; `event` is a single event or a master, never an occurrence (facts
    1.4).

    `gone` are the dates of occurrences that left the series with this change.
    """

    seq: int
    mailbox: MailboxId
    event: EventId
    type: ChangeType
    at: datetime
    gone: tuple[date, ...] = ()


@dataclass(frozen=True)
class DirectoryChange:
    """One entry of the directory's change log, for users/delta and subscriptions on /users."""

    seq: int
    mailbox: MailboxId
    type: Literal["updated", "deleted"]
    at: datetime


@dataclass(frozen=True)
class Mail:
    """A mail that Exchange would have sent. `kind`: request, update, cancellation, accepted, tentative,
    declined, mail.
    """

    seq: int
    sender: str
    to: tuple[str, ...]
    kind: str
    subject: str
    at: datetime
    event: str | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subscription:
    """A change notification subscription (facts 1.1).

    On the events of `mailbox`, or with `directory` on that user (None: on all users).
    """

    id: str
    resource: str
    mailbox: MailboxId | None
    change_types: tuple[str, ...]
    notification_url: str
    expires: datetime
    application_id: str
    lifecycle_url: str | None = None
    client_state: str | None = None
    immutable_ids: bool = False
    tls_version: str = "v1_2"
    directory: bool = False
    told_to_reauthorize: bool = False


@dataclass(frozen=True)
class Delivery:
    """A meeting mail on its way to a mailbox of the tenant, with the organizer's version of the event in it."""

    seq: int
    kind: Literal["request", "cancellation"]
    to: MailboxId
    event: Event
    due: datetime
    master_uid: str | None = None
    comment: str = ""
