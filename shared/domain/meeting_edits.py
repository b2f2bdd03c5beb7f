"""Changes of the platform to a meeting that somebody organises in their own mailbox. Pure.

    the organiser's own event             another time on the platform      another title
    ------------------------------------  --------------------------------  --------------------------------
    was found and may be written          written there, the room is asked  written there
    the same, and it is private, or the   written there, the room is asked  put back: it is no title of theirs
    platform shows no titles in full
    was not found, or refuses             put back, with the reason         put back, with the reason
    was not looked for                    put back on the platform          put back

The request that ties a mapping to that event is found anew for each change: rights and policies change meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import Side
from shared.domain.cases import Case, Setting
from shared.domain.decisions import Code, Reason
from shared.domain.merge import merge_linked
from shared.domain.plan import Action, Settlement


def merge_meeting(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping that has both sides; one that was made in Outlook with the request found for it in this run."""
    mapping = case.mapping
    if mapping.origin is not Side.CALENDAR:
        return merge_linked(case, setting)
    found = setting.requests.get(mapping.id)
    if found is None and mapping.request is None:
        return _with_reason(merge_linked(case, setting), setting)
    settled = merge_linked(replace(case, mapping=replace(mapping, request=found)), setting)
    asks = any(step.side is Side.CALENDAR and step.action is Action.CHANGE for step in settled.steps)
    after = settled.after if asks or settled.after is None else replace(settled.after, request=None)
    return _with_reason(replace(settled, before=mapping, after=after), setting)


def _with_reason(settled: Settlement, setting: Setting) -> Settlement:
    """Return a settlement that puts the platform back with why the organiser's mailbox could not take the change."""
    why = setting.unwritable.get(settled.id)
    if why is None or all(reason.code is not Code.NOT_OURS_TO_WRITE for reason in settled.decisions):
        return settled
    return replace(settled, decisions=(*settled.decisions, Reason(Code.ORGANISER_OUT_OF_REACH, {"why": why})))
