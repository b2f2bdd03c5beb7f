"""One stack without keys and over TLS for the whole suite, four tenants on it, fresh rooms for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.identity.offices import Tenant, found_tenants, vacancies, visiting_tenants
from tests.integration.loop.driving.company import Vacancy
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.stack import Stack

Served = tuple[Stack, tuple[Tenant, ...], dict[str, Iterator[Vacancy]]]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The stack, its tenants, and by the tenant's id the rooms that no test has used yet."""
    stack = Stack(tmp_path_factory.mktemp("identity"), options=("--identity",))
    try:
        stack.start()
        tenants = found_tenants(stack)
        yield stack, tenants, {tenant.id: vacancies() for tenant in tenants}
    finally:
        stack.stop()


@pytest.fixture
async def sites(served: Served) -> AsyncIterator[dict[str, Site]]:
    """Each tenant as one site, by how Lockstep reaches it."""
    async with visiting_tenants(*served) as found:
        yield found


@pytest.fixture
def tenants(served: Served) -> dict[str, Tenant]:
    """The tenants, by how Lockstep reaches them."""
    return {tenant.kind: tenant for tenant in served[1]}
