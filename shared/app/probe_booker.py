"""Probe a booker's mailbox before events are made there: write mode ``organizer`` is offered where that succeeds.

The probe reads under the permission that the writes need and changes nothing. That one mailbox may be written
says little of the others: each that refuses later falls back to the room's own calendar, with a decision.
"""

from __future__ import annotations

from shared.app.outside import Outside
from shared.domain.ids import TransactionId
from shared.ports.errors import NotFound, Rejected

NOT_PERMITTED = "probe_failed"
_NEVER_USED = TransactionId("lockstep-probe")


async def probe_booker(outside: Outside, address: str) -> None:
    """Raise ``Rejected`` (code ``probe_failed``) where no event of that person could be made. May raise ``Retry``."""
    try:
        found = await outside.directory.mailbox(address)
        await outside.calendar.find(found.id, _NEVER_USED)
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
