"""The command line speaks the language that is asked for; what programs read is the same in all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer

from lockstep import costing, words
from lockstep.main import app
from lockstep.orders import _MEANS
from lockstep.person import _STAYS
from lockstep.resources import _COLUMNS
from lockstep.showing import MARKS, STATES
from lockstep.write_words import WRITTEN, written
from shared.app.messages import languages
from tests.unit.lockstep.console import Console

OTHERS = pytest.mark.parametrize("language", ["de", "fr"])
PACKAGE = Path(words.__file__).parent
KNOWN = {language: sections["cli"] for language, sections in languages().items() if "cli" in sections}

TELLING = {"word": 1, "say": 1, "progress": 1, "table": 9}
"""What words its first argument, and how deep: a table words the names of its columns."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def constants(node: ast.AST) -> Iterator[str]:
    """Yield the texts that an expression may be, as far as they stand there."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from constants(body)
            yield from constants(other)
        case ast.Tuple(elts=elements):
            for each in elements:
                yield from constants(each)


def told(path: Path) -> Iterator[str]:
    """Yield what a module words where it stands, and what it keeps under a name to be worded."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING and node.args:
            yield from constants(node.args[0])


def unworded(path: Path) -> Iterator[str]:
    """Yield the places where a sentence is put together before it is worded, so that it is worded by nobody."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0] if node.args else None
        if name in ("say", "word") and isinstance(first, ast.JoinedStr):
            yield from [ast.unparse(node)] if _says(first) else []
        if (
            name in ("Refused", "NotReached", "confirm")
            and isinstance(first, ast.Constant | ast.JoinedStr)
            and _says(first)
        ):
            yield ast.unparse(node)


def _says(node: ast.Constant | ast.JoinedStr) -> bool:
    """Tell whether a text has words of its own beside what is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(character.isalpha() for part in parts if isinstance(part, ast.Constant) for character in str(part.value))


def helped(command: Any) -> Iterator[str]:
    for each in (command, *command.params):
        if getattr(each, "help", None):
            yield each.help
    for below in getattr(command, "commands", {}).values():
        yield from helped(below)


MODULES = sorted(path for path in PACKAGE.glob("*.py") if path.name != "words.py")
KEPT: list[str] = [*STATES, *_MEANS.values(), *_STAYS.values(), *_COLUMNS.values()]
KEPT += [mark for mark, _ in MARKS.values() if mark != "?"]
KEPT += list(costing.estimate(costing.Load(1), costing.prices()).lines)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_whatever_a_command_says_has_words_in_every_language(module: Path) -> None:
    said = set(told(module))
    for language, known in KNOWN.items():
        assert said <= set(known), f"say it in messages.toml, [{language}.cli]"
    assert list(unworded(module)) == []


@OTHERS
def test_names_and_meanings_that_are_kept_have_words(language: str) -> None:
    assert set(KEPT) <= set(KNOWN[language])


@OTHERS
def test_the_help_of_every_command_and_option_has_words(language: str) -> None:
    words.speak("en")
    assert set(helped(typer.main.get_command(app))) <= set(KNOWN[language])


def test_both_languages_tell_the_same_with_the_same_places() -> None:
    assert set(KNOWN["de"]) == set(KNOWN["fr"])
    for known in KNOWN.values():
        assert {each: places(known[each]) for each in known} == {each: places(each) for each in known}


def test_the_file_that_is_installed_is_written_from_the_apps() -> None:
    assert WRITTEN.read_text("utf-8") == written(), "run `make words`"


class TestLanguage:
    @pytest.mark.parametrize(
        ("arguments", "environment", "language"),
        [
            (["--language", "fr", "held"], {"LANG": "de_CH.UTF-8"}, "fr"),
            (["--language=de", "held"], {}, "de"),
            (["held"], {"LC_ALL": "de_CH.UTF-8", "LANG": "fr_FR"}, "de"),
            (["held"], {"LC_MESSAGES": "fr_CH.UTF-8", "LANG": "de_DE"}, "fr"),
            (["held"], {"LANG": "de_DE"}, "de"),
            (["held"], {"LANG": "it_CH.UTF-8"}, "it"),
            (["held"], {"LC_ALL": "C", "LANG": "de_DE"}, "c"),
            (["held"], {}, "en"),
            (["--language"], {}, "en"),
        ],
    )
    def test_an_option_goes_before_the_terminal(
        self, arguments: list[str], environment: Mapping[str, str], language: str
    ) -> None:
        assert words.language_asked(arguments, environment) == language

    @pytest.mark.parametrize("named", ["it", "C", ""])
    def test_a_language_that_there_are_no_words_in_is_english(self, named: str) -> None:
        words.speak(named)
        assert words.spoken() == "en"

    def test_a_table_its_states_and_the_apps_own_sentences_are_in_it(self, console: Console) -> None:
        console.does(console.office.room())
        console.says("pause", "Matterhorn")
        console.settle()
        shown = " ".join(console.says("--language", "de", "resources", "list").split())
        assert "Ressource" in shown
        assert "pausiert" in shown
        assert "von einer Person" in shown
        assert "1 Ressourcen: 1 pausiert" in shown

    def test_the_terminals_own_language_is_spoken_without_an_option(self, console: Console) -> None:
        console.environment["LANG"] = "fr_CH.UTF-8"
        assert console.says("held").startswith("Rien n")

    def test_what_programs_read_is_the_same_in_every_language(self, console: Console) -> None:
        console.does(console.office.room())
        console.says("pause", "Matterhorn")
        console.settle()
        (german,) = console.run("--language", "de", "resources", "list", "--json").json
        assert german["state"] == "paused"
        assert german["why"].startswith("paused by a person")

    def test_help_is_in_it(self, console: Console) -> None:
        shown = " ".join(console.says("--language", "de", "resources", "--help").split())
        assert "Ressourcen auflisten, verknüpfen" in shown
        assert "List, link" not in shown

    def test_a_refusal_of_ours_and_one_of_the_app_are_in_it(self, console: Console) -> None:
        assert "Keine Ressource heißt Attic." in console.refuses("--language", "de", "why", "Attic")
        console.does(console.office.room())
        refused = console.refuses("--language", "de", "panels", "withdraw", "Matterhorn", "lobby")
        assert "ein Panel lobby gibt es nicht" in refused

    def test_a_language_that_is_asked_for_and_not_spoken_is_refused(self, console: Console) -> None:
        assert console.run("--language", "it", "held").code == 2
