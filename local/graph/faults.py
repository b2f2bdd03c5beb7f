"""Faults on request: what `/sim/faults` can make go wrong, whom it hits, and how often.

A fault has a kind, an optional match (method, a regular expression on path and query, a mailbox), and either
a count or a probability. A standing fault (delta_lag, latency) holds until it is removed or its count is used
up.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from local.graph.store import Store
from local.graph.wire import Call

REQUEST_KINDS = (
    "throttle",
    "unavailable_before",
    "unavailable_after",
    "conflict",
    "empty_read",
    "expired_token",
    "mailbox_gone",
    "access_denied",
    "latency",
    "slow_window",
)
DELTA_KINDS = ("sync_state_lost", "delta_lag", "empty_page", "duplicate_items")
NOTIFICATION_KINDS = (
    "lose_notification",
    "double_notification",
    "delay_notification",
    "reorder_notification",
)
PROCESS_KINDS = ("refuse", "hang", "reset")
IMMEDIATE_KINDS = ("expire_tokens", "remove_subscription", "expire_subscription")
KINDS = (*REQUEST_KINDS, *DELTA_KINDS, *NOTIFICATION_KINDS, *PROCESS_KINDS, *IMMEDIATE_KINDS)


@dataclass
class Fault:
    """One fault. `seconds` is its duration or delay; `left` counts down, None is without end; `hits` counts
    up.

    `skip` lets the first matching requests pass. `options` holds what only one kind needs (`retryAfter`,
    `status`).
    """

    id: int
    kind: str
    method: str | None = None
    path: str | None = None
    mailbox: str | None = None
    left: int | None = 1
    probability: float = 1.0
    skip: int = 0
    seconds: float = 0.0
    hits: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, store: Store, method: str, target: str, mailbox: str | None) -> bool:
        """Whether a request with that method, path and query, and mailbox (any name of it) is meant."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path is not None and not re.search(self.path, target, re.IGNORECASE):
            return False
        return self.mailbox is None or same_mailbox(store, self.mailbox, mailbox)

    def shown(self) -> dict[str, Any]:
        """The fault as `/sim/faults` lists it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "mailbox": self.mailbox,
            "count": self.left,
            "probability": self.probability,
            "skip": self.skip,
            "seconds": self.seconds,
            "hits": self.hits,
            **self.options,
        }


_KNOWN = ("kind", "method", "path", "mailbox", "count", "probability", "skip", "seconds")
_STANDING = ("delta_lag", "latency", "slow_window")


class Faults:
    """The faults that are set."""

    def __init__(self, store: Store, seed: int = 1) -> None:
        self._store = store
        self._random = random.Random(seed)
        self._next = 1
        self.active: list[Fault] = []

    def add(self, body: Mapping[str, Any]) -> Fault:
        """Set a fault; ValueError names what is wrong with the description."""
        kind = body.get("kind")
        if kind not in KINDS:
            raise ValueError(f"'{kind}' is no kind of fault; known are {', '.join(KINDS)}.")
        _check_pattern(body.get("path"))
        count = body.get("count", None if kind in _STANDING or "probability" in body else 1)
        fault = Fault(
            id=self._next,
            kind=kind,
            method=body.get("method"),
            path=body.get("path"),
            mailbox=body.get("mailbox"),
            left=None if count is None else int(count),
            probability=float(body.get("probability", 1.0)),
            skip=int(body.get("skip", 0)),
            seconds=float(body.get("seconds", 0.0)),
            options={name: value for name, value in body.items() if name not in _KNOWN},
        )
        self._next += 1
        self.active.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        """Remove one fault, or all."""
        self.active = [] if fault_id is None else [fault for fault in self.active if fault.id != fault_id]

    def take(self, call: Call, *kinds: str) -> Fault | None:
        """The first fault of these kinds that hits the call; it is used up by one."""
        return self.take_for(kinds, call.method, target_of(call), mailbox_name(call))

    def take_for(self, kinds: tuple[str, ...], method: str, target: str, mailbox: str | None) -> Fault | None:
        """The same for what is no call, such as a notification."""
        for fault in self.active:
            if fault.kind in kinds and fault.matches(self._store, method, target, mailbox) and self._hit(fault):
                return fault
        return None

    def standing(self, call: Call, kind: str) -> Fault | None:
        """A fault that holds for the call, without using it up."""
        target, mailbox = target_of(call), mailbox_name(call)
        found = (fault for fault in self.active if fault.kind == kind)
        return next((item for item in found if item.matches(self._store, call.method, target, mailbox)), None)

    def _hit(self, fault: Fault) -> bool:
        if fault.left == 0:
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if self._random.random() >= fault.probability:
            return False
        fault.hits += 1
        if fault.left is not None:
            fault.left -= 1
        return True


def _check_pattern(pattern: object) -> None:
    try:
        re.compile(str(pattern))
    except re.error as error:
        raise ValueError(f"path '{pattern}' is no regular expression: {error}.") from error


def target_of(call: Call) -> str:
    """Path and query in readable form, for matching."""
    query = "&".join(f"{name}={value}" for name, value in call.query.items())
    return unquote(call.path) + (f"?{query}" if query else "")


def mailbox_name(call: Call) -> str | None:
    """The mailbox a path names, decoded."""
    found = re.match(r"/v1\.0/users/([^/]+)", call.path, re.IGNORECASE)
    return unquote(found[1]) if found else None


def same_mailbox(store: Store, left: str, right: str | None) -> bool:
    """Whether two names, ids or addresses mean one mailbox."""
    if right is None:
        return False
    first, second = store.find_mailbox(left), store.find_mailbox(right)
    return left.lower() == right.lower() if first is None or second is None else first.id == second.id
