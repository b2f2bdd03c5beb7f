"""What the stack refuses without an identity: keys, plain connections, tokens for something else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError
from azure.data.tables.aio import TableServiceClient
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusConnectionError, ServiceBusError

from shared.adapters.servicebus.wakeups import ServiceBusWakeups
from shared.domain.ids import ResourceId
from shared.ports.errors import Rejected, Retry
from tests.integration.identity.conftest import Served
from tests.integration.identity.offices import trusting
from tests.integration.loop.driving.web import Web

QUEUE_AUDIENCE, TABLES_AUDIENCE = "https://servicebus.azure.net/", "https://storage.azure.com"


class Given:
    """A credential that holds one token, whatever it is asked for."""

    def __init__(self, token: str, expires: int) -> None:
        self._token = AccessToken(token, expires)

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        return self._token

    async def close(self) -> None: ...

    async def __aenter__(self) -> Given:
        return self

    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture
async def controls(served: Served) -> AsyncIterator[Web]:
    async with aiohttp.ClientSession(connector=trusting(served[0])) as session:
        yield Web(session, served[0].described["graph"], {})


async def token_for(controls: Web, audience: str, life: int = 3600) -> Given:
    made = await controls.ask("POST", "/sim/token", {"resource": audience, "expires_in": life})
    return Given(made["access_token"], int(made["expires_on"]))


async def send(client: ServiceBusClient) -> None:
    async with client, client.get_queue_sender("wakeups") as sender:
        await sender.send_messages(ServiceBusMessage(b"{}", session_id="nobody.1"))


async def test_a_token_for_the_queue_opens_the_queue(served: Served, controls: Web) -> None:
    where, token = served[0].described, await token_for(controls, QUEUE_AUDIENCE)
    await send(ServiceBusClient(where["broker"], token, connection_verify=where["trusted"], retry_total=0))


@pytest.mark.parametrize(("audience", "life"), [(TABLES_AUDIENCE, 3600), (QUEUE_AUDIENCE, -60)])
async def test_a_token_for_something_else_or_of_yesterday_does_not_open_the_queue(
    served: Served, controls: Web, audience: str, life: int
) -> None:
    where, token = served[0].described, await token_for(controls, audience, life)
    with pytest.raises((ServiceBusAuthenticationError, ServiceBusError)) as refused:
        await send(ServiceBusClient(where["broker"], token, connection_verify=where["trusted"], retry_total=0))
    assert not isinstance(refused.value, ServiceBusConnectionError)


async def test_a_key_does_not_open_the_queue(served: Served) -> None:
    where = served[0].described
    text = f"Endpoint=sb://{where['broker']}/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c29tZQ=="
    with pytest.raises(ServiceBusError) as refused:
        await send(ServiceBusClient.from_connection_string(text, connection_verify=where["trusted"], retry_total=0))
    assert "LocalAuthDisabled" in str(refused.value.inner_exception)


async def test_the_product_tells_a_refused_identity_from_a_queue_that_is_away(served: Served, controls: Web) -> None:
    where, token = served[0].described, await token_for(controls, TABLES_AUDIENCE)
    wakeups = ServiceBusWakeups.at(where["broker"], cast("Any", token), "wakeups", where["trusted"])
    with pytest.raises(Rejected, match="give its identity the role"):
        await wakeups.send((ResourceId("nobody.1"),), "sweep")
    away = ServiceBusWakeups.at("127.255.255.254", cast("Any", token), "wakeups", where["trusted"])
    with pytest.raises(Retry, match="could not be reached"):
        await away.send((ResourceId("nobody.1"),), "sweep")


async def test_whoever_does_not_trust_the_stacks_authority_is_not_connected(served: Served, controls: Web) -> None:
    where, token = served[0].described, await token_for(controls, QUEUE_AUDIENCE)
    with pytest.raises(ServiceBusError, match=r"(?i)certificate"):
        await send(ServiceBusClient(where["broker"], token, retry_total=0))
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(where["graph"] + "/sim/mailboxes")


async def test_a_token_for_the_tables_opens_the_tables_and_no_other_does(served: Served, controls: Web) -> None:
    where = served[0].described
    async with _tables(where, await token_for(controls, TABLES_AUDIENCE)) as service:
        await service.create_table_if_not_exists("opened")
        assert "opened" in {table.name async for table in service.list_tables()}
    for audience, life in ((QUEUE_AUDIENCE, 3600), (TABLES_AUDIENCE, -60)):
        async with _tables(where, await token_for(controls, audience, life)) as service:
            with pytest.raises((ClientAuthenticationError, HttpResponseError)):
                _ = [table async for table in service.list_tables()]


async def test_nothing_answers_without_tls(served: Served) -> None:
    where = served[0].described
    async with aiohttp.ClientSession() as session:
        for address in (where["graph"], where["tables"]):
            with pytest.raises((aiohttp.ClientError, ServiceRequestError)):
                await session.get(address.replace("https:", "http:"))


def _tables(where: Any, token: Given) -> TableServiceClient:
    return TableServiceClient(where["tables"], credential=token, connection_verify=where["trusted"], retry_total=0)
