"""Take one link to a booking's story back: it opens nothing from now on, all others stay."""

from __future__ import annotations

from shared.app.outside import Outside
from shared.domain.ids import tenant_of
from shared.domain.story_link import Story, read_token


async def revoke_story(outside: Outside, link: str) -> Story | None:
    """Revoke a link, given as it stands in the mail or as its token alone; return what it opened.

    None where it opens nothing here. Raises the ports' errors.
    """
    token = link.partition("?")[0].rstrip("/").rpartition("/")[2]
    story = read_token(token, await outside.secrets.client_state_keys(), outside.clock.now())
    if story is None or tenant_of(story.resource) != outside.tenant:
        return None
    await outside.secrets.revoke(token, story.expires)
    return story
