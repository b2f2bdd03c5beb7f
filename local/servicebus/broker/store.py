"""What of the queues survives the process, killed or not.

Changes gather in memory and reach the database in one transaction per `commit`, which every connection calls
before it sends anything: nothing leaves the process before what it says has been written. Written means handed
to the operating system, which survives SIGKILL but not a power cut; a broker for tests needs no more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from local.servicebus.amqp.message import parse, serialise
from local.servicebus.broker.message import Message, State

VERSION = 1
"""Of the tables; another version is refused, never guessed at."""


class StoreError(RuntimeError):
    """The state directory cannot be used. The message says why and what to do."""


@dataclass(slots=True)
class Saved:
    """One queue as it was stored."""

    last_sequence: int = 0
    messages: list[Message] = field(default_factory=list)
    sessions: list[tuple[str, bytes]] = field(default_factory=list)
    seen: list[tuple[str, int, int]] = field(default_factory=list)


class Store(Protocol):
    """Where queues write down what must not be forgotten. `queue` is always a queue's path."""

    def save(self, queue: str, message: Message, /) -> None:
        """A new or changed message."""

    def update(self, queue: str, message: Message, /) -> None:
        """A message of which only the delivery count changed."""

    def remove(self, queue: str, sequence: int, /) -> None:
        """A message that is gone."""

    def session_state(self, queue: str, session_id: str, state: bytes | None, /) -> None:
        """A session's state, or that it has none."""

    def seen(self, queue: str, key: str, at: int, sequence: int, /) -> None:
        """A message id for duplicate detection."""

    def forget_seen(self, queue: str, until: int | None, /) -> None:
        """The ids seen up to an instant, or all, are of no use any more."""

    def load(self, queue: str, /) -> Saved:
        """What is stored of a queue."""

    def paths(self) -> list[str]:
        """Every queue of which messages are stored."""

    def commit(self) -> None:
        """Makes everything said so far survive. Raises `StoreError` and keeps it for the next try."""

    def close(self) -> None:
        """Commits and lets go."""


class Forgetful:
    """The store of a broker without a state directory: it keeps nothing."""

    def save(self, _queue: str, _message: Message, /) -> None: ...

    def update(self, _queue: str, _message: Message, /) -> None: ...

    def remove(self, _queue: str, _sequence: int, /) -> None: ...

    def session_state(self, _queue: str, _session_id: str, _state: bytes | None, /) -> None: ...

    def seen(self, _queue: str, _key: str, _at: int, _sequence: int, /) -> None: ...

    def forget_seen(self, _queue: str, _until: int | None, /) -> None: ...

    def load(self, _queue: str, /) -> Saved:
        return Saved()

    def paths(self) -> list[str]:
        return []

    def commit(self) -> None: ...

    def close(self) -> None: ...


_TABLES = f"""
CREATE TABLE messages (
    queue TEXT, sequence INTEGER, octets BLOB, enqueued_at INTEGER, expires_at INTEGER, origin_sequence INTEGER,
    state INTEGER, due_at INTEGER, delivery_count INTEGER, dead_letter_source TEXT, PRIMARY KEY (queue, sequence)
);
CREATE TABLE sequences (queue TEXT PRIMARY KEY, last INTEGER);
CREATE TABLE sessions (queue TEXT, session TEXT, state BLOB, PRIMARY KEY (queue, session));
CREATE TABLE seen (queue TEXT, key TEXT, at INTEGER, sequence INTEGER, PRIMARY KEY (queue, key));
CREATE INDEX seen_at ON seen (queue, at);
PRAGMA user_version = {VERSION};
"""

_SAVE = "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = "UPDATE messages SET delivery_count = ? WHERE queue = ? AND sequence = ?"
_REMOVE = "DELETE FROM messages WHERE queue = ? AND sequence = ?"
_SEQUENCE = "INSERT OR REPLACE INTO sequences VALUES (?, ?)"


