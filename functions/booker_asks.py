"""What the booking page's API needs before it acts: who books, which times are meant, and what is in their way."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import azure.functions as func

from functions.answers import BadRequest, Collides
from functions.asked import LONGEST_ADDRESS, day_of, person_of, when_of
from functions.booker_views import offer_view
from functions.caller import NotAllowed, caller_of
from functions.fields import Body
from functions.reading import language
from functions.views import when_view
from shared.adapters.builtin.booking_rules import check_when, takes_time
from shared.adapters.builtin.entries import BookingPatch, Entry
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.series_desk import SHORTENED, Scope
from shared.adapters.recurring.expansion import dates
from shared.app.free_rooms import IsOurs, hindered, instead
from shared.app.messages import words_of
from shared.app.my_bookings import Listed, Me, OnPlatform, Places, who_books
from shared.app.obstacle_words import obstacle_sentence
from shared.app.outside import Outside
from shared.composition import Composed
from shared.domain.booking import Booking, Person, Window
from shared.domain.free_times import Obstacle
from shared.domain.ids import PlatformId
from shared.domain.people import BookerRefused, UserId
from shared.domain.recurrence import Rule
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, Span, When, occupied
from shared.ports.errors import Rejected
from shared.settings import sign_in_of

ADDRESS, NAME = "x-lockstep-booker", "x-lockstep-booker-name"
"""The headers in which the page says who books, where nobody signs in; the name is percent-encoded."""

_TIME_TAKEN = frozenset({"overlap", "blocked"})
_MOST_TOLD = 10
_MOST_DATES = 1000


def time_of(body: Body) -> When:
    """Return the time that a body names. Raises ``Rejected`` for one that no booking may have."""
    when = when_of(body)
    check_when(when)
    return when


def is_signed_in() -> bool:
    """Tell whether whoever calls has signed in, and has not only a key."""
    return bool(sign_in_of(os.environ))


async def identified(req: func.HttpRequest, outside: Outside) -> Me | None:
    """Return who books; None where nobody has signed in and the page does not say it yet.

    Raises ``NotAllowed`` for an account that is no person's, and for whoever has left.
    """
    if is_signed_in():
        caller = caller_of(req)
        if not caller.address:
            raise NotAllowed("people book here in their own name, and this account has no address")
        return await _still_there(outside, Person(caller.address, caller.called), UserId(caller.id))
    address = req.headers.get(ADDRESS, "")[: LONGEST_ADDRESS + 1]
    person = person_of({"address": address, "name": unquote(req.headers.get(NAME, ""))}) if address else None
    return await _still_there(outside, person) if person else None


async def _still_there(outside: Outside, person: Person, user: UserId | None = None) -> Me:
    try:
        return await who_books(outside, person, user)
    except BookerRefused as refused:
        raise NotAllowed(str(refused), refused.code) from refused


async def refuse_leavers(req: func.HttpRequest, outside: Outside) -> None:
    """Let pass who only looks, named or not, and programs too. Raises ``NotAllowed`` for whoever has left."""
    if not is_signed_in() or caller_of(req).address:
        await identified(req, outside)


async def must_be_somebody(req: func.HttpRequest, outside: Outside) -> Me:
    """Return who books. Raises as ``identified`` does, and ``BadRequest`` where nobody says it."""
    me = await identified(req, outside)
    if me is None:
        raise BadRequest(f"say who books: their address in the header {ADDRESS}, their name in {NAME}")
    return me


def listing(composition: Composed) -> Listed:
    """Return what lists a platform resource's bookings, cancelled ones included, with why they were cancelled."""

    async def listed(resource: PlatformId, window: Window) -> Sequence[OnPlatform]:
        found = await composition.platform.list_range(resource, window, cancelled=True)
        # Somebody who shortens a series knows that its dates are gone.
        return [OnPlatform(each.item, "" if each.reason == SHORTENED else each.reason) for each in found.entries]

    return listed


def places(composition: Composed) -> Places:
    """Return what tells in which of the platform's resources somebody has bookings."""

    async def found(me: Me, window: Window) -> Collection[PlatformId] | None:
        return await composition.platform.places_of(me.addresses, window)

    return found


