"""See whom a plan concerns, before it changes anything: whose bookings, as they stand now, and which mails wait.

Cancelled bookings can no longer be read in full, so this comes before the plan is applied. Nothing is sent here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shared.app.applying import Applying
from shared.app.observed import Observed
from shared.app.waiting_mails import Waiting, due_mails
from shared.domain.booking import Gone, Item, Person, Side
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, OpenStep
from shared.domain.notices import Notice, NoticeKind, notices_of, other_of
from shared.domain.plan import Plan, Settlement
from shared.domain.spans import When, occupied
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.mails")

NOT_SET = "no mailbox for mails is set"
_FULL_READ = "a full read sends no mails"


@dataclass(frozen=True)
class Notices:
    """What is to be told once the settlements have happened.

    ``bookings`` are the bookings concerned as they stood before the run changed them, by mapping, with the side on
    which each was made; ``old_times`` are those the ledger knows. ``notes`` are the open steps to write before
    anything is sent, ``waiting`` the mails of earlier runs that are due again, by the id of their step, ``left`` what
    a run was telling when it ended, ``by_platform`` what the platform tells its owners by itself.
    """

    due: tuple[Notice, ...] = ()
    silent: tuple[Notice, ...] = ()
    why: str = ""
    bookings: dict[MappingId, tuple[Item, Side]] = field(default_factory=dict)
    old_times: dict[MappingId, When] = field(default_factory=dict)
    notes: tuple[OpenStep, ...] = ()
    waiting: dict[str, Waiting] = field(default_factory=dict)
    left: frozenset[MappingId] = frozenset()
    by_platform: tuple[Notice, ...] = ()


def note_id(settlement: MappingId) -> str:
    """Return the id of the open step that says that somebody is being told."""
    return f"tell-{settlement}"


async def prepare_notices(applying: Applying, plan: Plan, seen: Observed) -> Notices:
    """Return whom the plan concerns, with their bookings as they stand now: cancelled ones can no longer be read."""
    left = left_behind(seen)
    every = [n for s in plan.settlements for n in notices_of(s) if n.settlement not in left]
    by_platform = tuple(notice for notice in every if _is_told_by_platform(applying, notice))
    found = [notice for notice in every if notice not in by_platform]
    why = NOT_SET if applying.outside.mail is None else _FULL_READ if applying.bulk else ""
    silent = tuple({notice.settlement: notice for notice in found}.values()) if why else ()
    waiting = await due_mails(applying, seen.view.open_steps)
    steps_open = seen.view.open_steps
    again = [w for w in waiting if w.notice.settlement not in left and not _is_over(w, steps_open)]
    found = [*([] if why else found), *(each.notice for each in again)]
    if not found and not waiting:
        return Notices(silent=silent, why=why, by_platform=by_platform)
    settlements = {settlement.id: settlement for settlement in plan.settlements}
    wanted = {each for notice in found for each in (notice.mapping, other_of(notice)) if each}
    told_again = wanted & {part for each in again for part in (each.notice.mapping, other_of(each.notice)) if part}
    known = {mapping.id: mapping for mapping in await _mappings(applying, told_again, seen)}
    bookings = {each.notice.mapping: each.booking for each in again if each.booking is not None}
    for mapping in sorted(wanted - bookings.keys()):
        booking = await _booking(applying, settlements.get(mapping), known.get(mapping))
        if booking is not None:
            bookings[mapping] = booking
    notes = {n.settlement: _note(n, applying) for n in found if _is_to_come(n, bookings, applying)}
    old_times = {each.id: each.when for each in known.values() if each.id in {n.mapping for n in found}}
    old_times |= {settlement.id: settlement.base.when for settlement in plan.settlements if settlement.base}
    steps = {each.step.id: each for each in waiting}
    noted = tuple(notes.values())
    return Notices(tuple(found), silent, why, bookings, old_times, noted, steps, left, by_platform)


def _is_told_by_platform(applying: Applying, notice: Notice) -> bool:
    """Tell whether our own mail would be the second about a cancellation."""
    return notice.kind is NoticeKind.CANCELLED and applying.outside.platform.capabilities.tells_owner


def left_behind(seen: Observed, notices: Notices | None = None) -> frozenset[MappingId]:
    """Return what was being told when a run ended, with the bookings of the mails that it was sending again."""
    steps = seen.view.open_steps
    found = frozenset(step.mapping for step in steps if step.cause is Cause.TELLING and step.mapping)
    waiting = notices.waiting.values() if notices else ()
    return found | {each.notice.mapping for each in waiting if each.notice.settlement in found}


def _is_over(waiting: Waiting, steps: Iterable[OpenStep]) -> bool:
    """Tell whether an overlap that is to be told again stands no longer."""
    told = waiting.notice
    open_ones = {step.mapping for step in steps if step.cause is Cause.CONFLICT}
    return told.kind is NoticeKind.OVERLAP and told.settlement not in open_ones


def _note(notice: Notice, applying: Applying) -> OpenStep:
    # Due at once: whoever finds it has to say that its mail may not have left.
    now = applying.started
    return OpenStep(note_id(notice.settlement), Cause.TELLING, now, now, notice.settlement, reason=notice.kind)


def _is_to_come(notice: Notice, bookings: dict[MappingId, tuple[Item, Side]], applying: Applying) -> bool:
    return owner_of(bookings.get(notice.mapping)) is not None and concerns_now(notice, bookings, applying)


def concerns_now(notice: Notice, bookings: dict[MappingId, tuple[Item, Side]], applying: Applying) -> bool:
    """Tell whether a booking is still to come, or not known: nobody is told about yesterday."""
    found = bookings.get(notice.mapping)
    return found is None or occupied(found[0].booking.when, applying.resource.facts.zone).end > applying.started


def owner_of(found: tuple[Item, Side] | None) -> Person | None:
    """Return whose booking it is; an entry typed into the resource's own calendar is nobody's."""
    if found is None:
        return None
    item, origin = found
    is_rooms_own = origin is Side.CALENDAR and getattr(item, "is_organiser", False)
    return None if is_rooms_own or item.booking.organiser is None else item.booking.organiser


async def _booking(
    applying: Applying, settlement: Settlement | None, mapping: Mapping | None
) -> tuple[Item, Side] | None:
    """Return a booking as the side of its origin shows it now."""
    mapping = mapping or ((settlement.base or settlement.after) if settlement else None)
    if settlement is not None:
        origin = mapping.origin if mapping else Side.CALENDAR if settlement.calendar else Side.PLATFORM
        item = settlement.calendar if origin is Side.CALENDAR else settlement.platform
        if item is not None:
            return item, origin
    if mapping is None:
        return None
    try:
        read = await _read(applying, mapping)
    except PortError as error:
        logger.info("the owner of %s cannot be told: %s", mapping.id, error)
        return None
    return None if read is None or isinstance(read, Gone) else (read, mapping.origin)


async def _read(applying: Applying, mapping: Mapping) -> Item | Gone | None:
    outside = applying.outside
    if mapping.origin is Side.CALENDAR and mapping.calendar is not None:
        return await outside.calendar.read(applying.resource.mailbox, mapping.calendar.key)
    if mapping.origin is Side.PLATFORM and mapping.platform is not None:
        return await outside.platform.read(applying.platform_id, mapping.platform.id)
    return None


async def _mappings(applying: Applying, wanted: set[MappingId], seen: Observed) -> Sequence[Mapping]:
    """Return the mappings that the run has seen, and those that are wanted besides."""
    known = seen.view.mappings
    missing = sorted(wanted - {mapping.id for mapping in known})
    return [*known, *(await applying.outside.ledgers.by_ids(applying.resource.id, missing) if missing else ())]
