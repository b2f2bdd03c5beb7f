"""The calendar port in memory, for many mailboxes, with the habits of Exchange that rules are about.

It keeps the promises of ``shared.ports.calendar`` and no others: own writes come back in the next delta,
an event outside the window of a token comes back as a removal, a token belongs to the window it was made
for. What people and the booking attendant do is in ``calendar.outlook``. Fault points are
``calendar.<method>`` before anything happened and, for writes, ``calendar.<method>:done`` after it was done.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.adapters.recurring.expansion import dates, last_date, missing
from shared.domain.booking import (
    Answer,
    CalendarItem,
    CalendarKey,
    Gone,
    Meeting,
    MeetingKey,
    OrganiserCopy,
    Person,
    Proof,
    SetAside,
    ShowAs,
    Side,
    Unread,
    Window,
)
from shared.domain.ids import EventId, MailboxId, TransactionId, Version
from shared.domain.recurrence import Rule
from shared.ports.calendar import CalendarChanges, EventChange, EventDraft, SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import CursorExpired, NotFound, Rejected, Stale
from tests.doubles.attendant import Attendant
from tests.doubles.mailboxes import Access, Box, StoredEvent
from tests.doubles.outlook import Outlook

_WRITES = ("create", "create_series", "change", "change_series", "cancel", "decline", "accept")
_EXPANDED = timedelta(days=1000)


class FaultHook(Protocol):
    """Where a test may stop a call: ``at`` raises, waits, or lets it go on."""

    async def at(self, point: str) -> None: ...


class InMemoryCalendar:
    """The calendars of one tenant. Mailboxes are added with ``add_mailbox``."""

    def __init__(self, faults: FaultHook | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.boxes: dict[MailboxId, Box] = {}
        self.calls: list[tuple[str, MailboxId]] = []
        self.copies_asked: list[MeetingKey] = []
        self.full_rounds: list[MailboxId] = []
        self.not_understood: dict[MailboxId, dict[EventId, str]] = {}
        self._faults = faults
        self._ids = itertools.count(1)
        self.attendant = Attendant(self.boxes, self.clock, self.new_id)
        self.outlook = Outlook(self.boxes, self.clock, self.new_id, self.attendant)

    # -- for tests

    def add_mailbox(self, mailbox: MailboxId, zone: str = "Europe/Zurich", owner: Person | None = None) -> Box:
        """Open an empty calendar and return its state and switches; ``owner`` is how meetings name its mailbox."""
        return self.boxes.setdefault(mailbox, Box(zone, owner=owner))

    def items(self, mailbox: MailboxId) -> tuple[CalendarItem, ...]:
        """Return what stands in the calendar now, cancelled meetings that were left in place included."""
        return tuple(event.item() for event in self.boxes[mailbox].standing())

    def expire_tokens(self, mailbox: MailboxId) -> None:
        """Make every token of the mailbox unknown (410)."""
        self.boxes[mailbox].generation += 1

    def hold_delta(self, mailbox: MailboxId) -> None:
        """Let the delta feed lag: it shows nothing newer until ``release_delta``."""
        self.boxes[mailbox].lag_from = len(self.boxes[mailbox].log)

    def release_delta(self, mailbox: MailboxId) -> None:
        """Let the delta feed catch up."""
        self.boxes[mailbox].lag_from = None

    def garble(self, mailbox: MailboxId, key: CalendarKey, reason: str) -> None:
        """Make an event one that cannot be understood, for the given reason."""
        self.not_understood.setdefault(mailbox, {})[key.event] = reason
        self.outlook.touch(mailbox, key)

    def new_id(self) -> EventId:
        """Return a fresh event id with characters that keys and paths must escape."""
        return EventId(f"AAkALgAA/{next(self._ids):04d}+=")

    # -- the port

    async def changes(self, mailbox: MailboxId, token: str | None, window: Window) -> CalendarChanges:
        """Read the delta since ``token``, or the whole window without one."""
        async with self._call("changes", mailbox) as box:
            if token is None:
                self.full_rounds.append(mailbox)
                return self._first_round(mailbox, box, window)
            since, frozen = _opened(token, box)
            return self._round(mailbox, box, dict.fromkeys(box.log[since : box.visible]), frozen)

    def _first_round(self, mailbox: MailboxId, box: Box, window: Window) -> CalendarChanges:
        standing = [event for event in box.standing() if box.within(event, window)]
        masters = dict.fromkeys(event.master for event in standing if event.master is not None)
        items, aside = self._told(mailbox, standing)
        return CalendarChanges(items, (), tuple(masters), aside, _token(box, window))

    def _round(self, mailbox: MailboxId, box: Box, touched: Iterable[EventId], window: Window) -> CalendarChanges:
        seen: list[StoredEvent] = []
        hints: list[EventId] = []
        series: list[EventId] = []
        for touched_id in touched:
            members = box.occurrences(touched_id)
            events = members or [box.events[touched_id]]
            seen += (listed := [event for event in events if box.within(event, window)])
            if not listed:
                hints.append(touched_id)
            elif members:
                series.append(touched_id)
        items, aside = self._told(mailbox, seen)
        return CalendarChanges(items, tuple(hints), tuple(series), aside, _token(box, window))

    async def view(self, mailbox: MailboxId, window: Window) -> tuple[tuple[CalendarItem, ...], tuple[SetAside, ...]]:
        """Read every booking of ``window``."""
        async with self._call("view", mailbox) as box:
            return self._told(mailbox, [event for event in box.standing() if box.within(event, window)])

    async def read(self, mailbox: MailboxId, key: CalendarKey) -> CalendarItem | Gone:
        """Read one booking by its key, and prove it gone if it is."""
        async with self._call("read", mailbox) as box:
            event = box.at(key)
            if event is None:
                return Gone(key, Proof.NOT_FOUND)
            if event.deleted:
                return Gone(key, Proof.NOT_LISTED)
            return Gone(key, Proof.CANCELLED) if event.cancelled else event.item()

    async def find(self, mailbox: MailboxId, transaction: TransactionId) -> CalendarItem | None:
        """Find the standing event that was created under ``transaction``."""
        async with self._call("find", mailbox) as box:
            event = box.created_under(transaction)
            return None if event is None or event.deleted else event.item()

    async def create(self, mailbox: MailboxId, draft: EventDraft) -> CalendarItem:
        """Make an event, or bring the one made before under the same transaction to the draft."""
        async with self._call("create", mailbox) as box:
            before = box.created_under(draft.transaction)
            if before is not None and before.deleted:
                raise Rejected("The event made under this transaction was deleted since; a new one is needed.", "gone")
            made = before or StoredEvent(
                id=self.new_id(), when=draft.when, title=draft.title, is_organiser=True, created=self._now()
            )
            wanted = replace(
                made,
                when=draft.when,
                title=draft.title,
                private=draft.private,
                organiser=draft.invited,
                transaction=draft.transaction,
                ical_uid=made.ical_uid or f"uid-{made.id}",
                show_as=draft.shown,
                is_buffer=draft.is_buffer,
                rooms=(draft.room.address,) if draft.room else (),
                modified=self.clock(),
            )
            if draft.invited is not None:
                box.mails.append(f"invitation to {draft.invited.address}")
            stored = made if wanted == before else box.put(wanted)
            self.attendant.asked(mailbox, stored)
            return stored.item()

    async def change(self, mailbox: MailboxId, event: EventId, change: EventChange, version: Version) -> CalendarItem:
        """Write the given fields if the event still has ``version``."""
        async with self._call("change", mailbox) as box:
            stored = box.events.get(event)
            if stored is None or stored.version != version:
                raise Stale("The event is no longer what was read in this run; read it again.")
            if change.when is not None and box.crosses(stored, change.when):
                raise Rejected("The occurrence would pass one next to it in its series.", "crossing")
            changed = box.put(
                replace(
                    stored,
                    when=stored.when if change.when is None else change.when,
                    title=stored.title if change.title is None else change.title,
                    private=stored.private if change.private is None else change.private,
                    show_as=stored.show_as if change.shown is None else change.shown,
                    modified=self.clock(),
                )
            )
            self.attendant.asked(mailbox, changed)
            return changed.item()

    def why_not(self, rule: Rule) -> str:
        """Refuse what Outlook refuses, as far as cases need it: more than one day of the month."""
        return "Outlook has one day of the month" if len(rule.by_month_day) > 1 else ""

    async def create_series(self, mailbox: MailboxId, draft: SeriesDraft, window: Window) -> SeriesFound:
        """Make a series, or return the one made before under the same transaction as it stands."""
        async with self._call("create_series", mailbox) as box:
            master = box.made_series.get(draft.transaction)
            if master is None:
                master = self.new_id()
                box.made_series[draft.transaction] = master
                box.rules[master] = draft.rule
                for event in self._occurrences(draft, master):
                    box.put(event)
                if draft.invited is not None:
                    box.mails.append(f"invitation to {draft.invited.address}")
                self.attendant.asked_series(mailbox, box.occurrences(master))
            found = self._series(box, master, window)
            if found is None:
                raise Rejected("The series made under this transaction was deleted since; make a new one.", "gone")
            return found

    async def change_series(
        self, mailbox: MailboxId, master: EventId, change: SeriesChange, window: Window
    ) -> SeriesFound:
        """Write a series as a whole; another rule drops its exceptions and cancelled occurrences."""
        async with self._call("change_series", mailbox) as box:
            like = next((event for event in box.occurrences(master) if not event.deleted), None)
            if like is None:
                raise Stale("The series is no longer in the calendar; read it again.")
            if change.rule is not None:
                box.rules[master] = change.rule
                self._reset(box, like, change.rule)
            for event in [each for each in box.occurrences(master) if not each.deleted]:
                title = event.title if change.title is None else change.title
                private = event.private if change.private is None else change.private
                box.put(replace(event, title=title, private=private, modified=self.clock()), of_a_whole=True)
            self.attendant.asked_series(mailbox, [e for e in box.occurrences(master) if not e.deleted])
            found = self._series(box, master, window)
            assert found is not None
            return found

    def _reset(self, box: Box, like: StoredEvent, rule: Rule) -> None:
        assert like.master is not None
        for event in box.occurrences(like.master):
            del box.events[event.id]
        for day in dates(rule, rule.first, (self._now() + _EXPANDED).date()):
            new_id = EventId(f"OID.{like.master}.{day}")
            start = rule.original_start(day)
            box.put(replace(like, id=new_id, when=rule.on(day), original_start=start, answers=()))

    async def find_series(self, mailbox: MailboxId, transaction: TransactionId, window: Window) -> SeriesFound | None:
        """Find the standing series that was made under a transaction."""
        async with self._call("find_series", mailbox) as box:
            master = box.made_series.get(transaction)
            return None if master is None else self._series(box, master, window)

    async def series(self, mailbox: MailboxId, master: EventId, window: Window) -> SeriesFound | None:
        """Read a series with its occurrences in a window."""
        async with self._call("series", mailbox) as box:
            return self._series(box, master, window)

    def _occurrences(self, draft: SeriesDraft, master: EventId) -> list[StoredEvent]:
        rule, now = draft.rule, self._now()
        return [
            StoredEvent(
                id=EventId(f"OID.{master}.{day}"),
                when=rule.on(day),
                title=draft.title,
                is_organiser=True,
                created=now,
                organiser=draft.invited,
                private=draft.private,
                transaction=draft.transaction,
                master=master,
                original_start=rule.original_start(day),
                ical_uid=f"uid-{master}",
                rooms=(draft.room.address,) if draft.room else (),
                modified=self.clock(),
            )
            for day in dates(rule, rule.first, (now + _EXPANDED).date())
        ]

    def _series(self, box: Box, master: EventId, window: Window) -> SeriesFound | None:
        standing = [event for event in box.occurrences(master) if not event.deleted]
        if not standing:
            return None
        starts = [event.original_start for event in standing if event.original_start]
        items = tuple(event.item() for event in standing if box.within(event, window))
        rule = box.rules.get(master)
        if rule is None:
            return SeriesFound(master, min(starts), max(starts).date(), items)
        shown = {item.key.original_start for item in items if item.key.original_start}
        return SeriesFound(master, min(starts), last_date(rule), items, rule, missing(rule, shown, window))

    async def cancel(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Remove an event that the mailbox organises and tell its attendees; a master goes with its occurrences."""
        async with self._call("cancel", mailbox) as box:
            members = [each for each in box.occurrences(event) if not each.deleted]
            for each in members:
                self.attendant.asked(mailbox, box.put(replace(each, deleted=True), of_a_whole=True))
            if members and members[0].organiser is not None:
                box.mails.append(f"cancellation to {members[0].organiser.address}: {comment}")
            stored = box.events.get(event)
            if stored is None or stored.deleted:
                return
            if not stored.is_organiser:
                raise Rejected("The mailbox is not the organiser of this meeting; decline it.", "ErrorInvalidRequest")
            if stored.organiser is not None:
                box.mails.append(f"cancellation to {stored.organiser.address}: {comment}")
            self.attendant.asked(mailbox, box.put(replace(stored, deleted=True)))

    async def decline(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Decline a meeting; its organiser is told why, and it leaves the calendar; a master with its occurrences."""
        async with self._call("decline", mailbox) as box:
            members = [each for each in box.occurrences(event) if not each.deleted]
            for each in members:
                box.put(replace(each, answer=Answer.DECLINED, deleted=True), of_a_whole=True)
            if members and members[0].organiser is not None:
                box.mails.append(f"declined to {members[0].organiser.address}: {comment}")
            stored = box.events.get(event)
            if stored is None or stored.deleted:
                return
            if stored.is_organiser or stored.organiser is None:
                raise Rejected("The mailbox organises this event itself; cancel it.", "ErrorInvalidRequest")
            box.mails.append(f"declined to {stored.organiser.address}: {comment}")
            box.put(replace(stored, answer=Answer.DECLINED, deleted=True))

    async def accept(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Accept a meeting; its organiser is told."""
        async with self._call("accept", mailbox) as box:
            stored = box.events.get(event)
            if stored is None or stored.deleted:
                return
            if stored.is_organiser or stored.organiser is None:
                raise Rejected("The mailbox organises this event itself.", "ErrorInvalidRequest")
            box.mails.append(f"accepted to {stored.organiser.address}: {comment}")
            box.put(replace(stored, answer=Answer.ACCEPTED, show_as=ShowAs.BUSY))

    async def meeting(self, mailbox: MailboxId, event: EventId, room: str) -> Meeting | Gone:
        """Read a meeting in its organiser's mailbox, with the answer of a room."""
        found = await self.read(mailbox, CalendarKey(event))
        if isinstance(found, Gone):
            return found
        return _meeting(self.boxes[mailbox].events[event], room)

    async def series_meetings(
        self, mailbox: MailboxId, master: EventId, room: str, window: Window
    ) -> tuple[Meeting, ...] | None:
        """Read the occurrences of a series in its organiser's mailbox, with the answer of a room to each."""
        async with self._call("series_meetings", mailbox) as box:
            standing = [event for event in box.occurrences(master) if not event.deleted]
            if not standing:
                return None
            return tuple(_meeting(event, room) for event in standing if box.within(event, window))

    async def find_copy(self, mailbox: MailboxId, ical_uid: str) -> CalendarItem | None:
        """Find the mailbox's own copy of a meeting."""
        async with self._call("find_copy", mailbox) as box:
            return next((event.item() for event in box.standing() if event.ical_uid == ical_uid), None)

    async def series_copy(self, mailbox: MailboxId, ical_uid: str, window: Window) -> SeriesFound | None:
        """Find the mailbox's own copy of a series."""
        async with self._call("series_copy", mailbox) as box:
            masters = [event.master for event in box.events.values() if event.master and event.ical_uid == ical_uid]
            return self._series(box, masters[0], window) if masters else None

    async def organiser_copies(self, meetings: Sequence[MeetingKey]) -> tuple[OrganiserCopy | Unread, ...]:
        """Read the organisers' own copies of meetings, where their mailboxes are open."""
        self.copies_asked += meetings
        if self._faults is not None:
            await self._faults.at("calendar.organiser_copies")
        return tuple(self.outlook.copy_of(meeting) for meeting in meetings)

    # -- inside

    @asynccontextmanager
    async def _call(self, name: str, mailbox: MailboxId) -> AsyncIterator[Box]:
        self.calls.append((name, mailbox))
        if self._faults is not None:
            await self._faults.at(f"calendar.{name}")
        box = self.boxes.get(mailbox)
        if box is None or box.access is Access.MISSING:
            raise NotFound(f"There is no mailbox {mailbox}; link an existing one.")
        if box.access is Access.DENIED:
            raise Rejected(f"Access to mailbox {mailbox} is denied; grant it.", "ErrorAccessDenied")
        yield box
        if self._faults is not None and name in _WRITES:
            await self._faults.at(f"calendar.{name}:done")

    def _told(
        self, mailbox: MailboxId, events: list[StoredEvent]
    ) -> tuple[tuple[CalendarItem, ...], tuple[SetAside, ...]]:
        garbled = self.not_understood.get(mailbox, {})
        items = tuple(event.item() for event in events if event.key.event not in garbled)
        aside = tuple(
            SetAside(Side.CALENDAR, str(event.key), garbled[event.key.event])
            for event in events
            if event.key.event in garbled
        )
        return items, aside

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)


def _meeting(stored: StoredEvent, room: str) -> Meeting:
    given, invited = stored.answer_of(room), room in stored.rooms
    found = stored.item()
    return Meeting(found, invited, given.answer, given.at) if given and invited else Meeting(found, invited)


def _token(box: Box, window: Window) -> str:
    return json.dumps([box.generation, box.visible, window.start.isoformat(), window.end.isoformat()])


def _opened(token: str, box: Box) -> tuple[int, Window]:
    try:
        generation, since, start, end = json.loads(token)
    except ValueError:
        generation, since, start, end = -1, 0, "", ""
    if generation != box.generation:
        raise CursorExpired("The delta token is no longer known; a full round is needed.")
    return int(since), Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