def day_around(named: date | None, room: Resource, now: datetime) -> tuple[date, Span]:
    """Return a day of a resource's zone, today where none is named, and from when to when it lasts."""
    day = named or now.astimezone(ZoneInfo(room.facts.zone)).date()
    return day, occupied(AllDay(day, day + timedelta(days=1)), room.facts.zone)


Times = Mapping[When, date | None]
"""The times that a resource is asked to take; those of a series with the dates by which they can be left out."""


def occurrences(rule: Rule | None, when: When, room: Resource, now: datetime, without: Collection[date] = ()) -> Times:
    """Return the times of a booking or of a series that lie within what is kept in lockstep; the first in any case."""
    if rule is None:
        return {when: None}
    days = [day for day in dates(rule, rule.first, _horizon(room, now)) if day not in without]
    return {rule.on(day): day for day in days} or {when: None}


def within_reach(times: Times, room: Resource, now: datetime) -> Times:
    """Return those times of a series that lie within what is kept in lockstep; the first in any case."""
    until = _horizon(room, now)
    few = {when: day for when, day in times.items() if day is None or day <= until}
    return few or dict(islice(times.items(), 1))


def _horizon(room: Resource, now: datetime) -> date:
    return (now + timedelta(days=room.policy.days_ahead)).date()


async def times_of(
    platform: Platform, room: Resource, entry: Entry, patch: BookingPatch, scope: Scope, without: Collection[date]
) -> Times:
    """Return the times that a change takes and the booking did not have before.

    Raises ``Rejected`` where a series cannot move like that.
    """
    if patch.when is None:
        return {}
    if scope is Scope.ONE:
        taken = takes_time(entry.item.booking, Booking(patch.when), room.facts.zone)
        return {patch.when: None} if taken else {}
    assert room.platform is not None
    change = await platform.changed_series(room.platform, entry.item.id, scope, patch, without=without)
    return {each.item.booking.when: day for day, each in sorted(change.taking_place.items())}


def moved_with(entry: Entry, scope: Scope) -> IsOurs:
    """Return what tells the bookings that a change moves: they are in nobody's way."""
    if scope is Scope.ONE or entry.item.series is None:
        return lambda item: item.id == entry.item.id
    series = entry.item.series.id
    return lambda item: item.series is not None and item.series.id == series


@asynccontextmanager
async def offering_instead(
    outside: Outside, room: Resource, asked: Times, people: int = 0, ours: IsOurs | None = None
) -> AsyncIterator[None]:
    """Write only what the resource takes at these times. Raises ``Collides`` with what could be had instead.

    The platform decides in the end: what was taken between the look and the write is told in the same way.
    """
    times = within_reach(asked, room, outside.clock.now())
    if not times:
        yield
        return
    found = await hindered(outside, room, tuple(times), people, ours)
    if found:
        raise await _collision(outside, room, times, people, found)
    try:
        yield
    except Rejected as error:
        if error.code not in _TIME_TAKEN:
            raise
        found = await hindered(outside, room, tuple(times), people, ours)
        if not found:
            raise
        raise await _collision(outside, room, times, people, found) from error


async def _collision(
    outside: Outside, room: Resource, times: Times, people: int, found: Sequence[Obstacle]
) -> Collides:
    sentences = [obstacle_sentence(room, each, language()) for each in found[:_MOST_TOLD]]
    message = sentences[0]
    if len(times) > 1:
        words = words_of(language(), "obstacles")["repeated"]
        name = room.facts.name or room.address
        message = words.format(room=name, count=len(found), all=len(times), first=sentences[0])
    by_span = {occupied(each, room.facts.zone): each for each in times}
    refused = [{**when_view(by_span[each.at]), "sentence": told} for each, told in zip(found, sentences, strict=False)]
    offers = [offer_view(each) for each in await instead(outside, room, tuple(times), people)]
    left_out = sorted(f"{day}" for each in found if (day := times[by_span[each.at]]) is not None)
    # Where nothing would be left, nothing is left out.
    without = left_out if len(found) < len(times) else []
    return Collides(found[0].kind.value, message, {"refused": refused, "without": without, "instead": offers})


def dates_of(body: Body, name: str) -> frozenset[date]:
    """Return the dates of a series that a body names."""
    return frozenset(day_of(name, each) for each in body.texts(name, _MOST_DATES) or ())
