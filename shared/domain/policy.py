"""The settings of one resource: what a person decides about its synchronisation.

A policy is a value with a default for everything. It says how two bookings are settled (``winner``), who
may write where, what is shown, how far the horizon reaches, and from which size a plan needs a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from shared.domain.booking import Side
from shared.domain.ledger import WriteMode


class Winner(StrEnum):
    """Which of two overlapping bookings stays. It is never about two versions of one booking."""

    PLATFORM = "platform"
    CALENDAR = "calendar"
    FIRST = "first"
    REPORT = "report"


class Direction(StrEnum):
    """Which side follows which."""

    BOTH = "both"
    TO_PLATFORM = "to_platform"
    TO_CALENDAR = "to_calendar"


class Titles(StrEnum):
    """What the platform shows as a title of a calendar booking."""

    FULL = "full"
    ORGANIZER = "organizer"
    BUSY = "busy"


class Booker(StrEnum):
    """Whether the person of a platform booking is invited to the event in the resource's calendar."""

    INVITED = "invited"
    NONE = "none"


class DirectEntries(StrEnum):
    """What happens to an entry typed straight into the resource's calendar when it loses its time."""

    REPORT = "report"
    REMOVE = "remove"


class ReceivedEdits(StrEnum):
    """What becomes of a change made on the side that only receives, in a one-way resource."""

    PUT_BACK = "put_back"
    REPORT = "report"


class BufferEntries(StrEnum):
    """Whether the buffers around bookings stand in the resource's calendar, and how they are shown there."""

    NONE = "none"
    FREE = "free"
    BUSY = "busy"


class Imports(StrEnum):
    """Whether the first read of a resource waits for a person, however small it is."""

    GUARDED = "guarded"
    PREVIEW = "preview"


class MeetingEdits(StrEnum):
    """What becomes of another time that the platform gives to a meeting organised in Outlook."""

    PUT_BACK = "put_back"
    ORGANIZER = "organizer"


class UnknownBookers(StrEnum):
    """What happens to a booking of the platform whose booker the tenant's directory does not know."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class Requests(StrEnum):
    """What becomes of a booking that needs a person's yes, before it has one."""

    HOLD = "hold"
    WAIT = "wait"


class SeveralRooms(StrEnum):
    """What a meeting with several rooms keeps when one of them is refused."""

    ANY = "any"
    ALL = "all"


class ReleasedBy(StrEnum):
    """Who gives the time of a booking back at which nobody checks in."""

    LOCKSTEP = "lockstep"
    EXCHANGE = "exchange"


