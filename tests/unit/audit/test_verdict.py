"""Nothing looked up is never good news, whatever the auditor's own exit code says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.audit.verdict import FINE, NOT_LOOKED_UP, VULNERABLE, unreachable, verdict

GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {"name": "tzdata", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"], "description": "x"}]}
UNKNOWN = {"name": "msgraph-sdk", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_all_looked_up_and_none_vulnerable_is_fine() -> None:
    found = verdict(report(GOOD, GOOD), "pypi")
    assert found is not None
    assert found.code == FINE
    assert "2 of 2" in found.lines[0]


def test_a_known_vulnerability_fails_and_says_what_mends_it() -> None:
    found = verdict(report(GOOD, BAD, UNKNOWN), "pypi")
    assert found is not None
    assert found.code == VULNERABLE
    assert "tzdata 1: PYSEC-1, mended in 2" in found.lines


def test_a_package_that_was_not_looked_up_is_no_good_news() -> None:
    found = verdict(report(GOOD, UNKNOWN), "pypi")
    assert found is not None
    assert found.code == NOT_LOOKED_UP


@pytest.mark.parametrize("text", ["", "Traceback", "[]", "{}", report(), report(UNKNOWN, UNKNOWN)])
def test_an_index_that_knew_nothing_was_not_reached(text: str) -> None:
    assert verdict(text, "pypi") is None


def test_where_no_index_answers_it_is_said_plainly() -> None:
    found = unreachable(("pypi", "osv"))
    assert found.code == NOT_LOOKED_UP
    assert found.lines[0].startswith("NOT AUDITED")
