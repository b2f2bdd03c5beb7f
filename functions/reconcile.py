"""The worker: one wake-up of one resource, in that resource's session."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import azure.functions as func

from shared.composition import composed

if TYPE_CHECKING:
    from shared.domain.wakeup import WakeCause

reconcile = func.Blueprint()
logger = logging.getLogger("lockstep.reconcile")


@reconcile.function_name("reconcile")
@reconcile.service_bus_queue_trigger(
    arg_name="message", queue_name="%LOCKSTEP_QUEUE%", connection="ServiceBus", is_sessions_enabled=True
)
async def take_wakeup(message: func.ServiceBusMessage) -> None:
    """Run the resource that a wake-up names. A message that makes no sense is dropped: it would never make any."""
    from shared.adapters.servicebus.message import parse
    from shared.app.reconcile_resource import reconcile_resource
    from shared.domain.people import is_people_session
    from shared.domain.wakeup import WakeCause

    try:
        wakeup = parse(message.get_body())
    except ValueError as error:
        logger.error("a wake-up that makes no sense was dropped: %s", error)
        return
    # A cause that this version does not know still says that something may have changed.
    cause = WakeCause(wakeup.cause) if wakeup.cause in set(WakeCause) else WakeCause.SWEEP
    if is_people_session(wakeup.resource):
        await _follow_people(cause)
        return
    run = await reconcile_resource((await composed()).outside, wakeup.resource, cause)
    logger.info("%s has been %s (%s, %d writes) %s", wakeup.resource, run.ending, cause, run.writes, run.why)


async def _follow_people(cause: WakeCause) -> None:
    from shared.app.follow_people import follow_people

    followed = await follow_people((await composed()).outside, cause)
    logger.info("the directory was read (%s): %s", cause, followed)
