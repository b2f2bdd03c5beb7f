"""A plan as it is shown before anything of it runs: what would be done about each booking, why, and how much of it.

It names bookings by their keys and times, never by a title. What is held is shown with what an approval would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.mails import mails_of
from shared.domain.notices import notices_of
from shared.domain.plan import Action, Plan, SeriesWrite, Settlement, Step
from shared.domain.policy import Policy
from shared.domain.spans import When


class Fate(StrEnum):
    """What becomes of a booking in the next run."""

    RUNS = "runs"
    HELD = "held"
    NOTED = "noted"


@dataclass(frozen=True)
class Foreseen:
    """What is planned about one booking. ``steps`` of a held one are those that an approval would let run.

    ``is_new`` tells that no mapping stands in the ledger yet: its id is minted by the run that makes one.
    """

    mapping: MappingId
    is_new: bool
    fate: Fate
    steps: tuple[Step, ...]
    decisions: tuple[Reason, ...]
    why: str = ""
    when: When | None = None
    private: bool = False
    event: str = ""
    booking: str = ""
    mails: int = 0

    @property
    def is_matched(self) -> bool:
        return any(reason.code in (Code.PAIRED, Code.ADOPTED) for reason in self.decisions)


@dataclass(frozen=True)
class Counts:
    """How much a plan would do; ``mails`` counts those that would follow, whoever sends them."""

    created: int = 0
    matched: int = 0
    changed: int = 0
    cancelled: int = 0
    declined: int = 0
    mails: int = 0
    bookings: int = 0


@dataclass(frozen=True)
class Preview:
    """What the next run would do, and what waits for a person. ``why`` is the guard's sentence, if it held.

    ``series`` are the writes that stand for the steps of several of its bookings.
    """

    bookings: tuple[Foreseen, ...]
    why: str = ""
    series: tuple[SeriesWrite, ...] = ()

    def counts(self, *fates: Fate) -> Counts:
        """Return how much would be done about the bookings of these fates; of all without any."""
        return count(each for each in self.bookings if not fates or each.fate in fates)


def count(bookings: Iterable[Foreseen]) -> Counts:
    """Return how much would be done about ``bookings``."""
    chosen = tuple(bookings)
    actions = [step.action for each in chosen for step in each.steps]
    return Counts(
        actions.count(Action.CREATE),
        sum(each.is_matched for each in chosen),
        actions.count(Action.CHANGE),
        actions.count(Action.CANCEL),
        actions.count(Action.DECLINE),
        sum(each.mails for each in chosen),
        len(chosen),
    )


def preview(
    now: Plan,
    held: Mapping[MappingId, OpenStep],
    approved: Mapping[MappingId, Settlement],
    policy: Policy,
    *,
    bulk: bool,
    why: str,
    ours: bool = False,
) -> Preview:
    """Return a guarded plan as it is shown.

    ``held`` is what waits for a person, whether this plan held it or an earlier run; ``approved`` are the same
    bookings as an approval would settle them. One that is no longer needed is not shown. ``ours`` tells that people
    are told by mails of ours as well, as they are outside full reads.
    """
    shown = [_foreseen(each, policy, bulk, each.open) for each in now.settlements if each.id not in held]
    shown += [_foreseen(approved[each], policy, bulk, step) for each, step in held.items() if each in approved]
    if ours:
        settled = {each.id: each for each in now.settlements} | dict(approved)
        shown = [_with_ours(each, settled[each.mapping], bulk) for each in shown]
    mails = {member: 0 for write in now.series for member in write.members}
    mails |= {write.members[0]: write.mails for write in now.series}
    shown = [replace(each, mails=mails.get(each.mapping, each.mails)) for each in shown]
    return Preview(tuple(sorted(shown, key=lambda each: (str(each.when), each.mapping))), why, now.series)


def is_held(settlement: Settlement) -> bool:
    """Tell whether a settlement waits for a person."""
    return settlement.open is not None and waits_for_a_person(settlement.open)


def waits_for_a_person(step: OpenStep) -> bool:
    """Tell whether a step waits for a person, or for another booking of which a step does."""
    return step.cause is Cause.HELD or (step.cause is Cause.CONFLICT and bool(step.actions))


def _foreseen(meant: Settlement, policy: Policy, bulk: bool, waits: OpenStep | None) -> Foreseen:
    held = waits is not None and waits_for_a_person(waits)
    mapping = meant.after or meant.before
    calendar = mapping.calendar if mapping else None
    platform = mapping.platform if mapping else None
    return Foreseen(
        meant.id,
        meant.before is None,
        Fate.HELD if held else Fate.RUNS if meant.writes else Fate.NOTED,
        meant.steps,
        meant.decisions,
        waits.reason if waits else "",
        mapping.when if mapping else None,
        mapping.private if mapping else False,
        str(calendar.key) if calendar else "",
        platform.id if platform else "",
        mails_of(meant, policy, bulk=bulk),
    )


def _with_ours(each: Foreseen, settled: Settlement, bulk: bool) -> Foreseen:
    """Return what is planned about a booking with the mails of ours: an approval runs outside of full reads."""
    if bulk and each.fate is not Fate.HELD:
        return each
    told = {notice.mapping for notice in notices_of(settled)}
    return replace(each, mails=each.mails + len(told))


def held_first(bookings: Iterable[Foreseen]) -> list[Foreseen]:
    """Return bookings in the order in which a person wants to see them: what waits for them, then what runs."""
    order = {Fate.HELD: 0, Fate.RUNS: 1, Fate.NOTED: 2}
    return sorted(bookings, key=lambda each: order[each.fate])
