"""What this version may write, the previous one reads, and the other way round: for every type that stands in rows.

Needs neither stack nor history: what the previous release reads is kept in `previous/contract.json`.
"""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from typing import Any

import pytest

from tests.integration.loop.driving.stack import ROOT
from tests.integration.upgrade.contract import ASKED_FOR, KINDS, Contract, described, unreadable
from tests.integration.upgrade.versions import kept

ACCEPTED: dict[str, str] = {}
"""What is found and can do no harm, with the reason; empty again once the next release is recorded."""


def test_the_previous_version_reads_what_this_one_writes() -> None:
    """Where this fails: let this release read the new, and the next one write it (docs/upgrade.md)."""
    assert set(unreadable(described(), kept("contract"))) - set(ACCEPTED) == set()


def test_this_version_reads_what_the_previous_one_has_written() -> None:
    assert set(unreadable(kept("contract"), described())) - set(ACCEPTED) == set()


def test_nothing_is_accepted_that_is_not_found() -> None:
    found = {*unreadable(described(), kept("contract")), *unreadable(kept("contract"), described())}
    assert set(ACCEPTED) - found == set()


def test_every_type_that_is_read_from_a_row_is_in_the_contract() -> None:
    read = {name for file in (ROOT / "shared/adapters/tables").glob("*.py") for name in _read_in(file)}
    assert read - {"kind"} == {name for names in KINDS.values() for name in names}


def _read_in(file: Path) -> set[str]:
    calls = [each for each in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(each, ast.Call)]
    named = {"value_of", "_values"}
    found = set()
    for call in calls:
        function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if function in named and call.args and isinstance(call.args[0], ast.Name):
            found.add(call.args[0].id)
    return found


BASE: Contract = {
    "versions": {"rows": 1},
    "types": {
        "Head": {
            "fields": {"token": "str?", "state": "State!", "at": "[datetime]", "when": "AllDay|Timed"},
            "needed": ["state"],
        },
        "Policy": {"fields": {"winner": "Winner!"}, "needed": []},
    },
    "enums": {
        "State": {"words": ["held", "in step"], "open": False},
        "Winner": {"words": ["first"], "open": False},
        "Code": {"words": ["told"], "open": True},
    },
}  # fmt: skip


def changed(*path: str, to: Any) -> Contract:
    """The base with one thing in it replaced, or removed where it becomes None."""
    made = copy.deepcopy(BASE)
    at: Any = made
    for name in path[:-1]:
        at = at[name]
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return made


HEAD = ("types", "Head", "fields")
UNREADABLE = {
    "rows of a newer schema": (changed("versions", "rows", to=2), "rows: written in version 2, read in 1"),
    "a field that is needed and may be left out now": (
        changed("types", "Head", "needed", to=[]),
        "Head: state is needed, and may be left out",
    ),
    "a new word": (
        changed("enums", "State", "words", to=["asleep", "held", "in step"]),
        "Head.state: the words asleep are not known",
    ),
    "nothing where something is needed": (
        changed(*HEAD, "state", to="State!?"),
        "Head.state: may be nothing, and State! is needed",
    ),
    "another type": (changed(*HEAD, "token", to="int?"), "Head.token: written as int?, read as str?"),
    "another shape": (changed(*HEAD, "at", to="datetime"), "Head.at: written as datetime, read as [datetime]"),
    "a union of which one type is left, which is written without its name then": (
        changed(*HEAD, "when", to="AllDay"),
        "Head.when: written as AllDay, read as AllDay|Timed",
    ),
    "a new member of a union": (
        changed(*HEAD, "when", to="AllDay|Span|Timed"),
        "Head.when: Span is not among AllDay|Timed",
    ),
}


@pytest.mark.parametrize(("writer", "told"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_found(writer: Contract, told: str) -> None:
    assert list(unreadable(writer, BASE)) == [told]


READABLE = {
    "the same": BASE,
    "a new field": changed(*HEAD, "attempts", to="int"),
    "a field that nobody needs left out for good": changed(*HEAD, "token", to=None),
    "a field that is always there now": changed(*HEAD, "token", to="str"),
    "a new type": changed("types", "Act", to={"fields": {}, "needed": []}),
    "a new word of a policy, which somebody must ask for": changed("enums", "Winner", "words", to=["first", "last"]),
    "a new word of an enum that takes any": changed("enums", "Code", "words", to=["told", "sung"]),
}


@pytest.mark.parametrize("writer", READABLE.values(), ids=READABLE.keys())
def test_what_can_be_read_is_not_complained_of(writer: Contract) -> None:
    assert list(unreadable(writer, BASE)) == []


def test_what_a_person_asks_for_is_a_type_of_the_contract() -> None:
    assert set(described()["types"]) >= ASKED_FOR
