"""Schemas of what the administrator's API sends and takes: resources, policies, what is agreed, comparisons."""

from __future__ import annotations

from functions.admin import ORDERS
from functions.description.parts import Json, flag, listed, one_of, or_null, record, ref, text, whole
from shared.domain.booking import Side
from shared.domain.comparison import Difference
from shared.domain.decisions import Code
from shared.domain.ledger import Cause, MappingState, WriteMode
from shared.domain.plan import Action
from shared.domain.policy import (
    Booker,
    BufferEntries,
    DirectEntries,
    Direction,
    Imports,
    MeetingEdits,
    ReceivedEdits,
    ReleasedBy,
    Requests,
    SeveralRooms,
    Titles,
    UnknownBookers,
    Winner,
)
from shared.domain.resource import State

RESOURCE_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1"
MAPPING_ID = "01KAJ42T7BWQF8V0Y6M3D5H1KN"
_MOMENT = "2026-11-23T08:59:58.120Z"

MOMENT: Json = {
    "type": "string",
    "description": "An instant in UTC, to the millisecond.",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
WHEN: dict[str, Json] = {
    "all_day": flag("Whole days, in the resource's zone."),
    "start": text("An instant in UTC; a date where all_day.", pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$"),
    "end": text(
        "An instant in UTC; where all_day, the first day that no longer belongs to it.",
        pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$",
    ),
}
TIMED = {"all_day": False, "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}

_NEXT = or_null(text("Give it as 'after' to read on; null at the end."))

_POLICY: dict[str, Json] = {
    "direction": one_of("Which side follows which.", Direction),
    "winner": one_of("Which of two overlapping bookings stays.", Winner),
    "edits": or_null(one_of("Which side wins a field changed on both; null: the side of origin.", Side)),
    "titles": one_of("What the platform shows as the title of a calendar booking.", Titles),
    "booker": one_of("Whether the platform's booker is invited to the event in the room's calendar.", Booker),
    "direct_entries": one_of("What becomes of an entry typed into the room's calendar that loses.", DirectEntries),
    "free_counts": flag("Whether events shown as free occupy the resource."),
    "buffer_minutes": whole("Minutes kept free before and after each booking.", 0, 240),
    "units": whole("How many bookings may run at the same time.", 1, 1000),
    "days_back": whole("How many days back the horizon reaches.", 0, 366),
    "days_ahead": whole("How many days ahead the horizon reaches.", 1, 1080),
    "sweep_minutes": whole("How often the resource is looked at without being woken, in minutes.", 5, 1440),
    "cancellations_held_above": whole("More cancellations in a run wait for approval.", 0, 100_000),
    "writes_held_above": whole("More writes of a run wait for approval.", 0, 100_000),
    "received_edits": one_of("What becomes of a change on the side that only receives.", ReceivedEdits),
    "buffer_before_minutes": whole("Minutes kept free before each booking, where that is more.", 0, 240),
    "buffer_after_minutes": whole("Minutes kept free after each booking, where that is more.", 0, 240),
    "check_in_minutes": whole("Minutes within which somebody has to check in, or it is released; 0: nobody.", 0, 240),
    "released_by": one_of("Who releases a booking at which nobody checks in.", ReleasedBy),
    "turns_held_above": whole("A booking that changes back and forth more often an hour waits.", 1, 1000),
    "settle_seconds": whole("How long an overlap has to stand before it is judged, in seconds.", 0, 600),
    "buffer_entries": one_of("Whether buffers stand in the room's calendar, and as what.", BufferEntries),
    "write_mode": one_of("In whose mailbox the event of a platform booking is made.", WriteMode),
    "several_rooms": one_of("What a meeting with several rooms keeps when one is refused.", SeveralRooms),
    "requests": one_of("Whether what needs a person's yes holds its time on the other side or waits.", Requests),
    "meeting_edits": one_of("What becomes of another time for a meeting organised in Outlook.", MeetingEdits),
    "answer_within_minutes": whole("How long a room asked in its booker's name may take; 0: any time.", 0, 10_080),
    "imports": one_of("Whether a first read waits for approval in any case, or only a large one.", Imports),
    "past_bookings": flag("Whether reads in full carry over bookings that are over."),
    "cancellations_share_held_above": whole("Cancelling a larger part of all, in percent, waits for approval.", 0, 100),
    "mails_held_above": whole("Steps that more mails would follow wait for approval.", 0, 100_000),
    "growth_held_above": whole("More new bookings, in percent of those known, wait for approval.", 0, 100_000),
    "shadow": flag("Whether plans are recorded and nothing is written to either side."),
    "held_again_hours": whole("What waits and nobody touches is told again after so many hours.", 1, 8760),
    "unknown_bookers": one_of("What becomes of a booking by somebody unknown to the directory.", UnknownBookers),
    "join_links": flag("Whether the platform shows where an online meeting is joined."),
}
_POLICY_EXAMPLE = {
    "direction": "both", "winner": "first", "edits": None, "titles": "full", "booker": "none",
    "direct_entries": "report", "free_counts": False, "buffer_minutes": 0, "units": 1, "days_back": 1,
    "days_ahead": 400, "sweep_minutes": 60, "cancellations_held_above": 20, "writes_held_above": 500,
    "received_edits": "put_back",
    "buffer_before_minutes": 0, "buffer_after_minutes": 0, "buffer_entries": "none",
    "write_mode": "room", "answer_within_minutes": 15,
    "imports": "guarded", "past_bookings": True, "cancellations_share_held_above": 50, "mails_held_above": 50,
    "growth_held_above": 300, "held_again_hours": 24, "shadow": False,
    "settle_seconds": 5, "turns_held_above": 6, "check_in_minutes": 0,
    "released_by": "lockstep",
    "meeting_edits": "put_back",
    "unknown_bookers": "accept", "join_links": False,
    "requests": "hold", "several_rooms": "any",
}  # fmt: skip

_FACTS: dict[str, Json] = {
    "name": text("What people call it.", maxLength=255),
    "kind": text("room, equipment, desk, vehicle, …", maxLength=255),
    "capacity": or_null(whole("How many people it holds.", 0, 100_000)),
    "building": text("", maxLength=255),
    "floor": text("", maxLength=255),
    "zone": text("Its time zone, an IANA name.", maxLength=255),
    "phone": text("", maxLength=255),
    "contact": text("", maxLength=255),
    "features": {"type": "array", "items": {"type": "string", "maxLength": 255}, "maxItems": 100},
}
_FACTS_EXAMPLE = {
    "name": "Matterhorn", "kind": "room", "capacity": 8, "building": "Headquarters", "floor": "2",
    "zone": "Europe/Zurich", "phone": "", "contact": "", "features": ["display", "video"],
}  # fmt: skip

_RESOURCE = record(
    {
        "id": text("Minted by Lockstep: <tenant>.<ulid>."),
        **_FACTS,
        "mailbox": record({"id": text("The directory's object id."), "address": text("Its address; it may change.")}),
        "platform": or_null(text("The platform's id of the resource.")),
        "policy": ref("Policy"),
        "warnings": {"type": "array", "items": text("An effect of the policy that people do not expect.")},
        "state": one_of("What was last observed.", State),
        "since": or_null(MOMENT),
        "why": text("The reason of the state, a sentence; empty where there is nothing to say."),
        "last_change": or_null(MOMENT),
        "last_look": or_null(MOMENT),
        "proven_at": or_null(MOMENT),
        "differences_at_proof": whole("What the last proof read found that no feed had told."),
        "open_steps": whole("Changes that were seen and are not settled."),
        "conflicts": whole("Overlaps that are open."),
        "mappings": whole("Bookings kept in lockstep, about."),
        "failing_since": or_null(MOMENT),
        "attempts": whole("Failed runs in a row."),
        "notifications_until": or_null(MOMENT),
        "bulk_plan": or_null(ref("BulkPlan")),
    },
    {
        "id": RESOURCE_ID,
        **_FACTS_EXAMPLE,
        "mailbox": {"id": "aaaaaaaa-0000-0000-0000-000000000001", "address": "matterhorn@contoso.com"},
        "platform": "matterhorn",
        "policy": _POLICY_EXAMPLE,
        "warnings": [],
        "state": "in step",
        "since": _MOMENT,
        "why": "",
        "last_change": _MOMENT,
        "last_look": _MOMENT,
        "proven_at": None,
        "differences_at_proof": 0,
        "open_steps": 0,
        "conflicts": 0,
        "mappings": 12,
        "failing_since": None,
        "attempts": 0,
        "notifications_until": _MOMENT,
        "bulk_plan": None,
    },
)

_MAPPING = record(
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
        "held_since": _MOMENT,
        "made_at": _MOMENT,
        "reason": "",
        "event": {"key": "AAkALgAAAAAAHYQDEapmEc2byACqAC", "ours": False},
        "booking": "01KAJ42TB00KNG",
    },
)

_OPEN_STEP = record(
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
        "since": _MOMENT,
        "due": None,
        "attempts": 0,
        "reason": "21 bookings would be cancelled at once; the policy allows 20",
        "actions": ["cancel"],
        "told": None,
    },
)

_DECISION = record(
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
        "at": _MOMENT,
        "code": "created_on_platform",
        "facts": {},
        "sentence": "It was new in the calendar and was made on the platform.",
        "run": 7,
    },
)

