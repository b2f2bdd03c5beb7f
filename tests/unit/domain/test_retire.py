"""What leaves the ledger at a re-base: bookings that ended before the window began, wherever they were seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from shared.domain.booking import CalendarKey, Gone, Proof
from shared.domain.decisions import Code
from shared.domain.ids import EventId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import CalendarReport, PlatformReport
from shared.domain.planner import plan
from shared.domain.policy import Policy
from shared.domain.spans import AllDay, When
from tests.unit.domain.values import ID, NOON, NOW, WINDOW, at, booked, entry, ledger, linked, one_sided

LAST_WEEK = at("09:00", "10:00", date(2026, 11, 12))
EVENT_GONE = Gone(CalendarKey(EventId("AAkA/ours=")), Proof.NOT_FOUND)
CONFLICT = OpenStep("conflict", Cause.CONFLICT, NOW, mapping=ID)


def known(when: When = LAST_WEEK) -> Mapping:
    return linked(entry(when=when), booked(when=when))


@dataclass(frozen=True)
class Row:
    """A mapping, what was seen of it, and whether it is retired and with which decisions."""

    mapping: Mapping
    calendar: CalendarReport | None = None
    platform: PlatformReport | None = None
    retired: bool = True
    decisions: tuple[Code, ...] = ()
    open_steps: tuple[OpenStep, ...] = ()
    bulk: bool = True


LEFT = (Code.LEFT_HORIZON,)
REFUSED = one_sided(entry(when=LAST_WEEK), MappingState.REFUSED)

ROWS: dict[str, Row] = {
    "over, settled: dropped in silence": Row(known()),
    "over, settled, seen as it was: dropped in silence": Row(known(), entry(when=LAST_WEEK), booked(when=LAST_WEEK)),
    "over, settled, gone from one side since: dropped, the other side stays": Row(known(), EVENT_GONE),
    "over, edited on one side since: dropped, the other side stays": Row(
        known(), entry(when=LAST_WEEK, title="Minutes"), booked(when=LAST_WEEK)
    ),
    "over, its overlap open: dropped with a decision": Row(known(), decisions=LEFT, open_steps=(CONFLICT,)),
    "over, on one side only: dropped with a decision": Row(REFUSED, decisions=LEFT),
    "over, but moved to a day to come: stays": Row(known(), entry(when=NOON), booked(when=LAST_WEEK), retired=False),
    "over, but moved to a day to come on the platform: stays": Row(known(), None, booked(when=NOON), retired=False),
    "to come, moved to a day that is over: stays for this time": Row(known(NOON), entry(when=LAST_WEEK), retired=False),
    "to come: stays": Row(known(NOON), retired=False),
    "over, in a run that is no full read: stays": Row(known(), retired=False, bulk=False),
    "ends where the window begins: dropped": Row(known(at("23:00", "23:59", date(2026, 11, 18)))),
    "reaches into the window: stays": Row(
        known(replace(at("23:00", "23:59", date(2026, 11, 18)), end=WINDOW.start + timedelta(seconds=1))), retired=False
    ),
    "an all-day booking is over at midnight of the room, an hour before the window's": Row(
        known(AllDay(date(2026, 11, 18), date(2026, 11, 19)))
    ),
    "an all-day booking of the window's first day: stays": Row(
        known(AllDay(date(2026, 11, 19), date(2026, 11, 20))), retired=False
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_which_bookings_are_retired(row: Row) -> None:
    view = ledger(row.mapping, open_steps=row.open_steps, bulk=row.bulk)
    events = [row.calendar] if row.calendar else []
    bookings = [row.platform] if row.platform else []
    settlements = plan(view, events, bookings, Policy(), NOW).settlements
    retired = [settlement for settlement in settlements if settlement.after is None]
    assert len(retired) == int(row.retired)
    for settlement in retired:
        assert settlement.steps == ()
        assert tuple(reason.code for reason in settlement.decisions) == row.decisions
