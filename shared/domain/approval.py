"""Approval: a permission that names what may happen to one booking, and no script that makes it happen.

A held step remembers what it asks for: its actions, and one keyed digest of them, of what they write, and of what they
would be done to. A person permits that and nothing else. The next run plans afresh:

what it plans for a permitted booking      what happens
-----------------------------------------  ------------------------------------------------------
what was asked for                         it runs, and is not counted by any guard
another cancellation, or another decline   it waits again: it was not asked for
another step, that removes nothing         it is a single change like any other
nothing any more                           nothing; the permission is spent
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace

from shared.domain.booking import Item, Side
from shared.domain.cases import Setting
from shared.domain.fingerprint import Fingerprint, fingerprint
from shared.domain.ledger import Cause, OpenStep
from shared.domain.plan import Action, Settlement, Step

_DIGEST_BYTES = 12


def actions_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the actions that steps ask for, each once."""
    return tuple(sorted({str(step.action) for step in steps}))


def asked(settlement: Settlement, steps: Iterable[Step], key: bytes) -> str:
    """Return the keyed digest of what ``steps`` would do, and to what: a copy as it stands, or what a new one is of."""
    told = []
    for step in sorted(steps, key=lambda step: (step.side, step.action)):
        shown = step.side.other if step.action is Action.CREATE else step.side
        told.append(f"{_step(step)} of {_print(settlement, shown, key)}")
    return hmac.digest(key, "|".join(told).encode(), "sha256")[:_DIGEST_BYTES].hex()


def is_as_permitted(settlement: Settlement, setting: Setting) -> bool:
    """Tell whether a person permitted exactly these steps; a permission of an older version names the booking only."""
    if setting.foreseen and asked(settlement, settlement.steps, setting.key) in setting.foreseen:
        return True
    if settlement.id not in setting.permitted:
        return False
    wants = setting.permissions.get(settlement.id, "")
    return not wants or wants == asked(settlement, settlement.steps, setting.key)


def withdraws(settlement: Settlement) -> bool:
    """Tell whether a settlement removes a booking from a side."""
    return any(step.action in (Action.CANCEL, Action.DECLINE) for step in settlement.steps)


def asks_to_remove(step: OpenStep) -> bool:
    """Tell whether an open step waits for a person who lets a booking be removed."""
    return step.cause is Cause.HELD and bool({Action.CANCEL, Action.DECLINE} & set(step.actions))


def with_permission(step: OpenStep, known: OpenStep | None) -> OpenStep:
    """Return an open step with the permission and the bulk plan of the one in whose place it stands."""
    if known is None:
        return step
    return replace(step, permitted=known.permitted, actions=known.actions, wants=known.wants, plan=known.plan)


def _step(step: Step) -> str:
    wanted = step.wanted
    if wanted is None:
        return f"{step.action}:{step.side}:{step.reason.code}"
    owner = wanted.organiser.address.casefold() if wanted.organiser else ""
    what = (str(wanted.when), wanted.title, owner, str(wanted.private), ",".join(sorted(step.fields)))
    return f"{step.action}:{step.side}:{'/'.join(what)}"


def _print(settlement: Settlement, side: Side, key: bytes) -> str:
    item: Item | None = settlement.calendar if side is Side.CALENDAR else settlement.platform
    if item is not None:
        return _told(fingerprint(item, key))
    record = settlement.before.record(side) if settlement.before else None
    return _told(record.print) if record else ""


def _told(print_: Fingerprint) -> str:
    return ",".join(f"{name}={digest}" for name, digest in sorted(print_.digests.items()))
