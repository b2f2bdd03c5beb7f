"""Which held steps a person means: all that waited when the order was given, or those that it names. Pure.

An order names steps by their ids, bookings by their mappings, or actions; given together, each narrows the choice.
Whoever names nothing means what could be seen then: what is held later waits for an order of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.commands import Command
from shared.domain.ledger import Cause, OpenStep

NARROWED_BY = ("steps", "mappings", "actions")
"""What an order may name, each as a list in one text, parted by commas."""


def chosen_by(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the facts of an order that names these steps, mappings and actions."""
    return {name: ",".join(values) for name, values in names.items() if values}


def is_chosen(step: OpenStep, command: Command) -> bool:
    """Tell whether an order to approve or to discard means a step."""
    if step.cause is not Cause.HELD or step.since > command.at:
        return False
    named = {name: set(command.facts[name].split(",")) for name in NARROWED_BY if name in command.facts}
    return (
        ("steps" not in named or step.id in named["steps"])
        and ("mappings" not in named or step.mapping in named["mappings"])
        and ("actions" not in named or bool(named["actions"] & set(step.actions)))
    )
