"""Schemas of what is agreed about a resource: mappings, open steps and decisions."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MAPPING_ID, MOMENT, TIMED, WHEN
from functions.description.parts import flag, one_of, or_null, record, text, whole
from shared.domain.booking import Side
from shared.domain.decisions import Code
from shared.domain.ledger import Cause, MappingState
from shared.domain.plan import Action

MAPPING = record(
    {
        "id": text("Ties an event to a booking, for ever."),
        "state": one_of("Linked has both sides; every other state has one, and says why.", MappingState),
        "origin": one_of("The side on which the booking was made.", Side),
        **WHEN,
        "private": flag("Whether the booking is private: then only its time is told."),
        "held_since": or_null(MOMENT),
        "made_at": or_null(MOMENT),
        "reason": text("Why it has one side only."),
        "event": or_null(record({"key": text("What identifies the calendar's item."), "ours": flag("")})),
        "booking": or_null(text("The platform's id of the booking.")),
    },
    {
        "id": MAPPING_ID,
        "state": "linked",
        "origin": "calendar",
        **TIMED,
        "private": False,
        "held_since": A_MOMENT,
        "made_at": A_MOMENT,
        "reason": "",
        "event": {"key": "AAkALgAAAAAAHYQDEapmEc2byACqAC", "ours": False},
        "booking": "01KAJ42TB00KNG",
    },
)
OPEN_STEP = record(
    {
        "id": text("Names the step to approve or discard it."),
        "cause": one_of("What it waits for.", Cause),
        "mapping": or_null(text("The booking that it is about, where the ledger has one.")),
        "since": or_null(MOMENT),
        "due": or_null(MOMENT),
        "attempts": whole("How often it was tried."),
        "reason": text("Why it waits."),
        "actions": {"type": "array", "items": one_of("What it would do.", Action)},
        "told": or_null(MOMENT),
    },
    {
        "id": f"held-{MAPPING_ID}",
        "cause": "held",
        "mapping": MAPPING_ID,
        "since": A_MOMENT,
        "due": None,
        "attempts": 0,
        "reason": "21 bookings would be cancelled at once; the policy allows 20",
        "actions": ["cancel"],
        "told": None,
    },
)
DECISION = record(
    {
        "id": text(""),
        "mapping": text("The booking that it is about."),
        "at": or_null(MOMENT),
        "code": one_of("What was decided.", Code),
        "facts": {"type": "object", "additionalProperties": {"type": "string"}},
        "sentence": text("Code and facts in words."),
        "run": whole("The number of the resource's run that decided it."),
    },
    {
        "id": "01KAJ42T7C",
        "mapping": MAPPING_ID,
        "at": A_MOMENT,
        "code": "created_on_platform",
        "facts": {},
        "sentence": "It was new in the calendar and was made on the platform.",
        "run": 7,
    },
)
