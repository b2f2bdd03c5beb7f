"""Faults of single requests: the answers Graph gives when it is busy, broken or hiding (facts 3.6, 3.8, 4,
8.5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from local.graph.delta_token import window_of
from local.graph.faults import Fault
from local.graph.lookup import DENIED, mailbox_gone
from local.graph.query import option
from local.graph.windows import window
from local.graph.wire import Call, GraphError, Handler, Reply

STALE = (
    "The send or update operation could not be performed because the change key passed in the request does not match "
    "the current change key for the item."
)
_BEFORE = ("throttle", "unavailable_before", "expired_token", "mailbox_gone", "access_denied")


async def middleware(call: Call, proceed: Handler) -> Reply:
    """Answer in the handler's place, or spoil its answer after the work was done."""
    if not call.path.lower().startswith("/v1.0/"):
        return await proceed(call)
    faults = call.sim.faults
    slow = faults.standing(call, "slow_window")
    if slow is not None and _is_slow(call, slow):
        raise GraphError(504, "GatewayTimeout", "The server did not respond in time.")
    before = faults.take(call, *_BEFORE)
    if before is not None:
        raise _refusal(before)
    if call.method in ("PATCH", "DELETE", "POST") and faults.take(call, "conflict") is not None:
        raise GraphError(412, "ErrorIrresolvableConflict", STALE)
    after = faults.take(call, "unavailable_after")
    reply = await proceed(call)
    if after is not None:
        raise _unavailable(after)
    if call.method == "GET" and reply.status == 200 and faults.take(call, "empty_read") is not None:
        return _emptied(reply)
    return reply


def _is_slow(call: Call, slow: Fault) -> bool:
    """Whether a call is about a longer window than can be answered; with `links`, also where it goes on in a round."""
    longest = timedelta(days=float(slow.options.get("days", 7)))
    return _asks_for_more_than(call, longest) or (bool(slow.options.get("links")) and _goes_on_in_more(call, longest))


def _goes_on_in_more(call: Call, longest: timedelta) -> bool:
    token = option(call, "deltatoken")
    held = window_of(token) if token else None
    return held is not None and held[1] - held[0] > longest


def _asks_for_more_than(call: Call, longest: timedelta) -> bool:
    """Whether a view of a calendar or of a series, or the beginning of a delta round, asks for a longer window."""
    views = ("/calendarview", "/instances", "/calendarview/delta", "/calendarview/delta()")
    if not call.path.lower().endswith(views) or not option(call, "startDateTime"):
        return False
    start, end = window(call)
    return end - start > longest


def _emptied(reply: Reply) -> Reply:
    """A list without its items; links stay as they are."""
    if reply.body is None or not isinstance(reply.body.get("value"), list):
        return reply
    return replace(reply, body={**reply.body, "value": []})


def _refusal(fault: Fault) -> GraphError:
    match fault.kind:
        case "throttle":
            return _throttled(fault)
        case "expired_token":
            message = "Lifetime validation failed, the token is expired."
            return GraphError(401, "InvalidAuthenticationToken", message)
        case "mailbox_gone":
            return mailbox_gone()
        case "access_denied":
            return GraphError(403, "ErrorAccessDenied", DENIED)
        case _:
            return _unavailable(fault)


def _throttled(fault: Fault) -> GraphError:
    """429 with `Retry-After` as given: `"1"`, fractional `"2.128"`, or none for null (facts 4)."""
    wait = fault.options.get("retryAfter", "1")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return GraphError(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", headers=headers)


def _unavailable(fault: Fault) -> GraphError:
    status = int(fault.options.get("status", 503))
    code = {503: "ServiceUnavailable", 504: "GatewayTimeout"}.get(status, "UnknownError")
    wait = fault.options.get("retryAfter")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return GraphError(status, code, "The service is temporarily unavailable.", headers=headers)
