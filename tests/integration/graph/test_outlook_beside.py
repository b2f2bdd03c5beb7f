"""The page that plays Outlook: served by the simulator with what it loads, and with nothing beside that."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from tests.integration.graph.simulator import Client, running


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


async def _load(graph: Client, path: str) -> tuple[int, str, str, str]:
    async with graph.session.get(URL(graph.base + path, encoded=True)) as answer:
        policy = answer.headers.get("Content-Security-Policy", "")
        return answer.status, answer.content_type, policy, await answer.text()


async def test_everything_that_the_page_loads_is_there_and_nothing_comes_from_elsewhere(graph: Client) -> None:
    status, kind, policy, page = await _load(graph, "/sim/outlook")
    assert (status, kind) == (200, "text/html")
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    seen, ahead = set(), set(re.findall(r'(?:src|href)="(/[^"]+)"', page))
    while ahead:
        path = ahead.pop()
        seen.add(path)
        status, kind, _, text = await _load(graph, path)
        assert (status, kind) in ((200, "text/javascript"), (200, "text/css")), path
        ahead |= {f"/sim/outlook/{name}" for name in re.findall(r'from "\./([^"]+)"', text)} - seen
    assert len(seen) > 5
    assert not re.search(r'(?:src|href)="https?:', page)


@pytest.mark.parametrize("name", ["none.js", "serving.py", "..%2Fserving.py", "..%2f..%2fseed.py", "%2e%2e"])
async def test_no_other_file_can_be_had(graph: Client, name: str) -> None:
    assert (await _load(graph, f"/sim/outlook/{name}"))[0] in (400, 404)
