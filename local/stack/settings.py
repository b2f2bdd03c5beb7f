"""The app settings that make the product run on the stack, in the shape of `local.settings.json`.

The one place that knows both the product's setting names and the stack's addresses. In Azure the same names are set
by the infrastructure; the product cannot tell the difference.
"""

from __future__ import annotations

import json
import secrets
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.stack.failure import StackFailure
from local.stack.identity_settings import CLIENT_ID
from local.stack.ports import Ports
from local.tables.azurite import connection_string

OVERRIDES = "LOCKSTEP_"
# What the simulated identity endpoint expects as IDENTITY_HEADER.
IDENTITY_HEADER = "lockstep-local-identity"
_WITH_KEYS = frozenset(("AzureWebJobsStorage", "LOCKSTEP_TABLES", "ServiceBus"))


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the host: `master` everything, `function` what asks for a function key."""

    master: str
    function: str


def servicebus_connection(port: int) -> str:
    """Connection string of the emulator; the SDK takes plain TCP only with a lower-case `true`."""
    return (
        f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


def tenant_of(graph: str, trusted: Path | None = None) -> str:
    """The id of the tenant that the simulator at this URL plays, found as Entra's tenants are: by discovery.

    `trusted` is the authority of a simulator that speaks https.

    Raises StackFailure when it does not say.
    """
    address = f"{graph}/common/v2.0/.well-known/openid-configuration"
    try:
        # Without the proxy that the environment may name: the address is on loopback.
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=trusted))
        with urllib.request.build_opener(urllib.request.ProxyHandler({}), tls).open(address, timeout=5) as answer:
            issuer: str = json.load(answer)["issuer"]
        return issuer.removesuffix("/v2.0").rpartition("/")[2]
    except (OSError, ValueError, LookupError) as error:
        raise StackFailure(f"graph does not name its tenant at {address} ({error}): read its log.") from None


def app_settings(
    ports: Ports, tenant: str, overrides: Mapping[str, str], identity: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Name and value of every app setting. `overrides` (an environment) wins for names that start with
    LOCKSTEP_, so that a test may run the stack with a faster sweep. `identity` takes the place of every key.
    """
    graph = f"http://127.0.0.1:{ports.graph}"
    tables = connection_string(ports.tables)
    settings = {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": tables,
        "LOCKSTEP_TABLES": tables,
        "ServiceBus": servicebus_connection(ports.servicebus),
        "LOCKSTEP_QUEUE": "wakeups",
        "LOCKSTEP_GRAPH_URL": f"{graph}/v1.0",
        # The App Service contract for managed identities, which the simulator serves.
        "IDENTITY_ENDPOINT": f"{graph}/msi/token",
        "IDENTITY_HEADER": IDENTITY_HEADER,
        "AZURE_CLIENT_ID": CLIENT_ID,
        "LOCKSTEP_NOTIFICATION_URL": f"http://127.0.0.1:{ports.host}",
        "LOCKSTEP_TENANT": tenant,
        # The simulator's page shows the booking page beside it.
        "LOCKSTEP_FRAMED_BY": f"http{'' if identity is None else 's'}://127.0.0.1:{ports.graph}",
        "LOCKSTEP_SWEEP_SCHEDULE": "*/10 * * * * *",
        "LOCKSTEP_READS_SCHEDULE": "30 * * * * *",
        "LOCKSTEP_RENEW_SCHEDULE": "0 */5 * * * *",
    }
    wins = {name: value for name, value in overrides.items() if name.startswith(OVERRIDES)}
    if identity is not None:
        settings = {name: value for name, value in settings.items() if name not in _WITH_KEYS} | dict(identity)
    return settings | wins


def values_of(file: Path) -> dict[str, str]:
    """The LOCKSTEP_ values of a `local.settings.json`. Raises StackFailure when it is none."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))["Values"]
        return {name: str(value) for name, value in values.items() if name.startswith(OVERRIDES)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        what = type(error).__name__
        raise StackFailure(f'{file} is no settings file with "Values" ({what}): see docs/real-tenant.md.') from None


def write_settings(
    file: Path, ports: Ports, tenant: str, overrides: Mapping[str, str], identity: Mapping[str, str] | None = None
) -> Keys:
    """Write the host's settings file, readable by its owner only, and return the keys it holds.

    Keys of an earlier file at the same place are kept: whoever noted them can still use them.
    """
    keys = _earlier_keys(file) or Keys(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    # The simulator's page beside the booking page reads what the platform shows.
    readers = f"http{'' if identity is None else 's'}://127.0.0.1:{ports.graph}"
    document = {
        "IsEncrypted": False,
        "Values": app_settings(ports, tenant, overrides, identity),
        "Host": {
            "LocalHttpPort": ports.host,
            "MasterKey": keys.master,
            "FunctionKey": keys.function,
            "CORS": readers,
        },
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return keys


def _earlier_keys(file: Path) -> Keys | None:
    try:
        section = json.loads(file.read_text(encoding="utf-8"))["Host"]
        return Keys(section["MasterKey"], section["FunctionKey"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
