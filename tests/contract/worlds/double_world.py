"""The calendar world on the in-memory double."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.domain.booking import Answer, CalendarKey, Person
from shared.domain.booking import Meeting as Asked
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import Timed, When
from tests.contract.worlds.calendar_world import ADELE, ROOM, ZONE, Meeting
from tests.doubles.calendar import InMemoryCalendar
from tests.doubles.mailboxes import Access

_KINDS = {
    "request": "invitation to ",
    "cancellation": "cancellation to ",
    "declined": "declined to ",
    "accepted": "accepted to ",
}


class DoubleWorld:
    """One room of one double."""

    def __init__(self) -> None:
        self.room = MailboxId("room-1")
        self.calendar = InMemoryCalendar()
        self._box = self.calendar.add_mailbox(self.room, ZONE, ROOM)
        self._outlook = self.calendar.outlook

    async def invite(self, when: When, title: str = "Planning", private: bool = False) -> Meeting:
        return Meeting(self._outlook.invite(self.room, when, title, ADELE, private))

    async def ask_for_approval(self, when: When) -> Meeting:
        return Meeting(self._outlook.invite(self.room, when, organiser=ADELE, answer=Answer.NOT_RESPONDED))

    async def invite_daily(self, first: Timed, count: int) -> tuple[CalendarKey, ...]:
        days = [timedelta(days=number) for number in range(count)]
        whens = [replace(first, start=first.start + day, end=first.end + day) for day in days]
        return self._outlook.invite_series(self.room, whens)

    async def move(self, meeting: Meeting, when: When) -> None:
        self._outlook.move(self.room, meeting.key, when)

    async def cancel(self, meeting: Meeting) -> None:
        self._outlook.cancel(self.room, meeting.key)

    async def cancel_occurrence(self, key: CalendarKey) -> None:
        self._outlook.cancel(self.room, key)

    async def direct_entry(self, when: When, title: str = "Cleaning") -> CalendarKey:
        return self._outlook.direct_entry(self.room, when, title)

    async def remove(self, key: CalendarKey) -> None:
        self._outlook.remove(self.room, key)

    async def rewrite(self, key: CalendarKey) -> None:
        self._outlook.touch(self.room, key)

    async def expire_tokens(self) -> None:
        self.calendar.expire_tokens(self.room)

    async def open_organiser(self, is_open: bool) -> None:
        if is_open:
            self._outlook.open_organiser(ADELE)
        else:
            self._outlook.close_organiser(ADELE)

    async def deny(self) -> None:
        self._box.access = Access.DENIED

    async def lose(self) -> None:
        self._box.access = Access.MISSING

    async def mailbox_of(self, person: Person) -> MailboxId:
        mailbox = MailboxId(f"person-{person.address}")
        self.calendar.add_mailbox(mailbox, ZONE, person)
        return mailbox

    async def answered(self, mailbox: MailboxId, event: EventId) -> Asked:
        found = await self.calendar.meeting(mailbox, event, ROOM.address)
        assert isinstance(found, Asked)
        return found

    async def mails(self, kind: str) -> Sequence[str]:
        prefix = _KINDS[kind]
        return [mail.removeprefix(prefix).partition(":")[0] for mail in self._box.mails if mail.startswith(prefix)]
