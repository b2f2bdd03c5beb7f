"""What every keeper of the installation's keys promises, in memory and in Table Storage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

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


async def test_a_new_key_comes_first_and_the_others_stay(processes: list[Secrets]) -> None:
    before = await processes[0].client_state_keys()
    made = await processes[0].add_client_state_key()
    after = await processes[0].client_state_keys()
    assert list(after) == [made, *before]
    assert {name: after[name] for name in before} == before
    assert len(after[made]) == 32


async def test_two_new_keys_are_two_keys(processes: list[Secrets]) -> None:
    first, second = await processes[0].add_client_state_key(), await processes[0].add_client_state_key()
    assert list(await processes[0].client_state_keys())[:2] == [second, first]


async def test_a_key_that_is_removed_is_not_there_and_the_others_stay(processes: list[Secrets]) -> None:
    keeper = processes[0]
    (old,) = await keeper.client_state_keys()
    new = await keeper.add_client_state_key()
    assert [each.id for each in await keeper.client_state_ring()] == [new, old]
    await keeper.remove_client_state_key(old)
    assert list(await keeper.client_state_keys(old)) == [new]
    assert [each.id for each in await keeper.client_state_ring()] == [new]


async def test_the_only_key_stays(processes: list[Secrets]) -> None:
    (only,) = await processes[0].client_state_keys()
    await processes[0].remove_client_state_key(only)
    assert list(await processes[0].client_state_keys()) == [only]


async def test_a_key_after_one_that_was_removed_is_none_that_was_there(processes: list[Secrets]) -> None:
    keeper = processes[0]
    (first,) = await keeper.client_state_keys()
    second = await keeper.add_client_state_key()
    await keeper.remove_client_state_key(first)
    assert await keeper.add_client_state_key() not in (first, second)


async def test_the_ring_tells_when_a_key_was_made(processes: list[Secrets]) -> None:
    before = datetime.now(UTC)
    await processes[0].add_client_state_key()
    newest = (await processes[0].client_state_ring())[0]
    assert newest.made_at is not None
    assert before <= newest.made_at <= datetime.now(UTC)


async def test_a_revoked_link_is_remembered_and_no_other(processes: list[Secrets]) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    await processes[0].revoke("1.payload/+?#.mac", until)
    await processes[0].revoke("1.payload/+?#.mac", until)
    assert await processes[0].is_revoked("1.payload/+?#.mac")
    assert not await processes[0].is_revoked("1.payload.mac")


@pytest.mark.stack
class TestInAnotherProcess:
    """Processes share a ring only where it is kept outside them."""

    async def test_a_key_that_another_process_made_is_found_when_it_is_named(self, opened: Opened) -> None:
        mine, others = await _two_processes(opened)
        made = await mine.add_client_state_key()
        assert made not in await others.client_state_keys()
        assert made in await others.client_state_keys("1", made)

    async def test_a_key_that_nobody_made_is_not_there_after_all(self, opened: Opened) -> None:
        mine, _ = await _two_processes(opened)
        assert list(await mine.client_state_keys("nobody's")) == ["1"]

    async def test_a_key_that_another_process_removed_is_forgotten_within_minutes(
        self, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine, others = await _two_processes(opened)
        made = await mine.add_client_state_key()
        assert made in await others.client_state_keys(made)
        await mine.remove_client_state_key("1")
        assert "1" in await others.client_state_keys()
        monkeypatch.setattr("shared.adapters.tables.secrets._OLD_AFTER", 0.0)
        await others.client_state_keys()
        assert others._refreshing is not None
        await others._refreshing
        assert list(await others.client_state_keys()) == [made]

    async def test_what_another_process_revoked_is_revoked(self, opened: Opened) -> None:
        mine, others = await _two_processes(opened)
        await mine.revoke("a link", datetime.now(UTC) + timedelta(days=30))
        assert await others.is_revoked("a link")

    async def test_revoked_links_that_have_ended_make_place(self, opened: Opened) -> None:
        mine, _ = await _two_processes(opened)
        await mine.revoke("ended", datetime.now(UTC) - timedelta(seconds=1))
        await mine.revoke("new", datetime.now(UTC) + timedelta(days=1))
        assert (await mine.is_revoked("ended"), await mine.is_revoked("new")) == (False, True)

    async def test_keys_that_two_processes_make_at_the_same_moment_both_stay(self, opened: Opened) -> None:
        mine, others = await _two_processes(opened)
        made = await asyncio.gather(mine.add_client_state_key(), others.add_client_state_key())
        assert set(await mine.client_state_keys(*made)) == {"1", *made}
        assert len(set(made)) == 2

    async def test_a_flood_of_unknown_keys_costs_few_readings(self, opened: Opened) -> None:
        tables = await opened()
        keeper = TableSecrets(tables)
        await keeper.client_state_keys()
        read, readings = tables.table("secrets").read, 0

        async def counted(partition: str, key: str) -> Any:
            nonlocal readings
            readings += 1
            return await read(partition, key)

        keeper._table.read = counted  # type: ignore[method-assign]
        await asyncio.gather(*(keeper.client_state_keys(f"unknown{each}") for each in range(500)))
        assert 1 <= readings <= 2


async def _two_processes(opened: Opened) -> tuple[TableSecrets, TableSecrets]:
    tables = await opened()
    mine, others = TableSecrets(tables), TableSecrets(tables)
    await mine.client_state_keys()
    await others.client_state_keys()
    return mine, others


@pytest.mark.stack
async def test_two_installations_do_not_share_their_keys(azurite: str) -> None:
    made = []
    for prefix in ("first", "second"):
        tables = Tables.from_connection_string(azurite, prefix=prefix)
        await tables.ensure_tables()
        made.append(await TableSecrets(tables).fingerprint_key())
        await tables.close()
    assert made[0] != made[1]
