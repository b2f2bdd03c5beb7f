"""Which identity asks Graph, and the azure-identity credential that speaks for it.

On Azure and on the embedded stack it is a managed identity (App Service contract: ``IDENTITY_ENDPOINT`` and
``IDENTITY_HEADER`` in the environment); no secret is known here. For another tenant it is an application that this
tenant has consented to. The managed identity stands in for it as its federated credential; where that cannot be
had, a certificate does, and as the last resort a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.clouds import PUBLIC, Cloud

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

GRAPH_SCOPE = PUBLIC.graph_scope


@dataclass(frozen=True)
class GraphIdentity:
    """Who asks.

    ``managed_identity`` is the client id of a user-assigned identity, empty for the system-assigned one.
    ``tenant`` and ``application`` are set where another tenant's mailboxes are reached through a multi-tenant
    application; ``certificate`` (PKCS #12 or PEM) or ``secret`` where no managed identity speaks for it.
    """

    managed_identity: str = ""
    tenant: str = ""
    application: str = ""
    certificate: bytes = field(default=b"", repr=False)
    secret: str = field(default="", repr=False)
    cloud: Cloud = PUBLIC

    def __post_init__(self) -> None:
        if bool(self.tenant) != bool(self.application):
            raise ValueError("A federated Graph identity needs both its tenant and its application; give the other.")
        if (self.certificate or self.secret) and not self.application:
            raise ValueError("A certificate and a secret are an application's; name it, or leave them out.")


def credential_factory(identity: GraphIdentity, **options: Any) -> Callable[[], AsyncTokenCredential]:
    """Return what builds a fresh credential; the caller closes it. A fresh one has no token cached.

    ``options`` are azure-identity's own, for an application's credential (its authority and transport).
    """
    # In the public cloud azure-identity's own default stays, which its environment variable may replace.
    if identity.cloud is not PUBLIC:
        options = {"authority": identity.cloud.authority, **options}

    def make() -> AsyncTokenCredential:
        from azure.identity.aio import ClientAssertionCredential, ManagedIdentityCredential

        client_id = identity.managed_identity or None
        if not identity.application:
            return ManagedIdentityCredential(client_id=client_id, retry_total=0)

        if identity.certificate or identity.secret:
            return _applications_own(identity, options)

        from azure.identity import ManagedIdentityCredential as SyncManagedIdentityCredential

        # The assertion can only be asked for synchronously: once in hours, because azure-identity caches the token.
        speaker = SyncManagedIdentityCredential(client_id=client_id, retry_total=0)
        return ClientAssertionCredential(
            identity.tenant,
            identity.application,
            lambda: speaker.get_token(identity.cloud.exchange_scope).token,
            retry_total=0,
            **options,
        )

    return make


def _applications_own(identity: GraphIdentity, options: dict[str, Any]) -> AsyncTokenCredential:
    from azure.identity.aio import CertificateCredential, ClientSecretCredential

    tenant, application = identity.tenant, identity.application
    if identity.certificate:
        return CertificateCredential(
            tenant, application, certificate_data=identity.certificate, retry_total=0, **options
        )
    return ClientSecretCredential(tenant, application, identity.secret, retry_total=0, **options)
