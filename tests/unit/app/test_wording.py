"""Each decision can be shown as a sentence; times are told in the room's own zone and no name is told."""

from __future__ import annotations

import pytest

from shared.app.wording import sentence
from shared.domain.decisions import Code, Reason

ZURICH = "Europe/Zurich"
OTHER = {"other": "01HOTHER", "winner": "first"}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_even_without_its_facts(code: Code) -> None:
    told = sentence(Reason(code), ZURICH)
    assert told.endswith(".")
    assert "{" not in told


TIMES = {
    "within a day, in the room's zone": (
        ("2026-11-23T09:00:00+00:00", "2026-11-23T10:30:00+00:00", ZURICH),
        "on 23 November from 10:00 to 11:30",
    ),
    "the same instants in another zone": (
        ("2026-11-23T09:00:00+00:00", "2026-11-23T10:30:00+00:00", "America/New_York"),
        "on 23 November from 04:00 to 05:30",
    ),
    "in summer": (
        ("2026-07-01T09:00:00+00:00", "2026-07-01T10:00:00+00:00", ZURICH),
        "on 01 July from 11:00 to 12:00",
    ),
    "over midnight in the room's zone": (
        ("2026-11-23T22:00:00+00:00", "2026-11-23T23:30:00+00:00", ZURICH),
        "from 23 November 23:00 to 24 November 00:30",
    ),
}


@pytest.mark.parametrize(("times", "expected"), TIMES.values(), ids=TIMES)
def test_the_time_of_the_booking_that_stays(times: tuple[str, str, str], expected: str) -> None:
    start, end, zone = times
    reason = Reason(Code.LOST_TO_OTHER, {**OTHER, "other_start": start, "other_end": end})
    assert sentence(reason, zone) == f"The room is taken {expected} by another booking that goes before this one."


def test_the_other_booking_is_not_named() -> None:
    facts = {**OTHER, "other_start": "2026-11-23T09:00:00+00:00", "other_end": "2026-11-23T10:00:00+00:00"}
    assert "01HOTHER" not in sentence(Reason(Code.LOST_TO_OTHER, facts), ZURICH)


def test_a_refusal_tells_side_and_reason() -> None:
    told = sentence(Reason(Code.REFUSED_BY_SIDE, {"side": "platform", "why": "the time is taken"}), ZURICH)
    assert told == "The platform refused it: the time is taken."


def test_a_lost_edit_tells_field_and_side() -> None:
    told = sentence(Reason(Code.SAME_FIELD_EDITED, {"field": "time", "kept": "platform"}), ZURICH)
    assert told == "Both sides changed the time; the one of the platform was kept."
