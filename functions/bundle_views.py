"""The state of one resource for a support case, as JSON: what was decided and what waits, and nobody's name. Pure.

Of a person, a meeting or a mailbox only a mark is shown; titles are in no ledger to begin with.
"""

from __future__ import annotations

from typing import Any

from functions.views import decision_view, mapping_view, moment, open_step_view, resource_view
from shared.app.bundle import Bundle
from shared.domain.ledger import Head
from shared.domain.striking import Striker

Json = dict[str, Any]

_OF_PERSONS = ("phone", "contact", "mailbox")


def bundle_view(found: Bundle, striker: Striker) -> Json:
    """Return a bundle with everything struck out that tells a person."""
    resource = resource_view(found.resource)
    for name in _OF_PERSONS:
        resource[name] = None
    zone = found.resource.facts.zone
    return {
        "made_at": moment(found.at),
        "resource": striker.value(resource),
        "head": striker.value(head_view(found.head)),
        "open_steps": striker.value([open_step_view(each) for each in found.open_steps]),
        "mappings": [_struck_mapping(mapping_view(each), striker) for each in found.mappings],
        "mappings_left_out": found.mappings_left_out,
        "decisions": striker.value([decision_view(each, zone) for each in found.decisions]),
        "orders": [{"verb": each.verb, "at": moment(each.at)} for each in found.orders],
    }


def _struck_mapping(shown: Json, striker: Striker) -> Json:
    event = shown["event"]
    if event:
        shown["event"] = {**event, "key": striker.mark("event", event["key"])}
    shown["reason"] = striker.text(shown["reason"])
    return shown


def head_view(head: Head) -> Json:
    """Return how far a resource was read; of token and cursor only whether there is one."""
    return {
        "run": head.run,
        "last_run": moment(head.last_run),
        "last_look": moment(head.last_look),
        "proven_at": moment(head.proven_at),
        "window_start": moment(head.window_start),
        "window_end": moment(head.window_end),
        "not_before": moment(head.not_before),
        "attempts": head.attempts,
        "first_failure": moment(head.first_failure),
        "failure": head.failure,
        "mappings": head.mappings,
        "has_token": head.token is not None,
        "has_cursor": head.cursor is not None,
    }
