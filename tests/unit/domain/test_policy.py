"""A policy takes settings by name and refuses, in sentences, what makes no sense."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.domain.booking import Side
from shared.domain.policy import Booker, DirectEntries, Direction, Policy, Titles, Winner

TAKEN: dict[str, tuple[dict[str, object], Policy]] = {
    "nothing leaves the defaults": ({}, Policy()),
    "a winner by its word": ({"winner": "platform"}, Policy(winner=Winner.PLATFORM)),
    "a direction by its word": ({"direction": "to_calendar"}, Policy(direction=Direction.TO_CALENDAR)),
    "titles by their word": ({"titles": "busy"}, Policy(titles=Titles.BUSY)),
    "the booker by its word": ({"booker": "invited"}, Policy(booker=Booker.INVITED)),
    "direct entries by their word": ({"direct_entries": "remove"}, Policy(direct_entries=DirectEntries.REMOVE)),
    "whose edits win, by the side": ({"edits": "calendar"}, Policy(edits=Side.CALENDAR)),
    "whose edits win, no side": ({"edits": None}, Policy()),
    "whose edits win, an empty word": ({"edits": ""}, Policy()),
    "numbers as numbers": ({"units": 10, "buffer_minutes": 15}, Policy(units=10, buffer_minutes=15)),
    "a switch as true": ({"free_counts": True}, Policy(free_counts=True)),
    "a number at its lowest": ({"units": 1, "buffer_minutes": 0, "days_back": 0}, Policy(days_back=0)),
    "a number at its highest": ({"sweep_minutes": 1440}, Policy(sweep_minutes=1440)),
}


@pytest.mark.parametrize(("given", "expected"), TAKEN.values(), ids=TAKEN)
def test_settings_that_are_taken(given: dict[str, object], expected: Policy) -> None:
    assert Policy().with_settings(given) == expected


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "a setting that does not exist": ({"winer": "first"}, "policy has no setting 'winer'; it has direction, winner"),
    "a winner that does not exist": (
        {"winner": "me"},
        "policy winner is 'me'; it can be platform, calendar, first, report",
    ),
    "a side that does not exist": ({"edits": "outlook"}, "policy edits is 'outlook'; it can be calendar, platform"),
    "a number as text": ({"units": "10"}, "policy units is '10'; it must be a whole number"),
    "a switch where a number belongs": ({"units": True}, "policy units is True; it must be a whole number"),
    "a fraction": ({"buffer_minutes": 7.5}, "policy buffer_minutes is 7.5; it must be a whole number"),
    "nothing where a number belongs": ({"units": None}, "policy units is None; it must be a whole number"),
    "a word where a switch belongs": ({"free_counts": "yes"}, "policy free_counts is 'yes'; it can be true or false"),
    "too many units": ({"units": 1001}, "policy units is 1001; it must be from 1 to 1000"),
    "no unit at all": ({"units": 0}, "policy units is 0; it must be from 1 to 1000"),
    "a buffer longer than four hours": ({"buffer_minutes": 241}, "policy buffer_minutes is 241"),
    "a negative buffer": ({"buffer_minutes": -1}, "policy buffer_minutes is -1"),
    "a horizon beyond three years": ({"days_ahead": 1081}, "policy days_ahead is 1081; it must be from 1 to 1080"),
    "a horizon of no day": ({"days_ahead": 0}, "policy days_ahead is 0"),
    "sweeps each minute": ({"sweep_minutes": 1}, "policy sweep_minutes is 1; it must be from 5 to 1440"),
    "a threshold below nothing": ({"cancellations_held_above": -1}, "policy cancellations_held_above is -1"),
    "a list where a word belongs": ({"winner": ["first"]}, "policy winner is"),
}


@pytest.mark.parametrize(("given", "expected"), REFUSED.values(), ids=REFUSED)
def test_settings_that_are_refused(given: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError) as refused:
        Policy().with_settings(given)
    assert expected in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValueError) as refused:
        Policy().with_settings({"winner": "me", "units": "two", "colour": "red", "buffer_minutes": 999})
    for name in ("winner", "units", "colour", "buffer_minutes"):
        assert name in str(refused.value)


def test_what_is_not_given_stays_as_it_was() -> None:
    before = Policy(winner=Winner.CALENDAR, units=3, edits=Side.PLATFORM)
    after = before.with_settings({"buffer_minutes": 10})
    assert (after.winner, after.units, after.edits, after.buffer_minutes) == (Winner.CALENDAR, 3, Side.PLATFORM, 10)


def test_a_policy_shown_as_settings_through_json_is_the_same_policy() -> None:
    policy = Policy(Direction.TO_PLATFORM, Winner.REPORT, Side.CALENDAR, Titles.BUSY, Booker.INVITED, free_counts=True)
    shown = json.loads(json.dumps(policy.as_settings()))
    assert Policy().with_settings(shown) == policy


def test_the_default_policy_has_no_problems() -> None:
    assert Policy().problems() == ()


def test_each_problem_of_a_policy_is_a_sentence_of_its_own() -> None:
    problems = Policy(units=0, sweep_minutes=1).problems()
    assert problems == (
        "policy units is 0; it must be from 1 to 1000",
        "policy sweep_minutes is 1; it must be from 5 to 1440",
    )


def test_the_buffer_is_the_gap_between_two_bookings() -> None:
    assert Policy(buffer_minutes=15).gap == timedelta(minutes=15)
