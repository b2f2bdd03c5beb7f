"""Cuts a byte stream into AMQP frames and writes frames, within the frame size that was agreed.

A frame that is larger than agreed, shorter than its header or of an unknown type is a `FramingError`: the
stream cannot be trusted behind it and the connection has to end.
"""

from __future__ import annotations

from typing import NamedTuple

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEADER_SIZE = 8
MAX_FRAME = 65536
"""What we accept and announce, in octets; the real service announces the same."""

EMPTY_FRAME = b"\x00\x00\x00\x08\x02\x00\x00\x00"


class FramingError(ValueError):
    """The stream is not AMQP frames of the agreed size."""


class Frame(NamedTuple):
    """One frame's channel and body; an empty body only keeps the connection alive."""

    sasl: bool
    channel: int
    body: bytes


class FrameBuffer:
    """Octets that have come in and are not yet a whole frame; never more than one frame is kept waiting."""

    __slots__ = ("_octets", "_pos")

    def __init__(self) -> None:
        self._octets = b""
        self._pos = 0

    def feed(self, octets: bytes) -> None:
        """Appends what was received."""
        rest = self._octets[self._pos :]
        self._octets = rest + octets if rest else octets
        self._pos = 0

    def take_header(self) -> bytes | None:
        """The eight octets of a protocol header, once they are there."""
        return self._take(HEADER_SIZE) if len(self._octets) - self._pos >= HEADER_SIZE else None

    def take_frame(self) -> Frame | None:
        """The next whole frame, or None. Raises `FramingError`."""
        octets, pos = self._octets, self._pos
        held = len(octets) - pos
        if held < HEADER_SIZE:
            return None
        size = int.from_bytes(octets[pos : pos + 4], "big")
        offset = 4 * octets[pos + 4]
        kind = octets[pos + 5]
        if size > MAX_FRAME:
            raise FramingError(f"a frame of {size} bytes where {MAX_FRAME} are agreed")
        if offset < HEADER_SIZE or offset > size:
            raise FramingError(f"a frame of {size} bytes whose body starts at byte {offset}")
        if kind > 1:
            raise FramingError(f"a frame of unknown type {kind}")
        if held < size:
            return None
        channel = int.from_bytes(octets[pos + 6 : pos + 8], "big")
        return Frame(kind == 1, channel, self._take(size)[offset:])

    def _take(self, size: int) -> bytes:
        start = self._pos
        self._pos += size
        return self._octets[start : self._pos]


def frame(channel: int, body: bytes, *, sasl: bool = False) -> bytes:
    """A frame on the wire. The caller keeps `body` within the peer's frame size."""
    size = len(body) + HEADER_SIZE
    return b"%b\x02%b%b%b" % (
        size.to_bytes(4, "big"),
        b"\x01" if sasl else b"\x00",
        channel.to_bytes(2, "big"),
        body,
    )
