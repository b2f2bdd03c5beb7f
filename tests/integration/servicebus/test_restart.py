"""The broker killed with SIGKILL and started again over its state: what was acknowledged is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

from tests.integration.servicebus.bus import Broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(state=tmp_path)
    yield broker
    broker.stop()


def test_messages_states_and_dead_letters_survive_a_kill(broker: Broker) -> None:
    with broker.start().client() as client, client.get_queue_sender("sessions") as sender:
        sender.send_messages([ServiceBusMessage(text, session_id="s") for text in ("a", "b", "c", "d")])
        due = datetime.now(UTC) + timedelta(seconds=3)
        sender.schedule_messages(ServiceBusMessage("later", session_id="s"), due)
        receiver = client.get_queue_receiver("sessions", session_id="s", max_wait_time=5)
        receiver.session.set_state("half way")
        messages = receiver.receive_messages(4)
        while len(messages) < 4:
            messages += receiver.receive_messages(4 - len(messages))
        receiver.complete_message(messages[0])
        receiver.dead_letter_message(messages[1], reason="tested")
        receiver.abandon_message(messages[2])
        broker.kill()
    bus = broker.start()
    counts = bus.counts("sessions")
    assert (counts["active"], counts["scheduled"], counts["locked"], counts["dead_lettered"]) == (2, 1, 0, 1)
    with bus.client() as client, client.get_queue_receiver("sessions", session_id="s", max_wait_time=8) as receiver:
        assert receiver.session.get_state() == b"half way"
        got = []
        for message in receiver:
            got.append((str(message), message.delivery_count))
            receiver.complete_message(message)
            if len(got) == 3:
                break
    assert got == [("c", 1), ("d", 0), ("later", 0)]


def test_every_acknowledged_message_survives_a_kill_in_the_middle_of_sending(broker: Broker) -> None:
    acknowledged = 0
    with broker.start().client() as client, client.get_queue_sender("taken") as sender:
        try:
            while True:
                sender.send_messages(ServiceBusMessage(str(acknowledged)))
                acknowledged += 1
                if acknowledged == 200:
                    broker.kill()
        except ServiceBusError:
            assert acknowledged >= 200
    bus = broker.start()
    with bus.client() as client, client.get_queue_receiver("taken") as receiver:
        kept = [str(message) for message in receiver.peek_messages(1000)]
    # The one in flight may have been taken and not acknowledged.
    assert kept[:acknowledged] == [str(number) for number in range(acknowledged)]
    assert len(kept) <= acknowledged + 1


def test_the_sdk_comes_back_by_itself_when_the_broker_does(broker: Broker) -> None:
    with (
        broker.start().client(retry_total=10, retry_backoff_factor=0.1) as client,
        client.get_queue_sender("taken") as sender,
        client.get_queue_receiver("taken", max_wait_time=10) as receiver,
    ):
        sender.send_messages(ServiceBusMessage("before"))
        broker.kill()
        broker.start()
        sender.send_messages(ServiceBusMessage("after"))
        got: list[str] = []
        while len(got) < 2:
            messages = receiver.receive_messages(2)
            assert messages
            for message in messages:
                receiver.complete_message(message)
                got.append(str(message))
    assert got == ["before", "after"]
