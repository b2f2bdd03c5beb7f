"""The ports as the witness stands in them: each call is passed on, and told to it. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.domain.booking import Window
from shared.domain.commands import Command
from shared.domain.ids import BookingId, EventId, MailboxId, PlatformId, ResourceId
from shared.domain.ledger import Head, OpenStep
from shared.ports.ledgers import Writes
from tests.doubles.mailboxes import StoredEvent
from tests.doubles.world import ROOM

if TYPE_CHECKING:
    from tests.properties.machine.witness import Witness

_WRITES = frozenset({"create", "change", "create_series", "change_series", "accept", "release"})


@dataclass(frozen=True)
class _Watched:
    """A port that passes everything on."""

    inner: Any
    witness: Witness

    def __getattr__(self, name: str) -> Any:
        if name in _WRITES:
            self.witness.on_write(name)
        return getattr(self.inner, name)


class WatchedCalendar(_Watched):
    async def changes(self, mailbox: MailboxId, token: str | None, window: Window) -> Any:
        answer = await self.inner.changes(mailbox, token, window)
        self.witness.run.bulk |= token is None
        return answer

    async def change(self, mailbox: MailboxId, event: EventId, *more: Any, **named: Any) -> Any:
        self.witness.on_changed_event(self._stored(mailbox, event))
        self.witness.on_write("change")
        return await self.inner.change(mailbox, event, *more, **named)

    async def cancel(self, mailbox: MailboxId, event: EventId, *more: Any, **named: Any) -> Any:
        self.witness.on_withdrawn_event(self._stored(mailbox, event))
        self.witness.on_write("a removal from the calendar")
        return await self.inner.cancel(mailbox, event, *more, **named)

    async def decline(self, mailbox: MailboxId, event: EventId, *more: Any, **named: Any) -> Any:
        self.witness.on_withdrawn_event(self._stored(mailbox, event))
        self.witness.on_write("a removal from the calendar")
        return await self.inner.decline(mailbox, event, *more, **named)

    def _stored(self, mailbox: MailboxId, event: EventId) -> StoredEvent | None:
        """Return an event of the room; what is asked in a person's mailbox is judged by the room's answer."""
        found: StoredEvent | None = self.inner.boxes[mailbox].events.get(event) if mailbox == ROOM else None
        return found


class WatchedPlatform(_Watched):
    async def changes(self, resource: PlatformId, cursor: str | None, window: Window) -> Any:
        answer = await self.inner.changes(resource, cursor, window)
        self.witness.run.bulk |= cursor is None
        return answer

    async def cancel(self, resource: PlatformId, booking: BookingId, *more: Any, **named: Any) -> Any:
        items = self.inner.items(resource, cancelled=True)
        self.witness.on_write("a cancellation on the platform")
        self.witness.on_cancelled_booking(next((item for item in items if item.id == booking), None))
        return await self.inner.cancel(resource, booking, *more, **named)


class WatchedLedgers(_Watched):
    async def open_steps(self, resource: ResourceId) -> tuple[OpenStep, ...]:
        steps: tuple[OpenStep, ...] = await self.inner.open_steps(resource)
        self.witness.on_start(steps)
        return steps

    async def commands(self, resource: ResourceId) -> tuple[Command, ...]:
        commands: tuple[Command, ...] = await self.inner.commands(resource)
        self.witness.on_commands(commands)
        return commands

    async def commit(self, resource: ResourceId, before: Head, after: Head, writes: Writes) -> Head:
        for change in writes.mappings:
            for mapping in (change.before, change.after):
                if mapping is not None:
                    self.witness.past[mapping.id].add(mapping)
        head: Head = await self.inner.commit(resource, before, after, writes)
        self.witness.committed = writes
        row = self.witness.world.resources._rows.get(resource)
        allowed = row.policy.cancellations_held_above if row else 0
        self.witness.on_committed(before, after, writes, allowed)
        return head
