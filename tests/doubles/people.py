"""The people of a tenant and the mails to them, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.ids import TenantId
from shared.domain.people import Following, Member, UserId
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import CursorExpired, Rejected
from shared.ports.people import MemberChanges, Message
from tests.doubles.faults import DONE, Faults
from tests.doubles.subscriptions import InMemorySubscriptions


class InMemoryMail:
    """``Mail`` in memory; ``sent`` is what has left, ``granted`` whether the app may send at all."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.granted = True
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        await self.faults.at("mail.send")
        if not self.granted:
            raise Rejected("Graph did not send the mail: grant the application access to it.", "ErrorAccessDenied")
        self.sent.append(message)
        await self.faults.at("mail.send" + DONE)

    def to(self, address: str) -> list[Message]:
        """Return the mails that one person got."""
        return [message for message in self.sent if message.to.address == address]


class InMemoryPeople:
    """``People`` in memory, with the directory's change feed; the log is what ``changes`` reads.

    ``quietly`` changes somebody without a trace in the feed, ``expire`` makes every token handed out unusable.
    """

    def __init__(self, faults: Faults | None = None, subscriptions: InMemorySubscriptions | None = None) -> None:
        self.faults = faults or Faults()
        self.members: dict[UserId, Member] = {}
        self._subscriptions = subscriptions
        self._log: list[UserId] = []
        self._generation = 0

    def add(self, member: Member) -> Member:
        self.members[member.id] = member
        self._log.append(member.id)
        return member

    def change(self, user: UserId, **fields: object) -> Member:
        return self.add(replace(self.members[user], **fields))  # type: ignore[arg-type]  # the test's own fields

    def remove(self, user: UserId, *, quietly: bool = False) -> None:
        del self.members[user]
        if not quietly:
            self._log.append(user)

    def expire(self) -> None:
        self._generation += 1

    async def person(self, address: str) -> Member | None:
        await self.faults.at("people.person")
        return next((member for member in self.members.values() if member.is_at(address)), None)

    async def by_id(self, user: UserId) -> Member | None:
        await self.faults.at("people.by_id")
        return self.members.get(user)

    async def changes(self, token: str | None) -> MemberChanges:
        await self.faults.at("people.changes")
        end = f"{self._generation}/{len(self._log)}"
        if token is None:
            return MemberChanges(tuple(self.members.values()), (), end, full=True)
        generation, _, since = token.partition("/")
        if generation != str(self._generation):
            raise CursorExpired("the directory's token has expired")
        touched = dict.fromkeys(self._log[int(since) :])
        listed = tuple(self.members[user] for user in touched if user in self.members)
        return MemberChanges(listed, tuple(user for user in touched if user not in self.members), end)

    async def subscribe(self, notification_url: str, client_state: str, expires: datetime) -> LiveSubscription:
        await self.faults.at("people.subscribe")
        if self._subscriptions is None:
            raise Rejected("this directory takes no subscriptions", "unsupported")
        return await self._subscriptions.create_users(notification_url, client_state, expires)


class MemoryRoster:
    """``Roster`` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self._members: dict[tuple[TenantId, UserId], Member] = {}
        self._addresses: dict[tuple[TenantId, str], UserId] = {}
        self._following: dict[TenantId, Following] = {}

    async def member(self, tenant: TenantId, user: UserId) -> Member | None:
        await self.faults.at("roster.member")
        return self._members.get((tenant, user))

    async def at_address(self, tenant: TenantId, address: str) -> Member | None:
        await self.faults.at("roster.at_address")
        found = self._members.get((tenant, self._addresses.get((tenant, address.casefold()), UserId(""))))
        return found if found is not None and found.is_at(address) else None

    async def members(self, tenant: TenantId, after: UserId | None = None) -> AsyncIterator[Member]:
        await self.faults.at("roster.members")
        for (of, _), member in sorted(self._members.items()):
            if of == tenant and (after is None or member.id > after):
                yield member

    async def put(self, tenant: TenantId, members: Sequence[Member]) -> None:
        for member in members:
            await self.faults.at("roster.put")
            self._members[tenant, member.id] = member
            self._addresses.update({(tenant, each.casefold()): member.id for each in member.addresses})

    async def remove(self, tenant: TenantId, user: UserId) -> None:
        await self.faults.at("roster.remove")
        self._members.pop((tenant, user), None)
        self._addresses = {key: of for key, of in self._addresses.items() if (key[0], of) != (tenant, user)}

    async def following(self, tenant: TenantId) -> Following:
        await self.faults.at("roster.following")
        return self._following.get(tenant, Following())

    async def keep(self, tenant: TenantId, following: Following) -> None:
        await self.faults.at("roster.keep")
        self._following[tenant] = following
