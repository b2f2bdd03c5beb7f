"""The queries of alerts and workbook: what they say, and which names they ask for."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"
INSTALLED = ROOT / ".venv" / "kql"
"""Where `make` installs Microsoft's language service."""
_COMMENT = re.compile(r"//.*")
_NAMED = re.compile(r'\b(Name|Message)\s*(?:==|in)\s*(\([^)]*\)|"[^"]*")')
_TEXT = re.compile(r'"([^"]*)"')
_FACT = re.compile(r"\bProperties\.(\w+)")


def alerts() -> list[dict[str, Any]]:
    """The table of the alerts."""
    listed: list[dict[str, Any]] = json.loads((INFRA / "alerts" / "alerts.json").read_text("utf-8"))
    return listed


def queries() -> dict[str, str]:
    """Every query by the name of its file, those of alerts with their trouble filled in."""
    found = {f"workbook/{file.stem}": file.read_text("utf-8") for file in sorted((INFRA / "workbook").glob("*.kql"))}
    for alert in alerts():
        file = INFRA / "alerts" / f"{alert['query']}.kql"
        if file.is_file():
            found[f"alerts/{alert['name']}"] = file.read_text("utf-8").replace("TROUBLE", alert["trouble"])
    return found


def names_in(query: str) -> set[str]:
    """The metrics, spans and records that a query asks for."""
    code = _COMMENT.sub("", query)
    return {text for _, given in _NAMED.findall(code) for text in _TEXT.findall(given)}


def facts_in(query: str) -> set[str]:
    """The facts that a query asks for."""
    return set(_FACT.findall(_COMMENT.sub("", query)))


def mistakes_of(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """What Microsoft's language service finds wrong with each query."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("check.cjs")), str(INSTALLED)],
        input=json.dumps(dict(texts)),
        capture_output=True,
        text=True,
        timeout=400,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found
