"""The room's booking attendant: what calendar processing decides about a request and makes of the copy (facts
3.5).

Pure: it gets the request, the settings and what occupies the room, and says what Exchange would do. It sees
meeting requests only; what somebody writes straight into a room's calendar never comes here (facts 3.4).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from local.graph.series import expand, touches
from local.graph.store import Store
from local.graph.values import Event, Mailbox, Processing

FREE = frozenset({"free", "workingElsewhere"})
"""What does not occupy: getSchedule counts both as 0 (facts 5)."""
CANCELED = "Canceled: "


@dataclass(frozen=True)
class Verdict:
    """The attendant's decision with the sentence its mail gives; `declined` are the dates of a series it
    refused alone.

    `until` is the last date of a series cut at the horizon.
    """

    outcome: Literal["accepted", "declined", "pending", "ignored"]
    reason: str
    declined: tuple[date, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class Request:
    """A request as the room sees it: its copy to be, the times it wants within the horizon, whether it goes
    beyond.
    """

    copy: Event
    wanted: Sequence[Event]
    beyond_horizon: bool
    external: bool


def judge(request: Request, rules: Processing, taken: Sequence[Event], now: datetime) -> Verdict:
    """What Exchange answers, rule by rule in its order: who asks, series, length, horizon, conflicts."""
    if rules.automate_processing == "None":
        return Verdict("ignored", "Requests to this resource are processed by nobody.")
    if request.external and not rules.process_external_meeting_messages:
        return Verdict("declined", "Your request was declined because it comes from outside the organization.")
    if rules.automate_processing == "AutoUpdate":
        return Verdict("pending", "Your request was received and is pending approval.")
    refusal = _policy_refusal(request, rules)
    if refusal is not None:
        return refusal
    verdict = _conflict_verdict(request, rules, taken)
    if verdict.outcome == "accepted" and request.beyond_horizon:
        return replace(verdict, until=horizon_of(rules, now).date())
    return verdict


def _policy_refusal(request: Request, rules: Processing) -> Verdict | None:
    recurring = request.copy.kind == "seriesMaster"
    if recurring and not rules.allow_recurring_meetings:
        return Verdict("declined", "Your request was declined because recurring meetings aren't allowed.")
    minutes = (request.copy.span.end - request.copy.span.start) / timedelta(minutes=1)
    if rules.maximum_duration_in_minutes and minutes > rules.maximum_duration_in_minutes:
        limit = rules.maximum_duration_in_minutes
        return Verdict("declined", f"Your request was declined because it is longer than {limit} minutes.")
    days = rules.booking_window_in_days
    if request.beyond_horizon and (not recurring or rules.enforce_scheduling_horizon):
        return Verdict("declined", f"Your request was declined because it is more than {days} days ahead.")
    return None


def _conflict_verdict(request: Request, rules: Processing, taken: Sequence[Event]) -> Verdict:
    accepted = Verdict("accepted", "Your request was accepted.")
    if rules.allow_conflicts:
        return accepted
    clashes = list(_clashing(request.wanted, taken))
    if not clashes:
        return accepted
    dates = tuple(item.original_date for item in clashes if item.original_date is not None)
    allowed = max(
        rules.maximum_conflict_instances,
        len(request.wanted) * rules.conflict_percentage_allowed // 100,
    )
    if request.copy.kind == "seriesMaster" and len(clashes) <= allowed and len(dates) == len(clashes):
        return replace(accepted, declined=dates)
    return Verdict("declined", "Your request was declined because there are conflicts.")


def _clashing(wanted: Iterable[Event], taken: Sequence[Event]) -> Iterator[Event]:
    ordered = sorted(taken, key=lambda item: item.span.start)
    starts = [item.span.start for item in ordered]
    longest = max((item.span.end - item.span.start for item in ordered), default=timedelta(0))
    for item in wanted:
        near = ordered[bisect_left(starts, item.span.start - longest) : bisect_left(starts, item.span.end)]
        if any(touches(other, item.span.start, item.span.end) for other in near):
            yield item


def horizon_of(rules: Processing, now: datetime) -> datetime:
    """Until when the resource may be booked."""
    return now + timedelta(days=rules.booking_window_in_days)


def occupying(store: Store, mailbox: Mailbox, start: datetime, end: datetime, but_uid: str = "") -> list[Event]:
    """What takes the room between two instants: neither free nor cancelled, the meeting with `but_uid` left
    out.
    """
    return [
        item
        for item in instances(store, mailbox, start, end, lambda event: event.uid != but_uid)
        if item.show_as not in FREE and not item.is_cancelled
    ]


def instances(
    store: Store, mailbox: Mailbox, start: datetime, end: datetime, keep: Callable[[Event], bool] = lambda _: True
) -> Iterator[Event]:
    """Every single event, occurrence and exception that touches `[start, end)`."""
    for event in store.events_of(mailbox.id):
        if event.kind == "seriesMaster" and keep(event):
            yield from expand(store, event, start, end)
        elif event.kind == "singleInstance" and touches(event, start, end) and keep(event):
            yield event


def accepted_copy(copy: Event, rules: Processing, now: datetime) -> Event:
    """The copy as an AutoAccept room keeps it: subject by the organizer, body emptied, private flag cleared."""
    subject = "" if rules.delete_subject else copy.subject
    if rules.add_organizer_to_subject:
        subject = f"{copy.organizer.name} {subject}".strip()
    sensitivity = copy.sensitivity
    if rules.remove_private_property and sensitivity == "private":
        sensitivity = "normal"
    body = "" if rules.delete_comments else copy.body
    return replace(copy, subject=subject, sensitivity=sensitivity, body=body, answer="accepted", answered=now)


def cancelled_copy(copy: Event) -> Event:
    """The copy of a cancelled meeting that stays: marked, prefixed, shown free."""
    if copy.is_cancelled:
        return copy
    return replace(copy, subject=CANCELED + copy.subject, show_as="free", is_cancelled=True)
