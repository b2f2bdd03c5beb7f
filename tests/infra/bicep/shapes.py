"""Holds a value against a published shape: unknown, missing and read-only properties, wrong kinds, unknown literals.

An open list of literals (``'a' | 'b' | string``) is held as if it were closed: what Microsoft does not list is more
often a slip than a novelty.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.infra.bicep.document import Document, Finding
from tests.infra.bicep.expressions import (
    Array,
    Bracketed,
    Choice,
    Conditional,
    Expression,
    Loop,
    Null,
    Number,
    Object,
    Property,
    Text,
)
from tests.infra.bicep.kinds import TEXT, Kinder
from tests.infra.bicep.published import Flag, Shape

_BESIDE = frozenset(("parent", "scope", "dependsOn"))
"""What a resource takes beside its published properties."""


@dataclass(frozen=True)
class Held:
    """Values of one document against shapes."""

    document: Document
    kinder: Kinder

    def resource(self, body: Object, shape: Shape) -> Iterator[Finding]:
        """Hold a resource's body against its type."""
        yield from self._object(body, shape, beside=_BESIDE)

    def _value(self, value: Expression, shape: Shape, where: str) -> Iterator[Finding]:
        match value:
            case Bracketed(inner=inner):
                yield from self._value(inner, shape, where)
            case Choice(yes=yes, no=no):
                yield from self._value(yes, shape, where)
                yield from self._value(no, shape, where)
            case Null():
                return
            case Conditional(body=body):
                yield from self._value(body, shape, where)
            case _ if shape.kind == "Any":
                return
            case Object() if shape.kind in ("Object", "DiscriminatedObject"):
                yield from self._object(value, shape)
            case Array(items=items) if shape.kind == "Array":
                for each in items:
                    yield from self._value(each, shape.items, where)
            case Loop(body=body) if shape.kind == "Array":
                yield from self._value(body, shape.items, where)
            case _:
                yield from self._plain(value, shape, where)

    def _object(self, value: Object, shape: Shape, beside: frozenset[str] = frozenset()) -> Iterator[Finding]:
        known = shape.properties()
        others = shape.others
        if shape.kind == "DiscriminatedObject":
            variant = self._variant(value, shape)
            if isinstance(variant, Finding):
                yield variant
                return
            known, others = known | variant.properties(), others or variant.others
        for each in value.properties:
            if each.name not in beside and each.name:
                yield from self._property(each, known, others)
        given = {each.name for each in value.properties}
        for name, (_, flag) in known.items():
            if flag & Flag.REQUIRED and not flag & Flag.READ_ONLY and name not in given:
                yield self.document.found(value.line, f"'{name}' is missing")

    def _variant(self, value: Object, shape: Shape) -> Shape | Finding:
        """Return which kind of object a value is."""
        told = value.get(shape.told_apart_by)
        literal = told.literal if isinstance(told, Text) else None
        if literal in shape.variants:
            return shape.variants[literal]
        wanted = ", ".join(sorted(shape.variants))
        return self.document.found(value.line, f"'{shape.told_apart_by}' must be one of {wanted}")

    def _property(
        self, given: Property, known: dict[str, tuple[Shape, Flag]], others: Shape | None
    ) -> Iterator[Finding]:
        if given.name not in known:
            if given.name == "description" and self.kinder.of(given.value) in (None, TEXT):
                return
            if others is not None:
                yield from self._value(given.value, others, given.name)
                return
            near = difflib.get_close_matches(given.name, known, 1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            yield self.document.found(given.line, f"'{given.name}' is no property here{hint}")
            return
        shape, flag = known[given.name]
        if flag & Flag.READ_ONLY:
            yield self.document.found(given.line, f"'{given.name}' is read-only")
            return
        yield from self._value(given.value, shape, given.name)

    def _plain(self, value: Expression, shape: Shape, where: str) -> Iterator[Finding]:
        literals = [each.literal for each in shape.choices if each.kind == "StringLiteral"]
        if isinstance(value, Text) and value.literal is not None and literals:
            if value.literal not in literals:
                listed = ", ".join(literals)
                yield self.document.found(value.line, f"'{where}' is '{value.literal}', known are {listed}")
            return
        kinds = self.kinder.of(value)
        wanted = {_KIND.get(each.kind, each.kind) for each in shape.choices}
        if kinds is not None and "Any" not in wanted and not kinds <= wanted:
            found = " or ".join(sorted(kinds))
            yield self.document.found(value.line, f"'{where}' is {found}, wanted is {' or '.join(sorted(wanted))}")
            return
        yield from self._limits(value, shape, where)

    def _limits(self, value: Expression, shape: Shape, where: str) -> Iterator[Finding]:
        if isinstance(value, Number):
            low, high = shape.limit("minValue"), shape.limit("maxValue")
            if (low is not None and value.value < low) or (high is not None and value.value > high):
                yield self.document.found(value.line, f"'{where}' is {value.value}, not from {low} to {high}")
        if isinstance(value, Text) and value.literal is not None:
            text, longest = value.literal, shape.limit("maxLength")
            pattern = shape.limit("pattern")
            if len(text) < (shape.limit("minLength") or 0) or (longest is not None and len(text) > longest):
                yield self.document.found(value.line, f"'{where}' is '{text}', which is too short or too long")
            elif pattern and not re.search(pattern, text):
                yield self.document.found(value.line, f"'{where}' is '{text}', which does not match {pattern}")


_KIND = {"StringLiteral": "String", "DiscriminatedObject": "Object"}
