"""What the pages work out without a browser: the tests that stand beside their modules, run by Node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.components import CODE as ROOT

NODE = Path(sys.executable).with_name("node")
BUILT = {"node_modules", "dist"}
TESTS = sorted(each for each in (ROOT / "functions/web").rglob("*.test.mjs") if not BUILT & set(each.parts))


@pytest.mark.parametrize("module", TESTS, ids=lambda each: each.relative_to(ROOT / "functions/web").as_posix())
def test_a_module_of_the_pages(module: Path) -> None:
    done = subprocess.run(
        [NODE, "--test", module], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT / "functions/web"
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout


def test_there_are_some() -> None:
    assert len(TESTS) > 1
