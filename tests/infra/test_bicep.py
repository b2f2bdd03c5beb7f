"""Every Bicep file can be read, fits its modules, and asks Azure only for what Microsoft has published."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.bicep.check import check
from tests.infra.bicep.published import ABSENT, FILE, Published

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "infra").rglob("*.bicep")) + sorted((ROOT / "infra").rglob("*.bicepparam"))
BICEP = shutil.which("bicep")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_files_to_check() -> None:
    assert {"main.bicep", "main.bicepparam", "access.bicep", "functionapp.bicep"} <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=_shown)
def test_nothing_is_wrong_with(path: Path) -> None:
    published = Published.load() if FILE.is_file() else None
    assert [str(each) for each in check(path, ROOT, published)] == []


@pytest.mark.skipif(not FILE.is_file() and BICEP is None, reason=ABSENT)
def test_every_resource_has_a_published_type() -> None:
    if not FILE.is_file():
        pytest.skip("bicep itself holds the types")
    published = Published.load()
    from tests.infra.bicep.extract import used

    assert [each for each in sorted(used()) if published.body(*each.split("@")) is None] == []


@pytest.mark.skipif(BICEP is None, reason="bicep is not on the PATH; the checker stands in for it")
@pytest.mark.parametrize("path", FILES, ids=_shown)
def test_the_compiler_agrees(path: Path) -> None:
    command = "build-params" if path.suffix == ".bicepparam" else "build"
    done = subprocess.run([str(BICEP), command, str(path), "--stdout"], capture_output=True, text=True, check=False)
    assert (done.returncode, "Warning" in done.stderr) == (0, False), done.stderr
