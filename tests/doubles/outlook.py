"""What people and the booking attendant do in the calendar double: they change state, nothing calls them back.

Exchange's defaults hold: the room's copy of a meeting has its organiser's name as subject, no body and no
private flag, and a cancelled meeting stays in place, shown free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shared.domain.booking import Answer, CalendarKey, MeetingKey, OrganiserCopy, Person, ShowAs, Unread
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import Timed, When
from tests.doubles.attendant import Attendant, is_free
from tests.doubles.mailboxes import Box, StoredEvent

ADELE = Person("adele.vance@contoso.example", "Adele Vance")


class Outlook:
    """Organisers, delegates and the attendant of all mailboxes of one double."""

    def __init__(
        self,
        boxes: dict[MailboxId, Box],
        clock: Callable[[], datetime],
        new_id: Callable[[], EventId],
        attendant: Attendant,
    ) -> None:
        self._attendant = attendant
        self._boxes = boxes
        self._clock = clock
        self._new_id = new_id
        self.open_organisers: set[str] = set()
        self.own_copies: dict[str, OrganiserCopy] = {}

    def invite(
        self,
        mailbox: MailboxId,
        when: When,
        title: str = "Planning",
        organiser: Person = ADELE,
        private: bool = False,
        answer: Answer = Answer.ACCEPTED,
    ) -> CalendarKey:
        """Put an invited meeting into the calendar with the given answer, free or not."""
        return self._boxes[mailbox].put(self._copy(mailbox, when, title, organiser, private, answer)).key

    def hold(self, mailbox: MailboxId, when: When, *rooms: str, title: str = "Planning") -> CalendarKey:
        """Make a meeting in a person's own calendar that asks rooms, by their addresses."""
        event = StoredEvent(
            self._new_id(), when, title, is_organiser=True, created=self._now(), rooms=rooms, modified=self._clock()
        )
        stored = self._boxes[mailbox].put(replace(event, ical_uid=f"uid-{event.id}"))
        self._attendant.asked(mailbox, stored)
        return stored.key

    def hold_series(
        self, mailbox: MailboxId, whens: Sequence[Timed], *rooms: str, title: str = "Weekly"
    ) -> tuple[CalendarKey, ...]:
        """Make a series in a person's own calendar that asks rooms; each answers for each occurrence."""
        master = self._new_id()
        keys = []
        for when in whens:
            event = StoredEvent(
                EventId(f"OID.{master}.{when.start:%Y-%m-%d}"), when, title, is_organiser=True, created=self._now(),
                master=master, original_start=when.start, ical_uid=f"uid-{master}", rooms=rooms, modified=self._clock(),
            )  # fmt: skip
            stored = self._boxes[mailbox].put(event)
            self._attendant.asked(mailbox, stored)
            keys.append(stored.key)
        return tuple(keys)

    def invite_rooms(self, mailbox: MailboxId, key: CalendarKey, *rooms: str) -> None:
        """Let a meeting ask exactly these rooms as its organiser: others get a cancellation, new ones a request."""
        before = self._event(mailbox, key)
        for room in set(before.rooms) - set(rooms):
            self._attendant.left_out(before, room)
        kept = tuple(each for each in before.answers if each.room in rooms)
        after = self._boxes[mailbox].put(replace(before, rooms=rooms, answers=kept, modified=self._clock()))
        self._attendant.asked(mailbox, after)

    def request(self, mailbox: MailboxId, when: When, organiser: Person = ADELE) -> CalendarKey | None:
        """Ask for the room as the attendant decides: accepted when free, else declined and not there."""
        if not self._is_free(mailbox, when, None):
            return None
        return self.invite(mailbox, when, organiser=organiser)

    def invite_series(
        self, mailbox: MailboxId, whens: Sequence[Timed], title: str = "Weekly", organiser: Person = ADELE
    ) -> tuple[CalendarKey, ...]:
        """Put an accepted series into the calendar and return the keys of its occurrences."""
        master = self._new_id()
        copies = (self._copy(mailbox, when, title, organiser, private=False, answer=Answer.ACCEPTED) for when in whens)
        events = [
            replace(copy, id=EventId(f"OID.{master}.{when.start:%Y-%m-%d}"), master=master, original_start=when.start)
            for copy, when in zip(copies, whens, strict=True)
        ]
        events = [replace(event, ical_uid=f"uid-{master}") for event in events]
        self.own_copies[f"uid-{master}"] = OrganiserCopy(title, False)
        return tuple(self._boxes[mailbox].put(event).key for event in events)

    def reschedule(self, mailbox: MailboxId, keys: Sequence[CalendarKey], whens: Sequence[Timed]) -> None:
        """Give a series other times as its organiser: the same master, occurrences with other original starts."""
        box = self._boxes[mailbox]
        old = [self._event(mailbox, key) for key in keys]
        starts = {event.original_start: event for event in old}
        for event in old:
            if event.original_start not in {when.start for when in whens}:
                del box.events[event.id]
        for when in whens:
            like = starts.get(when.start, old[0])
            new_id = EventId(f"OID.{old[0].master}.{when.start:%Y-%m-%dT%H}")
            if when.start not in starts:
                box.put(replace(like, id=new_id, when=when, original_start=when.start, deleted=False))
        box.log.append(old[0].master or old[0].id)

    def direct_entry(
        self, mailbox: MailboxId, when: When, title: str = "Cleaning", show_as: ShowAs = ShowAs.BUSY
    ) -> CalendarKey:
        """Type an entry straight into the room's own calendar."""
        event = StoredEvent(self._new_id(), when, title, is_organiser=True, created=self._now(), show_as=show_as)
        return self._boxes[mailbox].put(replace(event, ical_uid=f"uid-{event.id}")).key

    def move(self, mailbox: MailboxId, key: CalendarKey, when: When) -> bool:
        """Move an event as its organiser; the attendant cancels the room's copy where the new time is taken.

        Exchange refuses a time that would let an occurrence pass one next to it.
        """
        event = self._event(mailbox, key)
        if self._boxes[mailbox].crosses(event, when):
            return False
        if not event.is_organiser and not self._is_free(mailbox, when, event):
            self._boxes[mailbox].put(replace(event, deleted=True, answer=Answer.DECLINED))
            return False
        moved = self._boxes[mailbox].put(replace(event, when=when, modified=self._clock()))
        self._attendant.asked(mailbox, moved)
        return True

    def retitle(self, mailbox: MailboxId, key: CalendarKey, title: str) -> None:
        """Change a title as the organiser: the room's copy of an invited meeting keeps the organiser's name."""
        event = self._event(mailbox, key)
        box = self._boxes[mailbox]
        keeps_name = box.renames and not event.is_organiser
        if event.ical_uid in self.own_copies:
            self.own_copies[event.ical_uid] = replace(self.own_copies[event.ical_uid], title=title)
        stored = box.put(event if keeps_name else replace(event, title=title, modified=self._clock()))
        if event.is_organiser:
            self._attendant.asked(mailbox, stored)

    def mark_private(self, mailbox: MailboxId, key: CalendarKey) -> None:
        """Set the private flag of an entry in the mailbox's own calendar."""
        self._boxes[mailbox].put(replace(self._event(mailbox, key), private=True))

    def go_online(self, mailbox: MailboxId, key: CalendarKey, join_url: str) -> None:
        """Make a meeting an online one; the room's copy tells where it is joined."""
        self._boxes[mailbox].put(replace(self._event(mailbox, key), join_url=join_url))

    def open_organiser(self, organiser: Person = ADELE) -> None:
        """Let the organiser's own mailbox be read from now on; by default none is open."""
        self.open_organisers.add(organiser.address.casefold())

    def close_organiser(self, organiser: Person = ADELE) -> None:
        """Let the organiser's own mailbox be read no more."""
        self.open_organisers.discard(organiser.address.casefold())

    def edit_own_copy(self, mailbox: MailboxId, key: CalendarKey, **said: Any) -> None:
        """Change title or privacy in the organiser's mailbox: the room's copy is updated and shows nothing of it."""
        uid = self._event(mailbox, key).ical_uid
        self.own_copies[uid] = replace(self.own_copies[uid], **said)
        self.touch(mailbox, key)

    def copy_of(self, meeting: MeetingKey) -> OrganiserCopy | Unread:
        """Return what an organiser's own copy says, as the port reports it."""
        if meeting.organiser.casefold() not in self.open_organisers:
            return Unread.REFUSED
        said = self.own_copies.get(meeting.ical_uid) or self._in_own_mailbox(meeting)
        if said is None:
            return Unread.ABSENT
        return replace(said, title="") if said.private else said

    def _in_own_mailbox(self, meeting: MeetingKey) -> OrganiserCopy | None:
        """Return what a meeting says that was made in its organiser's own mailbox."""
        own = [box for box in self._boxes.values() if box.owner and box.owner.address == meeting.organiser]
        start = meeting.start
        events = [e for box in own for e in box.standing() if e.is_organiser and e.ical_uid == meeting.ical_uid]
        events = [e for e in events if start is None or e.original_start in (None, start)]
        return OrganiserCopy(events[0].title, events[0].private) if events else None

    def show_as(self, mailbox: MailboxId, key: CalendarKey, shown: ShowAs) -> None:
        """Show an event's time otherwise, as somebody with rights on the calendar does."""
        self._boxes[mailbox].put(replace(self._event(mailbox, key), show_as=shown))

    def answer(self, mailbox: MailboxId, key: CalendarKey, answer: Answer) -> None:
        """Answer for the room, as a delegate does."""
        shown = ShowAs.BUSY if answer is Answer.ACCEPTED else ShowAs.TENTATIVE
        self._boxes[mailbox].put(replace(self._event(mailbox, key), answer=answer, show_as=shown))

    def cancel(self, mailbox: MailboxId, key: CalendarKey) -> None:
        """Cancel a meeting as its organiser: the room's copy stays, shown free, unless the room removes it."""
        event = self._event(mailbox, key)
        box = self._boxes[mailbox]
        if event.master is not None or event.is_organiser or box.removes_cancelled:
            self._attendant.asked(mailbox, box.put(replace(event, deleted=True)))
            return
        box.put(replace(event, cancelled=True, show_as=ShowAs.FREE))

    def remove(self, mailbox: MailboxId, key: CalendarKey) -> None:
        """Delete an event from the room's calendar, as a delegate does."""
        self._boxes[mailbox].put(replace(self._event(mailbox, key), deleted=True))

    def restore(self, mailbox: MailboxId, key: CalendarKey) -> None:
        """Take an event out of Deleted Items again."""
        self._boxes[mailbox].put(replace(self._event(mailbox, key), deleted=False))

    def touch(self, mailbox: MailboxId, key: CalendarKey) -> None:
        """Write an event without changing it, as Exchange itself does: a new version, the same content."""
        self._boxes[mailbox].put(self._event(mailbox, key))

    def _copy(
        self, mailbox: MailboxId, when: When, title: str, organiser: Person, private: bool, answer: Answer
    ) -> StoredEvent:
        box = self._boxes[mailbox]
        event_id = self._new_id()
        self.own_copies[f"uid-{event_id}"] = OrganiserCopy(title, private)
        return StoredEvent(
            id=event_id,
            when=when,
            title=organiser.name if box.renames else title,
            is_organiser=False,
            created=self._now(),
            organiser=organiser,
            private=private and not box.clears_private,
            answer=answer,
            show_as=ShowAs.BUSY if answer is Answer.ACCEPTED else ShowAs.TENTATIVE,
            ical_uid=f"uid-{event_id}",
        )

    def _is_free(self, mailbox: MailboxId, when: When, but: StoredEvent | None) -> bool:
        return is_free(self._boxes[mailbox], when, but)

    def _event(self, mailbox: MailboxId, key: CalendarKey) -> StoredEvent:
        event = self._boxes[mailbox].at(key)
        if event is None:
            raise KeyError(f"There is no event {key} in mailbox {mailbox}.")
        return event

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)
