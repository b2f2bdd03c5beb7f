"""What becomes of orders that a paused resource is given. Pure.

    order                                             while it is paused
    ------------------------------------------------  -----------------------------------------------------------
    pause, resume, link, unlink; subscriptions        carried out: they concern the resource's own row
    a look at the other rooms of a meeting            noted as an open step, which is due when it is resumed
    other settings                                    shown on the row; what they mean for the bookings waits
    everything else                                   waits: it needs a run that may write

What waits is carried out by the run that resumes it, in the order in which it was given. The same order given twice
waits once, because timers go on ordering.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.commands import Command, Verb
from shared.domain.resource import Resource, State

_AT_ONCE = frozenset((Verb.PAUSE, Verb.RESUME, Verb.LINK, Verb.UNLINK, Verb.RENEW, Verb.SUBSCRIBE, Verb.LOOK))


def waiting_while_paused(resource: Resource, commands: Sequence[Command]) -> tuple[Command, ...]:
    """Return the commands that stay in the ledger because the resource is paused once all are taken up."""
    if not _is_paused_after(resource, commands):
        return ()
    waiting = {(each.verb, tuple(sorted(each.facts.items()))): each for each in commands if each.verb not in _AT_ONCE}
    return tuple(waiting.values())


def _is_paused_after(resource: Resource, commands: Sequence[Command]) -> bool:
    paused = resource.state is State.PAUSED
    for command in commands:
        if command.verb in (Verb.PAUSE, Verb.RESUME):
            paused = command.verb is Verb.PAUSE
    return paused and all(command.verb is not Verb.UNLINK for command in commands)
