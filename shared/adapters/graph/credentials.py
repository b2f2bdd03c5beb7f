"""Which identity asks Graph, and the azure-identity credential that speaks for it.

On Azure and on the embedded stack it is a managed identity (App Service contract: ``IDENTITY_ENDPOINT`` and
``IDENTITY_HEADER`` in the environment); no secret is known here. For a customer's tenant the managed identity
stands in for an application that trusts it as a federated credential.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

GRAPH_SCOPE = "https://graph.microsoft.com/.default"
_EXCHANGE_SCOPE = "api://AzureADTokenExchange/.default"


@dataclass(frozen=True)
class GraphIdentity:
    """Who asks.

    ``managed_identity`` is the client id of a user-assigned identity, empty for the system-assigned one.
    ``tenant`` and ``application`` are set where another tenant's mailboxes are reached through a multi-tenant
    application.
    """

    managed_identity: str = ""
    tenant: str = ""
    application: str = ""

    def __post_init__(self) -> None:
        if bool(self.tenant) != bool(self.application):
            raise ValueError("A federated Graph identity needs both its tenant and its application; give the other.")


def credential_factory(identity: GraphIdentity) -> Callable[[], AsyncTokenCredential]:
    """Return what builds a fresh credential; the caller closes it. A fresh one has no token cached."""

    def make() -> AsyncTokenCredential:
        from azure.identity.aio import ClientAssertionCredential, ManagedIdentityCredential

        client_id = identity.managed_identity or None
        if not identity.application:
            return ManagedIdentityCredential(client_id=client_id, retry_total=0)

        from azure.identity import ManagedIdentityCredential as SyncManagedIdentityCredential

        # The assertion can only be asked for synchronously: once in hours, because azure-identity caches the token.
        speaker = SyncManagedIdentityCredential(client_id=client_id, retry_total=0)
        return ClientAssertionCredential(
            identity.tenant, identity.application, lambda: speaker.get_token(_EXCHANGE_SCOPE).token, retry_total=0
        )

    return make
