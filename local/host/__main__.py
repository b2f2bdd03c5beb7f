"""`python -m local.host --app-root DIR [--port P] [--settings FILE] ...`: run a function app until told to stop.

Prints `ready <port>` on standard output once it serves; everything else goes to standard error, one line each. Ends
with 0 after SIGTERM or Ctrl-C, with 1 and one sentence where it refuses to start.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from local.host.app_settings import SettingsFile, apply, read_settings_file
from local.host.refusal import Refusal

_REPOSITORY = Path(__file__).resolve().parents[2]
_LEVELS = {
    "Trace": logging.DEBUG, "Debug": logging.DEBUG, "Information": logging.INFO, "Warning": logging.WARNING,
    "Error": logging.ERROR, "Critical": logging.CRITICAL, "None": logging.CRITICAL,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the host; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(options))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    # a sync function that still runs in a thread must not keep the process: what it does is done again or lost,
    # as when Azure takes an instance away
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Runs a function app on this machine.")
    parser.add_argument("--app-root", type=Path, default=_REPOSITORY, help="folder with function_app.py and host.json")
    parser.add_argument("--settings", type=Path, help="app settings; default local.settings.json of the app, if there")
    parser.add_argument("--port", type=int, help="default: Host.LocalHttpPort of the settings, else 7071; 0 for any")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--state", type=Path, help="folder for keys and timers; default .stack/host in the app")
    parser.add_argument("--http-concurrency", type=_positive, help="HTTP invocations that run at the same time")
    parser.add_argument("--drain", type=float, default=10.0, help="seconds for running functions at the end")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("is at least 1")
    return number


async def _serve(options: argparse.Namespace) -> None:
    root = options.app_root.resolve()
    settings = _settings(options.settings, root)
    applied = apply(settings)
    # After the app settings are in the environment, where Azure has them before any Python runs: some packages read
    # their environment, trusted authorities among it, while they are imported.
    from local.host.host import Host, Start

    port = options.port if options.port is not None else settings.host.port
    start = Start(
        root=root,
        state=(options.state or root / ".stack" / "host").resolve(),
        settings=applied,
        section=settings.host,
        address=options.address,
        port=7071 if port is None else port,
        http_concurrency=options.http_concurrency,
        drain=options.drain,
    )
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("azure").setLevel(logging.ERROR)
    host = Host(start)
    logging.getLogger().setLevel(_LEVELS.get(host.options.log_level, logging.INFO))
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    print(f"ready {await host.start()}", flush=True)
    await stop.wait()
    await host.stop()


def _settings(given: Path | None, root: Path) -> SettingsFile:
    if given is not None:
        return read_settings_file(given)
    usual = root / "local.settings.json"
    return read_settings_file(usual) if usual.exists() else SettingsFile()


if __name__ == "__main__":
    sys.exit(main())
