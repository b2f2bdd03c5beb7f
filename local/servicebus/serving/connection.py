"""One TCP connection: handshake, frames to their sessions, and everything sent goes through here.

What is sent gathers until the loop comes round and leaves after the store has committed, so that no client is
ever told of something that a kill could undo.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct

from local.servicebus.amqp.frames import (
    AMQP_HEADER,
    EMPTY_FRAME,
    HEADER_SIZE,
    MAX_FRAME,
    SASL_HEADER,
    Frame,
    FrameBuffer,
    FramingError,
    frame,
)
from local.servicebus.amqp.performatives import (
    Begin,
    Close,
    End,
    Open,
    Performative,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    decode_performative,
    encode_performative,
    error_value,
)
from local.servicebus.amqp.types import Array, DecodeError, Symbol, UByte, UInt, UShort, Value
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.store import StoreError
from local.servicebus.serving.channel import Channel, ChannelViolation
from local.servicebus.serving.door import Door
from local.servicebus.serving.links import Egress, Replies
from local.servicebus.serving.upkeep import IDLE_MS, Upkeep
from local.servicebus.serving.wire_faults import WireFaults

log = logging.getLogger(__name__)

MECHANISMS = ("MSSBCBS", "ANONYMOUS", "PLAIN", "EXTERNAL")
CHANNEL_MAX = 255
MAX_OUT_FRAME = 1_048_576
MIN_FRAME = 512
_SYMBOL_CODE = 0xA3


class Connection(asyncio.Protocol):
    """A client's connection; `namespace` is what it reaches, `door` what it may use, `faults` what disturbs it."""

    def __init__(self, namespace: Namespace, faults: WireFaults, container_id: str, door: Door):
        self.namespace = namespace
        self.door = door
        self.max_body = MAX_FRAME - HEADER_SIZE
        self.writable = True
        self.faults = faults
        self._container_id = container_id
        self._transport: asyncio.Transport | None = None
        self._input = FrameBuffer()
        self._output = bytearray()
        self._flushing = False
        self._expected_header: bytes | None = SASL_HEADER
        self._opened = False
        self._closing = False
        self._channels: dict[int, Channel] = {}
        self._upkeep = Upkeep(self)

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the clock of the handshake."""
        assert isinstance(transport, asyncio.Transport)  # the loop's servers make no other kind
        self._transport = transport
        self.faults.joined(self)
        self._upkeep.begin()

    def connection_lost(self, _error: Exception | None) -> None:
        """Frees everything that the client held, sessions included."""
        self.faults.left(self)
        self._transport = None
        self._upkeep.end()
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()

    def pause_writing(self) -> None:
        """The client does not read: hand out nothing more."""
        self.writable = False

    def resume_writing(self) -> None:
        """The client reads again."""
        self.writable = True
        for channel in list(self._channels.values()):
            channel.pump()

    def data_received(self, data: bytes) -> None:
        """Takes whole frames out of the stream and handles each."""
        self._upkeep.heard()
        self._input.feed(data)
        # Answers to this client leave at the end of this call: a turn of the loop less for each request.
        self._flushing = True
        try:
            while not self._closing and self._step():
                pass
        except FramingError as error:
            self._fail("amqp:connection:framing-error", str(error))
        except DecodeError as error:
            self._fail("amqp:decode-error", str(error))
        self._flush()

    # What channels and faults ask

    def send(self, channel: int, body: bytes, *, sasl: bool = False) -> None:
        """Queues a frame for the next turn of the loop."""
        self._send_octets(frame(channel, body, sasl=sasl))

    def cut(self, why: str) -> None:
        """Ends the connection without a word to the client, as a lost network does."""
        log.warning("cut: %s", why)
        self.abort()

    def abort(self) -> None:
        """Resets the connection."""
        self._closing = True
        self._output.clear()
        if self._transport is None:
            return
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def keep_alive(self) -> None:
        """Tells the client that this end is there."""
        self._send_octets(EMPTY_FRAME)

    def freeze(self) -> None:
        """Reads and sends nothing more until `thaw`."""
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def thaw(self) -> None:
        """Goes on where `freeze` stopped."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
            self._flush()

    def drop_links(self, condition: str, description: str) -> None:
        """Detaches every link of the client that leads to a queue.

        `$cbs` belongs to no queue and stays: a client that loses it alone never comes back, and the service
        does not do that.
        """
        for channel in self._channels.values():
            for link in channel.links:
                if link.node.queue is not None:
                    link.forced_off(condition, description)

    def consumer(self, name: str | None, session_id: str) -> Egress | None:
        """The receiving link of that name or, without a name, the one that holds the session."""
        links = [link for channel in self._channels.values() for link in channel.links]
        for link in links:
            if isinstance(link, Egress) and link.session is not None:
                if name is None and link.session.id == session_id:
                    return link
                if link.name == name:
                    return link
        return None

    def replies_to(self, first: Channel, path: str, reply_to: str | None) -> Replies | None:
        """The link for answers of a node: in the request's own session, else in another of the connection."""
        channels = [first, *(channel for channel in self._channels.values() if channel is not first)]
        found = (channel.replies_to(path, reply_to) for channel in channels)
        return next((link for link in found if link is not None), None)

    # The stream

    def _step(self) -> bool:
        if self._expected_header is not None:
            header = self._input.take_header()
            if header is not None:
                self._on_header(header)
            return header is not None
        taken = self._input.take_frame()
        if taken is None:
            return False
        if taken.body:
            self._on_frame(taken)
        return True

    def _on_header(self, header: bytes) -> None:
        if header != self._expected_header:
            log.warning("refused: a client that begins with %r instead of %r", header, self._expected_header)
            self._send_octets(self._expected_header or SASL_HEADER)
            self._finish()
            return
        self._send_octets(header)
        self._expected_header = None
        if header == SASL_HEADER:
            mechanisms = Array(_SYMBOL_CODE, tuple(Symbol(name) for name in MECHANISMS))
            self.send(0, encode_performative(SaslMechanisms(mechanisms)), sasl=True)

    def _on_frame(self, taken: Frame) -> None:
        performative, payload = decode_performative(taken.body)
        if isinstance(performative, SaslInit) and taken.sasl and not self._opened:
            self.send(0, encode_performative(SaslOutcome(UByte(0))), sasl=True)
            self._expected_header = AMQP_HEADER
        elif isinstance(performative, Open) and not self._opened:
            self._on_open(performative)
        elif not self._opened or taken.sasl or isinstance(performative, (SaslInit, Open)):
            self._fail("amqp:illegal-state", f"{type(performative).__name__} is not expected here")
        elif isinstance(performative, Close):
            self.send(0, encode_performative(Close()))
            self._finish()
        else:
            self._on_channel(taken.channel, performative, payload)

    def _on_open(self, opened: Open) -> None:
        peer_frame = MAX_OUT_FRAME if opened.max_frame_size is None else int(opened.max_frame_size)
        if peer_frame < MIN_FRAME:
            self._fail("amqp:invalid-field", f"a max-frame-size of {peer_frame} is below {MIN_FRAME}")
            return
        self._opened = True
        self.max_body = min(peer_frame, MAX_OUT_FRAME) - HEADER_SIZE
        properties: dict[Value, Value] = {Symbol("product"): "Lockstep Service Bus emulator"}
        answer = Open(
            self._container_id, None, UInt(MAX_FRAME), UShort(CHANNEL_MAX), UInt(IDLE_MS), properties=properties
        )
        self.send(0, encode_performative(answer))
        self._upkeep.opened(opened.idle_time_out)

    def _on_channel(self, number: int, performative: Performative, payload: bytes) -> None:
        channel = self._channels.get(number)
        if isinstance(performative, Begin):
            if channel is not None or number > CHANNEL_MAX:
                self._fail("amqp:not-allowed", f"a session on channel {number}, which is taken or too high")
                return
            self._channels[number] = Channel(self, number, performative)
        elif channel is None:
            return
        elif isinstance(performative, End):
            del self._channels[number]
            channel.end()
        else:
            self._in_channel(number, channel, performative, payload)

    def _in_channel(self, number: int, channel: Channel, performative: Performative, payload: bytes) -> None:
        try:
            channel.handle(performative, payload)
        except ChannelViolation as error:
            log.warning("refused: session %d: %s", number, error.description)
            self._channels.pop(number, None)
            channel.end(error_value(error.condition, error.description))

    # Sending and ending

    def _send_octets(self, octets: bytes) -> None:
        self._output += octets
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._transport is None or not self._output or self.faults.frozen:
            return
        try:
            self.namespace.store.commit()
        except StoreError as error:
            self.cut(str(error))
            return
        output, self._output = bytes(self._output), bytearray()
        if self.faults.resetting:
            self._transport.write(output[: len(output) // 2])
            self.abort()
        else:
            self._transport.write(output)

    def _fail(self, condition: str, description: str) -> None:
        log.warning("refused: a connection: %s", description)
        if self._expected_header is None:
            self.send(0, encode_performative(Close(error_value(condition, description))))
        self._finish()

    def _finish(self) -> None:
        self._closing = True
        asyncio.get_running_loop().call_soon(self._end_stream)

    def _end_stream(self) -> None:
        self._flush()
        if self._transport is not None:
            self._transport.close()
