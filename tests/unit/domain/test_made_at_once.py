"""Values that are built at once stay what they are: frozen, comparable, with the same arguments and defaults."""

from __future__ import annotations

import copy
import inspect
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from shared.domain.booking import Booking
from shared.domain.ledger import CalendarRecord, Mapping, PlatformRecord
from shared.domain.made_at_once import made_at_once
from shared.domain.plan import Settlement, Step

HOT: tuple[Any, ...] = (Booking, CalendarRecord, PlatformRecord, Mapping, Step, Settlement)


def _arguments(kind: Any) -> dict[str, Any]:
    return {each.name: object() for each in fields(kind)}


@pytest.mark.parametrize("kind", HOT, ids=lambda kind: kind.__name__)
def test_a_field_of_a_hot_value_cannot_be_set_or_removed(kind: Any) -> None:
    value = kind(**_arguments(kind))
    for each in fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(value, each.name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(value, each.name)


@pytest.mark.parametrize("kind", HOT, ids=lambda kind: kind.__name__)
def test_a_hot_value_keeps_each_argument_in_its_field(kind: Any) -> None:
    given = _arguments(kind)
    for value in (kind(**given), kind(*given.values())):
        assert {name: getattr(value, name) for name in given} == given
        assert value == kind(**given)
        assert hash(value) == hash(kind(**given))


@pytest.mark.parametrize("kind", HOT, ids=lambda kind: kind.__name__)
def test_a_hot_value_takes_the_arguments_that_its_fields_declare(kind: Any) -> None:
    taken = inspect.signature(kind).parameters.values()
    assert [(each.name, each.default) for each in taken] == [
        (each.name, inspect.Parameter.empty if each.default is MISSING else each.default) for each in fields(kind)
    ]
    with pytest.raises(TypeError):
        kind(unknown=1)


@made_at_once
@dataclass(frozen=True, slots=True)
class Plain:
    first: int
    second: str = "two"


def test_a_value_built_at_once_can_be_replaced_printed_and_copied() -> None:
    value = Plain(1)
    assert replace(value, second="three") == Plain(1, "three")
    assert repr(value) == "Plain(first=1, second='two')"
    assert copy.copy(value) == copy.deepcopy(value) == value
    assert type(copy.copy(value)) is Plain


class Named(Plain):
    __slots__ = ()


def test_a_value_of_a_subclass_is_one_and_frozen_too() -> None:
    value = Named(1)
    assert type(value) is Named
    with pytest.raises(FrozenInstanceError):
        value.first = 2  # type: ignore[misc]


@pytest.mark.parametrize("kind", HOT, ids=lambda kind: kind.__name__)
def test_a_hot_value_is_of_its_class_and_of_no_other(kind: Any) -> None:
    value = kind(**_arguments(kind))
    assert type(value) is kind
    assert value != Plain(1)


@dataclass(frozen=True, slots=True)
class Growing:
    held: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    first: int

    def __post_init__(self) -> None:
        if self.first < 0:
            raise ValueError("below zero")


@dataclass(frozen=True)
class Open:
    first: int


@pytest.mark.parametrize("kind", [Growing, Checked, Open])
def test_a_value_that_computes_fields_or_has_no_slots_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="computes fields"):
        made_at_once(kind)
