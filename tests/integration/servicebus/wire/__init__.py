"""A client below the SDK: it says what no SDK would say, and counts frames where an SDK hides them.

Blocking sockets and our own codec, which the unit tests hold against the specification's encodings.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from local.servicebus.amqp.encode import encode
from local.servicebus.amqp.frames import AMQP_HEADER, SASL_HEADER, FrameBuffer, frame
from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Flow,
    Open,
    Performative,
    SaslInit,
    Transfer,
    decode_performative,
    encode_performative,
)
from local.servicebus.amqp.types import Described, Symbol, UByte, UInt, ULong, Value
from tests.integration.servicebus.bus import Bus

Kind = TypeVar("Kind", bound=Performative)
Taken = TypeVar("Taken")
WINDOW = UInt(5000)


class Gone(ConnectionError):
    """The broker ended the connection."""


class Wire:
    """One connection. `open` brings it to where links can be attached; everything before is by hand."""

    def __init__(self, bus: Bus, timeout: float = 5.0) -> None:
        endpoint = bus.connection_string.partition("//")[2].partition(";")[0]
        host, _, port = endpoint.partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = FrameBuffer()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def open(self, max_frame: int = 65536, window: UInt = WINDOW) -> Wire:
        """Handshake, OPEN and BEGIN on channel 0."""
        self.octets(SASL_HEADER)
        self.header()
        self.take()
        self.octets(frame(0, encode_performative(SaslInit(Symbol("ANONYMOUS"))), sasl=True))
        self.take()
        self.octets(AMQP_HEADER)
        self.header()
        self.send(Open("wire", "localhost", UInt(max_frame)))
        self.expect(Open)
        self.send(Begin(None, UInt(0), window, WINDOW))
        self.expect(Begin)
        return self

    def octets(self, octets: bytes) -> None:
        """Sends bytes as they are."""
        self.socket.sendall(octets)

    def send(self, performative: Performative, payload: bytes = b"") -> None:
        """Sends a performative on channel 0."""
        self.octets(frame(0, encode_performative(performative) + payload))

    def header(self) -> bytes:
        """The protocol header that comes next."""
        return self._until(self._buffer.take_header)

    def take(self) -> tuple[Performative, bytes]:
        """The performative and payload that come next, empty frames passed over."""
        while True:
            body = self._until(self._buffer.take_frame).body
            if body:
                return decode_performative(body)

    def expect(self, kind: type[Kind]) -> Kind:
        """The next performative, which has to be of this kind."""
        performative, _ = self.take()
        assert isinstance(performative, kind), f"{performative} came instead of {kind.__name__}"
        return performative

    def attach_sender(self, queue: str, handle: int = 0) -> Attach:
        """A link on which to send; the broker's answer, its credit flow taken too."""
        self.send(Attach(f"sender-{handle}", UInt(handle), False, target=_terminus(0x29, queue)))
        answer = self.expect(Attach)
        self.expect(Flow)
        return answer

    def ask_receiver(
        self,
        queue: str,
        handle: int = 0,
        *,
        deleting: bool = False,
        session: str | None = "",
        timeout: UInt | None = None,
    ) -> None:
        """Asks for a link on which to receive; a session of None is the next one, an empty one none at all.

        `timeout` is how long to wait for the next session, in milliseconds.
        """
        filters: Value = None if session == "" else {Symbol("com.microsoft:session-filter"): session}
        source = Described(ULong(0x28), [queue, None, None, None, None, None, None, filters])
        mode = UByte(1) if deleting else UByte(0)
        properties: dict[Value, Value] = {} if timeout is None else {Symbol("com.microsoft:timeout"): timeout}
        attach = Attach(f"receiver-{handle}", UInt(handle), True, mode, UByte(1 - mode), source)
        self.send(attach._replace(properties=properties))

    def credit(self, credit: int, *, handle: int = 0, window: UInt = WINDOW) -> None:
        """Gives a receiving link on which nothing came yet its credit."""
        self.send(Flow(UInt(0), window, UInt(0), WINDOW, UInt(handle), UInt(0), UInt(credit)))

    def transfer(self, body: bytes, *, delivery: int, handle: int = 0, session: str | None = None) -> None:
        """Sends a message with one data section."""
        properties: Value = [f"m{delivery}", *[None] * 9, session]
        octets = encode(Described(ULong(0x73), properties)) + encode(Described(ULong(0x75), body))
        self.send(Transfer(UInt(handle), UInt(delivery), b"t", UInt(0), False, False), octets)

    def _until(self, take: Callable[[], Taken | None]) -> Taken:
        while (found := take()) is None:
            octets = self.socket.recv(65536)
            if not octets:
                raise Gone("the broker closed the connection")
            self._buffer.feed(octets)
        return found


def _terminus(code: int, queue: str) -> Described:
    return Described(ULong(code), [queue])
