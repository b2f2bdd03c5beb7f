"""Frozen values that a first read makes by the thousand, filled before they are frozen.

A frozen dataclass looks each of its fields up anew, by name, to set it: ``object.__setattr__`` is most of what a value
of twenty fields costs. Here the fields are set the usual way, on an instance of an open twin with the same slots, which
becomes one of the frozen class when all are set: Python lets an object change its class where the layouts are equal.
Nobody has seen the instance before. The value stays frozen, with the same arguments, defaults and comparisons. Filling
``__dict__`` instead would make each dictionary one object more for the garbage collector.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar, cast

_T = TypeVar("_T")


def made_at_once(kind: type[_T]) -> type[_T]:
    """Return a frozen dataclass with slots whose instances are filled before they are frozen.

    Raises ``TypeError`` for one without slots, and for one that computes fields as it is made: a default factory,
    ``__post_init__``. A subclass of it needs ``__slots__ = ()``.
    """
    declared = fields(cast("Any", kind))  # what is no dataclass is refused there
    computed = any(each.default_factory is not MISSING or not each.init or each.kw_only for each in declared)
    if computed or hasattr(kind, "__post_init__") or "__slots__" not in vars(kind):
        raise TypeError(f"{kind.__name__} computes fields or has no slots; leave it a plain frozen dataclass")
    names = tuple(each.name for each in declared)
    known: dict[str, Any] = {f"_{each.name}": each.default for each in declared if each.default is not MISSING}
    known |= {"_new": object.__new__, "_Open": type(f"Open{kind.__name__}", (), {"__slots__": names})}
    arguments = ", ".join(each.name if each.default is MISSING else f"{each.name}=_{each.name}" for each in declared)
    filled = "; ".join(f"self.{name} = {name}" for name in names)
    made: dict[str, Any] = {}
    # As dataclasses does it: the text holds nothing but the names of declared fields.
    exec(  # noqa: S102
        f"def __new__(cls, {arguments}):\n    self = _new(_Open); {filled}; self.__class__ = cls\n    return self",
        known,
        made,
    )

    def __reduce__(self: Any) -> tuple[type, tuple[Any, ...]]:  # noqa: N807  # how copies are made: with all arguments
        return type(self), tuple([getattr(self, name) for name in names])

    type.__delattr__(kind, "__init__")
    type.__setattr__(kind, "__new__", made["__new__"])
    type.__setattr__(kind, "__reduce__", __reduce__)
    return kind
