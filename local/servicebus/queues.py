"""Reads the file in which the queues are declared: the very file that Bicep deploys from.

Names and meanings are those of `Microsoft.ServiceBus/namespaces/queues` (API version 2024-01-01). What the
emulator does not do is refused rather than ignored, so that a queue never behaves differently in Azure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NEVER_MS = 10_675_199 * 86_400_000
"""The longest duration that the service knows (P10675199DT2H48M5.4775807S), cut to days: no expiry."""


class QueuesFileError(ValueError):
    """The queues file cannot be used. The message names the file, the queue, the property and the remedy."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue as declared; durations in milliseconds."""

    name: str
    requires_session: bool = False
    lock_duration_ms: int = 60_000
    max_delivery_count: int = 10
    default_ttl_ms: int = NEVER_MS
    dead_letters_expired: bool = False
    detects_duplicates: bool = False
    duplicate_window_ms: int = 600_000
    max_message_bytes: int = 262_144


_DURATION = re.compile(
    r"P(?:(?P<w>\d+)W|(?:(?P<d>\d+)D)?(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:[.,]\d+)?)S)?)?)"
)
_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}


def duration_ms(text: str) -> int:
    """An ISO 8601 duration in milliseconds. Years and months are refused: they have no fixed length."""
    match = _DURATION.fullmatch(text)
    if match is None or text in ("P", "PT"):
        raise ValueError(f"{text!r} is no ISO 8601 duration of weeks, days, hours, minutes and seconds")
    parts = {unit: value.replace(",", ".") for unit, value in match.groupdict().items() if value}
    return round(sum(float(value) * _MS[unit] for unit, value in parts.items()))


class _Unfit(ValueError):
    """A value of the wrong type or beyond its bounds; the caller adds where it stands."""


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unfit(f"{value!r} is neither true nor false")
    return value


def _whole(low: int, high: int, unit: int = 1) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _Unfit(f"{value!r} is no whole number from {low} to {high}")
        return value * unit

    return read


def _duration(low_ms: int, high_ms: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str):
            raise _Unfit(f"{value!r} is no ISO 8601 duration")
        found = min(duration_ms(value), NEVER_MS)
        if not low_ms <= found <= high_ms:
            raise _Unfit(f"{value!r} is not between {low_ms / 1000:g} and {high_ms / 1000:g} seconds")
        return found

    return read


# Bounds as the service documents them.
_READ: dict[str, tuple[str, Callable[[object], object]]] = {
    "requiresSession": ("requires_session", _flag),
    "lockDuration": ("lock_duration_ms", _duration(1000, 300_000)),
    "maxDeliveryCount": ("max_delivery_count", _whole(1, 2000)),
    "defaultMessageTimeToLive": ("default_ttl_ms", _duration(1000, NEVER_MS)),
    "deadLetteringOnMessageExpiration": ("dead_letters_expired", _flag),
    "requiresDuplicateDetection": ("detects_duplicates", _flag),
    "duplicateDetectionHistoryTimeWindow": ("duplicate_window_ms", _duration(20_000, 7 * 86_400_000)),
    "maxMessageSizeInKilobytes": ("max_message_bytes", _whole(1, 102_400, 1024)),
}

# Without a meaning on one machine: an emulator that ignores them behaves as declared.
_IMMATERIAL = frozenset({"maxSizeInMegabytes", "enableBatchedOperations"})

# Off is what the emulator does anyway.
_ONLY_OFF: dict[str, object] = {"enablePartitioning": False, "enableExpress": False, "status": "Active"}

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?")


def load_queues(path: Path) -> tuple[QueueSettings, ...]:
    """The declared queues in the file's order. Raises `QueuesFileError` at the first thing that is wrong."""
    try:
        declared = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except OSError as error:
        raise QueuesFileError(f"{path}: cannot be read ({error.strerror}); name it with --queues") from error
    except ValueError as error:
        raise QueuesFileError(f"{path}: is not JSON of queues: {error}") from error
    if not isinstance(declared, dict) or not declared:
        raise QueuesFileError(f"{path}: must be an object that maps at least one queue's name to its properties")
    queues = tuple(_queue(path, name, properties) for name, properties in declared.items())
    folded = [queue.name.casefold() for queue in queues]
    for queue in queues:
        if folded.count(queue.name.casefold()) > 1:
            raise QueuesFileError(f"{path}: queue {queue.name!r} is declared twice; names ignore case")
    return queues


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} is given twice")
    return found


def _queue(path: Path, name: str, properties: object) -> QueueSettings:
    if not _NAME.fullmatch(name):
        raise QueuesFileError(
            f"{path}: {name!r} is no queue name: letters, digits, '.', '-', '_' and '/', at most 260, "
            "beginning and ending with a letter or digit"
        )
    if not isinstance(properties, dict):
        raise QueuesFileError(f"{path}: queue {name!r} must be an object of properties")
    read: dict[str, object] = {}
    for key, value in properties.items():
        _read_property(f"{path}: queue {name!r}: {key}", key, value, read)
    return QueueSettings(name=name, **read)  # type: ignore[arg-type] # `_READ` pairs each field with its reader


def _read_property(where: str, key: str, value: object, read: dict[str, object]) -> None:
    if key in _IMMATERIAL:
        return
    if key in _ONLY_OFF:
        if value != _ONLY_OFF[key]:
            raise QueuesFileError(f"{where}: {value!r} is not emulated; leave it out or set {_ONLY_OFF[key]!r}")
        return
    if key not in _READ:
        known = ", ".join(sorted(_READ))
        raise QueuesFileError(f"{where} is not emulated or does not exist; known are {known}")
    field, reader = _READ[key]
    try:
        read[field] = reader(value)
    except ValueError as error:
        raise QueuesFileError(f"{where}: {error}") from error
