"""The environment as one frozen value. Every missing or bad key is named at once, in one error.

Values are never shown, not even bad ones: some of them are secrets.

key                                    meaning
-------------------------------------  ---------------------------------------------------------------
LOCKSTEP_TENANT                        id of the tenant whose rooms are kept in lockstep (a GUID), or
LOCKSTEP_TENANTS                       several tenants, a list in JSON (``shared/tenants.py`` tells its fields)
LOCKSTEP_NOTIFICATION_URL              public base URL of this app: https, no query; none: changes are found by sweeps
LOCKSTEP_READ_ONLY                     true: both sides are read, nothing is written to either (default: false)
LOCKSTEP_TABLES                        connection string of the tables, or
LOCKSTEP_TABLES__endpoint              their endpoint, reached under the app's identity
ServiceBus                             connection string of the namespace, or
ServiceBus__fullyQualifiedNamespace    its host name, reached under the app's identity
LOCKSTEP_QUEUE                         queue of the wake-ups
LOCKSTEP_CLOUD                         which Microsoft cloud (``shared/clouds.py``; default: public)
LOCKSTEP_GRAPH_URL                     Graph's base URL with its version (default: that cloud's)
AZURE_CLIENT_ID                        client id of the user-assigned identity (default: system-assigned)
LOCKSTEP_MAIL_FROM                     mailbox from which Lockstep's own mails are sent (optional: none are sent)
LOCKSTEP_FOLLOW_PEOPLE                 true: the tenant's users are followed (default: false)
LOCKSTEP_CANARY                        mailbox of the linked test resource on which canaries fly (optional: none do)
LOCKSTEP_LANGUAGE                      en, de or fr: in which people are written to whose own is not known (default: en)
LOCKSTEP_KEPT_DAYS                     days for which decisions and acts are kept (default: 400)
LOCKSTEP_CEILING                       most linked resources: a number, or users+ and a number (default: none)
SSL_CERT_FILE                          file of the authorities to trust instead of the usual ones (default: those)
LOCKSTEP_GRAPH_APPLICATION             multi-tenant application that reaches the tenant's mailboxes (optional)
LOCKSTEP_GRAPH_SECRET                  that application's secret, on one machine and as the last resort (optional)
APPLICATIONINSIGHTS_CONNECTION_STRING  where telemetry is sent (optional: none is sent)
LOCKSTEP_TRACES_KEPT                   percent of the traces that are kept; what failed or waits always is (default: 20)
LOCKSTEP_HOLIDAYS                      public holidays of each building, in JSON (``shared/domain/holidays.py``)
LOCKSTEP_LAPSES                        what lapses, as far as it does not say so, in JSON (``shared/domain/lapses.py``)
LOCKSTEP_SIGN_IN                       client id of the app's registration in Entra, behind App Service authentication;
                                       callers then sign in, and no key opens anything (default: keys)
LOCKSTEP_FRAMED_BY                     origins whose pages may frame the booking page and the door (default: none)

Those of mails, people, days, canary, language, ceiling and the application are about the one tenant; a list has them
per tenant.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.clouds import CLOUDS, PUBLIC, Cloud
from shared.domain.ceiling import Ceiling
from shared.domain.holidays import OfBuildings, declared_holidays
from shared.domain.ids import TenantId
from shared.domain.lapses import Lapse, declared
from shared.domain.retention import LONGEST, SHORTEST, Retention
from shared.tenants import LANGUAGES, TenantSettings, is_mailbox, read_tenants

PUBLIC_GRAPH = PUBLIC.graph
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TENANT = re.compile(r"[0-9A-Za-z-]{1,64}")
_OF_ONE = (
    "LOCKSTEP_TENANT", "LOCKSTEP_GRAPH_APPLICATION", "LOCKSTEP_GRAPH_SECRET", "LOCKSTEP_MAIL_FROM",
    "LOCKSTEP_FOLLOW_PEOPLE", "LOCKSTEP_CEILING", "LOCKSTEP_KEPT_DAYS", "LOCKSTEP_CANARY",
    "LOCKSTEP_LANGUAGE",
)  # fmt: skip
_HOST_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class BadSettings(ValueError):
    """The app settings cannot be used; the sentence names every missing or bad key."""


@dataclass(frozen=True)
class Settings:
    """Where everything is. Of each pair (connection string, endpoint) exactly one is not empty."""

    tenants: tuple[TenantSettings, ...]
    notification_url: str
    queue: str
    tables: str = ""
    tables_endpoint: str = ""
    servicebus: str = ""
    servicebus_namespace: str = ""
    graph_url: str = PUBLIC_GRAPH
    identity: str = ""
    authorities: str = ""
    cloud: Cloud = PUBLIC
    read_only: bool = False
    telemetry: str = ""
    traces_kept: int = 20
    lapses: tuple[Lapse, ...] = ()
    sign_in: str = ""
    framed_by: tuple[str, ...] = ()
    holidays: OfBuildings = field(default_factory=dict)

    def of(self, tenant: TenantId) -> TenantSettings | None:
        """Return a tenant that is served, None for any other."""
        return next((each for each in self.tenants if each.id == tenant), None)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment (the process's own by default). Raises ``BadSettings``."""
    given = _Given(os.environ if environment is None else environment)
    tables, tables_endpoint = given.either("LOCKSTEP_TABLES", "LOCKSTEP_TABLES__endpoint")
    servicebus, namespace = given.either("ServiceBus", "ServiceBus__fullyQualifiedNamespace")
    cloud = given.cloud("LOCKSTEP_CLOUD")
    settings = Settings(
        given.tenants(),
        given.public_url("LOCKSTEP_NOTIFICATION_URL"),
        given.one("LOCKSTEP_QUEUE"),
        tables,
        given.url("LOCKSTEP_TABLES__endpoint", tables_endpoint),
        servicebus,
        given.host("ServiceBus__fullyQualifiedNamespace", namespace),
        given.url("LOCKSTEP_GRAPH_URL", given.any("LOCKSTEP_GRAPH_URL") or cloud.graph),
        given.guid("AZURE_CLIENT_ID", given.any("AZURE_CLIENT_ID")),
        given.any("SSL_CERT_FILE"),
        cloud,
        given.flag("LOCKSTEP_READ_ONLY"),
        given.any("APPLICATIONINSIGHTS_CONNECTION_STRING"),
        given.percent("LOCKSTEP_TRACES_KEPT", 20),
        given.lapses(),
        given.guid("LOCKSTEP_SIGN_IN", sign_in_of(given.environment)),
        given.framing(),
        given.holidays(),
    )
    if given.mistakes:
        mistakes = "; ".join(given.mistakes)
        raise BadSettings(f"The app settings cannot be used: {mistakes}. Set them and restart the app.")
    return settings


