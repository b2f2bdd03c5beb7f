"""Tell people by mail what a run did to their bookings: each change once, however often it is tried.

What one run did in the same way to several bookings of one person is one mail. The intention is an open step of the
ledger before anything is sent. A run that finds one left behind does not know whether that mail has left, so it
says so and sends none: mails at most once. A full read sends none. Where nobody could be told, a decision says so.
Nothing of a mail, not even its address, is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from shared.app.admit_booker import known_member
from shared.app.applying import Applying, Outcome
from shared.app.mail_texts import Letter, message_of
from shared.app.observed import Observed
from shared.domain.booking import Gone, Item, Person, Side
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, OpenStep
from shared.domain.notices import Notice, notices_of, other_of
from shared.domain.people import Member
from shared.domain.plan import Plan, Settlement
from shared.domain.spans import When, occupied
from shared.domain.story_link import LIFETIME, Story, story_token
from shared.ports.errors import NotFound, PortError, Rejected

logger = logging.getLogger("lockstep.mails")

_NOT_SET = "no mailbox for mails is set"
_FULL_READ = "a full read sends no mails"
_NO_OWNER = "no owner with an address is known"
_LEFT = "its owner has left"
_INTERRUPTED = "the run that was to tell it was interrupted"
_NOT_SURE = "the mail service did not answer"


@dataclass(frozen=True)
class Notices:
    """What is to be told once the settlements have happened.

    ``bookings`` are the bookings concerned as they stood before the run changed them, by mapping, with the side on
    which each was made; ``old_times`` are those the ledger knows. ``notes`` are the open steps to write before
    anything is sent.
    """

    due: tuple[Notice, ...] = ()
    silent: tuple[Notice, ...] = ()
    why: str = ""
    bookings: dict[MappingId, tuple[Item, Side]] = field(default_factory=dict)
    old_times: dict[MappingId, When] = field(default_factory=dict)
    notes: tuple[OpenStep, ...] = ()


@dataclass(frozen=True)
class Told:
    """What came of it, for ``remember``: the decisions, and the open steps that are done with."""

    decisions: tuple[Decision, ...] = ()
    settled: tuple[str, ...] = ()


NOTHING_TOLD = Told()


def note_id(settlement: MappingId) -> str:
    """Return the id of the open step that says that somebody is being told."""
    return f"tell-{settlement}"


async def prepare_notices(applying: Applying, plan: Plan, seen: Observed) -> Notices:
    """Return whom the plan concerns, with their bookings as they stand now: cancelled ones can no longer be read."""
    left = _left_behind(seen)
    found = [n for s in plan.settlements for n in notices_of(s) if n.settlement not in left]
    why = _NOT_SET if applying.outside.mail is None else _FULL_READ if applying.bulk else ""
    if why or not found:
        return Notices(silent=tuple({notice.settlement: notice for notice in found}.values()), why=why)
    settlements = {settlement.id: settlement for settlement in plan.settlements}
    wanted = {each for notice in found for each in (notice.mapping, other_of(notice)) if each}
    known = {mapping.id: mapping for mapping in seen.view.mappings}
    bookings = {}
    for mapping in sorted(wanted):
        booking = await _booking(applying, settlements.get(mapping), known.get(mapping))
        if booking is not None:
            bookings[mapping] = booking
    notes = {n.settlement: _note(n, applying) for n in found if _is_to_come(n, bookings, applying)}
    old_times = {settlement.id: settlement.base.when for settlement in plan.settlements if settlement.base}
    return Notices(tuple(found), bookings=bookings, old_times=old_times, notes=tuple(notes.values()))


async def tell_people(
    applying: Applying, notices: Notices, outcomes: Iterable[Outcome], seen: Observed, run: int
) -> Told:
    """Send what came true. Raises nothing: what could not be sent is told as a decision."""
    done = {outcome.settlement.id for outcome in outcomes if outcome.failed is None}
    noted = {note.mapping for note in notices.notes}
    decided: list[tuple[MappingId, Reason]] = [
        (n.mapping, Reason(Code.NOBODY_TOLD, {"why": notices.why})) for n in notices.silent if n.settlement in done
    ]
    decided += [(s, Reason(Code.MAYBE_TOLD, {"why": _INTERRUPTED})) for s in sorted(_left_behind(seen))]
    came_true = [n for n in notices.due if n.settlement in done and _concerns_now(n, notices.bookings, applying)]
    for together in _by_owner(notices, (n for n in came_true if n.settlement in noted)):
        reason = await _tell(applying, notices, together)
        decided += [(notice.mapping, reason) for notice in together]
    unowned = (n.mapping for n in came_true if n.settlement not in noted)
    decided += [(mapping, Reason(Code.NOBODY_TOLD, {"why": _NO_OWNER})) for mapping in unowned]
    clock = applying.outside.clock
    decisions = tuple(Decision(clock.ulid(), mapping, clock.now(), reason, run) for mapping, reason in decided)
    return Told(decisions, tuple(note.id for note in notices.notes))


def _by_owner(notices: Notices, due: Iterable[Notice]) -> list[list[Notice]]:
    """Return what one mail tells: what the same run did in the same way to one person's bookings, by time.

    A series that is cancelled is one mail, however many occurrences it has.
    """
    found: dict[tuple[str, str], list[Notice]] = {}
    for notice in due:
        owner = _owner(notices.bookings.get(notice.mapping))
        whose = owner.address.casefold() if owner else f"nobody of {notice.mapping}"
        found.setdefault((whose, notice.kind), []).append(notice)
    return [sorted(each, key=lambda notice: _when(notices, notice)) for each in found.values()]


def _when(notices: Notices, notice: Notice) -> str:
    known = notices.bookings.get(notice.mapping)
    return str(known[0].booking.when) if known else ""


def _left_behind(seen: Observed) -> frozenset[MappingId]:
    steps = seen.view.open_steps
    return frozenset(step.mapping for step in steps if step.cause is Cause.TELLING and step.mapping)


def _note(notice: Notice, applying: Applying) -> OpenStep:
    # Due at once: whoever finds it has to say that its mail may not have left.
    now = applying.started
    return OpenStep(note_id(notice.settlement), Cause.TELLING, now, now, notice.settlement, reason=notice.kind)


def _is_to_come(notice: Notice, bookings: dict[MappingId, tuple[Item, Side]], applying: Applying) -> bool:
    return _owner(bookings.get(notice.mapping)) is not None and _concerns_now(notice, bookings, applying)


def _concerns_now(notice: Notice, bookings: dict[MappingId, tuple[Item, Side]], applying: Applying) -> bool:
    """Tell whether a booking is still to come, or not known: nobody is told about yesterday."""
    found = bookings.get(notice.mapping)
    return found is None or occupied(found[0].booking.when, applying.resource.facts.zone).end > applying.started


def _owner(found: tuple[Item, Side] | None) -> Person | None:
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


async def _tell(applying: Applying, notices: Notices, together: Sequence[Notice]) -> Reason:
    notice = together[0]
    owner = _owner(notices.bookings.get(notice.mapping))
    if owner is None:
        return Reason(Code.NOBODY_TOLD, {"why": _NO_OWNER})
    assert applying.outside.mail is not None
    member = await _member(applying, owner)
    if member is not None and not member.active:
        return Reason(Code.NOBODY_TOLD, {"why": _LEFT})
    try:
        letter = replace(
            await _letter(applying, notice, notices, owner, member),
            more=tuple(notices.bookings[each.mapping][0].booking.when for each in together[1:]),
        )
        await applying.outside.mail.send(message_of(letter, applying.resource))
    except (Rejected, NotFound) as error:
        logger.warning("nobody was told of %s: %s", notice.mapping, error)
        why = f"the mail was refused ({error.code or 'refused'})" if isinstance(error, Rejected) else "no such address"
        return Reason(Code.NOBODY_TOLD, {"why": why})
    except PortError as error:
        logger.warning("whether a mail about %s has left is not known: %s", notice.mapping, error)
        return Reason(Code.MAYBE_TOLD, {"why": _NOT_SURE})
    return Reason(Code.TOLD, {"of": notice.kind})


async def _letter(applying: Applying, notice: Notice, notices: Notices, owner: Person, member: Member | None) -> Letter:
    outside, resource = applying.outside, applying.resource
    other = other_of(notice)
    against = notices.bookings.get(other) if other else None
    item, _ = notices.bookings[notice.mapping]
    key_id, key = next(iter((await outside.secrets.client_state_keys()).items()))
    until = outside.clock.now() + LIFETIME
    token = story_token(key_id, key, Story(resource.id, notice.mapping, until))
    before = notices.old_times.get(notice.mapping)
    return Letter(
        notice.kind,
        notice.reason.code,
        owner,
        item.booking,
        f"{outside.notification_url}/api/story/{token}",
        until,
        before,
        against[0] if against else None,
        against[1] if against else Side.CALENDAR,
        member.language if member else "",
        free=notice.reason.facts.get("free_names", ""),
    )


async def _member(applying: Applying, owner: Person) -> Member | None:
    """Return the recipient as the directory knows them; what it does not tell is no reason to be silent."""
    try:
        return await known_member(applying.outside, owner.address)
    except PortError as error:
        logger.info("a recipient is not known: %s", error)
        return None
