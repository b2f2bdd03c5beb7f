"""Let an alert fire once, so that whoever is to be woken has seen it: by telling what the alert asks for.

What is told says ``drill`` where an alert says whom it concerns, so that nobody takes it for the truth, and it is told
once: the alert clears itself when its window has passed. Nothing else changes; no resource is touched.

Dead letters are counted by Service Bus itself. Their drill is a wake-up of a session that is no resource, which the
worker gives up on purpose until the queue does, and a second one, later, that removes what was given up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.app.outside import Outside
from shared.domain.ids import ResourceId, TenantId
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError
from shared.ports.telemetry import Fact, Metric

logger = logging.getLogger("lockstep.drill")

DRILL = "drill"
"""Stands in the place of the tenant, or of the direction."""


@dataclass(frozen=True)
class Drill:
    """What lets an alert fire: a metric, told so often with such a value and facts. ``clears`` after minutes."""

    metric: Metric
    facts: Mapping[str, Fact]
    clears: int
    value: float = 1
    times: int = 1
    counted: bool = False


def _of_trouble(trouble: Trouble) -> Drill:
    return Drill(Metric.TROUBLES, {"tenant": DRILL, "trouble": trouble.value}, 30)


def _of_failures(trouble: Trouble) -> Drill:
    return Drill(Metric.FAILURES, {"tenant": DRILL, "trouble": trouble.value}, 30, value=4, counted=True)


_COUNTED_WHERE_THEY_HAPPEN = (Trouble.STORAGE_UNREACHABLE, Trouble.QUEUE_UNREACHABLE)
DRILLS: Mapping[str, Drill] = {
    **{each.value.replace("_", "-"): _of_trouble(each) for each in Trouble if each not in _COUNTED_WHERE_THEY_HAPPEN},
    **{each.value.replace("_", "-"): _of_failures(each) for each in _COUNTED_WHERE_THEY_HAPPEN},
    # For twenty minutes the query looks away from the sign of life; there is no row that could say why.
    "silent": Drill(Metric.DRILLS, {"name": "silent"}, 30, counted=True),
    "slow": Drill(Metric.LATENCY, {"direction": DRILL, "within": "longer"}, 60, value=61, times=20),
    "lapses": Drill(Metric.LAPSES, {"tenant": DRILL, "kind": "secret", "name": DRILL}, 180, value=5),
    "canary": Drill(Metric.CANARIES, {"tenant": DRILL, "outcome": "not_there"}, 30, counted=True),
}
"""Every alert that asks for what the app tells, by its name."""

DEAD_LETTERS = "dead-letters"
ALERTS = (*DRILLS, DEAD_LETTERS)
"""All that can be let fire."""

_SESSION = "drill"
_STANDS = timedelta(minutes=15)
"""How long the dead letter of a drill stands: Azure counts once a minute and the alert looks every five."""
_AGAIN = timedelta(minutes=1)
_DEAD_LETTERS_CLEAR = 30


class GivenUpOnPurpose(Exception):
    """What the worker answers to the wake-up of a drill, at each delivery, so that the queue gives it up."""


async def fire(outside: Outside, alert: str) -> int:
    """Let an alert fire once; return after how many minutes it has cleared itself.

    Raises ``KeyError`` for an alert without a drill, and for ``dead-letters`` the errors of the queue.
    """
    if alert == DEAD_LETTERS:
        await _leave_a_dead_letter(outside)
        return _DEAD_LETTERS_CLEAR
    drill = DRILLS[alert]
    for _ in range(drill.times):
        if drill.counted:
            outside.telemetry.count(drill.metric, int(drill.value), **drill.facts)
        else:
            outside.telemetry.record(drill.metric, drill.value, **drill.facts)
    return drill.clears


async def _leave_a_dead_letter(outside: Outside) -> None:
    session = drill_session(outside.tenant)
    # What removes it is sent first: a dead letter that stays would hide every later one.
    await outside.wakeups.send([session], WakeCause.DUE, outside.clock.now() + _STANDS)
    await outside.wakeups.send([session], WakeCause.COMMAND)


def drill_session(tenant: TenantId) -> ResourceId:
    """Return the session in which a tenant's drill is given up; it is no resource."""
    return ResourceId(f"{tenant}.{_SESSION}")


def is_drill_session(named: ResourceId) -> bool:
    return named.partition(".")[2] == _SESSION


async def take_drill(outside: Outside, cause: WakeCause) -> int:
    """Give the wake-up of a drill up, or remove what was given up; return how many dead letters are gone.

    Raises ``GivenUpOnPurpose`` and nothing else, unless not even another attempt could be ordered.
    """
    if cause is WakeCause.COMMAND:
        raise GivenUpOnPurpose("a drill: this wake-up is given up on purpose, and removed from the dead letters later")
    session = drill_session(outside.tenant)
    try:
        return await outside.wakeups.forget_given_up(session)
    except PortError as error:
        logger.warning("the dead letter of a drill stays for another minute: %s", error)
        await outside.wakeups.send([session], WakeCause.DUE, outside.clock.now() + _AGAIN)
        return 0
