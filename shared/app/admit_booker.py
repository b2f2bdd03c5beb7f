"""Admit whoever books on the platform: known by any of their addresses, unknown, or gone.

Where the directory is not followed everybody may book. Whoever the roster does not know yet is asked for in the
directory itself before they are refused.
"""

from __future__ import annotations

from shared.app.outside import Outside
from shared.domain.booking import Person
from shared.domain.ids import PlatformId
from shared.domain.people import BookerRefused, Member, admitted
from shared.domain.policy import UnknownBookers
from shared.domain.resource import State
from shared.ports.errors import PortError, Rejected


async def admit_booker(outside: Outside, resource: PlatformId, booker: Person | None) -> Person | None:
    """Return the booker as the directory names them. Raises ``Rejected`` (``unknown_booker``, ``booker_left``)."""
    if outside.roster is None:
        return booker
    member = await outside.roster.at_address(outside.tenant, booker.address) if booker else None
    unknown = await _unknown_bookers(outside, resource) if member is None else UnknownBookers.ACCEPT
    if member is None and booker is not None and unknown is UnknownBookers.REFUSE:
        member = await _newcomer(outside, booker)
    try:
        return admitted(booker, member, unknown)
    except BookerRefused as refused:
        raise Rejected(str(refused), refused.code) from refused


async def _unknown_bookers(outside: Outside, resource: PlatformId) -> UnknownBookers:
    linked = await outside.resources.by_platform(outside.tenant, resource)
    if linked is None or linked.state is State.UNLINKED:
        return UnknownBookers.ACCEPT
    return linked.policy.unknown_bookers


async def _newcomer(outside: Outside, booker: Person) -> Member | None:
    if outside.people is None:
        return None
    try:
        return await outside.people.person(booker.address)
    except PortError:
        return None


async def known_member(outside: Outside, address: str) -> Member | None:
    """Return somebody by the roster, else by the directory itself. Raises the ports' errors."""
    member = await outside.roster.at_address(outside.tenant, address) if outside.roster is not None else None
    if member is None and outside.people is not None:
        return await outside.people.person(address)
    return member


async def find_active(outside: Outside, person: Person) -> Person:
    """Return somebody of the directory who has not left, as it names them. Raises ``Rejected``."""
    member = await outside.roster.at_address(outside.tenant, person.address) if outside.roster is not None else None
    try:
        found = admitted(person, member or await _newcomer(outside, person), UnknownBookers.REFUSE)
    except BookerRefused as refused:
        raise Rejected(str(refused), refused.code) from refused
    assert found is not None  # a person that is known is somebody
    return found
