"""The Service Bus trigger of the host against the broker, both as processes, through the unmodified SDK."""

import json
import signal
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from tests.integration.host.driving import Process, Seen, until

Start = Callable[..., Process]


def _client(broker: Process) -> ServiceBusClient:
    return ServiceBusClient.from_connection_string(
        f"Endpoint=sb://127.0.0.1:{broker.ports[0]};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"
    )


def _send(broker: Process, queue: str, *messages: ServiceBusMessage) -> None:
    # not closed: that takes the SDK a second, and the broker is killed in the end
    _client(broker).get_queue_sender(queue).send_messages(list(messages))


def _message(name: str, session: str | None = None, **order: float) -> ServiceBusMessage:
    return ServiceBusMessage(json.dumps(order), message_id=name, session_id=session)


def _fault(broker: Process, kind: str, seconds: float) -> None:
    body = json.dumps({"kind": kind, "seconds": seconds}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{broker.ports[1]}/sim/faults", body, method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
        assert answer.status < 300


def _queues(broker: Process) -> dict[str, Any]:
    """What is in the queues, by the broker's own account."""
    address = f"http://127.0.0.1:{broker.ports[1]}/sim/queues"
    with urllib.request.urlopen(address, timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _is_empty(broker: Process, queue: str) -> bool:
    found = _queues(broker)[queue]
    return bool(found["active"] == found["locked"] == 0)


def test_a_message_reaches_its_function_once_and_is_then_gone(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    host = start_queue_host(bus)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    message = ServiceBusMessage(
        "{}", message_id="m1", session_id="room", application_properties={"traceparent": parent}
    )
    _send(bus, "wakeups", message)
    [begun] = until(lambda: seen.all("begun"))
    until(lambda: seen.all("ended", id="m1"))
    assert (begun["session"], begun["delivery"], begun["body"]) == ("room", 1, "{}")
    assert begun["properties"] == {"traceparent": parent}
    assert begun["trace"].split("-")[1] == parent.split("-")[1]
    assert begun["trace"] != parent
    until(lambda: _is_empty(bus, "wakeups"))
    assert host.stop() == 0
    assert len(seen.all("begun")) == 1


def test_one_session_runs_in_order_and_one_at_a_time(broker: Start, start_queue_host: Start, seen: Seen) -> None:
    bus = broker()
    start_queue_host(bus)
    _send(bus, "wakeups", *(_message(f"m{number}", "room", sleep=0.02) for number in range(10)))
    until(lambda: len(seen.all("ended")) == 10)
    kinds = [(line["kind"], line["id"]) for line in seen.all()]
    assert kinds == [(kind, f"m{number}") for number in range(10) for kind in ("begun", "ended")]


def test_many_sessions_run_side_by_side_although_few_links_wait(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    """Facts 1.4.1: cardinality one runs up to maxConcurrentSessions sessions at the same time."""
    bus = broker()
    start_queue_host(bus)
    _send(bus, "wakeups", *(_message(f"m{number}", f"room{number}", sleep=12) for number in range(30)))
    until(lambda: len(seen.all("begun")) == 30, 60)
    first_end = min([line["at"] for line in until(lambda: seen.all("ended"), 60)])
    assert max(line["at"] for line in seen.all("begun")) < first_end


def test_a_session_is_left_after_its_idle_time_and_taken_again_when_a_message_comes(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    start_queue_host(bus)
    _send(bus, "wakeups", _message("m1", "room"))
    until(lambda: seen.all("ended", id="m1"))
    assert _queues(bus)["wakeups"]["sessions"]["room"]["held"]
    until(lambda: not _queues(bus)["wakeups"]["sessions"].get("room", {}).get("held"), 3)
    _send(bus, "wakeups", _message("m2", "room"))
    until(lambda: seen.all("ended", id="m2"))


def test_a_failure_is_abandoned_at_once_and_dead_lettered_by_the_broker(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    """Facts 1.4.5: nothing waits between redeliveries; after maxDeliveryCount (3 here) the message is dead."""
    bus = broker()
    host = start_queue_host(bus)
    _send(bus, "wakeups", _message("bad", "room", fail=9), _message("good", "room"))
    until(lambda: seen.all("ended", id="good"))
    deliveries = seen.all("begun", id="bad")
    assert [line["delivery"] for line in deliveries] == [1, 2, 3]
    assert deliveries[-1]["at"] - deliveries[0]["at"] < 2
    assert _queues(bus)["wakeups"]["dead_lettered"] == 1
    told = [line for line in host.lines if "in_session failed" in line]
    assert len(told) == 3
    assert all("ValueError: told to fail at" in line and "invocation" in line for line in told)


def test_a_lock_is_renewed_while_a_function_runs_longer_than_it(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    """maxAutoLockRenewalDuration: the lock lasts 5 s here, the function 8 s, and it runs once."""
    bus = broker()
    start_queue_host(bus)
    _send(bus, "wakeups", _message("long", "room", sleep=8))
    _send(bus, "plain", _message("plain long", sleep=8))
    until(lambda: seen.all("ended", id="long") and seen.all("plain", id="plain long"), 20)
    assert len(seen.all("begun", id="long")) == len(seen.all("plain begun", id="plain long")) == 1


def test_a_queue_without_sessions_runs_up_to_max_concurrent_calls(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    start_queue_host(bus)
    _send(bus, "plain", *(_message(f"m{number}", sleep=1) for number in range(6)))
    until(lambda: len(seen.all("plain")) == 6)
    ends = sorted(line["at"] for line in seen.all("plain"))
    starts = sorted(line["at"] for line in seen.all("plain begun"))
    running = [sum(start <= at for start in starts) - sum(end < at for end in ends) for at in starts]
    assert max(running) == 3


def test_a_failing_message_of_a_plain_queue_is_dead_lettered(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    start_queue_host(bus)
    _send(bus, "plain", _message("bad", fail=9), _message("once", fail=1))
    until(lambda: seen.all("plain", id="once", delivery=2))
    until(lambda: len(seen.all("plain begun", id="bad")) == 3)
    until(lambda: _queues(bus)["plain"]["dead_lettered"] == 1)
    until(lambda: _is_empty(bus, "plain"))


def test_a_batch_function_with_sessions_serves_one_session_at_a_time(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    """Facts 1.4.1: cardinality many with sessions ignores maxConcurrentSessions, and sits on an emptied session for
    the idle time (1 s here) before it takes the next."""
    bus = broker()
    start_queue_host(bus)
    _send(bus, "batches", *(_message(f"m{number}", f"room{number % 2}") for number in range(6)))
    until(lambda: len(seen.all("batch")) == 6)
    lines = seen.all("batch")
    assert {line["size"] for line in lines} == {3}
    assert [line["session"] for line in lines] == ["room0"] * 3 + ["room1"] * 3
    assert lines[3]["at"] - lines[2]["at"] > 0.9


def test_a_failing_batch_is_abandoned_whole(broker: Start, start_queue_host: Start, seen: Seen) -> None:
    """Facts 1.4.5: the delivery count rises for all messages of the batch."""
    bus = broker()
    start_queue_host(bus)
    _send(bus, "batches", _message("good", "room"), _message("bad", "room", fail=1))
    until(lambda: len(seen.all("batch", delivery=2)) == 2)
    assert [(line["id"], line["delivery"]) for line in seen.all("batch")] == [
        ("good", 1), ("bad", 1), ("good", 2), ("bad", 2),
    ]  # fmt: skip


def test_an_empty_body_in_a_batch_fails_the_whole_batch_with_an_index_error(
    broker: Start, start_queue_host: Start
) -> None:
    """Facts 1.4.3."""
    bus = broker()
    host = start_queue_host(bus)
    _send(bus, "batches", _message("good", "room"), ServiceBusMessage(b"", message_id="empty", session_id="room"))
    until(lambda: sum("in_batch failed" in line and "IndexError" in line for line in host.lines) == 3)
    until(lambda: _queues(bus)["batches"]["dead_lettered"] == 2)


def test_a_host_that_is_killed_loses_no_message_and_the_next_one_takes_it_at_once(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    """A session ends with its connection, so the next host does not wait for a lock."""
    bus = broker()
    host = start_queue_host(bus)
    _send(bus, "wakeups", _message("m1", "room", sleep=1))
    until(lambda: seen.all("begun", id="m1"))
    host.kill()
    start_queue_host(bus)
    until(lambda: seen.all("ended", id="m1"), 4)
    assert len(seen.all("begun", id="m1")) == 2


def test_sigterm_lets_a_running_function_end_and_settles_its_message(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    host = start_queue_host(bus)
    _send(bus, "wakeups", _message("m1", "room", sleep=1.5), _message("m2", "room"))
    until(lambda: seen.all("begun", id="m1"))
    assert host.stop() == 0
    assert [line["id"] for line in seen.all("ended")] == ["m1"]
    assert _queues(bus)["wakeups"]["sessions"]["room"]["active"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_host_ends_quietly_while_nothing_runs(broker: Start, start_queue_host: Start, number: int) -> None:
    host = start_queue_host(broker())
    host.child.send_signal(number)
    assert host.child.wait(10) == 0
    assert not [line for line in host.lines if "Traceback" in line or " ERROR " in line]


def test_a_function_that_does_not_end_within_the_drain_time_leaves_its_message_to_the_next_host(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    host = start_queue_host(bus, "--drain", "0.5")
    _send(bus, "wakeups", _message("m1", "room", sleep=2))
    until(lambda: seen.all("begun", id="m1"))
    began = time.monotonic()
    assert host.stop() == 0
    assert time.monotonic() - began < 5
    assert any("were still running after 0.5 s" in line for line in host.lines)
    start_queue_host(bus)
    until(lambda: seen.all("ended", id="m1"))


def test_a_broker_that_is_killed_and_started_again_is_found_again(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    host = start_queue_host(bus)
    _send(bus, "wakeups", _message("m1", "room"))
    until(lambda: seen.all("ended", id="m1"))
    bus.kill()
    until(lambda: any("trying again until it works" in line for line in host.lines))
    bus = broker(bus.ports[0])
    _send(bus, "wakeups", _message("m2", "room"), _message("m3", "other"))
    until(lambda: seen.all("ended", id="m2") and seen.all("ended", id="m3"), 10)
    assert host.child.poll() is None
    assert sum("in_session on queue wakeups" in line and "trying again" in line for line in host.lines) == 1
    assert any("works again" in line for line in host.lines)


def test_a_host_that_starts_before_its_broker_serves_once_it_is_there(
    broker: Start, start_queue_host: Start, seen: Seen
) -> None:
    bus = broker()
    bus.kill()
    start_queue_host(bus)
    bus = broker(bus.ports[0])
    _send(bus, "wakeups", _message("m1", "room"))
    until(lambda: seen.all("ended", id="m1"), 10)


@pytest.mark.parametrize("kind", ["hang", "reset", "drop_links"])
def test_a_disturbed_broker_costs_time_and_no_message(
    broker: Start, start_queue_host: Start, seen: Seen, kind: str
) -> None:
    bus = broker()
    start_queue_host(bus)
    _send(bus, "wakeups", *(_message(f"m{number}", f"room{number % 4}", sleep=0.2) for number in range(20)))
    until(lambda: len(seen.all("ended")) >= 4)
    _fault(bus, kind, 1.5)
    until(lambda: len({line["id"] for line in seen.all("ended")}) == 20, 40)
