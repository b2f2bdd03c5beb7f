"""`python -m local.graph --port P [--state DIR] [--company FILE]`: serves the simulator on loopback until it
is ended.

Prints `ready <port>` once it accepts connections; port 0 takes a free one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import ssl
import sys
from pathlib import Path

from aiohttp import web

from local.graph.app import OUTAGE_KEY, build_app
from local.graph.journal import Journal
from local.graph.listener import Listener
from local.graph.seed import populate
from local.graph.store import Store
from local.graph.zones import find_zone


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m local.graph", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1; 0 for any")
    parser.add_argument("--state", type=Path, help="directory that keeps the state over a restart")
    parser.add_argument("--company", type=Path, help="JSON file as POST /sim/reset takes it")
    parser.add_argument("--certificate", type=Path, help="PEM; with it everything is served over https")
    parser.add_argument("--key", type=Path, help="PEM, of the certificate")
    options = parser.parse_args(argv)
    tls = None
    if options.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)
    try:
        asyncio.run(serve(options.port, options.state, options.company, tls))
    except OSError as error:
        print(
            f"The Graph simulator cannot listen on port {options.port}: {os.strerror(error.errno or 0).lower()}.",
            file=sys.stderr,
        )
        return 1
    return 0


async def serve(port: int, state: Path | None, company: Path | None, tls: ssl.SSLContext | None = None) -> None:
    """Build the store (from its journal where there is one), listen, wait for a signal."""
    store = Store(Journal(state) if state else None)
    if not store.mailboxes:
        populate(store, json.loads(company.read_text(encoding="utf-8")) if company else None)  # noqa: ASYNC240  # before serving
    # The table of zones takes a tenth of a second, which no request should be measured with.
    find_zone("UTC")
    application = build_app(store)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    listener = Listener(runner, port, tls)
    application[OUTAGE_KEY].refuse = listener.refuse
    await listener.open()
    print(f"ready {listener.port}", flush=True)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
