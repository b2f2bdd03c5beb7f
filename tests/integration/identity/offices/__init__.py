"""Four tenants on one stack without keys, each reached by another kind of credential, and each as one site.

The home tenant is reached by the managed identity itself; the guests by an application for which the managed identity
speaks as its federated credential, by one with a certificate and by one with a secret. All guests have rooms of the
same names, addresses and object ids, so that whatever is told apart is told apart by the tenant alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.integration.identity.offices.certificate import new_certificate
from tests.integration.loop.driving.company import Vacancy, rooms
from tests.integration.loop.driving.site import PEOPLES_APP, Site
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.web import Web

Json = dict[str, Any]

KINDS = ("managed identity", "federated credential", "certificate", "secret")
"""How a tenant is reached, the home tenant first."""
_GUESTS = KINDS[1:]
_APPLICATIONS = {kind: f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number, kind in enumerate(_GUESTS)}
_SECRET = "what only the application knows"  # a secret of the simulator alone
_COMPANY: Json = {
    "users": [{"displayName": "Adele Vance"}, {"displayName": "Bruno Keller"}],
    "rooms": [
        {"displayName": f"Zurich {number}", "timeZone": "Europe/Zurich", "capacity": 8} for number in range(1, 40)
    ],
}


@dataclass(frozen=True)
class Tenant:
    """One tenant of the stack: its id, the key of its part of the API, and how Lockstep reaches it."""

    id: str
    key: str
    kind: str


def found_tenants(stack: Stack) -> tuple[Tenant, ...]:
    """Make the guests, register what opens each of them, and start the host again to serve all four."""
    tenants = asyncio.run(_founded(stack))
    settings = {"LOCKSTEP_TENANT": "", "LOCKSTEP_TENANTS": json.dumps([_entry(tenant) for tenant in tenants])}
    certificate, key = new_certificate()
    stack.rewrite_settings({**settings, "GUEST_CERTIFICATE": key + certificate, "GUEST_SECRET": _SECRET})
    asyncio.run(_register(stack, tenants, certificate))
    stack.kill_host()
    stack.start_host()
    return tenants


async def _founded(stack: Stack) -> tuple[Tenant, ...]:
    home = stack.app_settings()["LOCKSTEP_TENANT"]
    async with _controls(stack) as controls:
        guests = [(await controls.ask("POST", "/sim/tenants", _COMPANY))["tenantId"] for _ in _GUESTS]
    return tuple(
        Tenant(tenant.lower(), f"the key of {kind}", kind) for tenant, kind in zip((home, *guests), KINDS, strict=True)
    )


def _entry(tenant: Tenant) -> Json:
    entry: Json = {"id": tenant.id, "keys": [hashlib.sha256(tenant.key.encode()).hexdigest()]}
    if tenant.kind in _APPLICATIONS:
        entry["application"] = _APPLICATIONS[tenant.kind]
    named = {"certificate": "GUEST_CERTIFICATE", "secret": "GUEST_SECRET"}
    return entry | {field: setting for field, setting in named.items() if field == tenant.kind}


async def _register(stack: Stack, tenants: tuple[Tenant, ...], certificate: str) -> None:
    identity, home = stack.app_settings()["AZURE_CLIENT_ID"], tenants[0].id
    proofs = {
        "federated credential": {"federated": identity, "home": home},
        "certificate": {"certificate": certificate},
        "secret": {"secret": _SECRET},
    }
    async with _controls(stack) as controls:
        for tenant in tenants[1:]:
            application = _APPLICATIONS[tenant.kind]
            consented = {"applications": [application], "registered": {application: proofs[tenant.kind]}}
            await controls.ask("POST", "/sim/identity", consented, {"X-Sim-Tenant": tenant.id})


def trusting(stack: Stack) -> aiohttp.TCPConnector:
    """Connections to a stack whose authority is its own; none is kept, because the host may die between two calls."""
    return aiohttp.TCPConnector(force_close=True, ssl=ssl.create_default_context(cafile=stack.described["trusted"]))


@asynccontextmanager
async def _controls(stack: Stack) -> AsyncIterator[Web]:
    async with aiohttp.ClientSession(connector=trusting(stack)) as session:
        yield Web(session, stack.described["graph"], {})


@asynccontextmanager
async def visiting_tenants(
    stack: Stack, tenants: tuple[Tenant, ...], fresh: dict[str, Iterator[Vacancy]]
) -> AsyncIterator[dict[str, Site]]:
    """One site per tenant, by how it is reached. ``fresh`` is by the id of the tenant."""
    where = stack.described
    async with aiohttp.ClientSession(connector=trusting(stack)) as session:
        controls = Web(session, where["graph"], {})
        broker = Web(session, where["control"], {})
        sites = {}
        for tenant in tenants:
            chosen = {"X-Sim-Tenant": tenant.id}
            token = (await controls.ask("POST", "/sim/token", {"appId": PEOPLES_APP}, chosen))["access_token"]
            carried = {
                **chosen,
                "Authorization": f"Bearer {token}",
                "Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"',
            }
            keys = {"x-functions-key": where["function_key"], "x-lockstep-key": tenant.key}
            graph, host = Web(session, where["graph"], carried), Web(session, where["host"], keys)
            sites[tenant.kind] = Site(stack, host, graph, broker, {"Zurich": fresh[tenant.id]})
        yield sites


def vacancies() -> Iterator[Vacancy]:
    """Rooms of a tenant, the same in each."""
    return iter(rooms("Zurich")[: len(_COMPANY["rooms"])])
