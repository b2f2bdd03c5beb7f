"""The booking page's own API: for everybody who has signed in, each in their own name and in nobody else's.

What the room would refuse is refused here, before it is written, with what could be taken instead. Behind a function
key nobody has signed in: the page says in a header who books. A booking that is not the caller's does not exist here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import BadRequest, Unknown, answer, told_to_everybody
from functions.fields import Body, body_of, number_param, text_param
from shared.composition import Composed, composed

if TYPE_CHECKING:
    from functions.views import Json
    from shared.adapters.builtin.entries import BookingPatch, Entry
    from shared.app.free_rooms import Wish
    from shared.app.my_bookings import Me
    from shared.domain.resource import Resource
    from shared.domain.spans import When

booker = func.Blueprint()

_ROOM = "book/rooms/{resource}"
_BOOKING = _ROOM + "/bookings/{booking}"
_MOST_PEOPLE = 100_000


@booker.function_name("book_me")
@booker.route("book/me", methods=["GET"])
@told_to_everybody
async def show_me(req: func.HttpRequest) -> func.HttpResponse:
    """Who books, and what can be chosen from."""
    from functions.booker_asks import identified, is_signed_in
    from functions.booker_views import choices_view
    from shared.domain.free_times import is_bookable

    outside = (await composed()).outside
    me = await identified(req, outside)
    rooms = [each async for each in outside.resources.all(outside.tenant) if is_bookable(each) and each.platform]
    known = {"address": me.person.address, "name": me.person.name} if me else None
    return answer({"me": known, "signed_in": is_signed_in(), **choices_view(rooms)})


@booker.function_name("book_search")
@booker.route("book/free", methods=["GET"])
@told_to_everybody
async def search(req: func.HttpRequest) -> func.HttpResponse:
    """Resources that are free, the best first; where none is, what is a little later."""
    from functions.booker_asks import refuse_leavers
    from functions.booker_views import offer_view
    from shared.app.free_rooms import find_free

    wish, outside = _wish(req), (await composed()).outside
    await refuse_leavers(req, outside)
    found = await find_free(outside, wish)
    return answer(
        {
            "free": [offer_view(each) for each in found.free],
            "later": [offer_view(each) for each in found.later],
            "fitting": found.fitting,
            "looked_at": found.looked_at,
        }
    )


def _wish(req: func.HttpRequest) -> Wish:
    from functions.asked import LONGEST_TEXT
    from functions.booker_asks import time_of
    from functions.fields import flag_param
    from shared.app.free_rooms import Wish

    given = {name: text_param(req, param, 40) for name, param in (("start", "from"), ("end", "to"))}
    if None in given.values():
        raise BadRequest("'from' and 'to' are needed, such as 2026-03-02T09:00:00Z")
    when = time_of(Body({**given, "all_day": flag_param(req, "all_day")}, ("start", "end", "all_day")))
    features = text_param(req, "features", LONGEST_TEXT) or ""
    return Wish(
        when,
        number_param(req, "people", 0, 0, _MOST_PEOPLE),
        text_param(req, "building") or "",
        tuple(each.strip() for each in features.split(",") if each.strip()),
        text_param(req, "kind") or "",
    )


@booker.function_name("book_look")
@booker.route(_ROOM, methods=["GET"])
@told_to_everybody
async def look(req: func.HttpRequest) -> func.HttpResponse:
    """One resource, and what is taken of one of its days."""
    from functions.asked import day_of
    from functions.booker_asks import day_around, identified
    from functions.booker_views import day_view
    from shared.app.free_rooms import day_of_room

    composition = await composed()
    room = await room_named(req, composition)
    named, outside = text_param(req, "day"), composition.outside
    day, span = day_around(day_of("day", named) if named else None, room, outside.clock.now())
    seen = await day_of_room(outside, room, span)
    return answer(day_view(room, day, span, seen, await identified(req, outside)))


@booker.function_name("book_mine")
@booker.route("book/mine", methods=["GET"])
@told_to_everybody
async def list_mine(req: func.HttpRequest) -> func.HttpResponse:
    """The caller's own bookings of a stretch of time, and how each stands."""
    from functions.asked import window_from_now
    from functions.booker_asks import listing, must_be_somebody, places
    from functions.booker_views import mine_views
    from shared.app.my_bookings import my_bookings

    composition = await composed()
    outside = composition.outside
    window = window_from_now(req, outside.clock.now())
    me = await must_be_somebody(req, outside)
    found = await my_bookings(outside, me, window, listing(composition), places(composition))
    return answer({"bookings": await mine_views(outside, found)})


