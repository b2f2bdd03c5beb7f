"""The modules of the pages that only compute: their own tests, in the Node that builds them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FACES = ("kit", "console", "book", "door")
WEB = ROOT / "functions" / "web"
NODE = shutil.which("node", path=str(ROOT / ".venv" / "bin")) or shutil.which("node")


@pytest.mark.skipif(not (WEB / "node_modules").is_dir(), reason="`make web` brings what the pages are built with")
def test_what_the_modules_compute_is_as_their_own_tests_say() -> None:
    assert NODE, "there are modules to be tested and no node"
    tests = sorted(
        str(each) for face in ("kit", "console", "book", "door") for each in (WEB / face).rglob("*.test.mjs")
    )
    assert tests
    done = subprocess.run([NODE, "--test", *tests], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
