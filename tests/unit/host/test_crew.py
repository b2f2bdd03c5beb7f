"""Links that wait for work, and locks that are kept while a function runs, without a broker."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from local.host.crew import Crew
from local.host.lock_keeper import LockKeeper, delay_before_renewal


@pytest.mark.parametrize(("remaining", "delay"), [(60.0, 50.0), (10.0, 5.0), (0.3, 0.0), (-1.0, 0.0)])
def test_a_lock_is_renewed_ten_seconds_or_half_its_rest_before_it_ends(remaining: float, delay: float) -> None:
    assert delay_before_renewal(remaining) == delay


async def test_renewing_stops_after_the_longest_time_and_with_the_function() -> None:
    renewed: list[datetime] = []

    async def renew() -> datetime:
        renewed.append(datetime.now(UTC))
        return datetime.now(UTC) + timedelta(seconds=0.1)

    soon = datetime.now(UTC) + timedelta(seconds=0.1)
    async with LockKeeper(renew, soon, 0.05, "session s"):
        await asyncio.sleep(0.3)
    within = len(renewed)
    assert within >= 1
    await asyncio.sleep(0.15)
    assert len(renewed) == within
    async with LockKeeper(renew, soon, 0.0, "session s"):
        await asyncio.sleep(0.05)
    assert len(renewed) == within


class _Work:
    """Work that a test hands out, and workers that take it."""

    def __init__(self) -> None:
        self.offered: asyncio.Queue[bool] = asyncio.Queue()
        self.working = 0
        self.most_working = 0
        self.hired = 0
        self.closed = 0
        self.release = asyncio.Event()
        self.broken = False

    def hire(self) -> "_Hand":
        self.hired += 1
        return _Hand(self)


class _Hand:
    def __init__(self, work: _Work) -> None:
        self._work = work

    async def wait(self) -> bool:
        if self._work.broken:
            raise ConnectionError("no broker")
        return await self._work.offered.get()

    async def work(self) -> None:
        self._work.working += 1
        self._work.most_working = max(self._work.most_working, self._work.working)
        await self._work.release.wait()
        self._work.working -= 1

    async def close(self) -> None:
        self._work.closed += 1


async def _settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the crew has no event for a test
            await asyncio.sleep(0.005)


async def test_few_workers_wait_and_more_come_as_they_are_taken_up_to_the_bound() -> None:
    work = _Work()
    crew = Crew("f", work.hire, most=10, spare=2)
    await crew.start()
    assert crew.size == 2
    for _ in range(15):
        work.offered.put_nowait(True)
    await _settled(lambda: work.working == 10)
    assert crew.size == 10
    work.release.set()
    await _settled(work.offered.empty)
    assert work.most_working == 10
    await crew.stop()
    assert (crew.size, work.hired) == (0, work.closed)


async def test_a_worker_that_waited_in_vain_leaves_only_while_enough_others_wait() -> None:
    work = _Work()
    work.release.set()
    crew = Crew("f", work.hire, most=10, spare=2)
    await crew.start()
    for _ in range(6):
        work.offered.put_nowait(True)
    await _settled(lambda: work.offered.empty() and work.working == 0)
    for _ in range(20):
        work.offered.put_nowait(False)
    await _settled(work.offered.empty)
    await _settled(lambda: crew.size == 2)
    await crew.stop()


async def test_a_broker_that_is_away_is_told_once_and_found_again(caplog: pytest.LogCaptureFixture) -> None:
    work = _Work()
    work.broken = True
    crew = Crew("f on queue q", work.hire, most=4, spare=1)
    with caplog.at_level(logging.INFO):
        await crew.start()
        await _settled(lambda: work.hired >= 3)
        work.broken = False
        work.offered.put_nowait(True)
        await _settled(lambda: work.working == 1)
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "f on queue q: no broker; trying again until it works"
    assert len(lines) == 2
    assert "works again" in lines[1]
    work.release.set()
    await crew.stop()


async def test_stopping_lets_work_in_hand_end_and_takes_nothing_new() -> None:
    work = _Work()
    crew = Crew("f", work.hire, most=1, spare=1)
    await crew.start()
    work.offered.put_nowait(True)
    work.offered.put_nowait(True)
    await _settled(lambda: work.working == 1)
    stopping = asyncio.create_task(crew.stop())
    await asyncio.sleep(0.02)
    assert not stopping.done()
    work.release.set()
    await stopping
    assert work.offered.qsize() == 1
