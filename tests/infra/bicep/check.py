"""The check of one file: it can be read, its names are declared, its modules fit, its resources are as published,
its role ids are those of the roles they are called by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.infra.bicep.calls import hold_calls, hold_given
from tests.infra.bicep.document import Document, Finding, Module, Resource, read
from tests.infra.bicep.expressions import Object, Text
from tests.infra.bicep.kinds import Kinder, kind_of_type
from tests.infra.bicep.names import hold_names
from tests.infra.bicep.published import Published
from tests.infra.bicep.roles import BUILT_IN
from tests.infra.bicep.shapes import Held

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OUTSIDE = "Microsoft.Graph/"
"""Types that come with an extension, whose types are not among the published ones."""


def check(path: Path, root: Path, published: Published | None, source: str | None = None) -> list[Finding]:
    """Return what is wrong with a file; without ``published``, types are skipped."""
    document = read(path, root, source)
    if document.faults:
        return document.faults
    opened = dict(_opened(document, root))
    broken = [fault for each in opened.values() for fault in each.faults]
    if broken:
        return broken
    kinder = Kinder(document, published, lambda module: opened.get(module.name))
    found = [*hold_names(document), *hold_calls(document, kinder, opened), *_declarations(document, kinder)]
    found += _roles(document)
    if path.suffix == ".bicepparam":
        found += _assigned(document, kinder, root)
    if published is not None:
        held = Held(document, kinder)
        found += [each for one in document.resources.values() for each in _resource(document, held, one, published)]
    return sorted(set(found), key=lambda each: each.line)


def _opened(document: Document, root: Path) -> Iterator[tuple[str, Document]]:
    for module in document.modules.values():
        path = _file_of(document, module)
        if path.is_file():
            yield module.name, read(path, root)


def _file_of(document: Document, module: Module) -> Path:
    return (document.path.parent / module.path).resolve()


def _declarations(document: Document, kinder: Kinder) -> Iterator[Finding]:
    """Yield params whose default, and outputs whose value, are of another kind than they say."""
    for one in (*document.params.values(), *document.outputs.values()):
        kinds = kinder.of(one.value) if one.value is not None else None
        wanted = kind_of_type(one.type)
        if kinds is not None and wanted is not None and not kinds <= wanted:
            found = " or ".join(sorted(kinds))
            yield document.found(one.line, f"'{one.name}' is {found}, wanted is {' or '.join(sorted(wanted))}")


def _assigned(document: Document, kinder: Kinder, root: Path) -> Iterator[Finding]:
    """Hold the values of a parameter file against the params of the file that it is for."""
    using = re.search(r"^using '(.+)'", document.source, re.MULTILINE)
    target = (document.path.parent / using[1]).resolve() if using else None
    if target is None or not target.is_file():
        yield document.found(1, "this names no file that it is for")
        return
    main = read(target, root)
    for name, given in document.variables.items():
        if name not in main.params:
            yield document.found(given.line, f"{main.name} has no param '{name}'")
        elif given.value is not None:
            yield from hold_given(document, kinder, main.params[name], given.value, given.line)
    for name, param in main.params.items():
        if param.value is None and name not in document.variables:
            yield document.found(1, f"{main.name} is not given its param '{name}'")


def _resource(document: Document, held: Held, resource: Resource, published: Published) -> Iterator[Finding]:
    if resource.type.startswith(_OUTSIDE):
        return
    shape = published.body(resource.type, resource.version)
    if shape is None:
        versions = published.versions(resource.type)
        known = f"known are {', '.join(versions)}" if versions else "nothing is published about it"
        yield document.found(resource.line, f"there is no {resource.type}@{resource.version}; {known}")
    elif not resource.existing:
        yield from held.resource(resource.body, shape)


def _roles(document: Document) -> Iterator[Finding]:
    """Yield ids of roles that are no built-in role's, or another's than they are called by."""
    for declared in document.variables.values():
        if not declared.name.casefold().endswith("roles") or not isinstance(declared.value, Object):
            continue
        for each in declared.value.properties:
            given = each.value.literal if isinstance(each.value, Text) else None
            if BUILT_IN.get(each.name) != given:
                wanted = BUILT_IN.get(each.name)
                words = f"its id is {wanted}" if wanted else "no built-in role that this checker knows is called so"
                yield document.found(each.line, f"role '{each.name}': {words}")
    for number, line in enumerate(document.source.splitlines(), 1):
        for found in re.findall(r"roleDefinitions'?,? *'?/?([0-9a-f-]{36})", line):
            if _GUID.fullmatch(found) and found not in BUILT_IN.values():
                yield document.found(number, f"{found} is the id of no built-in role that this checker knows")
