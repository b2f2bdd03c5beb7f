"""What is installed is what was pinned, from whatever registry the reader's machine uses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.stack.components import CODE as ROOT

FOLDERS = ("", "local/", "lockstep/", "tests/", "infra/package/")
REQUIREMENTS = [ROOT / f"{folder}requirements.txt" for folder in FOLDERS]
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*(; python_version (<|>=) \"3\.\d+\")?")
LOCK = ROOT / "local/tables/package-lock.json"
LOCKS = sorted(each for each in ROOT.glob("*/**/package-lock.json") if "node_modules" not in each.parts)


def lines(file: Path) -> list[str]:
    """The lines of a requirements file that ask for something."""
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip() and line[0] != "#"]


def packages() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(LOCK.read_text("utf-8"))["packages"]
    return {name: package for name, package in content.items() if name}


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_requirement_is_pinned_to_one_version(file: Path) -> None:
    asked = [line for line in lines(file) if not line.startswith("-r ")]
    assert asked
    assert [line for line in asked if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_requirements_name_no_download_address(file: Path) -> None:
    assert [line for line in lines(file) if "://" in line or line.startswith(("-i", "-f", "--"))] == []


def test_what_is_deployed_includes_nothing_of_the_stack_or_the_tests() -> None:
    assert [line for line in lines(ROOT / "requirements.txt") if line.startswith("-r")] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_lock_file_carries_no_download_addresses(lock: Path) -> None:
    content = json.loads(lock.read_text("utf-8"))["packages"]
    assert [name for name, package in content.items() if "resolved" in package] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_npm_is_asked_for_is_pinned_to_one_version(lock: Path) -> None:
    asked = json.loads(lock.with_name("package.json").read_text("utf-8"))
    versions = {**asked.get("dependencies", {}), **asked.get("devDependencies", {})}
    assert versions
    assert {name: each for name, each in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", each)} == {}


def test_the_lock_file_says_for_every_package_which_content_it_has() -> None:
    assert len(packages()) > 100
    assert [name for name, package in packages().items() if not package["integrity"].startswith("sha512-")] == []


def test_azurite_is_pinned_to_the_version_without_telemetry() -> None:
    asked = json.loads((ROOT / "local/tables/package.json").read_text("utf-8"))["dependencies"]
    assert asked == {"azurite": "3.33.0"}
    assert packages()["node_modules/azurite"]["version"] == "3.33.0"
