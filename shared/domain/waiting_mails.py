"""A mail that certainly has not left and is sent again: what an open step keeps of it, and what it tells. Pure.

The step names the booking, what befell it and why, by keys and codes. Whose booking it is, what it is called and what
stands against it is read again when the mail is made. Only a time that nobody shows any more is kept with it.

A mail is tried ``MOST_ATTEMPTS`` times, the waits between them doubling up to an hour: somewhat more than half a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import BookingId, MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.notices import Notice, NoticeKind
from shared.domain.spans import When
from shared.domain.wakeup import retry_delay

MOST_ATTEMPTS = 24
_FIRST_WAIT = 4
"""Doublings of a second before the first attempt is repeated: 16 s."""
_LONGEST_WAIT = timedelta(hours=1)


def mail_id(notice: Notice) -> str:
    """Return the id of the open step of a mail that waits."""
    return f"mail-{notice.settlement}-{notice.mapping}"


def waiting_mail(
    notice: Notice,
    known: OpenStep | None,
    now: datetime,
    asked: timedelta | None,
    booking: BookingId | None,
    time: When,
) -> OpenStep | None:
    """Return the step that sends a mail again, ``asked`` being the wait that the service named; None: often enough.

    ``known`` is the step of the attempt before. ``booking`` and ``time`` are the booking as it was told of.
    """
    attempts = known.attempts + 1 if known else 1
    if attempts >= MOST_ATTEMPTS:
        return None
    due = now + retry_delay(_FIRST_WAIT + attempts - 1, asked, _LONGEST_WAIT)
    return OpenStep(
        mail_id(notice),
        Cause.MAIL,
        known.since if known else now,
        due,
        notice.mapping,
        platform=booking,
        attempts=attempts,
        reason=notice.kind,
        wants=f"{notice.reason.code} {notice.settlement}",
        time=time,
    )


def notice_of(step: OpenStep, decided: Iterable[Decision]) -> Notice | None:
    """Return what a waiting mail tells, with the facts of the latest decision behind it; None for any other step."""
    code, _, settlement = step.wants.partition(" ")
    if step.cause is not Cause.MAIL or step.mapping is None or not settlement:
        return None
    try:
        kind, why = NoticeKind(step.reason), Code(code)
    except ValueError:
        return None
    found = sorted((d for d in decided if d.reason.code is why), key=lambda each: (each.at, each.id))
    reason = found[-1].reason if found else Reason(why)
    return Notice(MappingId(settlement), step.mapping, kind, reason)
