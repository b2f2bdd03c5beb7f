"""Keep to the ceiling of linked resources when one more is linked.

Counted before and once more after the resource stands in the table: of two that are linked at the same moment, the
one that came second gives way. Nothing is ever unlinked for it.
"""

from __future__ import annotations

from shared.app.outside import Outside
from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State
from shared.ports.errors import Rejected, Retry

CODE = "ceiling"


async def check_room_for_one(outside: Outside, but: ResourceId | None = None) -> None:
    """Raise ``Rejected`` (code ``ceiling``) where no more resource may be linked; ``but`` is not counted."""
    if outside.ceiling is None:
        return
    users = await _users(outside)
    linked = [each for each in await _linked(outside) if each.id != but]
    if len(linked) >= outside.ceiling.limit(users):
        raise Rejected(outside.ceiling.refusal(len(linked), users), CODE)


async def is_within(outside: Outside, resource: ResourceId) -> bool:
    """Tell whether a resource that stands in the table by now is among those that may be linked."""
    if outside.ceiling is None:
        return True
    first = sorted(await _linked(outside), key=lambda each: each.id)[: outside.ceiling.limit(await _users(outside))]
    return any(each.id == resource for each in first)


async def refuse(outside: Outside) -> Rejected:
    """Return the refusal of one resource too many, which is no longer in the table."""
    assert outside.ceiling is not None
    return Rejected(outside.ceiling.refusal(len(await _linked(outside)), await _users(outside)), CODE)


async def _users(outside: Outside) -> int:
    if outside.ceiling is None or not outside.ceiling.above_users:
        return 0
    if outside.roster is None:
        raise Rejected("the ceiling counts users and the directory is not followed; follow it", CODE)
    following = await outside.roster.following(outside.tenant)
    if following.read_at is None:
        raise Retry("the users of the directory have not been counted yet")
    return following.active


async def _linked(outside: Outside) -> list[Resource]:
    return [each async for each in outside.resources.all(outside.tenant) if each.state is not State.UNLINKED]
