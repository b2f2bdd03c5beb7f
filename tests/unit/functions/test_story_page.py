"""The page of a booking's story as it is built: the words take their places, in the look of the other pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions import pages
from tests.unit.functions.calling.office import Office
from tests.unit.functions.test_story import link


async def test_the_built_page_is_filled_with_the_words_and_with_nothing_else(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (Path(pages.__file__).with_name("web") / "story" / "index.html").read_text("utf-8")
    (tmp_path / "story.html").write_text(source, "utf-8")
    monkeypatch.setattr(pages, "BUILT", tmp_path)
    answer = await office.send("GET", f"{await link(office)}?lang=de", headers={"Accept": "text/html"})
    assert answer.body.count("Eine Buchung von Matterhorn") == 2
    assert '<html lang="de">' in answer.body
    assert answer.body.count("<li><time>") > 1
    assert not [place for place in ("LANGUAGE", "HEADING", "STANDING", "CHAPTERS") if place in answer.body]
    policy = answer.headers["content-security-policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
