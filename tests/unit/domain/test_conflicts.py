"""Who stays where bookings overlap: each winner against each origin, units, buffers, blocked times, and no order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from shared.domain.booking import Side
from shared.domain.conflicts import Claim, Verdict, judge
from shared.domain.ids import MappingId
from shared.domain.policy import Policy, Winner
from shared.domain.spans import Span
from tests.unit.domain.values import MADE, NOW, instant

HELD = NOW - timedelta(days=3)


def claim(name: str, start: str = "09:00", end: str = "10:00", **more: object) -> Claim:
    """Return the claim of a booking held for three days; its first letter tells where it was made."""
    origin = Side.CALENDAR if name.startswith("c") else Side.PLATFORM
    made = Claim(MappingId(name), Span(instant(start), instant(end)), origin, HELD, MADE)
    return replace(made, **more)  # type: ignore[arg-type] # fields of a claim


def new(name: str, start: str = "09:30", end: str = "10:30", **more: object) -> Claim:
    """Return the claim of a booking that is new or moved in this run."""
    return claim(name, start, end, **{"contested": True, "held_since": NOW, **more})


def block(start: str = "09:00", end: str = "10:00") -> Claim:
    return claim("p-block", start, end, is_block=True)


@dataclass(frozen=True)
class Judged:
    """Claims on one resource's time, its policy, and who gives way to whom."""

    claims: tuple[Claim, ...]
    verdicts: tuple[str, ...] = ()
    policy: Policy = Policy()  # noqa: RUF009 - a frozen value


PLATFORM, CALENDAR = Policy(winner=Winner.PLATFORM), Policy(winner=Winner.CALENDAR)
REPORT = Policy(winner=Winner.REPORT)
UNITS_2, UNITS_3 = Policy(units=2), Policy(units=3)
QUARTER = Policy(buffer_minutes=15)
MINUTE = timedelta(minutes=1)

WINNERS: dict[str, Judged] = {
    "first: a new platform booking gives way to a held meeting": Judged((claim("c1"), new("p1")), ("p1 to c1",)),
    "first: a new meeting gives way to a held platform booking": Judged((claim("p1"), new("c1")), ("c1 to p1",)),
    "first: a new booking gives way to a held one of the same origin": Judged((claim("p1"), new("p2")), ("p2 to p1",)),
    "first: of two new ones the one made later gives way": Judged(
        (new("c1", made_at=MADE + MINUTE), new("p1")), ("c1 to p1",)
    ),
    "first: of two new ones made at once the larger mapping id gives way": Judged(
        (new("c2"), new("c1")), ("c2 to c1",)
    ),
    "first: a booking that moved was held at its present time later": Judged(
        (new("c1", made_at=MADE - timedelta(days=9)), claim("p1")), ("c1 to p1",)
    ),
    "platform: a new platform booking takes the time of a held meeting": Judged(
        (claim("c1"), new("p1")), ("c1 to p1",), PLATFORM
    ),
    "platform: a new meeting gives way to a held platform booking": Judged(
        (claim("p1"), new("c1")), ("c1 to p1",), PLATFORM
    ),
    "platform: two new ones of both sides": Judged((new("c1"), new("p1", made_at=NOW)), ("c1 to p1",), PLATFORM),
    "platform: two platform bookings are judged by who was first": Judged(
        (claim("p2"), new("p1")), ("p1 to p2",), PLATFORM
    ),
    "platform: two meetings are judged by who was first": Judged((claim("c2"), new("c1")), ("c1 to c2",), PLATFORM),
    "calendar: a new meeting takes the time of a held platform booking": Judged(
        (claim("p1"), new("c1")), ("p1 to c1",), CALENDAR
    ),
    "calendar: a new platform booking gives way to a held meeting": Judged(
        (claim("c1"), new("p1")), ("p1 to c1",), CALENDAR
    ),
    "calendar: two platform bookings are judged by who was first": Judged(
        (claim("p2"), new("p1")), ("p1 to p2",), CALENDAR
    ),
    "report: nobody gives way, the later one is named": Judged(
        (claim("c1"), new("p1")), ("p1 to c1, reported",), REPORT
    ),
    "report: two of the same origin are reported as well": Judged(
        (claim("p1"), new("p2")), ("p2 to p1, reported",), REPORT
    ),
}

