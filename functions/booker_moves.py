"""Moving one's own booking to another room, on the booking page: one act that loses nothing when it breaks off.

The other room is asked as for any booking. What is there stands before what was there goes; where the old one could
not be cancelled, both stand and the answer says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import BadRequest, answer, told_to_everybody
from functions.booker import changeable, room_named, view_of, wake_room
from functions.fields import Body, body_of
from shared.composition import Composed, composed

if TYPE_CHECKING:
    from shared.adapters.builtin.entries import Entry
    from shared.adapters.builtin.room_moves import Moved, RoomMove
    from shared.domain.booking import Person
    from shared.domain.ids import TransactionId
    from shared.domain.resource import Resource

booker_moves = func.Blueprint()


@booker_moves.function_name("book_move")
@booker_moves.route("book/rooms/{resource}/bookings/{booking}/move", methods=["POST"])
@told_to_everybody
async def move(req: func.HttpRequest) -> func.HttpResponse:
    """Move one of the caller's own bookings to another room; with ``scope`` more of its series than itself.

    Repeated under the same Idempotency-Key it is one move.
    """
    from functions.asked import TIMES, transaction_of
    from functions.booker_asks import must_be_somebody

    body, composition = body_of(req, "room", *TIMES, "people", "without"), await composed()
    outside = composition.outside
    me = await must_be_somebody(req, outside)
    source, target = await room_named(req, composition), await _target(body, composition)
    if target.id == source.id:
        raise BadRequest("'room' is where the booking is already; move it within its room by PATCH")
    assert target.platform is not None
    transaction = transaction_of(req, target.platform, me.person.address)
    done = await _made_before(req, composition, (source, target), transaction)
    if done is not None:
        return done
    entry = await changeable(req, composition, source)
    wanted = await _planned(req, composition, (source, target), body, entry, me.person)
    moved = await _moved(composition, target, body, wanted, transaction)
    for room in (target, source):
        await wake_room(composition, room)
    return await _told(composition, target, moved, wanted)


async def _target(body: Body, composition: Composed) -> Resource:
    from functions.answers import Unknown
    from functions.linked import find_linked
    from shared.domain.resource import State

    named = body.text("room")
    if not named:
        raise BadRequest("'room' is needed: the id of the room to move to")
    found = await find_linked(composition.outside, named)
    if found.platform is None or found.state is State.UNLINKED:
        raise Unknown(f"nobody can book {found.id} any more")
    return found


async def _made_before(
    req: func.HttpRequest,
    composition: Composed,
    rooms: tuple[Resource, Resource],
    transaction: TransactionId | None,
) -> func.HttpResponse | None:
    """Return the answer to a move that was made under this key before, its first answer lost."""
    from functions.booker import own_booking

    source, target = rooms
    assert target.platform is not None
    made = await composition.platform.made_under(target.platform, transaction) if transaction else None
    if made is None or not (await own_booking(req, composition, source)).item.booking.cancelled:
        return None
    return answer({"booking": await view_of(composition, target, made), "gone": True, "stay": []})


async def _planned(
    req: func.HttpRequest,
    composition: Composed,
    rooms: tuple[Resource, Resource],
    body: Body,
    entry: Entry,
    person: Person,
) -> RoomMove:
    from functions.asked import TIMES
    from functions.booker_asks import dates_of, time_of
    from functions.recurring import scope_of
    from shared.adapters.builtin.room_moves import RoomMove, planned_move
    from shared.app.admit_booker import admit_booker

    source, target = rooms
    assert source.platform is not None
    assert target.platform is not None
    person = await admit_booker(composition.outside, target.platform, person) or person
    when = time_of(body) if any(name in body for name in TIMES) else None
    stay = dates_of(body, "without")
    wanted = RoomMove(source.platform, entry, target.platform, person, scope_of(req), when, stay)
    return await planned_move(composition.platform, wanted)


async def _moved(
    composition: Composed, target: Resource, body: Body, wanted: RoomMove, transaction: TransactionId | None
) -> Moved:
    from functions.booker_asks import offering_instead
    from shared.adapters.builtin.room_moves import move_room

    people = body.number("people", 0, 100_000) or 0
    assert target.platform is not None
    is_new = transaction is None or await composition.platform.made_under(target.platform, transaction) is None
    async with offering_instead(composition.outside, target, wanted.times if is_new else {}, people):
        return await move_room(composition.platform, wanted, transaction)


async def _told(composition: Composed, target: Resource, moved: Moved, wanted: RoomMove) -> func.HttpResponse:
    from functions.views import when_view

    return answer(
        {
            "booking": await view_of(composition, target, moved.entry),
            "gone": moved.gone,
            "stay": [when_view(each) for each in wanted.staying],
        }
    )
