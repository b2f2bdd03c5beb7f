"""Orders: what people and timers asked of a resource, carried out at the start of its own run.

Commands are rows of the ledger that only their resource's run takes up and removes, in the commit of that
run: a crash carries them out again, and each can be carried out twice without harm. What a paused resource is asked
beyond its own row waits as it is until the resource is resumed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.app.buffers import remove_all_buffers
from shared.app.other_rooms import with_look
from shared.app.outside import Outside
from shared.app.subscribe import subscribe, unsubscribe
from shared.domain.choice import is_chosen
from shared.domain.commands import Command, Verb, told_settings
from shared.domain.inheritance import settled
from shared.domain.ledger import Cause, Head, OpenStep
from shared.domain.other_rooms import is_look
from shared.domain.pausing import waiting_while_paused
from shared.domain.renewal import LIFETIME
from shared.domain.resource import PAUSED, BulkPlan, Resource, State
from shared.domain.undo import undo_step
from shared.ports.ledgers import Writes

logger = logging.getLogger("lockstep.orders")

_SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Orders:
    """A resource after its orders, with the open steps as they stand for this run.

    ``discarded`` are the ids of the open steps that end with them, ``let_go`` those of them that a person discarded.
    ``bulk`` is the bulk plan that a person let run by one of them, ``foreseen`` are the digests of what was shown in
    shadow and may happen now. ``waiting`` counts the commands that stay because the resource is paused.
    """

    resource: Resource
    open_steps: tuple[OpenStep, ...]
    commands: tuple[Command, ...]
    discarded: frozenset[str] = frozenset()
    bulk: BulkPlan | None = None
    foreseen: frozenset[str] = frozenset()
    let_go: tuple[OpenStep, ...] = ()
    waiting: int = 0


async def take_orders(outside: Outside, resource: Resource, head: Head) -> Orders:
    """Read the commands and open steps of a resource and carry the commands out as far as they concern it alone."""
    open_steps, commands = await asyncio.gather(
        outside.ledgers.open_steps(resource.id), outside.ledgers.commands(resource.id)
    )
    standing = _standing(commands)
    waiting = waiting_while_paused(resource, standing)
    now = [command for command in standing if command not in waiting or _is_shown_at_once(command, head)]
    orders = Orders(resource, open_steps, commands, waiting=len(waiting))
    for command in now:
        orders = await _VERBS[command.verb](outside, orders, command)
    if orders.resource.state in (State.UNLINKED, State.PAUSED) and (now or len(commands) > len(waiting)):
        if orders.resource.state is State.UNLINKED:
            head = await _without_buffers(outside, orders.resource, head)
        orders = replace(orders, resource=await outside.resources.put(orders.resource))
        # A paused room is asked once: it looks when it is resumed.
        asked = tuple(step for step in orders.open_steps if is_look(step) and step not in open_steps)
        done = tuple(command.id for command in commands if command not in waiting)
        written = Writes(open_steps=asked, commands_done=done)
        await outside.ledgers.commit(resource.id, head, replace(head, trailing=None), written)
    return orders


def _is_shown_at_once(command: Command, head: Head) -> bool:
    """Tell whether a command that waits shows on the row from this run on; what it means for bookings waits."""
    return command.verb is Verb.POLICY and (head.last_run is None or command.at >= head.last_run)


async def _without_buffers(outside: Outside, resource: Resource, head: Head) -> Head:
    """Take the entries of buffers away before the resource counts as unlinked: nobody looks at it afterwards."""
    unmade = await remove_all_buffers(outside, resource)
    return await outside.ledgers.commit(resource.id, head, head, Writes(unmade)) if unmade else head


def _standing(commands: Sequence[Command]) -> Sequence[Command]:
    """Return the commands that still count: linking again ends an unlinking that died before it was put away."""
    linked = max((place for place, command in enumerate(commands) if command.verb is Verb.LINK), default=-1)
    return [c for place, c in enumerate(commands) if c.verb is not Verb.UNLINK or place > linked]


async def _link(outside: Outside, orders: Orders, _: Command) -> Orders:
    """Make the platform's resource and the subscription, before the first read, so that nothing falls between."""
    resource = orders.resource
    await _ensure_platform(outside, resource)
    if resource.subscription is None:
        resource = await outside.resources.put(await subscribe(outside, resource))
    return replace(orders, resource=resource)


