"""Find mailboxes that could be linked, and say where was looked.

Places shows rooms that people see in Outlook. Equipment and rooms hidden from the address list are in no Place: they
are recognised one by one by what Exchange says their mailbox is for, in a list or a group that somebody names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.app.outside import Outside
from shared.domain.booking import ResourceFacts
from shared.domain.ids import ResourceId
from shared.domain.resource import State
from shared.ports.errors import NotFound, Rejected
from shared.ports.inspection import Inspection, MailboxLook

BOOKABLE = ("room", "equipment")
_AT_ONCE = 8


@dataclass(frozen=True)
class Candidate:
    """A mailbox that could be linked, or is; ``seen_in`` says where it was found."""

    address: str
    name: str
    kind: str
    facts: ResourceFacts
    seen_in: str
    linked: ResourceId | None = None


@dataclass(frozen=True)
class Discovery:
    """What was found, and a sentence for each place in which was looked."""

    found: tuple[Candidate, ...]
    looked: tuple[str, ...]


async def discover(
    outside: Outside, inspection: Inspection, addresses: Sequence[str] = (), group: str | None = None
) -> Discovery:
    """Look into Places, and where ``addresses`` or a ``group`` are named into those mailboxes too. Raises ``Retry``."""
    found, looked = await _in_places(inspection)
    if group is not None:
        try:
            members = await inspection.members(group)
            more, said = await _one_by_one(inspection, members, f"group {group}")
        except (NotFound, Rejected) as error:
            more, said = [], f"group {group}: could not be read: {error}"
        found, looked = [*found, *more], [*looked, said]
    if addresses:
        more, said = await _one_by_one(inspection, addresses, "the list that was given")
        found, looked = [*found, *more], [*looked, said]
    linked = {
        each.address.casefold(): each.id
        async for each in outside.resources.all(outside.tenant)
        if each.state is not State.UNLINKED
    }
    once: dict[str, Candidate] = {}
    for each in found:
        once.setdefault(each.address.casefold(), replace(each, linked=linked.get(each.address.casefold())))
    return Discovery(tuple(once[address] for address in sorted(once)), tuple(looked))


async def _in_places(inspection: Inspection) -> tuple[list[Candidate], list[str]]:
    seen = await inspection.places()
    found = [Candidate(each.address, each.facts.name, "room", each.facts, "Places") for each in seen.rooms]
    if seen.problem:
        return found, [f"Places: could not be asked: {seen.problem}"]
    return found, [f"Places: {len(found)} rooms; it shows no equipment and no room hidden from the address list"]


async def _one_by_one(inspection: Inspection, addresses: Sequence[str], where: str) -> tuple[list[Candidate], str]:
    """Ask Exchange of each mailbox what it is for; return those that can be booked, and what was seen in all."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def look(address: str) -> MailboxLook:
        async with places:
            return await inspection.look(address)

    seen = await asyncio.gather(*(look(address) for address in dict.fromkeys(addresses)))
    bookable = [each for each in seen if each.purpose in BOOKABLE]
    unknown = [each for each in seen if not each.purpose]
    said = f"{where}: {len(seen)} mailboxes, of which {len(bookable)} are for rooms or equipment"
    if unknown:
        said += f" and {len(unknown)} could not be read ({unknown[0].named}: {unknown[0].problem})"
    return [
        Candidate(each.address, each.name, each.purpose, ResourceFacts(each.name), where) for each in bookable
    ], said
