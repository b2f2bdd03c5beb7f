"""The emulator as one object and as one program: queues file in, a listening port out.

It listens on loopback and nowhere else. Any token is accepted there, unless it is told to speak TLS: then it is
reached as the service is with keys disabled, under identities alone.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import signal
import ssl
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.store import Forgetful, SqliteStore, Store, StoreError
from local.servicebus.control import Control
from local.servicebus.faults import Faults
from local.servicebus.queues import QueueSettings, QueuesFileError, load_queues
from local.servicebus.serving.connection import Connection
from local.servicebus.serving.door import Door
from local.servicebus.serving.wire_faults import WireFaults

log = logging.getLogger(__name__)

DEFAULT_PORT = 5672
DEFAULT_QUEUES = Path("infra/queues.json")
LONGEST_SLEEP_MS = 3_600_000
"""The wall clock may be set; looking at it at least hourly bounds what that costs."""


class BindError(RuntimeError):
    """The emulator cannot listen where it was told to. The message says why and what to do."""


class ServiceBusEmulator:
    """A Service Bus namespace in this process's event loop."""

    def __init__(
        self, queues: Sequence[QueueSettings], state_dir: Path | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """Opens the state; without a directory everything is in memory. Raises `StoreError`.

        With `tls` it speaks AMQPS and takes tokens only.
        """
        self._store: Store = Forgetful() if state_dir is None else SqliteStore(state_dir)
        self._agenda = Agenda(lambda: time.time_ns() // 1_000_000)
        self.namespace = Namespace(queues, self._agenda, self._store)
        self._wire = WireFaults()
        self.faults = Faults(self.namespace, self._wire, self._listen_again, self._unlisten)
        self._container_id = f"lockstep-servicebus-{uuid4().hex}"
        self._tls = tls
        self._timer: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None
        self._control: asyncio.Server | None = None
        self._host = ""
        self._port = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listens and returns the port; 0 takes a free one. Raises `BindError` beyond loopback."""
        _require_loopback(host)
        self._host, self._port = ("127.0.0.1" if host == "localhost" else host), port
        await self._listen()
        self._agenda.on_earlier = self._set_timer
        self._set_timer()
        return self._port

    async def start_control(self, port: int = 0) -> int:
        """Serves `/sim/` beside the broker and returns the port."""
        control = Control(self.namespace, self.faults)
        try:
            self._control = await asyncio.start_server(control.serve, self._host, port)
        except OSError as error:
            raise _cannot_bind(self._host, port, error) from error
        return int(self._control.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Cuts all connections and closes the state. Stopping twice does nothing."""
        await self.faults.stop_all()
        self._unlisten()
        if self._control is not None:
            self._control.close()
            self._control = None
        self._wire.abort_all()
        self._agenda.on_earlier = lambda: None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Connections learn of their end on the loop's next turn and free their sessions then.
        await asyncio.sleep(0)
        self._store.close()

    @property
    def connection_string(self) -> str:
        """For the SDK. The flag must be lower-case, or the SDK silently speaks TLS to port 5671."""
        return (
            f"Endpoint=sb://{self._host}:{self._port};SharedAccessKeyName=RootManageSharedAccessKey;"
            "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
        )

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                self._connection, self._host, self._port, backlog=1024, ssl=self._tls
            )
        except OSError as error:
            raise _cannot_bind(self._host, self._port, error) from error
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def _listen_again(self) -> None:
        """After a fault; the port may be in other hands for a moment, since nobody held it."""
        for _ in range(100):
            try:
                return await self._listen()
            except BindError as error:
                log.warning("%s", error)
                await asyncio.sleep(0.1)
        return None

    def _unlisten(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connection(self) -> Connection:
        return Connection(self.namespace, self._wire, self._container_id, Door(self._tls is not None))

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._agenda.next_due()
        if due is not None:
            wait_ms = min(max(due - self._agenda.now(), 0), LONGEST_SLEEP_MS)
            self._timer = asyncio.get_running_loop().call_later(wait_ms / 1000, self._run_due)

    def _run_due(self) -> None:
        self._timer = None
        try:
            self._agenda.run_due()
            self._store.commit()
        except StoreError as error:
            log.error("%s", error)
        finally:
            self._set_timer()


def _require_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise BindError(f"the emulator listens on loopback only, not on {host!r}; use 127.0.0.1")


def _cannot_bind(host: str, port: int, error: OSError) -> BindError:
    return BindError(f"cannot listen on {host}:{port} ({error.strerror}); stop what uses it or name another port")


def main(argv: Sequence[str]) -> int:
    """Runs the emulator until SIGINT or SIGTERM; prints `ready <port> [<control port>]` when it listens.

    Returns 0 after an ordered end and 1, with one line on stderr, when it cannot start.
    """
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s servicebus %(message)s")
    try:
        return asyncio.run(_run(options))
    except (QueuesFileError, StoreError, BindError) as error:
        print(f"servicebus: {error}", file=sys.stderr)
        return 1


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.servicebus", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of AMQP; 0 takes a free one")
    parser.add_argument("--queues", type=Path, default=DEFAULT_QUEUES, help="the file that declares the queues")
    parser.add_argument("--state", type=Path, default=None, help="where messages survive; in memory without it")
    parser.add_argument("--control-port", type=int, default=None, help="of /sim/; 0 takes a free one, none is off")
    parser.add_argument("--certificate", type=Path, default=None, help="PEM; with it AMQPS, and tokens only")
    parser.add_argument("--key", type=Path, default=None, help="PEM, of the certificate")
    return parser.parse_args(argv)


async def _run(options: argparse.Namespace) -> int:
    tls = None
    if options.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)
    emulator = ServiceBusEmulator(load_queues(options.queues), options.state, tls)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        ports = [await emulator.start(options.host, options.port)]
        if options.control_port is not None:
            ports.append(await emulator.start_control(options.control_port))
        print("ready", *ports, flush=True)
        await stopped.wait()
    finally:
        await emulator.stop()
    return 0
