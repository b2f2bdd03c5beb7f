"""A linked resource as lists show it: what it is, where its two sides are, and in which state it was last seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.booking import ResourceFacts
from shared.domain.commands import Verb
from shared.domain.drift import Drift
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.policy import Policy


class State(StrEnum):
    """What is observed of a resource, never assumed."""

    LINKING = "linking"
    IN_STEP = "in step"
    BEHIND = "behind"
    HELD = "held"
    FAILING = "failing"
    PAUSED = "paused"
    UNLINKED = "unlinked"
    SHADOW = "shadow"


PAUSED = "paused by a person; nothing is written"
"""Why a paused resource is as it is, until a look adds what waits."""


@dataclass(frozen=True)
class Subscription:
    """The notification subscription of a resource's mailbox, and the key its client state was made with."""

    id: str
    expires: datetime
    key_id: str


@dataclass(frozen=True)
class BulkPlan:
    """A plan of many bookings that was let run at once: by which order, when, and how far it has come.

    ``total`` counts its bookings, ``left`` those that are not settled yet. ``id`` is the order's.
    """

    id: str
    verb: Verb
    at: datetime
    total: int
    left: int = 0


@dataclass(frozen=True)
class Resource:
    """One row of the table that lists read; written after ``remember`` and corrected by the next run.

    ``trouble`` is what its last run failed of, as a ``Trouble``; empty where it did not fail. ``drift`` is what proof
    reads of the last month found that no feed had told.
    ``woken`` is when its last run was told of a change that somebody had made, None where another cause woke it;
    ``last_latency`` is how many seconds passed from there until both sides of its last change were written.
    ``own`` names the settings of ``policy`` that are this resource's own; the others are inherited (None: the row is
    older than that). ``etag`` is the storage's word for the version of the row that was read.
    """

    id: ResourceId
    mailbox: MailboxId
    platform: PlatformId | None
    facts: ResourceFacts = field(default_factory=ResourceFacts)
    address: str = ""
    policy: Policy = field(default_factory=Policy)
    state: State = State.LINKING
    since: datetime | None = None
    why: str = ""
    linked_at: datetime | None = None
    last_change: datetime | None = None
    last_look: datetime | None = None
    proven_at: datetime | None = None
    proof_differences: int = 0
    open_steps: int = 0
    conflicts: int = 0
    mappings: int = 0
    subscription: Subscription | None = None
    first_failure: datetime | None = None
    attempts: int = 0
    etag: str = field(default="", compare=False)
    bulk: BulkPlan | None = None
    trouble: str = ""
    last_failure: datetime | None = None
    drift: tuple[Drift, ...] = ()
    unheard: int = 0
    woken: datetime | None = None
    last_latency: float | None = None
    own: tuple[str, ...] | None = None
