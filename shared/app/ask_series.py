"""Ask the room for a whole series in the booker's name: one series in their own mailbox invites it.

Each occurrence waits for the room by itself. What the series has and no booking wants is taken back in the same run.
A mailbox that refuses lets the series stand in the room's own calendar, and the decisions say so. No error leaves
``await_room``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.app import ask_room
from shared.app.apply import run_settlement
from shared.app.applying import Applying, Outcome
from shared.app.buffers import write_buffers
from shared.app.leave_open import failed
from shared.app.link_occurrences import brought_to, copy_of, original_of
from shared.domain.booking import CalendarItem, CalendarKey
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import SeriesWrite, Settlement
from shared.domain.spans import occupied
from shared.domain.undo import as_made
from shared.domain.waiting_requests import next_look
from shared.ports.calendar import SeriesFound
from shared.ports.errors import PortError


async def await_all(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], found: SeriesFound
) -> list[Outcome]:
    """Let every booking of a series that was written wait for the room, put where the booking is."""
    items = {item.key: item for item in found.items}
    keys = {each.id: _key_of(each, write, found) for each in members}
    return [await _await_room(applying, write, each, items.get(keys[each.id])) for each in members]


def _key_of(settlement: Settlement, write: SeriesWrite, found: SeriesFound) -> CalendarKey:
    """Return the occurrence of a booking: where a series kept its rule it stands where it stood."""
    kept = write.master is not None and not write.resets
    return copy_of(settlement) if kept else CalendarKey(found.master, original_of(settlement))


async def _await_room(
    applying: Applying, write: SeriesWrite, settlement: Settlement, item: CalendarItem | None
) -> Outcome:
    after = settlement.after
    assert after is not None
    assert after.request is not None
    if item is None:
        return await run_settlement(applying, settlement)
    try:
        written = await brought_to(applying, settlement, item, after.request.mailbox)
        asked = _asked(after, written, item.key, write)
        asked = await write_buffers(applying.outside, applying.resource, settlement, asked) or asked
    except PortError as error:
        return failed(applying, settlement, error)
    if asked.state is MappingState.AWAITING_ROOM:
        settlement = replace(settlement, open=next_look(asked.id, applying.outside.clock.now()))
    return Outcome(settlement, settlement.before, asked)


def _asked(after: Mapping, item: CalendarItem, key: CalendarKey, write: SeriesWrite) -> Mapping:
    """Return a booking that asks the room by an occurrence of the series.

    Of a series that got other times the room's copies have other starts: they are found anew.
    """
    assert after.request is not None
    agreed = after.when if after.is_linked else after.request.agreed
    request = replace(ask_room.written(after.request, item), occurrence=key, agreed=agreed)
    asked = as_made(replace(after, request=request, generation=max(after.generation, write.generation)))
    if write.resets or after.state is MappingState.CREATING:
        return replace(asked, calendar=None, state=MappingState.AWAITING_ROOM)
    return replace(asked, request=replace(request, agreed=after.request.agreed))


def in_room_instead(members: Sequence[Settlement], error: PortError) -> list[Settlement] | None:
    """Return how a series that its mailbox refused is made in the room itself; None where that is not the matter."""
    instead = [ask_room.in_room_instead(each, error) for each in members]
    found = [each for each in instead if each is not None]
    return found if len(found) == len(members) else None


async def unknown_to_the_ledger(applying: Applying, items: Sequence[CalendarItem]) -> list[CalendarItem]:
    """Return the occurrences by which no booking of the ledger asks the room."""
    days = {day for item in items for day in occupied(item.booking.when, applying.resource.facts.zone).days()}
    known = await applying.outside.ledgers.on_days(applying.resource.id, sorted(days))
    asked = {mapping.request.occurrence for mapping in known if mapping.request}
    return [item for item in items if item.key not in asked]
