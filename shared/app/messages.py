"""The words that people read, by language, from one file: mails, decisions, the page of one booking's story.

Whoever shows something asks for a section in the reader's language; where there is none of theirs it is English. The
file is read once, and nothing is worded anywhere else.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

USUAL = "en"
Words = dict[str, str]


@cache
def languages() -> dict[str, dict[str, Words]]:
    """Return the sections of every language, by its two letters."""
    return dict(tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8")))


def language_of(tag: str) -> str:
    """Return the language in which somebody is answered whose language tag is such as ``de-CH``."""
    found = tag.strip().casefold()[:2]
    return found if found in languages() else USUAL


def words_of(language: str, section: str) -> Words:
    """Return the words of a section for a language tag."""
    return languages()[language_of(language)][section]


def preferred(accepted: str) -> str:
    """Return the language of an ``Accept-Language`` header that there are words in, the most wanted first."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:_LONGEST].split(",")):
        tag, _, quality = part.partition(";q=")
        wanted.append((-_number(quality), place, tag.strip().casefold()[:2]))
    return next((tag for weight, _, tag in sorted(wanted) if weight < 0 and tag in languages()), USUAL)


_LONGEST = 200


def _number(quality: str) -> float:
    try:
        return float(quality) if quality.strip() else 1.0
    except ValueError:
        return 0.0
