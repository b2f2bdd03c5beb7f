"""What pip-audit's report means. Pure.

pip-audit ends well when it could look nothing up, for example behind a mirror that knows no advisories. Here that is
no good news: what was not looked up is counted, and nothing looked up at all is a verdict of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

FINE, VULNERABLE, NOT_LOOKED_UP = 0, 1, 2
"""Exit codes."""


@dataclass(frozen=True)
class Verdict:
    """An exit code, and the lines that explain it."""

    code: int
    lines: tuple[str, ...]


def verdict(report: str, index: str) -> Verdict | None:
    """Return what a report in JSON means, None where an index was not reached at all."""
    try:
        listed = json.loads(report)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return None
    looked_up = [each for each in listed if "skip_reason" not in each]
    if not looked_up:
        return None
    found = [_line(each["name"], each["version"], vuln) for each in looked_up for vuln in each["vulns"]]
    skipped = [f"{each['name']}: not looked up, {each['skip_reason']}" for each in listed if "skip_reason" in each]
    summary = f"{len(looked_up)} of {len(listed)} packages looked up at {index}: {len(found)} known vulnerabilities"
    code = VULNERABLE if found else NOT_LOOKED_UP if skipped else FINE
    return Verdict(code, (summary, *found, *skipped))


def unreachable(indexes: Sequence[str]) -> Verdict:
    """Return the verdict where no index answered."""
    words = f"NOT AUDITED: no index of advisories can be reached from here ({', '.join(indexes)}). Nothing is known."
    return Verdict(NOT_LOOKED_UP, (words,))


def _line(name: str, version: str, vuln: dict[str, object]) -> str:
    fixes = vuln.get("fix_versions")
    mended = ", ".join(map(str, fixes)) if isinstance(fixes, list) and fixes else "no version yet"
    return f"{name} {version}: {vuln.get('id')}, mended in {mended}"
