"""What has a last day: credentials and tokens after which bookings stop reaching the other side. Pure.

A certificate tells its day itself. Of what does not (a secret, a token of a platform or of a panel), somebody writes
the day down in ``LOCKSTEP_LAPSES``; what is known to lapse and has no day is listed as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from shared.domain.ids import TenantId

WARNED_AT = (60, 30, 7)
"""Days before the last one at which people are warned."""
_LONGEST_NAME = 80


class LapseKind(StrEnum):
    """What can lapse."""

    SECRET = "secret"
    CERTIFICATE = "certificate"
    CONNECTOR_TOKEN = "connector_token"
    PLATFORM_WEBHOOK = "platform_webhook"
    PANEL_TOKEN = "panel_token"


@dataclass(frozen=True)
class Lapse:
    """Something that lapses. ``on`` is its last day (UTC), None where nobody has said; without a tenant it is every
    tenant's.
    """

    kind: LapseKind
    name: str
    on: date | None = None
    tenant: TenantId | None = None

    def days_left(self, now: datetime) -> int | None:
        """Return how many days are left after today; 0 on the last day, less than 0 after it."""
        return None if self.on is None else (self.on - now.astimezone(UTC).date()).days

    def warning(self, now: datetime) -> int | None:
        """Return the tightest of the days at which people are warned that has come, None where none has."""
        left = self.days_left(now)
        return None if left is None else min((days for days in WARNED_AT if left <= days), default=None)


def declared(text: str) -> tuple[tuple[Lapse, ...], list[str]]:
    """Return what somebody wrote down, a JSON list, and a sentence for each mistake."""
    if not text:
        return (), []
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return (), ["LOCKSTEP_LAPSES is no JSON"]
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return (), ["LOCKSTEP_LAPSES is no list of objects"]
    lapses: list[Lapse] = []
    mistakes: list[str] = []
    for place, entry in enumerate(listed, 1):
        try:
            lapses.append(_lapse(entry))
        except ValueError as error:
            mistakes.append(f"entry {place} of LOCKSTEP_LAPSES {error}")
    return tuple(lapses), mistakes


def _lapse(entry: Mapping[str, object]) -> Lapse:
    if entry.keys() - {"kind", "name", "on", "tenant"}:
        raise ValueError("has fields beside kind, name, on, tenant")
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in set(LapseKind):
        raise ValueError(f"has no kind of {', '.join(LapseKind)}")
    name, tenant = entry.get("name"), str(entry.get("tenant") or "")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or "@" in name:
        raise ValueError(f"has no name of up to {_LONGEST_NAME} characters without an address in it")
    try:
        on = date.fromisoformat(str(entry.get("on")))
    except ValueError:
        raise ValueError("has no day 'on' such as 2027-03-31") from None
    return Lapse(LapseKind(str(entry["kind"])), name, on, TenantId(tenant.lower()) if tenant else None)


def of_tenant(lapses: tuple[Lapse, ...], tenant: TenantId) -> tuple[Lapse, ...]:
    """Return what concerns a tenant, the soonest first, what has no day last."""
    ours = (each for each in lapses if each.tenant in (None, tenant))
    return tuple(sorted(ours, key=lambda each: (each.on is None, each.on or date.max, each.name)))
