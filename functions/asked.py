"""What a request asks for, as domain values. Pure; every mistake is a sentence that says what to give instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import azure.functions as func

from functions.answers import BadRequest
from functions.fields import Body, plain_text, text_param
from shared.app.explain_booking import Named
from shared.domain.booking import CalendarKey, Person, ResourceFacts, Window
from shared.domain.ids import BookingId, MappingId, PlatformId, ResourceId, TenantId, TransactionId
from shared.domain.ledger import WriteMode
from shared.domain.opening_hours import OpeningHours
from shared.domain.policy import Policy
from shared.domain.spans import AllDay, Timed, When

TIMES = ("start", "end", "all_day")
LONGEST_TEXT = 1000
LONGEST_ADDRESS = 320
LONGEST_WINDOW = timedelta(days=1500)
"""Longer than any policy's horizon."""
_LONGEST_LOOK, _USUAL_LOOK = timedelta(days=62), timedelta(days=14)
KEY_PREFIX = "key-"
"""How a transaction id begins that was made from somebody's Idempotency-Key, and not by Lockstep."""

_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_PLATFORM_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:/?#%\\\"]+@[^\s@<>()\[\],;:/?#%\\\"]+")
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def resource_id_of(text: str, tenant: TenantId) -> ResourceId | None:
    """Return the id of a resource of this tenant, or None where no resource of it could have that id."""
    of, _, minted = text.partition(".")
    return ResourceId(text) if of == tenant and _ULID.fullmatch(minted) else None


def mapping_id_of(text: str) -> MappingId:
    """Return the id of a mapping."""
    if not _ULID.fullmatch(text):
        raise BadRequest("'mapping' is no id of a mapping: 26 digits and capital letters")
    return MappingId(text)


def order_id_of(name: str, text: str) -> str:
    """Return the id of an order."""
    if not _ULID.fullmatch(text):
        raise BadRequest(f"'{name}' is no id of an order: 26 digits and capital letters")
    return text


def named_booking(req: func.HttpRequest) -> Named:
    """Return the booking that a query names by its mapping, its event or its platform booking."""
    given = {name: text_param(req, name, LONGEST_TEXT) for name in ("mapping", "event", "booking")}
    if sum(value is not None for value in given.values()) != 1:
        raise BadRequest("name the booking by one of 'mapping', 'event' and 'booking'")
    mapping, event, booking = given.values()
    if mapping is not None:
        return Named(mapping=mapping_id_of(mapping))
    if event is None:
        return Named(booking=BookingId(str(booking)))
    try:
        return Named(event=CalendarKey.parse(event))
    except ValueError:
        raise BadRequest("'event' is no key of an event, or of an occurrence such as id@2026-11-23T09:00:00Z") from None


def platform_id_of(name: str, text: str) -> PlatformId:
    """Return an id on the platform; ``name`` is the field that holds it."""
    if not _PLATFORM_ID.fullmatch(text):
        raise BadRequest(f"'{name}' is 1 to 128 letters, digits, dots, hyphens, underscores or tildes")
    return PlatformId(text)


def mailbox_of(body: Body) -> str:
    """Return the address or object id of the mailbox that a body names."""
    text = body.text("mailbox", LONGEST_ADDRESS) or ""
    if not (_ADDRESS.fullmatch(text) or _OBJECT_ID.fullmatch(text)):
        raise BadRequest("'mailbox' is needed: the address of a room's mailbox, or its object id")
    return text


def facts_of(given: Mapping[str, Any]) -> dict[str, object]:
    """Return what a body says of a resource, each fact of the kind that it has to be."""
    usual = vars(ResourceFacts())
    body = Body(given, tuple(usual))
    facts: dict[str, object] = {}
    for name in given:
        if name == "capacity":
            facts[name] = body.number(name, 0, 100_000)
        elif name == "features":
            facts[name] = body.texts(name, 100)
        else:
            facts[name] = body.text(name)
    if "zone" in facts:
        zone_of("zone", str(facts["zone"]))
    return facts


