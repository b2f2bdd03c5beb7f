"""The app settings of a stack that is reached under identities alone, over TLS, as in Azure: no key is among them.

Names and shapes are those that the infrastructure sets (facts 4.3): a user-assigned identity, an endpoint where a key
would otherwise be. Two more make clients trust the stack's own authority: `SSL_CERT_FILE` for whatever uses Python's
ssl, `REQUESTS_CA_BUNDLE` for requests, which azure-identity uses where it is called synchronously.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from local.stack.ports import Ports
from local.tables.azurite import endpoint

CLIENT_ID = "10c57e90-10ca-4000-8000-000000000001"
"""The application that the simulator takes Lockstep for."""
_CONNECTIONS = ("ServiceBus", "AzureWebJobsStorage")


def identity_settings(ports: Ports, broker: str, trusted: Path) -> Mapping[str, str]:
    """Name and value of each setting that differs from those with keys."""
    graph, tables = f"https://127.0.0.1:{ports.graph}", endpoint(ports.tables, secure=True)
    return {
        "AZURE_CLIENT_ID": CLIENT_ID,
        "AZURE_AUTHORITY_HOST": graph,
        "SSL_CERT_FILE": str(trusted),
        "REQUESTS_CA_BUNDLE": str(trusted),
        "IDENTITY_ENDPOINT": f"{graph}/msi/token",
        "LOCKSTEP_GRAPH_URL": f"{graph}/v1.0",
        "LOCKSTEP_TABLES__endpoint": tables,
        "AzureWebJobsStorage__tableServiceUri": tables,
        "ServiceBus__fullyQualifiedNamespace": broker,
        **{f"{name}__credential": "managedidentity" for name in _CONNECTIONS},
        **{f"{name}__clientId": CLIENT_ID for name in _CONNECTIONS},
    }
