"""What a request says of a series, as domain values. Pure; every mistake is a sentence that says what to give."""

from __future__ import annotations

import azure.functions as func

from functions.answers import BadRequest
from functions.asked import zone_of
from functions.fields import Body, text_param
from shared.adapters.builtin.series_desk import Scope
from shared.domain.recurrence import Rule, RuleError, parse_rule
from shared.domain.spans import When


def recurrence_of(value: object, when: When, zone: str) -> Rule:
    """Return the rule of ``{"rule": RRULE, "zone": IANA name}`` whose first occurrence is ``when``.

    Without a zone of its own it repeats on the clocks of ``zone``.
    """
    if not isinstance(value, dict):
        raise BadRequest("'recurrence' is an object with 'rule', such as FREQ=WEEKLY;COUNT=10, and perhaps 'zone'")
    body = Body(value, ("rule", "zone"))
    text, own = body.text("rule", 500), body.text("zone")
    if not text:
        raise BadRequest("'recurrence' needs a 'rule', such as FREQ=WEEKLY;COUNT=10")
    try:
        return parse_rule(text, when, zone_of("zone", own) if own else zone)
    except RuleError as error:
        raise BadRequest(f"'rule' cannot be used: {error}") from None


def scope_of(req: func.HttpRequest) -> Scope:
    """Return how much of a series a request is about; one booking where it does not say."""
    text = text_param(req, "scope") or Scope.ONE
    try:
        return Scope(text)
    except ValueError:
        raise BadRequest(f"'scope' can be {', '.join(Scope)}") from None
