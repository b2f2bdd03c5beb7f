"""The mailbox directory in memory: mailboxes by object id or address."""

from __future__ import annotations

from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId
from shared.ports.calendar import MailboxFacts
from shared.ports.errors import NotFound


class InMemoryMailboxDirectory:
    """The mailboxes of one tenant; ``add`` makes one known."""

    def __init__(self) -> None:
        self._known: list[MailboxFacts] = []

    def add(self, mailbox: MailboxId, address: str, facts: ResourceFacts | None = None) -> MailboxFacts:
        """Make a mailbox known, replacing what was known of it, and return it."""
        made = MailboxFacts(mailbox, address, facts or ResourceFacts(name=address.partition("@")[0]))
        self._known = [known for known in self._known if known.id != mailbox]
        self._known.append(made)
        return made

    async def mailbox(self, address_or_id: str) -> MailboxFacts:
        """Return what is known of a mailbox; addresses compare without case."""
        wanted = address_or_id.casefold()
        for known in self._known:
            if wanted in (known.id.casefold(), known.address.casefold()):
                return known
        raise NotFound(f"There is no mailbox {address_or_id}; check the address.")
