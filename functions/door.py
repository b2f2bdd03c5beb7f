"""The door of one resource, as the panel beside it asks: what stands there, and what somebody does at it.

Every call needs the panel's own token in a header. What is done wakes the resource, so that the calendar follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import BadRequest, answer, told_to_anybody
from functions.bookings import wake
from functions.fields import Body, body_of
from functions.panel_pass import TOKEN, admitted, told_to_panel
from functions.reading import answering_in
from shared.composition import Composed
from shared.domain.ids import BookingId

if TYPE_CHECKING:
    from shared.app.at_the_door import AtDoor

door = func.Blueprint()

_DOOR = "panel/{resource}/door"


@door.function_name("show_door")
@door.route(_DOOR, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_panel
async def show_door(req: func.HttpRequest, composition: Composed, at: AtDoor) -> func.HttpResponse:
    """What stands on the door now."""
    return answer(await _shown(req, at))


@door.function_name("book_at_door")
@door.route(_DOOR + "/book", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_panel
async def book_at_door(req: func.HttpRequest, composition: Composed, at: AtDoor) -> func.HttpResponse:
    """Book from now on; repeated under the same Idempotency-Key it is the same booking."""
    from functions.asked import transaction_of
    from shared.app.at_the_door import book_now

    minutes = _minutes(body_of(req, "minutes", nullable=("minutes",)))
    return await _done(req, composition, at, await book_now(at, minutes, transaction_of(req, at.place)))


@door.function_name("extend_at_door")
@door.route(_DOOR + "/extend", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_panel
async def extend_at_door(req: func.HttpRequest, composition: Composed, at: AtDoor) -> func.HttpResponse:
    """Make what runs last longer."""
    from shared.app.at_the_door import extend

    body = body_of(req, "booking", "minutes", nullable=("minutes",))
    return await _done(req, composition, at, await extend(at, _booking(body), _minutes(body)))


@door.function_name("end_at_door")
@door.route(_DOOR + "/end", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_panel
async def end_at_door(req: func.HttpRequest, composition: Composed, at: AtDoor) -> func.HttpResponse:
    """End what runs now."""
    from shared.app.at_the_door import end_early

    return await _done(req, composition, at, await end_early(at, _booking(body_of(req, "booking"))))


@door.function_name("check_in_at_door")
@door.route(_DOOR + "/check-in", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_panel
async def check_in_at_door(req: func.HttpRequest, composition: Composed, at: AtDoor) -> func.HttpResponse:
    """Note that somebody has come."""
    from shared.app.at_the_door import check_in

    return await _done(req, composition, at, await check_in(at, _booking(body_of(req, "booking"))))


@door.function_name("picture_door")
@door.route("panel/{resource}/picture.png", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def picture_door(req: func.HttpRequest) -> func.HttpResponse:
    """What stands on the door as a picture, for displays that know no headers too: the token may be in the address."""
    from functions.door_picture import pictured

    with answering_in(req.params.get("lang") or req.headers.get("Accept-Language", "")):
        _, at = await admitted(req, req.headers.get(TOKEN) or req.params.get("token") or "")
        return await pictured(req, at)


async def _done(req: func.HttpRequest, composition: Composed, at: AtDoor, said: str) -> func.HttpResponse:
    await wake(composition, at.place)
    return answer({"said": said, "door": await _shown(req, at)})


async def _shown(req: func.HttpRequest, at: AtDoor) -> dict[str, object]:
    from functions.panel_views import door_view
    from functions.panels import address_of
    from shared.app.at_the_door import look

    return door_view(at, await look(at), address_of(req, at.outside.notification_url))


def _booking(body: Body) -> BookingId:
    booking = body.text("booking", 128)
    if not booking:
        raise BadRequest("'booking' is needed: the id of the booking that the door shows")
    return BookingId(booking)


def _minutes(body: Body) -> int | None:
    from shared.app.at_the_door import LONGEST_MINUTES, SHORTEST_MINUTES

    return body.number("minutes", SHORTEST_MINUTES, LONGEST_MINUTES)