@booker.function_name("book_one_of_mine")
@booker.route(_BOOKING, methods=["GET"])
@told_to_everybody
async def show_mine(req: func.HttpRequest) -> func.HttpResponse:
    """One of the caller's own bookings, and how it stands."""
    composition = await composed()
    room = await room_named(req, composition)
    return await shown(composition, room, await own_booking(req, composition, room))


@booker.function_name("book_now")
@booker.route(_ROOM + "/bookings", methods=["POST"])
@told_to_everybody
async def book(req: func.HttpRequest) -> func.HttpResponse:
    """Book a resource in the caller's name, once or as a series; repeated under the same Idempotency-Key it is one."""
    from functions.asked import TIMES, transaction_of
    from functions.booker_asks import dates_of, must_be_somebody, occurrences, offering_instead, time_of
    from functions.recurring import recurrence_of
    from shared.app.admit_booker import admit_booker
    from shared.domain.booking import Booking

    fields = (*TIMES, "title", "private", "people", "recurrence", "without")
    body = body_of(req, *fields, nullable=("recurrence",))
    composition = await composed()
    room, outside, platform = await room_named(req, composition), composition.outside, composition.platform
    me, when = await must_be_somebody(req, outside), time_of(body)
    people = body.number("people", 0, _MOST_PEOPLE) or 0
    assert room.platform is not None
    rule = recurrence_of(body.value("recurrence"), when, room.facts.zone) if "recurrence" in body else None
    transaction = transaction_of(req, room.platform, me.person.address)
    earlier = await platform.made_under(room.platform, transaction) if transaction else None
    if earlier is not None and rule is None:
        return await shown(composition, room, earlier)
    without = dates_of(body, "without")
    times = {} if earlier else occurrences(rule, when, room, outside.clock.now(), without)
    async with offering_instead(outside, room, times, people):
        person = await admit_booker(outside, room.platform, me.person)
        wanted = Booking(when, body.text("title") or "", person, body.flag("private") or False)
        if rule is None:
            made = await platform.book(room.platform, wanted, transaction)
        else:
            made = await platform.book_series(room.platform, wanted, rule, transaction, without)
    await wake_room(composition, room)
    return await shown(composition, room, made, 201)


@booker.function_name("book_change")
@booker.route(_BOOKING, methods=["PATCH"])
@told_to_everybody
async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Move one of the caller's own bookings or change what it says; with ``scope`` more of its series than itself."""
    from functions.asked import TIMES
    from functions.booker_asks import dates_of, moved_with, offering_instead, times_of
    from functions.recurring import scope_of
    from shared.adapters.builtin.series_desk import Scope

    body, scope = body_of(req, *TIMES, "title", "private", "without"), scope_of(req)
    without = dates_of(body, "without")
    composition = await composed()
    room, outside, platform = await room_named(req, composition), composition.outside, composition.platform
    entry = await changeable(req, composition, room)
    patch = _patch(body)
    assert room.platform is not None
    times = await times_of(platform, room, entry, patch, scope, without)
    async with offering_instead(outside, room, times, ours=moved_with(entry, scope)):
        if scope is Scope.ONE:
            changed = await platform.change(room.platform, entry.item.id, patch)
        else:
            changed = await platform.change_series(room.platform, entry.item.id, scope, patch, without=without)
    await wake_room(composition, room)
    return await shown(composition, room, changed)


