"""Series by which the room is asked in a person's own mailbox. Pure.

Each occurrence keeps a request of its own, which names its place in the series: the room may answer for each by
itself. Copies share no ids, but they share the original start and the series' iCalUId. Where the room declines such a
series as a whole, because one of its times is taken or because of a rule of its own, it is asked for each occurrence
by itself, as an event of its own: it then declines only what it must.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from datetime import datetime

from shared.domain.booking import CalendarItem, CalendarKey, Side
from shared.domain.cases import Case, Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep, RoomRequest, WriteMode
from shared.domain.meeting_uid import series_uid
from shared.domain.plan import Action, Settlement, Step
from shared.domain.waiting_requests import settled_request

DECLINED_WHOLE = "the room declined the series as a whole"

Place = tuple[str, datetime | None]
"""The iCalUId that all copies of a meeting or of its series share, and which occurrence of it."""


def asked_place(mapping: Mapping) -> CalendarKey | None:
    """Return the series in a person's own mailbox, and the original start, by which an occurrence asks the room.

    Its organiser may have given the series other starts meanwhile, which the room's copy tells.
    """
    request = mapping.request
    if request is None or request.occurrence is None:
        return None
    known = mapping.calendar.key.original_start if mapping.calendar else None
    return replace(request.occurrence, original_start=known) if known else request.occurrence


def own_key(mapping: Mapping) -> CalendarKey | None:
    """Return the key of the event that is written for a mapping: in a person's own mailbox, else in the room's."""
    return asked_place(mapping) or (mapping.calendar.key if mapping.calendar else None)


def place_of_request(mapping: Mapping) -> Place | None:
    """Return by what the room's copy of a request is known."""
    request = mapping.request
    if request is None or not request.ical_uid:
        return None
    key = asked_place(mapping)
    return (series_uid(request.ical_uid), key.original_start) if key else (request.ical_uid, None)


def whose_copy(asked: MappingOf[Place, MappingId], event: CalendarItem) -> MappingId | None:
    """Return the request of which an event in the room's calendar is the copy."""
    single = asked.get((event.ical_uid, None))
    start = event.key.original_start
    return single or (asked.get((series_uid(event.ical_uid), start)) if start else None)


def is_declined_whole(mapping: Mapping, setting: Setting) -> bool:
    """Tell whether the room declined all of the series of which a request is an occurrence."""
    key = asked_place(mapping)
    return key is not None and mapping.origin is Side.PLATFORM and key.event in setting.declined_series


def of_asked_series(settlement: Settlement, mappings: Iterable[Mapping]) -> Settlement:
    """Return the pair that the window came to show of a series by which the room is asked, with its request.

    Who organises it is known from the others of that series.
    """
    event, after = settlement.calendar, settlement.after
    if event is None or event.is_organiser or after is None:
        return settlement
    uid = series_uid(event.ical_uid)
    for mapping in mappings:
        asks, key = mapping.request, asked_place(mapping)
        if asks is not None and key is not None and series_uid(asks.ical_uid) == uid:
            request = RoomRequest(
                asks.mailbox,
                asks.person,
                ical_uid=event.ical_uid,
                occurrence=CalendarKey(key.event, event.key.original_start),
            )
            asked = replace(after, mode=WriteMode.ORGANIZER, request=request)
            return replace(settlement, after=asked, steps=(), decisions=(Reason(Code.ADOPTED),), adopted=None)
    return settlement


def asked_apart(case: Case, setting: Setting) -> Settlement:
    """Take a request out of a series that the room declined as a whole; the next run asks by an event of its own."""
    mapping, request = case.mapping, case.mapping.request
    assert request is not None
    alone = RoomRequest(request.mailbox, request.person, agreed=request.agreed, singly=True)
    after = replace(
        mapping, calendar=None, generation=mapping.generation + 1, state=MappingState.CREATING, in_series=False,
        request=alone,
    )  # fmt: skip
    step = Step(Action.CANCEL, Side.CALENDAR, Reason(Code.CANCELLED_ON_CALENDAR))
    again = OpenStep(f"{Cause.STALE}-{mapping.id}", Cause.STALE, setting.now, setting.now, mapping.id)
    said = Reason(Code.WRITTEN_SINGLY, {"why": DECLINED_WHOLE})
    return replace(settled_request(case, after, (step,), (said,)), open=again)
