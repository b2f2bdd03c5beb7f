"""What stands in the way of a booking, as one sentence in the reader's language.

It names a time in the resource's zone, never whose booking it is.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shared.app.messages import words_of
from shared.app.wording import stretch
from shared.domain.free_times import Kind, Obstacle
from shared.domain.resource import Resource


def obstacle_sentence(resource: Resource, found: Obstacle, language: str) -> str:
    """Return why a resource takes no booking at a time."""
    zone, span = ZoneInfo(resource.facts.zone), found.time or found.at
    policy = resource.policy
    key = "blocked_because" if found.kind is Kind.BLOCKED and found.reason else found.kind.value
    return words_of(language, "obstacles")[key].format(
        room=resource.facts.name or resource.address,
        time=stretch(span.start.astimezone(zone), span.end.astimezone(zone), words_of(language, "times")),
        days=policy.days_ahead,
        capacity=resource.facts.capacity or 0,
        minutes=int(policy.gap.total_seconds() // 60),
        reason=found.reason,
    )
