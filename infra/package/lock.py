"""Renews `locked.txt`: every package that the app's requirements lead to, in one version, with the hashes of its files.

Resolved by uv for Linux and all supported Pythons at once; a package that stands in the lock keeps its version as long
as the requirements allow it.
"""

from __future__ import annotations

import subprocess
import sys

from infra.package.install import LOCKED
from infra.package.target import SUPPORTED, PackageFailure

_ROOT = LOCKED.parents[2]


def lock() -> None:
    """Write the lock. Raises ``PackageFailure`` where uv cannot be had or finds no solution."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", SUPPORTED[0]]
    command += ["--only-binary", ":all:", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--custom-compile-command", "python -m infra.package lock", "--output-file", str(LOCKED)]
    if subprocess.run([*command, "requirements.txt"], cwd=_ROOT, check=False).returncode:
        raise PackageFailure(
            "uv could not resolve requirements.txt (its words are above): it is installed with what tests need"
            " (make install-tests) and asks PyPI, or the index that UV_INDEX_URL names."
        )
