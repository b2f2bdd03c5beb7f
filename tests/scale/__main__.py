"""`python -m tests.scale [--measure] [--rooms N]`: what thousands of rooms cost, from the measured cost of one.

Without --measure the costs of ``costs.json`` are used, which an earlier run measured on the stack.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

from lockstep.costing import Load, estimate, prices
from tests.bench.imports import ROOT
from tests.scale.costs import Costs, read, write
from tests.scale.limits import uses
from tests.scale.load import Estate, calls_a_day, healing, morning, renewing

_ESTATES = (Estate(1000), Estate(10_000), Estate(10_000, events=80), Estate(100_000))
_PRICED = (50, 500, 5_000, 50_000)


def main(arguments: Sequence[str]) -> int:
    """Measure if asked to, compute, print."""
    options = _parser().parse_args(arguments)
    if options.measure:
        from tests.scale.measure import measured

        costs = asyncio.run(measured(options.rooms))
        write(costs, ROOT / ".bench" / "scale-costs.json")
    else:
        costs = read()
    _say(f"Costs of one room, measured {costs.measured} on the stack with {costs.rooms} rooms, load {costs.load}:")
    _say(f"{costs}")
    for estate in _ESTATES:
        _tell(estate, costs)
    _tell_prices()
    return 0


def _tell(estate: Estate, costs: Costs) -> None:
    renewed, peak, healed = renewing(estate.rooms), morning(estate, costs), healing(estate, costs)
    read_after, subscribed = timedelta(seconds=healed.read_after), timedelta(seconds=healed.subscribed_after)
    _say(f"\n{estate.rooms:,} rooms, {estate.events:g} bookings a day each, swept every {estate.sweep_minutes} minutes")
    _say(f"  renewals a day {renewed.a_day:,.0f} in {renewed.requests_a_day:,.0f} batches")
    _say(f"    at most {renewed.most_in_a_run} in a run, {_words(renewed.soonest_end)} before their end or earlier")
    _say(f"  calls to Graph a day {calls_a_day(estate, costs):,.0f}")
    waits = f"p50 {peak.p50:.0f} s, p95 {peak.p95:.0f} s, longest {peak.longest:.0f} s"
    _say(f"  a morning: wake-ups wait {waits}; {peak.instances} instances")
    _say(f"  a week's outage: all read after {_words(read_after)}, subscribed after {_words(subscribed)}")
    _say(f"    {healed.calls:,} calls, at most {healed.calls_a_second:,.0f} a second; {healed.instances} instances")
    for use in uses(estate, costs, peak)[:3]:
        _say(f"  {use.share:6.1%} of {use.limit}: {use.used:,.1f} of {use.allowed:,} {use.unit}")
        _say(f"         then: {use.what_then}")


def _tell_prices() -> None:
    listed = prices()
    _say(f"\nA month in {listed['currency']}, list prices as of {listed['as_of']}")
    for rooms in _PRICED:
        for sampling in (Load.sampling, 1.0):
            total = estimate(Load(rooms, sampling=sampling), listed).total
            _say(f"  {rooms:>6,} rooms, {sampling:.0%} of telemetry: {total:10,.0f}, {total / rooms:.2f} each")


def _words(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description="Computes the cost of many rooms.")
    parser.add_argument("--measure", action="store_true", help="measure the cost of one room on the stack first")
    parser.add_argument("--rooms", type=int, default=40, help="how many rooms are measured")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