@dataclass(frozen=True)
class Policy:
    """The settings of one resource.

    ``buffer_minutes`` are kept free before and after each booking; ``buffer_before_minutes`` and
    ``buffer_after_minutes`` lengthen that on one side. Buffers of two bookings may lie on each other. ``units`` is
    how many bookings may run at the same time. ``days_back`` and ``days_ahead`` are the horizon around today.
    ``edits`` names the side that wins a field changed on both; without it the side of origin does. Bulk
    thresholds hold steps until a person approves them: more cancellations in one run than
    ``cancellations_held_above``, or a larger part of all bookings than ``cancellations_share_held_above`` percent;
    more writes than ``writes_held_above``; more mails of others than ``mails_held_above``; more new bookings than
    ``growth_held_above`` percent of those that were known. ``imports`` says whether a first read waits in any case,
    ``past_bookings`` whether reads in full carry over what is over. What nobody touches is told again after
    ``held_again_hours``. In ``shadow`` plans are recorded and nothing is written to either side.
    ``received_edits`` says what becomes of a change made on the side that only receives. ``write_mode`` says in
    whose mailbox the event of a platform booking is made; a room that was asked there refuses by not answering
    within ``answer_within_minutes`` (0: it may take any time, as a delegate does). ``meeting_edits`` says whether
    another time for somebody's meeting is written in that person's mailbox or put back on the platform.
    ``settle_seconds`` is how long an overlap has to stand before it is judged. ``unknown_bookers`` counts where
    the tenant's directory is followed. ``requests`` says whether what needs a person's yes holds its time on the
    other side or waits on its own; ``several_rooms`` whether this room stays in a meeting of which another room was
    refused. A booking that changes back and forth more often than ``turns_held_above`` times an hour is held.
    ``join_links`` shows on the platform where an online meeting is joined.
    Where nobody checks in within ``check_in_minutes`` (0: nobody has to), a booking is released; ``released_by`` says
    by whom. A series that was released ``no_shows_reported_after`` times in a row (0: never) is reported.
    """

    direction: Direction = Direction.BOTH
    winner: Winner = Winner.FIRST
    edits: Side | None = None
    titles: Titles = Titles.FULL
    booker: Booker = Booker.NONE
    direct_entries: DirectEntries = DirectEntries.REPORT
    free_counts: bool = False
    buffer_minutes: int = 0
    units: int = 1
    days_back: int = 1
    days_ahead: int = 400
    sweep_minutes: int = 60
    cancellations_held_above: int = 20
    writes_held_above: int = 500
    received_edits: ReceivedEdits = ReceivedEdits.PUT_BACK
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    buffer_entries: BufferEntries = BufferEntries.NONE
    write_mode: WriteMode = WriteMode.ROOM
    answer_within_minutes: int = 15
    imports: Imports = Imports.GUARDED
    past_bookings: bool = True
    cancellations_share_held_above: int = 50
    mails_held_above: int = 50
    growth_held_above: int = 300
    held_again_hours: int = 24
    shadow: bool = False
    settle_seconds: int = 5
    turns_held_above: int = 6
    check_in_minutes: int = 0
    released_by: ReleasedBy = ReleasedBy.LOCKSTEP
    meeting_edits: MeetingEdits = MeetingEdits.PUT_BACK
    requests: Requests = Requests.HOLD
    several_rooms: SeveralRooms = SeveralRooms.ANY

    @property
    def buffer_before(self) -> timedelta:
        """How long before a booking nothing else is booked."""
        return timedelta(minutes=max(self.buffer_minutes, self.buffer_before_minutes))

    @property
    def buffer_after(self) -> timedelta:
        """How long after a booking nothing else is booked."""
        return timedelta(minutes=max(self.buffer_minutes, self.buffer_after_minutes))

    unknown_bookers: UnknownBookers = UnknownBookers.ACCEPT
    join_links: bool = False
    no_shows_reported_after: int = 3

    @property
    def gap(self) -> timedelta:
        """How far apart two bookings are at least: the larger of the two buffers that meet there."""
        return max(self.buffer_before, self.buffer_after)

    def problems(self) -> tuple[str, ...]:
        """Return a sentence for each setting that makes no sense; empty when the policy can be used."""
        limits = {
            "buffer_minutes": (0, 240), "units": (1, 1000), "days_back": (0, 366), "days_ahead": (1, 1080),
            "sweep_minutes": (5, 1440), "cancellations_held_above": (0, 100_000), "writes_held_above": (0, 100_000),
            "buffer_before_minutes": (0, 240), "buffer_after_minutes": (0, 240),
            "answer_within_minutes": (0, 10_080),
            "cancellations_share_held_above": (0, 100), "mails_held_above": (0, 100_000),
            "growth_held_above": (0, 100_000), "held_again_hours": (1, 8760),
            "settle_seconds": (0, 600), "turns_held_above": (1, 1000), "check_in_minutes": (0, 240),
            "no_shows_reported_after": (0, 50),
        }  # fmt: skip
        return tuple(
            f"policy {name} is {getattr(self, name)}; it must be from {low} to {high}"
            for name, (low, high) in limits.items()
            if not low <= getattr(self, name) <= high
        )

    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each setting that may be used and has an effect which people do not expect."""
        if self.buffer_entries is BufferEntries.BUSY and self.gap:
            effect = "Exchange declines a meeting that is moved by less than its buffer or extended into it"
            return (f"buffer_entries is busy: {effect}",)
        return ()

    def with_settings(self, given: Mapping[str, object]) -> Policy:
        """Return this policy with the given settings, by name. Raises ValueError with a sentence for each mistake."""
        known = {field.name: field for field in fields(self)}
        mistakes = [f"policy has no setting {name!r}; it has {', '.join(known)}" for name in given if name not in known]
        values: dict[str, Any] = {}
        for name in given.keys() & known.keys():
            try:
                values[name] = _setting(getattr(self, name), name, given[name])
            except ValueError as error:
                mistakes.append(str(error))
        policy = replace(self, **values)
        mistakes += policy.problems()
        if mistakes:
            raise ValueError("; ".join(sorted(mistakes)))
        return policy

    def as_settings(self) -> dict[str, str | int | bool | None]:
        """Return the settings by name, as they are shown and stored."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.value if isinstance(value, StrEnum) else value for name, value in shown.items()}


def _setting(present: object, name: str, given: object) -> object:
    kind = Side if name == "edits" else type(present)
    if name == "edits" and given in (None, ""):
        return None
    if issubclass(kind, StrEnum):
        try:
            return kind(str(given))
        except ValueError:
            raise ValueError(f"policy {name} is {given!r}; it can be {', '.join(kind)}") from None
    if kind is bool:
        if given in (True, False):
            return bool(given)
        raise ValueError(f"policy {name} is {given!r}; it can be true or false")
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError(f"policy {name} is {given!r}; it must be a whole number")  # noqa: TRY004 - bad input of a person
    return given
