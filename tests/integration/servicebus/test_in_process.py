"""The emulator as an object in the caller's own event loop."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from local.servicebus.queues import QueueSettings, load_queues
from local.servicebus.server import BindError, ServiceBusEmulator
from tests.integration.servicebus.bus import QUEUES


async def test_it_starts_serves_stops_and_starts_again_over_its_state(tmp_path: Path) -> None:
    first = ServiceBusEmulator(load_queues(QUEUES), tmp_path)
    port = await first.start()
    client = ServiceBusClient.from_connection_string(first.connection_string)
    async with client, client.get_queue_sender("taken") as sender:
        await sender.send_messages(ServiceBusMessage("kept"))
    await first.stop()
    await first.stop()
    second = ServiceBusEmulator(load_queues(QUEUES), tmp_path)
    assert await second.start(port=port) == port
    client = ServiceBusClient.from_connection_string(second.connection_string)
    async with client, client.get_queue_receiver("taken", max_wait_time=5) as receiver:
        (message,) = await receiver.receive_messages(1)
        await receiver.complete_message(message)
    await second.stop()
    assert str(message) == "kept"


async def test_it_refuses_to_listen_beyond_loopback() -> None:
    emulator = ServiceBusEmulator([QueueSettings("q")])
    with pytest.raises(BindError, match="loopback only"):
        await emulator.start("0.0.0.0")
    await emulator.stop()


async def test_without_a_state_directory_nothing_is_kept() -> None:
    for _ in range(2):
        emulator = ServiceBusEmulator([QueueSettings("q")])
        await emulator.start()
        client = ServiceBusClient.from_connection_string(emulator.connection_string)
        async with client, client.get_queue_sender("q") as sender:
            await sender.send_messages(ServiceBusMessage("a"))
        queue = emulator.namespace.find("Q")
        assert queue is not None
        assert len(queue.messages) == 1
        await emulator.stop()
