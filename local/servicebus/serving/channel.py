"""One AMQP session on a connection: its links, the ids of what was delivered, and the window.

A frame for a handle that is not attached is ignored, because the SDK detaches management links once more after
it ended their session.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    End,
    Flow,
    Performative,
    Transfer,
    encode_performative,
    error_value,
)
from local.servicebus.amqp.types import Described, Symbol, UInt, ULong, UShort, Value
from local.servicebus.broker.message import TIMEOUT, BrokerError
from local.servicebus.serving.address import SOURCE, TARGET, Node, address_of, resolve
from local.servicebus.serving.cbs import CbsSink
from local.servicebus.serving.links import (
    Egress,
    Ingress,
    Link,
    Outbound,
    Replies,
    Sink,
)
from local.servicebus.serving.management import ManagementSink
from local.servicebus.serving.sending import QueueSink
from local.servicebus.serving.session_filters import session_filter

if TYPE_CHECKING:
    from local.servicebus.serving.connection import Connection

log = logging.getLogger(__name__)

WINDOW = 0x7FFFFFFF
HANDLE_MAX = 255
SESSION_WAIT_MS = 60_000
"""How long an attach waits for the next available session when the client names no time."""

MAX_HELD_FRAMES = 4096
"""Frames kept for a client whose window is closed; one that lets more pile up is cut off."""


class ChannelViolation(Exception):
    """The client broke the rules of this session, which is ended with `condition`."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description


