"""What somebody at a resource's door sees and does, under the same conflict rule as everywhere and answered at once.

Nothing is done at a door that both sides could not keep: a meeting belongs to its organiser, so it is never moved here.
To extend one, what follows it is booked; to end one early, the room leaves it. Where what the platform shows may not be
what Outlook has (paused, failing, not linked), the door only shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.app.messages import words_of
from shared.app.outside import Outside
from shared.domain.booking import Block, Booking, PlatformItem
from shared.domain.door import Door, Room, begins, door, looked_at
from shared.domain.ids import BookingId, PlatformId, TransactionId
from shared.domain.panels import Panel
from shared.domain.policy import Direction, MeetingEdits
from shared.domain.resource import Resource, State
from shared.domain.spans import Timed
from shared.ports.door import DoorDesk
from shared.ports.errors import Rejected, Stale

KEPT_UP = (State.IN_STEP, State.BEHIND, State.HELD)
"""States in which what the platform shows is what stands on both sides, but for single changes on their way."""
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 12 * 60
_UNBOUNDED = timedelta(hours=1)
"""How long a booking until the next one is where none is known."""


@dataclass(frozen=True)
class Seen:
    """A door, and since when it may not be as the calendar has it (None: it is kept up to date)."""

    door: Door
    stale_since: datetime | None


@dataclass(frozen=True)
class AtDoor:
    """Somebody at a panel of a resource, who reads in a language."""

    outside: Outside
    desk: DoorDesk
    resource: Resource
    panel: Panel
    language: str

    @property
    def place(self) -> PlatformId:
        """The resource on the platform. Raises ``Rejected`` where it has none."""
        if self.resource.platform is None:
            raise Rejected(self.say("no_platform"), code="invalid")
        return self.resource.platform

    @property
    def zone(self) -> str:
        return self.resource.facts.zone

    @property
    def books(self) -> bool:
        """Whether anything may be booked and changed here."""
        return self.resource.state in KEPT_UP and self.resource.policy.direction is not Direction.TO_PLATFORM

    def say(self, name: str, at: datetime | None = None, **places: object) -> str:
        """Return a sentence in the reader's language; ``at`` is told on the resource's clock."""
        return words_of(self.language, "door")[name].format(time=self._clock(at) if at else "", **places)

    def _clock(self, at: datetime) -> str:
        """Return a time of day, with its date where that is not today."""
        zone = ZoneInfo(self.zone)
        local, now = at.astimezone(zone), self.outside.clock.now().astimezone(zone)
        day = f"{local:{words_of(self.language, 'times')['day']}} " if local.date() != now.date() else ""
        return f"{day}{local:%H:%M}"

    def refuse(self, name: str, at: datetime | None = None, code: str = "overlap", **places: object) -> Rejected:
        return Rejected(self.say(name, at, **places), code=code)


def stale_since(resource: Resource) -> datetime | None:
    """Return since when a resource's two sides may differ without anybody being told; None where they are equal."""
    if resource.state in KEPT_UP:
        return None
    return resource.first_failure or resource.since or resource.linked_at


async def look(at: AtDoor) -> Seen:
    """Return what stands on the door now."""
    now, (items, blocks) = at.outside.clock.now(), await _read(at)
    shown = door(items, blocks, at.resource.policy, at.zone, now, books=at.books)
    return Seen(shown, stale_since(at.resource))


async def book_now(at: AtDoor, minutes: int | None, transaction: TransactionId | None = None) -> str:
    """Book from this minute on, for ``minutes`` or (None) until the next booking; return what was done."""
    if transaction is not None and (earlier := await _made_under(at, transaction)) is not None:
        return at.say("booked", earlier)
    seen = (await _open(at)).door
    start = begins(seen.now)
    if not seen.booking.lengths and seen.booking.until is None:
        raise at.refuse("taken_now", seen.until) if seen.until else at.refuse("not_now")
    end = _end(at, start, seen.booking, minutes)
    await at.desk.book(at.place, Booking(Timed(start, end), at.panel.books_as), transaction)
    return at.say("booked", end)


