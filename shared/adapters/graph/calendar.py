"""The calendar port over Graph: what is asked, in which order, and what an answer means.

One write is one request, whose answer is what is reported. A create that may have happened is repeated under
its transaction, and what it made before is adopted. Nothing here decides whether a write is right.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from shared.adapters.graph import asks, delta_halves, own_copies, proof, whole_series
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.drafts import adopted_event, changed_event, new_event
from shared.adapters.graph.errors import AlreadyThere, ItemMissing
from shared.adapters.graph.meetings import meeting_of
from shared.adapters.graph.proof import understood
from shared.adapters.graph.recurrence import why_not
from shared.adapters.graph.requests import BATCH_LIMIT, Request
from shared.adapters.graph.wire import has_attendees, is_bare, item, last_write, was_touched
from shared.adapters.graph.wire_times import Json
from shared.domain.booking import (
    CalendarItem,
    CalendarKey,
    Gone,
    Meeting,
    MeetingKey,
    OrganiserCopy,
    SetAside,
    Unread,
    Window,
)
from shared.domain.ids import EventId, MailboxId, TransactionId, Version
from shared.domain.recurrence import Rule
from shared.ports.calendar import CalendarChanges, EventChange, EventDraft, SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import CursorExpired, Rejected, Stale

_REMEMBERED = 2_000
_FRESH = timedelta(seconds=5)


class GraphCalendar:
    """The calendars of one tenant. One value serves all mailboxes and concurrent runs."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        # Who organises an event never changes, and that it has attendees only decides whether the comment is
        # told: remembering both saves a read before a cancellation.
        self._invites: OrderedDict[EventId, bool] = OrderedDict()

    async def changes(self, mailbox: MailboxId, token: str | None, window: Window) -> CalendarChanges:
        """Read a delta round to its end; ``token`` is what the round before ended with."""
        following = delta_halves.links(token) if token is not None else []
        if not all(map(self._client.owns, following)):
            raise CursorExpired("The delta token belongs to another Graph endpoint; a full round is needed.")
        if token is None:
            rounds = await delta_halves.first_rounds(self._client, mailbox, window)
        else:
            rounds = [await delta_halves.whole_round(self._client, mailbox, link) for link in following]
        parts = [told.changes(await self._masters(mailbox, told.missing_masters())) for told in rounds]
        return delta_halves.as_one(parts)

    async def _masters(self, mailbox: MailboxId, wanted: Sequence[EventId]) -> dict[EventId, Json | None]:
        found: dict[EventId, Json | None] = {}
        for first in range(0, len(wanted), BATCH_LIMIT):
            part = wanted[first : first + BATCH_LIMIT]
            answers = await self._client.send_batch([asks.event(mailbox, one) for one in part], "read the series")
            for master, answer in zip(part, answers, strict=True):
                try:
                    found[master] = self._client.told(answer, "read the series")
                except ItemMissing:
                    found[master] = None
        return found

    async def view(self, mailbox: MailboxId, window: Window) -> tuple[tuple[CalendarItem, ...], tuple[SetAside, ...]]:
        """Read every booking of ``window`` with calendarView."""
        raws = await proof.view_window(self._client, mailbox, window, partial(asks.view_start, mailbox))
        told = [item(raw) for raw in raws if not is_bare(raw)]
        items = tuple(one for one in told if isinstance(one, CalendarItem))
        return items, tuple(one for one in told if isinstance(one, SetAside))

    async def read(self, mailbox: MailboxId, key: CalendarKey) -> CalendarItem | Gone:
        """Read one booking by its key, and prove it gone if it is."""
        if key.original_start is not None:
            return await proof.occurrence(self._client, mailbox, key, key.original_start)
        found = await proof.single(self._client, mailbox, key)
        return found if isinstance(found, Gone) else self._noted(*found)

    async def find(self, mailbox: MailboxId, transaction: TransactionId) -> CalendarItem | None:
        """Find the event that carries our mark of ``transaction``."""
        answer = await self._client.fetch(asks.marked(mailbox, transaction))
        raws: list[Json] = answer.get("value") or []
        return self._noted(understood(item(raws[0])), raws[0]) if raws else None

    async def create(self, mailbox: MailboxId, draft: EventDraft) -> CalendarItem:
        """Make an event; one that its transaction made before is adopted."""
        try:
            raw = await self._client.fetch(asks.create(mailbox, new_event(draft)))
        except AlreadyThere as there:
            return await self._adopt(mailbox, draft, there.existing)
        made = self._noted(understood(item(raw)), raw)
        # A repeated create with the same content answers like the first one, with the event as it is by now.
        is_replay = self._client.clock() - made.created > _FRESH or was_touched(raw)
        return await self._adopt(mailbox, draft, made.event) if is_replay else made

    async def _adopt(self, mailbox: MailboxId, draft: EventDraft, existing: str | None) -> CalendarItem:
        if existing is None:
            found = await self.find(mailbox, draft.transaction)
            existing = None if found is None else found.event
        if existing is None:
            raise _spent()
        standing = await self.read(mailbox, CalendarKey(EventId(existing)))
        if isinstance(standing, Gone):
            raise _spent()
        wanted = EventChange(
            draft.zone, draft.when, draft.title, draft.private, draft.shown if draft.is_buffer else None
        )
        if _is_as_wanted(standing, wanted) and standing.is_buffer == draft.is_buffer:
            return standing
        change = asks.change(mailbox, standing.event, adopted_event(draft), standing.version)
        try:
            return await self._written(change)
        except ItemMissing as gone:
            raise Stale("The event made before was deleted while it was adopted; read it again.") from gone

    async def change(self, mailbox: MailboxId, event: EventId, change: EventChange, version: Version) -> CalendarItem:
        """Write the given fields under If-Match. A 412 that does not hold on reading again is passing."""
        request = asks.change(mailbox, event, changed_event(change), version)
        try:
            try:
                return await self._written(request)
            except Stale:
                now = await self._written(asks.event(mailbox, event))
                if _is_as_wanted(now, change):
                    return now
                if now.version != version:
                    raise
                return await self._written(request)
        except ItemMissing as gone:
            raise Stale("The event is not in the mailbox any more; read it again.") from gone

    def why_not(self, rule: Rule) -> str:
        """Return why Graph has no pattern for a rule."""
        return why_not(rule)

    async def create_series(self, mailbox: MailboxId, draft: SeriesDraft, window: Window) -> SeriesFound:
        """Make a series, or return the one made before."""
        return await whole_series.create(self._client, mailbox, draft, window)

    async def change_series(
        self, mailbox: MailboxId, master: EventId, change: SeriesChange, window: Window
    ) -> SeriesFound:
        """Write a series as a whole."""
        return await whole_series.change(self._client, mailbox, master, change, window)

    async def find_series(self, mailbox: MailboxId, transaction: TransactionId, window: Window) -> SeriesFound | None:
        """Find a series by the mark of its transaction."""
        return await whole_series.find(self._client, mailbox, transaction, window)

    async def series(self, mailbox: MailboxId, master: EventId, window: Window) -> SeriesFound | None:
        """Read a series with its occurrences in a window."""
        return await whole_series.read(self._client, mailbox, master, window)

    async def cancel(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Cancel a meeting of the mailbox's own, delete an entry without attendees."""
        try:
            invites = await self._own_invites(mailbox, event)
            await self._client.send(asks.cancel(mailbox, event, comment) if invites else asks.delete(mailbox, event))
        except ItemMissing:
            return

    async def _own_invites(self, mailbox: MailboxId, event: EventId) -> bool:
        """Tell whether anybody is invited to an event of the mailbox's own; refuse one that is not its own."""
        known = self._invites.get(event)
        if known is not None:
            return known
        raw = await self._client.fetch(asks.ownership(mailbox, event))
        if not raw.get("isOrganizer"):
            raise Rejected("The mailbox is not the organiser of this meeting; decline it.", "not_organiser")
        return has_attendees(raw)

    async def decline(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Decline a meeting and tell its organiser why."""
        try:
            await self._client.send(asks.decline(mailbox, event, comment))
        except ItemMissing:
            return

    async def accept(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Accept a meeting and tell its organiser."""
        try:
            await self._client.send(asks.accept(mailbox, event, comment))
        except ItemMissing:
            return

    async def meeting(self, mailbox: MailboxId, event: EventId, room: str) -> Meeting | Gone:
        """Read a meeting in its organiser's mailbox, with the answer of the room of that address."""
        found = await proof.single(self._client, mailbox, CalendarKey(event))
        return found if isinstance(found, Gone) else meeting_of(self._noted(*found), found[1], room)

    async def series_meetings(
        self, mailbox: MailboxId, master: EventId, room: str, window: Window
    ) -> tuple[Meeting, ...] | None:
        """Read the occurrences of a series in its organiser's mailbox, with the room's answer to each."""
        return await whole_series.meetings(self._client, mailbox, master, room, window)

    async def find_copy(self, mailbox: MailboxId, ical_uid: str) -> CalendarItem | None:
        """Find the mailbox's own copy of a meeting by the iCalUId that all copies share."""
        answer = await self._client.fetch(asks.copies(mailbox, ical_uid))
        raws: list[Json] = answer.get("value") or []
        return self._noted(understood(item(raws[0])), raws[0]) if raws else None

    async def series_copy(self, mailbox: MailboxId, ical_uid: str, window: Window) -> SeriesFound | None:
        """Find the mailbox's own copy of a series, with its occurrences in a window."""
        return await whole_series.find_copy(self._client, mailbox, ical_uid, window)

    async def organiser_copies(self, meetings: Sequence[MeetingKey]) -> tuple[OrganiserCopy | Unread, ...]:
        """Read the organisers' own copies, a series once, twenty mailboxes with one request."""
        return await own_copies.read(self._client, meetings)

    async def _written(self, request: Request) -> CalendarItem:
        raw = await self._client.fetch(request)
        return self._noted(understood(item(raw)), raw)

    def _noted(self, found: CalendarItem, raw: Json) -> CalendarItem:
        if found.is_organiser:
            self._invites[found.event] = has_attendees(raw)
            self._invites.move_to_end(found.event)
            if len(self._invites) > _REMEMBERED:
                self._invites.popitem(last=False)
        return replace(found, modified=last_write(raw))


def _is_as_wanted(now: CalendarItem, change: EventChange) -> bool:
    booking = now.booking
    title_fits = change.title is None or booking.private or booking.title == change.title
    return (
        title_fits
        and (change.when is None or booking.when == change.when)
        and (change.private is None or booking.private == change.private)
        and (change.shown is None or now.show_as is change.shown)
    )


def _spent() -> Rejected:
    return Rejected("The event made under this transaction was deleted since; a new one is needed.", "gone")
