"""The time window of calendarView, its delta and instances."""

from __future__ import annotations

from datetime import datetime

from local.graph.query import option
from local.graph.times import parse_instant
from local.graph.wire import Call, GraphError

REQUIRED = "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime."


def window(call: Call) -> tuple[datetime, datetime]:
    """The two instants, both required; an offset is taken from the value, else UTC (facts 2.1)."""
    start, end = option(call, "startDateTime"), option(call, "endDateTime")
    if not start or not end:
        raise GraphError(400, "ErrorInvalidParameter", REQUIRED)
    # A plus sign that was not percent-encoded arrives as a space.
    first, last = (parse_instant(text.replace(" ", "+")) for text in (start, end))
    if last < first:
        raise GraphError(400, "ErrorInvalidParameter", "The EndDateTime is earlier than the StartDateTime.")
    return first, last
