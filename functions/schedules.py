"""The timers: sweeps, deep reads and the renewal of subscriptions, each resource at its own moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import azure.functions as func

from functions.ticks import stretch
from shared.composition import Composed, installed
from shared.domain.ids import TenantId
from shared.ports.telemetry import Metric

schedules = func.Blueprint()
logger = logging.getLogger("lockstep.schedules")

_FORGOTTEN_AT = time(3, 17)
_TIDIED_AT = time(4, 41)
PLATFORM_KEPT = timedelta(days=400)
"""How long after their time the built-in platform keeps cancelled bookings and blocked times."""


@schedules.function_name("sweep")
@schedules.timer_trigger(arg_name="timer", schedule="%LOCKSTEP_SWEEP_SCHEDULE%", use_monitor=True)
async def sweep(timer: func.TimerRequest) -> None:
    """Wake the resources whose own second has come since the timer ran last."""
    from shared.app.follow_people import sweep_people
    from shared.app.sweep_resources import sweep_resources

    async def of_tenant(composition: Composed) -> None:
        outside = composition.outside
        with stretch("sweep", timer, composition) as (last, now):
            woken = await sweep_resources(outside, last, now)
            await sweep_people(outside, last, now)
        logger.info("sweep woke %d resources", woken)

    await _for_each_tenant(of_tenant)


@schedules.function_name("order_reads")
@schedules.timer_trigger(arg_name="timer", schedule="%LOCKSTEP_READS_SCHEDULE%", use_monitor=True)
async def order_deep_reads(timer: func.TimerRequest) -> None:
    """Order the proof reads and re-bases that have fallen due."""
    from shared.app.forget_acts import forget_acts
    from shared.app.forget_meetings import forget_meetings
    from shared.app.forget_unlinked import forget_unlinked
    from shared.app.keep_latency import forget_latencies
    from shared.app.order_reads import order_reads
    from shared.app.wake_recovered import wake_recovered

    async def of_tenant(composition: Composed) -> None:
        outside = composition.outside
        with stretch("order_reads", timer, composition) as (last, now):
            ordered = await order_reads(outside, last, now)
            woken = await wake_recovered(outside, last, now)
            await forget_unlinked(outside)
            await composition.platform.walk_bookers()
            if _has_come(_FORGOTTEN_AT, last, now):
                gone = await composition.platform.forget_past(now - PLATFORM_KEPT)
                logger.info("%d cancelled bookings and blocked times of the platform forgotten", gone)
                await forget_meetings(outside)
                await forget_acts(outside)
                await forget_latencies(outside)
        logger.info("%d proof reads and re-bases ordered, %d resources woken after an outage", ordered, woken)

    await _for_each_tenant(of_tenant)


@schedules.function_name("renew_subscriptions")
@schedules.timer_trigger(arg_name="timer", schedule="%LOCKSTEP_RENEW_SCHEDULE%", use_monitor=True)
async def renew(timer: func.TimerRequest) -> None:
    """Renew the subscriptions that are in the last two thirds of their life; once a day hold them against Graph's."""
    from shared.app.renew_subscriptions import renew_subscriptions
    from shared.app.tidy_subscriptions import tidy_subscriptions

    async def of_tenant(composition: Composed) -> None:
        outside = composition.outside
        with stretch("renew_subscriptions", timer, composition) as (last, now):
            if _has_come(_TIDIED_AT, last, now):
                logger.info("subscriptions held against Graph's: %s", await tidy_subscriptions(outside))
        logger.info("subscriptions: %s", await renew_subscriptions(outside))

    await _for_each_tenant(of_tenant)


@schedules.function_name("take_stock")
@schedules.timer_trigger(arg_name="timer", schedule="0 */5 * * * *", use_monitor=True)
async def take_stock(timer: func.TimerRequest) -> None:
    """Tell how the resources stand: what the alerts watch, and the app's own sign of life."""
    from shared.app.run_canary import fly_if_due
    from shared.app.take_stock import take_stock as taking
    from shared.app.tell_lapses import tell_lapses

    async def of_tenant(composition: Composed) -> None:
        taken = await taking(composition.outside)
        tell_lapses(composition.outside)
        logger.info("stock: %d resources are not as they should be", len(taken.stock.troubled))

    async def fly(composition: Composed) -> None:
        await fly_if_due(composition.outside, composition.outside.clock.now().minute)

    await _for_each_tenant(of_tenant)
    # After everybody's stock: a canary may wait for a minute.
    await _for_each_tenant(fly)


async def _for_each_tenant(work: Callable[[Composed], Awaitable[None]]) -> None:
    """Do the work of all tenants beside each other: one that fails, or is slow, harms no other.

    The first error is raised at the end. Of storage and queue it is told here: where nobody books, only timers meet it.
    """
    from shared.app.measuring import trouble_behind
    from shared.domain.trouble import OF_THE_INSTALLATION

    common, failed = await installed(), list[Exception]()

    async def of_one(tenant: TenantId) -> None:
        try:
            await work(common.of(tenant))
        except Exception as error:
            logger.warning("a timer's work for tenant %s failed: %s", tenant, type(error).__name__)
            if (trouble := trouble_behind(error)) in OF_THE_INSTALLATION:
                common.telemetry.count(Metric.FAILURES, trouble=trouble)
            failed.append(error)

    await asyncio.gather(*map(of_one, common.tenants))
    if failed:
        raise failed[0]


def _has_come(of_day: time, after: datetime, until: datetime) -> bool:
    """Tell whether a time of day (UTC) lies in ``(after, until]``."""
    latest = datetime.combine(until.date(), of_day, until.tzinfo)
    return after < (latest if latest <= until else latest - timedelta(days=1)) <= until
