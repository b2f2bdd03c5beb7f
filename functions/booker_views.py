"""What the booking page's API shows, as JSON objects. Of somebody else's booking its time, and what policy allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from functions.reading import in_words, language
from functions.views import Json, moment, when_view
from shared.app.free_rooms import DayOfRoom, Offer
from shared.app.my_bookings import Me, MyBooking
from shared.app.outside import Outside
from shared.app.wording import sentence
from shared.domain.booking import Block, PlatformItem
from shared.domain.free_times import is_bookable
from shared.domain.resource import Resource
from shared.domain.shown_titles import title_for_anybody
from shared.domain.spans import Span
from shared.domain.story_link import LIFETIME, Story, story_token


def room_view(room: Resource) -> Json:
    """Return a resource as somebody sees it who wants to book it."""
    facts = room.facts
    return {
        "id": room.id,
        "name": facts.name or room.address,
        "kind": facts.kind,
        "capacity": facts.capacity,
        "building": facts.building,
        "floor": facts.floor,
        "zone": facts.zone,
        "features": list(facts.features),
        "bookable": is_bookable(room),
        "days_ahead": room.policy.days_ahead,
        "gap_minutes": int(room.policy.gap.total_seconds() // 60),
    }


def choices_view(rooms: Iterable[Resource]) -> Json:
    """Return what a search can ask for: the buildings, kinds and features that there are."""
    found = list(rooms)
    return {
        "buildings": sorted({each.facts.building for each in found} - {""}),
        "kinds": sorted({each.facts.kind for each in found} - {""}),
        "features": sorted({one for each in found for one in each.facts.features} - {""}),
        "rooms": len(found),
    }


def offer_view(offer: Offer) -> Json:
    """Return a resource that is free at a time."""
    return {"room": room_view(offer.resource), **when_view(offer.when)}


def day_view(room: Resource, day: date, span: Span, seen: DayOfRoom, me: Me | None) -> Json:
    """Return what is taken of a day of a resource, by time."""
    shown = [(str(each.booking.when), _booking_view(each, room, me)) for each in seen.items]
    shown += [
        (str(when), {**when_view(when), "what": "booking", "title": "", "private": False, "booking": None})
        for when in seen.others
    ]
    shown += [(str(block.when), _block_view(block)) for block in seen.blocks]
    return {
        "room": room_view(room),
        "day": day.isoformat(),
        "from": moment(span.start),
        "to": moment(span.end),
        "taken": [view for _, view in sorted(shown, key=lambda each: each[0])],
    }


def _booking_view(item: PlatformItem, room: Resource, me: Me | None) -> Json:
    mine = me is not None and me.owns(item)
    private = item.booking.private
    title = item.booking.title if mine and not private else title_for_anybody(item.booking, room.policy)
    return {
        **when_view(item.booking.when),
        "what": "mine" if mine else "booking",
        "title": title,
        "private": private,
        "booking": item.id if mine else None,
    }


def _block_view(block: Block) -> Json:
    what = "closed" if block.is_closing else "blocked"
    title = "" if block.is_closing else block.reason
    return {**when_view(block.when), "what": what, "title": title, "private": False, "booking": None}


async def mine_views(outside: Outside, bookings: Sequence[MyBooking]) -> list[Json]:
    """Return somebody's own bookings, with the signed link to the story of each."""
    keys = await outside.secrets.client_state_keys() if bookings else {}
    current = next(iter(keys.items()), None)
    # A whole day more: the link stays the same from one look to the next.
    expires = (outside.clock.now() + LIFETIME).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    views = []
    for each in bookings:
        story = None
        if current and each.mapping:
            story = f"/api/story/{story_token(*current, Story(each.resource.id, each.mapping, expires))}"
        views.append({**_mine_view(each), "story": story})
    return views


def _mine_view(mine: MyBooking) -> Json:
    item, zone = mine.item, mine.resource.facts.zone
    series = item.series
    return {
        "id": item.id,
        "room": room_view(mine.resource),
        **when_view(item.booking.when),
        "title": "" if item.booking.private else item.booking.title,
        "private": item.booking.private,
        "standing": mine.standing.value,
        "why": sentence(mine.why.reason, zone, language()) if mine.why else in_words(mine.reason),
        "changeable": mine.changeable,
        "series": {"rule": str(series.rule), "zone": series.rule.zone} if series else None,
        "version": item.version,
    }
