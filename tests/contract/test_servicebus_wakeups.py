"""How sending wake-ups bears a broker that breaks, and that a burst or a sweep loses none."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from local.servicebus.faults import Fault
from local.servicebus.queues import load_queues
from local.servicebus.server import ServiceBusEmulator
from shared.adapters.servicebus import wakeups as adapter
from shared.adapters.servicebus.wakeups import ServiceBusWakeups
from shared.domain.ids import ResourceId
from shared.ports.errors import Retry

pytestmark = pytest.mark.stack

QUEUE = "wakeups"
QUEUES = Path(__file__).resolve().parents[2] / "infra" / "queues.json"


def room(number: int) -> ResourceId:
    return ResourceId(f"0d1e2f30-0000-4000-8000-000000000001.01K000000000000000000{number:05}")


@pytest.fixture
async def broker() -> AsyncIterator[ServiceBusEmulator]:
    emulator = ServiceBusEmulator(load_queues(QUEUES))
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def wakeups(broker: ServiceBusEmulator) -> AsyncIterator[ServiceBusWakeups]:
    opened = ServiceBusWakeups.from_connection_string(broker.connection_string, QUEUE)
    yield opened
    await opened.close()


def standing(broker: ServiceBusEmulator) -> dict[str, int]:
    """How many wake-ups stand in the queue for each resource."""
    counts: Any = broker.namespace.counts()[QUEUE]
    return {session: states["active"] for session, states in counts["sessions"].items()}


async def test_a_sweep_of_3000_resources_in_one_call_wakes_each_once(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await wakeups.send([room(number) for number in range(3000)], "sweep")
    assert standing(broker) == {room(number): 1 for number in range(3000)}


async def test_a_burst_of_calls_loses_none(broker: ServiceBusEmulator, wakeups: ServiceBusWakeups) -> None:
    await asyncio.gather(*(wakeups.send([room(number % 20)], "notification") for number in range(300)))
    assert set(standing(broker)) == {room(number) for number in range(20)}


async def test_calls_that_wait_together_share_a_message_for_each_resource_and_cause(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    calls = [(room(number % 20), cause) for number in range(300) for cause in ("notification", "command")]
    await asyncio.gather(*(wakeups.send([resource], cause) for resource, cause in calls))
    # The first goes alone, all others wait meanwhile and go together.
    assert standing(broker) == {room(number): 3 if number == 0 else 2 for number in range(20)}


async def test_what_was_sent_already_stands_for_nothing_later(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    for _ in range(3):
        await wakeups.send([room(1)], "notification")
    assert standing(broker) == {room(1): 3}


async def test_a_broker_that_dropped_the_idle_link_is_reached_again_at_once(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await wakeups.send([room(1)], "notification")
    await broker.faults.start(Fault("drop_links", None))
    await wakeups.send([room(2)], "notification")
    assert standing(broker)[room(2)] >= 1


async def test_a_broker_that_was_restarted_between_two_sends_is_reached_again_at_once(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await wakeups.send([room(1)], "notification")
    await broker.faults.start(Fault("refuse", None))
    await broker.faults.stop("refuse")
    await wakeups.send([room(2)], "notification")
    assert standing(broker)[room(2)] >= 1


async def test_a_broker_that_is_away_says_retry_and_is_used_again_when_it_is_back(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await broker.faults.start(Fault("refuse", None))
    with pytest.raises(Retry):
        await wakeups.send([room(1)], "notification")
    await broker.faults.stop("refuse")
    await wakeups.send([room(1)], "notification")
    assert standing(broker) == {room(1): 1}


async def test_every_call_of_a_burst_on_a_broker_that_is_away_is_told(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await broker.faults.start(Fault("refuse", None))
    outcomes = await asyncio.gather(
        *(wakeups.send([room(number)], "notification") for number in range(10)), return_exceptions=True
    )
    assert [type(each) for each in outcomes] == [Retry] * 10


async def test_a_broker_that_hangs_says_retry_in_the_end(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_ATTEMPT_SECONDS", 2.0)  # opening a link takes the SDK half a second
    await wakeups.send([room(1)], "notification")
    await broker.faults.start(Fault("hang", None))
    with pytest.raises(Retry):
        await wakeups.send([room(2)], "notification")
    await broker.faults.stop("hang")
    await wakeups.send([room(3)], "notification")
    assert standing(broker)[room(3)] == 1


async def test_a_caller_that_is_cancelled_takes_nobody_elses_wake_ups_with_it(
    broker: ServiceBusEmulator, wakeups: ServiceBusWakeups
) -> None:
    await wakeups.send([room(1)], "notification")
    await broker.faults.start(Fault("hang", None))
    impatient = asyncio.create_task(wakeups.send([room(2)], "notification"))
    patient = asyncio.create_task(wakeups.send([room(3)], "notification"))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    await broker.faults.stop("hang")
    await patient
    assert standing(broker)[room(3)] >= 1


async def test_a_queue_that_does_not_exist_yet_says_retry(broker: ServiceBusEmulator) -> None:
    opened = ServiceBusWakeups.from_connection_string(broker.connection_string, "nowhere")
    with pytest.raises(Retry, match="nowhere"):
        await opened.send([room(1)], "notification")
    await opened.close()


async def test_nothing_is_connected_until_the_first_send() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        port = listener.getsockname()[1]
        opened = ServiceBusWakeups.from_connection_string(
            f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;",
            QUEUE,
        )
        await opened.send([], "notification")
        await opened.close()
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_the_queue_of_the_tests_is_the_deployed_one() -> None:
    assert json.loads(QUEUES.read_text())[QUEUE]["requiresSession"] is True