class Channel:
    """The broker's end of an AMQP session."""

    def __init__(self, connection: Connection, number: int, begin: Begin):
        self.connection = connection
        self._number = number
        self._links: dict[int, Link] = {}
        self._deliveries: dict[int, Egress] = {}
        self._next_delivery = 0
        self._next_outgoing = 0
        self._next_incoming = int(begin.next_outgoing_id)
        self._window = int(begin.incoming_window)
        self._held: deque[bytes] = deque()
        properties: dict[Value, Value] = {}
        self.send(Begin(UShort(number), UInt(0), UInt(WINDOW), UInt(WINDOW), UInt(HANDLE_MAX), None, None, properties))

    @property
    def writable(self) -> bool:
        """Whether the client reads what it is sent."""
        return self.connection.writable and not self._held

    @property
    def links(self) -> list[Link]:
        """The attached links and those that wait for a session."""
        return list(self._links.values())

    def handle(self, performative: Performative, payload: bytes) -> None:
        """One performative of the client. Raises `ChannelViolation`."""
        match performative:
            case Transfer():
                self._on_transfer(performative, payload)
            case Disposition():
                self._on_disposition(performative)
            case Flow():
                self._on_flow(performative)
            case Attach():
                self._on_attach(performative)
            case Detach():
                self._on_detach(performative)

    def close(self) -> None:
        """Ends all links, as a lost connection does."""
        links, self._links = self._links, {}
        for link in links.values():
            link.closed()

    def end(self, error: Described | None = None) -> None:
        """Ends the session towards the client."""
        self.close()
        self.send(End(error))

    def pump(self) -> None:
        """Goes on with what the client could not take."""
        self._release_held()
        for link in self.links:
            if isinstance(link, Outbound):
                link.pump()

    # What links ask of their channel

    def send(self, performative: Performative) -> None:
        """Sends a performative without payload."""
        self.connection.send(self._number, encode_performative(performative))

    def send_flow(self, handle: UInt, delivery_count: UInt, credit: UInt, *, drain: bool = False) -> None:
        """Sends a link's flow with the session's own state."""
        incoming, outgoing = UInt(self._next_incoming & 0xFFFFFFFF), UInt(self._next_outgoing & 0xFFFFFFFF)
        window = UInt(WINDOW)
        self.send(Flow(incoming, window, outgoing, window, handle, delivery_count, credit, None, drain, False, None))

    def deliver(self, link: Outbound, tag: bytes, octets: bytes, *, settled: bool) -> int:
        """Sends a message in as many frames as it needs and returns its delivery id."""
        delivery_id = self._next_delivery
        self._next_delivery = (delivery_id + 1) & 0xFFFFFFFF
        if not settled and isinstance(link, Egress):
            self._deliveries[delivery_id] = link
        first = Transfer(link.handle, UInt(delivery_id), tag, UInt(0), settled, False)
        head = encode_performative(first)
        room = self.connection.max_body - len(head)
        if len(octets) <= room:
            self._send_transfer(head + octets)
            return delivery_id
        for start in range(0, len(octets), room):
            more = start + room < len(octets)
            part = first._replace(more=more) if start == 0 else Transfer(link.handle, settled=settled, more=more)
            self._send_transfer(encode_performative(part) + octets[start : start + room])
        return delivery_id

    def dispose(self, delivery_id: int, state: Described, *, role: bool) -> None:
        """Settles a delivery towards the client; `role` is ours: True where we received it."""
        ident = UInt(delivery_id)
        self.send(Disposition(role, ident, ident, True, state))

    def settled(self, delivery_id: int) -> None:
        """A delivery of ours needs no answer any more."""
        self._deliveries.pop(delivery_id, None)

    def forget(self, link: Link) -> None:
        """The link is gone."""
        self._links.pop(link.handle, None)

    def refuse(self, attach: Attach, error: BrokerError) -> None:
        """Answers an attach as AMQP refuses: with a null terminus, then a detach that says why."""
        # Idle receivers ask again every second and are told to each time: that is no news.
        level = logging.DEBUG if error.condition == TIMEOUT else logging.WARNING
        log.log(level, "refused: link %.100r: %s", attach.name, error.description)
        count = UInt(0) if attach.role else None
        source, target = (None, attach.target) if attach.role else (attach.source, None)
        properties: dict[Value, Value] = {}
        self.send(
            attach._replace(
                role=not attach.role,
                source=source,
                target=target,
                unsettled=None,
                initial_delivery_count=count,
                properties=properties,
            )
        )
        self.send(Detach(attach.handle, True, error_value(error.condition, error.description)))

    def replies_to(self, path: str, reply_to: str | None) -> Replies | None:
        """The link for answers of a node; of several the one whose target the request names."""
        found = [link for link in self.links if isinstance(link, Replies) and link.node.path == path]
        for link in found:
            target = link.attach.target
            if reply_to is not None and target is not None and address_of(target, TARGET) == reply_to:
                return link
        return found[0] if found else None

    # What the client sends

    def _on_attach(self, attach: Attach) -> None:
        if attach.handle > HANDLE_MAX:
            raise ChannelViolation("amqp:resource-limit-exceeded", f"Handles go up to {HANDLE_MAX}.")
        if attach.handle in self._links:
            raise ChannelViolation("amqp:session:handle-in-use", f"Handle {attach.handle} is attached already.")
        try:
            if attach.role:
                self._attach_outbound(attach)
            else:
                self._attach_ingress(attach)
        except BrokerError as error:
            self._links.pop(attach.handle, None)
            self.refuse(attach, error)

    def _attach_ingress(self, attach: Attach) -> None:
        node = self._entered(address_of(attach.target, TARGET))
        sink, properties = self._sink(node)
        link = Ingress(self, attach, node, sink)
        self._links[attach.handle] = link
        link.answer(properties)

    def _entered(self, address: str) -> Node:
        """The node of an address that this connection may use. Raises `BrokerError`."""
        node = resolve(self.connection.namespace, address)
        if node.queue is not None:
            self.connection.door.pass_link()
        return node

    def _sink(self, node: Node) -> tuple[Sink, dict[Value, Value]]:
        if node.queue is None:
            return CbsSink(self), {}
        if node.management:
            return ManagementSink(self, node.path, node.queue), {}
        if node.queue.dead_letters is None:
            raise BrokerError("amqp:not-allowed", "Nothing can be sent to a dead-letter queue.")
        limit = ULong(node.queue.settings.max_message_bytes)
        return QueueSink(node.queue), {Symbol("com.microsoft:max-message-batch-size"): limit}

    def _attach_outbound(self, attach: Attach) -> None:
        node = self._entered(address_of(attach.source, SOURCE))
        if node.queue is None or node.management:
            replies = Replies(self, attach, node)
            self._links[attach.handle] = replies
            replies.confirm(attach.source, {})
            return
        in_session, session_id = session_filter(attach.source)
        if in_session != node.queue.settings.requires_session:
            need = "only receivers that ask for a session" if not in_session else "no session receivers"
            raise BrokerError("amqp:not-allowed", f"The queue {node.queue.path!r} takes {need}.")
        link = Egress(self, attach, node, node.queue)
        self._links[attach.handle] = link
        if in_session:
            link.open_session(session_id, self._wait_until(attach))
        else:
            link.open_plain()

    def _wait_until(self, attach: Attach) -> int:
        wait = (attach.properties or {}).get("com.microsoft:timeout")
        wait_ms = int(wait) if isinstance(wait, UInt) else SESSION_WAIT_MS
        return self.connection.namespace.agenda.now() + wait_ms

    def _on_detach(self, detach: Detach) -> None:
        link = self._links.pop(detach.handle, None)
        if link is not None:
            link.closed()
            self.send(Detach(detach.handle, True, None))

    def _on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming += 1
        link = self._links.get(transfer.handle)
        if isinstance(link, Ingress):
            link.on_transfer(transfer, payload)

    def _on_flow(self, flow: Flow) -> None:
        received = 0 if flow.next_incoming_id is None else int(flow.next_incoming_id)
        sent = self._next_outgoing & 0xFFFFFFFF
        self._window = received + int(flow.incoming_window) - sent
        self._release_held()
        link = None if flow.handle is None else self._links.get(flow.handle)
        if link is not None:
            link.on_flow(flow)

    def _on_disposition(self, disposition: Disposition) -> None:
        first = int(disposition.first)
        last = first if disposition.last is None else int(disposition.last)
        if not disposition.role:
            return
        # A range may claim four billion deliveries: only those that exist are looked at.
        wide = last - first > len(self._deliveries)
        ids = sorted(n for n in self._deliveries if first <= n <= last) if wide else range(first, last + 1)
        for delivery_id in ids:
            link = self._deliveries.get(delivery_id)
            if link is not None:
                link.settle(delivery_id, disposition.state, settled=bool(disposition.settled))

    # The client's window

    def _send_transfer(self, body: bytes) -> None:
        if self._window > 0 and not self._held:
            self._count_out(body)
            return
        if len(self._held) >= MAX_HELD_FRAMES:
            # Not raised: the message may come from another client's call.
            self.connection.cut("a client whose session window stays closed")
            return
        self._held.append(body)

    def _release_held(self) -> None:
        while self._held and self._window > 0:
            self._count_out(self._held.popleft())

    def _count_out(self, body: bytes) -> None:
        self._window -= 1
        self._next_outgoing += 1
        self.connection.send(self._number, body)
