"""`python -m tests.audit FILE...`: looks up every pinned package of requirements files among known vulnerabilities.

Ends with 0 when all were looked up and none has one, 1 when one has, 2 when something could not be looked up.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.audit.verdict import unreachable, verdict

INDEXES = ("pypi", "osv")
AUDITOR = Path(__file__).parents[2] / ".venv-audit" / "bin" / "pip-audit"
_PATIENCE_SECONDS = 300


def main(files: list[str]) -> int:
    """Ask one index after another until one knows something."""
    named = [part for file in files for part in ("-r", file)]
    for index in INDEXES:
        command = [str(AUDITOR), "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json", "-s", index]
        done = subprocess.run(
            [*command, *named], capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS
        )
        found = verdict(done.stdout, index)
        if found is not None:
            break
    else:
        found = unreachable(INDEXES)
    sys.stdout.write("\n".join(found.lines) + "\n")
    return found.code


sys.exit(main(sys.argv[1:]))
