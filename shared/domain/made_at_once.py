"""Frozen values that a first read makes by the thousand, filled through their slots.

A frozen dataclass looks each of its fields up anew, by name, to set it: ``object.__setattr__`` is most of what a value
of twenty fields costs. Its ``__init__`` may use what each slot itself sets by: nobody has seen the instance yet. The
value stays frozen, with the same arguments, defaults and comparisons. Filling ``__dict__`` would be quicker still, and
dearer in the end: each dictionary is one object more for the garbage collector.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar, cast

_T = TypeVar("_T")


def made_at_once(kind: type[_T]) -> type[_T]:
    """Return a frozen dataclass with slots whose instances are filled through them.

    Raises ``TypeError`` for one without slots, and for one that computes fields as it is made: a default factory,
    ``__post_init__``.
    """
    declared = fields(cast("Any", kind))  # what is no dataclass is refused there
    computed = any(each.default_factory is not MISSING or not each.init or each.kw_only for each in declared)
    if computed or hasattr(kind, "__post_init__") or "__slots__" not in vars(kind):
        raise TypeError(f"{kind.__name__} computes fields or has no slots; leave it a plain frozen dataclass")
    known: dict[str, Any] = {f"_{each.name}": each.default for each in declared if each.default is not MISSING}
    known |= {f"_set_{each.name}": vars(kind)[each.name].__set__ for each in declared}
    arguments = ", ".join(each.name if each.default is MISSING else f"{each.name}=_{each.name}" for each in declared)
    filled = "\n".join(f"    _set_{each.name}(self, {each.name})" for each in declared)
    made: dict[str, Any] = {}
    # As dataclasses does it: the text holds nothing but the names of declared fields.
    exec(f"def __init__(self, {arguments}):\n{filled}", known, made)  # noqa: S102
    type.__setattr__(kind, "__init__", made["__init__"])
    return kind
