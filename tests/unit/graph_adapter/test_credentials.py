"""Which identity asks Graph."""

from __future__ import annotations

import pytest
from azure.identity.aio import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
)

from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from tests.unit.graph_adapter.certificates import certificate


@pytest.fixture(autouse=True)
def app_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment as App Service sets it; nothing listens there."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        (GraphIdentity(), ManagedIdentityCredential),
        (GraphIdentity(managed_identity="an-id"), ManagedIdentityCredential),
        (GraphIdentity(managed_identity="an-id", tenant="t", application="an-app"), ClientAssertionCredential),
        (GraphIdentity(tenant="t", application="an-app", certificate=certificate()), CertificateCredential),
        (GraphIdentity(tenant="t", application="an-app", secret="hush"), ClientSecretCredential),
    ],
)
async def test_an_identity_makes_a_fresh_credential_each_time(identity: GraphIdentity, kind: type) -> None:
    make = credential_factory(identity)
    first, second = make(), make()
    assert type(first) is kind
    assert first is not second
    await first.close()
    await second.close()


@pytest.mark.parametrize(("tenant", "application"), [("t", ""), ("", "an-app")])
def test_half_a_federated_identity_is_refused_with_what_is_missing(tenant: str, application: str) -> None:
    with pytest.raises(ValueError, match="needs both its tenant and its application"):
        GraphIdentity(tenant=tenant, application=application)


def test_a_certificate_without_its_application_is_refused() -> None:
    with pytest.raises(ValueError, match="are an application's"):
        GraphIdentity(secret="hush")


def test_no_secret_is_shown() -> None:
    shown = repr(GraphIdentity(tenant="t", application="an-app", secret="hush", certificate=b"hush"))
    assert "hush" not in shown
