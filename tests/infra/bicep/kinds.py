"""What kind of value an expression has, as far as that can be said without a compiler; None where it cannot."""

from __future__ import annotations

from collections.abc import Callable

from tests.infra.bicep.document import Declared, Document, Module, Resource
from tests.infra.bicep.expressions import (
    Array,
    Bracketed,
    Call,
    Choice,
    Expression,
    Item,
    Loop,
    Member,
    Name,
    Nested,
    Number,
    Object,
    Operation,
    Text,
    Truth,
)
from tests.infra.bicep.published import Published, Shape

Kinds = frozenset[str]
TEXT, NUMBER, TRUTH, OBJECT, ARRAY = (
    frozenset((each,)) for each in ("String", "Integer", "Boolean", "Object", "Array")
)


def _returning(kinds: Kinds | None, names: str) -> dict[str, Kinds | None]:
    """Give each of the functions, separated by blanks, the kind that it returns; None where that depends."""
    return dict.fromkeys(names.split(), kinds)


_OF_CALLS = {
    **_returning(TEXT, "base64 cidrHost dateTimeAdd extensionResourceId format guid join loadFileAsBase64"),
    **_returning(TEXT, "loadTextContent managementGroupResourceId newGuid padLeft readEnvironmentVariable replace"),
    **_returning(TEXT, "resourceId string subscriptionResourceId substring tenantResourceId toLower toUpper trim"),
    **_returning(TEXT, "uniqueString uri uriComponent utcNow cidrSubnet"),
    **_returning(NUMBER, "dateTimeToEpoch indexOf int lastIndexOf length max min"),
    **_returning(TRUTH, "bool contains empty endsWith startsWith"),
    **_returning(ARRAY, "array filter flatten items map objectKeys pickZones range sort split"),
    **_returning(OBJECT, "createObject deployer environment groupBy mapValues object parseCidr resourceGroup"),
    **_returning(OBJECT, "shallowMerge subscription tenant toObject"),
    **_returning(None, "any coalesce concat fail first intersection json last listKeys loadJsonContent"),
    **_returning(None, "loadYamlContent nameof reduce reference skip take union"),
}
FUNCTIONS = frozenset(_OF_CALLS)
_TYPES = {"string": TEXT, "int": NUMBER, "bool": TRUTH, "object": OBJECT, "array": ARRAY}
_OPERATIONS = {
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">=", "&&", "||", "=~", "!~", "!"), TRUTH),
    **dict.fromkeys(("+", "-", "*", "/", "%"), NUMBER),
}
Opener = Callable[[Module], Document | None]


def kind_of_type(written: str) -> Kinds | None:
    """Return the kind of a written type, such as ``string[]`` or ``'a' | 'b'``."""
    bare = written.strip().removesuffix("?")
    if bare.endswith("[]"):
        return ARRAY
    return TEXT if bare.startswith("'") else _TYPES.get(bare)


class Kinder:
    """Tells the kinds of a document's expressions, and the shapes of what they read from resources."""

    def __init__(self, document: Document, published: Published | None, opener: Opener) -> None:
        self._document = document
        self._published = published
        self._opener = opener

    def of(self, value: Expression) -> Kinds | None:
        match value:
            case Text():
                return TEXT
            case Number():
                return NUMBER
            case Truth():
                return TRUTH
            case Object():
                return OBJECT
            case Array() | Loop():
                return ARRAY
            case Bracketed(inner=inner):
                return self.of(inner)
            case Choice(yes=yes, no=no):
                both = self.of(yes), self.of(no)
                return None if both[0] is None or both[1] is None else both[0] | both[1]
            case Operation(sign=sign):
                return _OPERATIONS.get(sign)
            case Call(function=function):
                return _OF_CALLS.get(function)
            case Name(name=name):
                return self._of_name(name)
            case Member():
                return self._of_member(value)
        return None

    def _of_name(self, name: str) -> Kinds | None:
        declared = self._document.declared(name)
        if isinstance(declared, Declared):
            if declared.type:
                return kind_of_type(declared.type)
            return self.of(declared.value) if declared.value is not None else None
        return OBJECT if isinstance(declared, Resource) and not isinstance(declared.value, Loop) else None

    def _of_member(self, value: Member) -> Kinds | None:
        output = self.output(value)
        if output is not None:
            return kind_of_type(output.type)
        shape = self.shape(value)
        if shape is None:
            return None
        kinds = {_PLAIN.get(each.kind) for each in shape.choices}
        return None if None in kinds else frozenset(each for each in kinds if each)

    def module_read(self, value: Member) -> tuple[Module, Document] | None:
        """Return the module whose output is read by ``module.outputs.name``, and what it declares."""
        if not (isinstance(value.of, Member) and value.of.name == "outputs"):
            return None
        inner = _without_assertion(value.of.of)
        module = self._document.modules.get(inner.name) if isinstance(inner, Name) else None
        opened = self._opener(module) if module else None
        return (module, opened) if module and opened else None

    def output(self, value: Member) -> Declared | None:
        """Return the output that is read by ``module.outputs.name``."""
        found = self.module_read(value)
        return found[1].outputs.get(value.name) if found else None

    def shape(self, value: Expression) -> Shape | None:
        """Return the shape of what is read from a resource, None where it is no resource or open."""
        match value:
            case Name(name=name) | Nested(name=name):
                declared = self._document.resources.get(name)
                if self._published is None or declared is None or isinstance(declared.value, Loop):
                    return None
                return self._published.body(declared.type, declared.version)
            case Member(of=of, name=name):
                outer = self.shape(_without_assertion(of))
                found = outer.properties().get(name) if outer and outer.kind in _OBJECTS else None
                return found[0] if found else None
            case Item(of=of):
                outer = self.shape(_without_assertion(of))
                return outer.items if outer and outer.kind == "Array" else None
        return None


_OBJECTS = ("Object", "DiscriminatedObject")
_PLAIN = {
    "String": "String", "StringLiteral": "String", "Integer": "Integer", "Boolean": "Boolean",
    "Object": "Object", "DiscriminatedObject": "Object", "Array": "Array",
}  # fmt: skip


def _without_assertion(value: Expression) -> Expression:
    while isinstance(value, Bracketed) or (isinstance(value, Operation) and len(value.operands) == 1):
        value = value.inner if isinstance(value, Bracketed) else value.operands[0]
    return value