async def extend(at: AtDoor, booking: BookingId, minutes: int | None) -> str:
    """Make the booking that runs longer, or book what follows it where it belongs to its organiser."""
    item, seen = await _current(at, booking)
    room, end = seen.extending, seen.current.span.end if seen.current else seen.now
    if not room.lengths and room.until is None:
        raise at.refuse("next_begins", seen.next.span.start) if seen.next else at.refuse("not_now")
    until = _end(at, end, room, minutes)
    if await _is_ours(at, item):
        await at.desk.bring(at.place, item.id, _ending(item, until), item.version)
    elif at.resource.policy.gap:
        raise at.refuse("gap_needed", code="blocked", minutes=int(at.resource.policy.gap.total_seconds() // 60))
    else:
        await at.desk.book(at.place, Booking(Timed(end, until), at.panel.books_as))
    return at.say("extended", until)


async def end_early(at: AtDoor, booking: BookingId) -> str:
    """End the booking that runs with this minute; one just begun, or that is its organiser's, is cancelled."""
    item, seen = await _current(at, booking)
    end = begins(seen.now)
    began = isinstance(item.booking.when, Timed) and item.booking.when.start < end
    if began and await _is_ours(at, item):
        await at.desk.bring(at.place, item.id, _ending(item, end), item.version)
    else:
        await at.desk.cancel(at.place, item.id, at.say("ended_reason"), item.version)
    return at.say("ended")


async def check_in(at: AtDoor, booking: BookingId) -> str:
    """Note that somebody has come to the booking that the door asks about."""
    await at.desk.check_in(at.place, booking)
    return at.say("checked_in")


async def _read(at: AtDoor) -> tuple[list[PlatformItem], tuple[Block, ...]]:
    window = looked_at(at.zone, at.outside.clock.now())
    listing = await at.desk.list_range(at.place, window)
    return [each.item for each in listing.entries], await at.desk.blocks(at.place, window)


async def _open(at: AtDoor) -> Seen:
    """Return the door, at which something may be done. Raises ``Rejected`` where it only shows."""
    if not at.books:
        raise at.refuse("only_shown", code="invalid")
    return await look(at)


async def _current(at: AtDoor, booking: BookingId) -> tuple[PlatformItem, Door]:
    """Return the booking that runs, which has to be the one that somebody saw."""
    seen = (await _open(at)).door
    if seen.current is None or seen.current.booking != booking or not seen.can_end:
        raise Stale(at.say("changed"))
    kept = await at.desk.get(at.place, booking)
    if kept is None:
        raise Stale(at.say("changed"))
    return kept.item, seen


async def _made_under(at: AtDoor, transaction: TransactionId) -> datetime | None:
    """Return the end of what was booked under a key before, where it still stands."""
    kept = await at.desk.made_under(at.place, transaction)
    when = kept.item.booking.when if kept else None
    return when.end if isinstance(when, Timed) else None


async def _is_ours(at: AtDoor, item: PlatformItem) -> bool:
    """Tell whether the time of a booking may be changed: it was made here, or its organiser's mailbox takes changes."""
    if at.resource.policy.meeting_edits is MeetingEdits.ORGANIZER:
        return True
    known = await at.outside.ledgers.by_booking_ids(at.resource.id, [item.id])
    return all(each.is_movable or each.calendar is None for each in known)


def _end(at: AtDoor, start: datetime, room: Room, minutes: int | None) -> datetime:
    """Return the end of what begins at ``start`` and is ``minutes`` long, or lasts until the next booking."""
    if minutes is None:
        return room.until or start + _UNBOUNDED
    end = start + timedelta(minutes=minutes)
    if room.until is not None and end > room.until:
        raise at.refuse("at_most", room.until)
    return end


def _ending(item: PlatformItem, end: datetime) -> Booking:
    when = item.booking.when
    assert isinstance(when, Timed)
    return replace(item.booking, when=Timed(when.start, end))
