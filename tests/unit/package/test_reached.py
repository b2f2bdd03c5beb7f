"""Which modules a file reaches: every import in its source, but those for type checkers, and those that are cut off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.package.reached import Import, imports_of, reached

IMPORTS = {
    "a plain import": ("import a.b", {"a.b"}),
    "of a name, the module and what may be a module in it": ("from a import b", {"a", "a.b"}),
    "relative to the package": ("from .c import d", {"p.q.c", "p.q.c.d"}),
    "relative to the package above": ("from ..c import d", {"p.c", "p.c.d"}),
    "within a condition": ("if True:\n    import a\nelse:\n    import b", {"a", "b"}),
    "within a try": ("try:\n    import a\nexcept ImportError:\n    import b", {"a", "b"}),
    "none that is for type checkers": ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b"}),
    "none that is for type checkers, by another name": ("if typing.TYPE_CHECKING:\n    import a", set()),
    "after a mark of byte order": (b"\xef\xbb\xbfimport a", {"a"}),
}


@pytest.mark.parametrize(("source", "names"), IMPORTS.values(), ids=IMPORTS.keys())
def test_the_imports_of_a_module_in_a_package(source: str | bytes, names: set[str]) -> None:
    assert {each.name for each in imports_of(source, "p.q.module", is_package=False)} == names


def test_a_package_is_relative_to_itself() -> None:
    assert {each.name for each in imports_of("from .c import d", "p.q", is_package=True)} == {"p.q.c", "p.q.c.d"}


def test_an_import_within_a_function_is_deferred_and_one_within_a_class_is_not() -> None:
    source = "import a\nclass C:\n    import b\n    def f(self):\n        import c\nasync def g():\n    import d"
    found = imports_of(source, "m", is_package=False)
    assert found == [Import("a", False), Import("b", False), Import("c", True), Import("d", True)]


def tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, source in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf-8")
    return root


SDK = {
    "app/main.py": "from sdk.client import Client\nimport other",
    "site/sdk/__init__.py": "from .version import VERSION",
    "site/sdk/version.py": "VERSION = 1",
    "site/sdk/client.py": "from . import base\ndef everything():\n    from .users.item import Item",
    "site/sdk/base.py": "def later():\n    import sdk.errors",
    "site/sdk/errors.py": "",
    "site/sdk/users/item.py": "import sdk.users.more",
    "site/sdk/users/more.py": "",
    "site/sdk/unused.py": "",
    "site/other/__init__.py": "",
}


def test_what_is_reached_of_a_package_includes_the_parents_and_what_is_imported_later(tmp_path: Path) -> None:
    found = reached([tree(tmp_path, SDK) / "app/main.py"], tmp_path / "site", "sdk")
    names = {"__init__", "version", "client", "base", "errors", "users/item", "users/more"}
    assert found == {tmp_path / f"site/sdk/{name}.py" for name in names}


def test_what_a_cut_module_imports_later_is_not_followed(tmp_path: Path) -> None:
    found = reached([tree(tmp_path, SDK) / "app/main.py"], tmp_path / "site", "sdk", {"sdk.client"})
    assert found == {tmp_path / f"site/sdk/{name}.py" for name in ("__init__", "version", "client", "base", "errors")}
