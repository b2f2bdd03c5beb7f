"""The words of the command line in the language of whoever reads it.

They stand in English where they are said. ``words.json`` holds them in the other languages by that English; it is
written from the app's file of words (``make words``), because the command line is installed without the app.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

USUAL = "en"
LANGUAGES = (USUAL, "de", "fr")
OPTION = "--language"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

_spoken = USUAL


def speak(language: str) -> None:
    """Let ``word`` answer in a language from now on."""
    global _spoken
    _spoken = language if language in LANGUAGES else USUAL


def spoken() -> str:
    """Return the two letters of the language that is spoken."""
    return _spoken


def word(english: str, **facts: object) -> str:
    """Return a sentence in the language that is spoken, with its places filled in."""
    said = _words().get(_spoken, {}).get(english, english)
    return said.format(**facts) if facts else said


def language_asked(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language of ``--language``, else the one that the environment tells as terminals do."""
    wanted = [value for value in _options(arguments) if value]
    wanted += [environment[name] for name in _VARIABLES if environment.get(name)][:1]
    return next((each[:2].casefold() for each in wanted), USUAL)


def _options(arguments: Sequence[str]) -> Iterable[str]:
    for place, each in enumerate(arguments):
        if each == OPTION:
            yield next(iter(arguments[place + 1 :]), "")
        elif each.startswith(f"{OPTION}="):
            yield each.partition("=")[2]


def translate(command: Any) -> None:
    """Tell the help of a command, of its options and of the commands below it in the language that is spoken."""
    for each in (command, *command.params):
        if getattr(each, "help", None):
            each.help = word(each.help)
    for below in getattr(command, "commands", {}).values():
        translate(below)


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(resources.files("lockstep").joinpath("words.json").read_text("utf-8"))
    return found
