"""What is stored comes back: from a second broker over the same directory, without an orderly end of the first."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from local.servicebus.broker.message import Abandon, Complete, Defer
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.queue import Queue
from local.servicebus.broker.store import SqliteStore, StoreError
from local.servicebus.queues import QueueSettings
from tests.unit.servicebus.world import Receiver, World


def _reopened(world: World, directory: Path, **settings: object) -> tuple[Queue, SqliteStore]:
    store = SqliteStore(directory)
    declared = QueueSettings("q", **settings)  # type: ignore[arg-type] # each test names fields of its own
    queue = Namespace([declared], world.agenda, store).find("q")
    assert queue is not None
    return queue, store


def _killed(store: SqliteStore) -> None:
    """What was committed stays, what was pending is lost, as with SIGKILL."""
    store._db.close()


def test_messages_come_back_with_number_count_state_and_times(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content(name, ttl=60_000) for name in ("active", "abandoned", "deferred", "locked", "done")])
    queue.send([world.content("scheduled", due_in=9000)])
    holder = Receiver(queue, credit=5).listen()
    queue.settle(holder.tokens["abandoned"], Abandon({"tried": "once"}))
    queue.settle(holder.tokens["deferred"], Defer())
    queue.settle(holder.tokens["done"], Complete())
    before = {number: (m.content, m.delivery_count, m.state, m.expires_at) for number, m in queue.messages.items()}
    store.commit()
    _killed(store)
    again, _ = _reopened(World(), tmp_path)
    after = {number: (m.content, m.delivery_count, m.state, m.expires_at) for number, m in again.messages.items()}
    assert after == before
    assert again.messages[6].due_at == world.now + 9000


def test_a_restart_ends_locks_without_counting_an_attempt(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content("a")])
    Receiver(queue).listen()
    store.commit()
    _killed(store)
    again, _ = _reopened(world, tmp_path)
    receiver = Receiver(again).listen()
    assert receiver.ids == ["a"]
    assert receiver.got[0].delivery_count == 0


def test_what_was_not_committed_was_never_said_and_is_gone(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content("a")])
    _killed(store)
    again, _ = _reopened(world, tmp_path)
    assert again.messages == {}


def test_sequence_numbers_go_on_when_the_queue_was_empty(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content("a"), world.content("b")])
    Receiver(queue, peek_lock=False).listen()
    store.commit()
    _killed(store)
    again, _ = _reopened(world, tmp_path)
    assert again.send([world.content("c")]) == [3]


def test_session_state_dead_letters_and_seen_ids_come_back(tmp_path: Path) -> None:
    world = World()
    settings = {"requires_session": True, "detects_duplicates": True, "max_delivery_count": 1}
    queue, store = _reopened(world, tmp_path, **settings)
    queue.send([world.content("a", session="s")])
    holder = Receiver(queue)
    queue.sessions.accept("s", holder)
    queue.pump(holder)
    queue.session_state(queue.sessions.held("s", holder), b"so far")
    queue.settle(holder.tokens["a"], Abandon())
    store.commit()
    _killed(store)
    again, _ = _reopened(world, tmp_path, **settings)
    assert again.dead_letters is not None
    assert [m.dead_letter_source for m in again.dead_letters.messages.values()] == ["q"]
    session = again.sessions.find("s")
    assert session is not None
    assert session.state == b"so far"
    assert again.send([world.content("a", session="s")]) == [1]
    assert again.messages == {}


def test_a_scheduled_message_that_came_due_while_down_is_active_at_once(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content("a", due_in=1000)])
    store.commit()
    _killed(store)
    later = World(now=world.now + 5000)
    again, _ = _reopened(later, tmp_path)
    later.passes(0)
    assert Receiver(again).listen().ids == ["a"]


def test_wiping_empties_the_files_too(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path, detects_duplicates=True)
    queue.send([world.content("a"), world.content("b", due_in=1000)])
    queue.wipe()
    store.commit()
    _killed(store)
    again, _ = _reopened(world, tmp_path, detects_duplicates=True)
    assert again.messages == {}
    assert again.send([world.content("a")]) == [3]


def test_a_second_broker_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    _, store = _reopened(World(), tmp_path)
    with pytest.raises(StoreError, match="stop the broker that holds it or name another --state"):
        SqliteStore(tmp_path)
    store.close()
    SqliteStore(tmp_path).close()


def test_tables_of_another_version_are_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    with sqlite3.connect(tmp_path / "servicebus.sqlite3") as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(StoreError, match="has version 7"):
        SqliteStore(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "servicebus.sqlite3").write_bytes(b"not a database, " * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteStore(tmp_path)


def test_a_failed_commit_is_told_and_its_changes_are_kept_for_the_next(tmp_path: Path) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    store._db.execute("PRAGMA max_page_count = 1")
    queue.send([world.content("x" * 100) for _ in range(400)])
    with pytest.raises(StoreError, match="cannot be written"):
        store.commit()
    store._db.execute("PRAGMA max_page_count = 100000")
    store.commit()
    _killed(store)
    again, _ = _reopened(world, tmp_path)
    assert len(again.messages) == 400


def test_messages_of_a_queue_that_is_no_longer_declared_are_kept_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    queue, store = _reopened(world, tmp_path)
    queue.send([world.content("a")])
    store.close()
    other = SqliteStore(tmp_path)
    Namespace([QueueSettings("other")], world.agenda, other)
    other.close()
    assert "'q', which the queues file does not declare" in caplog.text
    assert len(_reopened(world, tmp_path)[0].messages) == 1
