"""The way to Graph: msgraph-sdk's request adapter, raw bytes in and out, errors as ``Refusal`` or ``Unreachable``.

Only the client imports this module, and only when it first asks something: importing msgraph costs what a cold
start cannot pay. The SDK's own retries are off; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
from azure.core.exceptions import AzureError, ClientAuthenticationError
from kiota_abstractions.api_client_builder import register_default_deserializer
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RetryHandlerOption
from kiota_http.observability_options import ObservabilityOptions
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter, options
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # it ships no types

from shared.adapters.graph.credentials import GRAPH_SCOPE
from shared.adapters.graph.errors import Refusal
from shared.adapters.graph.requests import Request

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

_ERRORS: dict[str, Any] = {"XXX": ODataError}
_CONNECT_SECONDS = 10.0


class Refused(Exception):
    """Graph answered, and not with success."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"status {refusal.status} {refusal.code}")
        self.refusal = refusal


class Unreachable(Exception):
    """Graph, or the endpoint that gives tokens, did not answer. A write may have happened."""

    def __init__(self, message: str, *, is_refused_token: bool = False) -> None:
        super().__init__(message)
        self.is_refused_token = is_refused_token


class NeverSent(Unreachable):
    """There was no token or no connection, so that Graph was never asked."""


class _Held:
    """A credential in use: it is closed once it was let go and no request waits for its token any more."""

    def __init__(self, credential: AsyncTokenCredential, scope: str) -> None:
        self._credential = credential
        # Without explicit scopes the SDK would ask for a token for the host it talks to.
        self._provider = AzureIdentityAuthenticationProvider(credential, scopes=[scope])
        self._users = 0
        self._let_go = False

    async def sign(self, request: RequestInformation, context: dict[str, Any]) -> None:
        self._users += 1
        try:
            await self._provider.authenticate_request(request, context)
        finally:
            self._users -= 1
            await self._close_unused()

    async def let_go(self) -> None:
        self._let_go = True
        await self._close_unused()

    async def _close_unused(self) -> None:
        if self._let_go and not self._users:
            await self._credential.close()


class Authentication(AuthenticationProvider):
    """Signs requests with the token of a credential, which ``renew`` replaces by a fresh one."""

    def __init__(self, make: Callable[[], AsyncTokenCredential], scope: str = GRAPH_SCOPE) -> None:
        self._make = make
        self._scope = scope
        self._held: _Held | None = None
        self.generation = 0

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        """Put the token on a request."""
        if self._held is None:
            self._held = _Held(self._make(), self._scope)
        await self._held.sign(request, additional_authentication_context or {})

    async def renew(self, generation: int) -> None:
        """Forget the credential of that generation and its cached token; one renewed meanwhile is kept."""
        if generation == self.generation:
            self.generation += 1
            await self.aclose()

    async def aclose(self) -> None:
        """Let the credential go; the next request makes another one."""
        held, self._held = self._held, None
        if held is not None:
            await held.let_go()


class Transport:
    """One connection pool to one Graph endpoint (``base_url`` ends with the version)."""

    def __init__(
        self,
        make: Callable[[], AsyncTokenCredential],
        base_url: str,
        timeout_seconds: float,
        scope: str = GRAPH_SCOPE,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self.authentication = Authentication(make, scope)
        self._http = httpx.AsyncClient(
            http2=True,
            timeout=httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds)),
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        )
        quiet = {**options, RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False)}
        client = GraphClientFactory.create_with_default_middleware(client=self._http, options=quiet)
        # The SDK's typed client registers it when it is built; without it every error would lose its code.
        register_default_deserializer(JsonParseNodeFactory)
        self._adapter = GraphRequestAdapter(self.authentication, client)
        # URLs hold ids and addresses, which no trace shall carry.
        self._adapter.observability_options = ObservabilityOptions(include_euii_attributes=False)

    async def ask(self, request: Request) -> bytes | None:
        """Send one request and return the body of its success, ``None`` where there is none."""
        try:
            content: bytes | None = await self._adapter.send_primitive_async(
                self._information(request), "bytes", _ERRORS
            )
        except APIError as error:
            raise Refused(_refusal(error)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NeverSent(f"Graph cannot be reached ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"Graph did not answer ({type(error).__name__})") from error
        except AzureError as error:
            is_refused = isinstance(error, ClientAuthenticationError)
            words = f"no token for Graph could be had ({type(error).__name__})"
            raise NeverSent(words, is_refused_token=is_refused) from error
        return content

    def _information(self, request: Request) -> RequestInformation:
        information = RequestInformation(Method(request.method), request.kind)
        information.url = self._base_url + request.url if request.url.startswith("/") else request.url
        for name, value in request.headers().items():
            information.headers.add(name, value)
        information.content = request.content()
        return information

    async def aclose(self) -> None:
        """Close connections and credential."""
        await self.authentication.aclose()
        await self._http.aclose()


def _refusal(error: APIError) -> Refusal:
    status, headers = error.response_status_code or 0, error.response_headers or {}
    main = error.error if isinstance(error, ODataError) else None
    if main is None:
        return Refusal(status, "", headers)
    return Refusal(status, main.code or "", headers, main.additional_data or {})
