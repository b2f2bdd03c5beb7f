"""The bookings of the built-in platform, as people and programs use them. Every call needs a key.

A change that somebody makes here wakes the linked resource, so that the calendar follows at once.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import azure.functions as func

from functions.acting import acting_on_platform
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import Body, body_of, flag_param, text_param
from shared.composition import Composed, composed
from shared.domain.ids import BookingId, PlatformId, Version
from shared.ports.errors import PortError

if TYPE_CHECKING:
    from shared.adapters.builtin.entries import BookingPatch, Entry, Listing
    from shared.adapters.builtin.series_desk import Scope
    from shared.domain.spans import When

bookings = func.Blueprint()
logger = logging.getLogger("lockstep.bookings")

_BOOKINGS = "platform/resources/{resource}/bookings"
_BOOKING = "platform/resources/{resource}/bookings/{booking}"


def named(req: func.HttpRequest) -> PlatformId:
    """Return the platform's resource that a route names, whether there is one or not."""
    return PlatformId(req.route_params["resource"])


def _booking(req: func.HttpRequest) -> BookingId:
    return BookingId(req.route_params["booking"])


async def wake(composition: Composed, resource: PlatformId) -> None:
    """Wake the resource that is linked to a platform resource, if one is.

    What was changed stands by now: where nobody can be woken, it is said to the log and found by the next sweep.
    """
    from shared.domain.wakeup import WakeCause

    outside = composition.outside
    try:
        linked = await outside.resources.by_platform(outside.tenant, resource)
        if linked is not None:
            await outside.wakeups.send([linked.id], WakeCause.PLATFORM)
    except PortError as error:
        logger.warning("a change of platform resource %s has to wait for the next sweep: %s", resource, error)


@bookings.function_name("platform_list_bookings")
@bookings.route(_BOOKINGS, methods=["GET"])
@told
async def list_bookings(req: func.HttpRequest) -> func.HttpResponse:
    """The bookings that touch a day of the resource's zone, or a stretch of time."""
    from functions.views import booking_view

    listing = await _listing(req)
    return answer({"bookings": [booking_view(each) for each in listing.entries], "cursor": listing.cursor})


async def _listing(req: func.HttpRequest) -> Listing:
    from functions.asked import LONGEST_WINDOW, day_of, window_of

    cancelled, day = flag_param(req, "cancelled"), text_param(req, "day")
    if day is not None:
        on_day = day_of("day", day)
        return await (await composed()).platform.list_day(named(req), on_day, cancelled=cancelled)
    if "from" not in req.params and "to" not in req.params:
        raise BadRequest("give 'day', such as 2026-03-02, or 'from' and 'to'")
    window = window_of(req, LONGEST_WINDOW)
    return await (await composed()).platform.list_range(named(req), window, cancelled=cancelled)


@bookings.function_name("platform_book")
@bookings.route(_BOOKINGS, methods=["POST"])
@told
async def book(req: func.HttpRequest) -> func.HttpResponse:
    """Book a resource, or a series of it; repeated under the same Idempotency-Key it is the same booking."""
    from functions.asked import TIMES, person_of, transaction_of, when_of
    from functions.recurring import recurrence_of
    from functions.views import booking_view
    from shared.app.admit_booker import admit_booker
    from shared.domain.booking import Booking

    fields = (*TIMES, "title", "organiser", "private", "requested", "recurrence")
    body = body_of(req, *fields, nullable=("organiser", "recurrence"))
    booker, private = person_of(body.value("organiser")), body.flag("private") or False
    requested = body.flag("requested") or False
    if requested and "recurrence" in body:
        raise BadRequest("'requested' is about one booking; leave it out of a series")
    wanted = Booking(when_of(body), body.text("title") or "", booker, private, requested=requested)
    transaction, composition = transaction_of(req, named(req)), await composed()
    # What was booked under a key may have been moved since: repeating the request must not move it back.
    earlier = await composition.platform.made_under(named(req), transaction) if transaction else None
    if earlier is None:
        wanted = replace(wanted, organiser=await admit_booker(composition.outside, named(req), booker))
    if "recurrence" in body:
        zone = (await composition.platform.resource(named(req))).zone
        rule = recurrence_of(body.value("recurrence"), wanted.when, zone)
        made = await composition.platform.book_series(named(req), wanted, rule, transaction)
    else:
        made = earlier or await composition.platform.book(named(req), wanted, transaction)
    await wake(composition, named(req))
    return answer(booking_view(made), 200 if earlier else 201)


@bookings.function_name("platform_get_booking")
@bookings.route(_BOOKING, methods=["GET"])
@told
async def get_booking(req: func.HttpRequest) -> func.HttpResponse:
    """One booking, cancelled or not."""
    from functions.views import booking_view

    found = await (await composed()).platform.get(named(req), _booking(req))
    if found is None:
        raise Unknown(f"there is no booking {_booking(req)[:100]}")
    return answer(booking_view(found))


@bookings.function_name("platform_change_booking")
@bookings.route(_BOOKING, methods=["PATCH"])
@told
async def change_booking(req: func.HttpRequest) -> func.HttpResponse:
    """Change what is named; with ``version`` only what was seen, with ``scope`` more of its series than itself."""
    from functions.asked import TIMES
    from functions.recurring import scope_of
    from functions.views import booking_view
    from shared.adapters.builtin.series_desk import Scope

    body = body_of(req, *TIMES, "title", "organiser", "private", "version", "recurrence")
    scope, composition = scope_of(req), await composed()
    if scope is not Scope.ONE:
        changed = await _change_series(composition, req, body, scope)
    else:
        patch, version = await _admitted(composition, req, _patch(body)), body.text("version")
        seen = Version(version) if version else None
        changed = await composition.platform.change(named(req), _booking(req), patch, seen)
    await wake(composition, named(req))
    return answer(booking_view(changed))


