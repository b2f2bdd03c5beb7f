"""Follow the tenant's directory: who is new, who is called otherwise, who has left.

Runs in a session of its own, one at a time per tenant. Users first, token last: a crash reads the same again.
Absence from a full read is not leaving: whoever is missing is asked for by id. Nobody is ever forgotten, because
the bookings of those who have left still have to be given to somebody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from shared.app.outside import Outside
from shared.app.sweep_resources import swept_between
from shared.domain.people import Following, Member, UserId, has_left, people_session, people_state, seen_again
from shared.domain.renewal import LIFETIME
from shared.domain.resource import Subscription
from shared.domain.wakeup import WakeCause
from shared.ports.errors import CursorExpired, NotFound, PortError, Rejected, Retry
from shared.ports.people import MemberChanges, People, Roster

logger = logging.getLogger("lockstep.people")

LOOKED_AT_EVERY = timedelta(hours=1)
_RENEW_BELOW = LIFETIME * 2 / 3
_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Followed:
    """What a reading found: users written, users that have left since, users that are active now."""

    changed: int = 0
    left: int = 0
    active: int = 0
    why: str = ""


async def follow_people(outside: Outside, cause: WakeCause = WakeCause.SWEEP) -> Followed:
    """Read the directory's changes into the roster; never raises: what failed is tried again in a while."""
    if outside.roster is None or outside.people is None:
        return Followed(why="the directory of this tenant is not followed")
    try:
        following = await _subscribed(outside, outside.people, outside.roster, renew=cause is WakeCause.COMMAND)
        return await _read(outside, outside.people, outside.roster, following)
    except PortError as error:
        logger.warning("the directory of %s could not be followed: %s", outside.tenant, error)
        after = error.after if isinstance(error, Retry) and error.after else _AGAIN
        await outside.wakeups.send([people_session(outside.tenant)], WakeCause.DUE, outside.clock.now() + after)
        return Followed(why=str(error))


async def sweep_people(outside: Outside, after: datetime, until: datetime) -> bool:
    """Wake the reading of the directory at its own moment of each hour, because any notification may be lost."""
    session = people_session(outside.tenant)
    due = swept_between(session, LOOKED_AT_EVERY, after, until) if outside.roster is not None else None
    if due is None:
        return False
    await outside.wakeups.send([session], WakeCause.SWEEP, due)
    return True


async def _read(outside: Outside, people: People, roster: Roster, following: Following) -> Followed:
    changes = await _changes(people, following.token)
    now, tenant = outside.clock.now(), outside.tenant
    known = {member.id: member async for member in roster.members(tenant)}
    fresh = {member.id: seen_again(known.get(member.id), member, now) for member in changes.members}
    gone = [user for user in changes.gone if user in known and user not in fresh]
    if changes.full:
        gone += [user for user in await _missing(people, known, fresh) if user not in gone]
    fresh.update((user, has_left(known[user], now)) for user in gone)
    written = [member for member in fresh.values() if known.get(member.id) != member]
    await roster.put(tenant, written)
    known.update(fresh)
    active = sum(member.active for member in known.values())
    await roster.keep(tenant, replace(following, token=changes.token, read_at=now, active=active))
    left = sum(member.left_at == now for member in written)
    return Followed(len(written), left, active)


async def _changes(people: People, token: str | None) -> MemberChanges:
    if token is not None:
        try:
            return await people.changes(token)
        except CursorExpired:
            logger.info("the directory's token has expired; everybody is read again")
    return await people.changes(None)


async def _missing(people: People, known: dict[UserId, Member], fresh: dict[UserId, Member]) -> Sequence[UserId]:
    """Return the active users that a full round did not list and that are not there when asked for by id."""
    absent = [user for user, member in known.items() if member.active and user not in fresh]
    return [user for user in absent if await people.by_id(user) is None]


async def _subscribed(outside: Outside, people: People, roster: Roster, *, renew: bool) -> Following:
    """Return where the reading stands, with a subscription that lives; without one the hourly reading finds all."""
    following = await roster.following(outside.tenant)
    lives = following.subscription
    now = outside.clock.now()
    if lives is not None and lives.expires - now > _RENEW_BELOW and not renew:
        return following
    if lives is not None:
        answer = await outside.subscriptions.renew({lives.id: now + LIFETIME})
        lives_until = answer.get(lives.id, lives.expires)
        if lives_until is not None:
            return await _kept(outside, roster, replace(following, subscription=replace(lives, expires=lives_until)))
    if not outside.is_notified:
        return following
    try:
        made = await _subscribe(outside, people)
    except (Rejected, NotFound) as error:
        logger.warning("no notifications about the users of %s: %s", outside.tenant, error)
        return following
    return await _kept(outside, roster, replace(following, subscription=made))


async def _kept(outside: Outside, roster: Roster, following: Following) -> Following:
    await roster.keep(outside.tenant, following)
    return following


async def _subscribe(outside: Outside, people: People) -> Subscription:
    key_id, key = next(iter((await outside.secrets.client_state_keys()).items()))
    url = f"{outside.notification_url}/api/notifications/people?tenant={quote(outside.tenant)}"
    state, expires = people_state(key_id, key, outside.tenant), outside.clock.now() + LIFETIME
    try:
        live = await people.subscribe(url, state, expires)
    except Rejected as error:
        if error.code != "exists":
            raise
        # An earlier life of this app left it behind, and nothing knows its key any more.
        for older in await outside.subscriptions.list():
            if older.resource.strip("/").casefold() == "users":
                await outside.subscriptions.delete(older.id)
        live = await people.subscribe(url, state, expires)
    return Subscription(live.id, live.expires, key_id)
