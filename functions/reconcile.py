"""The worker: one wake-up of one resource, in that resource's session."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.composition import composed

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
    from shared.domain.wakeup import WakeCause

    try:
        wakeup = parse(message.get_body())
    except ValueError as error:
        logger.error("a wake-up that makes no sense was dropped: %s", error)
        return
    # A cause that this version does not know still says that something may have changed.
    cause = WakeCause(wakeup.cause) if wakeup.cause in set(WakeCause) else WakeCause.SWEEP
    run = await reconcile_resource((await composed()).outside, wakeup.resource, cause)
    logger.info("%s has been %s (%s, %d writes) %s", wakeup.resource, run.ending, cause, run.writes, run.why)
