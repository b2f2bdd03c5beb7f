"""What every keeper of the installation's keys promises, in memory and in Table Storage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.adapters.tables.secrets import TableSecrets
from shared.adapters.tables.tables import Tables
from shared.ports.ledgers import Secrets
from tests.doubles.secrets import MemorySecrets

Opened = Callable[[], Awaitable[Tables]]


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def processes(request: pytest.FixtureRequest, opened: Opened) -> list[Secrets]:
    """Three processes of one installation."""
    if request.param == "memory":
        return [MemorySecrets(), MemorySecrets(), MemorySecrets()]
    tables = await opened()
    return [TableSecrets(tables), TableSecrets(tables), TableSecrets(tables)]


async def test_the_fingerprint_key_has_32_bytes_and_stays(processes: list[Secrets]) -> None:
    key = await processes[0].fingerprint_key()
    assert len(key) == 32
    assert await processes[0].fingerprint_key() == key
    assert await processes[1].fingerprint_key() == key


async def test_the_client_state_ring_has_a_current_key_and_stays(processes: list[Secrets]) -> None:
    ring = await processes[0].client_state_keys()
    assert ring
    assert all(len(key) == 32 for key in ring.values())
    assert list((await processes[1].client_state_keys()).items()) == list(ring.items())


async def test_the_keys_are_not_one_key(processes: list[Secrets]) -> None:
    ring = await processes[0].client_state_keys()
    assert await processes[0].fingerprint_key() not in ring.values()


async def test_processes_that_start_at_the_same_moment_agree(processes: list[Secrets]) -> None:
    keys = await asyncio.gather(*(each.fingerprint_key() for each in processes))
    rings = await asyncio.gather(*(each.client_state_keys() for each in processes))
    assert len(set(keys)) == 1
    assert rings[0] == rings[1] == rings[2]


async def test_a_caller_cannot_change_the_ring(processes: list[Secrets]) -> None:
    ring = await processes[0].client_state_keys()
    ring.clear()
    assert await processes[0].client_state_keys()


@pytest.mark.stack
async def test_two_installations_do_not_share_their_keys(azurite: str) -> None:
    made = []
    for prefix in ("first", "second"):
        tables = Tables.from_connection_string(azurite, prefix=prefix)
        await tables.ensure_tables()
        made.append(await TableSecrets(tables).fingerprint_key())
        await tables.close()
    assert made[0] != made[1]
