"""Tell in a decision that nobody comes to a series: beside the release that made it as many in a row as is reported.

What is told is what the list of no-shows would say at that moment. A platform that cannot be asked now is asked at the
next release; what was released stays released, and the list finds it all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from shared.app.applying import Applying, Outcome
from shared.app.find_no_shows import missed_series
from shared.domain.decisions import Code, Reason
from shared.domain.no_shows import NoShow
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.no_shows")


async def tell_no_shows(applying: Applying, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Return the outcomes of a run, with a decision at each release of a series to which nobody comes."""
    desk = applying.outside.releases
    if desk is None or not any(map(_is_release, outcomes)):
        return tuple(outcomes)
    try:
        missed = await missed_series(applying.outside, desk, applying.resource)
    except PortError as error:
        logger.warning("no-shows of %s were not counted: %s", applying.resource.id, error)
        return tuple(outcomes)
    return tuple(_told(each, missed.get(_booking(each))) if _is_release(each) else each for each in outcomes)


def _is_release(outcome: Outcome) -> bool:
    decided = outcome.settlement.decisions
    return outcome.failed is None and any(each.code is Code.RELEASED for each in decided)


def _booking(outcome: Outcome) -> str:
    before = outcome.settlement.before
    return before.platform.id if before and before.platform else ""


def _told(outcome: Outcome, missed: NoShow | None) -> Outcome:
    if missed is None:
        return outcome
    reason = Reason(Code.MISSED_AGAIN, {"times": str(missed.times)})
    settlement = replace(outcome.settlement, decisions=(*outcome.settlement.decisions, reason))
    return replace(outcome, settlement=settlement)
