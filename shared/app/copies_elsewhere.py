"""The copies of a room's meetings in other mailboxes, found by the iCalUId that all copies share.

A mailbox lists a series by its master: each series of each mailbox is read once in a run, whatever the number of
occurrences that are looked for. A mailbox that was asked to one occurrence only has a single meeting with that
occurrence's own iCalUId.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.app.outside import Outside
from shared.domain.booking import CalendarItem, Window
from shared.domain.ids import MailboxId
from shared.domain.meeting_uid import names_occurrence, series_uid
from shared.domain.spans import occupied
from shared.ports.calendar import MailboxFacts, SeriesFound
from shared.ports.errors import NotFound, Rejected

_ONE_DAY = timedelta(days=1)


class CopiesElsewhere:
    """One run's look into other mailboxes for the copies of some events. Raises ``Retry`` and nothing else."""

    def __init__(self, outside: Outside, events: Sequence[CalendarItem]) -> None:
        self._outside = outside
        self._window = _around(events) if events else None
        self._mailboxes: dict[str, MailboxFacts | None] = {}
        self._series: dict[tuple[MailboxId, str], SeriesFound | None] = {}
        self._closed: set[MailboxId] = set()

    async def mailbox(self, address: str) -> MailboxFacts | None:
        """Return the mailbox of an address; None where the tenant has none, or it may not be asked."""
        known = address.casefold()
        if known not in self._mailboxes:
            try:
                self._mailboxes[known] = await self._outside.directory.mailbox(address)
            except (NotFound, Rejected):
                self._mailboxes[known] = None
        return self._mailboxes[known]

    async def of(self, mailbox: MailboxId, event: CalendarItem) -> CalendarItem | None:
        """Return the copy that a mailbox has of an event. Raises ``Rejected`` where it may not be read."""
        if mailbox in self._closed:
            raise Rejected("the mailbox may not be read")
        try:
            return await self._found(mailbox, event)
        except (NotFound, Rejected) as error:
            self._closed.add(mailbox)
            raise Rejected("the mailbox may not be read") from error

    async def _found(self, mailbox: MailboxId, event: CalendarItem) -> CalendarItem | None:
        calendar, uid = self._outside.calendar, event.ical_uid
        if event.key.original_start is None and not names_occurrence(uid):
            return await calendar.find_copy(mailbox, uid)
        series = await self._series_of(mailbox, series_uid(uid))
        if series is not None:
            return next((item for item in series.items if _is_same(item, event)), None)
        return await calendar.find_copy(mailbox, uid) if names_occurrence(uid) else None

    async def _series_of(self, mailbox: MailboxId, uid: str) -> SeriesFound | None:
        if (mailbox, uid) not in self._series:
            assert self._window is not None, "nothing is looked for"
            found = await self._outside.calendar.series_copy(mailbox, uid, self._window)
            self._series[mailbox, uid] = found
        return self._series[mailbox, uid]


def _is_same(item: CalendarItem, event: CalendarItem) -> bool:
    if event.key.original_start is not None:
        return item.key.original_start == event.key.original_start
    return item.ical_uid == event.ical_uid


def _around(events: Sequence[CalendarItem]) -> Window:
    """Return a window that shows every one of the events, where its copies stand at the same times."""
    spans = [occupied(event.booking.when, "UTC") for event in events]
    return Window(min(span.start for span in spans) - _ONE_DAY, max(span.end for span in spans) + _ONE_DAY)
