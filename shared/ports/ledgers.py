"""Where ledgers, resources and the fingerprint key live, and how a commit is ordered.

The head is the lock: every transaction contains it under its etag, so that a run that lost its session
ends as ``Stale`` at its first commit. What does not fit one transaction is a sequence, rows first, token
and cursor in the last. Incremental work reads by key or by day: its cost follows the changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from shared.domain.booking import CalendarKey
from shared.domain.commands import Command
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, MailboxId, MappingId, PlatformId, ResourceId, TenantId
from shared.domain.inheritance import ScopeSettings
from shared.domain.ledger import Head, Mapping, OpenStep
from shared.domain.resource import Resource
from shared.domain.signing_keys import RingKey


@dataclass(frozen=True)
class MappingChange:
    """A mapping before and after; ``None`` before means new, ``None`` after means dropped.

    Both are needed because the rows that find a mapping by key and by day follow from its value.
    ``days`` are the UTC days the booking touches, before and after, in the resource's zone.
    """

    before: Mapping | None
    after: Mapping | None
    days_before: tuple[date, ...] = ()
    days_after: tuple[date, ...] = ()


@dataclass(frozen=True)
class Writes:
    """What one commit remembers."""

    mappings: tuple[MappingChange, ...] = ()
    open_steps: tuple[OpenStep, ...] = ()
    settled: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    commands_done: tuple[str, ...] = ()
    everything_dropped: bool = field(default=False)

    @property
    def grown(self) -> int:
        """By how many mappings the ledger grows."""
        return sum((change.after is not None) - (change.before is not None) for change in self.mappings)


class Ledgers(Protocol):
    """One partition per resource. Every method may raise ``Retry``."""

    async def head(self, resource: ResourceId) -> Head:
        """Return the head, or a fresh one (empty etag) where the resource has none yet."""
        ...

    async def by_calendar_keys(self, resource: ResourceId, keys: Sequence[CalendarKey]) -> tuple[Mapping, ...]: ...

    async def by_booking_ids(self, resource: ResourceId, ids: Sequence[BookingId]) -> tuple[Mapping, ...]: ...

    async def by_ids(self, resource: ResourceId, ids: Sequence[MappingId]) -> tuple[Mapping, ...]: ...

    async def by_series(self, resource: ResourceId, master: str) -> tuple[Mapping, ...]:
        """Return the mappings of a series' occurrences."""
        ...

    async def dropped(self, resource: ResourceId, key: CalendarKey | BookingId) -> MappingId | None:
        """Return the mapping that was dropped while it had this key, for as long as a decision about it is kept.

        Of several the one that was dropped last.
        """
        ...

    async def on_days(self, resource: ResourceId, days: Iterable[date]) -> tuple[Mapping, ...]:
        """Return the mappings that touch any of the UTC days, long ones included, each once."""
        ...

    def mappings(
        self, resource: ResourceId, after: MappingId | None = None, limit: int | None = None
    ) -> AsyncIterator[Mapping]:
        """Yield the mappings of a resource by their ids (full reads, proof and lists only).

        ``after`` starts behind that id, whether it still stands or not; ``limit`` ends after so many.
        """
        ...

    async def open_steps(self, resource: ResourceId) -> tuple[OpenStep, ...]: ...

    async def decisions(
        self, resource: ResourceId, mapping: MappingId | None = None, limit: int = 100
    ) -> tuple[Decision, ...]:
        """Return decisions, newest first."""
        ...

    async def forget_decisions(self, resource: ResourceId, before: datetime) -> int:
        """Remove the decisions made before an instant and return how many; what is left is forgotten next time.

        With its last decision a dropped mapping is forgotten.
        """
        ...

    async def commands(self, resource: ResourceId) -> tuple[Command, ...]: ...

    async def command(self, resource: ResourceId, command: Command) -> None:
        """Insert an order; the one thing that others than the resource's own run may write."""
        ...

    async def commit(self, resource: ResourceId, before: Head, after: Head, writes: Writes) -> Head:
        """Write everything, ``after`` (token and cursor) last; return the head with its new etag.

        Raises ``Stale`` when the head is no longer the one that was read.
        """
        ...


