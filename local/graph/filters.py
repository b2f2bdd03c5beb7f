"""OData `$filter` over plain objects: `eq ne gt ge lt le`, `startswith`, `any`, `and`, `or`, `not`, brackets.

Text is compared without case, as the directory does it. What is not understood is refused with 400 instead of
matching everything or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.graph.wire import GraphError

Test = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[\w/.@-]+)|(?P<mark>[(),:]))")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left is not None and left > right,
    "ge": lambda left, right: left is not None and left >= right,
    "lt": lambda left, right: left is not None and left < right,
    "le": lambda left, right: left is not None and left <= right,
}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


def compile_filter(text: str, known: Sequence[str]) -> Test:
    """The filter as a test of objects with the `known` properties (any case); GraphError 400 where it is none."""
    parser = _Parser(_tokens(text), {name.lower(): name for name in known}, text)
    test = parser.disjunction()
    if parser.peek() is not None:
        raise bad_filter(text)
    return test


def bad_filter(text: str) -> GraphError:
    """What the directory says to a filter that it does not support."""
    return GraphError(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause specified: {text}")


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise bad_filter(text)
        found.append(match.group().strip())
        position = match.end()
    return found


@dataclass
class _Parser:
    """Recursive descent over the tokens; `names` maps lower case to the property."""

    tokens: list[str]
    names: Mapping[str, str]
    text: str
    position: int = 0

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if token is None or (wanted is not None and token.lower() != wanted):
            raise bad_filter(self.text)
        self.position += 1
        return token

    def accept(self, wanted: str) -> bool:
        token = self.peek()
        if token is None or token.lower() != wanted:
            return False
        self.position += 1
        return True

    def disjunction(self) -> Test:
        tests = [self.conjunction()]
        while self.accept("or"):
            tests.append(self.conjunction())
        return lambda item: any(test(item) for test in tests)

    def conjunction(self) -> Test:
        tests = [self.factor()]
        while self.accept("and"):
            tests.append(self.factor())
        return lambda item: all(test(item) for test in tests)

    def factor(self) -> Test:
        if self.accept("not"):
            inner = self.factor()
            return lambda item: not inner(item)
        if self.accept("("):
            test = self.disjunction()
            self.take(")")
            return test
        if self.accept("startswith"):
            return self.starts_with()
        return self.comparison()

    def starts_with(self) -> Test:
        self.take("(")
        name = self.name()
        self.take(",")
        wanted = self.value()
        self.take(")")
        return lambda item: isinstance(item.get(name), str) and item[name].lower().startswith(wanted)

    def comparison(self) -> Test:
        token = self.take()
        if token.lower().endswith("/any"):
            return self.any_of(self.known(token[: -len("/any")]))
        name = self.known(token)
        operator, wanted = self.operator(), self.value()
        return lambda item: operator(_folded(item.get(name)), wanted)

    def any_of(self, name: str) -> Test:
        """`(x:x eq '…')` or `(x:startswith(x,'…'))` over a collection of text."""
        self.take("(")
        variable = self.take()
        self.take(":")
        inner = _Parser(self.tokens, {variable.lower(): variable}, self.text, self.position)
        test = inner.disjunction()
        self.position = inner.position
        self.take(")")
        return lambda item: any(test({variable: value}) for value in item.get(name) or ())

    def name(self) -> str:
        return self.known(self.take())

    def known(self, token: str) -> str:
        name = self.names.get(token.lower())
        if name is None:
            raise bad_filter(self.text)
        return name

    def operator(self) -> Callable[[Any, Any], bool]:
        found = _COMPARE.get(self.take().lower())
        if found is None:
            raise bad_filter(self.text)
        return found

    def value(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'").lower()
        if token.lower() in _WORDS:
            return _WORDS[token.lower()]
        try:
            return int(token)
        except ValueError as error:
            raise bad_filter(self.text) from error


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
