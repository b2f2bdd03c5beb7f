"""Values from which the tables of the domain's tests are built: one Monday in the room Matterhorn in Zurich."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from shared.domain.booking import (
    Answer,
    Block,
    Booking,
    CalendarItem,
    CalendarKey,
    Person,
    PlatformItem,
    ShowAs,
    Side,
    Window,
)
from shared.domain.cases import Setting
from shared.domain.ids import BookingId, EventId, MappingId, TransactionId, Version
from shared.domain.ledger import Mapping, MappingState, OpenStep
from shared.domain.plan import LedgerView
from shared.domain.policy import Policy
from shared.domain.records import calendar_record, platform_record
from shared.domain.spans import Timed, When

KEY = b"a key of this installation"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
MADE = datetime(2026, 11, 1, 8, tzinfo=UTC)
ADELE = Person("adele.vance@contoso.example", "Adele Vance")
BEN = Person("ben.walters@contoso.example", "Ben Walters")
ZURICH = "Europe/Zurich"
WINDOW = Window(datetime(2026, 11, 19, tzinfo=UTC), datetime(2027, 12, 26, tzinfo=UTC))
ID = MappingId("01HMAPPING")


def at(start: str, end: str, day: date = MONDAY) -> Timed:
    """Return a time on a day from two times of day such as ``"09:00"``, in UTC."""
    return Timed(instant(start, day), instant(end, day))


def instant(clock: str, day: date = MONDAY) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC)


MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")


def meeting(
    when: When = MORNING,
    title: str = "Adele Vance",
    answer: Answer = Answer.ACCEPTED,
    show_as: ShowAs = ShowAs.BUSY,
    name: str = "AAkA/theirs=",
    organiser: Person | None = ADELE,
    private: bool = False,
    cancelled: bool = False,
    created: datetime = MADE,
) -> CalendarItem:
    """Return the room's copy of a meeting that somebody else organises."""
    return CalendarItem(
        CalendarKey(EventId(name)),
        EventId(name),
        Version("1"),
        Booking(when, title, organiser, private, cancelled),
        is_organiser=False,
        answer=answer,
        show_as=show_as,
        created=created,
    )


def entry(
    when: When = MORNING,
    title: str = "Workshop",
    name: str = "AAkA/ours=",
    private: bool = False,
    show_as: ShowAs = ShowAs.BUSY,
    cancelled: bool = False,
    is_buffer: bool = False,
    transaction: TransactionId | None = None,
    created: datetime = MADE,
) -> CalendarItem:
    """Return an event that the room's own mailbox organises: one of ours, or typed straight into its calendar."""
    return CalendarItem(
        CalendarKey(EventId(name)),
        EventId(name),
        Version("1"),
        Booking(when, title, None, private, cancelled),
        is_organiser=True,
        answer=Answer.ORGANIZER,
        show_as=show_as,
        created=created,
        transaction=transaction,
        is_buffer=is_buffer,
    )


def booked(
    when: When = MORNING,
    title: str = "Workshop",
    name: str = "b1",
    owner: Person | None = BEN,
    private: bool = False,
    cancelled: bool = False,
    external: TransactionId | None = None,
    created: datetime = MADE,
) -> PlatformItem:
    """Return a booking as the platform reports it."""
    return PlatformItem(
        BookingId(name), Version("1"), Booking(when, title, owner, private, cancelled), created, external
    )


def linked(event: CalendarItem, booking: PlatformItem, origin: str = "platform", known_as: MappingId = ID) -> Mapping:
    """Return the mapping that ties both and remembers them as they are given here."""
    return Mapping(
        known_as,
        Side(origin),
        event.booking.when,
        made_at=MADE,
        held_since=MADE,
        calendar=calendar_record(event, KEY),
        platform=platform_record(booking, KEY),
    )


def one_sided(
    item: CalendarItem | PlatformItem,
    state: MappingState,
    reason: str = "",
    known_as: MappingId = ID,
    generation: int = 1,
) -> Mapping:
    """Return the mapping of a booking that stands on its side of origin only."""
    calendar = calendar_record(item, KEY) if isinstance(item, CalendarItem) else None
    platform = platform_record(item, KEY) if isinstance(item, PlatformItem) else None
    origin = "calendar" if calendar else "platform"
    return Mapping(
        known_as,
        Side(origin),
        item.booking.when,
        made_at=MADE,
        held_since=MADE,
        state=state,
        calendar=calendar,
        platform=platform,
        generation=generation,
        reason=reason,
    )


def ledger(
    *mappings: Mapping,
    open_steps: Sequence[OpenStep] = (),
    blocks: Sequence[Block] = (),
    bulk: bool = False,
    window: Window = WINDOW,
) -> LedgerView:
    return LedgerView(tuple(mappings), tuple(open_steps), tuple(blocks), KEY, ZURICH, window, bulk=bulk)


def setting(policy: Policy | None = None, **more: Any) -> Setting:
    return Setting(policy or Policy(), KEY, NOW, **more)
