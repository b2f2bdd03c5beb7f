"""What an application proves itself with at the token endpoint: only what its tenant has registered opens it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from local.graph.identity import ASSERTION
from local.graph.tokens import LOCAL_APP
from tests.integration.graph.simulator import Client, running
from tests.integration.identity.offices.certificate import new_certificate

APP = "aaaaaaaa-0000-4000-8000-000000000000"
EXCHANGE = "api://AzureADTokenExchange"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


async def register(graph: Client, **proof: str) -> None:
    answer = await graph.post("/sim/identity", {"registered": {APP: proof}})
    assert answer.status == 200, answer.body


async def ask(graph: Client, **proof: str) -> tuple[int, list[int]]:
    """The status, and the numbers of Entra's errors."""
    form = {"grant_type": "client_credentials", "client_id": APP, "scope": "https://graph.microsoft.com/.default"}
    if "client_assertion" in proof:
        form["client_assertion_type"] = ASSERTION
    path = f"{graph.base}/{graph.store.tenant_id}/oauth2/v2.0/token"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with graph.session.post(path, data=urlencode(form | proof), headers=headers) as response:
        body: dict[str, Any] = await response.json()
    return response.status, body.get("error_codes", [])


def signed(key: str, graph: Client, **changes: Any) -> str:
    endpoint = f"{graph.base}/{graph.store.tenant_id}/oauth2/v2.0/token"
    claims = {"aud": endpoint, "iss": APP, "sub": APP, "exp": int(time.time()) + 600, **changes}
    return jwt.encode(claims, key, algorithm="PS256")


async def test_the_registered_secret_opens_and_no_other_does(graph: Client) -> None:
    await register(graph, secret="right")
    assert await ask(graph, client_secret="right") == (200, [])
    assert await ask(graph, client_secret="wrong") == (401, [7000215])
    assert await ask(graph, client_assertion="a.b.c") == (401, [7000215])


async def test_an_assertion_signed_by_the_registered_certificate_opens(graph: Client) -> None:
    certificate, key = new_certificate()
    await register(graph, certificate=certificate)
    assert await ask(graph, client_assertion=signed(key, graph)) == (200, [])


@pytest.mark.parametrize(
    "changes", [{"aud": "https://elsewhere"}, {"iss": "another"}, {"sub": "another"}, {"exp": 1}], ids=str
)
async def test_an_assertion_for_something_else_does_not(graph: Client, changes: dict[str, Any]) -> None:
    certificate, key = new_certificate()
    await register(graph, certificate=certificate)
    assert await ask(graph, client_assertion=signed(key, graph, **changes)) == (401, [700027])


async def test_an_assertion_signed_by_another_key_does_not(graph: Client) -> None:
    await register(graph, certificate=new_certificate()[0])
    assert await ask(graph, client_assertion=signed(new_certificate()[1], graph)) == (401, [700027])
    assert await ask(graph, client_secret="anything") == (401, [7000218])


async def test_a_token_of_the_registered_identity_for_the_exchange_opens(graph: Client) -> None:
    await register(graph, federated=LOCAL_APP)
    assert await ask(graph, client_assertion=await graph.new_token(resource=EXCHANGE)) == (200, [])


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, 700212),
        ({"resource": "https://servicebus.azure.net/"}, 700212),
        ({"resource": EXCHANGE, "appId": "another"}, 70021),
        ({"resource": EXCHANGE, "expires_in": -60}, 50027),
    ],
    ids=["a token for Graph", "a token for the queue", "another identity", "a token of yesterday"],
)
async def test_another_token_does_not(graph: Client, wanted: dict[str, Any], code: int) -> None:
    await register(graph, federated=LOCAL_APP)
    assert await ask(graph, client_assertion=await graph.new_token(**wanted)) == (401, [code])


async def test_an_identity_of_another_tenant_does_not(graph: Client) -> None:
    await register(graph, federated=LOCAL_APP, home="another tenant")
    assert await ask(graph, client_assertion=await graph.new_token(resource=EXCHANGE)) == (401, [70021])


@pytest.mark.parametrize("entry", [{}, {"secret": "a", "certificate": "b"}, {"password": "a"}], ids=str)
async def test_a_registration_of_no_one_kind_is_refused(graph: Client, entry: dict[str, str]) -> None:
    answer = await graph.post("/sim/identity", {"registered": {APP: entry}})
    assert answer.status == 400
    assert "exactly one of" in str(answer.body)
