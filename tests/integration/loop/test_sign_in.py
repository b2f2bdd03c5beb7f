"""The running app behind App Service authentication, as far as one machine can play it: the host asks for no key, the
app asks who is calling. Nothing here takes headers away from outsiders, as the platform does; so where the platform is
not on duty, nobody gets in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.web import Web
from tests.unit.functions.calling.principals import APPLICATION, BEHIND_SIGN_IN, signed_in

pytestmark = pytest.mark.stack

ON_DUTY, NOT_ON_DUTY = "True", ""


def _started(folder: pytest.TempPathFactory, on_duty: str) -> Iterator[Stack]:
    (name,) = BEHIND_SIGN_IN.keys() - {"LOCKSTEP_SIGN_IN"}
    made = Stack(folder.mktemp("signed-in"))
    try:
        made.start().rewrite_settings({"LOCKSTEP_SIGN_IN": APPLICATION, name: on_duty})
        made.kill_host()
        made.start_host()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module", params=[ON_DUTY, NOT_ON_DUTY], ids=["on duty", "not on duty"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, bool]]:
    for made in _started(tmp_path_factory, request.param):
        yield made, request.param == ON_DUTY


@pytest.fixture
async def app(stack: tuple[Stack, bool]) -> AsyncIterator[tuple[Web, str, bool]]:
    """The app without any header, its function key, and whether the platform is on duty."""
    made, is_on_duty = stack
    async with aiohttp.ClientSession() as session:
        yield Web(session, made.described["host"], {}), made.described["function_key"], is_on_duty


async def test_a_function_key_opens_nothing(app: tuple[Web, str, bool]) -> None:
    web, key, is_on_duty = app
    for method, path in (("GET", "/api/resources"), ("POST", "/api/sweep"), ("GET", "/api/openapi.json")):
        answer = await web.send(method, path, None, {"x-functions-key": key})
        assert answer.status == (401 if is_on_duty else 500)
        assert set(answer.body) == {"error"}


async def test_roles_open_what_they_are_for(app: tuple[Web, str, bool]) -> None:
    web, _, is_on_duty = app
    tried = {
        ("GET", "/api/resources", "Reader"): 200,
        ("POST", "/api/sweep", "Reader"): 403,
        ("POST", "/api/sweep", "Operator"): 202,
        ("GET", "/api/resources", "Guest"): 403,
    }
    for (method, path, role), status in tried.items():
        answer = await web.send(method, path, None, signed_in(role))
        assert answer.status == (status if is_on_duty else 500), (method, path, role, answer.body)


async def test_graph_and_health_come_through_as_ever(app: tuple[Web, str, bool]) -> None:
    web, _, _ = app
    assert (await web.ask("GET", "/api/health")) == {"status": "ok"}
    handshake = await web.send("POST", "/api/notifications/changes?resource=x&validationToken=abc")
    assert (handshake.status, handshake.body) == (200, "abc")
    assert (await web.send("POST", "/api/notifications/changes?resource=x", {"value": []})).status == 202
    assert (await web.send("GET", "/api/story/k1.x.y")).status == 404
