"""Probe a booker's mailbox before events are made there: write mode ``organizer`` is offered where that succeeds.

The probe makes an entry in that calendar, finds it again by its mark and removes it: private, shown free, a year
ahead, without attendees and without a reminder, so nobody is mailed and nobody's day shows it. One that a crash left
behind is found by its transaction and removed by the next probe. That one mailbox may be written says little of the
others: each that refuses later falls back to the room's own calendar, with a decision.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.app.outside import Outside
from shared.domain.booking import Gone, ShowAs
from shared.domain.ids import MailboxId, TransactionId, probe_transaction
from shared.domain.spans import Timed
from shared.ports.calendar import EventDraft
from shared.ports.errors import NotFound, Rejected

NOT_PERMITTED = "probe_failed"
_SPENT = "gone"
_TITLE = "Lockstep: a test entry, it is removed at once"
_AHEAD, _LENGTH = timedelta(days=365), timedelta(minutes=15)
_MOST_PROBES = 50


async def probe_booker(outside: Outside, address: str) -> None:
    """Raise ``Rejected`` (code ``probe_failed``) where no event of that person could be made. May raise ``Retry``."""
    try:
        found = await outside.directory.mailbox(address)
        await _write_and_remove(outside, found.id)
    except NotFound:
        raise Rejected(
            f"{address} has no mailbox in this tenant; name somebody who books rooms", NOT_PERMITTED
        ) from None
    except Rejected as error:
        raise Rejected(
            f"{address}'s calendar may not be used: grant the application Calendars.ReadWrite over the bookers' "
            "mailboxes, then try again",
            NOT_PERMITTED,
        ) from error


async def _write_and_remove(outside: Outside, mailbox: MailboxId) -> None:
    """Make an entry and remove it. What an earlier probe made and removed is never made again: each has its turn."""
    calendar, now = outside.calendar, outside.clock.now()
    for turn in range(1, _MOST_PROBES + 1):
        transaction = probe_transaction(mailbox, turn)
        try:
            made = await calendar.create(mailbox, _entry(transaction, now))
        except Rejected as error:
            if error.code == _SPENT:
                continue
            raise
        found = await calendar.find(mailbox, transaction)
        if found is None and isinstance(await calendar.read(mailbox, made.key), Gone):
            # Right after an earlier probe its removed entry is answered as if it were made now.
            continue
        await calendar.cancel(mailbox, made.event, "")
        if found is None or found.event != made.event:
            raise Rejected("what was written to the calendar could not be read in it")
        return
    raise Rejected("this calendar was probed too often; name somebody else who books rooms")


def _entry(transaction: TransactionId, now: datetime) -> EventDraft:
    start = now.replace(minute=0, second=0, microsecond=0) + _AHEAD
    return EventDraft(Timed(start, start + _LENGTH), _TITLE, True, transaction, "UTC", shown=ShowAs.FREE)
