"""The package at work: a host and the contract suites in processes whose only foreign packages are the package's own.

Such a process is started without the site-packages of its Python. What it imports lies in three folders: `around`
(links to the embedded stack and the tests, never to the app), the package's app, and the packages beside it. A suite
needs pytest as well: `tools` links what is installed here and belongs to no package that the app locks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from infra.package.install import LOCKED, SITE
from infra.package.left_out import PACKAGE
from infra.package.target import Target
from tests.integration.loop.driving.stack import ROOT

HERE = Target(f"{sys.version_info.major}.{sys.version_info.minor}")
"""The Python that runs the tests, for which packages are built here: another could not be run."""
_LINKED = ("local", "tests")
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Packaged:
    """A built package, and a folder of this test run for what stands around it."""

    app: Path
    folder: Path

    @property
    def site(self) -> Path:
        return self.app / SITE

    @property
    def missed(self) -> Path:
        """What was asked of the trimmed package in vain, a module in each line."""
        return self.folder / "missed.txt"

    def environment(self, *further: Path) -> dict[str, str]:
        """What a process needs to see the package and nothing that is installed here."""
        path = (self._around(), self.app, self.site, *further)
        names = ("PATH", "HOME", "TMPDIR", "LANG")
        return {name: os.environ[name] for name in names if name in os.environ} | {
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONSAFEPATH": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def host_command(self, *options: str) -> list[str]:
        """How a host is started on it."""
        return self._watched("local.host", "--app-root", str(self.app), *options)

    def runs(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Run a statement beside the package, and return how it went."""
        command = [sys.executable, "-S", "-c", statement]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)

    def suite(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the checkout on the package's app and packages, and return how it went."""
        command = self._watched("pytest", "-p", "no:cacheprovider", "-o", "pythonpath=", *options)
        environment = self.environment(self._tools())
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def _watched(self, module: str, *arguments: str) -> list[str]:
        program = self._around() / "tests" / "integration" / "package" / "packaged" / "watched.py"
        return [sys.executable, "-S", str(program), str(self.missed), PACKAGE, module, *arguments]

    def _around(self) -> Path:
        around = self.folder / "around"
        around.mkdir(exist_ok=True)
        for name in _LINKED:
            _link(around / name, ROOT / name)
        return around

    def _tools(self) -> Path:
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        locked = {_plain(line.split("==")[0]) for line in LOCKED.read_text("utf-8").splitlines() if "==" in line}
        for found in distributions():
            if _plain(found.metadata["Name"]) not in locked | {"lockstep"}:
                for name in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
                    _link(tools / name, Path(str(found.locate_file(name))))
        return tools


def _link(at: Path, to: Path) -> None:
    if not at.exists() and to.exists():
        at.symlink_to(to)


def _plain(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()
