"""Sentences that Lockstep says in English where it decides, told in the reader's language where they are shown.

Why a resource is as it is, why a step waits, what the doctor saw, what was refused: whoever decides says it in a
sentence with its figures in it, and as that it is kept and logged. At the edge it is found again by its English words
in the section ``said`` of the file of words, and what was filled in is filled in anew. What is not found is what
somebody else has said, such as Graph or a person, and is told as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from shared.app.messages import USUAL, language_of, languages
from shared.domain.resource import State

_PLACE = re.compile(r"\{(\w+)\}")
_JOINT = "; "
_MOST_JOINTS, _LONGEST = 6, 1000
"""What has more joints or characters was written by nobody of ours, and is not searched through."""
_SENTENCES = frozenset({"why", "effect", "what", "state", "side", "time", "where"})
"""Places that hold what may be a sentence of ours again."""
_DAY = r"\d{1,2} [A-Z][a-z]+"
_SHAPES = {
    "state": "|".join(State),
    "since": rf"{_DAY} \d\d:\d\d",
    **dict.fromkeys(("day", "until"), _DAY),
    **dict.fromkeys(("count", "minutes", "seconds", "allowed", "all"), r"\d+"),
}
"""What some places hold, so that no sentence of somebody else's is taken for ours."""
_DAYS = ("since", "day", "until")


@dataclass(frozen=True)
class _Phrase:
    """One sentence with its places: how it begins in English, how it is found there, and how it is told."""

    beginning: str
    pattern: re.Pattern[str]
    told: str


def told(sentence: str, language: str) -> str:
    """Return a sentence in the language of a tag such as ``de-CH``."""
    spoken = language_of(language)
    return sentence if spoken == USUAL or not sentence or len(sentence) > _LONGEST else _told(sentence, spoken)


@lru_cache(maxsize=4096)
def _told(sentence: str, language: str) -> str:
    whole = _found(sentence, language)
    if whole is not None:
        return whole
    for first, rest in _halves(sentence):
        known = _found(first, language)
        if known is not None:
            return known + _joint(language) + _told(rest, language)
    for first, rest in _halves(sentence):
        if (known := _told(rest, language)) != rest:
            return first + _joint(language) + known
    return sentence


def _halves(sentence: str) -> list[tuple[str, str]]:
    """Return the ways to part a sentence in two, the one with the longest first half first."""
    places = [place.start() for place in re.finditer(_JOINT, sentence)]
    if len(places) > _MOST_JOINTS:
        return []
    return [(sentence[:place], sentence[place + len(_JOINT) :]) for place in reversed(places)]


def _joint(language: str) -> str:
    return " ; " if language == "fr" else _JOINT


def _found(sentence: str, language: str) -> str | None:
    for phrase in _phrases(language):
        if sentence.startswith(phrase.beginning) and (found := phrase.pattern.fullmatch(sentence)):
            facts = found.groupdict()
            return phrase.told.format(**{name: _filled(name, facts[name], language) for name in facts})
    return None


def _filled(place: str, fact: str, language: str) -> str:
    if place == "ago":
        return _told(f"{fact} ago", language)
    if place in _SENTENCES:
        return _told(fact, language)
    return re.sub(_DAY, lambda day: _day(day.group(), language), fact) if place in _DAYS else fact


def _day(text: str, language: str) -> str:
    """Return a day that was told in English, such as 2 March, as the language tells it."""
    try:
        # A leap year, so that it has the 29th of February.
        day = datetime.strptime(f"2024 {text} +0000", "%Y %d %B %z")
    except ValueError:
        return text
    return day.strftime(languages()[language]["times"]["day_of_year"])


@cache
def _phrases(language: str) -> tuple[_Phrase, ...]:
    """Return the sentences of a language, those first that say the most by themselves."""
    said = languages()[language]["said"]
    by_length = sorted(said, key=lambda english: len(_PLACE.sub("", english)), reverse=True)
    return tuple(_Phrase(english.partition("{")[0], _pattern(english), said[english]) for english in by_length)


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    named = [f"(?P<{part}>{_SHAPES.get(part, '.+?')})" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(named), re.DOTALL)
