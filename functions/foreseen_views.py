"""Plans that have not run and the story of a booking, as JSON objects. Pure. Times and keys, never a title."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from functions.reading import in_words, language
from functions.views import decision_view, mapping_view, moment, open_step_view, when_view
from shared.app.explain_booking import Explained
from shared.app.preview_undo import Undoable
from shared.app.shadow_report import Difference, ShadowReport
from shared.app.wording import sentence
from shared.domain.booking import CalendarItem, Gone, Item, Occupancy, occupancy
from shared.domain.decisions import Decision, Reason
from shared.domain.ledger import Mapping
from shared.domain.plan import SeriesWrite, Step
from shared.domain.preview import Counts, Fate, Foreseen, Preview, held_first
from shared.domain.resource import Resource
from shared.domain.standing import PutBack

Json = dict[str, Any]


def preview_view(resource: Resource, now: datetime, seen: Preview, limit: int) -> Json:
    """Return a plan with its counts; of its bookings the first ``limit``, those that are held before the others."""
    zone = resource.facts.zone
    return {
        "resource": resource.id,
        "looked_at": moment(now),
        "why": in_words(seen.why),
        "runs": counts_view(seen.counts(Fate.RUNS, Fate.NOTED)),
        "held": counts_view(seen.counts(Fate.HELD)),
        "series": [series_view(each) for each in seen.series],
        "bookings": [foreseen_view(each, zone) for each in held_first(seen.bookings)[:limit]],
    }


def series_view(write: SeriesWrite) -> Json:
    """Return one write that stands for the steps of several bookings of a series."""
    return {
        "action": write.action,
        "bookings": len(write.members),
        "put_back": len(write.exceptions),
        "resets": write.resets,
        "dropped": [dropped_view(each) for each in write.put_back],
        "rule": str(write.rule) if write.rule else None,
        "mails": write.mails,
    }


def dropped_view(each: PutBack) -> Json:
    """Return an occurrence that Exchange drops and that is put back."""
    return {"start": moment(each.start), "when": when_view(each.when) if each.when else None}


def counts_view(counts: Counts) -> Json:
    """Return how much would be done."""
    return {
        "bookings": counts.bookings,
        "created": counts.created,
        "matched": counts.matched,
        "changed": counts.changed,
        "cancelled": counts.cancelled,
        "declined": counts.declined,
        "mails": counts.mails,
    }


def foreseen_view(each: Foreseen, zone: str) -> Json:
    """Return what would be done about one booking, and why."""
    return {
        "mapping": None if each.is_new and each.fate is not Fate.HELD else each.mapping,
        "fate": each.fate,
        "why": in_words(each.why),
        "when": when_view(each.when) if each.when else None,
        "private": each.private,
        "event": each.event or None,
        "booking": each.booking or None,
        "mails": each.mails,
        "steps": [step_view(step, zone) for step in each.steps],
        "decisions": [reason_view(reason, zone) for reason in each.decisions],
    }


def step_view(step: Step, zone: str) -> Json:
    """Return one write, and its reason."""
    return {
        "action": step.action,
        "side": step.side,
        "fields": sorted(step.fields),
        "to": when_view(step.wanted.when) if step.wanted else None,
        "reason": reason_view(step.reason, zone),
    }


def reason_view(reason: Reason, zone: str) -> Json:
    """Return a reason as its code, its facts and the sentence they make."""
    return {"code": reason.code, "facts": dict(reason.facts), "sentence": sentence(reason, zone, language())}


def explained_view(resource: Resource, found: Explained) -> Json:
    """Return the story of one booking; of its content only times."""
    return {
        "resource": resource.id,
        "id": found.id,
        "mapping": mapping_view(found.mapping) if found.mapping else None,
        "calendar": _side(found.event),
        "platform": _side(found.booking),
        "open_steps": [open_step_view(step) for step in found.open_steps],
        "history": [_entry(decision, resource.facts.zone) for decision in found.history],
    }


def _side(item: Item | Gone | None) -> Json | None:
    if item is None:
        return None
    if isinstance(item, Gone):
        return {"key": str(item.key), "takes_place": False, "when": None, "private": False, "shows": item.proof}
    return {
        "key": str(item.key) if isinstance(item, CalendarItem) else item.id,
        "takes_place": _takes_place(item),
        "when": when_view(item.booking.when),
        "private": item.booking.private,
        "shows": str(item.answer) if isinstance(item, CalendarItem) else "",
    }


def _takes_place(item: Item) -> bool:
    return occupancy(item) is not Occupancy.NOTHING if isinstance(item, CalendarItem) else not item.booking.cancelled


def _entry(decision: Decision, zone: str) -> Json:
    told = decision_view(decision, zone)
    return {
        **told,
        "event": decision.event or None,
        "booking": decision.booking or None,
        "cause": decision.cause or None,
    }


def undoable_view(resource: Resource, found: Undoable) -> Json:
    """Return what an undo would remove, and what not and why."""
    return {
        "resource": resource.id,
        "plan": found.plan,
        "removes": [_copy(mapping, "") for mapping in found.removes],
        "keeps": [_copy(mapping, why) for mapping, why in found.keeps],
        "others": found.others,
    }


def _copy(mapping: Mapping, why: str) -> Json:
    return {"mapping": mapping.id, "side": mapping.origin.other, "when": when_view(mapping.when), "why": in_words(why)}


def shadow_view(resource: Resource, found: ShadowReport, limit: int) -> Json:
    """Return what would have been done otherwise; of the differences the first ``limit``."""
    return {
        "resource": resource.id,
        "in_shadow": resource.policy.shadow,
        "since": moment(found.since),
        "agreed": found.agreed,
        "pending": found.pending,
        "different": len(found.differences),
        "by_action": dict(found.by_action),
        "differences": [_difference(each, resource.facts.zone) for each in found.differences[:limit]],
    }


def _difference(each: Difference, zone: str) -> Json:
    return {
        "about": each.about,
        "event": str(each.step.calendar) if each.step.calendar else None,
        "booking": each.step.platform,
        "when": when_view(each.when) if each.when else None,
        "since": moment(each.step.since),
        "actions": list(each.step.actions),
        "reason": reason_view(each.reason, zone),
    }
