"""What the platform shows of a calendar booking, brought to what the policy says it is to show from now on. Pure.

    seen                                     decision
    ---------------------------------------  ------------------------------------------------------------
    both sides, the policy has changed       the platform is written where it shows a title otherwise
    both sides, an earlier such write waits  the same, from what both sides show now
    both sides, a meeting that was touched   the same: its title may have changed, or become private, where the
                                             room's copy does not tell
    anything else                            nothing: equal sides are not compared with each other

A booking that was made on the platform keeps its title: the policy is about what the platform did not know. So does
one that somebody made on both sides, as long as nothing tells how the meeting is called.
Only what the platform shows is written here, and never in a room whose platform leads.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import CalendarItem, PlatformItem, Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.one_way import is_left_as_edited
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import Direction
from shared.domain.projection import private_source, shown_from, title_source, to_platform, value, written
from shared.domain.rebuild import mark_of


def restated(settlement: Settlement, setting: Setting) -> Settlement:
    """Return the settlement with whatever the platform has to show otherwise under the present policy."""
    event, booking = settlement.calendar, settlement.platform
    if not _is_asked(settlement, setting) or event is None or booking is None:
        return settlement
    if not setting.policy_changed and is_left_as_edited(setting.policy, Side.PLATFORM) and not _turned(event, booking):
        return settlement
    differing = _differing(event, booking, setting)
    written_already = next((step for step in settlement.steps if step.side is Side.PLATFORM), None)
    # What a person changed on the platform goes to the calendar, and stays.
    followed = {name for step in settlement.steps if step.side is Side.CALENDAR for name in step.fields}
    missing = differing - followed - (written_already.fields if written_already else frozenset())
    if not missing:
        return settlement
    code = Code.SHOWN_BY_POLICY if setting.policy_changed or not event.copy_asked else Code.CHANGED_ON_PLATFORM
    sources = shown_from(title_source(event, setting.policy), private_source(event))
    reason = Reason(code, {"fields": ",".join(sorted(missing)), **sources})
    shown = to_platform(event, setting.policy)
    if written_already is None or written_already.wanted is None:
        step = Step(Action.CHANGE, Side.PLATFORM, reason, written(booking.booking, shown, missing), missing)
        return replace(settlement, steps=(*settlement.steps, step), decisions=(*settlement.decisions, reason))
    wanted = written(written_already.wanted, shown, missing)
    widened = replace(written_already, wanted=wanted, fields=written_already.fields | missing)
    steps = tuple(widened if step is written_already else step for step in settlement.steps)
    return replace(settlement, steps=steps, decisions=(*settlement.decisions, reason))


def _is_asked(settlement: Settlement, setting: Setting) -> bool:
    looked_up = settlement.calendar is not None and settlement.calendar.copy_asked
    waits = settlement.id in setting.permitted | setting.unsettled | setting.held.keys()
    asked = setting.policy_changed or looked_up or waits
    if not asked or settlement.open is not None or setting.policy.direction is Direction.TO_CALENDAR:
        return False
    after = settlement.after
    stands = after is not None and after.calendar is not None and after.platform is not None
    changes_only = all(step.action is Action.CHANGE for step in settlement.steps)
    return stands and changes_only and after is not None and after.origin is Side.CALENDAR


def _turned(event: CalendarItem, booking: PlatformItem) -> bool:
    """Tell whether a meeting has become private: what a person wrote on the platform is not left then."""
    return event.organiser_copy is not None and event.organiser_copy.private and not booking.booking.private


def _differing(event: CalendarItem, booking: PlatformItem, setting: Setting) -> frozenset[Field]:
    shown = to_platform(event, setting.policy)
    # Where the organiser's copy could not be read, nothing tells that what was private is so no more.
    known = event.organiser_copy is not None
    ruled = {Field.TITLE, Field.JOIN_URL, Field.PRIVATE} if known else {Field.TITLE, Field.JOIN_URL}
    if not (known or event.is_organiser) and mark_of(booking) is None:
        ruled -= {Field.TITLE}
    return frozenset(name for name in ruled if value(shown, name) != value(booking.booking, name))
