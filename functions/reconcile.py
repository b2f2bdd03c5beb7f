"""The worker: one wake-up of one resource, in that resource's session."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.composition import TenantUnknown, installed
from shared.domain.ids import ResourceId, TenantId, tenant_of

reconcile = func.Blueprint()
logger = logging.getLogger("lockstep.reconcile")


@reconcile.function_name("reconcile")
@reconcile.service_bus_queue_trigger(
    arg_name="message", queue_name="%LOCKSTEP_QUEUE%", connection="ServiceBus", is_sessions_enabled=True
)
async def take_wakeup(message: func.ServiceBusMessage) -> None:
    """Run the resource that a wake-up names. A message that makes no sense is dropped: it would never make any."""
    from shared.adapters.servicebus.message import parse, sent_at, trace_of
    from shared.app.drill import is_drill_session, take_drill
    from shared.app.follow_people import follow_people
    from shared.app.take_wakeup import take_wakeup as run_resource
    from shared.domain.people import is_people_session
    from shared.domain.wakeup import WakeCause

    try:
        wakeup = parse(message.get_body())
    except ValueError as error:
        logger.error("a wake-up that makes no sense was dropped: %s", error)
        return
    # A cause that this version does not know still says that something may have changed.
    cause = WakeCause(wakeup.cause) if wakeup.cause in set(WakeCause) else WakeCause.SWEEP
    try:
        outside = (await installed()).of(_tenant(message, wakeup.resource)).outside
    except TenantUnknown as error:
        logger.error("a wake-up was dropped: %s", error)
        return
    if is_people_session(wakeup.resource):
        logger.info("the directory was read (%s): %s", cause, await follow_people(outside, cause))
        return
    if is_drill_session(wakeup.resource):
        logger.info("a drill is over: %d dead letters removed", await take_drill(outside, cause))
        return
    run = await run_resource(outside, wakeup.resource, cause, sent_at(message), trace_of(message))
    logger.info("%s has been %s (%s, %d writes) %s", wakeup.resource, run.ending, cause, run.writes, run.why)


def _tenant(message: func.ServiceBusMessage, resource: ResourceId) -> TenantId:
    """Return whose resource is woken. The session is what keeps two runs apart, so it has to be the resource's own."""
    if message.session_id not in (None, "", resource):
        raise TenantUnknown("it names another resource than its session")
    return tenant_of(resource)
