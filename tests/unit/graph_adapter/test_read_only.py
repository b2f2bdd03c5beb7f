"""A client that may only read lets no write out, alone or within a batch."""

from __future__ import annotations

import pytest
from azure.core.credentials_async import AsyncTokenCredential

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import Request, batch
from shared.ports.errors import Rejected, Retry

READ = Request("GET", "/users/a/events", "events", "read the calendar")
WRITES = {
    method: Request(method, "/users/a/events", "events", "write the calendar", body={"subject": "x"})
    for method in ("POST", "PATCH", "DELETE", "PUT")
}


def no_credential() -> AsyncTokenCredential:
    raise Retry("the way out was taken")


def client() -> GraphClient:
    return GraphClient(no_credential, "http://127.0.0.1:9/v1.0", read_only=True)


@pytest.mark.parametrize(
    "request_", [*WRITES.values(), batch([READ, WRITES["POST"]], "ask")], ids=[*WRITES, "in a batch"]
)
async def test_a_write_does_not_leave(request_: Request) -> None:
    with pytest.raises(Rejected, match="read-only") as refused:
        await client().send(request_)
    assert refused.value.code == "read_only"


@pytest.mark.parametrize("request_", [READ, batch([READ, READ], "ask")], ids=["alone", "in a batch"])
async def test_a_read_goes_its_way(request_: Request) -> None:
    with pytest.raises(Retry, match="the way out was taken"):
        await client().send(request_)
