"""checkov's policies, with a reason for each that is left out. A file that it cannot read is a failure, not a pass."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
LEFT_OUT: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "checkov" / "left-out.json").read_text("utf-8")
)
SKIPPED, UNREADABLE = LEFT_OUT["policies"], LEFT_OUT["files"]

pytestmark = pytest.mark.skipif(not CHECKOV.is_file(), reason="checkov is not installed; `make infra` installs it")


def _report(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [
            *(str(CHECKOV), "-d", str(folder), "--framework", "bicep", "--skip-download", "-o", "json", "--compact"),
            *(option for name in UNREADABLE for option in ("--skip-path", name)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    # It breaks off at params with typed lists such as string[]; those are written array.
    assert done.stdout.startswith("{"), f"checkov broke off: {done.stderr[-300:]}"
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.timeout(320)
def test_every_policy_holds_or_is_left_out_for_a_reason() -> None:
    report = _report(ROOT / "infra")
    assert report["summary"]["parsing_errors"] == 0, report["results"].get("parsing_errors")
    assert report["summary"]["passed"] > 10, "hardly anything was checked"
    failed = {
        each["check_id"]: f"{each['check_name']}: {each['resource']}" for each in report["results"]["failed_checks"]
    }
    assert {name: words for name, words in failed.items() if name not in SKIPPED} == {}
    assert {name for name in SKIPPED if name not in failed} == set(), "left out, and not needed any more"


@pytest.mark.timeout(320)
def test_a_file_that_cannot_be_read_is_seen(tmp_path: Path) -> None:
    (tmp_path / "broken.bicep").write_text("resource a 'b@c' = {\n  name: \n", "utf-8")
    report = _report(tmp_path)
    assert report.get("summary", report).get("parsing_errors") == 1
