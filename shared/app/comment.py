"""The comment that goes with an answer or a cancellation: why, in the language of whoever reads it.

It reaches the organiser of a meeting in Outlook, and the owner of a booking on the platform. Their language is the
directory's; where that is not known, or does not answer, it is the tenant's. A comment never fails a step.
"""

from __future__ import annotations

from shared.app.admit_booker import known_member
from shared.app.applying import Applying
from shared.app.messages import language_of
from shared.app.outside import Outside
from shared.app.wording import sentence
from shared.domain.booking import Side
from shared.domain.people import Member
from shared.domain.plan import Settlement, Step
from shared.ports.errors import PortError


async def comment(applying: Applying, settlement: Settlement, step: Step) -> str:
    """Return the reason of a step for whoever organises what it ends or answers."""
    both = (settlement.calendar, settlement.platform)
    items = both if step.side is Side.CALENDAR else both[::-1]
    owner = next((item.booking.organiser for item in items if item and item.booking.organiser), None)
    spoken = await _language(applying, owner.address if owner else "")
    return sentence(step.reason, applying.resource.facts.zone, spoken)


async def _language(applying: Applying, address: str) -> str:
    """Return the language of somebody, who is looked up once in a run."""
    known, key = applying.spoken, address.casefold()
    if key not in known:
        known[key] = spoken_by(applying.outside, await _member(applying.outside, address))
    return known[key]


def spoken_by(outside: Outside, member: Member | None) -> str:
    """Return the language in which somebody is written to: their own, else the tenant's."""
    return language_of((member.language if member else "") or outside.language)


async def _member(outside: Outside, address: str) -> Member | None:
    if not address:
        return None
    try:
        return await known_member(outside, address)
    except PortError:
        return None
