"""Read what a meeting is called, and whether it is private, in its organiser's own mailbox.

The room's copy does not tell: Exchange has put the organiser's name there and cleared the private flag. So where the
platform is to show titles in full, each meeting that is new or was touched is looked up once, by the iCalUId that
all copies share. A mailbox that cannot be read is remembered for a day, as a digest, and its meetings are shown by
their organiser's name; one that is busy is not waited for. Nothing of what was read is kept in the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.app.outside import Outside
from shared.app.sight import Sight, booking_changed
from shared.domain.booking import CalendarItem, MeetingKey, OrganiserCopy, Side, Unread
from shared.domain.fingerprint import person_digest
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping as LedgerMapping
from shared.domain.policy import Direction, Policy, Titles
from shared.domain.resource import Resource

REMEMBERED = timedelta(days=1)
_MOST_REMEMBERED = 200


async def read_organisers(
    sight: Sight, unreadable: Mapping[str, datetime], again: Collection[MappingId], *, all_of_them: bool
) -> dict[str, datetime]:
    """Give the meetings seen what their organisers' copies say; return which mailboxes need not be asked, until when.

    ``again`` are the mappings that are planned anew though nothing of them changed; ``all_of_them`` asks for every
    meeting seen, because what is to be shown has changed. Raises ``Retry``.
    """
    still = {digest: until for digest, until in unreadable.items() if until > sight.now}
    policy = sight.resource.policy
    if not _shows_content(policy) or policy.direction is Direction.TO_CALENDAR:
        return still
    wanted = _wanted(sight, again, all_of_them=all_of_them)
    if not wanted:
        return still
    copies = await _copies(sight.outside, wanted.values(), still, sight.key)
    for event, meeting in wanted.items():
        sight.events[event.key] = _told(event, copies.get(meeting))
    await _read_what_is_shown(sight, wanted)
    until = sight.now + REMEMBERED
    still |= {person_digest(m.organiser, sight.key): until for m, copy in copies.items() if copy is Unread.REFUSED}
    return dict(sorted(still.items(), key=lambda each: each[1], reverse=True)[:_MOST_REMEMBERED])


async def with_copies(
    outside: Outside, resource: Resource, events: Iterable[CalendarItem], unreadable: Mapping[str, datetime]
) -> tuple[CalendarItem, ...]:
    """Return events with what their organisers' copies say, as far as the policy shows it."""
    if not _shows_content(resource.policy):
        return tuple(events)
    now, key = outside.clock.now(), await outside.secrets.fingerprint_key()
    still = {digest: until for digest, until in unreadable.items() if until > now}
    asked = {event: meeting_of(event) for event in events}
    copies = await _copies(outside, [meeting for meeting in asked.values() if meeting], still, key)
    return tuple(_told(event, copies.get(meeting)) if meeting else event for event, meeting in asked.items())


def _shows_content(policy: Policy) -> bool:
    return policy.titles is Titles.FULL or policy.join_links


async def _copies(
    outside: Outside, meetings: Iterable[MeetingKey], unreadable: Collection[str], key: bytes
) -> dict[MeetingKey, OrganiserCopy | Unread]:
    asked = [each for each in dict.fromkeys(meetings) if person_digest(each.organiser, key) not in unreadable]
    return dict(zip(asked, await outside.calendar.organiser_copies(asked), strict=True)) if asked else {}


def _told(event: CalendarItem, copy: OrganiserCopy | Unread | None) -> CalendarItem:
    said = copy if isinstance(copy, OrganiserCopy) else None
    return replace(event, copy_asked=True, organiser_copy=said)


def meeting_of(event: CalendarItem) -> MeetingKey | None:
    """Return what finds a meeting in its organiser's mailbox; None for what has none."""
    organiser = event.booking.organiser
    if event.is_organiser or event.is_buffer or not event.ical_uid or event.booking.cancelled or organiser is None:
        return None
    return MeetingKey(organiser.address.casefold(), event.ical_uid, event.key.original_start)


def _wanted(sight: Sight, again: Collection[MappingId], *, all_of_them: bool) -> dict[CalendarItem, MeetingKey]:
    by_event = {mapping.calendar.key: mapping for mapping in sight.mappings.values() if mapping.calendar}
    wanted = {}
    for event in sight.events.values():
        if not isinstance(event, CalendarItem):
            continue
        meeting, mapping = meeting_of(event), by_event.get(event.key)
        if meeting is None or (mapping and mapping.origin is Side.PLATFORM):
            continue
        if all_of_them or mapping is None or mapping.id in again or _is_touched(sight, event, mapping):
            wanted[event] = meeting
    return wanted


def _is_touched(sight: Sight, event: CalendarItem, mapping: LedgerMapping) -> bool:
    """Tell whether what the platform shows of a meeting may have to change."""
    if not mapping.is_linked or mapping.calendar is None or mapping.calendar.version != event.version:
        return True
    shown = sight.bookings.get(mapping.platform.id) if mapping.platform else None
    return shown is not None and booking_changed(shown, mapping, sight.key)


async def _read_what_is_shown(sight: Sight, wanted: Collection[CalendarItem]) -> None:
    by_event = {mapping.calendar.key: mapping for mapping in sight.mappings.values() if mapping.calendar}
    for event in wanted:
        mapping = by_event.get(event.key)
        if mapping is not None and mapping.is_linked and mapping.platform is not None:
            await sight.read_booking(mapping.platform.id)
