"""The only place that builds adapters. Each is built at its first use and kept for the life of the process.

Importing this module costs nothing: foreign packages are imported where an adapter is built, so that the
endpoint which Graph times never loads msgraph. Logging is the worker's and host.json's; only what the foreign
packages say too much of is silenced here, where they come in.

One installation may serve several tenants: storage, queue and keys are shared, everything that reaches into a tenant
is built for that tenant alone. Which one is meant follows from the id of a resource, or from the key of a call.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets as randomness
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from shared.domain.ids import TenantId, ulid
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from azure.identity.aio import ManagedIdentityCredential

    from shared.adapters.builtin.platform import Platform
    from shared.adapters.graph.client import GraphClient
    from shared.adapters.tables.tables import Tables
    from shared.adapters.telemetry.telemetry import AzureTelemetry
    from shared.app.outside import Outside
    from shared.domain.lapses import Lapse
    from shared.ports.ledgers import Secrets, Wakeups
    from shared.ports.telemetry import Silent, Telemetry
    from shared.tenants import TenantSettings


logger = logging.getLogger("lockstep.composition")


class TenantUnknown(LookupError):
    """A tenant that this installation does not serve."""


class TenantUnnamed(LookupError):
    """Several tenants are served, and a call came without a key of any of them."""


class Composed(Protocol):
    """What a trigger finds outside for one tenant: everything for use cases, and the built-in platform."""

    @property
    def outside(self) -> Outside: ...

    @property
    def platform(self) -> Platform: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def wakeups(self) -> Wakeups: ...

    @property
    def ticks(self) -> dict[str, datetime]:
        """When this process did the tenant's part of each timer's work last, by the timer's name."""
        ...


class Installed(Protocol):
    """What is there for all tenants: the two ports of the path that Graph times, without building the others."""

    @property
    def tenants(self) -> tuple[TenantId, ...]: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def wakeups(self) -> Wakeups: ...

    @property
    def telemetry(self) -> Telemetry: ...

    def of(self, tenant: TenantId) -> Composed:
        """Return what is there for one tenant. Raises ``TenantUnknown``."""
        ...

    def called_with(self, key: str) -> TenantId:
        """Return the tenant that a call is about, by the key that came with it. Raises ``TenantUnnamed``."""
        ...


