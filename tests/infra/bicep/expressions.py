"""Expressions of a Bicep file as values, made from tree-sitter's nodes. Nothing is judged here.

The grammar binds ``?:``, ``=>`` and operators tighter than ``.`` and ``[]``; here they are put right: the access
belongs to the last operand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

from tree_sitter import Node


@dataclass(frozen=True)
class Expression:
    """Something with a value; ``line`` counts from 1."""

    line: int

    def parts(self) -> Iterator[Expression]:
        """Yield the expressions that stand directly in this one."""
        for each in fields(self):
            yield from _expressions(getattr(self, each.name))


def _expressions(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _expressions(each)


@dataclass(frozen=True)
class Text(Expression):
    """A string: pieces of text, and expressions between them."""

    pieces: tuple[str | Expression, ...]

    @property
    def literal(self) -> str | None:
        """The text, None where something is put into it."""
        return "".join(map(str, self.pieces)) if all(isinstance(each, str) for each in self.pieces) else None


@dataclass(frozen=True)
class Number(Expression):
    value: int


@dataclass(frozen=True)
class Truth(Expression):
    value: bool


@dataclass(frozen=True)
class Null(Expression):
    pass


@dataclass(frozen=True)
class Property(Expression):
    """One entry of an object; ``name`` is empty where it is computed."""

    name: str
    value: Expression


@dataclass(frozen=True)
class Object(Expression):
    properties: tuple[Property, ...]

    def get(self, name: str) -> Expression | None:
        """Return a property's value."""
        return next((each.value for each in self.properties if each.name == name), None)


@dataclass(frozen=True)
class Array(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Loop(Expression):
    """``[for each in over: body]``."""

    names: tuple[str, ...]
    over: Expression
    body: Expression


@dataclass(frozen=True)
class Conditional(Expression):
    """``if (condition) body``, of a resource or a module."""

    condition: Expression
    body: Expression


@dataclass(frozen=True)
class Name(Expression):
    name: str


@dataclass(frozen=True)
class Member(Expression):
    """``of.name``."""

    of: Expression
    name: str


@dataclass(frozen=True)
class Item(Expression):
    """``of[at]``."""

    of: Expression
    at: Expression


@dataclass(frozen=True)
class Nested(Expression):
    """``outer::name``."""

    outer: Expression
    name: str


@dataclass(frozen=True)
class Call(Expression):
    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice(Expression):
    """``condition ? yes : no``."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True)
class Operation(Expression):
    """One or two operands and what stands between or before them."""

    sign: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Function(Expression):
    """``names => body``."""

    names: tuple[str, ...]
    body: Expression


@dataclass(frozen=True)
class Bracketed(Expression):
    inner: Expression


@dataclass(frozen=True)
class Unreadable(Expression):
    """What the grammar could not make sense of."""

    text: str


def text_of(node: Node) -> str:
    """Return a node's source."""
    return (node.text or b"").decode()


def line_of(node: Node) -> int:
    """Return the line on which a node begins, from 1."""
    return node.start_point[0] + 1


def named(node: Node) -> list[Node]:
    """Return the named children of a node, without comments."""
    return [each for each in node.named_children if each.type not in ("comment", "diagnostic_comment")]


def expression(node: Node) -> Expression:
    """Return the expression that a node holds; nested resources and decorators are left out of objects."""
    made = _MAKERS.get(node.type)
    return made(node) if made else Unreadable(line_of(node), text_of(node))


def _text(node: Node) -> Expression:
    pieces: list[str | Expression] = []
    for each in named(node):
        if each.type == "interpolation":
            pieces.append(expression(named(each)[0]))
        else:
            pieces.append(text_of(each).replace("\\'", "'"))
    return Text(line_of(node), tuple(pieces))


def _object(node: Node) -> Expression:
    found = []
    for each in named(node):
        parts = named(each)
        if each.type == "object_property" and len(parts) == 2:
            key = parts[0]
            read = expression(key) if key.type == "string" else None
            name = (read.literal if isinstance(read, Text) else text_of(key)) or ""
            found.append(Property(line_of(each), name, expression(parts[1])))
    return Object(line_of(node), tuple(found))


def _loop(node: Node) -> Expression:
    parts = named(node)
    names = tuple(text_of(each) for each in _flat(parts[:-2]))
    return Loop(line_of(node), names, expression(parts[-2]), expression(parts[-1]))


def _flat(nodes: list[Node]) -> list[Node]:
    return [inner for each in nodes for inner in ([each] if each.type == "identifier" else named(each))]


def _access(make: Callable[[Expression], Expression], of: Expression) -> Expression:
    """Put an access where it belongs: at the last operand of what is not in brackets."""
    match of:
        case Choice(no=last):
            return replace(of, no=_access(make, last))
        case Operation(operands=operands):
            return replace(of, operands=(*operands[:-1], _access(make, operands[-1])))
        case Function(body=body):
            return replace(of, body=_access(make, body))
    return make(of)


def _member(node: Node) -> Expression:
    of, name = named(node)
    return _access(lambda inner: Member(line_of(node), inner, text_of(name)), expression(of))


def _item(node: Node) -> Expression:
    of, at = named(node)
    return _access(lambda inner: Item(line_of(node), inner, expression(at)), expression(of))


def _call(node: Node) -> Expression:
    function, *rest = named(node)
    arguments = tuple(expression(each) for group in rest for each in named(group))
    return Call(line_of(node), text_of(function).rpartition(".")[2], arguments)


def _choice(node: Node) -> Expression:
    condition, yes, no = (expression(each) for each in named(node))
    return Choice(line_of(node), condition, yes, no)


def _operation(node: Node) -> Expression:
    parts = named(node)
    sign = next((each.type for each in node.children if not each.is_named and each.type not in "()"), "")
    operands = tuple(expression(each) for each in parts)
    if len(operands) == 2 and isinstance(operands[0], Function):
        first = operands[0]
        return replace(first, body=Operation(line_of(node), sign, (first.body, operands[1])))
    return Operation(line_of(node), sign, operands)


def _function(node: Node) -> Expression:
    *names, body = named(node)
    return Function(line_of(node), tuple(text_of(each) for each in _flat(names)), expression(body))


def _only(node: Node) -> Expression:
    return expression(named(node)[0])


def _nested(node: Node) -> Expression:
    outer, inner = named(node)
    return Nested(line_of(node), expression(outer), text_of(inner))


_MAKERS: dict[str, Callable[[Node], Expression]] = {
    "string": _text,
    "number": lambda node: Number(line_of(node), int(text_of(node))),
    "boolean": lambda node: Truth(line_of(node), text_of(node) == "true"),
    "null": lambda node: Null(line_of(node)),
    "object": _object,
    "array": lambda node: Array(line_of(node), tuple(expression(each) for each in named(node))),
    "for_statement": _loop,
    "if_statement": lambda node: Conditional(line_of(node), expression(named(node)[0]), expression(named(node)[1])),
    "identifier": lambda node: Name(line_of(node), text_of(node)),
    "member_expression": _member,
    "subscript_expression": _item,
    "resource_expression": _nested,
    "call_expression": _call,
    "ternary_expression": _choice,
    "binary_expression": _operation,
    "unary_expression": _operation,
    "lambda_expression": _function,
    "nullable_type": _only,
    "parenthesized_expression": lambda node: Bracketed(line_of(node), _only(node)),
}
