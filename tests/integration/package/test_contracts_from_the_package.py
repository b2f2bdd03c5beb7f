"""The contract suites on the real adapters, in a process whose only foreign packages are the package's own.

What proves nothing when it passes proves something when it fails: a package that lacks a module fails the same suite.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.integration.package.packaged import Packaged

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

_NOT_IN_THE_PROCESS = ("--ignore", "tests/contract/test_api.py")
"""The API's contract runs on a host of its own, which is the checkout's."""
GRAPH = ("tests/contract/test_calendar_contract.py", "-m", "stack")


def test_every_contract_holds_on_the_packages_adapters(packaged: Packaged) -> None:
    done = packaged.suite("tests/contract", "-m", "stack", *_NOT_IN_THE_PROCESS)
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    assert not packaged.missed.exists(), packaged.missed.read_text("utf-8")


def test_a_package_without_a_module_that_is_needed_fails_them(packaged: Packaged, tmp_path: Path) -> None:
    poorer = Packaged(Path(shutil.copytree(packaged.app, tmp_path / "app")), tmp_path)
    (poorer.site / "msgraph/generated/models/o_data_errors/main_error.py").unlink()
    shutil.rmtree(poorer.site / "msgraph/generated/models/o_data_errors/__pycache__")
    done = poorer.suite(*GRAPH, "-x")
    assert done.returncode == 1, done.stdout[-3000:]
    assert "msgraph.generated.models.o_data_errors.main_error" in poorer.missed.read_text("utf-8").splitlines()


def test_the_processes_see_no_package_that_is_installed_here(packaged: Packaged) -> None:
    done = packaged.runs("import azure.servicebus, msgraph_core, local; import hypothesis")
    assert "No module named 'hypothesis'" in done.stderr


def test_the_processes_take_the_app_from_the_package(packaged: Packaged) -> None:
    done = packaged.runs("import function_app, shared.composition, msgraph; print(shared.__file__, msgraph.__file__)")
    assert done.stdout.split() == [
        str(packaged.app / "shared" / "__init__.py"), str(packaged.site / "msgraph" / "__init__.py")
    ]  # fmt: skip
