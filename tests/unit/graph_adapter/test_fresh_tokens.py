"""A token that was asked for afresh counts for what follows, and takes none from what is on its way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from azure.core.credentials import AccessToken
from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.transport import Authentication

SCOPE = "https://graph.microsoft.com/.default"


@dataclass
class Credential:
    """Gives its number as a token once it may; after it was closed it gives none."""

    number: int
    may: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        await self.may.wait()
        assert not self.closed, "a closed credential was asked"
        return AccessToken(str(self.number), int(time.time()) + 3600)

    async def close(self) -> None:
        self.closed = True


class Credentials(list[Credential]):
    """The credentials that were made, the first of which keeps people waiting where that is asked."""

    def make(self) -> Any:
        self.append(Credential(len(self) + 1))
        self[-1].may.set()
        return self[-1]


def request() -> RequestInformation:
    asked = RequestInformation()
    asked.url = "https://graph.microsoft.com/v1.0/users"
    return asked


async def signed(authentication: Authentication) -> str:
    asked = request()
    await authentication.authenticate_request(asked)
    headers = asked.request_headers
    assert headers is not None
    return str(headers["authorization"])


async def test_requests_carry_a_fresh_token_once_one_was_asked_for() -> None:
    made = Credentials()
    client = GraphClient(made.make, "http://127.0.0.1:9/v1.0", scope=SCOPE)
    authentication = client._transport().authentication
    assert await signed(authentication) == "Bearer 1"
    assert await client.token() == "2"
    assert await signed(authentication) == "Bearer 3"
    assert [each.closed for each in made] == [True, True, False]
    await client.aclose()


async def test_a_request_that_waits_for_its_token_still_gets_it_when_the_credential_is_replaced() -> None:
    made = Credentials()
    authentication = Authentication(made.make, SCOPE)
    await signed(authentication)
    made[0].may.clear()
    waiting = asyncio.create_task(signed(authentication))
    await asyncio.sleep(0)
    await authentication.renew(authentication.generation)
    assert not made[0].closed
    made[0].may.set()
    assert await waiting == "Bearer 1"
    assert made[0].closed
    await authentication.aclose()
