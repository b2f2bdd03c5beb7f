"""The real composition: built at its first use, and quiet about what passes through foreign packages."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from shared.composition import Composition, Installation, SystemClock
from shared.settings import read_settings
from tests.unit.functions.calling.environments import AZURE, LOCAL

TALKATIVE = (
    "httpx",
    "httpcore",
    "hpack",
    "azure.servicebus",
    "azure.core.pipeline.policies.http_logging_policy",
)


@pytest.fixture
def as_in_azure() -> Iterator[None]:
    """Loggers as the worker sets them: everything from INFO on is told."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    root = logging.getLogger()
    before = [(logger, logger.level) for logger in (root, *loggers)]
    root.setLevel(logging.INFO)
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
    yield
    for logger, level in before:
        logger.setLevel(level)


def composition_of(environment: dict[str, str]) -> Composition:
    installation = Installation(read_settings(environment))
    return installation.of(installation.tenants[0])


@pytest.mark.usefixtures("as_in_azure")
@pytest.mark.parametrize("environment", [LOCAL, AZURE], ids=["connection strings", "identities"])
async def test_urls_and_headers_of_requests_are_not_logged_once_everything_is_built(
    environment: dict[str, str],
) -> None:
    assert logging.getLogger("httpx").isEnabledFor(logging.INFO)
    composition = composition_of(environment)
    assert composition.outside.wakeups is composition.wakeups
    assert composition.outside.tenant == environment["LOCKSTEP_TENANT"].lower()
    assert [name for name in TALKATIVE if logging.getLogger(name).isEnabledFor(logging.INFO)] == []
    assert all(logging.getLogger(name).isEnabledFor(logging.WARNING) for name in TALKATIVE)


@pytest.mark.usefixtures("as_in_azure")
async def test_a_logger_that_tells_less_already_stays_so() -> None:
    logging.getLogger("httpx").setLevel(logging.CRITICAL)
    assert composition_of(LOCAL).outside
    assert logging.getLogger("httpx").level == logging.CRITICAL


async def test_each_part_is_built_once() -> None:
    composition = composition_of(LOCAL)
    assert composition.outside is composition.outside
    assert composition.platform is composition.platform


def test_ids_of_one_process_rise_within_a_millisecond() -> None:
    clock = SystemClock()
    minted = [clock.ulid() for _ in range(2000)]
    assert minted == sorted(set(minted))
