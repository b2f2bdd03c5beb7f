"""Tell people by mail what a run did to their bookings: each change once, however often it is tried.

What one run did in the same way to several bookings of one person is one mail. The intention is an open step of the
ledger before anything is sent. A run that finds one left behind does not know whether that mail has left, so it
says so and sends none: mails at most once. One that certainly has not left waits as an open step and is made again. A
full read sends none. Where nobody could be told, a decision says so.
Nothing of a mail, not even its address, is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.app.admit_booker import known_member
from shared.app.applying import Applying, Outcome
from shared.app.comment import spoken_by
from shared.app.mail_texts import Letter, message_of
from shared.app.messages import USUAL
from shared.app.observed import Observed
from shared.app.outside import Outside
from shared.app.prepare_notices import NOT_SET, Notices, concerns_now, left_behind, owner_of
from shared.domain.booking import Person, PlatformItem, Side
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import OpenStep
from shared.domain.notices import Notice, other_of
from shared.domain.people import Member
from shared.domain.story_link import LIFETIME, Story, story_token
from shared.domain.waiting_mails import mail_id, waiting_mail
from shared.ports.errors import NotDone, NotFound, PortError, Rejected

logger = logging.getLogger("lockstep.mails")

_NO_OWNER = "no owner with an address is known"
_LEFT = "its owner has left"
_INTERRUPTED = "the run that was to tell it was interrupted"
_NOT_SURE = "the mail service did not answer"
_BUSY = "the mail service was busy for too long"
_UNREADABLE = "the mail service was busy, and meanwhile the booking has changed or is no longer shown"
_OVER = "the mail service was busy until it was over"
REASONS = (_NO_OWNER, _LEFT, _INTERRUPTED, _NOT_SURE, _BUSY, _UNREADABLE, _OVER)
"""Why nobody was told, or perhaps nobody."""


@dataclass(frozen=True)
class Told:
    """What came of it, for ``remember``: the decisions, the open steps that are done with, and the mails that wait."""

    decisions: tuple[Decision, ...] = ()
    settled: tuple[str, ...] = ()
    opened: tuple[OpenStep, ...] = ()


async def tell_people(
    applying: Applying, notices: Notices, outcomes: Iterable[Outcome], seen: Observed, run: int
) -> Told:
    """Send what came true. Raises nothing: what could not be sent is told as a decision."""
    done = {outcome.settlement.id for outcome in outcomes if outcome.failed is None}
    noted = {note.mapping for note in notices.notes}
    decided: list[tuple[MappingId, Reason]] = [
        (n.mapping, Reason(Code.NOBODY_TOLD, {"why": notices.why})) for n in notices.silent if n.settlement in done
    ]
    decided += [(n.mapping, Reason(Code.TOLD_BY_PLATFORM)) for n in notices.by_platform if n.settlement in done]
    decided += [(s, Reason(Code.MAYBE_TOLD, {"why": _INTERRUPTED})) for s in sorted(left_behind(seen, notices))]
    true = [n for n in notices.due if n.settlement in done or mail_id(n) in notices.waiting]
    came_true = [n for n in true if concerns_now(n, notices.bookings, applying)]
    opened: list[OpenStep] = []
    for together in _by_owner(notices, (n for n in came_true if n.settlement in noted)):
        reason = await _tell(applying, notices, together)
        if isinstance(reason, NotDone):
            steps = [_again(applying, notices, notice, reason) for notice in together]
            opened += [step for step in steps if step is not None]
            reason = Reason(Code.NOBODY_TOLD, {"why": _BUSY})
            together = [notice for notice, step in zip(together, steps, strict=True) if step is None]
        decided += [(notice.mapping, reason) for notice in together]
    decided += _untold(notices, (n for n in came_true if n.settlement not in noted))
    decided += _no_longer_told(notices, came_true)
    clock = applying.outside.clock
    decisions = tuple(Decision(clock.ulid(), mapping, clock.now(), reason, run) for mapping, reason in decided)
    return Told(decisions, (*(note.id for note in notices.notes), *notices.waiting), tuple(opened))


def _untold(notices: Notices, unowned: Iterable[Notice]) -> Iterable[tuple[MappingId, Reason]]:
    """Say why nobody is told of what has no owner, or shows it no more."""
    for notice in unowned:
        yield notice.mapping, Reason(Code.NOBODY_TOLD, {"why": _UNREADABLE if _waits(notices, notice) else _NO_OWNER})


def _no_longer_told(notices: Notices, due: Sequence[Notice]) -> Iterable[tuple[MappingId, Reason]]:
    """Say of mails that waited why they are not sent: what they tell is over."""
    told = {mail_id(notice) for notice in due}
    for step, each in notices.waiting.items():
        if step not in told and each.notice.settlement not in notices.left:
            yield each.notice.mapping, Reason(Code.NOBODY_TOLD, {"why": _OVER})


def _waits(notices: Notices, notice: Notice) -> bool:
    return mail_id(notice) in notices.waiting


def _again(applying: Applying, notices: Notices, notice: Notice, error: NotDone) -> OpenStep | None:
    """Return the open step of a mail that certainly has not left; None where it was tried often enough."""
    known, (item, origin) = notices.waiting.get(mail_id(notice)), notices.bookings[notice.mapping]
    booking = item.id if isinstance(item, PlatformItem) and origin is Side.PLATFORM else None
    now, before = applying.outside.clock.now(), known.step if known else None
    return waiting_mail(notice, before, now, error.after, booking, item.booking.when)


def _by_owner(notices: Notices, due: Iterable[Notice]) -> list[list[Notice]]:
    """Return what one mail tells: what the same run did in the same way to one person's bookings, by time.

    A series that is cancelled is one mail, however many occurrences it has.
    """
    found: dict[tuple[str, str], list[Notice]] = {}
    for notice in due:
        owner = owner_of(notices.bookings.get(notice.mapping))
        whose = owner.address.casefold() if owner else f"nobody of {notice.mapping}"
        found.setdefault((whose, notice.kind), []).append(notice)
    return [sorted(each, key=lambda notice: _when(notices, notice)) for each in found.values()]


def _when(notices: Notices, notice: Notice) -> str:
    known = notices.bookings.get(notice.mapping)
    return str(known[0].booking.when) if known else ""


async def _tell(applying: Applying, notices: Notices, together: Sequence[Notice]) -> Reason | NotDone:
    notice = together[0]
    owner = owner_of(notices.bookings.get(notice.mapping))
    if owner is None:
        return Reason(Code.NOBODY_TOLD, {"why": _NO_OWNER})
    if applying.outside.mail is None:
        return Reason(Code.NOBODY_TOLD, {"why": NOT_SET})
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
    except NotDone as error:
        logger.info("a mail about %s has to wait: %s", notice.mapping, error)
        return error
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
    language = spoken_by(outside, member)
    return Letter(
        notice.kind,
        notice.reason.code,
        owner,
        item.booking,
        _link(outside, token, language),
        until,
        before,
        against[0] if against else None,
        against[1] if against else Side.CALENDAR,
        language,
        free=notice.reason.facts.get("free_names", ""),
    )


async def _member(applying: Applying, owner: Person) -> Member | None:
    """Return the recipient as the directory knows them; what it does not tell is no reason to be silent."""
    try:
        return await known_member(applying.outside, owner.address)
    except PortError as error:
        logger.info("a recipient is not known: %s", error)
        return None


def _link(outside: Outside, token: str, language: str) -> str:
    """Return where the booking's story is read; nothing where this app can be called by nobody."""
    if not outside.notification_url:
        return ""
    return f"{outside.notification_url}/api/story/{token}{'' if language == USUAL else f'?lang={language}'}"
