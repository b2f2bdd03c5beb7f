"""As much of AMQP as tells which room a frame is about: the frames of a stream, and the messages that were delivered.

A disposition names only the numbers of deliveries, so what was delivered under them is kept.
"""

from __future__ import annotations

from local.servicebus.amqp.performatives import Disposition, Transfer, decode_performative

TRANSFER, DISPOSITION = 0x14, 0x15


def performative_of(frame: bytes) -> int | None:
    """The code of a frame's performative; None for SASL and for empty frames."""
    body = _body(frame)
    return body[2] if frame[5] == 0 and body[:2] == b"\x00\x53" else None


def _body(frame: bytes) -> bytes:
    return frame[frame[4] * 4 :]


def _channel(frame: bytes) -> int:
    return int.from_bytes(frame[6:8], "big")


class Deliveries:
    """The messages that a broker delivered on one connection, by channel and number."""

    def __init__(self) -> None:
        self._rest = b""
        self._messages: dict[tuple[int, int], bytes] = {}

    def read(self, data: bytes) -> None:
        """Take what came from the broker, in pieces of any size."""
        self._rest += data
        while len(self._rest) >= 8:
            size = 8 if self._rest.startswith(b"AMQP") else int.from_bytes(self._rest[:4], "big")
            if len(self._rest) < size:
                return
            frame, self._rest = self._rest[:size], self._rest[size:]
            if not frame.startswith(b"AMQP") and performative_of(frame) == TRANSFER:
                self._note(frame)

    def _note(self, frame: bytes) -> None:
        transfer, _ = decode_performative(_body(frame))
        if isinstance(transfer, Transfer) and transfer.delivery_id is not None:
            self._messages[_channel(frame), int(transfer.delivery_id)] = frame

    def settled_by(self, frame: bytes) -> bytes:
        """The messages that a disposition of the receiver's settles."""
        disposition, _ = decode_performative(_body(frame))
        if not isinstance(disposition, Disposition) or not disposition.role:
            return b""
        last = disposition.first if disposition.last is None else disposition.last
        numbers = range(int(disposition.first), int(last) + 1)
        return b"".join(self._messages.pop((_channel(frame), number), b"") for number in numbers)
