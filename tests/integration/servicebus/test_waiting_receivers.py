"""64 receivers wait for any session, as the functions host lets them: waiting is cheap and handing over is quick.

The figures are kept as properties of the tests (`--junit-xml`).
"""

from __future__ import annotations

import asyncio
import selectors
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from local.servicebus.amqp.performatives import Attach, Detach, Disposition, Transfer
from local.servicebus.amqp.types import UInt
from tests.integration.servicebus.bus import Broker, Bus, eventually, until
from tests.integration.servicebus.wire import Wire

QUEUE = "waiting"
RECEIVERS = 64
SDK_RECEIVERS = 16
"""Fewer, because opening each costs the SDK half a second and much processor time."""


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of its own, so that its processor time is this test's."""
    broker = Broker()
    yield broker
    broker.stop()


def _p50_p95(milliseconds: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(milliseconds, n=20)
    return statistics.median(milliseconds), cuts[18]


def test_a_new_message_reaches_one_of_64_waiting_links_within_milliseconds(
    broker: Broker, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """On the wire: from sending the message to holding the session, and on to holding the message."""
    bus = broker.start()
    accepted_ms: list[float] = []
    received_ms: list[float] = []
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(RECEIVERS):
            receiver = stack.enter_context(Wire(bus)).open()
            receiver.ask_receiver(QUEUE, session=None)
            selector.register(receiver.socket, selectors.EVENT_READ, receiver)
        assert eventually(lambda: bus.counts(QUEUE)["waiting_receivers"] == RECEIVERS)
        sender = stack.enter_context(Wire(bus)).open()
        sender.attach_sender(QUEUE)
        for number in range(RECEIVERS):
            began = time.perf_counter()
            sender.transfer(b"wake up", delivery=number, session=f"s{number}")
            ((key, _), *others) = selector.select(5)
            assert not others
            chosen: Wire = key.data
            assert chosen.expect(Attach).source is not None
            accepted_ms.append(1000 * (time.perf_counter() - began))
            chosen.credit(1)
            chosen.expect(Transfer)
            received_ms.append(1000 * (time.perf_counter() - began))
            sender.expect(Disposition)
            selector.unregister(chosen.socket)
    accepted, received = _p50_p95(accepted_ms), _p50_p95(received_ms)
    record_testsuite_property("accepted_ms_p50_p95", accepted)
    record_testsuite_property("received_ms_p50_p95", received)
    assert received[0] < 10
    assert received[1] < 50


def test_waiting_again_every_second_costs_the_broker_little(
    broker: Broker, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """64 links that time out and are attached anew 20 times, as 64 idle slots do in 20 seconds."""
    bus = broker.start()
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(bus)).open() for _ in range(RECEIVERS)]
        before = broker.cpu_seconds()
        for _ in range(20):
            for wire in wires:
                wire.ask_receiver(QUEUE, session=None, timeout=UInt(20))
            for wire in wires:
                assert wire.expect(Attach).source is None
                assert wire.expect(Detach).closed
        used = broker.cpu_seconds() - before
    record_testsuite_property("processor_us_per_wait", 1_000_000 * used / (20 * RECEIVERS))
    assert bus.counts(QUEUE)["waiting_receivers"] == 0
    assert used < 20 * 0.1


async def test_the_sdk_s_waiting_receivers_get_a_session_each(
    broker: Broker, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Through the SDK, all in this process: its own polling of 50 ms is most of what is measured."""
    bus = broker.start()
    sent: dict[str, float] = {}
    took_ms: list[float] = []

    async def serve(client: ServiceBusClient) -> ServiceBusReceiver:
        receiver = client.get_queue_receiver(QUEUE, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=30)
        await receiver.__aenter__()
        (message,) = await receiver.receive_messages(1)
        took_ms.append(1000 * (time.perf_counter() - sent[str(message.session_id)]))
        await receiver.complete_message(message)
        return receiver

    async with bus.aio_client() as client, client.get_queue_sender(QUEUE) as sender:
        serving = [asyncio.create_task(serve(client)) for _ in range(SDK_RECEIVERS)]
        await until(lambda: bus.counts(QUEUE)["waiting_receivers"] == SDK_RECEIVERS)
        for number in range(SDK_RECEIVERS):
            sent[f"s{number}"] = time.perf_counter()
            await sender.send_messages(ServiceBusMessage("wake up", session_id=f"s{number}"))
            await asyncio.sleep(0.02)
        receivers = await asyncio.gather(*serving)
        await asyncio.gather(*(receiver.close() for receiver in receivers))
    assert _left(bus) == 0
    p50, p95 = _p50_p95(took_ms)
    record_testsuite_property("sdk_ms_p50_p95", (p50, p95))
    assert p95 < 2000


def _left(bus: Bus) -> int:
    counts = bus.counts(QUEUE)
    return int(counts["active"]) + int(counts["locked"])
