"""Which app roles a call needs (facts 6), as a table; and how Graph refuses a call that lacks them (facts 3.8).

The table names every role that Graph accepts, the least one first. A path that no row names needs a token only:
it is the router that knows it not. Subscriptions are strict on purpose: a write permission does not stand for
the read permission that a subscription needs (facts 6, subscription-post-subscriptions.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.graph.wire import Call, GraphError

READ_CALENDARS = ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")

READ_MEMBERS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")

_MAILBOX = r"/users/(?P<mailbox>[^/]+)"
_CALENDAR = _MAILBOX + r"/(events|calendar|calendars|calendarview)(/.*)?"


@dataclass(frozen=True)
class Need:
    """One row: a method (`*` for any), a path, and the roles of which one is enough."""

    method: str
    path: re.Pattern[str]
    roles: tuple[str, ...]
    directory: bool = False


def _need(method: str, path: str, roles: tuple[str, ...], directory: bool = False) -> Need:
    return Need(method, re.compile(path), roles, directory)


_NEEDS = (
    _need("GET", _MAILBOX + r"/mailboxsettings(/.*)?", ("MailboxSettings.Read", "MailboxSettings.ReadWrite")),
    _need("PATCH", _MAILBOX + r"/mailboxsettings", ("MailboxSettings.ReadWrite",)),
    _need("GET", _MAILBOX + r"/outlook/supportedtimezones.*", READ_USERS),
    _need("POST", _MAILBOX + r"/sendmail", ("Mail.Send",)),
    _need("POST", _MAILBOX + r"(/calendars/[^/]+|/calendar)/getschedule", READ_CALENDARS),
    _need("POST", _MAILBOX + r"/.*events/[^/]+/forward", ("Calendars.Read", "Calendars.ReadWrite")),
    _need("GET", _CALENDAR, READ_CALENDARS),
    _need("*", _CALENDAR, ("Calendars.ReadWrite",)),
    _need("*", r"/places(/.*)?", ("Place.Read.All", "Place.ReadWrite.All")),
    _need("GET", r"/users(/.*)?", READ_USERS, directory=True),
    _need("GET", r"/groups/[^/]+/members", READ_MEMBERS, directory=True),
)
_OPERATIONS: Mapping[str, str] = {"POST": "Create", "PATCH": "Update", "DELETE": "Delete", "GET": "Read"}


def check(call: Call, roles: frozenset[str], mailboxes: frozenset[str] | None) -> None:
    """Raise GraphError 403 where the roles, or the mailboxes they are scoped to, do not allow the call."""
    path = plain_path(call.path)
    if path.startswith("/subscriptions"):
        _check_subscription(call, path, roles, mailboxes)
        return
    for need in _NEEDS:
        match = need.path.fullmatch(path)
        if match is None or need.method not in ("*", call.method):
            continue
        if roles.isdisjoint(need.roles):
            raise _request_denied() if need.directory else access_denied()
        if not need.directory and mailboxes is not None:
            _check_scope(call, match.groupdict().get("mailbox"), mailboxes)
        return


def plain_path(path: str) -> str:
    """The path below the version, decoded, in lower case, without `microsoft.graph.` and `()`."""
    segments = [unquote(segment).lower() for segment in path.strip("/").split("/")[1:]]
    plain = [segment.removeprefix("microsoft.").removeprefix("graph.").removesuffix("()") for segment in segments]
    return "/" + "/".join(segment.replace("/", "%2f") for segment in plain)


def mailbox_of(path: str) -> str | None:
    """The `{user}` of a path below `/users/{user}`, or None."""
    match = re.fullmatch(_MAILBOX + r"(/.*)?", plain_path(path))
    return match["mailbox"] if match else None


def access_denied() -> GraphError:
    """What Exchange says to a caller without rights on the mailbox."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _request_denied() -> GraphError:
    # The directory's own wording; learn.microsoft.com/graph/resolve-auth-errors.
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _check_scope(call: Call, name: str | None, mailboxes: frozenset[str]) -> None:
    mailbox = call.sim.store.find_mailbox(name) if name else None
    if mailbox is not None and mailbox.id not in mailboxes:
        raise access_denied()


def _check_subscription(call: Call, path: str, roles: frozenset[str], mailboxes: frozenset[str] | None) -> None:
    resource = _resource_of(call, path)
    if resource is None:
        return
    events = "/events" in resource.lower()
    try:
        if ("Calendars.Read" if events else "User.Read.All") not in roles:
            raise access_denied()
        if events and mailboxes is not None:
            named = re.match(r"/?users/([^/]+)/", resource, re.IGNORECASE)
            _check_scope(call, named[1] if named else None, mailboxes)
    except GraphError as error:
        operation = _OPERATIONS.get(call.method, call.method)
        text = f"Operation: {operation}; Exception: [Status Code: Forbidden; Reason: {error.message}]"
        raise GraphError(403, "ExtensionError", text) from error


def _resource_of(call: Call, path: str) -> str | None:
    """What is subscribed to: from the body of a create, else from the stored subscription."""
    parts = path.strip("/").split("/")
    if len(parts) > 1:
        stored = call.sim.store.subscriptions.get(parts[1])
        return stored.resource if stored else None
    if call.method != "POST":
        return None
    resource = call.json().get("resource")
    return resource if isinstance(resource, str) else None
