"""Stands between the host and the three others, counts its calls, and kills it at one of them.

Plain bytes go through unchanged. A call is an HTTP request (Graph, tables) or an AMQP transfer or disposition
(the broker). Only calls about the watched room count; reads only where they are asked for, because what is left
behind after a read was left behind before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tests.integration.loop.driving.frames import DISPOSITION, TRANSFER, Deliveries, performative_of

_AMQP_ANSWER_SECONDS = 0.05
_READ = 65536


class Moment(Enum):
    """When the host dies: before the call goes out, or after it took effect and before the host hears of it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Call:
    """One call as it passed: to whom, and its first words."""

    to: str
    words: str

    @property
    def kind(self) -> tuple[str, str]:
        """To whom, and the HTTP method or the AMQP performative."""
        return self.to, self.words.partition(" ")[0]

    @property
    def is_read(self) -> bool:
        return self.words.startswith("GET ")


@dataclass(frozen=True)
class Target:
    """A call by what it is, not by its place among all: what runs side by side has no fixed order."""

    kind: tuple[str, str]
    occurrence: int


def target(calls: Sequence[Call]) -> Target:
    """How the last of some calls is told from those before it."""
    kind = calls[-1].kind
    return Target(kind, sum(call.kind == kind for call in calls))


@dataclass
class Trap:
    """Counts the calls about one room, and kills the host at the one it is set to."""

    counts_reads: bool = False
    calls: list[Call] = field(default_factory=list)
    _needles: tuple[bytes, ...] = ()
    _at: Target | None = None
    _moment: Moment = Moment.AFTER
    _pid: int = 0
    sprung: threading.Event = field(default_factory=threading.Event)

    def watch(self, names: Iterable[str]) -> None:
        """Count the calls about a room from now on, and kill nothing."""
        self.calls = []
        self._at = None
        self.sprung.clear()
        self._needles = tuple(name.encode() for name in names)

    def set(self, names: Iterable[str], at: Target, moment: Moment, pid: int) -> None:
        """Kill the process at one call about a room from now on."""
        self.watch(names)
        self._moment, self._pid, self._at = moment, pid, at

    def disarm(self) -> None:
        """Let everything pass."""
        self._at = None
        self._needles = ()

    def passes(self, to: str, about: bytes, words: str) -> bool:
        """Note a call; whether it is the one at which the host dies."""
        if self.sprung.is_set() or not any(each in about for each in self._needles):
            return False
        call = Call(to, words)
        if call.is_read and not self.counts_reads:
            return False
        self.calls.append(call)
        return self._at == target(self.calls)

    @property
    def is_before(self) -> bool:
        return self._moment is Moment.BEFORE

    def spring(self) -> None:
        """Kill the host."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self.sprung.set()


class Between:
    """Listeners on free loopback ports, served by a thread of their own so that no test holds them up."""

    def __init__(self) -> None:
        self.trap = Trap()
        self.refuses: set[str] = set()
        """Names of those that cannot be reached at present."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="between", daemon=True)
        self._open: dict[str, set[asyncio.StreamWriter]] = {}
        self._thread.start()

    def http(self, name: str, port: int) -> int:
        """Stand in front of an HTTP server; return the port to use instead."""
        return self._listen(name, port, _http_calls)

    def amqp(self, name: str, port: int) -> int:
        """Stand in front of a broker; return the port to use instead."""
        return self._listen(name, port, _amqp_calls)

    def cut(self, name: str) -> None:
        """Make one unreachable: its connections are reset, new ones too."""
        self.refuses.add(name)
        self._loop.call_soon_threadsafe(self._abort, name)

    def restore(self, name: str) -> None:
        """Make one reachable again."""
        self.refuses.discard(name)

    def close(self) -> None:
        """End the thread and every connection."""
        for name in list(self._open):
            self._loop.call_soon_threadsafe(self._abort, name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _abort(self, name: str) -> None:
        for writer in list(self._open[name]):
            writer.transport.abort()

    def _listen(self, name: str, port: int, calls: _Calls) -> int:
        self._open[name] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if name in self.refuses:
                writer.transport.abort()
                return
            self._open[name].add(writer)
            try:
                await _Connection(name, self.trap, reader, writer).carry(port, calls)
            finally:
                self._open[name].discard(writer)

        async def listen() -> int:
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            return int(server.sockets[0].getsockname()[1])

        return asyncio.run_coroutine_threadsafe(listen(), self._loop).result(5)


def _ignore(_: bytes) -> None:
    """Nothing in the answers is needed to tell what a call is about."""


class _Connection:
    """One connection of the host, and the one that is made for it."""

    def __init__(self, to: str, trap: Trap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.to = to
        self.trap = trap
        self.reader = reader
        self.answered = asyncio.Event()
        self.overhear: Callable[[bytes], None] = _ignore
        self._writer = writer
        self._out: asyncio.StreamWriter | None = None
        self._holding = False

    async def carry(self, port: int, calls: _Calls) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            back, self._out = await asyncio.open_connection("127.0.0.1", port)
            answers = asyncio.create_task(self._answers(back))
            try:
                await calls(self)
            finally:
                answers.cancel()
        for writer in (self._out, self._writer):
            if writer is not None:
                writer.close()

    async def forward(self, data: bytes) -> None:
        assert self._out is not None
        self._out.write(data)
        await self._out.drain()

    async def forward_call(self, data: bytes, about: bytes, words: str, *, patience: float | None) -> None:
        """Pass a call on; where it is the one, let the host die before it or at its answer.

        ``about`` is what names the room, ``patience`` how long an answer is waited for, in seconds.
        """
        if not self.trap.passes(self.to, about, words):
            await self.forward(data)
            return
        if self.trap.is_before:
            self.trap.spring()
            return
        self.answered.clear()
        self._holding = True
        await self.forward(data)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answered.wait(), patience)
        self.trap.spring()

    async def _answers(self, back: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await back.read(_READ):
                self.overhear(data)
                self.answered.set()
                if not self._holding:
                    self._writer.write(data)
                    await self._writer.drain()
        self.answered.set()
        self._writer.close()


_Calls = Callable[[_Connection], Awaitable[None]]


async def _http_calls(connection: _Connection) -> None:
    """Pass requests on, one whole request at a time."""
    while True:
        head = await connection.reader.readuntil(b"\r\n\r\n")
        body = await connection.reader.readexactly(_length(head))
        words = head.split(b"\r\n", 1)[0].decode("latin-1")
        await connection.forward_call(head + body, head + body, words, patience=None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
        # What the SDKs send has a length; anything else would be cut here, so it must not pass unseen.
        assert name.strip().lower() != b"transfer-encoding", "a request without a length cannot be carried"
    return 0


async def _amqp_calls(connection: _Connection) -> None:
    """Pass frames on, one whole frame at a time."""
    deliveries = Deliveries()
    connection.overhear = deliveries.read
    while True:
        start = await connection.reader.readexactly(8)
        if start.startswith(b"AMQP"):
            await connection.forward(start)
            continue
        frame = start + await connection.reader.readexactly(int.from_bytes(start[:4]) - 8)
        code = performative_of(frame)
        if code == TRANSFER:
            await connection.forward_call(frame, frame, "transfer", patience=_AMQP_ANSWER_SECONDS)
        elif code == DISPOSITION:
            about = deliveries.settled_by(frame)
            await connection.forward_call(frame, about, "disposition", patience=_AMQP_ANSWER_SECONDS)
        else:
            await connection.forward(frame)
