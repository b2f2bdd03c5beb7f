"""One package for the whole suite, built for the Python that runs the tests, and one stack that runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from infra.package.build import Package, build
from tests.integration.loop.driving.company import CITIES, Vacancy, rooms
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.package.packaged import HERE, Packaged


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build(HERE, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def packaged(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    return Packaged(built.app, tmp_path_factory.mktemp("beside"))


@pytest.fixture(scope="session")
def stack(packaged: Packaged, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """The whole product, running from the package."""
    made = DeployedStack(tmp_path_factory.mktemp("loop"), packaged)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="session")
def fresh_rooms() -> dict[str, Iterator[Vacancy]]:
    return {city: iter(rooms(city)) for city in CITIES}


@pytest.fixture
async def site(stack: DeployedStack, fresh_rooms: dict[str, Iterator[Vacancy]]) -> AsyncIterator[Site]:
    async with visiting(stack, fresh_rooms) as here:
        yield here