def sign_in_of(environment: Mapping[str, str]) -> str:
    """Return the client id under which callers sign in, in lower case and unchecked; empty where keys open the app."""
    return environment.get("LOCKSTEP_SIGN_IN", "").strip().lower()


class _Given:
    """An environment that is read key by key, and the sentences about what was wrong with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.mistakes: list[str] = []

    def any(self, name: str) -> str:
        return self.environment.get(name, "").strip()

    def one(self, name: str) -> str:
        if not self.any(name):
            self.mistakes.append(f"{name} is missing")
        return self.any(name)

    def either(self, name: str, other: str) -> tuple[str, str]:
        values = self.any(name), self.any(other)
        if bool(values[0]) == bool(values[1]):
            self.mistakes.append(f"exactly one of {name} and {other} must be set")
        return values

    def tenants(self) -> tuple[TenantSettings, ...]:
        """Return the one tenant, or the list of several."""
        if not self.any("LOCKSTEP_TENANTS"):
            return (self._one_tenant(),)
        for name in _OF_ONE:
            if self.any(name):
                self.mistakes.append(f"{name} is about one tenant; with LOCKSTEP_TENANTS it belongs into its entry")
        found, mistakes = read_tenants(self.any("LOCKSTEP_TENANTS"), self.any, self.any("AZURE_CLIENT_ID").lower())
        self.mistakes += mistakes
        return found

    def _one_tenant(self) -> TenantSettings:
        return TenantSettings(
            TenantId(self.tenant("LOCKSTEP_TENANT")),
            self.any("AZURE_CLIENT_ID").lower(),
            self.guid("LOCKSTEP_GRAPH_APPLICATION", self.any("LOCKSTEP_GRAPH_APPLICATION")),
            secret=self.secret("LOCKSTEP_GRAPH_SECRET", "LOCKSTEP_GRAPH_APPLICATION"),
            mail_from=self.mailbox("LOCKSTEP_MAIL_FROM", self.any("LOCKSTEP_MAIL_FROM")),
            follow_people=self.flag("LOCKSTEP_FOLLOW_PEOPLE"),
            ceiling=self.ceiling("LOCKSTEP_CEILING", "LOCKSTEP_FOLLOW_PEOPLE"),
            retention=self.retention("LOCKSTEP_KEPT_DAYS"),
            canary=self.mailbox("LOCKSTEP_CANARY", self.any("LOCKSTEP_CANARY")),
            language=self.language("LOCKSTEP_LANGUAGE"),
        )

    def tenant(self, name: str) -> str:
        """Return a tenant's id in lower case: it begins every key of the tenant's resources, up to the first dot."""
        value = self.one(name)
        if value and not _TENANT.fullmatch(value):
            self.mistakes.append(f"{name} is no id of a tenant")
        return value.lower()

    def guid(self, name: str, value: str) -> str:
        if value and not _GUID.fullmatch(value):
            self.mistakes.append(f"{name} is no GUID")
        return value.lower()

    def secret(self, name: str, of: str) -> str:
        if self.any(name) and not self.any(of):
            self.mistakes.append(f"{name} is an application's, so {of} must be set")
        return self.any(name)

    def flag(self, name: str) -> bool:
        value = self.any(name).casefold()
        if value not in ("", "true", "false"):
            self.mistakes.append(f"{name} is neither true nor false")
        return value == "true"

    def cloud(self, name: str) -> Cloud:
        value = self.any(name) or PUBLIC.name
        if value not in CLOUDS:
            self.mistakes.append(f"{name} is none of {', '.join(CLOUDS)}")
        return CLOUDS.get(value, PUBLIC)

    def lapses(self) -> tuple[Lapse, ...]:
        found, mistakes = declared(self.any("LOCKSTEP_LAPSES"))
        self.mistakes += mistakes
        return found

    def framing(self) -> tuple[str, ...]:
        from shared.framing import framed_by, mistakes_about_framing

        self.mistakes += mistakes_about_framing(self.environment)
        return framed_by(self.environment)

    def holidays(self) -> OfBuildings:
        found, mistakes = declared_holidays(self.any("LOCKSTEP_HOLIDAYS"))
        self.mistakes += mistakes
        return found

    def percent(self, name: str, usual: int) -> int:
        value = self.any(name)
        if value and not (value.isdecimal() and int(value) <= 100):
            self.mistakes.append(f"{name} is no whole number from 0 to 100")
            return usual
        return int(value) if value else usual

    def ceiling(self, name: str, counted_by: str) -> Ceiling | None:
        if not self.any(name):
            return None
        try:
            found = Ceiling.parse(self.any(name))
        except ValueError:
            self.mistakes.append(f"{name} is neither a number nor users+ and a number")
            return None
        if found.above_users and self.any(counted_by).casefold() != "true":
            self.mistakes.append(f"{name} counts users, so {counted_by} must be true")
        return found

    def retention(self, name: str) -> Retention:
        try:
            return Retention(int(self.any(name))) if self.any(name) else Retention()
        except ValueError:
            self.mistakes.append(f"{name} is no number of days from {SHORTEST} to {LONGEST}")
            return Retention()

    def mailbox(self, name: str, value: str) -> str:
        if value and not is_mailbox(value):
            self.mistakes.append(f"{name} is neither the address of a mailbox nor its object id")
        return value

    def language(self, name: str) -> str:
        value = self.any(name).casefold()
        if value and value not in LANGUAGES:
            self.mistakes.append(f"{name} is none of {', '.join(LANGUAGES)}")
        return value

    def host(self, name: str, value: str) -> str:
        if value and not _HOST_NAME.fullmatch(value):
            self.mistakes.append(f"{name} is no host name such as lockstep.servicebus.windows.net")
        return value

    def public_url(self, name: str) -> str:
        """Return a base URL, or nothing where ``none`` says that there is none."""
        value = self.one(name)
        return "" if value.casefold() == "none" else self.url(name, value)

    def url(self, name: str, value: str) -> str:
        """Return a base URL without a slash at its end; only loopback may do without https."""
        if value and not _is_base_url(value):
            self.mistakes.append(f"{name} is no https URL without a query")
        return value.rstrip("/")


def _is_base_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    is_bare = not (parts.query or parts.fragment or parts.username or re.search(r"\s", value))
    return is_bare and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
