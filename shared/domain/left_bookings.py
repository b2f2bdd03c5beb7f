"""Bookings that a one-way policy left on the side that only receives: they take their time, nothing else.

    arrives                            meets                  verdict
    ---------------------------------  ---------------------  ----------------------------------------------
    a booking of the side that leads   one that was left      it is written, the overlap is reported on it
    one that is left                   any other              nothing is written, the overlap is reported on it

Neither ever loses by this: the receiving side is not ours to clear, and the leading side gives way to nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.conflicts import Claim, Verdict, judge
from shared.domain.decisions import Code
from shared.domain.discarding import is_discarded
from shared.domain.ledger import Mapping, MappingState
from shared.domain.policy import Policy, Winner
from shared.domain.undo import is_undone

_REFUSED = MappingState.REFUSED


def is_left(mapping: Mapping) -> bool:
    """Tell whether a mapping stands for a booking that was left where it was made."""
    return mapping.state is _REFUSED and mapping.reason == Code.ONE_WAY


def takes_its_time(mapping: Mapping) -> bool:
    """Tell whether a mapping claims its time: a refused booking does only where it was left as it stands."""
    if mapping.state is not _REFUSED:
        return True
    left_as_edited = mapping.reason == Code.LEFT_AS_EDITED
    return is_left(mapping) or left_as_edited or is_undone(mapping) or is_discarded(mapping)


def with_left(
    claims: Sequence[Claim], left: Sequence[Claim], verdicts: Sequence[Verdict], policy: Policy
) -> tuple[Verdict, ...]:
    """Return ``verdicts`` and what must be reported because of the claims that were ``left``."""
    if not left:
        return tuple(verdicts)
    lost = {verdict.loser.id for verdict in verdicts}
    staying = [claim for claim in claims if claim.id not in lost]
    together = judge([*staying, *left], replace(policy, winner=Winner.REPORT))
    reported = (_about_left(verdict, left, policy) for verdict in together if verdict.loser.id not in lost)
    return (*verdicts, *(verdict for verdict in reported if verdict))


def _about_left(verdict: Verdict, left: Sequence[Claim], policy: Policy) -> Verdict | None:
    """Return the verdict as one about a left booking; None where no such booking has to do with it."""
    if verdict.loser in left:
        return replace(verdict, both_stay=True)
    reach = verdict.loser.span.widened(policy.gap)
    met = next((claim for claim in left if claim.span.overlaps(reach)), None)
    return replace(verdict, winner=met, both_stay=True) if met else None
