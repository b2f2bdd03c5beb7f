"""The people of a tenant and the mails to them, in memory."""

from __future__ import annotations

from shared.domain.people import Member, UserId
from shared.ports.errors import Rejected
from shared.ports.people import Message
from tests.doubles.faults import DONE, Faults


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
    """``People`` in memory; ``add`` makes somebody known."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.members: dict[UserId, Member] = {}

    def add(self, member: Member) -> Member:
        self.members[member.id] = member
        return member

    async def person(self, address: str) -> Member | None:
        await self.faults.at("people.person")
        return next((member for member in self.members.values() if member.is_at(address)), None)
