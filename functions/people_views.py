"""What the API shows of people and of the bookings of those who have left. Pure."""

from __future__ import annotations

from functions.reading import in_words
from functions.views import Json, moment, when_view
from shared.app.leaver_bookings import Carried, LeaverBooking, LeaverPlan
from shared.domain.people import Following, Member


def member_view(member: Member) -> Json:
    """Return a user of the directory."""
    return {
        "id": member.id,
        "address": member.address,
        "aliases": list(member.aliases),
        "name": member.name,
        "active": member.active,
        "left_at": moment(member.left_at),
    }


def following_view(following: Following) -> Json:
    """Return how the directory was read last."""
    live = following.subscription
    return {
        "active": following.active,
        "read_at": moment(following.read_at),
        "notifications_until": moment(live.expires) if live else None,
    }


def coming_view(booking: LeaverBooking) -> Json:
    """Return a coming booking; its title is nobody's business here."""
    return {
        "resource": booking.resource,
        "name": booking.name,
        "booking": booking.item.id,
        "zone": booking.zone,
        **when_view(booking.item.booking.when),
        "private": booking.item.booking.private,
        "can_be_handed_over": booking.movable,
    }


def plan_view(plan: LeaverPlan) -> Json:
    """Return a plan to be looked at; ``plan`` is what is given to approve it."""
    return {
        "plan": plan.id,
        "verb": plan.verb,
        "to": plan.to.address if plan.to else None,
        "bookings": [coming_view(each) for each in plan.bookings],
        "left_out": [coming_view(each) for each in plan.left_out],
    }


def carried_view(carried: Carried) -> Json:
    """Return what became of one booking; ``why`` is empty where it was done."""
    return {"resource": carried.resource, "booking": carried.booking, "why": in_words(carried.why)}
