"""Frozen values that a first read makes by the thousand, built at once instead of field by field.

A frozen dataclass sets each field through ``object.__setattr__``, which makes a value of twenty fields cost ten times
a plain one. Its ``__init__`` may fill the new instance directly: nobody has seen it yet. The value stays frozen, with
the same arguments, defaults and comparisons.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar, cast

_T = TypeVar("_T")


def made_at_once(kind: type[_T]) -> type[_T]:
    """Return a frozen dataclass whose instances are filled at once.

    Raises ``TypeError`` for one that computes fields as it is made: a default factory, ``__post_init__``, slots.
    """
    declared = fields(cast("Any", kind))  # what is no dataclass is refused there
    computed = any(each.default_factory is not MISSING or not each.init or each.kw_only for each in declared)
    if computed or hasattr(kind, "__post_init__") or "__slots__" in vars(kind):
        raise TypeError(f"{kind.__name__} computes fields as it is made; leave it a plain frozen dataclass")
    defaults = {f"_{each.name}": each.default for each in declared if each.default is not MISSING}
    arguments = ", ".join(each.name if each.default is MISSING else f"{each.name}=_{each.name}" for each in declared)
    filled = "\n".join(f"    own[{each.name!r}] = {each.name}" for each in declared)
    made: dict[str, Any] = {}
    # As dataclasses does it: the text holds nothing but the names of declared fields.
    exec(f"def __init__(self, {arguments}):\n    own = self.__dict__\n{filled}", defaults, made)  # noqa: S102
    type.__setattr__(kind, "__init__", made["__init__"])
    return kind
