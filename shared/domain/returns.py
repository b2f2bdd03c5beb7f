"""Bookings that get their old time back: what came to that time in the same run is judged once more. Pure.

A moved booking that loses its new time returns to the old one, which seemed free as long as it was leaving; one whose
move waits keeps the old one meanwhile. Whatever is new there or moved there in the same run overlaps it then, and no
later run would see either as new or moved.

    to the old time came         judged
    ---------------------------  --------------------------------------------------------------
    nothing                      nothing more
    a new or moved booking       by the policy, like any overlap; the one that loses gives way
    one that returns as well     not at all: both held these times before
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace

from shared.domain.cases import Setting
from shared.domain.ids import MappingId
from shared.domain.overlaps import settle_overlaps
from shared.domain.plan import LedgerView, Settlement


def settle_overlaps_and_returns(drafts: Sequence[Settlement], ledger: LedgerView, setting: Setting) -> list[Settlement]:
    """Return the settlements with every overlap settled, those included that a return to an old time makes."""
    wanted = {draft.id: draft for draft in drafts}
    settled = settle_overlaps(wanted, ledger, setting)
    returned: set[MappingId] = set()
    while new := _returned(wanted, settled) - returned:
        returned |= new
        # What the platform refused was judged in the first round.
        again = settle_overlaps(settled, ledger, replace(setting, insisted=frozenset()))
        kept = {each for each in settled if each not in returned and settled[each] != wanted.get(each)}
        settled = {each: settled[each] if each in kept else found for each, found in again.items()}
    return list(settled.values())


def _returned(wanted: MappingOf[MappingId, Settlement], settled: MappingOf[MappingId, Settlement]) -> set[MappingId]:
    # What was not judged is what was wanted: most of a first merge is.
    judged = ((each, wanted.get(each), found) for each, found in settled.items() if found is not wanted.get(each))
    return {each for each, before, found in judged if _returns(before, found)}


def _returns(wanted: Settlement | None, settled: Settlement) -> bool:
    """Tell whether a booking was to have another time and keeps the one it had, for good or as long as it waits."""
    if wanted is None or wanted.after is None or settled.after is None or settled.base is None:
        return False
    return wanted.after.when != settled.after.when == settled.base.when
