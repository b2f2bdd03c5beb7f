"""The query options of event lists: `$filter`, `$orderby`, `$top`, `$skip`, `$select`, `$expand`, `$count`.

Only the filters that the facts name are understood (3.3, 2.1) and the plain comparisons around them; every
other one is refused, so that no client comes to rely on a filter that Exchange may not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from local.graph.event_read import etag, extended_properties, selected
from local.graph.event_write import property_key
from local.graph.times import Lens, parse_instant
from local.graph.values import Event
from local.graph.wire import Call, GraphError, Json, Reply

Test = Callable[[Event], bool]
Render = Callable[[Event, Lens], Json]

DEFAULT_TOP, MAX_TOP = 10, 1000
_VALUE = r"'((?:[^']|'')*)'"
_EXTENDED = re.compile(rf"singleValueExtendedProperties/any\((\w+):\s*\1/id eq {_VALUE} and (.+)\)", re.IGNORECASE)
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "startswith": lambda value, wanted: value.startswith(wanted),
}
_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "ge": lambda left, right: left >= right,  # type: ignore[operator]  # datetimes on both sides
    "gt": lambda left, right: left > right,  # type: ignore[operator]  # datetimes on both sides
    "le": lambda left, right: left <= right,  # type: ignore[operator]  # datetimes on both sides
    "lt": lambda left, right: left < right,  # type: ignore[operator]  # datetimes on both sides
}
_FIELDS: dict[str, Callable[[Event], object]] = {
    "icaluid": lambda event: event.uid,
    "subject": lambda event: event.subject,
    "type": lambda event: event.kind,
    "showas": lambda event: event.show_as,
    "start/datetime": lambda event: event.span.start,
    "end/datetime": lambda event: event.span.end,
    "lastmodifieddatetime": lambda event: event.modified,
    "createddatetime": lambda event: event.created,
    "isallday": lambda event: event.span.all_day,
    "iscancelled": lambda event: event.is_cancelled,
    "isorganizer": lambda event: event.is_organizer,
}


def option(call: Call, name: str) -> str | None:
    """A query option, with or without its dollar sign, in any case."""
    wanted = (name.lower(), f"${name.lower()}")
    return next((value for key, value in call.query.items() if key.lower() in wanted), None)


def answer_list(call: Call, events: Iterable[Event], look: Lens, render: Render) -> Reply:
    """One page of the events with an absolute `@odata.nextLink` where there are more."""
    wanted = event_filter(option(call, "filter"))
    found = ordered([event for event in events if wanted(event)], call)
    preferred = call.prefers().get("odata.maxpagesize", "")
    top = number(call, "top", int(preferred) if preferred.isdecimal() else DEFAULT_TOP)
    if not 1 <= top <= MAX_TOP:
        raise GraphError(400, "ErrorInvalidUrlQuery", f"The '$top' value {top} is not between 1 and {MAX_TOP}.")
    skip = number(call, "skip", 0)
    page = [shaped(call, event, look, render) for event in found[skip : skip + top]]
    body: Json = {"@odata.context": f"{call.base}/v1.0/$metadata#users('{quote(call.params['user'])}')/events"}
    if (option(call, "count") or "").lower() == "true":
        body["@odata.count"] = len(found)
    body["value"] = page
    if skip + top < len(found):
        body["@odata.nextLink"] = link(call, {"$skip": str(skip + top), "$top": str(top)})
    return Reply(200, body)


def shaped(call: Call, event: Event, look: Lens, render: Render) -> Json:
    """An event with its `$select` and its expanded extended properties."""
    body = selected(render(event, look), option(call, "select"))
    wanted = expanded_properties(option(call, "expand") or "")
    found = extended_properties(event, [property_key(name) for name in wanted])
    if found:
        body["singleValueExtendedProperties"] = found
    body.setdefault("@odata.etag", etag(event))
    return body


def link(call: Call, options: Json) -> str:
    """The call's own address with some query options replaced."""
    dropped = {name.lower().lstrip("$") for name in options}
    kept = {name: value for name, value in call.query.items() if name.lower().lstrip("$") not in dropped}
    query = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in {**kept, **options}.items())
    return f"{call.base}{call.path}?{query}"


def number(call: Call, name: str, default: int) -> int:
    """A numeric query option."""
    text = option(call, name)
    if text is None:
        return default
    if not text.isdecimal():
        raise GraphError(400, "ErrorInvalidUrlQuery", f"Invalid value '{text}' for ${name} query option found.")
    return int(text)


def ordered(events: list[Event], call: Call) -> list[Event]:
    """By `$orderby` on start, end, subject or a date; oldest creation first without it."""
    text = (option(call, "orderby") or "").strip()
    if not text:
        return events
    field, _, direction = text.partition(" ")
    key = _FIELDS.get(field.lower())
    if key is None:
        raise GraphError(400, "ErrorInvalidUrlQuery", f"The property '{field}' cannot be used in $orderby.")
    return sorted(events, key=key, reverse=direction.strip().lower() == "desc")  # type: ignore[arg-type]  # one field


def expanded_properties(expand: str) -> list[str]:
    """The ids in `singleValueExtendedProperties($filter=id eq '…' or id eq '…')`."""
    found = re.search(r"singleValueExtendedProperties\(\$filter=(.*)\)", expand, re.IGNORECASE)
    return [value.replace("''", "'") for value in re.findall(rf"id eq {_VALUE}", found[1])] if found else []


def event_filter(text: str | None) -> Test:
    """The test that a `$filter` means; 400 for one that is not understood."""
    if not text:
        return lambda _: True
    found = _EXTENDED.fullmatch(text.strip())
    if found:
        return _extended_test(found[2].replace("''", "'"), found[1], found[3])
    tests = [_clause(part) for part in re.split(r" and (?=(?:[^']*'[^']*')*[^']*$)", text.strip())]
    return lambda event: all(test(event) for test in tests)


def _extended_test(name: str, variable: str, condition: str) -> Test:
    key = property_key(name)
    plain = re.fullmatch(rf"{variable}/value (eq|ne) {_VALUE}", condition.strip(), re.IGNORECASE)
    called = re.fullmatch(rf"(contains|startswith)\({variable}/value,\s*{_VALUE}\)", condition.strip(), re.IGNORECASE)
    found = plain or called
    if found is None:
        raise _bad_filter(condition)
    test, wanted = _TEXT_TESTS[found[1].lower()], found[2].replace("''", "'").lower()
    return lambda event: key in event.extended and test(event.extended[key][1].lower(), wanted)


def _clause(text: str) -> Test:
    found = re.fullmatch(rf"([\w/]+) (eq|ne|ge|gt|le|lt) (?:{_VALUE}|(\S+))", text.strip(), re.IGNORECASE)
    field = _FIELDS.get(found[1].lower()) if found else None
    if found is None or field is None:
        raise _bad_filter(text)
    wanted = _literal(found[1].lower(), found[3] if found[3] is not None else found[4])
    compare = _COMPARE[found[2].lower()]
    return lambda event: compare(field(event), wanted)


def _literal(field: str, text: str) -> object:
    if "datetime" in field:
        return parse_instant(text)
    if field.startswith("is"):
        return text.lower() == "true"
    return text.replace("''", "'")


def _bad_filter(text: str) -> GraphError:
    return GraphError(400, "ErrorInvalidUrlQueryFilter", f"The query filter contains one or more invalid nodes: {text}")
