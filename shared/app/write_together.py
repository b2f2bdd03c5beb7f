"""The bookings of a series that was made in the calendar, written to the platform with one call where it takes that.

Only what is one step on the platform and nothing else is written together; every other settlement runs by itself. What
becomes of each booking is settled as if it had been written alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.app.applying import Applying
from shared.app.comment import comment
from shared.app.wording import sentence
from shared.domain.booking import CalendarKey, PlatformItem, Side
from shared.domain.decisions import Code
from shared.domain.ids import BookingId, Version
from shared.domain.plan import Action, Settlement
from shared.domain.recurrence import begin
from shared.ports.connector import BookingChange, BookingDraft, SeriesWrites
from shared.ports.errors import PortError

_FEWEST = 3
_ACTIONS = (Action.CREATE, Action.CHANGE, Action.CANCEL)

Answer = PlatformItem | PortError | None
"""What a platform said of one booking: as it stands, why not, or nothing where it is gone."""


@dataclass(frozen=True)
class Answered:
    """What a platform said of one booking of several."""

    answer: Answer

    def item(self) -> PlatformItem | None:
        """Return the booking as it stands, or raise why it was not written."""
        if isinstance(self.answer, PortError):
            raise self.answer
        return self.answer


def together(applying: Applying, settlements: Sequence[Settlement], most: int) -> list[list[Settlement]]:
    """Return what is written with one call each, ``most`` bookings in all: occurrences of a series, by one action."""
    if not isinstance(applying.outside.platform, SeriesWrites):
        return []
    groups: dict[object, list[Settlement]] = defaultdict(list)
    for settlement in settlements:
        key = _key(settlement)
        if key is not None and _is_one_step(settlement):
            step = settlement.steps[0]
            said = sentence(step.reason, applying.resource.facts.zone) if step.action is Action.CANCEL else ""
            groups[key.event, step.action, said].append(settlement)
    found = []
    for group in groups.values():
        few = _in_turn(group)[: max(most, 0)]
        if len(few) >= _FEWEST:
            found.append(few)
            most -= len(few)
    return found


def _key(settlement: Settlement) -> CalendarKey | None:
    record = settlement.before.calendar if settlement.before else None
    key = settlement.calendar.key if settlement.calendar else record.key if record else None
    return key if key is not None and key.original_start is not None else None


def _is_one_step(settlement: Settlement) -> bool:
    if len(settlement.steps) != 1 or settlement.buffers:
        return False
    step = settlement.steps[0]
    # What was not noted beforehand is not made in this run.
    if step.action is Action.CREATE and settlement.before is None:
        return False
    return step.side is Side.PLATFORM and step.action in _ACTIONS and step.reason.code is not Code.RELEASED


def _in_turn(group: Sequence[Settlement]) -> list[Settlement]:
    """Return occurrences so that each finds the time free that the one before it in turn has left."""
    later = sum(_moved_by(settlement) > 0 for settlement in group) * 2 > len(group)
    return sorted(group, key=_start, reverse=later)


def _start(settlement: Settlement) -> datetime:
    mapping = settlement.before or settlement.after
    assert mapping is not None
    return begin(mapping.when)


def _moved_by(settlement: Settlement) -> float:
    wanted = settlement.steps[0].wanted
    return (begin(wanted.when) - _start(settlement)).total_seconds() if wanted and settlement.before else 0.0


async def write_together(applying: Applying, members: Sequence[Settlement]) -> list[Answer]:
    """Write bookings with one call; return what the platform said of each. An error of the call is everybody's."""
    platform, resource = applying.outside.platform, applying.platform_id
    assert isinstance(platform, SeriesWrites)
    action = members[0].steps[0].action
    answers: Iterable[Answer]
    try:
        if action is Action.CREATE:
            answers = await platform.create_all(resource, [_draft(each) for each in members])
        elif action is Action.CHANGE:
            answers = await platform.change_all(resource, [_change(each) for each in members])
        else:
            told = await comment(applying, members[0], members[0].steps[0])
            answers = await platform.cancel_all(resource, [_item(each)[0] for each in members], told)
    except PortError as error:
        answers = [error] * len(members)
    return list(answers)


def _draft(settlement: Settlement) -> BookingDraft:
    wanted = settlement.steps[0].wanted
    assert wanted is not None
    assert settlement.after is not None
    return BookingDraft(wanted, settlement.after.mark(Side.PLATFORM))


def _item(settlement: Settlement) -> tuple[BookingId, Version]:
    record = settlement.before.platform if settlement.before else None
    known = (None if settlement.steps[0].on_copy else settlement.platform) or record
    assert known is not None
    return known.id, known.version


def _change(settlement: Settlement) -> BookingChange:
    wanted = settlement.steps[0].wanted
    assert wanted is not None
    return BookingChange(_item(settlement)[0], wanted, _item(settlement)[1])
