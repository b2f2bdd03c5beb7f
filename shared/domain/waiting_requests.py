"""Mappings that wait for the room: which they are, when the room's answer is looked for again, what is known of it.

Nothing would tell of an answer: it is looked for soon after our last write, and then every five minutes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.booking import Meeting, PlatformItem
from shared.domain.cases import Case, Setting
from shared.domain.decisions import Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep, RoomRequest
from shared.domain.plan import Settlement, Step

LOOKS = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=60))
"""How long after our last write the room's answer is looked for; then every five minutes."""
_LATER = timedelta(minutes=5)


def is_request(mapping: Mapping) -> bool:
    """Tell whether a mapping waits for the room's answer to what somebody's own mailbox asked."""
    return mapping.request is not None and mapping.state in (MappingState.CREATING, MappingState.AWAITING_ROOM)


def next_look(mapping: MappingId, now: datetime, asked: datetime | None = None) -> OpenStep:
    """Return the open step that waits for the answer to what the room was ``asked`` last (now, where not given)."""
    since = min(asked or now, now)
    due = next((since + after for after in LOOKS if since + after > now), now + _LATER)
    return OpenStep(f"awaiting-{mapping}", Cause.AWAITING_ROOM, now, due, mapping)


def settled_request(
    case: Case, after: Mapping | None, steps: tuple[Step, ...] = (), decisions: tuple[Reason, ...] = ()
) -> Settlement:
    """Return the settlement that makes ``after`` of a request, with what was seen of its booking."""
    booking = case.platform if isinstance(case.platform, PlatformItem) else None
    return Settlement(case.mapping.id, case.mapping, after, steps, decisions, platform=booking)


def as_seen(mapping: Mapping, meeting: Meeting) -> RoomRequest:
    """Return the request with what its own mailbox reports of it now."""
    assert mapping.request is not None
    item = meeting.item
    known = mapping.request.written or item.modified
    place = item.key if mapping.in_series and item.key.original_start else None
    return replace(
        mapping.request, event=item.event, version=item.version, ical_uid=item.ical_uid, written=known or item.created,
        occurrence=place,
    )  # fmt: skip


def look_again(mapping: Mapping, setting: Setting) -> OpenStep | None:
    """Return the step of the next look where the last one has just been; one that is still to come stays."""
    known = setting.waiting.get(mapping.id)
    if known is not None and known.due is not None and known.due > setting.now:
        return None
    return next_look(mapping.id, setting.now, mapping.request.written if mapping.request else None)
