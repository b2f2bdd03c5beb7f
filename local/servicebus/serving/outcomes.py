"""Delivery states on the wire and what they ask of the broker (facts: dispositions from the client)."""

from __future__ import annotations

from local.servicebus.amqp.message import Map
from local.servicebus.amqp.performatives import error_value
from local.servicebus.amqp.types import Described, ULong, Value
from local.servicebus.broker.message import (
    Abandon,
    BrokerError,
    Complete,
    DeadLetter,
    Defer,
    Outcome,
    Release,
)

ACCEPTED = Described(ULong(0x24), [])
_REJECTED, _RELEASED, _MODIFIED = 0x25, 0x26, 0x27


def rejected(error: BrokerError) -> Described:
    """The refusal of a delivery."""
    return Described(ULong(_REJECTED), [error_value(error.condition, error.description)])


def outcome_of(state: Described | None) -> Outcome | None:
    """What a client's delivery state asks for; None for a state that settles nothing."""
    if state is None:
        return None
    fields = state.value if isinstance(state.value, list) else []
    if state.descriptor == ACCEPTED.descriptor:
        return Complete()
    if state.descriptor == _RELEASED:
        return Release()
    if state.descriptor == _REJECTED:
        return _dead_letter(fields)
    if state.descriptor == _MODIFIED:
        return _modified(fields)
    return None


def echo(state: Described) -> Described:
    """The same outcome as the broker's answer; a rejection without its error, which would mean a failure."""
    return Described(ULong(_REJECTED), []) if state.descriptor == _REJECTED else state


def _dead_letter(fields: list[Value]) -> DeadLetter:
    error = fields[0] if fields else None
    parts = error.value if isinstance(error, Described) and isinstance(error.value, list) else []
    info = parts[2] if len(parts) > 2 and isinstance(parts[2], dict) else {}
    return DeadLetter(
        reason=_text(info.get("DeadLetterReason")),
        description=_text(info.get("DeadLetterErrorDescription")),
        properties={
            str(key): value
            for key, value in info.items()
            if key not in ("DeadLetterReason", "DeadLetterErrorDescription")
        },
    )


def _modified(fields: list[Value]) -> Outcome:
    failed, undeliverable, annotations = (*fields, None, None, None)[:3]
    properties: Map = {}
    if isinstance(annotations, dict):
        properties = {str(key): value for key, value in annotations.items()}
    if undeliverable is True:
        return Defer(properties)
    return Abandon(properties) if failed is True or properties else Release()


def _text(value: Value) -> str | None:
    return str(value) if isinstance(value, str) else None