class Resources(Protocol):
    """The table of resources; partition: tenant. The only table that lists read."""

    async def get(self, resource: ResourceId) -> Resource | None: ...

    async def put(self, resource: Resource) -> Resource:
        """Write a resource's row and return it with its new etag.

        Raises ``Stale`` where the row is no longer the one whose etag the resource carries; without one it is
        written whatever stands. Raises ``Rejected`` with code ``linked`` where it now names what is taken.
        """
        ...

    async def add(self, resource: Resource) -> None:
        """Insert a resource. Raises ``Rejected`` with code ``linked`` when its mailbox or platform id is linked."""
        ...

    async def remove(self, resource: ResourceId) -> None: ...

    async def by_mailbox(self, tenant: TenantId, mailbox: MailboxId) -> Resource | None: ...

    async def by_platform(self, tenant: TenantId, platform: PlatformId) -> Resource | None: ...

    def all(
        self,
        tenant: TenantId,
        after: ResourceId | None = None,
        limit: int | None = None,
        *,
        changed_since: datetime | None = None,
    ) -> AsyncIterator[Resource]:
        """Yield the resources of a tenant by their ids, from behind ``after`` and at most ``limit`` of them.

        ``changed_since`` leaves out those whose rows the storage, by its own clock, has not written
        since. One that this version cannot read keeps no other from being listed; to ask for it by its id says why.
        """
        ...

    async def scopes(self, tenant: TenantId) -> tuple[ScopeSettings, ...]:
        """Return what is set for parts of a tenant. Raises ``Retry``."""
        ...

    async def put_scope(self, tenant: TenantId, wanted: ScopeSettings) -> None:
        """Keep what is set for a scope, be it nothing.

        Raises ``Stale`` where what stands is not what had ``wanted``'s etag (none: where something stands).
        """
        ...


class Secrets(Protocol):
    """The installation's own keys, made once by the app and kept where only its identity reads."""

    async def fingerprint_key(self) -> bytes: ...

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        """Return the key ring, key id to key; the first entry is the current one.

        ``named`` are keys that somebody else says are ours. Where this process does not know one of them, the ring is
        read again first: another process may have put it there. May raise ``Retry``.
        """
        ...

    async def add_client_state_key(self) -> str:
        """Put a new key before the others and return its id. What the others signed stays valid."""
        ...

    async def client_state_ring(self) -> tuple[RingKey, ...]:
        """Return which keys are in the ring as it is kept now, the current one first. May raise ``Retry``."""
        ...

    async def remove_client_state_key(self, key: str) -> None:
        """Take a key out of the ring: what it signed is not ours any more. Other processes learn it within minutes.

        Nothing happens where it is not there, or is the only one. May raise ``Retry``.
        """
        ...

    async def revoke(self, link: str, until: datetime) -> None:
        """Remember until then that a signed link opens nothing. May raise ``Retry``."""
        ...

    async def is_revoked(self, link: str) -> bool:
        """Tell whether a link was revoked. May raise ``Retry``."""
        ...


class Wakeups(Protocol):
    """The queue of wake-ups. A message says only that a resource may have changed, and why it was sent."""

    async def send(
        self, resources: Sequence[ResourceId], cause: str, due: datetime | None = None, trace: str = ""
    ) -> None:
        """Send one wake-up per resource, now or at ``due`` (UTC). Raises ``Retry`` when the queue is not there.

        Calls for the same resource and cause that wait to be sent may share one. ``trace`` is the W3C traceparent
        that the run continues; without one it is the trace around the call.
        """
        ...

    async def forget_given_up(self, resource: ResourceId) -> int:
        """Remove the wake-ups of a resource, or of another session, that the queue gave up; return how many.

        Those of all others stay. May raise ``Retry``.
        """
        ...


class Clock(Protocol):
    """Time and randomness, as arguments."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        ...

    def ulid(self) -> str:
        """Return a fresh ULID; later ones sort after earlier ones."""
        ...
