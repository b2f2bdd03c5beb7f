"""Changes of the platform to a meeting that somebody organises in their own mailbox. Pure.

    the organiser's own event             another time on the platform      another title
    ------------------------------------  --------------------------------  --------------------------------
    was found and may be written          written there, the room is asked  put back: it is the organiser's
    was not looked for, or not found      put back on the platform          put back

The request that ties a mapping to that event is found anew for each change: rights and policies change meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import Side
from shared.domain.cases import Case, Setting
from shared.domain.merge import merge_linked
from shared.domain.plan import Action, Settlement


def merge_meeting(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping that has both sides; one that was made in Outlook with the request found for it in this run."""
    mapping = case.mapping
    if mapping.origin is not Side.CALENDAR:
        return merge_linked(case, setting)
    found = setting.requests.get(mapping.id)
    if found is None and mapping.request is None:
        return merge_linked(case, setting)
    settled = merge_linked(replace(case, mapping=replace(mapping, request=found)), setting)
    asks = any(step.side is Side.CALENDAR and step.action is Action.CHANGE for step in settled.steps)
    after = settled.after if asks or settled.after is None else replace(settled.after, request=None)
    return replace(settled, before=mapping, after=after)
