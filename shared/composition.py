"""The only place that builds adapters. Each is built at its first use and kept for the life of the process.

Importing this module costs nothing: foreign packages are imported where an adapter is built, so that the
endpoint which Graph times never loads msgraph. Logging is the worker's and host.json's; only what the foreign
packages say too much of is silenced here, where they come in.
"""

from __future__ import annotations

import asyncio
import logging
import secrets as randomness
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from shared.domain.ids import ulid
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from azure.identity.aio import ManagedIdentityCredential

    from shared.adapters.builtin.platform import Platform
    from shared.adapters.graph.client import GraphClient
    from shared.adapters.tables.tables import Tables
    from shared.app.outside import Outside
    from shared.ports.ledgers import Secrets, Wakeups


class Composed(Protocol):
    """What a trigger finds outside: everything for use cases, the built-in platform, and the two ports of the
    path that Graph times, which are there without building the others.
    """

    @property
    def outside(self) -> Outside: ...

    @property
    def platform(self) -> Platform: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def wakeups(self) -> Wakeups: ...


class SystemClock:
    """The machine's time and randomness. ULIDs of one process rise strictly."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ulid(self) -> str:
        self._last = max(self._last + 1, int(self.now().timestamp() * 1000))
        return ulid(self._last, randomness.token_bytes(10))


class Composition:
    """The adapters of one process for one tenant."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self._ready = False
        self._opening = asyncio.Lock()

    async def ready(self) -> Composition:
        """Return this composition with its tables made. Raises the ports' errors."""
        if not self._ready:
            async with self._opening:
                if not self._ready:
                    from shared.adapters.builtin.rows import TABLES as PLATFORM_TABLES
                    from shared.adapters.tables.roster import TABLE as PEOPLE
                    from shared.adapters.tables.tables import TABLES

                    # At once and not one after the other: the first notification after a cold start waits for it.
                    names = (*TABLES, PEOPLE, *PLATFORM_TABLES)
                    await asyncio.gather(*(self._tables.ensure_tables((name,)) for name in names))
                    self._ready = True
        return self

    @cached_property
    def outside(self) -> Outside:
        """Everything that a use case may need."""
        from shared.adapters.builtin.connector import BuiltinConnector
        from shared.adapters.graph.calendar import GraphCalendar
        from shared.adapters.graph.directory import GraphMailboxDirectory
        from shared.adapters.graph.mail import GraphMail
        from shared.adapters.graph.people import GraphPeople
        from shared.adapters.graph.subscriptions import GraphSubscriptions
        from shared.adapters.tables.ledgers import TableLedgers
        from shared.adapters.tables.resources import TableResources
        from shared.adapters.tables.roster import TableRoster
        from shared.app.outside import Outside

        return Outside(
            self.settings.tenant,
            self.settings.notification_url,
            GraphCalendar(self._graph),
            GraphMailboxDirectory(self._graph),
            GraphSubscriptions(self._graph),
            BuiltinConnector(self.platform),
            TableLedgers(self._tables),
            TableResources(self._tables),
            self.secrets,
            self.wakeups,
            self.clock,
            GraphMail(self._graph, self.settings.mail_from) if self.settings.mail_from else None,
            GraphPeople(self._graph),
            TableRoster(self._tables) if self.settings.follow_people else None,
            self.settings.ceiling,
        )

    @cached_property
    def platform(self) -> Platform:
        """The built-in platform, for its own API."""
        from shared.adapters.builtin.platform import Platform
        from shared.adapters.builtin.store import TableRowStore

        return Platform(TableRowStore(self._tables), self.settings.tenant, self.clock)

    @cached_property
    def wakeups(self) -> Wakeups:
        from shared.adapters.servicebus.wakeups import ServiceBusWakeups

        # One line per link and connection, which come and go with every idle minute.
        _silence("azure.servicebus")
        if self.settings.servicebus:
            return ServiceBusWakeups.from_connection_string(self.settings.servicebus, self.settings.queue)
        return ServiceBusWakeups.at(self.settings.servicebus_namespace, self._identity, self.settings.queue)

    @cached_property
    def secrets(self) -> Secrets:
        from shared.adapters.tables.secrets import TableSecrets

        return TableSecrets(self._tables)

    @cached_property
    def _tables(self) -> Tables:
        from shared.adapters.tables.tables import Tables

        # Two lines with all headers for each request to storage: ingestion is what Application Insights costs.
        _silence("azure.core.pipeline.policies.http_logging_policy")
        if self.settings.tables:
            return Tables.from_connection_string(self.settings.tables)
        return Tables.at(self.settings.tables_endpoint, self._identity)

    @cached_property
    def _graph(self) -> GraphClient:
        from shared.adapters.graph.client import GraphClient
        from shared.adapters.graph.credentials import GraphIdentity, credential_factory

        # httpx logs the URL of each request, which holds mailboxes and delta tokens; the layers below it log
        # headers, and among them the access token.
        _silence("httpx", "httpcore", "hpack", "h2")
        application = self.settings.graph_application
        identity = GraphIdentity(self.settings.identity, self.settings.tenant if application else "", application)
        return GraphClient(credential_factory(identity), self.settings.graph_url)

    @cached_property
    def _identity(self) -> ManagedIdentityCredential:
        from azure.identity.aio import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=self.settings.identity or None)


def _silence(*names: str) -> None:
    """Let loggers tell warnings and errors only; one that tells less already stays so."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), logging.WARNING))


class _Process:
    """What this process keeps: nothing until it is first asked for."""

    composition: Composition | None = None
    stand_in: Composed | None = None


async def composed() -> Composed:
    """Return this process's composition, built at the first call. Raises ``BadSettings`` and the ports' errors."""
    if _Process.stand_in is not None:
        return _Process.stand_in
    if _Process.composition is None:
        _Process.composition = Composition(read_settings())
    return await _Process.composition.ready()


@contextmanager
def using(stand_in: Composed) -> Iterator[None]:
    """Let ``composed`` return another composition meanwhile: how triggers are tried over doubles."""
    before, _Process.stand_in = _Process.stand_in, stand_in
    try:
        yield
    finally:
        _Process.stand_in = before
