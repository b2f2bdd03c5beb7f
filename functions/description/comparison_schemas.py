"""Schemas of a comparison of both sides, booking by booking."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MAPPING_ID, MOMENT, RESOURCE_ID, TIMED, WHEN
from functions.description.parts import flag, one_of, or_null, record, ref, text
from shared.domain.booking import Side
from shared.domain.comparison import Difference
from shared.domain.ledger import MappingState

_SIDE = or_null(
    record(
        {
            "key": text("What identifies the booking on this side."),
            **WHEN,
            "title": text("As the platform shows titles under the policy; empty where private."),
            "organiser": or_null(record({"address": text(""), "name": text("")})),
            "private": flag("Of a private booking its time is told, and neither title nor organiser."),
            "status": one_of("Whether it has still to be said yes to.", ("confirmed", "requested", "cancelled")),
        }
    )
)
_BEN = {"organiser": {"address": "ben.walters@contoso.com", "name": "Ben Walters"}, "status": "confirmed"}
PAIR = record(
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
COMPARISON = record(
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
        "blocks": {"type": "array", "items": ref("Block")},
    },
    {
        "resource": RESOURCE_ID,
        "from": "2026-11-23T00:00:00.000Z",
        "to": "2026-11-30T00:00:00.000Z",
        "looked_at": A_MOMENT,
        "equal": False,
        "not_understood": [],
        "blocks": [],
        "pairs": [
            {
                "mapping": MAPPING_ID,
                "state": "linked",
                "origin": "calendar",
                "reason": "",
                "equal": False,
                "differences": ["time"],
                "calendar": {
                    "key": "AAkALgAAAAAAHYQDEapmEc2byACqAC",
                    **TIMED,
                    **_BEN,
                    "title": "Planning",
                    "private": False,
                },
                "platform": {
                    "key": "01KAJ42TB00KNG",
                    **TIMED,
                    **_BEN,
                    "start": "2026-11-23T09:30:00Z",
                    "title": "Planning",
                    "private": False,
                },
            }
        ],
    },
)
