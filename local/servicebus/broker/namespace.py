"""All queues of the emulator by their address, each with its dead-letter queue."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.message import Message, State
from local.servicebus.broker.queue import Queue
from local.servicebus.broker.store import Store
from local.servicebus.queues import NEVER_MS, QueueSettings

log = logging.getLogger(__name__)

DEAD_LETTER_SUFFIX = "/$DeadLetterQueue"


class Namespace:
    """The declared queues. Addresses are compared without regard to case."""

    def __init__(self, declared: Iterable[QueueSettings], agenda: Agenda, store: Store) -> None:
        """Loads what the store holds; messages of queues that are no longer declared stay there, unserved."""
        self.agenda = agenda
        self.store = store
        self._queues: dict[str, Queue] = {}
        for settings in declared:
            self._declare(settings)
        for path in store.paths():
            if path.casefold() not in self._queues:
                log.warning("the state holds messages of %r, which the queues file does not declare", path)

    def find(self, address: str) -> Queue | None:
        """The queue or dead-letter queue of an address."""
        return self._queues.get(address.casefold())

    def queues(self) -> list[Queue]:
        """Every queue that is not a dead-letter queue."""
        return [queue for queue in self._queues.values() if queue.dead_letters is not None]

    def drop_locks(self) -> None:
        """Ends every lock of every queue."""
        for queue in self._queues.values():
            queue.drop_locks()

    def wipe(self) -> None:
        """Empties every queue."""
        for queue in self._queues.values():
            queue.wipe()
        self.store.commit()

    def counts(self) -> dict[str, object]:
        """What is in each queue, per session too, for people and tests that look on."""
        return {queue.path: _counts(queue) for queue in self.queues()}

    def _declare(self, settings: QueueSettings) -> None:
        # A dead-letter queue has no sessions, no time to live and no limit of deliveries.
        dead_settings = replace(settings, requires_session=False, default_ttl_ms=NEVER_MS, detects_duplicates=False)
        path = settings.name + DEAD_LETTER_SUFFIX
        dead_letters = Queue(path, dead_settings, self.agenda, self.store, None)
        queue = Queue(settings.name, settings, self.agenda, self.store, dead_letters)
        for made in (dead_letters, queue):
            made.restore(self.store.load(made.path))
            self._queues[made.path.casefold()] = made


def _counts(queue: Queue) -> dict[str, object]:
    by_session: dict[str | None, list[Message]] = {}
    for message in queue.messages.values():
        by_session.setdefault(message.content.session_id, []).append(message)
    sessions = {
        session.id: {
            **_states(by_session.get(session.id, [])),
            "held": session.holder is not None,
            "has_state": session.state is not None,
        }
        for session in queue.sessions.known()
    }
    return {
        **_states(queue.messages.values()),
        "dead_lettered": 0 if queue.dead_letters is None else len(queue.dead_letters.messages),
        "waiting_receivers": queue.sessions.waiting,
        "sessions": sessions,
    }


def _states(messages: Iterable[Message]) -> dict[str, int]:
    """Locked messages are counted as such and not as what they were before."""
    found = {"active": 0, "scheduled": 0, "deferred": 0, "locked": 0}
    names = {State.ACTIVE: "active", State.SCHEDULED: "scheduled", State.DEFERRED: "deferred"}
    for message in messages:
        found["locked" if message.lock is not None else names[message.state]] += 1
    return found
