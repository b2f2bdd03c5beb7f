"""The page on security names tests that there are."""

from __future__ import annotations

import re

from local.stack.components import CODE as ROOT

PAGE = ROOT / "docs" / "security.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`")


def _claims(text: str) -> list[tuple[str, str]]:
    """File and test of each claim; a test without a file is in the file that was named last."""
    found: list[tuple[str, str]] = []
    file = ""
    for match in _NAMED.finditer(text):
        file = match[1] or file
        if match[1] or match[2]:
            found.append((file, match[2] or ""))
    return found


def test_every_test_that_the_page_names_exists() -> None:
    claims = _claims(PAGE.read_text("utf-8"))
    assert len(claims) > 40
    missing = []
    for file, test in claims:
        source = (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else ""
        if not source or (test and not re.search(rf"def {test}\(", source)):
            missing.append(f"{file}::{test}")
    assert missing == []


def test_a_test_that_is_not_there_is_found() -> None:
    assert _claims("`tests/a.py::test_b`, `::test_c`, `no`") == [("tests/a.py", "test_b"), ("tests/a.py", "test_c")]