class SqliteStore:
    """The store in a state directory, held exclusively by one process."""

    def __init__(self, directory: Path) -> None:
        """Raises `StoreError` when the directory cannot be used or another broker uses it."""
        self._file = directory / "servicebus.sqlite3"
        self._pending: list[tuple[str, Sequence[object]]] = []
        self._last: dict[str, int] = {}
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._file, isolation_level=None, timeout=1.0)
            # Exclusive from the first transaction on, so that a second broker is refused at its start.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute("COMMIT")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._db.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"{self._file} cannot be used ({error}); stop the broker that holds it or name another --state"
            ) from error
        if version not in (0, VERSION):
            raise StoreError(f"{self._file} has version {version}, this is {VERSION}; name another --state")

    def save(self, queue: str, message: Message) -> None:
        row = (
            queue,
            message.sequence,
            serialise(message.content, annotations=message.content.annotations),
            message.enqueued_at,
            message.expires_at,
            message.origin_sequence,
            int(message.state),
            message.due_at,
            message.delivery_count,
            message.dead_letter_source,
        )
        self._pending.append((_SAVE, row))
        self._last[queue] = max(self._last.get(queue, 0), message.sequence)

    def update(self, queue: str, message: Message) -> None:
        self._pending.append((_UPDATE, (message.delivery_count, queue, message.sequence)))

    def remove(self, queue: str, sequence: int) -> None:
        self._pending.append((_REMOVE, (queue, sequence)))

    def session_state(self, queue: str, session_id: str, state: bytes | None) -> None:
        if state is None:
            self._pending.append(("DELETE FROM sessions WHERE queue = ? AND session = ?", (queue, session_id)))
        else:
            self._pending.append(("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", (queue, session_id, state)))

    def seen(self, queue: str, key: str, at: int, sequence: int) -> None:
        self._pending.append(("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (queue, key, at, sequence)))

    def forget_seen(self, queue: str, until: int | None) -> None:
        if until is None:
            self._pending.append(("DELETE FROM seen WHERE queue = ?", (queue,)))
        else:
            self._pending.append(("DELETE FROM seen WHERE queue = ? AND at <= ?", (queue, until)))

    def load(self, queue: str) -> Saved:
        """The queue's rows; a message that can no longer be read is a `StoreError`, never skipped."""
        last = self._db.execute("SELECT last FROM sequences WHERE queue = ?", (queue,)).fetchone()
        messages = self._db.execute("SELECT * FROM messages WHERE queue = ? ORDER BY sequence", (queue,))
        sessions = self._db.execute("SELECT session, state FROM sessions WHERE queue = ?", (queue,))
        seen = self._db.execute("SELECT key, at, sequence FROM seen WHERE queue = ? ORDER BY at", (queue,))
        return Saved(
            last_sequence=last[0] if last else 0,
            messages=[self._message(row) for row in messages],
            sessions=sessions.fetchall(),
            seen=seen.fetchall(),
        )

    def paths(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT DISTINCT queue FROM messages ORDER BY queue")]

    def commit(self) -> None:
        if not self._pending:
            return
        try:
            self._db.execute("BEGIN")
            for statement, values in self._pending:
                self._db.execute(statement, values)
            self._db.executemany(_SEQUENCE, self._last.items())
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(f"{self._file} cannot be written ({error}); free space or name another --state") from error
        self._pending.clear()
        self._last.clear()

    def close(self) -> None:
        try:
            self.commit()
        finally:
            self._db.close()

    def _message(self, row: tuple[object, ...]) -> Message:
        _, sequence, octets, enqueued_at, expires_at, origin, state, due_at, count, source = row
        if not isinstance(octets, bytes) or not isinstance(sequence, int) or not isinstance(enqueued_at, int):
            raise StoreError(f"{self._file} holds a message that cannot be read; name another --state")
        message = Message(sequence, parse(octets), enqueued_at, expires_at if isinstance(expires_at, int) else None)
        message.origin_sequence = origin if isinstance(origin, int) else sequence
        message.state = State(state) if isinstance(state, int) else State.ACTIVE
        message.due_at = due_at if isinstance(due_at, int) else None
        message.delivery_count = count if isinstance(count, int) else 0
        message.dead_letter_source = source if isinstance(source, str) else None
        return message