class SystemClock:
    """The machine's time and randomness. ULIDs of one process rise strictly."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ulid(self) -> str:
        self._last = max(self._last + 1, int(self.now().timestamp() * 1000))
        return ulid(self._last, randomness.token_bytes(10))


class Installation:
    """The adapters of one process that all tenants share, and those of each tenant."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.tenants = tuple(tenant.id for tenant in settings.tenants)
        self._composed: dict[TenantId, Composition] = {}
        self._ready = False
        self._opening = asyncio.Lock()

    async def ready(self) -> Installation:
        """Return this installation with its tables made. Raises the ports' errors."""
        if not self._ready:
            async with self._opening:
                if not self._ready:
                    from shared.adapters.builtin.rows import TABLES as PLATFORM_TABLES
                    from shared.adapters.tables.acts import TABLE as ACTS
                    from shared.adapters.tables.latencies import TABLE as LATENCIES
                    from shared.adapters.tables.meetings import TABLE as MEETINGS
                    from shared.adapters.tables.panels import TABLE as PANELS
                    from shared.adapters.tables.roster import TABLE as PEOPLE
                    from shared.adapters.tables.tables import TABLES

                    # At once and not one after the other: the first notification after a cold start waits for it.
                    names = (*TABLES, PEOPLE, MEETINGS, ACTS, PANELS, LATENCIES, *PLATFORM_TABLES)
                    making = (self.tables.ensure_tables((name,)) for name in names)
                    await asyncio.gather(self._open_telemetry(), *making)
                    self._ready = True
        return self

    async def _open_telemetry(self) -> None:
        """Open telemetry beside what else a cold start waits for. Without it the app works on, and says so once."""
        opening = getattr(self.telemetry, "open", None)
        if opening is None:
            return
        try:
            await asyncio.to_thread(opening)
        except Exception as error:
            logger.warning("no telemetry is sent (%s): check the connection string", type(error).__name__)

    @cached_property
    def telemetry(self) -> AzureTelemetry | Silent:
        from shared.ports.telemetry import SILENT

        if not self.settings.telemetry:
            return SILENT
        from shared.adapters.telemetry.telemetry import AzureTelemetry

        return AzureTelemetry(self.settings.telemetry, self.settings.traces_kept)

    def of(self, tenant: TenantId) -> Composition:
        """Return the adapters of a tenant, kept for the life of the process. Raises ``TenantUnknown``."""
        if tenant not in self._composed:
            settings = self.settings.of(tenant)
            if settings is None:
                raise TenantUnknown(f"no tenant {tenant[:64]} is served here")
            self._composed[tenant] = Composition(self, settings)
        return self._composed[tenant]

    def called_with(self, key: str) -> TenantId:
        """Return the tenant whose key came with a call. The one tenant of an installation needs none."""
        if len(self.settings.tenants) == 1 and not self.settings.tenants[0].keys:
            return self.tenants[0]
        digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
        named = next((tenant.id for tenant in self.settings.tenants if digest in tenant.keys), None)
        if named is None:
            raise TenantUnnamed("several tenants are served here: give the key of yours in the header x-lockstep-key")
        return named

    @cached_property
    def wakeups(self) -> Wakeups:
        from shared.adapters.servicebus.wakeups import ServiceBusWakeups

        # One line per link and connection, which come and go with every idle minute.
        _silence("azure.servicebus")
        if self.settings.servicebus:
            text = self.settings.servicebus
            return ServiceBusWakeups.from_connection_string(text, self.settings.queue, self.telemetry)
        own = self.settings
        namespace = own.servicebus_namespace
        return ServiceBusWakeups.at(namespace, self._identity, own.queue, own.authorities, self.telemetry)

    @cached_property
    def secrets(self) -> Secrets:
        from shared.adapters.tables.secrets import TableSecrets

        return TableSecrets(self.tables)

    @cached_property
    def tables(self) -> Tables:
        from shared.adapters.tables.tables import Tables

        # Two lines with all headers for each request to storage: ingestion is what Application Insights costs.
        _silence("azure.core.pipeline.policies.http_logging_policy")
        if self.settings.tables:
            return Tables.from_connection_string(self.settings.tables)
        return Tables.at(self.settings.tables_endpoint, self._identity)

    @cached_property
    def _identity(self) -> ManagedIdentityCredential:
        from azure.identity.aio import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=self.settings.identity or None)


