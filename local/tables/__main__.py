"""`python -m local.tables`: installs the pinned Azurite with the npm that pip installed.

Installs exactly what package-lock.json says (`npm ci`) and says in one line what to do when that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys

from local.tables.azurite import FOLDER, AzuriteMissing, node, wheel_folder


def install() -> int:
    """Run `npm ci` in this folder; the answer is the process's exit code."""
    try:
        program = node()
        npm = wheel_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    except AzuriteMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    # npm starts further Node programs by name: they must be this Node too.
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [str(program), str(npm), "ci", "--loglevel", "error"],
        cwd=FOLDER,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return 0
    print(done.stdout + done.stderr, file=sys.stderr)
    print(
        "Azurite could not be installed (npm's words are above): check the network, the proxy and npm's"
        " registry setting, then run the same make target again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(install())
