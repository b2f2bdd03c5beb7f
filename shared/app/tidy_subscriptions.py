"""Compare the subscriptions that Graph has with those that the inventory knows, and remove what belongs to nothing.

What is left behind by a crash between a creation and its note, by a restored table or by an unlinking that failed
brings every notification twice, and counts against the mailbox's quota. A subscription that the inventory knows and
Graph does not list is forgotten: the renewal makes it again. Only what was made for this app's own URL and this tenant
is touched; another installation's subscriptions, and the one about the people of the directory, never are. One that
was made or renewed within the last hour may belong to a run that has not noted it yet, and is left for the next time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from shared.app.outside import Outside
from shared.domain.ids import ResourceId
from shared.domain.renewal import LIFETIME
from shared.domain.resource import Resource, State
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import PortError, Stale

logger = logging.getLogger("lockstep.tidy")

_JUST_MADE = timedelta(hours=1)
_PATH = "/api/notifications/changes"


@dataclass(frozen=True)
class Tidied:
    """How many subscriptions belonged to nothing and were removed, and how many known ones were not there any more."""

    removed: int = 0
    forgotten: int = 0


async def tidy_subscriptions(outside: Outside) -> Tidied:
    """Remove orphans and doubles, forget what is gone. Raises ``Retry`` when the list cannot be had."""
    if not outside.notification_url or outside.read_only:
        return Tidied()
    rows = {each.id: each async for each in outside.resources.all(outside.tenant)}
    listed = await outside.subscriptions.list()
    removed = 0
    for live in listed:
        owner = _owner(outside, live)
        if owner is not None and _belongs_to_nothing(live, rows.get(owner), outside.clock.now()):
            removed += await _removed(outside, owner, live)
    alive = {live.id for live in listed}
    gone = [each for each in rows.values() if _is_gone(each, alive, outside.clock.now())]
    for each in gone:
        await _forget(outside, each)
    return Tidied(removed, len(gone))


def _owner(outside: Outside, live: LiveSubscription) -> ResourceId | None:
    """Return the resource that a subscription was made for, None where it is not one of this tenant's resources."""
    url = urlsplit(live.notification_url)
    if not live.notification_url.startswith(outside.notification_url + "/") or not url.path.endswith(_PATH):
        return None
    named = parse_qs(url.query)
    if named.get("tenant") != [outside.tenant] or len(named.get("resource", ())) != 1:
        return None
    return ResourceId(named["resource"][0])


def _belongs_to_nothing(live: LiveSubscription, row: Resource | None, now: datetime) -> bool:
    if live.expires > now + LIFETIME - _JUST_MADE:
        return False
    if row is None or row.state is State.UNLINKED:
        return True
    return row.state is not State.LINKING and (row.subscription is None or row.subscription.id != live.id)


async def _removed(outside: Outside, owner: ResourceId, live: LiveSubscription) -> int:
    """Remove one, unless the resource's row says by now that it is its own."""
    row = await outside.resources.get(owner)
    if row is not None and row.subscription is not None and row.subscription.id == live.id:
        return 0
    try:
        await outside.subscriptions.delete(live.id)
    except PortError as error:
        logger.warning("an orphaned subscription of %s is left for the next time: %s", owner, error)
        return 0
    return 1


def _is_gone(row: Resource, alive: set[str], now: datetime) -> bool:
    known = row.subscription
    if known is None or row.state in (State.UNLINKED, State.LINKING) or known.id in alive:
        return False
    return known.expires <= now + LIFETIME - _JUST_MADE


async def _forget(outside: Outside, row: Resource) -> None:
    try:
        await outside.resources.put(replace(row, subscription=None))
    except Stale:
        logger.info("the row of %s was written meanwhile; its subscription is looked at the next time", row.id)
