"""The mail port over Graph: ``sendMail`` of the one mailbox that is configured.

Graph takes headers of the sender's own only where their names begin with ``x-``, and Exchange strips
``Auto-Submitted`` even from a message handed over as MIME. So a mail is marked by what Exchange itself reads
(``X-Auto-Response-Suppress``: no out-of-office answer comes back) and by a mark of ours.
"""

from __future__ import annotations

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import Request, path
from shared.ports.people import Message

MARKS = {"X-Auto-Response-Suppress": "All", "X-Auto-Generated": "Lockstep"}


class GraphMail:
    """Mails from the mailbox ``sender`` (an address or an object id), which keeps them in Sent Items."""

    def __init__(self, client: GraphClient, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def send(self, message: Message) -> None:
        """Hand one mail over; 202 means that Exchange has it."""
        body = {"message": _wire(message), "saveToSentItems": True}
        link = path("users", self._sender, "sendMail")
        await self._client.send(Request("POST", link, "sendMail", "send the mail", self._sender, body))


def _wire(message: Message) -> dict[str, object]:
    recipient = {"address": message.to.address, **({"name": message.to.name} if message.to.name else {})}
    return {
        "subject": message.subject,
        "body": {"contentType": "Text", "content": message.text},
        "toRecipients": [{"emailAddress": recipient}],
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in MARKS.items()],
    }
