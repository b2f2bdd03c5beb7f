"""A change made on the side that only receives: whether it is put back, or left and reported. Pure.

    the receiving side        ``received_edits: put_back``      ``received_edits: report``
    ------------------------  --------------------------------  ------------------------------------------------
    changes a field           the leading side's is written     left; the next change of that field on the
                              back                              leading side is written as ever
    loses the booking         it is made again                  left; the next change on the leading side makes
                              it again

A booking that was made on the receiving side, before the policy became one-way, may still be ended there.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import Side
from shared.domain.decisions import Code
from shared.domain.ledger import Mapping, MappingState
from shared.domain.policy import Direction, Policy, ReceivedEdits


def receiving(policy: Policy) -> Side | None:
    """Return the side that only receives; None where both lead."""
    return {Direction.TO_PLATFORM: Side.PLATFORM, Direction.TO_CALENDAR: Side.CALENDAR}.get(policy.direction)


def is_left_as_edited(policy: Policy, side: Side) -> bool:
    """Tell whether a change made on ``side`` is left where it is and only reported."""
    return receiving(policy) is side and policy.received_edits is ReceivedEdits.REPORT


def without_copy(mapping: Mapping, side: Side) -> Mapping:
    """Return the mapping of a booking whose copy on ``side`` was removed there and is not made again for now."""
    left = replace(
        mapping, generation=mapping.generation + 1, state=MappingState.REFUSED, reason=Code.LEFT_AS_EDITED.value
    )
    return replace(left, calendar=None) if side is Side.CALENDAR else replace(left, platform=None)
