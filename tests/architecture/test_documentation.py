"""The pages under docs hang together: every link leads somewhere, every decision has its own number and is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.components import CODE as ROOT

DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def links(page: Path) -> Iterator[str]:
    """Where a page leads to within this project, anchors left out."""
    for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        path = target.partition("#")[0]
        if path and "://" not in path and not path.startswith("mailto:"):
            yield path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_every_decision_has_a_number_of_its_own_and_is_headed_by_it() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert sorted(set(numbers)) == numbers
    assert [
        page.name for page in DECISIONS if not re.match(rf"# 0*{int(page.name[:4])}\b", page.read_text("utf-8"))
    ] == []


def test_every_decision_is_listed_once() -> None:
    listed = [target.partition("/")[2] for target in links(DOCS / "README.md") if target.startswith("decisions/")]
    assert sorted(listed) == [page.name for page in DECISIONS]


def test_a_link_in_an_example_is_none(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](there.md#part) [b](https://example.com)\n```\n[c](example.md)\n```\n", "utf-8")
    assert list(links(page)) == ["there.md"]
