"""One Bicep file as what it declares. What the grammar cannot read is kept as a fault, never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from tests.infra.bicep.expressions import (
    Conditional,
    Expression,
    Loop,
    Object,
    Unreadable,
    expression,
    line_of,
    named,
    text_of,
)

_PARSER = Parser(Language(tree_sitter_bicep.language()))


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


@dataclass(frozen=True)
class Declared:
    """A param, variable or output: ``type`` as it is written (empty for a variable)."""

    name: str
    line: int
    type: str
    value: Expression | None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    """``type`` is full (with its parents') and without version; ``parent`` the resource it stands in."""

    name: str
    line: int
    type: str
    version: str
    existing: bool
    value: Expression
    parent: str = ""

    @property
    def body(self) -> Object:
        """The resource itself, behind loop and condition."""
        return body_of(self.value)


@dataclass(frozen=True)
class Module:
    name: str
    line: int
    path: str
    value: Expression

    @property
    def body(self) -> Object:
        return body_of(self.value)


@dataclass
class Document:
    """What a file declares, by name."""

    path: Path
    name: str
    scope: str = "resourceGroup"
    params: dict[str, Declared] = field(default_factory=dict)
    variables: dict[str, Declared] = field(default_factory=dict)
    outputs: dict[str, Declared] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    resources: dict[str, Resource] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    decorators: list[Expression] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    source: str = ""

    def found(self, line: int, words: str) -> Finding:
        """Return a finding in this file."""
        return Finding(self.name, line, words)

    def declared(self, name: str) -> Declared | Resource | Module | None:
        """Return what a name stands for."""
        plain = self.params.get(name) or self.variables.get(name)
        return plain or self.resources.get(name) or self.modules.get(name)

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression that stands directly in a declaration."""
        for each in (*self.params.values(), *self.variables.values(), *self.outputs.values()):
            if each.value is not None:
                yield each.value
        yield from (each.value for each in self.resources.values())
        yield from (each.value for each in self.modules.values())
        yield from self.decorators


def body_of(value: Expression) -> Object:
    """Return the object behind loops and conditions; an empty one where there is none."""
    while isinstance(value, Loop | Conditional):
        value = value.body
    return value if isinstance(value, Object) else Object(value.line, ())


def read(path: Path, root: Path, source: str | None = None) -> Document:
    """Return what a file declares; ``source`` stands in for what is on the disk."""
    text = path.read_text("utf-8") if source is None else source
    # The grammar knows no parameter files; there `param` assigns, as `var` does elsewhere.
    if path.suffix == ".bicepparam":
        text = re.sub(r"^param (\w+) =", r"var   \1 =", text, flags=re.MULTILINE)
    document = Document(path, str(path.relative_to(root)), source=text)
    tree = _PARSER.parse(text.encode()).root_node
    document.faults += [_fault(document, each) for each in _broken(tree)]
    if not document.faults:
        _take_all(document, tree)
    return document


def _broken(node: Node) -> Iterator[Node]:
    if node.type == "ERROR" or node.is_missing:
        yield node
    elif node.has_error:
        for each in node.children:
            yield from _broken(each)


def _fault(document: Document, node: Node) -> Finding:
    what = f"{node.type} is missing" if node.is_missing else f"this cannot be read: {text_of(node)[:60]!r}"
    return document.found(line_of(node), what)


def _take_all(document: Document, tree: Node) -> None:
    decorators: list[Node] = []
    for node in named(tree):
        if node.type == "decorators":
            decorators = named(node)
            document.decorators += [expression(named(each)[0]) for each in decorators]
            continue
        _take(document, node, decorators)
        decorators = []


def _take(document: Document, node: Node, decorators: list[Node]) -> None:
    parts = named(node)
    match node.type:
        case "parameter_declaration":
            document.params[text_of(parts[0])] = _param(parts, decorators)
        case "variable_declaration":
            document.variables[text_of(parts[0])] = Declared(
                text_of(parts[0]), line_of(node), "", expression(parts[-1])
            )
        case "output_declaration":
            made = Declared(text_of(parts[0]), line_of(node), text_of(parts[1]), expression(parts[-1]))
            document.outputs[made.name] = made
        case "type_declaration":
            document.types[text_of(parts[0])] = text_of(parts[1])
        case "user_defined_function":
            document.functions.add(text_of(parts[0]))
        case "module_declaration":
            path = text_of(parts[1]).strip("'")
            document.modules[text_of(parts[0])] = Module(text_of(parts[0]), line_of(node), path, expression(parts[2]))
        case "resource_declaration":
            _take_resource(document, node, None)
        case "target_scope_assignment":
            document.scope = text_of(parts[0]).strip("'")
        case "using_statement" | "metadata_declaration" | "import_statement":
            return
        case other:
            document.faults.append(document.found(line_of(node), f"this checker knows no {other}"))


def _param(parts: list[Node], decorators: list[Node]) -> Declared:
    value = expression(parts[2]) if len(parts) > 2 else None
    allowed = tuple(
        text_of(each).strip("'")
        for decorator in decorators
        if text_of(decorator).startswith("@allowed")
        for each in _strings(decorator)
    )
    return Declared(text_of(parts[0]), line_of(parts[0]), text_of(parts[1]), value, allowed)


def _strings(node: Node) -> Iterator[Node]:
    for each in node.named_children:
        if each.type == "string":
            yield each
        else:
            yield from _strings(each)


def _take_resource(document: Document, node: Node, outer: Resource | None) -> None:
    parts = named(node)
    kind, _, version = text_of(parts[1]).strip("'").partition("@")
    existing = any(each.type == "existing" for each in node.children)
    name = text_of(parts[0])
    if outer is not None:
        kind, version = f"{outer.type}/{kind}", version or outer.version
    made = Resource(name, line_of(node), kind, version, existing, expression(parts[2]), outer.name if outer else "")
    document.resources[name] = made
    if isinstance(made.value, Unreadable):
        document.faults.append(document.found(made.line, "this resource has no body that can be read"))
    for inner in _inner_resources(parts[2]):
        _take_resource(document, inner, made)


def _inner_resources(node: Node) -> Iterator[Node]:
    for each in named(node):
        if each.type == "resource_declaration":
            yield each
        elif each.type in ("object_property", "object", "if_statement", "for_statement"):
            yield from _inner_resources(each)
