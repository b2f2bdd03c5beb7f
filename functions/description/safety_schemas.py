"""Schemas of what is shown of plans before, while and after they run."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MAPPING_ID, MOMENT, RESOURCE_ID, TIMED, WHEN
from functions.description.parts import Json, flag, one_of, or_null, record, ref, text, whole
from shared.domain.booking import Side
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.fingerprint import Field
from shared.domain.plan import Action, SeriesAction
from shared.domain.preview import Fate
from shared.domain.wakeup import WakeCause

_MOMENT = "2026-11-23T08:59:58.120Z"
_WHEN = or_null(record(WHEN))
_REASON_EXAMPLE: Json = {
    "code": "created_on_platform",
    "facts": {},
    "sentence": "It was new in the calendar and was made on the platform.",
}
_NOTHING: Json = dict.fromkeys(("bookings", "created", "matched", "changed", "cancelled", "declined", "mails"), 0)

_FORESEEN = record(
    {
        "mapping": or_null(text("The booking in the ledger; null: the run that takes it up makes the mapping.")),
        "fate": one_of("Whether its steps would run, wait for a person, or there is only something to note.", Fate),
        "why": text("Why it waits."),
        "when": _WHEN,
        "private": flag("Whether the booking is private: then only its time is told."),
        "event": or_null(text("What identifies the calendar's item.")),
        "booking": or_null(text("The platform's id of the booking.")),
        "mails": whole("Mails that would follow, whoever sends them."),
        "steps": {"type": "array", "items": ref("PlannedStep")},
        "decisions": {"type": "array", "items": ref("Reason")},
    }
)

_SIDE_NOW = or_null(
    record(
        {
            "key": text("What identifies the booking on this side."),
            "takes_place": flag("Whether it takes place there now."),
            "when": _WHEN,
            "private": flag(""),
            "shows": text("The room's answer, or how it was proven that it no longer takes place."),
        }
    )
)
_EXPLAINED = record(
    {
        "resource": text("The resource's id."),
        "id": text("The mapping's id, also once it is dropped."),
        "mapping": or_null(ref("Mapping")),
        "calendar": _SIDE_NOW,
        "platform": _SIDE_NOW,
        "open_steps": {"type": "array", "items": ref("OpenStep")},
        "history": {"type": "array", "items": ref("HistoryEntry")},
    }
)
_HISTORY_ENTRY = record(
    {
        "id": text(""),
        "mapping": text("The booking that it is about."),
        "at": or_null(MOMENT),
        "code": one_of("What was decided.", Code),
        "facts": {"type": "object", "additionalProperties": {"type": "string"}},
        "sentence": text("Code and facts in words."),
        "run": whole("The number of the resource's run that decided it."),
        "event": or_null(text("What identified the calendar's item then.")),
        "booking": or_null(text("The platform's id of the booking then.")),
        "cause": or_null(one_of("What woke the run.", WakeCause)),
    },
    {
        "id": "01KAJ42T7C",
        "mapping": MAPPING_ID,
        "at": _MOMENT,
        **_REASON_EXAMPLE,
        "run": 7,
        "event": "AAkALgAAAAAAHYQDEapmEc2byACqAC",
        "booking": "01KAJ42TB00KNG",
        "cause": "notification",
    },
)

_COPY = record(
    {
        "mapping": text("The booking."),
        "side": one_of("The side on which the copy was made.", Side),
        "when": _WHEN,
        "why": text("Why it is kept; empty where it would be removed."),
    }
)

_SHADOW = record(
    {
        "resource": text("The resource's id."),
        "in_shadow": flag("Whether it is in shadow now."),
        "since": or_null(MOMENT),
        "agreed": whole("Plans that another carried out, or that were no longer needed."),
        "pending": whole("Plans younger than a quarter of an hour, which may still be carried out."),
        "different": whole("Plans that nobody carried out."),
        "by_action": {"type": "object", "additionalProperties": whole("")},
        "differences": {
            "type": "array",
            "items": record(
                {
                    "about": text("The mapping, or the id under which decisions about it stand."),
                    "event": or_null(text("The calendar's item, where only the calendar shows it.")),
                    "booking": or_null(text("The platform's booking, where only the platform shows it.")),
                    "when": _WHEN,
                    "since": or_null(MOMENT),
                    "actions": {"type": "array", "items": one_of("What would be done.", Action)},
                    "reason": ref("Reason"),
                }
            ),
        },
    },
    {
        "resource": RESOURCE_ID,
        "in_shadow": True,
        "since": _MOMENT,
        "agreed": 212,
        "pending": 0,
        "different": 0,
        "by_action": {},
        "differences": [],
    },
)

SCHEMAS: dict[str, Json] = {
    "ShadowReport": _SHADOW,
    "Undoable": record(
        {
            "resource": text("The resource's id."),
            "plan": text("The order that let the plan run; give it to the verb 'undo'."),
            "removes": {"type": "array", "items": _COPY},
            "keeps": {"type": "array", "items": _COPY},
            "others": or_null(whole("Bookings of the plan of which there is nothing to remove; null: not known.")),
        },
        {
            "resource": RESOURCE_ID,
            "plan": MAPPING_ID,
            "removes": [{"mapping": MAPPING_ID, "side": "platform", "when": TIMED, "why": ""}],
            "keeps": [],
            "others": 0,
        },
    ),
    "HistoryEntry": _HISTORY_ENTRY,
    "Explained": _EXPLAINED,
    "Reason": record(
        {
            "code": one_of("What was decided.", Code),
            "facts": {"type": "object", "additionalProperties": {"type": "string"}},
            "sentence": text("Code and facts in words."),
        },
        _REASON_EXAMPLE,
    ),
    "PlannedStep": record(
        {
            "action": one_of("What is done.", Action),
            "side": one_of("The side that is written.", Side),
            "fields": {"type": "array", "items": one_of("What is written of it.", Field)},
            "to": _WHEN,
            "reason": ref("Reason"),
        }
    ),
    "BulkPlan": record(
        {
            "id": text("The order's that let it run."),
            "of": one_of("That order.", Verb),
            "at": or_null(MOMENT),
            "total": whole("Bookings of the plan."),
            "done": whole("Those that are settled."),
            "left": whole("Those that are not yet; their open steps say why."),
        },
        {"id": MAPPING_ID, "of": "approve", "at": _MOMENT, "total": 320, "done": 200, "left": 120},
    ),
    "Foreseen": _FORESEEN,
    "Counts": record(
        {
            "bookings": whole("Bookings that the plan says something about."),
            "created": whole("Copies that would be made."),
            "matched": whole("Bookings of both sides that would be tied to each other."),
            "changed": whole("Copies that would be changed."),
            "cancelled": whole("Copies that would be cancelled."),
            "declined": whole("Meetings that the room would decline."),
            "mails": whole("Mails that would follow, whoever sends them."),
        },
        _NOTHING,
    ),
    "SeriesWrite": record(
        {
            "action": one_of("What is done to the series in the calendar.", SeriesAction),
            "bookings": whole("For how many bookings it stands."),
            "put_back": whole("Those that are put elsewhere afterwards, because they do not follow the rule."),
            "resets": flag("Whether Exchange drops the exceptions of the series; they are put back in the same run."),
            "dropped": {"type": "array", "items": ref("Dropped")},
            "rule": or_null(text("By what the series repeats then, an RRULE.")),
            "mails": whole("Mails that Exchange sends for it."),
        },
        {
            "action": "create",
            "bookings": 11,
            "put_back": 1,
            "resets": False,
            "dropped": [],
            "rule": "FREQ=WEEKLY;UNTIL=20270201",
            "mails": 0,
        },
    ),
    "Dropped": record(
        {
            "start": {**MOMENT, "description": "Where the rule of its series has the occurrence."},
            "when": {**or_null(record(WHEN)), "description": "Where it is put back; null: it is cancelled again."},
        },
        {"start": A_MOMENT, "when": None},
    ),
    "Preview": record(
        {
            "resource": text("The resource's id."),
            "looked_at": MOMENT,
            "why": text("Why something is held; empty where nothing is."),
            "runs": ref("Counts"),
            "held": ref("Counts"),
            "series": {"type": "array", "items": ref("SeriesWrite")},
            "bookings": {"type": "array", "items": ref("Foreseen")},
        },
        {
            "resource": RESOURCE_ID,
            "looked_at": _MOMENT,
            "why": "",
            "runs": _NOTHING | {"bookings": 1, "created": 1},
            "held": _NOTHING,
            "series": [],
            "bookings": [
                {
                    "mapping": MAPPING_ID,
                    "fate": "runs",
                    "why": "",
                    "when": TIMED,
                    "private": False,
                    "event": "AAkALgAAAAAAHYQDEapmEc2byACqAC",
                    "booking": None,
                    "mails": 0,
                    "steps": [
                        {
                            "action": "create",
                            "side": "platform",
                            "fields": ["time", "title"],
                            "to": TIMED,
                            "reason": _REASON_EXAMPLE,
                        }
                    ],
                    "decisions": [_REASON_EXAMPLE],
                }
            ],
        },
    ),
}
"""Schemas by their names in the description."""
