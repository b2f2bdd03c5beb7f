"""Clients that no SDK is: garbage, giant claims, half messages. The broker tells them off and serves the others."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import pytest

from local.servicebus.amqp.encode import described_list, encode
from local.servicebus.amqp.frames import AMQP_HEADER, SASL_HEADER, frame
from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Transfer,
    encode_performative,
)
from local.servicebus.amqp.types import Described, UByte, UInt, ULong
from tests.integration.servicebus.bus import Broker, Bus
from tests.integration.servicebus.wire import WINDOW, Gone, Wire

QUEUE = "taken"


@pytest.fixture
def wire(emulator: Bus) -> Iterator[Wire]:
    with Wire(emulator) as wire:
        yield wire


@pytest.fixture(autouse=True)
def others_are_served(emulator: Bus) -> Iterator[None]:
    """Whatever one client does, another that was there before can still send and receive after it."""
    with Wire(emulator) as other:
        other.open()
        other.attach_sender(QUEUE)
        yield
        other.transfer(b"still here", delivery=0)
        _, octets = other.take()
        assert octets == b""
        other.ask_receiver(QUEUE, handle=1, deleting=True)
        other.expect(Attach)
        other.credit(100, handle=1)
        while not octets.endswith(b"still here"):
            _, octets = other.take()


def _condition(error: Described | None) -> object:
    assert error is not None
    assert isinstance(error.value, list)
    return error.value[0]


def _is_cut(wire: Wire) -> bool:
    try:
        while True:
            wire.take()
    except (Gone, ConnectionError):
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("greeting", [b"GET / HTTP/1.1\r\n", AMQP_HEADER, b"\x00" * 8, b"AMQP\x02\x01\x00\x00"])
def test_a_client_that_does_not_begin_with_sasl_is_told_the_header_and_cut(wire: Wire, greeting: bytes) -> None:
    wire.octets(greeting)
    assert wire.header() == SASL_HEADER
    assert _is_cut(wire)


@pytest.mark.parametrize(
    ("octets", "condition"),
    [
        pytest.param(b"\xff\xff\xff\xff\x02\x00\x00\x00", "amqp:connection:framing-error", id="four gigabytes"),
        pytest.param(b"\x00\x00\x00\x01\x02\x00\x00\x00", "amqp:connection:framing-error", id="too short"),
        pytest.param(frame(0, b"\x40"), "amqp:decode-error", id="no performative"),
        pytest.param(frame(0, b"\x00" * 60_000), "amqp:decode-error", id="descriptors without end"),
        pytest.param(
            frame(0, b"\x00\x53\x11" + bytes.fromhex("f000000005ffffffff45")), "amqp:decode-error", id="many nulls"
        ),
        pytest.param(frame(0, described_list(0x12, [UInt(1)])), "amqp:decode-error", id="a numeric link name"),
        pytest.param(frame(0, encode_performative(Open("again"))), "amqp:illegal-state", id="open twice"),
        pytest.param(
            frame(300, encode_performative(Begin(None, UInt(0), WINDOW, WINDOW))), "amqp:not-allowed", id="channel 300"
        ),
    ],
)
def test_what_is_not_amqp_closes_the_connection_with_the_reason(wire: Wire, octets: bytes, condition: str) -> None:
    wire.open()
    wire.octets(octets)
    assert _condition(wire.expect(Close).error) == condition
    assert _is_cut(wire)


def test_a_frame_before_open_is_refused(wire: Wire) -> None:
    wire.octets(SASL_HEADER)
    wire.header()
    wire.take()
    wire.send(Begin(None, UInt(0), WINDOW, WINDOW))
    assert _condition(wire.expect(Close).error) == "amqp:illegal-state"


def test_random_bytes_after_the_handshake_never_hang_or_hurt(emulator: Bus) -> None:
    dice = random.Random(7)
    for _ in range(60):
        with Wire(emulator, timeout=2) as wire:
            wire.open()
            body = b"\x00\x53" + bytes([dice.choice((0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17))])
            body += dice.randbytes(dice.randrange(60))
            wire.octets(frame(dice.randrange(3), body))
            wire.send(Close())
            assert _is_cut(wire)


def test_handles_beyond_the_limit_and_in_use_end_the_session_only(wire: Wire) -> None:
    wire.open()
    wire.ask_receiver(QUEUE, handle=256)
    assert _condition(wire.expect(End).error) == "amqp:resource-limit-exceeded"
    wire.send(Begin(None, UInt(0), WINDOW, WINDOW))
    wire.expect(Begin)
    wire.attach_sender(QUEUE)
    wire.send(Attach("another", UInt(0), False, target=Described(ULong(0x29), [QUEUE])))
    assert _condition(wire.expect(End).error) == "amqp:session:handle-in-use"


@pytest.mark.parametrize(
    ("target", "condition"),
    [
        pytest.param(None, "amqp:invalid-field", id="no target"),
        pytest.param(Described(ULong(0x30), [None]), "amqp:not-implemented", id="a transaction coordinator"),
        pytest.param(Described(ULong(0x29), [None]), "amqp:invalid-field", id="no address"),
        pytest.param(Described(ULong(0x29), ["amqps://[/x"]), "amqp:invalid-field", id="no URL"),
        pytest.param(Described(ULong(0x29), ["nowhere"]), "amqp:not-found", id="no such queue"),
        pytest.param(Described(ULong(0x29), [f"{QUEUE}/$deadletterqueue"]), "amqp:not-allowed", id="dead letters"),
    ],
)
def test_a_link_to_nowhere_is_refused_with_a_null_target_then_detached(
    wire: Wire, target: Described | None, condition: str
) -> None:
    wire.open()
    wire.send(Attach("link", UInt(0), False, target=target))
    assert wire.expect(Attach).target is None
    detach = wire.expect(Detach)
    assert detach.closed
    assert _condition(detach.error) == condition


@pytest.mark.parametrize("octets", [b"\x40", b"\x00\x53\x75\xb0\xff\xff\xff\xff", encode(Described(ULong(1), 1.0))])
def test_a_message_that_is_none_is_rejected_and_the_link_goes_on(wire: Wire, octets: bytes) -> None:
    wire.open()
    wire.attach_sender(QUEUE)
    wire.send(Transfer(UInt(0), UInt(0), b"t", UInt(0), False, False), octets)
    state = wire.expect(Disposition).state
    assert state is not None
    assert state.descriptor == 0x25
    assert isinstance(state.value, list)
    error = state.value[0]
    assert isinstance(error, Described)
    assert _condition(error) == "amqp:decode-error"
    wire.transfer(b"fine", delivery=1)
    assert wire.expect(Disposition).state == Described(ULong(0x24), [])


def test_a_message_of_sixty_megabytes_is_not_kept_in_memory_and_is_refused() -> None:
    broker = Broker()
    with Wire(broker.start()) as wire:
        wire.open()
        wire.attach_sender(QUEUE)
        before = broker.resident_bytes()
        piece = b"\x00\x53\x75\xb0\x7f\xff\xff\xff" + b"x" * 60_000
        for number in range(1000):
            wire.send(Transfer(UInt(0), UInt(0), b"t", UInt(0), False, number < 999), piece)
        state = wire.expect(Disposition).state
        assert broker.resident_bytes() - before < 10_000_000
    broker.stop()
    assert state is not None
    assert isinstance(state.value, list)
    error = state.value[0]
    assert isinstance(error, Described)
    assert _condition(error) == "amqp:link:message-size-exceeded"


def test_an_aborted_delivery_leaves_nothing(wire: Wire, emulator: Bus) -> None:
    wire.open()
    wire.attach_sender(QUEUE)
    wire.send(Transfer(UInt(0), UInt(0), b"t", UInt(0), False, True), b"\x00\x53\x75\xa0\x01")
    wire.send(Transfer(UInt(0), more=False, aborted=True))
    wire.transfer(b"next", delivery=1)
    assert wire.expect(Disposition).first == 1
    assert emulator.counts(QUEUE)["active"] == 1


def test_a_half_sent_message_is_forgotten_with_its_connection(emulator: Bus) -> None:
    with Wire(emulator) as wire:
        wire.open()
        wire.attach_sender(QUEUE)
        wire.send(Transfer(UInt(0), UInt(0), b"t", UInt(0), False, True), b"\x00\x53\x75\xa0\x05ab")
    assert emulator.counts(QUEUE)["active"] == 0


def test_settling_four_billion_deliveries_settles_those_that_exist(wire: Wire, emulator: Bus) -> None:
    wire.open()
    wire.attach_sender(QUEUE)
    wire.transfer(b"a", delivery=0)
    wire.expect(Disposition)
    wire.ask_receiver(QUEUE, handle=1)
    wire.expect(Attach)
    wire.credit(1, handle=1)
    wire.expect(Transfer)
    wire.send(Disposition(True, UInt(0), UInt(0xFFFFFFFF), False, Described(ULong(0x24), [])))
    assert wire.expect(Disposition).settled
    assert emulator.counts(QUEUE)["locked"] == 0


def test_a_client_that_closes_its_window_gets_the_rest_when_it_opens_again(wire: Wire) -> None:
    wire.open(max_frame=512, window=UInt(3))
    wire.attach_sender(QUEUE)
    wire.transfer(b"z" * 2000, delivery=0)
    wire.expect(Disposition)
    wire.ask_receiver(QUEUE, handle=1, deleting=True)
    wire.expect(Attach)
    wire.credit(1, handle=1, window=UInt(3))
    got = b"".join(wire.take()[1] for _ in range(3))
    wire.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        wire.take()
    wire.socket.settimeout(5)
    wire.send(Flow(UInt(3), UInt(100), UInt(0), WINDOW))
    more = True
    while more:
        performative, payload = wire.take()
        assert isinstance(performative, Transfer)
        got += payload
        more = bool(performative.more)
    assert got.endswith(b"z" * 2000)


def test_credit_is_honoured_and_draining_uses_it_up(wire: Wire) -> None:
    wire.open()
    wire.attach_sender(QUEUE)
    for number in range(3):
        wire.transfer(b"m", delivery=number)
        wire.expect(Disposition)
    wire.ask_receiver(QUEUE, handle=1, deleting=True)
    wire.expect(Attach)
    wire.credit(2, handle=1)
    wire.expect(Transfer)
    wire.expect(Transfer)
    wire.send(Flow(UInt(2), WINDOW, UInt(0), WINDOW, UInt(1), UInt(2), UInt(10), None, True))
    wire.expect(Transfer)
    flow = wire.expect(Flow)
    assert (flow.delivery_count, flow.link_credit, flow.drain) == (12, 0, True)


def test_a_session_is_free_again_when_its_holder_s_connection_is_lost(emulator: Bus) -> None:
    with Wire(emulator) as holder, Wire(emulator) as waiting:
        holder.open()
        holder.attach_sender("sessions")
        holder.transfer(b"a", delivery=0, session="s")
        holder.expect(Disposition)
        holder.ask_receiver("sessions", handle=1, session="s")
        holder.expect(Attach)
        holder.credit(1, handle=1)
        holder.expect(Transfer)
        waiting.open()
        waiting.ask_receiver("sessions", session=None)
        holder.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes.fromhex("0100000000000000"))
        holder.socket.close()
        source = waiting.expect(Attach).source
        assert source is not None
        assert isinstance(source.value, list)
        assert source.value[7] == {"com.microsoft:session-filter": "s"}
        waiting.credit(1)
        _, octets = waiting.take()
        header = described_list(0x70, [False, UByte(4), None, True, UInt(0)])
        assert octets.startswith(header)


class SlowWire(Wire):
    """Sends every byte by itself."""

    def octets(self, octets: bytes) -> None:
        for octet in octets:
            self.socket.sendall(bytes([octet]))


def test_a_handshake_in_single_bytes_is_understood(emulator: Bus) -> None:
    with SlowWire(emulator) as wire:
        wire.open()
        assert wire.attach_sender(QUEUE).max_message_size == 262_144
