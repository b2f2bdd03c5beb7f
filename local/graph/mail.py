"""`sendMail`: takes a message and puts it into the outbox, where `/sim/outbox` shows it. Nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.graph.lookup import reachable
from local.graph.wire import Call, GraphError, Reply, Route

# Live answers: microsoftgraph/msgraph-sdk-dotnet#1891 and ruby-connect-rest-sample#15.
NO_RECIPIENTS = "At least one recipient isn't valid., A message can't be sent because it contains no recipients."
UNRESOLVED = (
    "At least one recipient isn't valid., Recipient \"{address}\" isn't resolved. "
    "All recipients must be resolved before a message can be submitted."
)


# Live answer: microsoftgraph/msgraph-sdk-dotnet#2105.
FOREIGN_HEADER = "The internet message header name '{name}' should start with 'x-' or 'X-'."


def routes() -> Iterable[Route]:
    """One action."""
    return (Route("POST", "/v1.0/users/{user}/sendMail", send_mail),)


async def send_mail(call: Call) -> Reply:
    """202 and an empty body once the message is accepted (user-sendmail.md); keys in any case (facts 8.3)."""
    sender = reachable(call)
    message = _folded(call.action().get("message"))
    if not message:
        raise GraphError(400, "ErrorInvalidRequest", "The message of sendMail is missing.")
    to = tuple(
        address for part in ("torecipients", "ccrecipients", "bccrecipients") for address in _addresses(message, part)
    )
    if not to:
        raise GraphError(400, "ErrorInvalidRecipients", NO_RECIPIENTS)
    body = _folded(message.get("body")).get("content", "")
    headers = _headers(message)
    call.sim.store.add_mail(
        sender.upn, to, "mail", str(message.get("subject") or ""), body=str(body or ""), headers=headers
    )
    return Reply(202)


def _headers(message: dict[str, Any]) -> dict[str, str]:
    """The sender's own headers: a name that does not begin with x- refuses the whole message."""
    given = [_folded(each) for each in message.get("internetmessageheaders") or ()]
    headers = {str(each.get("name") or ""): str(each.get("value") or "") for each in given}
    for name in headers:
        if not name.lower().startswith("x-"):
            raise GraphError(400, "InvalidInternetMessageHeader", FOREIGN_HEADER.format(name=name))
    return headers


def _addresses(message: dict[str, Any], part: str) -> list[str]:
    found = []
    for recipient in message.get(part) or ():
        address = _folded(_folded(recipient).get("emailaddress")).get("address")
        if not isinstance(address, str) or "@" not in address:
            raise GraphError(400, "ErrorInvalidRecipients", UNRESOLVED.format(address=address))
        found.append(address)
    return found


def _folded(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