class Composition:
    """The adapters of one tenant."""

    def __init__(self, installation: Installation, tenant: TenantSettings) -> None:
        self._installation = installation
        self._tenant = tenant
        self.ticks: dict[str, datetime] = {}

    @cached_property
    def secrets(self) -> Secrets:
        from shared.app.tenant_secrets import TenantSecrets

        return TenantSecrets(self._installation.secrets, self._tenant.id)

    @property
    def wakeups(self) -> Wakeups:
        return self._installation.wakeups

    @cached_property
    def outside(self) -> Outside:
        """Everything that a use case may need."""
        from shared.adapters.builtin.connector import BuiltinConnector
        from shared.adapters.builtin.personal import PersonalRows
        from shared.adapters.builtin.store import TableRowStore
        from shared.adapters.graph.calendar import GraphCalendar
        from shared.adapters.graph.directory import GraphMailboxDirectory
        from shared.adapters.graph.inspection import GraphInspection
        from shared.adapters.graph.mail import GraphMail
        from shared.adapters.graph.people import GraphPeople
        from shared.adapters.graph.subscriptions import GraphSubscriptions
        from shared.adapters.holidays.regions import PublicHolidays
        from shared.adapters.tables.acts import TableActs
        from shared.adapters.tables.latencies import TableLatencies
        from shared.adapters.tables.ledgers import TableLedgers
        from shared.adapters.tables.meetings import TableMeetings
        from shared.adapters.tables.panels import TablePanels
        from shared.adapters.tables.resources import TableResources
        from shared.adapters.tables.roster import TableRoster
        from shared.app.outside import Outside

        tables = self._installation.tables
        return Outside(
            self._tenant.id,
            self._installation.settings.notification_url,
            GraphCalendar(self._graph),
            GraphMailboxDirectory(self._graph),
            GraphSubscriptions(self._graph),
            BuiltinConnector(self.platform),
            TableLedgers(tables),
            TableResources(tables),
            self.secrets,
            self.wakeups,
            self._installation.clock,
            GraphMail(self._graph, self._tenant.mail_from) if self._tenant.mail_from else None,
            GraphPeople(self._graph),
            TableRoster(tables) if self._tenant.follow_people else None,
            self._tenant.ceiling,
            TableMeetings(tables),
            GraphInspection(self._graph),
            self._installation.settings.read_only,
            self._installation.telemetry,
            self._lapses(),
            TableActs(tables),
            self._tenant.retention,
            PersonalRows(TableRowStore(tables), self._tenant.id),
            self._tenant.canary,
            TablePanels(tables),
            PublicHolidays(self._installation.settings.holidays),
            TableLatencies(tables, self._installation.clock.ulid()),
            self._tenant.language,
            self.platform,
        )

    def _lapses(self) -> tuple[Lapse, ...]:
        """Return what lapses of this tenant: what somebody wrote down, and what its own credential says."""
        from shared.adapters.graph.certificate import last_day
        from shared.domain.lapses import Lapse, LapseKind, of_tenant

        known, own = self._installation.settings.lapses, self._tenant
        if own.certificate:
            known += (Lapse(LapseKind.CERTIFICATE, "certificate of the application", last_day(own.certificate)),)
        if own.secret and not any(each.kind is LapseKind.SECRET for each in of_tenant(known, own.id)):
            known += (Lapse(LapseKind.SECRET, "secret of the application"),)
        return of_tenant(known, own.id)

    @cached_property
    def platform(self) -> Platform:
        """The tenant's part of the built-in platform, for its own API."""
        from shared.adapters.builtin.platform import Platform
        from shared.adapters.builtin.store import TableRowStore

        return Platform(TableRowStore(self._installation.tables), self._tenant.id, self._installation.clock)

    @cached_property
    def _graph(self) -> GraphClient:
        from shared.adapters.graph.client import GraphClient
        from shared.adapters.graph.credentials import GraphIdentity, credential_factory

        # httpx logs the URL of each request, which holds mailboxes and delta tokens; the layers below it log
        # headers, and among them the access token.
        _silence("httpx", "httpcore", "hpack", "h2")
        own, settings = self._tenant, self._installation.settings
        where = own.id if own.application else ""
        identity = GraphIdentity(own.identity, where, own.application, own.certificate, own.secret, settings.cloud)
        scope, read_only = settings.cloud.graph_scope, settings.read_only
        return GraphClient(
            credential_factory(identity),
            settings.graph_url,
            scope=scope,
            read_only=read_only,
            telemetry=self._installation.telemetry,
        )


def _silence(*names: str) -> None:
    """Let loggers tell warnings and errors only; one that tells less already stays so."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), logging.WARNING))


class _Process:
    """What this process keeps: nothing until it is first asked for."""

    installation: Installation | None = None
    stand_in: Installed | None = None


_KEY_AT_HAND: ContextVar[str] = ContextVar("key_at_hand", default="")


async def installed() -> Installed:
    """Return what this process has for all tenants, built at the first call. Raises ``BadSettings``, port errors."""
    if _Process.stand_in is not None:
        return _Process.stand_in
    if _Process.installation is None:
        _Process.installation = Installation(read_settings())
    return await _Process.installation.ready()


async def composed() -> Composed:
    """Return what there is for the tenant whose key came with the call at hand; see ``called_with``."""
    common = await installed()
    return common.of(common.called_with(_KEY_AT_HAND.get()))


@contextmanager
def calling_with(key: str) -> Iterator[None]:
    """Let ``composed`` mean the tenant of this key meanwhile."""
    before = _KEY_AT_HAND.set(key)
    try:
        yield
    finally:
        _KEY_AT_HAND.reset(before)


@contextmanager
def using(stand_in: Installed) -> Iterator[None]:
    """Let ``installed`` return something else meanwhile: how triggers are tried over doubles."""
    before, _Process.stand_in = _Process.stand_in, stand_in
    try:
        yield
    finally:
        _Process.stand_in = before
