"""What the API shows of domain values, as JSON objects. Pure. A private booking shows its time and "private"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from functions.asked import KEY_PREFIX
from functions.reading import in_words, language
from shared.adapters.builtin.entries import Entry, PlatformResource
from shared.app.tell_story import BookingStory
from shared.app.wording import sentence
from shared.domain.booking import Block, Booking, Person, Window
from shared.domain.comparison import Comparison, Pair
from shared.domain.decisions import Decision
from shared.domain.ledger import Mapping, OpenStep
from shared.domain.resource import BulkPlan, Resource
from shared.domain.spans import AllDay, When

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """Return an instant to the millisecond, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if at else None


def when_view(when: When) -> Json:
    """Return a time as ``start`` and ``end``: instants in UTC, or dates (the end exclusive) for whole days."""
    if isinstance(when, AllDay):
        return {"all_day": True, "start": when.first.isoformat(), "end": when.until.isoformat()}
    return {"all_day": False, "start": f"{when.start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{when.end:%Y-%m-%dT%H:%M:%SZ}"}


def booking_view(entry: Entry) -> Json:
    """Return a booking of the platform; the title of a private one is not shown."""
    booking: Booking = entry.item.booking
    return {
        "id": entry.item.id,
        **when_view(booking.when),
        "title": "" if booking.private else booking.title,
        "join_url": "" if booking.private else booking.join_url,
        "private": booking.private,
        "organiser": person_view(booking.organiser),
        "status": _status(booking),
        "reason": in_words(entry.reason),
        "version": entry.item.version,
        "checked_in": moment(entry.item.checked_in),
        "released": entry.item.released,
        "created": moment(entry.item.created),
        "series": _series_view(entry),
        "made_by": "person" if (entry.item.external or KEY_PREFIX).startswith(KEY_PREFIX) else "lockstep",
    }


def _series_view(entry: Entry) -> Json | None:
    series = entry.item.series
    if series is None:
        return None
    return {
        "id": series.id,
        "rule": str(series.rule),
        "zone": series.rule.zone,
        "original_start": f"{series.original_start:%Y-%m-%dT%H:%M:%SZ}",
    }


def person_view(person: Person | None) -> Json | None:
    """Return whose a booking is."""
    return {"address": person.address, "name": person.name} if person else None


def _status(booking: Booking) -> str:
    if booking.cancelled:
        return "cancelled"
    return "requested" if booking.requested else "confirmed"


def platform_resource_view(resource: PlatformResource) -> Json:
    """Return a resource of the platform."""
    return {
        "id": resource.id,
        "name": resource.name,
        "zone": resource.zone,
        "units": resource.units,
        "buffer_minutes": resource.buffer_minutes,
        "opening_hours": resource.opening.as_given() if resource.opening else None,
    }


def block_view(block: Block) -> Json:
    """Return a blocked time."""
    return {"id": block.id, **when_view(block.when), "reason": block.reason, "closing": block.is_closing}


def resource_view(resource: Resource) -> Json:
    """Return a resource with the state in which it was last observed."""
    facts = resource.facts
    return {
        "id": resource.id,
        "name": facts.name,
        "kind": facts.kind,
        "capacity": facts.capacity,
        "building": facts.building,
        "floor": facts.floor,
        "zone": facts.zone,
        "phone": facts.phone,
        "contact": facts.contact,
        "features": list(facts.features),
        "mailbox": {"id": resource.mailbox, "address": resource.address},
        "platform": resource.platform,
        "policy": resource.policy.as_settings(),
        "warnings": [in_words(each) for each in resource.policy.warnings()],
        "state": resource.state,
        "since": moment(resource.since),
        "why": in_words(resource.why),
        "last_change": moment(resource.last_change),
        "latency": resource.last_latency,
        "last_look": moment(resource.last_look),
        "proven_at": moment(resource.proven_at),
        "differences_at_proof": resource.proof_differences,
        "open_steps": resource.open_steps,
        "conflicts": resource.conflicts,
        "mappings": resource.mappings,
        "failing_since": moment(resource.first_failure),
        "failed_last": moment(resource.last_failure),
        "attempts": resource.attempts,
        "notifications_until": moment(resource.subscription.expires) if resource.subscription else None,
        "bulk_plan": bulk_plan_view(resource.bulk) if resource.bulk else None,
    }


