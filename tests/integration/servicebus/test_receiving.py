"""Ways to receive with the synchronous SDK: deleting, ahead of need, in many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient as AioClient

from tests.integration.servicebus.bus import Bus
from tests.integration.servicebus.conftest import Handlers


def test_receive_and_delete_removes_on_the_way_out(handlers: Handlers) -> None:
    handlers.sender("taken").send_messages([ServiceBusMessage(str(number)) for number in range(20)])
    receiver = handlers.receiver("taken", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE)
    got: list[str] = []
    while len(got) < 20:
        got += [str(message) for message in receiver.receive_messages(20)]
    assert got == [str(number) for number in range(20)]
    assert receiver.peek_messages(1) == []


def test_iterating_with_prefetch_and_closing_gives_back_what_was_not_taken(handlers: Handlers, bus: Bus) -> None:
    sender = handlers.sender("prefetched")
    sender.send_messages([ServiceBusMessage(str(number)) for number in range(10)])
    with bus.client() as client:
        with client.get_queue_receiver("prefetched", prefetch_count=10, max_wait_time=5) as receiver:
            for message in receiver:
                assert str(message) == "0"
                receiver.complete_message(message)
                break
        with client.get_queue_receiver("prefetched", prefetch_count=10, max_wait_time=5) as receiver:
            seen: list[tuple[str, int | None]] = []
            for message in receiver:
                seen.append((str(message), message.delivery_count))
                receiver.complete_message(message)
                if len(seen) == 9:
                    break
    assert seen == [(str(number), 0) for number in range(1, 10)]


def test_many_threads_send_and_receive_at_once_and_each_message_is_got_once(bus: Bus) -> None:
    with bus.client() as client:

        def send(thread: int) -> None:
            with client.get_queue_sender("parallel") as sender:
                for number in range(20):
                    sender.send_messages(ServiceBusMessage(f"{thread}/{number}"))

        def receive(_thread: int) -> list[str]:
            got: list[str] = []
            with client.get_queue_receiver("parallel", max_wait_time=1) as receiver:
                while messages := receiver.receive_messages(10):
                    for message in messages:
                        receiver.complete_message(message)
                        got.append(str(message))
            return got

        with ThreadPoolExecutor(6) as pool:
            sending = [pool.submit(send, thread) for thread in range(3)]
            receiving = [pool.submit(receive, thread) for thread in range(3)]
            for job in sending:
                job.result()
            got = [text for job in receiving for text in job.result()]
    assert sorted(got) == sorted(f"{thread}/{number}" for thread in range(3) for number in range(20))


def test_the_synchronous_client_works_in_sessions_too(bus: Bus) -> None:
    with bus.client() as client:
        with client.get_queue_sender("sessions") as sender:
            sender.send_messages([ServiceBusMessage(text, session_id="sync") for text in ("a", "b")])
        with client.get_queue_receiver("sessions", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=3) as receiver:
            assert receiver.session.session_id == "sync"
            receiver.session.set_state("half way")
            before = receiver.session.locked_until_utc
            assert before is not None
            assert receiver.session.renew_lock() >= before
            got = []
            for message in receiver:
                receiver.complete_message(message)
                got.append(str(message))
                if len(got) == 2:
                    break
            assert receiver.session.get_state() == b"half way"
    assert got == ["a", "b"]


async def test_the_asynchronous_client_does_the_same_on_a_plain_queue(bus: Bus) -> None:
    client: AioClient = bus.aio_client()
    async with client, client.get_queue_sender("expiring") as sender:
        await sender.send_messages([ServiceBusMessage(text) for text in ("done", "again", "dead", "later")])
        async with client.get_queue_receiver("expiring", max_wait_time=5) as receiver:
            got = {str(message): message for message in await receiver.receive_messages(4)}
            while len(got) < 4:
                got |= {str(message): message for message in await receiver.receive_messages(4)}
            await receiver.complete_message(got["done"])
            await receiver.dead_letter_message(got["dead"], reason="dead")
            await receiver.defer_message(got["later"])
            await receiver.renew_message_lock(got["again"])
            await receiver.abandon_message(got["again"])
            (again,) = await receiver.receive_messages(1)
            assert (str(again), again.delivery_count) == ("again", 1)
            await receiver.complete_message(again)
            number = got["later"].sequence_number
            assert number is not None
            (later,) = await receiver.receive_deferred_messages(number)
            await receiver.complete_message(later)
            assert await receiver.peek_messages(1) == []
        async with client.get_queue_receiver("expiring", sub_queue="deadletter", max_wait_time=5) as dead:
            (message,) = await dead.receive_messages(1)
            assert message.dead_letter_reason == "dead"
            await dead.complete_message(message)
