"""What goes to Azure is the app and nothing beside it."""

from __future__ import annotations

import subprocess

import pytest

from infra.package.build import app_files
from local.stack.components import CODE

pytestmark = pytest.mark.skipif(not (CODE / ".git").exists(), reason="only a git checkout says what belongs to it")

DEPLOYED = {"function_app.py", "host.json", "requirements.txt", "functions", "shared", "infra"}
SOURCES_OF_PAGES = "functions/web/"
HANDED_OUT = "infra/tenant/grant.ps1"
TOP = {
    *{"function_app.py", "host.json", "requirements.txt", "pyproject.toml", "azure.yaml", "Makefile"},
    *{"README.md", "CHANGELOG.md", "LICENSE", ".funcignore", ".gitignore", ".ci", ".github"},
    *{"functions", "shared", "local", "lockstep", "infra", "tests", "docs"},
}
"""What a visitor meets first; whatever a tool leaves behind there belongs into .gitignore."""


def tracked(*options: str) -> set[str]:
    """The checkout's files, filtered by git's options."""
    done = subprocess.run(["git", "ls-files", *options], cwd=CODE, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_at_the_top_lies_what_belongs_there_and_nothing_that_a_tool_has_left() -> None:
    assert {file.split("/")[0] for file in tracked()} == TOP


def test_only_the_app_is_deployed() -> None:
    left_out = tracked("--cached", "--ignored", "--exclude-from=.funcignore")
    assert {file.split("/")[0] for file in tracked() - left_out} == DEPLOYED


def test_of_the_infrastructure_only_the_script_that_is_handed_out_is_deployed() -> None:
    left_out = tracked("--cached", "--ignored", "--exclude-from=.funcignore")
    assert {file for file in tracked() - left_out if file.startswith("infra/")} == {HANDED_OUT}


def test_nothing_of_the_app_is_left_out() -> None:
    left_out = tracked("--cached", "--ignored", "--exclude-from=.funcignore")
    own = [file for file in left_out if not file.startswith(SOURCES_OF_PAGES)]
    assert [file for file in own if file.split("/")[0] in DEPLOYED - {"infra"}] == []


def test_of_the_pages_it_is_what_they_were_built_into_that_is_deployed() -> None:
    left_out = tracked("--cached", "--ignored", "--exclude-from=.funcignore")
    assert [file for file in tracked() - left_out if file.startswith(SOURCES_OF_PAGES)] == []
    built = {file.relative_to(CODE).as_posix() for file in app_files(CODE) if "web" in file.parts}
    assert all(file.startswith("functions/web/dist/") for file in built)
    if (CODE / "functions/web/dist").is_dir():
        assert "functions/web/dist/console.html" in built


def test_the_package_holds_the_same_files_of_the_app() -> None:
    left_out = tracked("--cached", "--ignored", "--exclude-from=.funcignore")
    built = {file.relative_to(CODE).as_posix() for file in app_files(CODE)}
    assert built & tracked() == tracked() - left_out


def test_azd_uploads_what_the_package_is_built_from_and_builds_it_first() -> None:
    said = [line.strip() for line in (CODE / "azure.yaml").read_text("utf-8").splitlines()]
    hook = said[said.index("prepackage:") : said.index("postprovision:")]
    assert {"project: dist/app", "remoteBuild: false"} <= set(said)
    assert "run: make package" in hook
    assert hook.index("node functions/web/build.mjs") < hook.index("py -3 -m infra.package"), "the pages come first"
