"""The operation that reports drift."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MOMENT, RESOURCE_ID
from functions.description.parts import Json, flag, one_of, operation, or_null, record, ref, text, whole
from shared.domain.booking import Side
from shared.domain.drift import Found, Path
from shared.domain.fingerprint import Field

_DRIFT = {
    "side": "calendar", "found": "changed", "fields": ["time"], "all_day": False, "start": "2026-11-23T09:00:00Z",
    "end": "2026-11-23T10:00:00Z", "mapping": "01M7W2Y7M279F4GGQTPGMFFRM2", "since": A_MOMENT, "found_at": A_MOMENT,
    "missed_by": "calendar_delta", "feed_read_at": A_MOMENT,
}  # fmt: skip
_OF_ONE = {
    "id": RESOURCE_ID, "name": "Matterhorn", "proven_at": A_MOMENT, "age_of_truth_seconds": 41_200,
    "differences_at_proof": 1, "drift": [_DRIFT],
}  # fmt: skip

PATHS: dict[str, Json] = {
    "/api/drift": {
        "get": operation(
            "report_drift", "upkeep", "Report what proof reads of the last month found that no feed had told",
            {200: ("Every linked resource, the oldest truth first.", ref("DriftReport"))},
        )
    }
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Drift": record(
        {
            "side": one_of("Which side stood otherwise than remembered.", Side),
            "found": one_of("New to the ledger, changed, or gone.", Found),
            "fields": {"type": "array", "items": one_of("What differed.", Field)},
            "all_day": flag("Whether start and end are dates."),
            "start": text("Of the booking."),
            "end": text("Exclusive."),
            "mapping": or_null(text("What its decisions are found by; null where it was new.")),
            "since": or_null({**MOMENT, "description": "Not before: equal then, or not made yet. Null: unknown."}),
            "found_at": MOMENT,
            "missed_by": one_of("The feed that had to tell it.", Path),
            "feed_read_at": or_null({**MOMENT, "description": "When that feed was read last before."}),
        },
        _DRIFT,
    ),
    "DriftOfResource": record(
        {
            "id": text(""),
            "name": text(""),
            "proven_at": or_null(MOMENT),
            "age_of_truth_seconds": or_null(whole("Since both sides were read in full and found equal.")),
            "differences_at_proof": whole("What the last proof read found."),
            "drift": {"type": "array", "items": ref("Drift"), "maxItems": 20},
        },
        _OF_ONE,
    ),
    "DriftReport": record(
        {"at": MOMENT, "resources": {"type": "array", "items": ref("DriftOfResource")}},
        {"at": A_MOMENT, "resources": [_OF_ONE]},
    ),
}
"""Schemas by their names in the description."""
