"""Which modules can be reached from some files by the imports that stand in their source. Reads files, imports nothing.

Every import counts, wherever in a file it stands, except those for type checkers alone. An import inside a function
(a *deferred* one) of a module in ``cut`` is not followed: that is where an SDK reaches for everything it has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Import:
    """A module that a file asks for, by its absolute name; perhaps the name of something inside a module."""

    name: str
    deferred: bool


def reached(starts: Iterable[Path], root: Path, package: str, cut: Set[str] = frozenset()) -> frozenset[Path]:
    """Return the files of ``package``, a folder in ``root``, that can be reached from the files ``starts``.

    A start outside of the package must name it absolutely.
    """
    found: set[Path] = set()
    waiting = list(starts)
    while waiting:
        for file in _asked_by(waiting.pop(), root, package, cut):
            if file not in found:
                found.add(file)
                waiting.append(file)
    return frozenset(found)


def _asked_by(file: Path, root: Path, package: str, cut: Set[str]) -> Iterator[Path]:
    module, is_package = _named(file, root)
    for each in imports_of(file.read_bytes(), module, is_package=is_package):
        if each.name.partition(".")[0] == package and not (each.deferred and module in cut):
            yield from _files_of(each.name, root)


def imports_of(source: bytes | str, module: str, *, is_package: bool) -> list[Import]:
    """Return what the source of ``module`` imports. Of ``from a import b`` both ``a`` and ``a.b`` are named."""
    reader = _Reader(module if is_package else module.rpartition(".")[0])
    reader.visit(ast.parse(source))
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self._package = package
        self._depth = 0
        self.found: list[Import] = []

    def visit_If(self, node: ast.If) -> None:  # the name is ast's
        if not _is_for_types(node.test):
            for each in node.body:
                self.visit(each)
        for each in node.orelse:
            self.visit(each)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:  # the name is ast's
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # the name is ast's

    def visit_Import(self, node: ast.Import) -> None:  # the name is ast's
        self._add(each.name for each in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # the name is ast's
        base = node.module or ""
        if node.level:
            parents = self._package.split(".")
            base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [node.module])])
        self._add([base, *(f"{base}.{each.name}" for each in node.names)])

    def _add(self, names: Iterable[str]) -> None:
        self.found += [Import(name, self._depth > 0) for name in names]


def _is_for_types(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _named(file: Path, root: Path) -> tuple[str, bool]:
    if not file.is_relative_to(root):
        return "", False
    parts = file.relative_to(root).with_suffix("").parts
    return (".".join(parts[:-1]), True) if parts[-1] == "__init__" else (".".join(parts), False)


def _files_of(name: str, root: Path) -> Iterator[Path]:
    """The files that importing ``name`` runs: those of its parents too. A folder without a file of its own has none."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        at = root.joinpath(*parts[:length])
        candidates = (at / "__init__.py", at.with_name(f"{at.name}.py"))
        yield from (each for each in candidates if each.is_file())
