"""What each booking setting of a room means for the sync, and the line that mends it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.calendar_processing import RULES, SETTINGS, judge
from shared.domain.findings import Finding, Verdict
from shared.domain.policy import Policy, ReleasedBy, Titles

ROOM = "eiger@contoso.example"
USUAL: dict[str, object] = {
    "AutomateProcessing": "AutoAccept", "ResourceDelegates": [], "AllBookInPolicy": True, "AllRequestInPolicy": False,
    "BookingWindowInDays": 400, "EnforceSchedulingHorizon": True, "AllowRecurringMeetings": True,
    "ProcessExternalMeetingMessages": False, "AllowConflicts": False, "ConflictPercentageAllowed": 0,
    "MaximumConflictInstances": 0, "MaximumDurationInMinutes": 1440, "EnableAutoRelease": False,
    "RemovePrivateProperty": False, "AddOrganizerToSubject": False, "DeleteSubject": False,
    "RemoveCanceledMeetings": False, "TentativePendingApproval": True,
}  # fmt: skip
"""A room of which nothing stands in the way."""


def found(check: str, policy: Policy | None = None, **changed: object) -> Finding:
    findings = judge(ROOM, USUAL | changed, policy or Policy())
    return next(each for each in findings if each.check == check)


def test_a_room_of_which_nothing_stands_in_the_way_is_well_in_every_rule() -> None:
    assert {each.verdict for each in judge(ROOM, USUAL, Policy())} == {Verdict.OK}


def test_every_setting_that_is_judged_is_among_those_that_are_read() -> None:
    assert set(USUAL) == set(SETTINGS)


CHECK_IN = Policy(check_in_minutes=10)
CASES: dict[str, tuple[str, dict[str, Any], Policy | None, Verdict, str, str]] = {
    "a room that only a delegate answers": (
        "automatic processing",
        {"AutomateProcessing": "AutoUpdate"},
        None,
        Verdict.BAD,
        "stay tentative",
        "-AutomateProcessing AutoAccept",
    ),
    "a room that processes nothing": (
        "automatic processing",
        {"AutomateProcessing": "None"},
        None,
        Verdict.BAD,
        "never reach",
        "-AutomateProcessing AutoAccept",
    ),
    "an enumeration that was written as its number": (
        "automatic processing",
        {"AutomateProcessing": 1},
        None,
        Verdict.BAD,
        "stay tentative",
        "-AutomateProcessing AutoAccept",
    ),
    "delegates whom every request waits for": (
        "delegates",
        {"ResourceDelegates": ["1"], "AllBookInPolicy": False},
        None,
        Verdict.WARN,
        "within 15 minutes",
        "answer_within_minutes=0",
    ),
    "delegates under a policy that waits for them": (
        "delegates",
        {"ResourceDelegates": "{Adele, Ben}", "AllBookInPolicy": False},
        Policy(answer_within_minutes=0),
        Verdict.OK,
        "",
        "",
    ),
    "only those listed may book": (
        "who may book",
        {"AllBookInPolicy": False},
        None,
        Verdict.WARN,
        "can book the same room on the platform",
        "-AllBookInPolicy $true",
    ),
    "everybody may ask and few may book": (
        "who may book",
        {"AllBookInPolicy": False, "AllRequestInPolicy": True},
        None,
        Verdict.WARN,
        "shown as requested",
        "-AllBookInPolicy $true",
    ),
    "a window that is shorter than the horizon": (
        "booking window",
        {"BookingWindowInDays": 180},
        None,
        Verdict.WARN,
        "declined beyond 180 days",
        "-BookingWindowInDays 400",
    ),
    "a window as long as a short horizon": (
        "booking window",
        {"BookingWindowInDays": 180},
        Policy(days_ahead=90),
        Verdict.OK,
        "",
        "",
    ),
    "a long series that is cut": (
        "series beyond the window",
        {"EnforceSchedulingHorizon": False},
        None,
        Verdict.WARN,
        "nobody is told",
        "-EnforceSchedulingHorizon $true",
    ),
    "no recurring meetings": (
        "recurring meetings",
        {"AllowRecurringMeetings": False},
        None,
        Verdict.WARN,
        "series are declined",
        "-AllowRecurringMeetings $true",
    ),
    "meetings of outsiders": (
        "external meetings",
        {"ProcessExternalMeetingMessages": True},
        None,
        Verdict.WARN,
        "outsiders can take",
        "-ProcessExternalMeetingMessages $false",
    ),
    "overlapping meetings are accepted": (
        "conflicts",
        {"AllowConflicts": True},
        None,
        Verdict.BAD,
        "settled afterwards",
        "-AllowConflicts $false",
    ),
    "a series may clash on some days": (
        "conflicts",
        {"ConflictPercentageAllowed": 20},
        None,
        Verdict.WARN,
        "declined one by one",
        "",
    ),
    "only short meetings": (
        "longest meeting",
        {"MaximumDurationInMinutes": 60},
        None,
        Verdict.WARN,
        "longer than 60 minutes",
        "-MaximumDurationInMinutes 1440",
    ),
    "two engines release": (
        "auto-release",
        {"EnableAutoRelease": True},
        CHECK_IN,
        Verdict.BAD,
        "two engines release",
        "-EnableAutoRelease $false",
    ),
    "Exchange shall release and does not": (
        "auto-release",
        {},
        Policy(check_in_minutes=10, released_by=ReleasedBy.EXCHANGE),
        Verdict.BAD,
        "nothing is released",
        "-EnableAutoRelease $true",
    ),
    "Exchange releases as the policy says": (
        "auto-release",
        {"EnableAutoRelease": True},
        Policy(check_in_minutes=10, released_by=ReleasedBy.EXCHANGE),
        Verdict.OK,
        "",
        "",
    ),
    "the private flag is cleared": (
        "private flag",
        {"RemovePrivateProperty": True},
        None,
        Verdict.WARN,
        "looks like any other",
        "-RemovePrivateProperty $false",
    ),
    "the subject is replaced": (
        "subject",
        {"DeleteSubject": True, "AddOrganizerToSubject": True},
        None,
        Verdict.WARN,
        "the organiser's name",
        "-DeleteSubject $false",
    ),
    "the subject is replaced and no title is shown": (
        "subject",
        {"DeleteSubject": True},
        Policy(titles=Titles.BUSY),
        Verdict.OK,
        "",
        "",
    ),
    "cancelled meetings are removed": (
        "cancelled meetings",
        {"RemoveCanceledMeetings": True},
        None,
        Verdict.OK,
        "",
        "",
    ),
}


@pytest.mark.parametrize(("check", "changed", "policy", "verdict", "effect", "mend"), CASES.values(), ids=CASES)
def test_a_setting_is_judged_with_its_effect_and_its_line(
    check: str, changed: dict[str, Any], policy: Policy | None, verdict: Verdict, effect: str, mend: str
) -> None:
    seen = found(check, policy, **changed)
    assert seen.verdict is verdict
    assert effect in seen.effect
    assert mend in seen.mend
    if verdict is Verdict.OK:
        assert (seen.effect, seen.mend) == ("", "")
    elif "Set-CalendarProcessing" in seen.mend:
        assert seen.mend.startswith(f"Set-CalendarProcessing -Identity {ROOM} -")


@pytest.mark.parametrize("check", RULES)
def test_a_setting_that_the_file_does_not_hold_is_unknown_and_never_well(check: str) -> None:
    seen = next(each for each in judge(ROOM, {}, Policy()) if each.check == check)
    assert seen.verdict is Verdict.UNKNOWN


def test_values_as_csv_holds_them_are_judged_like_those_of_json() -> None:
    as_csv = {name: "" if value == [] else str(value) for name, value in USUAL.items()}
    assert judge(ROOM, as_csv, Policy()) == judge(ROOM, USUAL, Policy())


@pytest.mark.parametrize("value", ["perhaps", [], {}, 3.5, None], ids=str)
def test_a_value_that_makes_no_sense_is_unknown(value: object) -> None:
    assert found("conflicts", AllowConflicts=value).verdict is Verdict.UNKNOWN
    assert found("booking window", BookingWindowInDays=value).verdict is Verdict.UNKNOWN
    assert found("automatic processing", AutomateProcessing=value).verdict is Verdict.UNKNOWN


def test_pending_requests_that_are_shown_as_free_leave_their_time_to_others() -> None:
    assert found("pending requests", TentativePendingApproval=False).verdict is Verdict.WARN
