"""The broker made unreachable on purpose, because a broker never really forgets: frozen, or reset mid-answer.

Holds the open connections, so that a fault reaches those that are there and those that come.
"""

from __future__ import annotations

from typing import Protocol


class Disturbed(Protocol):
    """A connection, as far as faults go."""

    def freeze(self) -> None:
        """Reads and sends nothing more."""

    def thaw(self) -> None:
        """Goes on."""

    def abort(self) -> None:
        """Resets the connection."""

    def drop_links(self, condition: str, description: str) -> None:
        """Detaches every link to a queue."""


class WireFaults:
    """What is disturbed now."""

    def __init__(self) -> None:
        self.frozen = False
        self.resetting = False
        self._connections: set[Disturbed] = set()

    def joined(self, connection: Disturbed) -> None:
        """A new connection."""
        self._connections.add(connection)
        if self.frozen:
            connection.freeze()

    def left(self, connection: Disturbed) -> None:
        """A connection that ended."""
        self._connections.discard(connection)

    def freeze(self) -> None:
        """Every connection hangs: it stays open, nothing is read and nothing is sent."""
        self.frozen = True
        for connection in list(self._connections):
            connection.freeze()

    def thaw(self) -> None:
        """Every connection goes on where it stopped."""
        self.frozen = False
        for connection in list(self._connections):
            connection.thaw()

    def abort_all(self) -> None:
        """Resets every connection."""
        for connection in list(self._connections):
            connection.abort()

    def drop_links(self) -> None:
        """Detaches every link to a queue, as the service does when it moves an entity to another node."""
        for connection in list(self._connections):
            connection.drop_links("amqp:link:detach-forced", "The link was detached by the broker.")
