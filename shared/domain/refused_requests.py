"""Requests that the room refuses, or does not answer in time.

Both sides return to the time that the room had accepted before; where there is none, the booking ends with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.booking import Answer, Meeting, PlatformItem, Side
from shared.domain.cases import Case, Setting
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ledger import Mapping
from shared.domain.merge import withdrawal
from shared.domain.plan import Action, Settlement, Step
from shared.domain.waiting_requests import as_seen, look_again, next_look, settled_request


def refusal_of(mapping: Mapping, meeting: Meeting | None, setting: Setting) -> Reason | None:
    """Return why a request counts as refused, if it does."""
    assert mapping.request is not None
    asked = mapping.request.written or mapping.held_since
    answered = meeting.answered if meeting is not None and meeting.answer is Answer.DECLINED else None
    if answered is not None and answered > asked:
        return Reason(Code.ROOM_DECLINED)
    within = setting.policy.answer_within_minutes
    if within and setting.now - asked >= timedelta(minutes=within):
        return Reason(Code.ROOM_SILENT, {"minutes": str(within)})
    return None


def refused(case: Case, reason: Reason, setting: Setting) -> Settlement:
    """Settle a request that the room refused: back to the time agreed before, else the booking ends."""
    mapping = case.mapping
    assert mapping.request is not None
    agreed = mapping.request.agreed
    if agreed is not None and agreed != mapping.when:
        if isinstance(case.platform, PlatformItem) and isinstance(setting.meetings.get(mapping.id), Meeting):
            return _put_back(case, reason, setting)
        if look_again(mapping, setting) is None:
            # Both are read before either is written.
            return replace(
                settled_request(case, mapping), open=replace(next_look(mapping.id, setting.now), due=setting.now)
            )
    steps = [Step(Action.CANCEL, Side.PLATFORM, reason)]
    if mapping.origin is Side.PLATFORM:
        steps.append(withdrawal(mapping, reason.code, dict(reason.facts)))
    return settled_request(case, None, tuple(steps), (reason,))


def _put_back(case: Case, reason: Reason, setting: Setting) -> Settlement:
    """The room refuses another time: both sides return to the one that it had accepted, which it is asked for again."""
    mapping, meeting = case.mapping, setting.meetings.get(case.mapping.id)
    assert mapping.request is not None
    assert mapping.request.agreed is not None
    request = as_seen(mapping, meeting) if isinstance(meeting, Meeting) else mapping.request
    when = mapping.request.agreed
    after = replace(mapping, when=when, held_since=setting.now, request=replace(request, agreed=None))
    time = frozenset({Field.TIME})
    back = Reason(Code.PUT_BACK, {"side": ",".join(Side)})
    shown = {
        Side.PLATFORM: case.platform.booking if isinstance(case.platform, PlatformItem) else None,
        Side.CALENDAR: meeting.item.booking if isinstance(meeting, Meeting) else None,
    }
    steps = tuple(
        Step(Action.CHANGE, side, back, replace(booking, when=when), time) for side, booking in shown.items() if booking
    )
    return replace(settled_request(case, after, steps, (reason, back)), open=next_look(mapping.id, setting.now))
