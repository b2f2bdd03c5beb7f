"""What an installation costs in a month, from its rooms, their events and its settings. Pure.

The prices are data with a day and a source (``prices.json``). What is counted follows the loop: a change is three
notifications, each an execution that queues and an execution that reconciles; every resource is swept; timers run.
Taxes, discounts and egress are left out; the free grants are counted once, as for a subscription of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

NOTIFICATIONS_PER_EVENT = 3
"""What Exchange sends for one booking of a room: created, and updates while it is processed."""
_TIMER_RUNS_PER_DAY = 288 + 1440
_IDLE_ACCEPTS = 8 * 43_200
_SEND_AND_SETTLE, _RECEIVE_AND_RENEW = 3, 4
_MORNING_SECONDS = 600
_TABLE_CALLS = 6
_RECONCILE_SECONDS, _NOTIFY_SECONDS, _SHARED_BY = 2.0, 1.0, 4
"""An instance is billed while anything runs on it; four runs share it at a time."""


@dataclass(frozen=True)
class Load:
    """What is to be estimated; without more, as deployed. ``sampling`` is the part of the telemetry that is kept."""

    rooms: int
    events_per_room_and_day: float = 8.0
    sweep_minutes: int = 60
    memory_gb: float = 2.0
    always_ready: int = 2
    sampling: float = 0.2
    private_networking: bool = False


@dataclass(frozen=True)
class Estimate:
    """Amounts in the currency of the prices, by what is paid for, and what they were counted from."""

    lines: Mapping[str, float]
    executions: int
    gb_seconds: int
    queue_operations: int
    logs_gb: float

    @property
    def total(self) -> float:
        return sum(self.lines.values())


def prices() -> dict[str, Any]:
    """Return the price list that comes with this version."""
    found: dict[str, Any] = json.loads(resources.files("lockstep").joinpath("prices.json").read_text("utf-8"))
    return found


def estimate(load: Load, listed: Mapping[str, Any]) -> Estimate:
    """Return what a month of a load costs."""
    days = listed["month"]["days"]
    changes = days * load.rooms * load.events_per_room_and_day * NOTIFICATIONS_PER_EVENT
    sweeps = days * load.rooms * 1440 / load.sweep_minutes
    timers = days * _TIMER_RUNS_PER_DAY
    executions = 2 * changes + sweeps + timers
    busy = (changes * _NOTIFY_SECONDS + (changes + sweeps) * _RECONCILE_SECONDS) / _SHARED_BY + timers
    gb_seconds = load.memory_gb * busy
    operations = (_SEND_AND_SETTLE + _RECEIVE_AND_RENEW) * (changes + sweeps) + _IDLE_ACCEPTS
    logs_gb = executions * listed["logs"]["kb_per_execution"] * load.sampling / 1_000_000
    lines = {
        "functions, executed": _executed(gb_seconds, executions, listed["functions"]),
        "functions, always ready": _always_ready(load, listed),
        "service bus": _service_bus(load, operations, listed["service_bus"]),
        "tables": _TABLE_CALLS * (changes + sweeps) * listed["tables"]["transaction"],
        "logs and metrics": max(logs_gb - listed["logs"]["free_gb"], 0) * listed["logs"]["gb"],
        "alerts": _alerts(listed["alerts"]),
    }
    return Estimate(lines, round(executions), round(gb_seconds), round(operations), logs_gb)


def morning_operations(load: Load) -> float:
    """Return how many operations a second the queue takes when every room changes once within ten minutes."""
    changes, sweeps = load.rooms / _MORNING_SECONDS, load.rooms / (load.sweep_minutes * 60)
    # Of each change one message more: the second run, which takes up its echo.
    messages = (NOTIFICATIONS_PER_EVENT + 1) * changes + sweeps
    return (_SEND_AND_SETTLE + _RECEIVE_AND_RENEW) * messages


def needs_premium(load: Load, listed: Mapping[str, Any]) -> bool:
    """Tell whether Service Bus Standard takes less than such a morning asks of it."""
    return morning_operations(load) > float(listed["service_bus"]["standard_operations_a_second"])


def rooms_on_standard(load: Load, listed: Mapping[str, Any]) -> int:
    """Return up to how many rooms of this kind Service Bus Standard is enough for."""
    of_one = morning_operations(replace(load, rooms=1))
    return int(listed["service_bus"]["standard_operations_a_second"] / of_one)


def _alerts(listed: Mapping[str, Mapping[str, float]]) -> float:
    """Return what the rules cost: each by how often it asks, whether it fires or not."""
    return sum(count * listed["month"][kind] for kind, count in listed["rules"].items())


def _executed(gb_seconds: float, executions: float, listed: Mapping[str, float]) -> float:
    for_time = max(gb_seconds - listed["free_gb_seconds"], 0) * listed["execution_gb_second"]
    return for_time + max(executions - listed["free_executions"], 0) * listed["execution"]


def _always_ready(load: Load, listed: Mapping[str, Any]) -> float:
    per_second = float(listed["functions"]["always_ready_gb_second"])
    return load.always_ready * load.memory_gb * float(listed["month"]["seconds"]) * per_second


def _service_bus(load: Load, operations: float, listed: Mapping[str, float]) -> float:
    if load.private_networking:
        return listed["premium_month"]
    return listed["standard_month"] + max(operations - listed["included_operations"], 0) * listed["operation"]
