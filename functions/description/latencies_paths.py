"""The operation that tells how long changes took."""

from __future__ import annotations

from functions.description.moments import MOMENT
from functions.description.parts import Json, in_query, one_of, operation, or_null, record, ref, whole
from shared.domain.latencies import Measure

_SECONDS: Json = {"type": "number", "minimum": 0}
_TALLY: Json = {
    "count": whole("How many changes were measured."),
    "median": or_null(_SECONDS),
    "p95": or_null(_SECONDS),
    "slowest": or_null(_SECONDS),
}
_TALLY_EXAMPLE: Json = {"count": 12, "median": 0.43, "p95": 0.905, "slowest": 1.104}
_HOUR_EXAMPLE: Json = {"at": "2026-11-23T09:00:00.000Z", **_TALLY_EXAMPLE}
_MEASURE_EXAMPLE: Json = {"of": "to_platform", **_TALLY_EXAMPLE, "hours": [_HOUR_EXAMPLE]}

PATHS: dict[str, Json] = {
    "/api/latencies": {
        "get": operation(
            "list_latencies", "upkeep", "Tell how long changes took, by the hour",
            {200: ("Seconds; a share of many is less than a tenth off. Hours without a change are left out.",
                   ref("Latencies"))},
            (400,),
            parameters=[
                in_query(
                    "hours", {"type": "integer", "minimum": 1, "maximum": 168, "default": 24},
                    "How far to look back; the first hour is a full one.", 24,
                ),
            ],
        )
    },
}  # fmt: skip
"""Operations by path and method."""

SCHEMAS: dict[str, Json] = {
    "LatencyOfHour": record({"at": MOMENT, **_TALLY}, _HOUR_EXAMPLE),
    "LatencyMeasure": record(
        {
            "of": one_of(
                "To a side: from the news of a change until it was written there. The others are stages of its run.",
                Measure,
            ),
            **_TALLY,
            "hours": {"type": "array", "items": ref("LatencyOfHour")},
        },
        _MEASURE_EXAMPLE,
    ),
    "Latencies": record(
        {"from": MOMENT, "to": MOMENT, "measures": {"type": "array", "items": ref("LatencyMeasure")}},
        {"from": "2026-11-22T09:00:00.000Z", "to": "2026-11-23T09:30:00.000Z", "measures": [_MEASURE_EXAMPLE]},
    ),
}
"""Schemas by their names in the description."""