async def _ensure_platform(outside: Outside, resource: Resource) -> None:
    assert resource.platform is not None
    if resource.policy.shadow:
        return
    await outside.platform.ensure_resource(
        resource.platform,
        resource.facts.name,
        resource.facts.zone,
        resource.policy.units,
        int(resource.policy.gap.total_seconds() // 60),
    )


async def _unlink(outside: Outside, orders: Orders, command: Command) -> Orders:
    resource = await unsubscribe(outside, orders.resource)
    why = "unlinked; bookings stay on both sides, the ledger is kept for 30 days"
    return replace(orders, resource=replace(resource, state=State.UNLINKED, since=command.at, why=why))


async def _forget_old(outside: Outside, orders: Orders, _: Command) -> Orders:
    """Let decisions go that are past their time; the full read that was ordered follows."""
    await outside.ledgers.forget_decisions(orders.resource.id, outside.retention.ends(outside.clock.now()))
    return orders


async def _nothing_more(_: Outside, orders: Orders, __: Command) -> Orders:
    return orders


async def _approve(outside: Outside, orders: Orders, command: Command) -> Orders:
    """Permit held steps: the run plans afresh and does what is both still needed and permitted."""
    now = outside.clock.now()
    chosen = {step.id for step in orders.open_steps if is_chosen(step, command)}
    steps = tuple(
        replace(step, due=now, permitted=True, plan=command.id) if step.id in chosen else step
        for step in orders.open_steps
    )
    plan = BulkPlan(command.id, Verb.APPROVE, command.at, len(chosen)) if chosen else orders.bulk
    return replace(orders, open_steps=steps, bulk=plan)


async def _discard(_: Outside, orders: Orders, command: Command) -> Orders:
    """Let held steps go: nothing of them is done, and the run records what stands instead."""
    chosen = tuple(step for step in orders.open_steps if is_chosen(step, command))
    kept = tuple(step for step in orders.open_steps if step not in chosen)
    gone = orders.discarded | {step.id for step in chosen}
    return replace(orders, open_steps=kept, discarded=gone, let_go=(*orders.let_go, *chosen))


async def _go_live(outside: Outside, orders: Orders, command: Command) -> Orders:
    """End the shadow: what it showed when that was ordered may happen; the run reads all and plans afresh."""
    resource = replace(orders.resource, policy=replace(orders.resource.policy, shadow=False))
    await _ensure_platform(outside, resource)
    resource = await outside.resources.put(resource)
    shown = [step for step in orders.open_steps if step.cause is Cause.SHADOW]
    meant = frozenset(step.wants for step in shown if step.since <= command.at and step.wants)
    kept = tuple(step for step in orders.open_steps if step.cause is not Cause.SHADOW)
    plan = BulkPlan(command.id, Verb.GO_LIVE, command.at, 0)
    gone = orders.discarded | {step.id for step in shown}
    return replace(orders, resource=resource, open_steps=kept, discarded=gone, foreseen=meant, bulk=plan)


async def _undo(outside: Outside, orders: Orders, command: Command) -> Orders:
    """Take back what a bulk plan created: both sides of each are read, and what stands as it was made is removed."""
    meant = command.facts.get("plan", "")
    now = outside.clock.now()
    steps = [
        undo_step(mapping.id, now, command.id)
        async for mapping in outside.ledgers.mappings(orders.resource.id)
        if mapping.copy is not None and mapping.copy.plan == meant and mapping.is_linked
    ]
    plan = BulkPlan(command.id, Verb.UNDO, command.at, len(steps)) if steps else orders.bulk
    return replace(orders, open_steps=(*orders.open_steps, *steps), bulk=plan)


async def _retry(outside: Outside, orders: Orders, _: Command) -> Orders:
    now = outside.clock.now()
    waiting = (Cause.RETRY, Cause.STALE, Cause.REJECTED, Cause.CREATING)
    steps = tuple(replace(s, due=now) if s.cause in waiting else s for s in orders.open_steps)
    return replace(orders, open_steps=steps)


async def _renew(outside: Outside, orders: Orders, command: Command) -> Orders:
    subscription = orders.resource.subscription
    if subscription is None:
        return await _subscribe_again(outside, orders, command)
    now = outside.clock.now()
    # One that could not be renewed now is left out of the answer: it is remembered as ending soon, and the timer
    # takes it up first.
    soon = min(subscription.expires, now + _SOON)
    answer = await outside.subscriptions.renew({subscription.id: now + LIFETIME})
    lives_until = answer.get(subscription.id, soon)
    if lives_until is None:
        return await _subscribe_again(outside, orders, command)
    resource = replace(orders.resource, subscription=replace(subscription, expires=lives_until))
    return replace(orders, resource=await outside.resources.put(resource))


async def _subscribe_again(outside: Outside, orders: Orders, _: Command) -> Orders:
    """Make a subscription that is gone again; what changed meanwhile was told to nobody, so all is read."""
    resource = await subscribe(outside, await unsubscribe(outside, orders.resource))
    return replace(orders, resource=await outside.resources.put(resource))


async def _policy(outside: Outside, orders: Orders, command: Command) -> Orders:
    """Take up other settings, its own or inherited. What they mean for the bookings that stand is a bulk plan."""
    try:
        given, given_back = told_settings(command)
        scopes = await outside.resources.scopes(outside.tenant)
        resource = settled(orders.resource, scopes, given, given_back)
    except ValueError as error:
        # Whoever took the order has checked it. One that got through all the same may not stop the resource.
        logger.warning("settings for %s not taken: %s", orders.resource.id, error)
        return orders
    await _ensure_platform(outside, resource)
    return replace(orders, resource=await outside.resources.put(resource))


async def _pause(_: Outside, orders: Orders, command: Command) -> Orders:
    return replace(orders, resource=replace(orders.resource, state=State.PAUSED, since=command.at, why=PAUSED))


async def _resume(_: Outside, orders: Orders, command: Command) -> Orders:
    return replace(orders, resource=replace(orders.resource, state=State.BEHIND, since=command.at, why="resumed"))


async def _look(outside: Outside, orders: Orders, command: Command) -> Orders:
    """Look at the other rooms of a meeting: one of them has said that it is out."""
    steps = await with_look(outside, orders.resource.id, orders.open_steps, command)
    return replace(orders, open_steps=steps)


_VERBS = {
    Verb.LINK: _link,
    Verb.UNLINK: _unlink,
    Verb.REBASE: _forget_old,
    Verb.PROVE: _nothing_more,
    Verb.APPROVE: _approve,
    Verb.DISCARD: _discard,
    Verb.POLICY: _policy,
    Verb.RETRY: _retry,
    Verb.RENEW: _renew,
    Verb.SUBSCRIBE: _subscribe_again,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.UNDO: _undo,
    Verb.GO_LIVE: _go_live,
    Verb.REBUILD: _nothing_more,
    Verb.LOOK: _look,
}
