"""The ends of a client's links.

`Ingress` takes what a client sends, `Replies` carries answers of `$cbs` and `$management`, `Egress` hands a
queue's messages out. A link asks its channel to send and never touches the socket.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from local.servicebus.amqp.performatives import Attach, Detach, Flow, Transfer, error_value
from local.servicebus.amqp.types import DecodeError, Described, Long, Symbol, UInt, ULong, Value
from local.servicebus.broker.message import BrokerError, Message
from local.servicebus.broker.queue import Queue
from local.servicebus.broker.sessions import Session
from local.servicebus.serving.address import Node
from local.servicebus.serving.outcomes import ACCEPTED, echo, outcome_of, rejected
from local.servicebus.serving.outgoing import message_octets
from local.servicebus.serving.session_filters import with_session

if TYPE_CHECKING:
    from local.servicebus.serving.channel import Channel

log = logging.getLogger(__name__)

CREDIT = 1000
"""Granted to senders; the SDK ignores it and may send more, which is tolerated."""

_TICKS_AT_EPOCH = 621_355_968_000_000_000


class Sink(Protocol):
    """What takes the messages of a sending client."""

    max_bytes: int

    def take(self, octets: bytes, message_format: int) -> None:
        """One message. Raises `BrokerError` or `DecodeError`, which reject it."""


class Link:
    """What every link has: a name, the client's handle (ours is the same), a node and a way to end."""

    def __init__(self, channel: Channel, attach: Attach, node: Node):
        self.channel = channel
        self.node = node
        self.name = attach.name
        self.handle = attach.handle
        self.attach = attach

    def on_flow(self, flow: Flow) -> None:
        """The client's view of the link's credit."""

    def closed(self) -> None:
        """The link is gone: detached, or its session or connection ended."""

    def forced_off(self, condition: str, description: str) -> None:
        """Ends the link from our side."""
        self.closed()
        self.channel.forget(self)
        self.channel.send(Detach(self.handle, True, error_value(condition, description)))


class Ingress(Link):
    """A link on which a client sends: to a queue, to `$cbs` or to `$management`."""

    def __init__(self, channel: Channel, attach: Attach, node: Node, sink: Sink):
        super().__init__(channel, attach, node)
        self._sink = sink
        self._credit = 0
        self._delivery_count = attach.initial_delivery_count or 0
        self._first: Transfer | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def answer(self, properties: dict[Value, Value]) -> None:
        """Confirms the attach and grants credit."""
        self.channel.send(
            self.attach._replace(
                role=True,
                unsettled=None,
                initial_delivery_count=None,
                max_message_size=ULong(self._sink.max_bytes),
                properties=properties,
            )
        )
        self._top_up()

    def on_flow(self, flow: Flow) -> None:
        """Grants anew where the client asks."""
        if flow.echo:
            self._top_up()

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """Gathers the frames of a delivery; what exceeds the limit is counted and not kept."""
        if self._first is None:
            self._first = transfer
        first = self._first
        self._size += len(payload)
        if self._size <= self._sink.max_bytes:
            self._parts.append(payload)
        if transfer.more and not transfer.aborted:
            return
        octets, size = b"".join(self._parts), self._size
        self._first, self._parts, self._size = None, [], 0
        self._delivery_count = (self._delivery_count + 1) & 0xFFFFFFFF
        self._credit -= 1
        if not transfer.aborted:
            state = self._take(octets, size, first.message_format or 0)
            if not (first.settled or transfer.settled) and first.delivery_id is not None:
                self.channel.dispose(first.delivery_id, state, role=True)
        if self._credit < CREDIT // 2:
            self._top_up()

    def _take(self, octets: bytes, size: int, message_format: int) -> Described:
        limit = self._sink.max_bytes
        if size > limit:
            text = f"The message is {size} bytes, {limit} are allowed."
            return self._rejected(BrokerError("amqp:link:message-size-exceeded", text))
        try:
            self._sink.take(octets, message_format)
        except DecodeError as error:
            return self._rejected(BrokerError("amqp:decode-error", f"The message is not AMQP: {error}."))
        except BrokerError as error:
            return self._rejected(error)
        return ACCEPTED

    def _rejected(self, error: BrokerError) -> Described:
        log.warning("refused: a message on link %.100r: %s", self.name, error.description)
        return rejected(error)

    def _top_up(self) -> None:
        self._credit = CREDIT
        self.channel.send_flow(self.handle, UInt(self._delivery_count), UInt(CREDIT))


