"""`users/delta`: the directory's change feed (facts 2.6).

A round lists every user and ends with a delta link; the next one lists who changed since. Soft-deleted users come
back with reason `changed`, deleted ones with `deleted`, restored and new ones without annotation. With `$select`
a change of another property does not surface. A token is good for 7 days.

Tokens are opaque to clients. They hold the position in the directory's log, the query they began with and, for
`$select`, a short digest of what each user looked like.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from local.graph.filters import bad_filter
from local.graph.people import DEFAULT_USER_PROPERTIES, USER_PROPERTIES, user_body
from local.graph.query import option
from local.graph.values import Mailbox
from local.graph.wire import Call, GraphError, Json, Reply

TOKEN_LIFE = timedelta(days=7)
MAX_FILTER_IDS = 50
DEFAULT_PAGE = 100
_DIGEST_LENGTH = 4
_ID_CLAUSE = re.compile(r"id eq '([^']+)'", re.IGNORECASE)


@dataclass(frozen=True)
class _State:
    """What a token remembers. `start` is the place in the current round. `seen` holds a digest of each user, in the
    order of their creation: by id it would make a link too long to be asked for, in a company of a few hundred.

    `since` is the log position that the round began with (0: a full round), `until` the one it will end with.
    """

    since: int
    until: int
    start: int
    issued: datetime
    select: tuple[str, ...] | None
    ids: tuple[str, ...]
    seen: str


async def users_delta(call: Call) -> Reply:
    """One page of a round."""
    state = _state(call)
    if (option(call, "deltatoken") or "").lower() == "latest":
        return _page(call, replace(state, seen=_digests(call, state)), [], None)
    found = _changes(call, state)
    wanted = call.prefers().get("odata.maxpagesize", "")
    size = int(wanted) if wanted.isdecimal() and int(wanted) > 0 else DEFAULT_PAGE
    rest = state.start + size
    following = replace(state, start=rest) if rest < len(found) else None
    return _page(call, state, found[state.start : rest], following)


def _page(call: Call, state: _State, found: list[Json], following: _State | None) -> Reply:
    body: Json = {"@odata.context": f"{call.base}/v1.0/$metadata#users", "value": found}
    link = f"{call.base}/v1.0/users/delta?"
    if following is not None:
        body["@odata.nextLink"] = f"{link}$skiptoken={_token(following)}"
        return Reply(body=body)
    seen = _digests(call, state)
    now = call.sim.store.now()
    ended = replace(state, since=state.until, until=0, start=0, issued=now, seen=seen)
    body["@odata.deltaLink"] = f"{link}$deltatoken={_token(ended)}"
    return Reply(body=body)


def _changes(call: Call, state: _State) -> list[Json]:
    """The users of this round in the order of their creation, each once, as they are now."""
    store = call.sim.store
    touched = {change.mailbox for change in store.directory_log[state.since : state.until]}
    found = []
    for place, mailbox in enumerate(store.mailboxes.values()):
        if mailbox.id not in touched or (state.ids and mailbox.id not in state.ids):
            continue
        gone = mailbox.state in ("softDeleted", "deleted")
        if gone and state.since == 0:
            continue
        if gone:
            reason = "changed" if mailbox.state == "softDeleted" else "deleted"
            found.append({"id": mailbox.id, "@removed": {"reason": reason}})
        elif state.seen[place * _DIGEST_LENGTH : (place + 1) * _DIGEST_LENGTH] != _digest(mailbox, state):
            found.append(_shown(mailbox, state))
    return found


def _shown(mailbox: Mailbox, state: _State) -> Json:
    body = user_body(mailbox)
    return {name: body[name] for name in state.select or DEFAULT_USER_PROPERTIES}


def _digests(call: Call, state: _State) -> str:
    """What each user looks like, one that is gone included as nothing; only a `$select` needs it."""
    if state.select is None:
        return ""
    return "".join(_digest(mailbox, state) for mailbox in call.sim.store.mailboxes.values())


def _digest(mailbox: Mailbox, state: _State) -> str:
    if mailbox.state in ("softDeleted", "deleted"):
        return "-" * _DIGEST_LENGTH
    text = json.dumps(_shown(mailbox, state), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def _state(call: Call) -> _State:
    """The state of the link, or of a new round with the query's options."""
    text = option(call, "skiptoken") or option(call, "deltatoken")
    end = len(call.sim.store.directory_log)
    if text and text.lower() != "latest":
        state = _read(call, text)
        return state if state.until else replace(state, until=end)
    for name in ("expand", "top", "orderby", "search", "skip"):
        if option(call, name) is not None:
            message = f"The query parameter '${name}' is not supported with change tracking."
            raise GraphError(400, "Request_UnsupportedQuery", message)
    return _State(0, end, 0, call.sim.store.now(), _select(call), _filter_ids(option(call, "filter")), "")


def _select(call: Call) -> tuple[str, ...] | None:
    text = option(call, "select")
    if not text:
        return None
    names = {name.lower(): name for name in USER_PROPERTIES}
    wanted = [names.get(name.strip().lower()) for name in text.split(",")]
    # Properties outside the directory store (mailboxSettings) cannot be tracked and are not shown (facts 2.6).
    return tuple(dict.fromkeys([name for name in wanted if name] + ["id"]))


def _filter_ids(text: str | None) -> tuple[str, ...]:
    if not text:
        return ()
    clauses = re.split(r"\s+or\s+", text.strip(), flags=re.IGNORECASE)
    matches = [_ID_CLAUSE.fullmatch(clause.strip()) for clause in clauses]
    ids = tuple(match[1] for match in matches if match)
    if len(ids) != len(clauses) or len(ids) > MAX_FILTER_IDS:
        raise bad_filter(text)
    return ids


def _token(state: _State) -> str:
    value = {**state.__dict__, "issued": state.issued.isoformat()}
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(call: Call, text: str) -> _State:
    try:
        value: Any = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        issued = datetime.fromisoformat(value.pop("issued"))
        select, ids = value.pop("select"), value.pop("ids")
        state = _State(**value, issued=issued, select=tuple(select) if select else None, ids=tuple(ids))
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise GraphError(400, "Directory_InvalidDeltaToken", "The delta token is not one of ours.") from error
    if call.sim.store.now() - state.issued > TOKEN_LIFE or state.since > len(call.sim.store.directory_log):
        again = f"{call.base}/v1.0/users/delta?$deltatoken="
        raise GraphError(
            410, "syncStateNotFound", "The sync state generation is not found.", headers={"Location": again}
        )
    return state
