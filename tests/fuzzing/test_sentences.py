"""What people and their browsers write that pages read: sentences, languages, holidays, hours, links of meetings."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.reading import answering_in, in_words, language
from lockstep.words import language_asked
from shared.app.messages import languages
from shared.app.said import told
from shared.domain.holidays import declared_holidays
from shared.domain.join_link import meeting_of
from shared.domain.opening_hours import DAYS, OpeningHours
from tests.fuzzing.shapes import ANYTHING, TEXTS

FUZZED = settings.get_profile("lockstep-fuzzing")

OURS = sorted(languages()["de"]["said"])
HOURS = ["08:00-18:00", "00:00-24:00", "18:00-08:00", "13:00-14:00"]
SENTENCES = st.one_of(
    TEXTS,
    st.sampled_from(OURS),
    st.lists(st.sampled_from(OURS) | TEXTS, max_size=9).map("; ".join),
    st.tuples(st.sampled_from(OURS), TEXTS).map(lambda each: each[0].replace("{why}", each[1])),
)


@FUZZED
@given(SENTENCES, st.sampled_from(["de", "fr-CH", "en", "it", ""]))
@example("{0}", "de")
@example("policy {name} is {given.__class__}; it can be {names}", "de")
def test_a_sentence_of_anybodys(sentence: str, tag: str) -> None:
    assert isinstance(told(sentence, tag), str)


@FUZZED
@given(TEXTS, SENTENCES)
@example("de;q=1e999, fr;q=nan", "resumed")
def test_a_header_of_languages(accepted: str, sentence: str) -> None:
    with answering_in(accepted):
        assert language() in languages()
        assert isinstance(in_words(sentence), str)


@FUZZED
@given(st.lists(TEXTS | st.just("--language"), max_size=4), st.dictionaries(st.sampled_from(["LANG", "LC_ALL"]), TEXTS))
def test_a_language_of_a_terminal(arguments: list[str], environment: dict[str, str]) -> None:
    assert isinstance(language_asked(arguments, environment), str)


@FUZZED
@given(st.one_of(TEXTS, ANYTHING.map(json.dumps), st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)).map(json.dumps)))
def test_holidays_of_buildings(text: str) -> None:
    _, mistakes = declared_holidays(text)
    assert all(isinstance(each, str) for each in mistakes)


@FUZZED
@given(st.dictionaries(st.sampled_from(DAYS) | TEXTS, st.lists(TEXTS | st.sampled_from(HOURS), max_size=3), max_size=3))
@example({"monday": ["08:00-12:00", "13:00-24:00"]})
def test_opening_hours(hours: dict[str, list[str]]) -> None:
    try:
        found = OpeningHours.of(hours)
    except ValueError:
        return
    assert OpeningHours.of(found.as_given()) == found


@FUZZED
@given(st.one_of(TEXTS, TEXTS.map("https://teams.microsoft.com/l/meetup-join/{}".format)))
def test_the_link_of_a_meeting(link: str) -> None:
    assert isinstance(meeting_of(link), str)


@pytest.mark.parametrize("accepted", ["de;q=nan", "de;q=inf, fr", "de;q=-1, fr;q=0"])
def test_an_odd_weight_of_a_language_is_answered_in_one_of_ours(accepted: str) -> None:
    with answering_in(accepted):
        assert language() in languages()
