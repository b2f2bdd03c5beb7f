"""Undo: what a bulk plan created is removed again, and nothing else. Pure.

the booking                                            what happens
-----------------------------------------------------  --------------------------------------------------------
its copy stands as the plan made it                    noted as undone, then the copy is removed
its copy was changed since                             left alone, with a decision
its copy, or what it is a copy of, has ended           left to the merge, as ever; nothing is there to undo
tied, changed, cancelled or declined by the plan       nothing: the plan did not create it

It is noted in one run and done in the next: a removed copy whose removal was not remembered would otherwise read as one
that a person cancelled, and its original would go with it. What was undone stays on its one side, takes its time there,
and is judged anew when it changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.domain.booking import CalendarItem, PlatformItem, Side
from shared.domain.cases import Case, Setting, is_gone, settled
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Copy, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, Settlement, Step
from shared.domain.records import calendar_record, platform_record

Merge = Callable[[Case, Setting], Settlement]

_CHANGED = "it was changed since"
_NOT_TIED = "it is not tied to a copy any more"
_CANCELLED_SINCE = "it was cancelled since"
_ORIGINAL_CANCELLED = "what it is a copy of was cancelled since"
_UNREAD = "it could not be read"
REASONS = (_CHANGED, _NOT_TIED, _CANCELLED_SINCE, _ORIGINAL_CANCELLED, _UNREAD)
"""Why the copy of a mapping is not removed."""


def made_by(mapping: Mapping, plan: str) -> Mapping:
    """Return a mapping whose copy is about to be made by a bulk plan."""
    return replace(mapping, copy=Copy(plan)) if plan else mapping


def as_made(mapping: Mapping) -> Mapping:
    """Return a mapping that remembers how the copy looked which a bulk plan has just made."""
    if mapping.copy is None or mapping.copy.print or not mapping.is_linked:
        return mapping
    record = mapping.record(mapping.origin.other)
    return replace(mapping, copy=replace(mapping.copy, print=_told(record.print))) if record else mapping


def is_undone(mapping: Mapping | None) -> bool:
    """Tell whether a mapping's copy is removed, or to be removed, because a person undid its creation."""
    return mapping is not None and mapping.state is MappingState.REFUSED and mapping.reason == Code.UNDONE


def is_being_undone(settlement: Settlement) -> bool:
    """Tell whether a settlement is about the removal of a copy that a person undid: no overlap changes that."""
    return is_undone(settlement.after) and bool(settlement.open or settlement.steps)


def undo_step(mapping: MappingId, now: datetime, plan: str = "") -> OpenStep:
    """Return the open step of a booking whose copy is to be removed; ``plan`` is the order to undo."""
    return OpenStep(
        f"undo-{mapping}", Cause.UNDO, now, now, mapping, reason="what a bulk plan made is removed again", plan=plan
    )


def keeps_because(case: Case, setting: Setting) -> str:
    """Return why the copy of a mapping cannot be removed; empty where it can."""
    mapping = case.mapping
    if mapping.copy is None or not mapping.is_linked:
        return _NOT_TIED
    copy = case.calendar if mapping.origin is Side.PLATFORM else case.platform
    original = case.platform if mapping.origin is Side.PLATFORM else case.calendar
    if is_gone(copy, setting.policy):
        return _CANCELLED_SINCE
    if is_gone(original, setting.policy):
        return _ORIGINAL_CANCELLED
    if isinstance(copy, CalendarItem):
        shown = calendar_record(copy, setting.key).print
    elif isinstance(copy, PlatformItem):
        shown = platform_record(copy, setting.key).print
    else:
        return _UNREAD
    return "" if _told(shown) == mapping.copy.print else _CHANGED


def undone(case: Case, setting: Setting, merge: Merge) -> Settlement:
    """Return the settlement of a booking of which a person undoes the creation; ``merge`` settles it as ever."""
    why, mapping = keeps_because(case, setting), case.mapping
    if not why:
        noted = replace(_as_shown(case, setting), state=MappingState.REFUSED, reason=Code.UNDONE)
        step = replace(setting.undoing[mapping.id], since=setting.now, due=setting.now)
        return settled(case, noted, open_step=step)
    return _not_undone(merge(case, setting), why)


def _as_shown(case: Case, setting: Setting) -> Mapping:
    """Return a mapping that knows its original as it stands now: it may have moved, or moved on to another row."""
    mapping = case.mapping
    original = case.platform if mapping.origin is Side.PLATFORM else case.calendar
    if isinstance(original, PlatformItem):
        known = replace(mapping, platform=platform_record(original, setting.key))
    elif isinstance(original, CalendarItem):
        known = replace(mapping, calendar=calendar_record(original, setting.key))
    else:
        return mapping
    when = original.booking.when
    return replace(known, when=when, held_since=mapping.held_since if when == mapping.when else setting.now)


def removed(case: Case, setting: Setting, merge: Merge) -> Settlement | None:
    """Return the settlement of a booking noted as undone; None where its copy is removed already."""
    mapping = case.mapping
    copied = mapping.origin.other
    if mapping.record(copied) is None:
        return None
    copy = case.calendar if copied is Side.CALENDAR else case.platform
    original = case.platform if copied is Side.CALENDAR else case.calendar
    shown = mapping if is_gone(original, setting.policy) else _as_shown(case, setting)
    kept = replace(shown, calendar=None) if copied is Side.CALENDAR else replace(shown, platform=None)
    left = replace(kept, copy=None, generation=mapping.generation + 1)
    after = None if is_gone(original, setting.policy) else left
    if copy is None:
        return settled(case, mapping, open_step=undo_step(mapping.id, setting.now))
    if is_gone(copy, setting.policy):
        return settled(case, after, decisions=(Reason(Code.UNDONE),))
    linked = replace(mapping, state=MappingState.LINKED, reason="")
    if keeps_because(replace(case, mapping=linked), setting) == _CHANGED:
        found = merge(replace(case, mapping=linked), setting)
        return replace(_not_undone(found, _CHANGED), before=mapping)
    reason = Reason(Code.UNDONE)
    return settled(case, after, (Step(Action.CANCEL, copied, reason),), (reason,))


def _not_undone(settlement: Settlement, why: str) -> Settlement:
    told = Reason(Code.NOT_UNDONE, {"why": why})
    return replace(settlement, decisions=(told, *settlement.decisions))


def _told(print_: Fingerprint) -> str:
    text = ",".join(f"{name}={digest}" for name, digest in sorted(print_.digests.items()))
    return hashlib.sha256(f"{print_.version}:{text}".encode()).hexdigest()[:24]
