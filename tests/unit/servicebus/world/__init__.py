"""A queue without a wire and with a clock that moves only when told."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from local.servicebus.amqp.encode import described_list, encode
from local.servicebus.amqp.message import Content, parse
from local.servicebus.amqp.types import Described, Symbol, Timestamp, UInt, ULong, Value
from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.message import Message
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.queue import Queue
from local.servicebus.broker.sessions import Session
from local.servicebus.broker.store import Forgetful, Store
from local.servicebus.queues import QueueSettings

START = 1_750_000_000_000


@dataclass
class World:
    """A namespace in which time passes on request; milliseconds."""

    now: int = START
    store: Store = field(default_factory=Forgetful)

    def __post_init__(self) -> None:
        self.agenda = Agenda(lambda: self.now)

    def queue(self, **settings: object) -> Queue:
        """A queue of the name `q`."""
        declared = QueueSettings("q", **settings)  # type: ignore[arg-type] # each test names fields of its own
        queue = Namespace([declared], self.agenda, self.store).find("q")
        assert queue is not None
        return queue

    def passes(self, milliseconds: int) -> None:
        """Moves the clock and rings what is due."""
        self.now += milliseconds
        self.agenda.run_due()

    def content(
        self, text: str, *, session: str | None = None, due_in: int | None = None, ttl: int | None = None
    ) -> Content:
        """A message as a client encodes it; `text` is its id and its body."""
        header = described_list(0x70, [None, None, None if ttl is None else UInt(ttl)])
        annotations: dict[Value, Value] = {}
        if due_in is not None:
            annotations[Symbol("x-opt-scheduled-enqueue-time")] = Timestamp(self.now + due_in)
        properties = described_list(0x73, [text, *[None] * 9, session])
        body = encode(Described(ULong(0x75), text.encode()))
        return parse(header + encode(Described(ULong(0x72), annotations)) + properties + body)


@dataclass(eq=False)
class Receiver:
    """A consumer that notes what it gets; `credit` is how much more it takes."""

    queue: Queue
    peek_lock: bool = True
    credit: int = 100
    session: Session | None = None
    got: list[Message] = field(default_factory=list)
    tokens: dict[str, UUID] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)
    evicted: list[str] = field(default_factory=list)

    def wants(self) -> bool:
        return self.credit > 0

    def deliver(self, message: Message) -> None:
        self.credit -= 1
        self.got.append(message)
        if message.lock is not None:
            self.tokens[str(message.content.message_id)] = message.lock.token

    def accepted(self, session: Session) -> None:
        self.sessions.append(session.id)

    def evict(self, condition: str, _description: str) -> None:
        self.evicted.append(condition)
        self.queue.unsubscribe(self)

    @property
    def ids(self) -> list[str]:
        """What it got, in order."""
        return [str(message.content.message_id) for message in self.got]

    def listen(self) -> Receiver:
        """Subscribes outside sessions and takes what is there."""
        self.queue.subscribe(self)
        self.queue.pump(self)
        return self
