"""What all steps of a run share while it applies its plan, and what became of each settlement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from shared.app.outside import Outside
from shared.domain.approval import with_permission
from shared.domain.ids import MappingId, PlatformId
from shared.domain.ledger import Mapping, OpenStep
from shared.domain.plan import Settlement
from shared.domain.resource import Resource
from shared.domain.spans import occupied
from shared.ports.ledgers import MappingChange

MOST_WRITES = 200
AT_ONCE = 4  # requests that one mailbox serves at the same time (Graph's limit for an app and a mailbox)


@dataclass(frozen=True)
class Outcome:
    """What became of one settlement: as planned, or why not. ``before`` is what the ledger holds now."""

    settlement: Settlement
    before: Mapping | None
    after: Mapping | None
    failed: OpenStep | None = None


@dataclass(frozen=True)
class Applying:
    """What every step of a run shares. ``bulk`` runs send no mail; ``plan`` is the bulk plan that they carry out,
    ``cause`` what woke the run, ``foreseen`` the digests of what was shown in shadow and may happen.
    """

    outside: Outside
    resource: Resource
    platform_id: PlatformId
    key: bytes
    open_steps: tuple[OpenStep, ...]
    started: datetime
    bulk: bool = False
    plan: str = ""
    cause: str = ""
    foreseen: frozenset[str] = frozenset()

    @cached_property
    def spoken(self) -> dict[str, str]:
        """The languages of people, as far as this run has looked them up, by their addresses."""
        return {}

    @cached_property
    def _standing(self) -> dict[MappingId, OpenStep]:
        """The open steps that carry a permission or belong to a bulk plan, by their mapping."""
        return {step.mapping: step for step in self.open_steps if step.mapping and (step.permitted or step.plan)}

    def carried(self, step: OpenStep, mapping: MappingId) -> OpenStep:
        """Return an open step with the permission and the bulk plan of the one in whose place it stands."""
        return with_permission(replace(step, plan=self.plan), self._standing.get(mapping))

    def plan_of(self, mapping: MappingId) -> str:
        """Return the bulk plan under which a booking is written, if it is."""
        known = self._standing.get(mapping)
        return known.plan if known else self.plan


def change_of(before: Mapping | None, after: Mapping | None, zone: str) -> MappingChange:
    """Return a mapping's change with the days by which it is found."""
    return MappingChange(
        before,
        after,
        occupied(before.when, zone).days() if before else (),
        occupied(after.when, zone).days() if after else (),
    )