@booker.function_name("book_cancel")
@booker.route(_BOOKING, methods=["DELETE"])
@told_to_everybody
async def cancel(req: func.HttpRequest) -> func.HttpResponse:
    """Cancel one of the caller's own bookings; with ``scope`` more of its series than itself."""
    from functions.recurring import scope_of
    from shared.adapters.builtin.series_desk import Scope

    scope, composition = scope_of(req), await composed()
    room = await room_named(req, composition)
    entry = await changeable(req, composition, room)
    assert room.platform is not None
    if scope is Scope.ONE:
        await composition.platform.cancel(room.platform, entry.item.id)
    else:
        await composition.platform.cancel_series(room.platform, entry.item.id, scope)
    await wake_room(composition, room)
    return answer({"cancelled": entry.item.id})


async def room_named(req: func.HttpRequest, composition: Composed) -> Resource:
    """Return the resource named in the route. Raises ``Unknown`` where it is not one that people book."""
    from functions.linked import find_linked
    from shared.domain.resource import State

    found = await find_linked(composition.outside, req.route_params["resource"])
    if found.platform is None or found.state is State.UNLINKED:
        raise Unknown(f"nobody can book {found.id} any more")
    return found


async def own_booking(req: func.HttpRequest, composition: Composed, room: Resource) -> Entry:
    """Return the booking named in the route. Raises ``Unknown`` where the caller has none of that id."""
    from functions.booker_asks import must_be_somebody
    from shared.domain.ids import BookingId

    me: Me = await must_be_somebody(req, composition.outside)
    assert room.platform is not None
    named = BookingId(req.route_params["booking"])
    found = await composition.platform.get(room.platform, named)
    if found is None or not me.owns(found.item):
        raise Unknown(f"you have no booking {named[:100]}")
    return found


async def changeable(req: func.HttpRequest, composition: Composed, room: Resource) -> Entry:
    """Return the same booking, to be changed. Raises ``Rejected`` where it is changed in Outlook."""
    from functions.reading import language
    from shared.app.messages import words_of
    from shared.app.my_bookings import OnPlatform, how_they_stand
    from shared.ports.errors import Rejected

    entry = await own_booking(req, composition, room)
    if entry.item.booking.cancelled:
        raise Rejected("the booking is cancelled", code="cancelled")
    (standing,) = await how_they_stand(composition.outside, room, [OnPlatform(entry.item)])
    if not standing.changeable:
        raise Rejected(words_of(language(), "obstacles")["in_outlook"], code="in_outlook")
    return entry


def _patch(body: Body) -> BookingPatch:
    from functions.asked import TIMES
    from functions.booker_asks import time_of
    from shared.adapters.builtin.platform import BookingPatch

    if not any(name in body for name in (*TIMES, "title", "private")):
        raise BadRequest("nothing is to be changed; give 'start' and 'end', 'title' or 'private'")
    when: When | None = time_of(body) if any(name in body for name in TIMES) else None
    return BookingPatch(when, body.text("title"), body.flag("private"))


async def shown(composition: Composed, room: Resource, entry: Entry, status: int = 200) -> func.HttpResponse:
    """Return the answer that shows one of the caller's own bookings, and how it stands."""
    return answer(await view_of(composition, room, entry), status)


async def view_of(composition: Composed, room: Resource, entry: Entry) -> Json:
    """Return one of the caller's own bookings as it stands, for an answer."""
    from functions.booker_views import mine_views
    from shared.app.my_bookings import OnPlatform, how_they_stand

    # A booking that was cancelled without a word is told all the same where it is asked for.
    found = await how_they_stand(composition.outside, room, [OnPlatform(entry.item, entry.reason or "cancelled")])
    (view,) = await mine_views(composition.outside, found)
    return view


async def wake_room(composition: Composed, room: Resource) -> None:
    """Wake the room, so that its calendar follows at once."""
    from functions.bookings import wake

    assert room.platform is not None
    await wake(composition, room.platform)
