"""What the timers do, at once: wake every resource, renew subscriptions, try the watch. Every call needs a key."""

from __future__ import annotations

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import body_of
from functions.linked import find_linked
from functions.reading import in_words
from shared.composition import composed

upkeep = func.Blueprint()

_MOST_RENEWED = 100


@upkeep.function_name("sweep_now")
@upkeep.route("sweep", methods=["POST"])
@told
async def sweep_now(req: func.HttpRequest) -> func.HttpResponse:
    """Wake every resource that is linked."""
    from shared.app.sweep_resources import sweep_all

    body_of(req)
    outside = (await composed()).outside
    async with acting(req, outside, "sweep") as deed:
        woken = await sweep_all(outside)
        deed.led_to(woken=woken)
    return answer({"woken": woken}, 202)


@upkeep.function_name("renew_now")
@upkeep.route("subscriptions/renew", methods=["POST"])
@told
async def renew_now(req: func.HttpRequest) -> func.HttpResponse:
    """Renew the subscriptions that are due, or those of the resources named; or have those of older keys made again."""
    from shared.app.renew_subscriptions import Renewed, renew_subscriptions
    from shared.app.retire_key import leave_older_keys

    body = body_of(req, "resources", "older_keys")
    named, older_keys = body.texts("resources", _MOST_RENEWED) or (), body.flag("older_keys") is True
    if named and older_keys:
        raise BadRequest("give either 'resources' or 'older_keys': older keys are left by all that carry one")
    outside = (await composed()).outside
    if older_keys:
        async with acting(req, outside, "leave_older_keys") as deed:
            done = Renewed(ordered=await leave_older_keys(outside))
            deed.led_to(ordered=done.ordered)
        return answer(vars(done))
    only = [(await find_linked(outside, each)).id for each in named]
    async with acting(req, outside, "renew_subscriptions", *only):
        done = await renew_subscriptions(outside, only)
    return answer(vars(done))


@upkeep.function_name("fly_canary")
@upkeep.route("canary", methods=["POST"])
@told
async def fly_canary(req: func.HttpRequest) -> func.HttpResponse:
    """Let a canary fly now: a booking on the test resource, made and removed in both directions, and measured."""
    from shared.app.run_canary import canary_of, run_canary

    alone = body_of(req, "alone").flag("alone") is True
    outside = (await composed()).outside
    resource = await canary_of(outside)
    if resource is None:
        raise Unknown("no test resource is linked for canaries; name its mailbox in LOCKSTEP_CANARY and link it")
    async with acting(req, outside, "fly_canary", resource.id) as deed:
        flight = await run_canary(outside, resource, alone=alone)
        deed.led_to(outcome=flight.outcome)
    legs = [{"to": leg.to.value, "made": leg.made, "seconds": round(leg.seconds, 3)} for leg in flight.legs]
    told_of = {"outcome": flight.outcome.value, "legs": legs, "why": in_words(flight.why), "left_behind": flight.swept}
    return answer({"resource": resource.id, "name": resource.facts.name, **told_of})


@upkeep.function_name("drill")
@upkeep.route("drill", methods=["POST"])
@told
async def drill(req: func.HttpRequest) -> func.HttpResponse:
    """Let alerts fire once, each marked as a drill; without names all of them that can."""
    from shared.app.drill import ALERTS, DEAD_LETTERS, fire
    from shared.ports.telemetry import SILENT

    named = body_of(req, "alerts").texts("alerts", len(ALERTS)) or ALERTS
    unknown = sorted(set(named) - set(ALERTS))
    if unknown:
        raise BadRequest(f"{unknown[0]!r} is no alert that can be let fire; there are {', '.join(ALERTS)}")
    outside = (await composed()).outside
    if outside.telemetry is SILENT and set(named) != {DEAD_LETTERS}:
        raise Unknown("no telemetry is sent, so no alert can fire; set APPLICATIONINSIGHTS_CONNECTION_STRING")
    async with acting(req, outside, "drill", after={"alerts": ", ".join(named)}):
        fired = [{"alert": each, "clears_within_minutes": await fire(outside, each)} for each in named]
    return answer({"fired": fired}, 202)
