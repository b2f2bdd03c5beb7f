"""Claims: who wants the resource at which time, of all that touches something else.

A claim is contested where its time is new. Who stands alone makes no claim and is never judged.
"""

from __future__ import annotations

from datetime import UTC, datetime

from shared.domain.booking import Block, Side
from shared.domain.cases import Setting
from shared.domain.conflicts import Claim, crowded
from shared.domain.decisions import Code
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.left_bookings import is_left, takes_its_time
from shared.domain.opening_hours import days_of
from shared.domain.plan import Action, LedgerView, Settlement
from shared.domain.spans import AllDay, Timed, occupied

BLOCK = "block:"
"""What the id of a blocked time's claim begins with."""
ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Since when a blocked time holds: longer than any booking."""


def claims_of(
    settlements: dict[MappingId, Settlement], mappings: dict[MappingId, Mapping], ledger: LedgerView, setting: Setting
) -> list[Claim]:
    """Return the claims of whatever touches something else: who stands alone is never judged."""
    after = [settlement.after for settlement in settlements.values()]
    waits = setting.held.keys() | setting.disputed
    standing = [
        mapping
        for mapping in (*(m for m in mappings.values() if m.id not in settlements), *after)
        if mapping is not None and (takes_its_time(mapping) or mapping.id in waits)
    ]
    taken = [m.when if isinstance(m.when, Timed) else occupied(m.when, ledger.zone) for m in standing]
    blocked = [occupied(block.when, ledger.zone) for block in ledger.blocks]
    touching = crowded([*taken, *blocked], setting.policy.gap)
    claims = [
        _claim(standing[place], settlements.get(standing[place].id), ledger.zone, setting)
        for place in sorted(touching)
        if place < len(standing)
    ]
    return claims + [claim_of_block(block, ledger.zone) for block in ledger.blocks]


def claim_of_block(block: Block, zone: str) -> Claim:
    """Return the claim of a blocked time: it was there before any booking, and nobody can remove it."""
    span, known_as = occupied(block.when, zone), MappingId(f"{BLOCK}{block.id}")
    return Claim(known_as, span, Side.PLATFORM, ALWAYS, ALWAYS, is_block=True, is_closing=block.is_closing)


def _claim(mapping: Mapping, settlement: Settlement | None, zone: str, setting: Setting) -> Claim:
    before = settlement.base if settlement else mapping
    disputed = settlement is not None and mapping.id in setting.disputed | setting.permitted | setting.to_go
    is_new = disputed or (settlement is not None and _takes_new_time(settlement, mapping))
    stood = before is not None and (before.is_linked or is_left(before))
    moved = stood and before is not None and before.when != mapping.when
    unmoved = before is not None and before.when == mapping.when
    return Claim(
        mapping.id,
        occupied(mapping.when, zone),
        mapping.origin,
        mapping.held_since,
        mapping.made_at,
        contested=is_new or moved,
        is_left=is_left(mapping),
        days=days_of(mapping.when, zone) if isinstance(mapping.when, AllDay) else (),
        on_platform=mapping.platform is not None,
        stood=unmoved and before is not None and before.is_linked,
        shown=unmoved and before is not None and _is_reported(before),
        awaits=mapping.state is MappingState.AWAITING_ROOM and mapping.request is None,
    )


def _is_reported(mapping: Mapping) -> bool:
    """Tell whether a booking was left on its one side with its overlap shown."""
    return mapping.state is MappingState.REFUSED and mapping.reason == Code.OVERLAP_REPORTED


def _takes_new_time(settlement: Settlement, mapping: Mapping) -> bool:
    """A meeting that awaits the room is Exchange's to judge first; it is ours once the room has accepted it."""
    if settlement.base is None:
        return mapping.state is not MappingState.AWAITING_ROOM
    if settlement.adopted is not None:
        return True
    if settlement.base.state is MappingState.AWAITING_ROOM and mapping.is_linked:
        return True
    creates = any(step.action is Action.CREATE for step in settlement.steps)
    return creates and not settlement.base.is_linked