def zone_of(name: str, text: str) -> str:
    """Return an IANA name that the system knows; ``name`` is the field that holds it."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(f"'{name}' is no time zone; use a name such as Europe/Zurich") from None
    return text


def booker_of(body: Body) -> str | None:
    """Return the person on whose mailbox write mode ``organizer`` is tried before it is ordered; else None."""
    wanted = body.fields("settings").get("write_mode") == WriteMode.ORGANIZER
    text = body.text("booker", LONGEST_ADDRESS)
    if wanted and not _ADDRESS.fullmatch(text or ""):
        raise BadRequest("'write_mode' organizer needs 'booker', the address of a person on whose mailbox it is tried")
    if text is not None and not wanted:
        raise BadRequest("'booker' belongs to the setting 'write_mode' organizer")
    return text


def policy_of(settings: Mapping[str, Any], present: Policy | None = None) -> Policy:
    """Return the policy that the settings make of the present one (or of the usual one)."""
    try:
        return (present or Policy()).with_settings(settings)
    except ValueError as error:
        raise BadRequest(str(error)) from None


def person_of(value: object) -> Person | None:
    """Return the person that a body names as an address or as ``{"address", "name"}``; nobody is None."""
    if value is None:
        return None
    if isinstance(value, str):
        return Person(_address(value))
    if not isinstance(value, dict):
        raise BadRequest("'organiser' is an address, or an object with 'address' and 'name'")
    body = Body(value, ("address", "name"))
    return Person(_address(body.text("address", LONGEST_ADDRESS) or ""), body.text("name") or "")


def _address(text: str) -> str:
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(plain_text("organiser", text, LONGEST_ADDRESS)):
        raise BadRequest("'organiser' needs an address such as adele.vance@contoso.com")
    return text


def opening_of(value: object) -> OpeningHours | None:
    """Return the opening hours that a body names by day; None where it names none."""
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(hours, list) for hours in value.values()):
        raise BadRequest('\'opening_hours\' is an object such as {"monday": ["08:00-18:00"]}')
    try:
        return OpeningHours.of({day: [plain_text(day, each, 11) for each in hours] for day, hours in value.items()})
    except ValueError as error:
        raise BadRequest(str(error)) from None


def when_of(body: Body) -> When:
    """Return the time that a body names: two instants with a zone, or two dates and ``all_day``."""
    start, end = body.text("start", 40), body.text("end", 40)
    if start is None or end is None:
        raise BadRequest("'start' and 'end' are needed, both of them")
    try:
        when = _days(start, end) if body.flag("all_day") else Timed(moment_of("start", start), moment_of("end", end))
    except BadRequest:
        raise
    except ValueError:
        raise BadRequest("'end' must be after 'start'") from None
    if isinstance(when, Timed) and when.end <= when.start:
        raise BadRequest("'end' must be after 'start', by a second at least")
    return when


def _days(start: str, end: str) -> AllDay:
    return AllDay(day_of("start", start), day_of("end", end))


def day_of(name: str, text: str) -> date:
    """Return a date such as ``2026-03-02``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"'{name}' is no date such as 2026-03-02") from None
    _check_year(name, day.year)
    return day


def moment_of(name: str, text: str) -> datetime:
    """Return an instant, in UTC. Without a zone it would mean another moment to everybody."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"'{name}' is no time such as 2026-03-02T09:00:00Z") from None
    if at.tzinfo is None:
        raise BadRequest(f"'{name}' needs a zone, such as in 2026-03-02T09:00:00Z")
    _check_year(name, at.year)
    return at.astimezone(UTC)


def _check_year(name: str, year: int) -> None:
    # Also keeps clear of the ends of the calendar, where adding a day or a zone's offset fails.
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadRequest(f"'{name}' must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")


def window_of(req: func.HttpRequest, longest: timedelta) -> Window:
    """Return the stretch of time from ``from`` to ``to`` of the query."""
    return window_between(req.params.get("from"), req.params.get("to"), longest)


def window_between(start: str | None, end: str | None, longest: timedelta) -> Window:
    """Return the stretch of time between two moments as somebody wrote them."""
    if start is None or end is None:
        raise BadRequest("'from' and 'to' are needed, such as 2026-03-02T00:00:00Z")
    window = Window(moment_of("from", start), moment_of("to", end))
    if window.end <= window.start:
        raise BadRequest("'to' must be after 'from'")
    if window.end - window.start > longest:
        raise BadRequest(f"from 'from' to 'to' are at most {longest.days} days")
    return window


def window_from_now(req: func.HttpRequest, now: datetime) -> Window:
    """Return the stretch of time of the query, or the coming 14 days where it names none; at most two months."""
    if "from" in req.params or "to" in req.params:
        return window_of(req, _LONGEST_LOOK)
    return Window(now, now + _USUAL_LOOK)


def transaction_of(req: func.HttpRequest, resource: PlatformId, of: str = "") -> TransactionId | None:
    """Return the transaction id that a request's Idempotency-Key stands for in this resource, of one person."""
    key = req.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise BadRequest("'Idempotency-Key' is 1 to 255 visible characters of ASCII, such as a UUID")
    return TransactionId(f"{KEY_PREFIX}{uuid5(NAMESPACE_URL, f'{resource}/{of}/{key}' if of else f'{resource}/{key}')}")
