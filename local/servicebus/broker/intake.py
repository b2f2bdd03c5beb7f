"""What may enter a queue and as what: ids, sequence numbers, time to live, duplicates."""

from __future__ import annotations

from uuid import uuid4

from local.servicebus.amqp.message import Content
from local.servicebus.amqp.types import Symbol, Timestamp
from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.duplicates import Duplicates
from local.servicebus.broker.message import NOT_ALLOWED, BrokerError, Message, State
from local.servicebus.broker.store import Saved, Store
from local.servicebus.queues import NEVER_MS, QueueSettings

SCHEDULED_FOR = Symbol("x-opt-scheduled-enqueue-time")
MAX_ID_LENGTH = 128
"""Of a message id and a session id, in characters."""


class Intake:
    """Makes messages of contents for one queue. In a dead-letter queue (`lasting`) nothing expires."""

    def __init__(self, path: str, settings: QueueSettings, agenda: Agenda, store: Store, *, lasting: bool):
        self._path = path
        self._settings = settings
        self._agenda = agenda
        self._store = store
        self._lasting = lasting
        self._duplicates = Duplicates(settings.duplicate_window_ms)
        self._last_sequence = 0

    def check(self, content: Content) -> None:
        """Raises `BrokerError` for a content that the queue does not take."""
        session_id = content.session_id
        if self._settings.requires_session and session_id is None:
            raise BrokerError(NOT_ALLOWED, f"The queue {self._path!r} requires sessions: set a session id.")
        if session_id is not None and len(session_id) > MAX_ID_LENGTH:
            raise BrokerError(NOT_ALLOWED, f"A session id of more than {MAX_ID_LENGTH} characters.")
        if isinstance(content.message_id, str) and len(content.message_id) > MAX_ID_LENGTH:
            raise BrokerError(NOT_ALLOWED, f"A message id of more than {MAX_ID_LENGTH} characters.")

    def earlier(self, content: Content) -> int | None:
        """The sequence number of the message of which this content is a duplicate, if it is one."""
        if not self._settings.detects_duplicates or content.message_id is None:
            return None
        return self._duplicates.first_sequence(content.message_id, self._agenda.now())

    def sent(self, content: Content) -> Message:
        """A message of a content that a client sent: scheduled when its time is ahead, and with an id."""
        if content.message_id is None:
            content = content.with_message_id(uuid4().hex)
        now = self._agenda.now()
        message = self.active(content)
        due_at = content.annotations.get(SCHEDULED_FOR)
        if isinstance(due_at, Timestamp) and due_at > now:
            message.state = State.SCHEDULED
            message.due_at = int(due_at)
        if self._settings.detects_duplicates:
            key = self._duplicates.remember(content.message_id, now, message.sequence)
            self._store.seen(self._path, key, now, message.sequence)
            self._store.forget_seen(self._path, now - self._settings.duplicate_window_ms)
        return message

    def active(self, content: Content) -> Message:
        """A message that is enqueued now, under the next sequence number."""
        self._last_sequence += 1
        now = self._agenda.now()
        ttl = min(content.ttl_ms or NEVER_MS, self._settings.default_ttl_ms)
        expires_at = None if self._lasting or ttl >= NEVER_MS else now + ttl
        return Message(self._last_sequence, content, now, expires_at)

    def restore(self, saved: Saved) -> None:
        """Goes on where it stood before a restart."""
        self._last_sequence = saved.last_sequence
        for key, seen_at, sequence in saved.seen:
            self._duplicates.restore(key, seen_at, sequence)

    def forget(self) -> None:
        """Forgets the ids it has seen; sequence numbers go on."""
        self._duplicates.clear()
        self._store.forget_seen(self._path, None)
