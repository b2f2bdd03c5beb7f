"""What is kept of one person: shown and erased. The address stands in the body, because URLs are logged on the way.

Both are acts: whoever looks is written down as well.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, answer, told
from functions.fields import Body, body_of
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.outside import Outside
    from shared.app.personal_data import Kept, Place
    from shared.domain.ids import PlatformId
    from shared.ports.personal import KeptBooking

personal = func.Blueprint()

_LONGEST_ADDRESS = 320


@personal.function_name("show_person")
@personal.route("people/data", methods=["POST"])
@told
async def show_person(req: func.HttpRequest) -> func.HttpResponse:
    """What is kept of a person, a page of resources at a time; the directory and acts stand on the first."""
    from shared.app.personal_data import kept_of

    body = body_of(req, "address", "after")
    outside, address, after = (await composed()).outside, _address(body), _after(body)
    who = {"person": await _id_of(outside, address)}
    async with nullcontext() if after else acting(req, outside, "show_person", after=who):
        found = await kept_of(outside, address, after)
    return answer(_kept_view(found, outside))


@personal.function_name("erase_person")
@personal.route("people/erasure", methods=["POST"])
@told
async def erase_person(req: func.HttpRequest) -> func.HttpResponse:
    """Erase what is over, a page of resources at a time; with ``directory`` the directory's row instead."""
    from shared.app.personal_data import erase, forget_member

    body = body_of(req, "address", "after", "directory")
    outside, address, after = (await composed()).outside, _address(body), _after(body)
    who, of_directory = {"person": await _id_of(outside, address)}, body.flag("directory") is True
    if of_directory and after:
        raise BadRequest("'after' is a place among resources; the directory has one row of a person")
    async with acting(req, outside, "erase_person", after={**who, "directory": of_directory}) as deed:
        if of_directory:
            why = await forget_member(outside, address)
            deed.led_to(stays=why or "")
            return answer({"bookings": 0, "series": 0, "not_over": 0, "next": None, "directory": why or "erased"})
        done = await erase(outside, address, after)
        deed.led_to(bookings=done.bookings, series=done.series)
    counts = {"bookings": done.bookings, "series": done.series, "not_over": done.not_over, "next": done.next}
    return answer({**counts, "directory": None})


async def _id_of(outside: Outside, address: str) -> str:
    """Return how an act names a person: by object id, or that the directory does not know them."""
    member = await outside.roster.at_address(outside.tenant, address) if outside.roster else None
    return member.id if member else "not in the directory"


def _address(body: Body) -> str:
    address = (body.text("address", _LONGEST_ADDRESS) or "").strip()
    if "@" not in address:
        raise BadRequest("'address' is needed: any address of the person")
    return address


def _after(body: Body) -> PlatformId | None:
    from functions.asked import platform_id_of

    text = body.text("after")
    return platform_id_of("after", text) if text else None


def _kept_view(found: Kept, outside: Outside) -> dict[str, Any]:
    from functions.acts import act_view
    from functions.people_views import member_view

    return {
        "addresses": list(found.addresses),
        "directory": member_view(found.member) if found.member else None,
        "acts": [act_view(each) for each in found.acts],
        "acts_kept_days": outside.retention.days,
        "places": [_place_view(each) for each in found.places],
        "next": found.next,
    }


def _place_view(place: Place) -> dict[str, Any]:
    return {
        "platform": place.platform,
        "name": place.name,
        "bookings": [
            *(_booking_view(each, is_over=True) for each in place.over),
            *(_booking_view(each, is_over=False) for each in place.not_over),
        ],
    }


def _booking_view(booking: KeptBooking, *, is_over: bool) -> dict[str, Any]:
    from functions.views import when_view

    return {
        "booking": booking.id,
        **when_view(booking.when),
        "title": booking.title,
        "private": booking.private,
        "cancelled": booking.cancelled,
        "over": is_over,
    }
