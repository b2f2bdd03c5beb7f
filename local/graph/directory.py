"""The directory over HTTP: users, places, mailbox settings, supported time zones (facts 5).

Lists page with `@odata.nextLink` by `$skiptoken`, which holds the position and nothing else. `users/delta` is in
`directory_delta`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from local.graph.directory_delta import users_delta
from local.graph.filters import compile_filter
from local.graph.lookup import reachable
from local.graph.people import (
    DEFAULT_USER_PROPERTIES,
    ROOM_PROPERTIES,
    USER_PROPERTIES,
    room_body,
    room_list_body,
    room_lists,
    settings_body,
    user_body,
)
from local.graph.query import link, number, option
from local.graph.values import Mailbox
from local.graph.wire import Call, GraphError, Json, Reply, Route
from local.graph.zones import supported_time_zones

DEFAULT_PAGE = 100
MAX_USER_PAGE = 999
_V1 = "/v1.0"
_NO_SETTING = frozenset({"userPurpose", "timeZone", "dateFormat", "timeFormat", "archiveFolder"})


def routes() -> Iterable[Route]:
    """Everything about users and places that is no calendar."""
    user, places = _V1 + "/users/{user}", _V1 + "/places"
    return (
        Route("GET", _V1 + "/users", list_users),
        Route("GET", _V1 + "/users/delta", users_delta),
        Route("GET", user, get_user),
        Route("GET", user + "/mailboxSettings", mailbox_settings),
        Route("GET", user + "/mailboxSettings/{setting}", one_mailbox_setting),
        Route("GET", user + "/outlook/supportedTimeZones", time_zones),
        Route("GET", user + "/outlook/supportedTimeZones(TimeZoneStandard={standard})", time_zones),
        Route("GET", places + "/graph.room", list_rooms),
        Route("GET", places + "/graph.roomlist", list_room_lists),
        Route("GET", places + "/{place}", get_place),
        Route("GET", places + "/{place}/graph.room", get_place),
        Route("GET", places + "/{place}/graph.roomlist", get_place),
        Route("GET", places + "/{place}/graph.roomlist/rooms", list_rooms_of),
        Route("GET", _V1 + "/groups/{group}/members", list_members_of),
        Route("GET", _V1 + "/groups/{group}/events", list_group_events),
    )


# -- users


async def list_users(call: Call) -> Reply:
    """All users, rooms and equipment included, that are not deleted."""
    found = [user_body(mailbox) for mailbox in call.sim.store.mailboxes.values() if in_directory(mailbox)]
    select = chosen(call, USER_PROPERTIES) or DEFAULT_USER_PROPERTIES
    return _list(call, found, USER_PROPERTIES, lambda body: {name: body[name] for name in select}, "users")


async def get_user(call: Call) -> Reply:
    """One user by id or UPN."""
    name = call.params["user"]
    mailbox = call.sim.store.find_mailbox(name)
    if mailbox is None or not in_directory(mailbox):
        message = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        raise GraphError(404, "Request_ResourceNotFound", message)
    body = user_body(mailbox)
    select = chosen(call, USER_PROPERTIES) or DEFAULT_USER_PROPERTIES
    return Reply(body={"@odata.context": _context(call, "users/$entity"), **{name: body[name] for name in select}})


def in_directory(mailbox: Mailbox) -> bool:
    """Whether the directory lists it; a soft-deleted user is among the deleted items instead."""
    return mailbox.state not in ("softDeleted", "deleted")


def chosen(call: Call, known: Sequence[str]) -> tuple[str, ...] | None:
    """The properties of `$select`, id always among them; None without one, 400 for an unknown property."""
    text = option(call, "select")
    if not text:
        return None
    names = {name.lower(): name for name in known}
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    for name in wanted:
        if name.lower() not in names:
            raise GraphError(400, "BadRequest", f"Parsing OData Select and Expand failed: Could not find '{name}'.")
    return tuple(dict.fromkeys([*(names[name.lower()] for name in wanted), "id"]))


# -- mailbox settings


async def mailbox_settings(call: Call) -> Reply:
    """All settings of a mailbox."""
    context = _context(call, f"users('{call.params['user']}')/mailboxSettings")
    return Reply(body={"@odata.context": context, **settings_body(reachable(call))})


async def one_mailbox_setting(call: Call) -> Reply:
    """One setting: a `value` where it is simple (userPurpose, timeZone), else the object."""
    wanted = call.params["setting"].lower()
    settings = settings_body(reachable(call))
    name = next((name for name in settings if name.lower() == wanted), None)
    if name is None:
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{call.params['setting']}'.")
    context = _context(call, f"users('{call.params['user']}')/mailboxSettings/{name}")
    value = (
        {"value": settings[name]} if name in _NO_SETTING | {"delegateMeetingMessageDeliveryOptions"} else settings[name]
    )
    return Reply(body={"@odata.context": context, **value})


async def time_zones(call: Call) -> Reply:
    """The zones of the mailbox's server, with Windows or IANA names (facts 3.1)."""
    reachable(call)
    standard = call.params.get("standard", "'Windows'").rpartition(".")[2].removeprefix("timeZoneStandard").strip("'")
    try:
        found = supported_time_zones(standard)
    except ValueError as error:
        raise GraphError(400, "BadRequest", str(error)) from error
    context = _context(call, "Collection(microsoft.graph.timeZoneInformation)")
    return Reply(body={"@odata.context": context, "value": [dict(entry) for entry in found]})


