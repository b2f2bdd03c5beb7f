"""The Microsoft clouds: where each one's Graph is, who signs in to it, and for whom a managed identity speaks there.

Lockstep is told by one setting, ``LOCKSTEP_CLOUD``; everything that differs between clouds follows from it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Cloud:
    """``graph`` is Graph's base URL with its version, ``exchange`` the audience of a federated credential."""

    name: str
    graph: str
    authority: str
    exchange: str

    @property
    def graph_scope(self) -> str:
        """What a token for Graph is asked for."""
        parts = urlsplit(self.graph)
        return f"{parts.scheme}://{parts.netloc}/.default"

    @property
    def exchange_scope(self) -> str:
        """What the managed identity's assertion for an application is asked for."""
        return f"{self.exchange}/.default"


PUBLIC = Cloud(
    "public", "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com", "api://AzureADTokenExchange"
)
_US = ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov")
CLOUDS = {
    each.name: each
    for each in (
        PUBLIC,
        Cloud("us-government", "https://graph.microsoft.us/v1.0", *_US),
        Cloud("us-government-dod", "https://dod-graph.microsoft.us/v1.0", *_US),
        Cloud(
            "china",
            "https://microsoftgraph.chinacloudapi.cn/v1.0",
            "https://login.chinacloudapi.cn",
            "api://AzureADTokenExchangeChina",
        ),
    )
}
