"""Tell the story of one booking to whoever holds its link: what was decided about it, in order, in the reader's words.

The link is the right to read, to this one story and nothing else. The words name times and sides; they hold no
title, no person, and of another booking nothing but its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app.messages import USUAL, language_of
from shared.app.outside import Outside
from shared.app.wording import sentence
from shared.domain.decisions import Decision
from shared.domain.ids import tenant_of
from shared.domain.spans import When
from shared.domain.story_link import read_token

_MOST = 200


@dataclass(frozen=True)
class Chapter:
    """One decision: when it was made, and what it says."""

    at: datetime
    words: str


@dataclass(frozen=True)
class BookingStory:
    """What is told of one booking; ``when`` is None once nothing of it stands any more. ``zone`` is the resource's.

    ``language`` is the one that its words are in.
    """

    resource: str
    zone: str
    when: When | None
    chapters: tuple[Chapter, ...]
    until: datetime
    language: str = USUAL


async def tell_story(outside: Outside, token: str, language: str = USUAL) -> BookingStory | None:
    """Return the story that a token opens, oldest first; None where it opens none. Raises the ports' errors."""
    story = read_token(token, await outside.secrets.client_state_keys(), outside.clock.now())
    if story is None or tenant_of(story.resource) != outside.tenant or await outside.secrets.is_revoked(token):
        return None
    resource = await outside.resources.get(story.resource)
    if resource is None:
        return None
    decided = await outside.ledgers.decisions(story.resource, story.mapping, limit=_MOST)
    standing = await outside.ledgers.by_ids(story.resource, [story.mapping])
    zone = resource.facts.zone
    return BookingStory(
        resource.facts.name or resource.address,
        zone,
        standing[0].when if standing else None,
        tuple(Chapter(each.at, sentence(each.reason, zone, language)) for each in sorted(decided, key=_order)),
        story.expires,
        language_of(language),
    )


def _order(decision: Decision) -> tuple[datetime, str]:
    return decision.at, decision.id
