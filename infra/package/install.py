"""Installs the locked packages for the target into a folder, and compiles what will run there.

Only wheels, each held against the hashes of `locked.txt`, with pip's own settings (index, proxy, certificates).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from infra.package.target import PackageFailure, Target

LOCKED = Path(__file__).with_name("locked.txt")
SITE = Path(".python_packages/lib/site-packages")
"""Where the Functions worker looks for the packages of an app."""
MOUNTED = "/home/site/wwwroot"
"""Where the app lies in Azure, which its compiled files name as their source."""


def install(target: Target, site: Path) -> None:
    """Install what the app needs into the folder ``site``. Raises ``PackageFailure``."""
    with TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("\n".join(wanted_lines(LOCKED.read_text("utf-8"), target)) + "\n", "utf-8")
        command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
        command += ["--no-deps", "--require-hashes", "--target", str(site), "--requirement", str(wanted)]
        if subprocess.run([*command, *target.pip_options], check=False).returncode:
            raise PackageFailure(
                "pip could not install what infra/package/locked.txt lists (its words are above): check the network,"
                " the proxy and pip's index, then run it again."
            )


def wanted_lines(locked: str, target: Target) -> Iterator[str]:
    """Yield the lines of a lock that the target takes, with their hashes and without their markers."""
    for entry in locked.replace("\\\n", " ").splitlines():
        if entry and not entry.startswith("#"):
            asked, *hashes = entry.split(" --hash=")
            requirement = Requirement(asked.strip())
            if requirement.marker is None or requirement.marker.evaluate(target.markers):
                pinned = f"{requirement.name}{requirement.specifier}"
                yield " ".join([pinned, *(f"--hash={each.strip()}" for each in hashes)])


def compile_for(target: Target, app: Path) -> bool:
    """Compile every Python file below ``app``, since Azure mounts it read-only and would compile at each cold start.

    Only the target's own Python can; the answer is whether one was found on this machine.
    """
    python = _interpreter(target)
    if python is None:
        return False
    # Unchecked: where times of files are made equal, no other kind of compiled file would be taken for fresh.
    command = [python, "-P", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(app), "-p", MOUNTED, str(app)]
    if subprocess.run(command, check=False, env={**os.environ, "PYTHONHASHSEED": "0"}).returncode:
        raise PackageFailure(
            f"{python} could not compile the package (its words are above): look at the file it names."
        )
    return True


def _interpreter(target: Target) -> str | None:
    """The target's Python on this machine, by its own path and not by the name under which it was found."""
    for name in (sys.executable, f"python{target.python}"):
        version, _, path = _told_by(name).partition(" ")
        if version == target.python:
            return path
    return None


def _told_by(python: str) -> str:
    """A Python's version and path; nothing from names on the PATH that answer only with an error, or are not there."""
    asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
