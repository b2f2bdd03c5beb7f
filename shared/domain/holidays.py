"""On which days nobody is expected in a building: its public holidays, by the code of its region or by a list of days.

``LOCKSTEP_HOLIDAYS`` is a JSON object from a building's name to ``"CH-ZH"`` (ISO 3166, a country and perhaps a
subdivision of it) or to a list of days; ``*`` stands for every building that is not named. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

Days = frozenset[date]
OfBuildings = Mapping[str, str | Days]
EVERYWHERE = "*"
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


def declared_holidays(text: str) -> tuple[dict[str, str | Days], list[str]]:
    """Return what is said of each building, its name in lower case, and a sentence for each mistake."""
    if not text:
        return {}, []
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}, ["LOCKSTEP_HOLIDAYS is no JSON"]
    if not isinstance(given, dict):
        return {}, ["LOCKSTEP_HOLIDAYS is no object from buildings to regions or lists of days"]
    found: dict[str, str | Days] = {}
    mistakes = []
    for building, said in given.items():
        try:
            found[building.casefold()] = _said(said)
        except ValueError:
            mistakes.append(
                f"LOCKSTEP_HOLIDAYS says of {building[:80]!r} neither a region such as CH-ZH nor a list of days"
            )
    return found, mistakes


def said_of(building: str, holidays: OfBuildings) -> str | Days:
    """Return what is said of a building; no days where nothing is."""
    return holidays.get(building.casefold()) or holidays.get(EVERYWHERE) or frozenset()


def _said(said: object) -> str | Days:
    if isinstance(said, str) and _REGION.fullmatch(said):
        return said
    if isinstance(said, list):
        return frozenset(date.fromisoformat(str(each)) for each in said)
    raise ValueError(said)
