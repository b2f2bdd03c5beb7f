"""The sessions of one queue: who holds which, who waits for one, and each session's state.

One holder per session. A session is on offer while it has an available message and no holder; offers go to the
receiver that has waited longest, the session with the oldest message first. State survives the holder.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from uuid import UUID

from local.servicebus.broker.agenda import Agenda, Alarm
from local.servicebus.broker.message import (
    SESSION_LOCK_LOST,
    SESSION_TAKEN,
    TIMEOUT,
    BrokerError,
    Consumer,
    Message,
)
from local.servicebus.broker.shelf import Shelf


class Session:
    """One session id's messages, state and holder."""

    __slots__ = ("alarm", "holder", "id", "locked_until", "offered", "shelf", "size", "state", "state_set_at", "tokens")

    def __init__(self, session_id: str, messages: Mapping[int, Message]):
        self.id = session_id
        self.shelf = Shelf(messages)
        self.state: bytes | None = None
        self.state_set_at = 0
        self.holder: Consumer | None = None
        self.locked_until = 0
        self.alarm: Alarm | None = None
        self.tokens: set[UUID] = set()
        self.size = 0
        """Messages in any state."""
        self.offered = False
        """Whether an entry of the offers names it, so that there is never more than one."""

    @property
    def has_active_messages(self) -> bool:
        """Whether there are messages to receive or being received; deferred and scheduled ones do not count."""
        return bool(self.tokens) or self.shelf.first() is not None


class Sessions:
    """Looked up by id; a session without messages, state and holder is forgotten."""

    def __init__(
        self,
        agenda: Agenda,
        duration_ms: int,
        messages: Mapping[int, Message],
        on_expired: Callable[[Session], None],
    ):
        self._agenda = agenda
        self._duration_ms = duration_ms
        self._messages = messages
        self._on_expired = on_expired
        self._by_id: dict[str, Session] = {}
        self._offers: list[tuple[int, str]] = []
        self._waiting: dict[Consumer, Alarm] = {}

    def get(self, session_id: str) -> Session:
        """The session of an id, made when it is new."""
        session = self._by_id.get(session_id)
        if session is None:
            session = self._by_id[session_id] = Session(session_id, self._messages)
        return session

    def find(self, session_id: str) -> Session | None:
        """The session of an id, if there is one."""
        return self._by_id.get(session_id)

    def forget_if_empty(self, session: Session) -> None:
        """Lets go of a session of which nothing is left."""
        if session.size == 0 and session.state is None and session.holder is None:
            self._by_id.pop(session.id, None)

    def known(self) -> list[Session]:
        """Every session with messages, a state or a holder, by id."""
        return [self._by_id[session_id] for session_id in sorted(self._by_id)]

    @property
    def waiting(self) -> int:
        """How many receivers wait for any session."""
        return len(self._waiting)

    def accept(self, session_id: str, consumer: Consumer) -> None:
        """Gives a named session to a consumer. Raises `BrokerError` when another holds it."""
        session = self.get(session_id)
        if session.holder is not None:
            raise BrokerError(SESSION_TAKEN, f"The session {session_id!r} is held by another receiver.")
        self._hold(session, consumer)

    def accept_next(self, consumer: Consumer, until: int) -> None:
        """Gives the next session on offer, now or when there is one; evicts with a timeout at `until`."""
        session = self._take_offer()
        if session is not None:
            self._hold(session, consumer)
            return
        self._waiting[consumer] = self._agenda.at(until, lambda: self._time_out(consumer))

    def stop_waiting(self, consumer: Consumer) -> None:
        """Forgets a waiting consumer that went away."""
        self._agenda.cancel(self._waiting.pop(consumer, None))

    def offer(self, session: Session) -> None:
        """Puts a session that may have become available on offer and serves who waits."""
        first = session.shelf.first()
        if first is not None and session.holder is None and not session.offered:
            session.offered = True
            heapq.heappush(self._offers, (first.sequence, session.id))
        while self._waiting and (found := self._take_offer()) is not None:
            consumer, alarm = next(iter(self._waiting.items()))
            del self._waiting[consumer]
            self._agenda.cancel(alarm)
            self._hold(found, consumer)

    def let_go(self, session: Session) -> Consumer | None:
        """Ends a session's lock and returns who held it; the messages under it are the caller's to return."""
        holder, session.holder = session.holder, None
        self._agenda.cancel(session.alarm)
        if holder is not None:
            holder.session = None
        return holder

    def held(self, session_id: str | None, consumer: Consumer | None) -> Session:
        """The session that a consumer holds. Raises `BrokerError` when its lock is lost."""
        session = self._by_id.get(session_id) if session_id is not None else None
        if session is None or session.holder is None or session.holder is not consumer:
            raise BrokerError(SESSION_LOCK_LOST, f"The session {session_id!r} is not locked by this receiver.")
        return session

    def renew(self, session: Session) -> int:
        """Prolongs a held session and with it the locks of its messages; returns the new end."""
        self._agenda.cancel(session.alarm)
        session.locked_until = self._agenda.now() + self._duration_ms
        session.alarm = self._agenda.at(session.locked_until, lambda: self._on_expired(session))
        return session.locked_until

    def _hold(self, session: Session, consumer: Consumer) -> None:
        session.holder = consumer
        consumer.session = session
        self.renew(session)
        consumer.accepted(session)

    def _time_out(self, consumer: Consumer) -> None:
        del self._waiting[consumer]
        consumer.evict(TIMEOUT, "No session became available within the time that was asked for.")

    def _take_offer(self) -> Session | None:
        while self._offers:
            sequence, session_id = heapq.heappop(self._offers)
            session = self._by_id.get(session_id)
            if session is None:
                continue
            session.offered = False
            first = session.shelf.first()
            if first is None or session.holder is not None:
                continue
            if first.sequence == sequence:
                return session
            session.offered = True
            heapq.heappush(self._offers, (first.sequence, session_id))
        return None
