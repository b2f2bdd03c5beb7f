"""Which TCP ports the stack's processes listen on, and whether those are free. Opens nothing that stays."""

from __future__ import annotations

import random
import socket
from dataclasses import asdict, dataclass

from local.stack.failure import StackFailure

# Below what Linux (32768) and macOS (49152) give to outgoing connections: a host that was killed must find its
# port free again, and a connection of somebody else could hold an ephemeral one.
_AUTO_RANGE = (20_000, 32_000)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports on 127.0.0.1; `control` is the Service Bus emulator's own controls."""

    host: int = 7071
    graph: int = 7072
    tables: int = 10002
    servicebus: int = 5672
    control: int = 7073

    def named(self) -> dict[str, int]:
        """Name and port of each listener, in starting order."""
        return asdict(self)


def choose(wish: str | None) -> Ports:
    """The ports for the value of `--ports`: None for the defaults, `auto` for free ones, a number for that
    one and the four after it (host, graph, tables, servicebus, control).

    Raises StackFailure for anything else.
    """
    if wish is None:
        return Ports()
    if wish == "auto":
        return Ports(*_free(5))
    if not wish.isdigit() or not 1 <= int(wish) <= 65_531:
        raise StackFailure(f"--ports takes 'auto' or a number from 1 to 65531, not {wish!r}.")
    return Ports(*range(int(wish), int(wish) + 5))


def require_free(ports: dict[str, int], remedy: str) -> None:
    """Raise StackFailure naming every port of `ports` that something listens on; `remedy` ends the line."""
    taken = [f"{port} ({name})" for name, port in ports.items() if not is_free(port)]
    if taken:
        noun, verb = ("Port", "is") if len(taken) == 1 else ("Ports", "are")
        raise StackFailure(f"{noun} {', '.join(taken)} {verb} in use: {remedy}")


def is_free(port: int) -> bool:
    """Whether a listener could be opened on 127.0.0.1 at `port` now."""
    with socket.socket() as probe:
        # As servers do: a port that is only in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free(count: int) -> list[int]:
    candidates = random.sample(range(*_AUTO_RANGE), 400)
    found = [port for _, port in zip(range(count), filter(is_free, candidates), strict=False)]
    if len(found) < count:
        raise StackFailure(
            f"No {count} free ports between {_AUTO_RANGE[0]} and {_AUTO_RANGE[1]}: name some with --ports."
        )
    return found