# -- places


def _rooms(call: Call) -> list[Mailbox]:
    found = call.sim.store.mailboxes.values()
    return [mailbox for mailbox in found if mailbox.purpose == "room" and in_directory(mailbox)]


async def list_rooms(call: Call) -> Reply:
    """All rooms; equipment is no place."""
    return _places(call, [room_body(mailbox) for mailbox in _rooms(call)], "places/microsoft.graph.room")


async def list_room_lists(call: Call) -> Reply:
    """All room lists: one for each building."""
    found = [room_list_body(address, rooms) for address, rooms in room_lists(_rooms(call)).items()]
    return _places(call, found, "places/microsoft.graph.roomList")


async def list_rooms_of(call: Call) -> Reply:
    """The rooms of a room list, which is named by its address and not by its id (facts 5)."""
    rooms = room_lists(_rooms(call)).get(call.params["place"].lower())
    if rooms is None:
        raise _no_place(call.params["place"])
    return _places(call, [room_body(mailbox) for mailbox in rooms], "rooms")


async def list_members_of(call: Call) -> Reply:
    """The members of a room list, which is a distribution group: here the group is named by the list's id."""
    wanted, select = call.params["group"].lower(), chosen(call, USER_PROPERTIES) or DEFAULT_USER_PROPERTIES
    lists = room_lists(_rooms(call)).items()
    members = next((rooms for address, rooms in lists if room_list_body(address, rooms)["id"].lower() == wanted), None)
    if members is None:
        message = (
            f"Resource '{wanted}' does not exist or one of its queried reference-property objects are not present."
        )
        raise GraphError(404, "Request_ResourceNotFound", message)
    found = [user_body(room) for room in members]
    return _list(call, found, USER_PROPERTIES, lambda body: _member(body, select), "directoryObjects")


async def list_group_events(call: Call) -> Reply:
    """A group's calendar is for signed-in members: an application is refused, unless the setting plays otherwise.

    The simulator's groups organise by mail alone, so an open one lists nothing.
    """
    if not call.sim.settings.group_calendars:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    return Reply(body={"@odata.context": _context(call, "Collection(microsoft.graph.event)"), "value": []})


def _member(body: Json, select: Sequence[str]) -> Json:
    """A member of a group says of what kind it is: groups have users, contacts and groups."""
    return {"@odata.type": "#microsoft.graph.user", **{name: body[name] for name in select}}


async def get_place(call: Call) -> Reply:
    """A room or a room list by address or place id."""
    wanted = call.params["place"].lower()
    rooms = _rooms(call)
    bodies = [room_body(mailbox) for mailbox in rooms]
    bodies += [room_list_body(address, members) for address, members in room_lists(rooms).items()]
    for body in bodies:
        if wanted in (body["id"].lower(), body["emailAddress"].lower()):
            return Reply(body={"@odata.context": _context(call, "places/$entity"), **body})
    raise _no_place(wanted)


def _no_place(name: str) -> GraphError:
    return GraphError(404, "ErrorItemNotFound", f"The place '{name}' was not found.")


def _places(call: Call, found: list[Json], context: str) -> Reply:
    select = chosen(call, ROOM_PROPERTIES)
    return _list(call, found, ROOM_PROPERTIES, lambda body: _picked(body, select), context)


def _picked(body: Json, select: tuple[str, ...] | None) -> Json:
    if select is None:
        return body
    return {name: body[name] for name in ("@odata.type", *select) if name in body}


# -- lists


def _list(call: Call, found: list[Json], known: Sequence[str], shape: Callable[[Json], Json], context: str) -> Reply:
    """One page: `$filter`, `$skip`, `$top`, `$count`, and the way to the next one."""
    text = option(call, "filter")
    if text:
        found = list(filter(compile_filter(text, known), found))
    top = number(call, "top", DEFAULT_PAGE)
    if not 1 <= top <= MAX_USER_PAGE:
        raise GraphError(400, "Request_BadRequest", f"Invalid page size specified: '{top}'. Must be between 1 and 999.")
    start = number(call, "skip", 0) + number(call, "skiptoken", 0)
    body: Json = {"@odata.context": _context(call, context)}
    if (option(call, "count") or "").lower() == "true":
        body["@odata.count"] = len(found)
    body["value"] = [shape(item) for item in found[start : start + top]]
    # A next link has been reported missing from places with $top=1 (facts 5, F Q&A 1021419).
    if start + top < len(found) and not (top == 1 and context.startswith("places")):
        body["@odata.nextLink"] = _next(call, start + top)
    return Reply(body=body)


def _next(call: Call, position: int) -> str:
    kept: Mapping[str, str] = {name: text for name, text in call.query.items() if name.lower().lstrip("$") != "skip"}
    return link(Call(**{**call.__dict__, "query": kept}), {"$skiptoken": str(position)})


def _context(call: Call, what: str) -> str:
    return f"{call.base}/v1.0/$metadata#{what}"
