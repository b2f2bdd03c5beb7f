"""How a booking of one side is shown on the other, under the policy.

Equal means that each side equals the projection of the other. A private meeting's title never leaves the
calendar side; on the room's copy of somebody else's meeting Exchange has replaced the title by the
organiser's name and cleared the private flag, so that copy's title is never shown as one: a meeting shows
its title only where the organiser's own copy was read and is not private, else its organiser's name.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from shared.domain.booking import Answer, Booking, CalendarItem, PlatformItem, ShowAs, Side
from shared.domain.fingerprint import Field
from shared.domain.policy import Policy, Requests, Titles

PRIVATE_TITLE = "Private"
BUSY_TITLE = "Reserved"

CALENDAR_FIELDS = (Field.TIME, Field.TITLE, Field.PRIVATE, Field.STATUS)
"""What is written to an event that the resource's own mailbox organises."""

PLATFORM_FIELDS = (Field.TIME, Field.TITLE, Field.ORGANISER, Field.PRIVATE, Field.STATUS)
"""What is written to a platform booking."""


def to_platform(item: CalendarItem, policy: Policy, origin: Side = Side.CALENDAR) -> Booking:
    """Return the booking that the platform shows of a calendar item.

    A booking that was made on the platform keeps its title there: the policy is about what it did not know.
    """
    return shown_under(item, policy, title_source(item, policy, origin), origin)


def shown_under(item: CalendarItem, policy: Policy, title: Source, origin: Side = Side.CALENDAR) -> Booking:
    """Return the booking that the platform shows of a calendar item whose title comes from ``title``."""
    booking = item.booking
    return Booking(
        booking.when,
        _title_on_platform(item, title),
        booking.organiser,
        is_private(item),
        False,
        _is_requested(item, policy, origin),
        _join_url(item) if policy.join_links and origin is _CALENDAR else "",
    )


def _join_url(item: CalendarItem) -> str:
    """Return what the platform shows as the way into an online meeting: nothing of what is, or may be, private."""
    is_known_open = (item.is_organiser or item.organiser_copy is not None) and not is_private(item)
    return item.booking.join_url if is_known_open else ""


class Source(StrEnum):
    """Where a value that the platform shows of a calendar booking comes from."""

    EVENT = "event"
    ORGANISERS_COPY = "organisers_copy"
    ORGANISERS_NAME = "organisers_name"
    PRIVATE = "private"
    POLICY = "policy"
    PLATFORM = "platform"


_PLATFORM, _CALENDAR = Side.PLATFORM, Side.CALENDAR
_EVENT, _COPY, _NAME = Source.EVENT, Source.ORGANISERS_COPY, Source.ORGANISERS_NAME
_PRIVATE, _BY_POLICY = Source.PRIVATE, Source.POLICY
_BUSY, _BY_ORGANISER = Titles.BUSY, Titles.ORGANIZER
_WAIT, _ACCEPTED = Requests.WAIT, Answer.ACCEPTED


def title_source(item: CalendarItem, policy: Policy, origin: Side = Side.CALENDAR) -> Source:
    """Return where the title comes from that the platform shows of a calendar item."""
    if origin is _PLATFORM and item.is_organiser:
        return Source.PLATFORM
    if policy.titles is _BUSY:
        return _BY_POLICY
    if policy.titles is _BY_ORGANISER or (not item.is_organiser and item.organiser_copy is None):
        return _NAME if item.booking.organiser else _BY_POLICY
    if is_private(item):
        return _PRIVATE
    return _EVENT if item.is_organiser else _COPY


def private_source(item: CalendarItem) -> Source:
    """Return where it comes from whether a calendar item is private."""
    return _COPY if item.organiser_copy is not None else _EVENT


def shown_from(title: Source, private: Source) -> dict[str, str]:
    """Return, as the facts of a decision, where each value comes from that the platform shows of a calendar item."""
    return {"title_from": title, "private_from": private, "organiser_from": Source.EVENT}


def is_private(item: CalendarItem | PlatformItem) -> bool:
    """Tell whether a booking is private, as far as its side and its organiser's own copy say."""
    if isinstance(item, PlatformItem):
        return item.booking.private
    return item.booking.private or (item.organiser_copy is not None and item.organiser_copy.private)


def _is_requested(item: CalendarItem, policy: Policy, origin: Side) -> bool:
    """Tell whether the room has still to say yes: to a meeting by its answer, to what was requested on the platform by
    how its entry is shown. What somebody types into the room's calendar needs no yes.
    """
    if policy.requests is _WAIT:
        return False
    if item.is_organiser:
        return origin is _PLATFORM and item.show_as is ShowAs.TENTATIVE
    return item.answer is not _ACCEPTED


def _title_on_platform(item: CalendarItem, source: Source) -> str:
    booking = item.booking
    if source is _NAME and booking.organiser is not None:
        return booking.organiser.name or booking.organiser.address
    if source is _COPY and item.organiser_copy is not None:
        return item.organiser_copy.title
    if source is _PRIVATE:
        return PRIVATE_TITLE
    return BUSY_TITLE if source is _BY_POLICY else booking.title


def to_calendar(item: PlatformItem) -> Booking:
    """Return the booking that the resource's calendar shows of a platform booking."""
    booking = item.booking
    title = PRIVATE_TITLE if booking.private else booking.title
    return Booking(booking.when, title, booking.organiser, booking.private, requested=booking.requested)


def value(booking: Booking, name: Field) -> object:
    """Return a field of a booking in a form that compares equal exactly where both mean the same."""
    match name:
        case Field.TIME:
            return booking.when
        case Field.TITLE:
            return booking.title
        case Field.ORGANISER:
            return booking.organiser.address.casefold() if booking.organiser else ""
        case Field.PRIVATE:
            return booking.private
        case Field.STATUS:
            return booking.requested
        case Field.JOIN_URL:
            return booking.join_url
        case _:
            return booking.cancelled


def written(target: Booking, source: Booking, fields: frozenset[Field]) -> Booking:
    """Return ``target`` with ``fields`` taken from ``source``."""
    if Field.TIME in fields:
        target = replace(target, when=source.when)
    if Field.TITLE in fields:
        target = replace(target, title=source.title)
    if Field.ORGANISER in fields:
        target = replace(target, organiser=source.organiser)
    if Field.PRIVATE in fields:
        target = replace(target, private=source.private)
    if Field.STATUS in fields:
        target = replace(target, requested=source.requested)
    if Field.JOIN_URL in fields:
        target = replace(target, join_url=source.join_url)
    return target