_SIDE = or_null(
    record(
        {
            "key": text("What identifies the booking on this side."),
            **WHEN,
            "title": text("As the platform shows titles under the policy; empty where private."),
            "private": flag(""),
        }
    )
)
_PAIR = record(
    {
        "mapping": or_null(text("What ties both together; null: the ledger does not know the booking yet.")),
        "state": one_of("The mapping's state.", [*MappingState, "unknown"]),
        "origin": or_null(one_of("The side on which the booking was made.", Side)),
        "reason": text("Why it has one side only."),
        "equal": flag("No difference, or one side only and the ledger says why."),
        "differences": {"type": "array", "items": one_of("In what both differ.", Difference)},
        "calendar": _SIDE,
        "platform": _SIDE,
    }
)
_COMPARISON = record(
    {
        "resource": text("The resource's id."),
        "from": MOMENT,
        "to": MOMENT,
        "looked_at": MOMENT,
        "equal": flag("Whether no pair differs and everything was understood."),
        "pairs": {"type": "array", "items": ref("Pair")},
        "not_understood": {
            "type": "array",
            "items": record({"side": one_of("", Side), "key": text(""), "reason": text("")}),
        },
    },
    {
        "resource": RESOURCE_ID,
        "from": "2026-11-23T00:00:00.000Z",
        "to": "2026-11-30T00:00:00.000Z",
        "looked_at": _MOMENT,
        "equal": False,
        "not_understood": [],
        "pairs": [
            {
                "mapping": MAPPING_ID,
                "state": "linked",
                "origin": "calendar",
                "reason": "",
                "equal": False,
                "differences": ["time"],
                "calendar": {"key": "AAkALgAAAAAAHYQDEapmEc2byACqAC", **TIMED, "title": "Planning", "private": False},
                "platform": {
                    "key": "01KAJ42TB00KNG",
                    **TIMED,
                    "start": "2026-11-23T09:30:00Z",
                    "title": "Planning",
                    "private": False,
                },
            }
        ],
    },
)

