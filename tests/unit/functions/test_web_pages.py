"""The pages: what was built is served with headers that let it run nothing else, and nothing beside it is served."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions import pages
from tests.unit.functions.calling.office import Office

SCRIPT = "export const answer = 42;\n" * 100


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of built pages of which one script is packed."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "console.html").write_text("<!doctype html><title>Lockstep</title>", "utf-8")
    (assets / "console-AB.js").write_text(SCRIPT, "utf-8")
    (assets / "console-AB.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (assets / "small-CD.css").write_text("p{}", "utf-8")
    (assets / "notes.md").write_text("not for browsers", "utf-8")
    monkeypatch.setattr(pages, "BUILT", tmp_path)
    pages._assets.cache_clear()
    yield tmp_path
    pages._assets.cache_clear()


async def test_a_page_runs_no_script_but_the_apps_own(office: Office, built: Path) -> None:
    answer = await office.send("GET", "/api/console")
    assert answer.status == 200
    policy = dict(each.strip().partition(" ")[::2] for each in answer.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("name", "said", "framed"),
    [
        ("book", "https://intranet.example https://*.teams.microsoft.com", True),
        ("door", "https://intranet.example https://*.teams.microsoft.com", True),
        ("book", "", False),
        ("book", "*; script-src *", False),
        ("console", "https://intranet.example https://*.teams.microsoft.com", False),
    ],
)
def test_a_page_is_framed_by_nobody_but_those_that_are_named_and_the_console_not_even_by_them(
    built: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str, framed: bool
) -> None:
    (built / f"{name}.html").write_text("<!doctype html><title>Lockstep</title>", "utf-8")
    monkeypatch.setenv("LOCKSTEP_FRAMED_BY", said)
    headers = pages.face(name).headers
    assert ("X-Frame-Options" in headers) is not framed
    wanted = f"frame-ancestors {said}" if framed else "frame-ancestors 'none'"
    assert headers["Content-Security-Policy"].endswith(wanted)


async def test_what_a_page_loads_is_kept_for_ever(office: Office, built: Path) -> None:
    answer = await office.send("GET", "/api/assets/small-CD.css")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/css")
    assert "immutable" in answer.headers["cache-control"]


async def test_a_browser_that_takes_it_packed_gets_it_packed(office: Office, built: Path) -> None:
    packed = await office.send("GET", "/api/assets/console-AB.js", headers={"Accept-Encoding": "gzip, br"})
    plain = await office.send("GET", "/api/assets/console-AB.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.body == plain.body == SCRIPT
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["notes.md", "console-AB.js.gz", "none.js", "..%2Fconsole.html", "%2e%2e"])
async def test_nothing_else_of_the_folder_can_be_had(office: Office, built: Path, name: str) -> None:
    assert (await office.send("GET", f"/api/assets/{name}")).status == 404


async def test_an_installation_without_built_pages_says_how_they_are_built(
    office: Office, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BUILT", built / "elsewhere")
    answer = await office.send("GET", "/api/console")
    assert answer.status == 404
    assert "make web" in answer.body["error"]["message"]


async def test_whoever_calls_is_told_what_they_may_do(office: Office) -> None:
    told = await office.ask("GET", "/api/me")
    assert (told["roles"], told["signed_in_by"]) == (["Reader", "Operator"], "key")
