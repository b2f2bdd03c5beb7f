"""The tenant's set-up in memory: what was granted, what each mailbox is for, what Places shows."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import ResourceFacts
from shared.ports.errors import Rejected
from shared.ports.inspection import Grants, MailboxLook, Place, Places

ALL_ROLES = frozenset(
    {"Calendars.Read", "Calendars.ReadWrite", "MailboxSettings.Read", "Mail.Send", "Place.Read.All", "User.Read.All"}
)


class InMemoryInspection:
    """The set-up of one tenant."""

    def __init__(self) -> None:
        self.granted = Grants(ALL_ROLES, "10c57e90-10ca-4000-8000-000000000001", "tenant")
        self.mailboxes: dict[str, MailboxLook] = {}
        self.rooms = Places()
        self.groups: dict[str, tuple[str, ...]] = {}

    def add(self, address: str, purpose: str, *, code: str = "", listed: ResourceFacts | None = None) -> MailboxLook:
        """Make a mailbox known; ``listed`` shows it in Places as well."""
        name = listed.name if listed else address.partition("@")[0].title()
        seen = MailboxLook(address, True, f"id-{address}", address, name, purpose, code, code and f"refused: {code}")
        self.mailboxes[address] = seen
        if listed is not None:
            self.rooms = replace(self.rooms, rooms=(*self.rooms.rooms, Place(address, listed)))
        return seen

    async def grants(self) -> Grants:
        return self.granted

    async def look(self, address_or_id: str) -> MailboxLook:
        for known in self.mailboxes.values():
            if address_or_id.casefold() in (known.address.casefold(), known.id.casefold()):
                return known
        return MailboxLook(address_or_id, False, code="unknown", problem="the directory knows no such user")

    async def places(self) -> Places:
        return self.rooms

    async def members(self, group: str) -> tuple[str, ...]:
        if group not in self.groups:
            raise Rejected("the group may not be read", "Authorization_RequestDenied")
        return self.groups[group]
