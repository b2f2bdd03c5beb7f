"""What the store says now, for each way in which Table Storage can fail. A small server gives the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.tables import Tables
from shared.domain.ids import ResourceId
from shared.domain.ledger import Head
from shared.ports.errors import PortError, Rejected, Retry
from shared.ports.ledgers import Writes

ROOM = ResourceId("tenant.room")
KEY = "c2VjcmV0"

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, body: object = "", headers: dict[str, str] | None = None, cut: int = 0) -> Answer:
    """An HTTP answer; ``cut`` bytes of its body are promised and never sent."""

    async def give(writer: asyncio.StreamWriter) -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        lines = [f"HTTP/1.1 {status} Some", "Content-Type: application/json", f"Content-Length: {len(data) + cut}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
        await writer.drain()

    return give


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def refusal(code: str) -> dict[str, object]:
    return {"odata.error": {"code": code, "message": {"lang": "en-US", "value": "words of the service"}}}


@asynccontextmanager
async def storage(*answers: Answer) -> AsyncIterator[tuple[TableLedgers, list[str]]]:
    """Ledgers on a server that gives ``answers``, the last one for ever; and the calls that were made."""
    left, calls = list(answers), list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await (left.pop(0) if len(left) > 1 else left[0])(writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tables = Tables.from_connection_string(
        f"DefaultEndpointsProtocol=http;AccountName=acc;AccountKey={KEY};TableEndpoint=http://127.0.0.1:{port}/acc;",
        on_call=calls.append,
    )
    try:
        yield TableLedgers(tables), calls
    finally:
        await tables.close()
        server.close()


async def failure(*answers: Answer) -> PortError:
    async with storage(*answers) as (ledgers, calls):
        with pytest.raises(PortError) as failed:
            await ledgers.head(ROOM)
        assert calls == ["ledgers.read"], "nothing may be repeated inside the process"
    return failed.value


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_service_that_is_busy_says_retry(status: int) -> None:
    error = await failure(answer(status, refusal("ServerBusy")))
    assert isinstance(error, Retry)
    assert error.after is None
    assert error.__cause__ is not None


@pytest.mark.parametrize(("said", "meant"), [("7", 7), ("0", 0), ("1.5", 1.5), ("-3", 0)])
async def test_the_time_that_the_service_names_is_kept(said: str, meant: float) -> None:
    error = await failure(answer(503, refusal("ServerBusy"), {"Retry-After": said}))
    assert isinstance(error, Retry)
    assert error.after == timedelta(seconds=meant)


async def test_a_date_as_the_time_to_retry_is_understood() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error = await failure(answer(429, refusal("ServerBusy"), {"Retry-After": later}))
    assert isinstance(error, Retry)
    assert error.after is not None
    assert timedelta(seconds=50) < error.after <= timedelta(seconds=60)


async def test_a_time_that_cannot_be_understood_is_no_time() -> None:
    error = await failure(answer(503, refusal("ServerBusy"), {"Retry-After": "soon"}))
    assert isinstance(error, Retry)
    assert error.after is None


async def test_a_connection_that_is_refused_says_retry() -> None:
    tables = Tables.from_connection_string(
        f"DefaultEndpointsProtocol=http;AccountName=acc;AccountKey={KEY};TableEndpoint=http://127.0.0.1:9/acc;"
    )
    with pytest.raises(Retry):
        await TableLedgers(tables).head(ROOM)
    await tables.close()


async def test_a_connection_that_is_reset_says_retry() -> None:
    assert isinstance(await failure(hang_up), Retry)


async def test_an_answer_that_breaks_off_in_the_middle_says_retry() -> None:
    assert isinstance(await failure(answer(200, '{"PartitionKey": "tenant.ro', cut=500)), Retry)


async def test_an_answer_that_is_garbled_says_retry() -> None:
    assert isinstance(await failure(answer(200, '{"PartitionKey": "tenant.ro')), Retry)


async def test_a_service_without_the_right_to_it_is_rejected_with_the_remedy() -> None:
    error = await failure(answer(403, refusal("AuthorizationPermissionMismatch")))
    assert isinstance(error, Rejected)
    assert error.code == "AuthorizationPermissionMismatch"
    assert "Storage Table Data Contributor" in str(error)


async def test_a_table_that_does_not_exist_is_rejected_with_the_remedy() -> None:
    error = await failure(answer(404, refusal("TableNotFound")))
    assert isinstance(error, Rejected)
    assert "ensure_tables" in str(error)


async def test_a_request_that_makes_no_sense_is_rejected_under_the_services_code() -> None:
    error = await failure(answer(400, refusal("InvalidInput")))
    assert isinstance(error, Rejected)
    assert error.code == "InvalidInput"


async def test_a_row_that_is_not_there_is_no_error() -> None:
    async with storage(answer(404, refusal("ResourceNotFound"))) as (ledgers, _):
        assert await ledgers.head(ROOM) == Head()


async def test_a_commit_whose_answer_is_lost_says_retry_and_is_not_sent_again() -> None:
    async with storage(hang_up) as (ledgers, calls):
        with pytest.raises(Retry):
            await ledgers.commit(ROOM, Head(), Head(token="t"), Writes())
        assert calls == ["ledgers.transaction"]


async def test_an_empty_page_that_continues_is_not_the_end() -> None:
    """Azurite never gives one early; the real service may at any time."""
    more = {"x-ms-continuation-NextPartitionKey": "1!8!dGVu"}
    step = {
        "PartitionKey": ROOM,
        "RowKey": "o|s",
        "v": 1,
        "b": '{"id":"s","cause":"held","since":"2026-11-20T09:00:00+00:00"}',
    }
    pages = (answer(200, {"value": []}, more), answer(200, {"value": []}, more), answer(200, {"value": [step]}))
    async with storage(*pages) as (ledgers, calls):
        assert [each.id for each in await ledgers.open_steps(ROOM)] == ["s"]
        assert calls == ["ledgers.query"] * 3


async def test_a_second_page_that_fails_fails_the_whole_read() -> None:
    more = {"x-ms-continuation-NextPartitionKey": "1!8!dGVu"}
    async with storage(answer(200, {"value": []}, more), answer(503, refusal("ServerBusy"))) as (ledgers, _):
        with pytest.raises(Retry):
            await ledgers.open_steps(ROOM)