class Outbound(Link):
    """A link on which a client receives, with the credit that it gave."""

    def __init__(self, channel: Channel, attach: Attach, node: Node):
        super().__init__(channel, attach, node)
        self.credit = 0
        self.delivery_count = 0

    def confirm(self, source: Described | None, properties: dict[Value, Value]) -> None:
        """Confirms the attach. The SDK drops a link whose answer lacks the initial delivery count."""
        self.channel.send(
            self.attach._replace(
                role=False,
                source=source,
                unsettled=None,
                initial_delivery_count=UInt(0),
                max_message_size=None,
                properties=properties,
            )
        )

    def on_flow(self, flow: Flow) -> None:
        """Credit counts from the client's delivery count, which may lag behind ours."""
        credit = ((flow.delivery_count or 0) + (flow.link_credit or 0) - self.delivery_count) & 0xFFFFFFFF
        self.credit = credit if credit < 0x80000000 else 0
        self.pump()
        if flow.drain and self.credit:
            self.delivery_count = (self.delivery_count + self.credit) & 0xFFFFFFFF
            self.credit = 0
        if flow.drain or flow.echo:
            self.channel.send_flow(self.handle, UInt(self.delivery_count), UInt(self.credit), drain=bool(flow.drain))

    def pump(self) -> None:
        """Sends what there is and what credit allows."""

    def spend(self) -> None:
        """One delivery went out."""
        self.credit -= 1
        self.delivery_count = (self.delivery_count + 1) & 0xFFFFFFFF


class Replies(Outbound):
    """Answers of `$cbs` or of a queue's `$management`, kept until the client gives credit."""

    def __init__(self, channel: Channel, attach: Attach, node: Node):
        super().__init__(channel, attach, node)
        self._waiting: deque[bytes] = deque()

    def reply(self, octets: bytes) -> None:
        """Sends an answer, now or with the next credit."""
        self._waiting.append(octets)
        self.pump()

    def pump(self) -> None:
        """Sends what waits."""
        while self._waiting and self.credit > 0:
            self.spend()
            self.channel.deliver(self, uuid4().bytes, self._waiting.popleft(), settled=True)


class Egress(Outbound):
    """A queue's messages for one client; a `Consumer` of the broker."""

    def __init__(self, channel: Channel, attach: Attach, node: Node, queue: Queue):
        super().__init__(channel, attach, node)
        self.queue = queue
        self.session: Session | None = None
        self.peek_lock = not (attach.snd_settle_mode == 1 and not attach.rcv_settle_mode)
        self._ready = False
        self._tokens: dict[int, UUID] = {}

    def open_plain(self) -> None:
        """Serves the queue outside sessions."""
        self._ready = True
        self.confirm(self.attach.source, {})
        self.queue.subscribe(self)

    def open_session(self, session_id: str | None, until: int) -> None:
        """Serves a named session, or waits for any. Raises `BrokerError` when it is taken."""
        if session_id is None:
            self.queue.sessions.accept_next(self, until)
        else:
            self.queue.sessions.accept(session_id, self)

    def accepted(self, session: Session) -> None:
        """Answers the attach with the session that was chosen."""
        self._ready = True
        ticks = session.locked_until * 10_000 + _TICKS_AT_EPOCH
        source = with_session(self.attach.source, session.id)
        self.confirm(source, {Symbol("com.microsoft:locked-until-utc"): Long(ticks)})
        self.pump()

    def evict(self, condition: str, description: str) -> None:
        """Ends the link: refused when it was not open yet."""
        if self._ready:
            log.info("detached: link %.100r: %s", self.name, description)
            self.forced_off(condition, description)
        else:
            self.channel.forget(self)
            self.channel.refuse(self.attach, BrokerError(condition, description))

    def wants(self) -> bool:
        """Whether there is credit and the client reads what it gets."""
        return self._ready and self.credit > 0 and self.channel.writable

    def deliver(self, message: Message) -> None:
        """Sends a message that the broker locked for us, or removed."""
        self.spend()
        lock = message.lock
        tag = uuid4().bytes if lock is None else lock.token.bytes_le
        delivery_id = self.channel.deliver(self, tag, message_octets(message), settled=lock is None)
        if lock is not None:
            self._tokens[delivery_id] = lock.token

    def settle(self, delivery_id: int, state: Described | None, *, settled: bool) -> None:
        """Does what a client's disposition asks and answers it, unless the client wants no answer."""
        outcome = outcome_of(state)
        if outcome is None or state is None:
            return
        token = self._tokens.pop(delivery_id)
        self.channel.settled(delivery_id)
        try:
            self.queue.settle(token, outcome)
            answer = echo(state)
        except BrokerError as error:
            log.warning("refused: settling on link %.100r: %s", self.name, error.description)
            answer = rejected(error)
        if not settled:
            self.channel.dispose(delivery_id, answer, role=False)

    def pump(self) -> None:
        """Takes what there is for us."""
        if self._ready:
            self.queue.pump(self)

    def closed(self) -> None:
        """Frees the session; other locks stay until they expire."""
        self._ready = False
        for delivery_id in self._tokens:
            self.channel.settled(delivery_id)
        self._tokens.clear()
        self.queue.unsubscribe(self)
