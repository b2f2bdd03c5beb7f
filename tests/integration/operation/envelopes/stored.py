"""Envelopes as the tables of a workspace show them: which name, which properties, which value.

Azure stores a metric in AppMetrics, a record in AppTraces, a span that is no request in AppDependencies. Queries name
rows by ``Name`` or ``Message`` and facts by ``Properties``; here is what there would be to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TABLES = {
    "MetricData": "AppMetrics",
    "MessageData": "AppTraces",
    "RemoteDependencyData": "AppDependencies",
    "RequestData": "AppRequests",
    "ExceptionData": "AppExceptions",
}


@dataclass(frozen=True)
class Row:
    """One row: its table, what queries call it, its facts, and how many it stands for."""

    table: str
    name: str
    properties: dict[str, str]
    operation: str
    id: str
    parent: str
    success: bool
    stands_for: float


def rows(envelopes: Iterable[Json]) -> list[Row]:
    """Every row that the envelopes would become."""
    return [row for each in envelopes for row in _rows(each)]


def _rows(envelope: Json) -> Iterator[Row]:
    base, tags = envelope["data"]["baseData"], envelope.get("tags") or {}
    table = TABLES[envelope["data"]["baseType"]]
    names = [each["name"] for each in base["metrics"]] if table == "AppMetrics" else [_name(table, base)]
    for name in names:
        yield Row(
            table,
            name,
            base.get("properties") or {},
            tags.get("ai.operation.id", ""),
            base.get("id", ""),
            tags.get("ai.operation.parentId", ""),
            base.get("success", True),
            100.0 / (envelope.get("sampleRate") or 100.0),
        )


def _name(table: str, base: Json) -> str:
    if table == "AppTraces":
        return str(base["message"])
    return str(base.get("name") or base.get("exceptions"))


def path_to(row: Row, among: Iterable[Row]) -> list[str]:
    """The names from the top of a trace down to one of its rows."""
    # Records have no id of their own, and nothing stands below them.
    known = {each.id: each for each in among if each.operation == row.operation and each.id}
    names = [row.name]
    while row.parent in known:
        row = known[row.parent]
        names.insert(0, row.name)
    return names
