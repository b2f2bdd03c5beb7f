"""Modules get every param that they need, none that they do not have, each of its kind, and are read by outputs
that they have.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tests.infra.bicep.document import Declared, Document, Finding, Module
from tests.infra.bicep.expressions import Expression, Member, Object, Text
from tests.infra.bicep.kinds import Kinder, kind_of_type

_BESIDE = frozenset(("name", "scope", "params", "dependsOn", "identity"))


def hold_calls(document: Document, kinder: Kinder, opened: dict[str, Document]) -> Iterator[Finding]:
    """Yield what is wrong between a document and the modules that it uses."""
    for module in document.modules.values():
        if module.name not in opened:
            yield document.found(module.line, f"there is no file '{module.path}'")
            continue
        for each in module.body.properties:
            if each.name not in _BESIDE:
                yield document.found(each.line, f"a module has no '{each.name}'")
        yield from _params(document, kinder, module, opened[module.name])
        wanted, given = opened[module.name].scope, module.body.get("scope")
        if wanted != document.scope and given is None:
            yield document.found(module.line, f"module '{module.name}' needs a scope of the kind {wanted}")
    for value in document.expressions():
        yield from _outputs(document, kinder, value)


def _params(document: Document, kinder: Kinder, module: Module, inner: Document) -> Iterator[Finding]:
    given = module.body.get("params")
    properties = given.properties if isinstance(given, Object) else ()
    for each in properties:
        if each.name not in inner.params:
            near = difflib.get_close_matches(each.name, inner.params, 1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            yield document.found(each.line, f"module '{module.name}' has no param '{each.name}'{hint}")
            continue
        yield from hold_given(document, kinder, inner.params[each.name], each.value, each.line)
    names = {each.name for each in properties}
    for name, param in inner.params.items():
        if param.value is None and name not in names and not param.type.endswith("?"):
            yield document.found(module.line, f"module '{module.name}' is not given its param '{name}'")


def hold_given(document: Document, kinder: Kinder, param: Declared, value: Expression, line: int) -> Iterator[Finding]:
    """Yield what is wrong with the value that a param is given."""
    kinds, wanted = kinder.of(value), kind_of_type(param.type)
    if kinds is not None and wanted is not None and not kinds <= wanted:
        found = " or ".join(sorted(kinds))
        yield document.found(line, f"'{param.name}' is {found}, wanted is {' or '.join(sorted(wanted))}")
    literal = value.literal if isinstance(value, Text) else None
    if literal is not None and param.allowed and literal not in param.allowed:
        yield document.found(line, f"'{param.name}' is '{literal}', allowed are {', '.join(param.allowed)}")


def _outputs(document: Document, kinder: Kinder, value: Expression) -> Iterator[Finding]:
    if isinstance(value, Member):
        read = kinder.module_read(value)
        if read and value.name not in read[1].outputs:
            yield document.found(value.line, f"module '{read[0].name}' has no output '{value.name}'")
        outer = kinder.shape(value.of)
        if outer and outer.kind == "Object" and not outer.others and value.name not in outer.properties():
            yield document.found(value.line, f"'{value.name}' is no property of what is read here")
    for each in value.parts():
        yield from _outputs(document, kinder, each)
