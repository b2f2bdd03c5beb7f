"""Every name that is used is declared, every param and variable that is declared is used, every decorator is known."""

from __future__ import annotations

from collections.abc import Iterator

from tests.infra.bicep.document import Document, Finding
from tests.infra.bicep.expressions import Call, Expression, Function, Loop, Name, Nested, Unreadable
from tests.infra.bicep.kinds import FUNCTIONS

_DECORATORS = frozenset(
    (
        "allowed", "batchSize", "description", "discriminator", "export", "maxLength", "maxValue", "metadata",
        "minLength", "minValue", "onlyIfNotExists", "retryOn", "sealed", "secure",
    )
)  # fmt: skip
_PRIMITIVE = frozenset(("string", "int", "bool", "object", "array", "any"))


def hold_names(document: Document) -> Iterator[Finding]:
    """Yield what is used and not declared, and what is declared and not used."""
    used: set[str] = set()
    for each in document.expressions():
        if each in document.decorators:
            continue
        yield from _undeclared(document, each, frozenset(), used)
    for decorator in document.decorators:
        if not (isinstance(decorator, Call) and decorator.function in _DECORATORS):
            yield document.found(decorator.line, "this is no decorator")
    yield from _types(document)
    for kind, declared in (("param", document.params), ("var", document.variables)):
        for name, one in declared.items():
            if name not in used and document.path.suffix == ".bicep":
                yield document.found(one.line, f"{kind} '{name}' is never used")


def _undeclared(document: Document, value: Expression, bound: frozenset[str], used: set[str]) -> Iterator[Finding]:
    match value:
        case Name(name=name):
            used.add(name)
            if name not in bound and document.declared(name) is None and name not in ("az", "sys"):
                yield document.found(value.line, f"'{name}' is not declared")
        case Nested(name=name) if name not in document.resources:
            yield document.found(value.line, f"'{name}' is not declared")
        case Call(function=function) if function not in FUNCTIONS | document.functions:
            yield document.found(value.line, f"there is no function '{function}'")
        case Loop(names=names) | Function(names=names):
            bound = bound | frozenset(names)
        case Unreadable(text=text):
            yield document.found(value.line, f"this cannot be read: {text[:60]!r}")
    for each in value.parts():
        yield from _undeclared(document, each, bound, used)


def _types(document: Document) -> Iterator[Finding]:
    for one in (*document.params.values(), *document.outputs.values()):
        bare = one.type.strip().removesuffix("?").removesuffix("[]").strip()
        if bare.startswith(("'", "{", "(", "resourceInput", "resourceOutput")):
            continue
        if bare not in _PRIMITIVE and bare not in document.types:
            yield document.found(one.line, f"there is no type '{bare}'")