async def _change_series(composition: Composed, req: func.HttpRequest, body: Body, scope: Scope) -> Entry:
    """Change a series; a new recurrence starts at the time given, else at this booking's own."""
    from functions.recurring import recurrence_of

    if "version" in body:
        raise BadRequest("'version' is about one booking; leave it out or ask for 'scope=one'")
    if "recurrence" not in body:
        patch = await _admitted(composition, req, _patch(body))
        return await composition.platform.change_series(named(req), _booking(req), scope, patch)
    present = await composition.platform.get(named(req), _booking(req))
    if present is None:
        raise Unknown(f"there is no booking {_booking(req)[:100]}")
    patch = await _admitted(composition, req, _patch(body, or_else=present.item.booking.when))
    zone = (await composition.platform.resource(named(req))).zone
    rule = recurrence_of(body.value("recurrence"), patch.when or present.item.booking.when, zone)
    return await composition.platform.change_series(named(req), _booking(req), scope, patch, rule)


async def _admitted(composition: Composed, req: func.HttpRequest, patch: BookingPatch) -> BookingPatch:
    """Return a patch whose new booker, if it names one, may book."""
    from shared.app.admit_booker import admit_booker

    if patch.organiser is None:
        return patch
    return replace(patch, organiser=await admit_booker(composition.outside, named(req), patch.organiser))


def _patch(body: Body, or_else: When | None = None) -> BookingPatch:
    from functions.asked import TIMES, person_of, when_of
    from shared.adapters.builtin.platform import BookingPatch

    if not any(name in body for name in (*TIMES, "title", "organiser", "private", "recurrence")):
        raise BadRequest("nothing is to be changed; give 'start' and 'end', 'title', 'organiser' or 'private'")
    if "organiser" in body and body.value("organiser") is None:
        raise BadRequest("'organiser' cannot be taken away; name somebody else")
    if "recurrence" in body and or_else is None:
        raise BadRequest("'recurrence' is about a series; say how much of it with 'scope=following' or 'scope=all'")
    when = when_of(body) if any(name in body for name in TIMES) else or_else
    return BookingPatch(when, body.text("title"), body.flag("private"), person_of(body.value("organiser")))


@bookings.function_name("platform_cancel_booking")
@bookings.route(_BOOKING, methods=["DELETE"])
@told
async def cancel_booking(req: func.HttpRequest) -> func.HttpResponse:
    """Cancel a booking, with ``scope`` more of its series; one that is cancelled already stays as it is."""
    from functions.asked import LONGEST_TEXT
    from functions.recurring import scope_of
    from functions.views import booking_view
    from shared.adapters.builtin.series_desk import Scope

    reason, scope = text_param(req, "reason", LONGEST_TEXT) or "", scope_of(req)
    composition = await composed()
    if scope is Scope.ONE:
        cancelled = await composition.platform.cancel(named(req), _booking(req), reason)
    else:
        cancelled = await composition.platform.cancel_series(named(req), _booking(req), scope, reason)
    await wake(composition, named(req))
    return answer(booking_view(cancelled))


@bookings.function_name("platform_check_in")
@bookings.route(_BOOKING + "/check-in", methods=["POST"])
@told
async def check_in(req: func.HttpRequest) -> func.HttpResponse:
    """Note that somebody has come to a booking; repeated, it stays as it is."""
    from functions.views import booking_view

    composition = await composed()
    claimed = await composition.platform.check_in(named(req), _booking(req))
    await wake(composition, named(req))
    return answer(booking_view(claimed))


@bookings.function_name("platform_restore_booking")
@bookings.route(_BOOKING + "/restore", methods=["POST"])
@told
async def restore_booking(req: func.HttpRequest) -> func.HttpResponse:
    """Let a cancelled booking take place again, if its time is free."""
    from functions.views import booking_view

    composition = await composed()
    restored = await composition.platform.restore(named(req), _booking(req))
    await wake(composition, named(req))
    return answer(booking_view(restored))


@bookings.function_name("platform_approve_booking")
@bookings.route(_BOOKING + "/approve", methods=["POST"])
@told
async def approve_booking(req: func.HttpRequest) -> func.HttpResponse:
    """Say yes to a requested booking; one that needs no yes any more stays as it is."""
    from functions.views import booking_view

    composition = await composed()
    async with acting_on_platform(req, composition, "approve_request", named(req), booking=_booking(req)):
        approved = await composition.platform.approve(named(req), _booking(req))
    await wake(composition, named(req))
    return answer(booking_view(approved))


@bookings.function_name("platform_refuse_booking")
@bookings.route(_BOOKING + "/refuse", methods=["POST"])
@told
async def refuse_booking(req: func.HttpRequest) -> func.HttpResponse:
    """Say no to a requested booking, which cancels it."""
    from functions.asked import LONGEST_TEXT
    from functions.views import booking_view

    reason, composition = text_param(req, "reason", LONGEST_TEXT) or "", await composed()
    async with acting_on_platform(req, composition, "refuse_request", named(req), booking=_booking(req)):
        refused = await composition.platform.refuse(named(req), _booking(req), reason)
    await wake(composition, named(req))
    return answer(booking_view(refused))
