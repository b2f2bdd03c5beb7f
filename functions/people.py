"""The people of the tenant, and the coming bookings of those who have left. Every call needs a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import LONGEST_PAGE, body_of, flag_param, number_param, page_of, text_param
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.leaver_bookings import LeaverPlan
    from shared.app.outside import Outside
    from shared.domain.people import Member
    from shared.ports.people import Roster

people = func.Blueprint()

_MOST_BOOKINGS = 500


def _roster(outside: Outside) -> Roster:
    if outside.roster is None:
        raise Unknown("the directory of this tenant is not followed; set LOCKSTEP_FOLLOW_PEOPLE to true")
    return outside.roster


async def _named(req: func.HttpRequest) -> tuple[Outside, Member]:
    """Return the ports and the person of the route, named by object id or by any of their addresses."""
    from shared.domain.people import UserId

    outside = (await composed()).outside
    text, roster = req.route_params["person"], _roster(outside)
    found = await roster.at_address(outside.tenant, text) if "@" in text else None
    found = found or await roster.member(outside.tenant, UserId(text))
    if found is None:
        raise Unknown(f"the directory knows nobody called {text[:100]}")
    return outside, found


@people.function_name("list_people")
@people.route("people", methods=["GET"])
@told
async def list_people(req: func.HttpRequest) -> func.HttpResponse:
    """Everybody of the directory by object id, in pages; with ``?left=true`` only who has left."""
    from functions.people_views import following_view, member_view
    from shared.domain.people import UserId

    only_left, named = flag_param(req, "left"), text_param(req, "after")
    limit = number_param(req, "limit", LONGEST_PAGE, 1, LONGEST_PAGE)
    outside = (await composed()).outside
    roster = _roster(outside)
    listed = roster.members(outside.tenant, UserId(named) if named else None)
    page, more = await page_of((each async for each in listed if each.left_at is not None or not only_left), limit)
    following = await roster.following(outside.tenant)
    return answer({"people": [member_view(each) for each in page], "next": more, **following_view(following)})


@people.function_name("follow_people_now")
@people.route("people/follow", methods=["POST"])
@told
async def follow_now(req: func.HttpRequest) -> func.HttpResponse:
    """Wake the reading of the directory."""
    from shared.domain.people import people_session
    from shared.domain.wakeup import WakeCause

    body_of(req)
    outside = (await composed()).outside
    _roster(outside)
    async with acting(req, outside, "follow_people"):
        await outside.wakeups.send([people_session(outside.tenant)], WakeCause.SWEEP)
    return answer({"woken": 1}, 202)


@people.function_name("list_coming_bookings")
@people.route("people/{person}/bookings", methods=["GET"])
@told
async def list_coming_bookings(req: func.HttpRequest) -> func.HttpResponse:
    """The coming bookings of one person in all linked resources."""
    from functions.people_views import coming_view, member_view
    from shared.app.leaver_bookings import coming_bookings

    outside, member = await _named(req)
    found = await coming_bookings(outside, member)
    return answer({"person": member_view(member), "bookings": [coming_view(each) for each in found]})


@people.function_name("settle_coming_bookings")
@people.route("people/{person}/bookings", methods=["POST"])
@told
async def settle_coming_bookings(req: func.HttpRequest) -> func.HttpResponse:
    """Show what would become of the bookings of somebody who has left; with ``approve``, do exactly that."""
    from functions.asked import person_of
    from functions.people_views import carried_view, plan_view
    from shared.app.admit_booker import find_active
    from shared.app.leaver_bookings import LeaverVerb, carry_out, plan_for_leaver
    from shared.domain.ids import BookingId

    body = body_of(req, "verb", "to", "bookings", "approve")
    verb, to, approved = body.text("verb"), person_of(body.value("to")), body.text("approve")
    only = [BookingId(each) for each in body.texts("bookings", _MOST_BOOKINGS) or ()]
    if verb not in set(LeaverVerb):
        raise BadRequest(f"'verb' must be one of {', '.join(LeaverVerb)}")
    if (to is None) == (verb == LeaverVerb.HAND_OVER):
        raise BadRequest("'to' belongs to the verb 'hand_over', and 'hand_over' needs it")
    outside, member = await _named(req)
    if member.active:
        raise BadRequest(f"{member.address} has not left; bookings of active people are theirs to change")
    heir = await find_active(outside, to) if to else None
    plan = await plan_for_leaver(outside, member, LeaverVerb(verb), heir, only)
    if approved is None:
        return answer(plan_view(plan))
    rooms = sorted({each.resource for each in plan.bookings})
    async with acting(req, outside, str(plan.verb), *rooms, after=await _asked(outside, member, plan)):
        done = await carry_out(outside, plan, approved)
    return answer({"plan": plan.id, "done": [carried_view(each) for each in done]}, 202)


async def _asked(outside: Outside, member: Member, plan: LeaverPlan) -> dict[str, object]:
    """Return what is asked of a leaver's bookings, people by their object ids."""
    heir = await _roster(outside).at_address(outside.tenant, plan.to.address) if plan.to else None
    return {"person": member.id, "bookings": len(plan.bookings), "plan": plan.id, "to": heir.id if heir else ""}
