"""What an installation would be given: the values that Bicep files compute, as far as they are known before Azure is.

What only Azure knows (an id, an endpoint) is taken from a table of examples; what is in neither is an error, so that
nothing is passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.infra.bicep.document import Document, read
from tests.infra.bicep.expressions import (
    Array,
    Bracketed,
    Call,
    Choice,
    Expression,
    Function,
    Item,
    Loop,
    Member,
    Name,
    Nested,
    Null,
    Number,
    Object,
    Operation,
    Text,
    Truth,
)

Values = dict[str, Any]


class NotKnown(LookupError):
    """A value that the files do not say and no example stands for."""


class Evaluation:
    """One file under given params. ``examples`` are what Azure would say, by ``<resource>.<property>…``."""

    def __init__(
        self,
        path: Path,
        root: Path,
        params: Mapping[str, Any],
        examples: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.document: Document = read(path, root)
        self._root = root
        self._examples = examples
        self._environment = environment or {}
        self._params = dict(params)

    def params_assigned(self) -> Values:
        """Return what a parameter file gives."""
        return {name: self.value(one.value) for name, one in self.document.variables.items() if one.value is not None}

    def module(self, name: str) -> Evaluation:
        """Return a module's file under the params that it is given here."""
        module = self.document.modules[name]
        params = module.body.get("params")
        given = {each.name: self.value(each.value) for each in params.properties} if isinstance(params, Object) else {}
        path = (self.document.path.parent / module.path).resolve()
        return Evaluation(path, self._root, given, self._examples, self._environment)

    def bodies(self, resource: str) -> list[Values]:
        """Return a resource as it would be asked for, once per turn of its loop."""
        value = self.document.resources[resource].value
        if not isinstance(value, Loop):
            return [self.value(self.document.resources[resource].body)]
        turns = self.value(value.over)
        return [self.value(value.body, {value.names[0]: turn}) for turn in turns]

    def value(self, value: Expression, bound: Mapping[str, Any] | None = None) -> Any:
        """Return the value of an expression. Raises ``NotKnown``."""
        return _Evaluator(self, bound or {}).of(value)

    def name(self, name: str) -> Any:
        """Return the value of a param or variable."""
        if name in self._params:
            return self._params[name]
        declared = self.document.params.get(name) or self.document.variables.get(name)
        if declared is None or declared.value is None:
            raise NotKnown(f"{self.document.name}: nothing is known of {name}")
        return self.value(declared.value)

    def example(self, path: str) -> Any:
        """Return what Azure would say."""
        if path not in self._examples:
            raise NotKnown(f"{self.document.name}: there is no example of {path}")
        return self._examples[path]

    def loaded(self, path: str) -> Any:
        """Return the content of a JSON file beside this one."""
        return json.loads((self.document.path.parent / path).read_text("utf-8"))

    def environment(self, name: str, default: str) -> str:
        """Return a variable of the environment in which a parameter file is read."""
        return self._environment.get(name, default)


class _Evaluator:
    def __init__(self, where: Evaluation, bound: Mapping[str, Any]) -> None:
        self._where = where
        self._bound = bound

    def of(self, value: Expression) -> Any:
        match value:
            case Text(pieces=pieces):
                return "".join(each if isinstance(each, str) else str(self.of(each)) for each in pieces)
            case Number(value=plain) | Truth(value=plain):
                return plain
            case Null():
                return None
            case Bracketed(inner=inner):
                return self.of(inner)
            case Object(properties=properties):
                return {each.name: self.of(each.value) for each in properties}
            case Array(items=items):
                return [self.of(each) for each in items]
            case Choice(condition=condition, yes=yes, no=no):
                return self.of(yes) if self.of(condition) else self.of(no)
            case Operation():
                return self._operation(value)
            case Call():
                return self._call(value)
            case Name(name=name):
                return self._bound[name] if name in self._bound else self._named(name)
            case Member() | Item():
                return self._read(value)
        raise NotKnown(f"{self._where.document.name}:{value.line}: this cannot be computed")

    def _named(self, name: str) -> Any:
        if name in self._where.document.resources:
            return f"<{name}>"
        return self._where.name(name)

    def _operation(self, value: Operation) -> Any:
        if len(value.operands) == 1:
            inner = self.of(value.operands[0])
            return not inner if value.sign == "!" and isinstance(inner, bool) else inner
        left = self.of(value.operands[0])
        match value.sign:
            case "&&":
                return left and self.of(value.operands[1])
            case "||":
                return left or self.of(value.operands[1])
            case "==":
                return left == self.of(value.operands[1])
        raise NotKnown(f"{self._where.document.name}:{value.line}: nothing is known of '{value.sign}'")

    def _read(self, value: Member | Item) -> Any:
        path = _path(value)
        first = re.split(r"\.|::", path)[0]
        document = self._where.document
        if path and first not in self._bound and (first in document.resources or first in document.modules):
            return self._output(path) if first in document.modules else self._where.example(path)
        outer = self.of(value.of)
        key = value.name if isinstance(value, Member) else self.of(value.at)
        return outer[key]

    def _output(self, path: str) -> Any:
        module, _, output = path.split(".", 2)
        inner = self._where.module(module)
        declared = inner.document.outputs[output]
        assert declared.value is not None
        return inner.value(declared.value)

    def _call(self, value: Call) -> Any:
        if value.function == "filter":
            over, function = value.arguments
            assert isinstance(function, Function)
            name, body = function.names[0], function.body
            return [each for each in self.of(over) if _Evaluator(self._where, {**self._bound, name: each}).of(body)]
        given = [self.of(each) for each in value.arguments]
        if value.function == "loadJsonContent":
            return self._where.loaded(given[0])
        if value.function == "readEnvironmentVariable":
            return self._where.environment(*given)
        if value.function not in _FUNCTIONS:
            raise NotKnown(f"{self._where.document.name}:{value.line}: nothing is known of {value.function}()")
        return _FUNCTIONS[value.function](*given)


def _path(value: Expression) -> str:
    match value:
        case Name(name=name):
            return name
        case Nested(outer=outside, name=name):
            return f"{_path(outside)}::{name}"
        case Member(of=of, name=name):
            outer = _path(of)
            return f"{outer}.{name}" if outer else ""
        case Operation(operands=(inner,)) | Bracketed(inner=inner):
            return _path(inner)
    return ""


def _union(*given: Mapping[str, Any]) -> Values:
    return {name: value for each in given for name, value in each.items()}


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "union": _union,
    "empty": lambda value: not value,
    "bool": lambda value: str(value).casefold() == "true",
    "string": lambda value: value if isinstance(value, str) else json.dumps(value),
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda text, between: text.split(between),
    "max": max,
    "items": lambda value: [{"key": key, "value": value[key]} for key in sorted(value)],
    "guid": lambda *parts: "-".join(re.findall(r".{8}", hashlib.sha256("|".join(parts).encode()).hexdigest())[:5]),
    "uniqueString": lambda *parts: hashlib.sha256("|".join(parts).encode()).hexdigest()[:13],
    "toLower": str.lower,
    "subscription": lambda: {"id": "/subscriptions/00000000-0000-4000-8000-000000000000"},
    "tenant": lambda: {"tenantId": "00000000-0000-4000-8000-000000000001"},
    "environment": lambda: {
        "name": "AzureCloud",
        "suffixes": {"storage": "core.windows.net"},
        "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
    },
    "subscriptionResourceId": lambda kind, name: f"/providers/{kind}/{name}",
}
