"""Which TCP ports the stack's processes listen on, and whether those are free. Opens nothing that stays."""

from __future__ import annotations

import random
import socket
from dataclasses import asdict, dataclass

from local.stack.failure import StackFailure

# Below what Linux (32768) and macOS (49152) give to outgoing connections: a host that was killed must find its
# port free again, and a connection of somebody else could hold an ephemeral one.
_AUTO_RANGE = (20_000, 32_000)

AMQPS = 5671
"""The only port on which azure-servicebus speaks TLS, whatever a namespace's name says."""
LOOPBACK = "127.0.0.1"


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


def require_free(ports: dict[str, int], remedy: str, broker: str = LOOPBACK) -> None:
    """Raise StackFailure naming every port of `ports` that something listens on; `remedy` ends the line.

    `broker` is the address on which the broker's two are meant.
    """
    addresses = dict.fromkeys(("servicebus", "control"), broker)
    taken = [f"{port} ({name})" for name, port in ports.items() if not is_free(port, addresses.get(name, LOOPBACK))]
    if taken:
        noun, verb = ("Port", "is") if len(taken) == 1 else ("Ports", "are")
        raise StackFailure(f"{noun} {', '.join(taken)} {verb} in use: {remedy}")


def broker_address() -> str:
    """A loopback address whose AMQPS port is free: 127.0.0.1, or another one where the system has more (Linux)."""
    others = (f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}" for _ in range(20))
    for address in (LOOPBACK, *others):
        if is_free(AMQPS, address):
            return address
    raise StackFailure(f"Port {AMQPS} is in use: the SDK of Service Bus speaks TLS on no other, end what uses it.")


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether a listener could be opened on a loopback address at `port` now."""
    with socket.socket() as probe:
        # As servers do: a port that is only in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
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
