"""Asking Graph: one request or a batch, as JSON, with errors of the ports.

At most four requests of one mailbox are in flight. Nothing waits or repeats here, with one exception: a token
that was refused is replaced once, because nothing has happened then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from shared.adapters.graph.errors import from_body, translated
from shared.adapters.graph.pace import Pace
from shared.adapters.graph.requests import Answer, Request, answers, batch
from shared.clouds import PUBLIC
from shared.domain.trouble import Trouble
from shared.ports.errors import NotDone, Rejected, Retry
from shared.ports.telemetry import SILENT, Metric, Stage, Telemetry

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.adapters.graph.transport import Transport

GRAPH = PUBLIC.graph
_AWAY = Trouble.CALENDAR_UNREACHABLE
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
MAILBOX_CONCURRENCY = 4
"""How many requests Exchange serves at a time per application and mailbox (facts on Graph, section 4)."""

OnRequest = Callable[[str, str, int], None]
"""Called once per request with method, kind of path and status.

A success counts as 200 where it had a body and as 204 where it had none; 0 is no answer at all.
"""


class GraphClient:
    """One tenant's Graph. ``credentials`` makes a fresh azure-identity credential each time it is called."""

    def __init__(
        self,
        credentials: Callable[[], AsyncTokenCredential],
        base_url: str = GRAPH,
        on_request: OnRequest | None = None,
        timeout_seconds: float = 30.0,
        clock: Callable[[], datetime] | None = None,
        scope: str = PUBLIC.graph_scope,
        *,
        read_only: bool = False,
        telemetry: Telemetry = SILENT,
    ) -> None:
        target = urlsplit(base_url)
        if target.scheme != "https" and target.hostname not in _LOOPBACK:
            raise ValueError(f"Graph's base URL {base_url} must be https; only loopback may be reached without it.")
        self.clock = clock or (lambda: datetime.now(UTC))
        self._credentials = credentials
        self._read_only = read_only
        self._base_url = base_url
        self._on_request = on_request
        self._telemetry = telemetry
        self._timeout = timeout_seconds
        self._scope = scope
        self._opened: Transport | None = None
        self.pace = Pace(self.clock)
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, request: Request) -> Any:
        """Return the JSON of a successful answer, ``None`` where it has no body; raise an error of the ports."""
        async with self._place(request.mailbox), self.pace.turn(request.doing):
            content = await self._asked(request)
        if not content:
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Retry(f"Graph did not {request.doing}: its answer is no JSON.").by(_AWAY) from error

    async def fetch(self, request: Request) -> dict[str, Any]:
        """Return the JSON object of a successful answer; one that is none is no answer."""
        body = await self.send(request)
        if not isinstance(body, dict):
            raise Retry(f"Graph did not {request.doing}: its answer is no JSON object.").by(_AWAY)
        return body

    async def token(self) -> str:
        """Return an access token of a credential that has none cached. Raises ``Retry`` where none can be had.

        Requests that follow carry one as fresh: what was granted since the last one was given counts from now on.
        """
        from azure.core.exceptions import AzureError

        credential = self._credentials()
        try:
            token = (await credential.get_token(self._scope)).token
            if self._opened is not None:
                await self._opened.authentication.renew(self._opened.authentication.generation)
            return token
        except AzureError as error:
            raise Retry(f"no token for Graph could be had ({type(error).__name__})") from error
        finally:
            await credential.close()

    async def send_batch(self, requests: Sequence[Request], doing: str) -> list[Answer | None]:
        """Send up to 20 requests as one and return their answers in order, refused ones among them."""
        body = await self.send(batch(requests, doing))
        return answers(body, len(requests))

    def told(self, answer: Answer | None, doing: str) -> Any:
        """Return the body of a successful item of a batch; raise the error of the ports of another one."""
        if answer is None:
            raise Retry(f"Graph did not {doing}: it left it out of a batch's answers.").by(_AWAY)
        if 200 <= answer.status < 300:
            return answer.body
        if answer.status == 429:
            self._telemetry.count(Metric.THROTTLES, kind="batch")
        raise translated(from_body(answer.status, answer.headers, answer.body), doing, self.clock())

    def owns(self, link: str) -> bool:
        """Tell whether a link leads to this Graph, so that its token may be sent there."""
        return urlsplit(link)[:2] == urlsplit(self._base_url)[:2]

    async def aclose(self) -> None:
        """Close connections and credential; the next request opens new ones."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.aclose()

    async def _asked(self, request: Request) -> bytes | None:
        from shared.adapters.graph.transport import NeverSent, Refused, Unreachable

        if self._read_only and not request.only_reads:
            raise Rejected(f"Graph was not asked to {request.doing}: this installation is read-only.", "read_only")
        transport = self._transport()
        generation = transport.authentication.generation
        try:
            try:
                return await self._counted(transport, request)
            except Refused as refused:
                if refused.refusal.status != 401:
                    raise
                await transport.authentication.renew(generation)
                return await self._counted(transport, request)
        except Refused as refused:
            error = translated(refused.refusal, request.doing, self.clock())
            if refused.refusal.status == 429:
                self.pace.throttled(request.mailbox or request.kind, error.after if isinstance(error, Retry) else None)
            raise error from refused
        except Unreachable as unreachable:
            trouble = Trouble.CALENDAR_REFUSES if unreachable.is_refused_token else _AWAY
            kind = NotDone if isinstance(unreachable, NeverSent) else Retry
            raise kind(f"Graph did not {request.doing}: {unreachable}.").by(trouble) from unreachable

    async def _counted(self, transport: Transport, request: Request) -> bytes | None:
        from shared.adapters.graph.transport import Refused

        status, refused = 0, None
        with self._telemetry.span(Stage.GRAPH, method=request.method, kind=request.kind) as span:
            try:
                content = await transport.ask(request)
                status = 200 if content else 204
            except Refused as error:
                # That something is gone, or was changed meanwhile, is an answer like any other.
                status, refused = error.refusal.status, error
            finally:
                self._count(request, status)
            span.note(status=status)
            if status == 429 or status >= 500:
                span.failed(f"status {status}")
        if status and status != 429:
            self.pace.answered()
        if refused is not None:
            raise refused
        return content

    def _count(self, request: Request, status: int) -> None:
        if self._on_request is not None:
            self._on_request(request.method, request.kind, status)
        self._telemetry.count(Metric.GRAPH, kind=request.kind, method=request.method, status=status)
        if status == 429:
            self._telemetry.count(Metric.THROTTLES, kind=request.kind)

    def _transport(self) -> Transport:
        if self._opened is None:
            from shared.adapters.graph.transport import Transport

            self._opened = Transport(self._credentials, self._base_url, self._timeout, self._scope)
        return self._opened

    @asynccontextmanager
    async def _place(self, mailbox: str) -> AsyncIterator[None]:
        if not mailbox:
            yield
            return
        places = self._places.get(mailbox)
        if places is None:
            places = self._places[mailbox] = asyncio.Semaphore(MAILBOX_CONCURRENCY)
        async with places:
            yield
