"""Bookings that left the window: their rows leave the ledger, neither side is touched, nothing is compared any more.

    the booking             its row
    ----------------------  ---------------------------------------------------------------
    over, settled           dropped in silence: both sides keep what they show
    over, unsettled         dropped with a decision; whatever was open of it is closed
    over, but seen to come  stays: one of its sides moved it back into the window, or beyond

Over is what ended before the window began, as far as it is remembered and as far as this run saw of it. Only a
first or full read retires: the window does not move between two of them.
"""

from __future__ import annotations

from shared.domain.booking import Gone
from shared.domain.cases import Case
from shared.domain.decisions import Code, Reason
from shared.domain.plan import LedgerView, Settlement
from shared.domain.spans import occupied


def is_over(case: Case, ledger: LedgerView) -> bool:
    """Tell whether a booking lies before the window, wherever it was seen."""
    seen = [report.booking.when for report in (case.calendar, case.platform) if report and not isinstance(report, Gone)]
    return all(occupied(when, ledger.zone).end <= ledger.window.start for when in (case.mapping.when, *seen))


def retired(case: Case, ledger: LedgerView) -> Settlement:
    """Return the settlement that drops a booking's row."""
    mapping = case.mapping
    is_open = any(step.mapping == mapping.id for step in ledger.open_steps)
    decisions = (Reason(Code.LEFT_HORIZON),) if is_open or not mapping.is_linked else ()
    return Settlement(mapping.id, mapping, None, (), decisions)
