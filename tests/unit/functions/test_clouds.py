"""One setting says which cloud: where Graph is, what a token is asked for, who signs in."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError

from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from shared.clouds import CLOUDS, PUBLIC
from shared.settings import BadSettings, read_settings
from tests.unit.functions.calling.environments import AZURE

_APPLICATION = GraphIdentity(tenant="a-tenant", application="an-app", secret="hush", cloud=CLOUDS["us-government"])


def test_the_public_cloud_is_usual() -> None:
    assert read_settings(AZURE).cloud is PUBLIC
    assert PUBLIC.graph_scope == "https://graph.microsoft.com/.default"


@pytest.mark.parametrize(
    ("name", "graph", "scope"),
    [
        ("us-government", "https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
        ("us-government-dod", "https://dod-graph.microsoft.us/v1.0", "https://dod-graph.microsoft.us/.default"),
        ("china", "https://microsoftgraph.chinacloudapi.cn/v1.0", "https://microsoftgraph.chinacloudapi.cn/.default"),
    ],
)
def test_graph_and_its_tokens_follow_from_the_cloud(name: str, graph: str, scope: str) -> None:
    settings = read_settings({**AZURE, "LOCKSTEP_CLOUD": name})
    assert (settings.graph_url, settings.cloud.graph_scope) == (graph, scope)


def test_an_unknown_cloud_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSettings, match="LOCKSTEP_CLOUD is none of public, us-government, us-government-dod, china"):
        read_settings({**AZURE, "LOCKSTEP_CLOUD": "moon"})


class _Ear:
    """A transport that only hears where it is sent."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def send(self, request: Any, **_: object) -> Any:
        self.heard.append(request.url)
        raise ServiceRequestError("nobody answers here")

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> _Ear:
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_an_application_signs_in_at_its_own_clouds_authority() -> None:
    ear = _Ear()
    credential = credential_factory(_APPLICATION, transport=ear)()
    with pytest.raises(ServiceRequestError):
        await credential.get_token("https://graph.microsoft.us/.default")
    await credential.close()
    assert ear.heard == ["https://login.microsoftonline.us/a-tenant/oauth2/v2.0/token"]