NEIGHBOURS: dict[str, Judged] = {
    "nobody alone gives way": Judged((new("c1"),)),
    "one that starts when the other ends stays": Judged((claim("c1"), new("p1", "10:00", "11:00"))),
    "an overlap that nobody made in this run is not judged again": Judged((claim("c1"), claim("p1", "09:30", "10:30"))),
    "an old overlap beside a new booking elsewhere is not judged again": Judged(
        (claim("c1"), claim("p1", "09:30", "10:30"), new("c2", "12:00", "13:00"))
    ),
    "one new booking across two held ones gives way once": Judged(
        (claim("c1"), claim("c2", "10:00", "11:00"), new("p1", "09:30", "10:30")), ("p1 to c1",)
    ),
    "platform: one new booking takes the time of two meetings": Judged(
        (claim("c1"), claim("c2", "10:00", "11:00"), new("p1", "09:30", "10:30")), ("c1 to p1", "c2 to p1"), PLATFORM
    ),
    "platform: whoever overlapped only the one that gives way stays": Judged(
        (claim("c1", "09:00", "11:00"), new("p1", "09:00", "10:00"), new("c2", "10:00", "11:00")),
        ("c1 to p1",),
        PLATFORM,
    ),
    "three new ones in a row: the middle one gives way to the first, the last stays": Judged(
        (new("p1", "09:00", "10:00"), new("p2", "09:30", "10:30"), new("p3", "10:00", "11:00")), ("p2 to p1",)
    ),
    "a booking of no length in the middle of another gives way": Judged(
        (claim("c1"), new("p1", "09:30", "09:30")), ("p1 to c1",)
    ),
    "buffer: closer than it overlaps": Judged((claim("c1"), new("p1", "10:10", "11:00")), ("p1 to c1",), QUARTER),
    "buffer: exactly it apart stays": Judged((claim("c1"), new("p1", "10:15", "11:00")), (), QUARTER),
    "buffer: it counts before a booking as well": Judged(
        (claim("c1"), new("p1", "08:00", "08:50")), ("p1 to c1",), QUARTER
    ),
    "buffer: across midnight UTC it counts as well": Judged(
        (claim("c1", "22:00", "23:55"), Claim(
            MappingId("p1"), Span(instant("00:05") + timedelta(days=1), instant("01:00") + timedelta(days=1)),
            Side.PLATFORM, NOW, MADE, contested=True,
        )),
        ("p1 to c1",),
        QUARTER,
    ),
}  # fmt: skip

UNITS: dict[str, Judged] = {
    "two of two are taken, a third gives way": Judged((claim("p1"), claim("p2"), new("p3")), ("p3 to p1",), UNITS_2),
    "one of two is taken, a second stays": Judged((claim("p1"), new("p2")), (), UNITS_2),
    "two that follow each other need one unit of two": Judged(
        (claim("p1", "09:00", "10:00"), claim("p2", "10:00", "11:00"), new("p3", "09:30", "10:30")), (), UNITS_2
    ),
    "of four new ones on two units the later two give way": Judged(
        tuple(new(f"p{n}", made_at=MADE + n * MINUTE) for n in range(4)), ("p2 to p0", "p3 to p0"), UNITS_2
    ),
    "three at once only for a moment fill three units": Judged(
        (claim("p1", "09:00", "09:31"), claim("p2", "09:30", "10:00"), claim("p3", "09:30", "09:45"), new("p4")),
        ("p4 to p1",),
        UNITS_3,
    ),
    "report: only what exceeds the units is named": Judged(
        (claim("p1"), claim("p2"), new("p3")), ("p3 to p1, reported",), replace(REPORT, units=2)
    ),
    "report: what the units hold is not named": Judged((claim("p1"), new("p2")), (), replace(REPORT, units=2)),
    "platform: a new platform booking takes the unit of the meeting held last": Judged(
        (claim("c1"), claim("c2", held_since=HELD + MINUTE), new("p1")), ("c2 to p1",), replace(PLATFORM, units=2)
    ),
}

BLOCKS: dict[str, Judged] = {
    "a new meeting gives way to a blocked time": Judged((block(), new("c1")), ("c1 to p-block",)),
    "a new platform booking gives way to a blocked time": Judged((block(), new("p1")), ("p1 to p-block",)),
    "a booking held since before the block is not judged by it": Judged((block(), claim("c1", "09:30", "10:30"))),
    "a blocked time takes all units": Judged((block(), new("p1")), ("p1 to p-block",), Policy(units=10)),
    "platform: a meeting gives way to a blocked time": Judged((block(), new("c1")), ("c1 to p-block",), PLATFORM),
    "calendar: a meeting goes before a blocked time, which nobody can remove": Judged(
        (block(), new("c1")), (), CALENDAR
    ),
    "calendar: a platform booking gives way to a blocked time": Judged(
        (block(), new("p1")), ("p1 to p-block",), CALENDAR
    ),
    "report: a booking in a blocked time is named and stays": Judged(
        (block(), new("c1")), ("c1 to p-block, reported",), REPORT
    ),
    "buffer: a blocked time is kept clear of as well": Judged(
        (block(), new("c1", "10:10", "11:00")), ("c1 to p-block",), QUARTER
    ),
}

ALL = {
    **WINNERS,
    **NEIGHBOURS,
    **{f"units: {k}": v for k, v in UNITS.items()},
    **{f"blocks: {k}": v for k, v in BLOCKS.items()},
}


def told(verdict: Verdict) -> str:
    return f"{verdict.loser.id} to {verdict.winner.id}" + (", reported" if verdict.reported_only else "")


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_who_gives_way(case: Judged) -> None:
    assert tuple(sorted(told(verdict) for verdict in judge(case.claims, case.policy))) == tuple(sorted(case.verdicts))


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_the_order_in_which_the_claims_come_does_not_matter(case: Judged) -> None:
    verdicts = {judge(order, case.policy) for order in itertools.permutations(case.claims)}
    assert len(verdicts) == 1


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_what_stays_is_not_judged_again(case: Judged) -> None:
    """Once those who gave way are gone, a run in which nobody else is new finds nothing to settle."""
    losers = {verdict.loser.id for verdict in judge(case.claims, case.policy) if not verdict.reported_only}
    staying = tuple(replace(one, contested=False) for one in case.claims if one.id not in losers)
    assert judge(staying, case.policy) == ()