def bulk_plan_view(plan: BulkPlan) -> Json:
    """Return how far a bulk plan has come."""
    return {
        "id": plan.id,
        "of": plan.verb,
        "at": moment(plan.at),
        "total": plan.total,
        "done": max(plan.total - plan.left, 0),
        "left": plan.left,
    }


def mapping_view(mapping: Mapping) -> Json:
    """Return what ties a booking's two sides; of its content only the time."""
    calendar, platform = mapping.calendar, mapping.platform
    return {
        "id": mapping.id,
        "state": mapping.state,
        "origin": mapping.origin,
        **when_view(mapping.when),
        "private": mapping.private,
        "held_since": moment(mapping.held_since),
        "made_at": moment(mapping.made_at),
        "reason": in_words(mapping.reason),
        "event": {"key": str(calendar.key), "ours": calendar.is_organiser} if calendar else None,
        "booking": platform.id if platform else None,
    }


def open_step_view(step: OpenStep) -> Json:
    """Return what waits, and why."""
    return {
        "id": step.id,
        "cause": step.cause,
        "mapping": step.mapping,
        "since": moment(step.since),
        "due": moment(step.due),
        "attempts": step.attempts,
        "reason": in_words(step.reason),
        "actions": list(step.actions),
        "told": moment(step.told),
    }


def decision_view(decision: Decision, zone: str) -> Json:
    """Return a decision as its code, its facts and the sentence they make."""
    return {
        "id": decision.id,
        "mapping": decision.mapping,
        "at": moment(decision.at),
        "code": decision.reason.code,
        "facts": dict(decision.reason.facts),
        "sentence": sentence(decision.reason, zone, language()),
        "run": decision.run,
    }


def story_view(story: BookingStory) -> Json:
    """Return the story of one booking, the oldest decision first."""
    return {
        "resource": story.resource,
        "zone": story.zone,
        "language": story.language,
        "when": when_view(story.when) if story.when else None,
        "decisions": [{"at": moment(each.at), "sentence": each.words} for each in story.chapters],
        "readable_until": moment(story.until),
    }


def comparison_view(resource: Resource, window: Window, now: datetime, seen: Comparison) -> Json:
    """Return both sides of a resource; what differs stands under its name."""
    return {
        "resource": resource.id,
        "from": moment(window.start),
        "to": moment(window.end),
        "looked_at": moment(now),
        "equal": seen.equal,
        "pairs": [_pair_view(pair) for pair in seen.pairs],
        "not_understood": [
            {"side": each.side, "key": each.key, "reason": in_words(each.reason)} for each in seen.set_aside
        ],
        "blocks": [block_view(each) for each in seen.blocks],
    }


def _pair_view(pair: Pair) -> Json:
    mapping = pair.mapping
    return {
        "mapping": mapping.id if mapping else None,
        "state": mapping.state if mapping else "unknown",
        "origin": mapping.origin if mapping else None,
        "reason": in_words(mapping.reason) if mapping else "",
        "equal": not pair.differences,
        "differences": list(pair.differences),
        "calendar": _side_view(pair.calendar, str(pair.event)),
        "platform": _side_view(pair.platform, str(pair.booking)),
    }


def _side_view(booking: Booking | None, key: str) -> Json | None:
    if booking is None:
        return None
    return {
        "key": key,
        **when_view(booking.when),
        "title": booking.title,
        "organiser": person_view(booking.organiser),
        "private": booking.private,
        "status": _status(booking),
    }
