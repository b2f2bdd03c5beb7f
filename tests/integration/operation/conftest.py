"""A stack whose host sends its telemetry to a sink on loopback, through the exporter that posts to Azure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE, CITIES, Vacancy, rooms
from tests.integration.loop.driving.site import visiting
from tests.integration.loop.driving.stack import Stack
from tests.integration.operation.envelopes.day import CANARY, Lived, live
from tests.integration.operation.envelopes.sink import Json, Sink

_OFTEN = {"OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_BSP_SCHEDULE_DELAY": "300", "OTEL_BLRP_SCHEDULE_DELAY": "300"}
_LAPSE = '[{"kind": "panel_token", "name": "Lobby", "on": "2027-03-31"}]'
_SENT_AFTER_SECONDS = 5.0


@dataclass(frozen=True)
class Told:
    """What was told of a time, and what happened in it."""

    lived: Lived
    envelopes: list[Json]
    text: str


@dataclass
class Observed:
    """A stack, what stands between it and its host, and its sink."""

    stack: Stack
    between: Between
    sink: Sink
    fresh: dict[str, Iterator[Vacancy]]

    def keep(self, percent: int) -> None:
        """Start the host again with another share of the quiet traces kept."""
        self.stack.rewrite_settings({"LOCKSTEP_TRACES_KEPT": str(percent)})
        self.stack.kill_host()
        self.stack.start_host()

    def day(self) -> Told:
        """Live a day and return what was told of it."""
        already = len(self.sink.bodies)

        async def lived() -> Lived:
            async with visiting(self.stack, self.fresh) as site:
                return await live(site, self.between)

        found = asyncio.run(lived())
        time.sleep(_SENT_AFTER_SECONDS)
        return Told(found, self.sink.envelopes(already), "\n".join(self.sink.bodies[already:]))


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A running stack whose host posts to the sink; mails are sent, people followed, something lapses."""
    settings = {
        "LOCKSTEP_CANARY": CANARY,
        "LOCKSTEP_MAIL_FROM": ADELE,
        "LOCKSTEP_FOLLOW_PEOPLE": "true",
        "LOCKSTEP_LAPSES": _LAPSE,
    }
    made, between = Stack(tmp_path_factory.mktemp("observed"), settings), Between()
    with Sink() as sink:
        try:
            made.start().insert(between)
            made.rewrite_settings({"APPLICATIONINSIGHTS_CONNECTION_STRING": sink.connection, **_OFTEN})
            yield Observed(made, between, sink, {city: iter(rooms(city)) for city in CITIES})
        finally:
            made.stop()
            between.close()


@pytest.fixture(scope="session")
def everything(observed: Observed) -> Told:
    """A day of which every trace is kept."""
    observed.keep(100)
    return observed.day()


@pytest.fixture(scope="session")
def chosen(observed: Observed, everything: Told) -> Told:
    """Another day, of whose quiet traces none is kept."""
    observed.keep(0)
    return observed.day()
