"""The broker made unreachable on request: what clients see, and that nothing is lost by it."""

from __future__ import annotations

import socket
import urllib.error
from collections.abc import Iterator

import pytest
from azure.servicebus import ServiceBusMessage

from local.servicebus.amqp.frames import frame
from local.servicebus.amqp.performatives import Attach, Begin, Detach, Disposition, Transfer, encode_performative
from local.servicebus.amqp.types import Described, UInt, ULong
from tests.integration.servicebus.bus import Bus, eventually
from tests.integration.servicebus.wire import WINDOW, Gone, Wire

POST = b"POST /sim/faults HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def faulty(emulator: Bus) -> Iterator[Bus]:
    """The emulator, whole again afterwards."""
    yield emulator
    emulator.ask("DELETE", "/sim/faults")


def _endpoint(bus: Bus) -> tuple[str, int]:
    host, _, port = bus.connection_string.partition("//")[2].partition(";")[0].partition(":")
    return host, int(port)


def test_refusing_resets_who_is_there_and_refuses_who_comes(faulty: Bus) -> None:
    with Wire(faulty) as wire:
        wire.open()
        faulty.fault("refuse")
        with pytest.raises((Gone, ConnectionError)):
            wire.take()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(_endpoint(faulty), 5)
    faulty.ask("DELETE", "/sim/faults")
    with Wire(faulty) as wire:
        wire.open()


def test_a_fault_ends_by_itself_after_its_seconds(faulty: Bus) -> None:
    faulty.fault("refuse", seconds=0.3)
    (fault,) = faulty.ask("GET", "/sim/faults")
    assert fault["kind"] == "refuse"
    assert 0 < fault["seconds"] <= 0.3
    assert eventually(lambda: faulty.ask("GET", "/sim/faults") == [])
    with Wire(faulty) as wire:
        wire.open()


def test_hanging_keeps_connections_open_in_silence_and_answers_afterwards(faulty: Bus) -> None:
    with Wire(faulty, timeout=0.4) as wire:
        wire.open()
        wire.attach_sender("taken")
        faulty.fault("hang")
        wire.transfer(b"asked while hung", delivery=0)
        with pytest.raises(TimeoutError):
            wire.take()
        assert faulty.counts("taken")["active"] == 0
        with Wire(faulty, timeout=0.4) as newcomer:
            newcomer.octets(b"AMQP\x03\x01\x00\x00")
            with pytest.raises(TimeoutError):
                newcomer.header()
            faulty.ask("DELETE", "/sim/faults")
            assert newcomer.header() == b"AMQP\x03\x01\x00\x00"
        wire.expect(Disposition)
    assert faulty.counts("taken")["active"] == 1


def test_resetting_breaks_off_in_the_middle_of_an_answer_after_the_work_was_done(faulty: Bus) -> None:
    with Wire(faulty) as wire:
        wire.open()
        wire.attach_sender("taken")
        faulty.fault("reset")
        wire.transfer(b"taken all the same", delivery=0)
        with pytest.raises((Gone, ConnectionError)):
            wire.take()
    assert faulty.counts("taken")["active"] == 1


def test_dropping_links_detaches_all_and_gives_back_locks_and_sessions_without_a_count(faulty: Bus) -> None:
    with Wire(faulty) as wire:
        wire.open()
        wire.attach_sender("sessions")
        wire.transfer(b"a", delivery=0, session="s")
        wire.expect(Disposition)
        wire.ask_receiver("sessions", handle=1, session="s")
        wire.expect(Attach)
        wire.credit(1, handle=1)
        wire.expect(Transfer)
        wire.ask_receiver("waiting", handle=2, session=None)
        assert eventually(lambda: faulty.counts("waiting")["waiting_receivers"] == 1)
        faulty.fault("drop_links")
        detached = [wire.expect(Detach) for _ in range(3)]
        assert {int(detach.handle) for detach in detached} == {0, 1, 2}
        assert all(detach.closed for detach in detached)
        counts = faulty.counts("sessions")
        assert (counts["active"], counts["locked"], counts["sessions"]["s"]["held"]) == (1, 0, False)
        assert faulty.counts("waiting")["waiting_receivers"] == 0