_LINK = record(
    {
        "mailbox": text("The address of the mailbox, or its object id.", maxLength=320),
        "platform": or_null(text("The platform's id of the resource; without one it is made there.")),
        "facts": or_null(record(_FACTS, optional=_FACTS)),
        "policy": or_null(ref("Settings")),
    },
    {"mailbox": "matterhorn@contoso.com", "platform": "matterhorn", "policy": {"winner": "first"}},
    optional=("platform", "facts", "policy"),
)
_ORDER = record(
    {
        "verb": one_of("What the resource's next run does.", ORDERS),
        "steps": {
            "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 500,
            "description": "Open steps to approve or discard; without it, all that are held.",
        },
        "mappings": {
            "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 500,
            "description": "Only the held steps of these bookings.",
        },
        "actions": {
            "type": "array", "items": one_of("", Action), "minItems": 1, "maxItems": 10,
            "description": "Only the held steps that would do this.",
        },
        "settings": ref("Settings"),
        "plan": text("With the verb undo: the order whose bulk plan is taken back."),
        "booker": text("With write_mode organizer: the person on whose mailbox it is tried first.", maxLength=320),
    },
    {"verb": "policy", "settings": {"winner": "report"}},
    optional=("steps", "mappings", "actions", "plan", "settings", "booker"),
)  # fmt: skip

SCHEMAS: dict[str, Json] = {
    "Resource": _RESOURCE,
    "Resources": listed("resources", "Resource", next=_NEXT),
    "Policy": record(_POLICY, _POLICY_EXAMPLE),
    "Settings": record(_POLICY, {"winner": "first", "buffer_minutes": 10}, optional=_POLICY),
    "Mapping": _MAPPING,
    "Mappings": listed("mappings", "Mapping", next=_NEXT),
    "OpenStep": _OPEN_STEP,
    "OpenSteps": listed("open_steps", "OpenStep", next=_NEXT),
    "Decision": _DECISION,
    "Decisions": listed("decisions", "Decision"),
    "Story": record(
        {
            "resource": text("What people call the resource."),
            "zone": text("Its time zone, an IANA name."),
            "when": or_null(record(WHEN)),
            "decisions": {
                "type": "array",
                "items": record({"at": or_null(MOMENT), "sentence": text("What was decided, in words.")}),
            },
            "readable_until": or_null(MOMENT),
        },
        {
            "resource": "Matterhorn",
            "zone": "Europe/Zurich",
            "when": None,
            "decisions": [{"at": _MOMENT, "sentence": "Its owner was told by mail."}],
            "readable_until": _MOMENT,
        },
    ),
    "Pair": _PAIR,
    "Comparison": _COMPARISON,
    "LinkOrder": _LINK,
    "Order": _ORDER,
    "Ordered": record(
        {"id": text("The command's id."), "verb": one_of("", ORDERS), "resource": text("")},
        {"id": "01KAJ43AAZ", "verb": "prove", "resource": RESOURCE_ID},
    ),
    "Unlinked": record(
        {
            "unlinked": flag("Whether it was ordered; false: only asked."),
            "stays": record({"mappings": whole("Bookings kept in lockstep, about."), "message": text("What stays.")}),
        },
        {"unlinked": False, "stays": {"mappings": 12, "message": "All bookings stay on both sides."}},
    ),
    "Woken": record({"woken": whole("How many resources were woken.")}, {"woken": 7}),
    "RenewOrder": record(
        {"resources": {"type": "array", "items": {"type": "string"}, "maxItems": 100}},
        {"resources": [RESOURCE_ID]},
        optional=("resources",),
    ),
    "Renewed": record(
        {"renewed": whole(""), "made_again": whole("Those that were gone."), "postponed": whole("Not settled now.")},
        {"renewed": 7, "made_again": 0, "postponed": 0},
    ),
}
"""Schemas by their names in the description."""
