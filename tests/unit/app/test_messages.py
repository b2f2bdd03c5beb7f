"""The file of words: every language says everything, with the same places for what is filled in."""

from __future__ import annotations

from enum import StrEnum
from string import Formatter
from types import NoneType
from typing import get_args, get_type_hints

import pytest

from functions.admin import ORDERS
from shared.app import ask_room, organisers_event, prepare_notices, tell_people
from shared.app.messages import language_of, languages, preferred, words_of
from shared.app.wording import sentence
from shared.domain import asked_series, losses, series_writes, undo
from shared.domain.booking import Side
from shared.domain.comparison import Difference
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ledger import Cause
from shared.domain.notices import NoticeKind
from shared.domain.plan import Action
from shared.domain.policy import Policy
from shared.domain.resource import State

ZURICH = "Europe/Zurich"
LANGUAGES = pytest.mark.parametrize("language", sorted(languages()))


BY_ENGLISH = {"said", "cli"}
"""Sections that are found by their English words, so that English has none."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_english_german_and_french_are_there() -> None:
    assert set(languages()) == {"en", "de", "fr"}


@LANGUAGES
def test_a_language_has_the_entries_and_places_of_english(language: str) -> None:
    english, other = languages()["en"], languages()[language]
    assert set(other) - BY_ENGLISH == set(english)
    for section in english:
        words = other[section]
        assert set(words) == set(english[section]), section
        assert {name: places(text) for name, text in words.items()} == {
            name: places(text) for name, text in english[section].items()
        }


@LANGUAGES
def test_a_language_has_words_of_its_own(language: str) -> None:
    """What was copied from English and forgotten reads the same."""
    if language != "en":
        for section in ("mail", "decisions", "stands", "title_from", "obstacles"):
            own, english = words_of(language, section), words_of("en", section)
            same = {name for name in own if own[name] == english[name] and places(own[name]) != {"title"}}
            assert not same, section


@LANGUAGES
def test_every_code_every_name_and_every_kind_of_mail_has_words(language: str) -> None:
    assert set(words_of(language, "decisions")) == {code.value for code in Code}
    named = {each.value for kind in (Side, Field, Action) for each in kind}
    assert named <= set(words_of(language, "names"))
    assert all({kind.value, f"{kind}_subject"} <= set(words_of(language, "mail")) for kind in NoticeKind)


@LANGUAGES
def test_every_setting_of_a_policy_is_named_and_explained_in_the_console(language: str) -> None:
    words = words_of(language, "console")
    names = [words[f"setting_{name}"] for name in Policy().as_settings()]
    assert len(set(names)) == len(names), "two settings have one name"
    assert {f"policy_{name}" for name in Policy().as_settings()} <= set(words)


def values_of_settings() -> set[str]:
    """What each setting that is chosen from a list can be, as the console looks its words up."""
    kinds = {name: get_args(hint) or (hint,) for name, hint in get_type_hints(Policy).items()}
    chosen = {name: each for name, each in kinds.items() if issubclass(each[0], StrEnum)}
    members = {f"value_{name}_{member.value}" for name, (kind, *_) in chosen.items() for member in kind}
    return members | {f"value_{name}_none" for name, each in chosen.items() if NoneType in each}


@LANGUAGES
def test_every_value_that_a_setting_is_chosen_from_has_words_in_the_console(language: str) -> None:
    words, values = words_of(language, "console"), values_of_settings()
    assert {"value_winner_report", "value_write_mode_organizer", "value_edits_platform", "value_edits_none"} <= values
    assert {name for name in words if name.startswith("value_")} == values


@LANGUAGES
def test_every_state_of_a_resource_has_words_in_the_console(language: str) -> None:
    assert {f"state_{state.value.replace(' ', '_')}" for state in State} <= set(words_of(language, "web"))


@LANGUAGES
def test_every_cause_and_every_difference_has_words_in_the_console(language: str) -> None:
    words = set(words_of(language, "console"))
    assert {f"step_{cause.value}" for cause in Cause} <= words
    assert {f"differs_{each.value}" for each in Difference} <= words
    assert {f"order_{each}" for each in ORDERS} <= words


OF_OURS = [
    organisers_event.NOT_OF_TENANT, organisers_event.NOT_OPEN, organisers_event.NOT_THERE, organisers_event.REFUSED,
    organisers_event.OF_SERIES, prepare_notices.NOT_SET, *tell_people.REASONS, *ask_room.REASONS,
    series_writes.NEIGHBOURS, series_writes.BEGUN, asked_series.DECLINED_WHOLE, losses.TAKEN, *undo.REASONS,
]  # fmt: skip


@pytest.mark.parametrize("why", OF_OURS)
@LANGUAGES
def test_a_reason_of_ours_is_told_in_the_readers_language(why: str, language: str) -> None:
    told = sentence(Reason(Code.WRITTEN_SINGLY, {"why": why}), ZURICH, language)
    assert (why in told) == (language == "en")


@LANGUAGES
def test_what_another_service_says_is_told_as_it_says_it(language: str) -> None:
    why = "Graph did not change the event: status 403"
    assert why in sentence(Reason(Code.REFUSED_BY_SIDE, {"side": "calendar", "why": why}), ZURICH, language)


@pytest.mark.parametrize("code", list(Code))
@LANGUAGES
def test_every_code_has_a_sentence_even_without_its_facts(code: Code, language: str) -> None:
    told = sentence(Reason(code), ZURICH, language)
    assert told.endswith(".")
    assert "{" not in told


FACTS = {"other_start": "2026-11-23T09:00:00+00:00", "other_end": "2026-11-23T10:30:00+00:00"}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", "Der Raum ist am 23.11.2026 von 10:00 bis 11:30 Uhr durch eine andere Buchung belegt, die vorgeht."),
        (
            "fr-CH",
            "La salle est prise le 23/11/2026 de 10:00 à 11:30 par une autre réservation qui passe avant celle-ci.",
        ),
        ("it", "The room is taken on 23 November from 10:00 to 11:30 by another booking that goes before this one."),
    ],
)
def test_a_decision_is_told_in_a_language_and_in_english_where_there_is_none(language: str, told: str) -> None:
    assert sentence(Reason(Code.LOST_TO_OTHER, FACTS), ZURICH, language) == told


def test_sides_fields_and_free_rooms_are_told_in_the_readers_language() -> None:
    facts = {"fields": "time,title", "stands": "platform", "free_names": "Eiger, Mönch"}
    assert sentence(Reason(Code.CHANGED_ON_CALENDAR, facts), ZURICH, "de") == (
        "Auf der Plattform hat sich etwas geändert (Zeit, Titel), und der Kalender ist gefolgt; "
        "sie bleibt nur auf der Plattform. Zu dieser Zeit frei: Eiger, Mönch."
    )


@pytest.mark.parametrize(
    ("tag", "language"), [("de-CH", "de"), ("DE", "de"), ("fr", "fr"), ("it-CH", "en"), ("", "en"), ("x", "en")]
)
def test_a_language_tag_is_answered_in_its_language_or_in_english(tag: str, language: str) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("it, fr;q=0.5, en;q=0.4", "fr"),
        ("en;q=0.1, de;q=0.7", "de"),
        ("de;q=0, fr", "fr"),
        ("", "en"),
        ("*", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_the_most_wanted_language_that_there_is_answers(header: str, language: str) -> None:
    assert preferred(header) == language