def test_the_sdk_goes_on_after_its_links_were_dropped(faulty: Bus) -> None:
    with (
        faulty.client(retry_total=5, retry_backoff_factor=0.1) as client,
        client.get_queue_sender("taken") as sender,
        client.get_queue_receiver("taken", max_wait_time=5) as receiver,
    ):
        sender.send_messages(ServiceBusMessage("a"))
        (message,) = receiver.receive_messages(1)
        faulty.fault("drop_links")
        sender.send_messages(ServiceBusMessage("b"))
        got: dict[str, int | None] = {}
        while len(got) < 2:
            messages = receiver.receive_messages(2)
            assert messages, faulty.counts("taken")
            for message in messages:
                receiver.complete_message(message)
                got[str(message)] = message.delivery_count
    assert got == {"a": 0, "b": 0}


def test_counts_show_every_state_per_queue_and_session(faulty: Bus) -> None:
    with Wire(faulty) as wire:
        wire.open()
        wire.attach_sender("sessions")
        for delivery, session in enumerate(("s", "s", "t")):
            wire.transfer(b"a", delivery=delivery, session=session)
            wire.expect(Disposition)
        wire.ask_receiver("sessions", handle=1, session="s")
        wire.expect(Attach)
        wire.credit(1, handle=1)
        wire.expect(Transfer)
        assert faulty.counts("sessions") == {
            "active": 2,
            "scheduled": 0,
            "deferred": 0,
            "locked": 1,
            "dead_lettered": 0,
            "waiting_receivers": 0,
            "sessions": {
                "s": {"active": 1, "scheduled": 0, "deferred": 0, "locked": 1, "held": True, "has_state": False},
                "t": {"active": 1, "scheduled": 0, "deferred": 0, "locked": 0, "held": False, "has_state": False},
            },
        }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"kind": "explode"}, "a fault is"),
        ([], "a fault is"),
        ({"kind": "hang", "seconds": -1}, "seconds must be above 0"),
        ({"kind": "hang", "seconds": "long"}, "seconds must be above 0"),
    ],
)
def test_a_fault_that_cannot_be_made_is_refused_in_a_sentence(faulty: Bus, body: object, says: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        faulty.ask("POST", "/sim/faults", body)
    assert refusal.value.code == 400
    assert says in refusal.value.read().decode()
    assert faulty.ask("GET", "/sim/faults") == []


@pytest.mark.parametrize(
    ("request_octets", "status"),
    [
        pytest.param(b"GET /sim/queues HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", b"400", id="a rebound name"),
        pytest.param(b"GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n", b"404", id="another path"),
        pytest.param(
            b"POST /sim/faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{x}", b"400", id="no JSON"
        ),
        pytest.param(
            b"POST /sim/faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
            b"400",
            id="a huge body",
        ),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"400", id="huge headers"),
        pytest.param(b"\r\n\r\n", b"400", id="no request"),
    ],
)
def test_the_control_answers_what_it_does_not_serve(emulator: Bus, request_octets: bytes, status: bytes) -> None:
    host, _, port = emulator.control.partition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), 5) as client:
        client.sendall(request_octets)
        assert client.recv(1000).split(b" ")[1] == status


def test_locks_run_on_while_the_broker_hangs(faulty: Bus) -> None:
    with Wire(faulty) as wire:
        wire.open()
        wire.ask_receiver("brief", session="s")
        wire.expect(Attach)
        faulty.fault("hang")
        assert faulty.counts("brief")["sessions"]["s"]["held"]
        assert eventually(lambda: faulty.counts("brief")["sessions"] == {})
        faulty.ask("DELETE", "/sim/faults")
        assert wire.expect(Detach).closed


def test_a_second_session_on_one_connection_has_links_of_its_own(emulator: Bus) -> None:
    with Wire(emulator) as wire:
        wire.open()
        wire.attach_sender("taken")
        wire.octets(frame(5, encode_performative(Begin(None, UInt(0), WINDOW, WINDOW))))
        assert wire.expect(Begin).remote_channel == 5
        attach = Attach("other", UInt(0), False, target=Described(ULong(0x29), ["taken"]))
        wire.octets(frame(5, encode_performative(attach)))
        assert wire.expect(Attach).name == "other"
