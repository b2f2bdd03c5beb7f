"""For which Python a package is built, from which locked versions, and that its bytes follow from its files alone."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from infra.package.archive import archive
from infra.package.build import ROOT
from infra.package.install import LOCKED, wanted_lines
from infra.package.target import SUPPORTED, PackageFailure, Target

A_LOCK = """\
# a comment
one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
two==2.0 ; python_full_version < '3.13' \\
    --hash=sha256:cc
two==3.0 ; python_full_version >= '3.13' \\
    --hash=sha256:dd
three==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:ee
"""


@pytest.mark.parametrize(
    ("python", "second"), [("3.12", "two==2.0 --hash=sha256:cc"), ("3.13", "two==3.0 --hash=sha256:dd")]
)
def test_markers_are_judged_by_the_target_and_not_by_this_machine(python: str, second: str) -> None:
    assert list(wanted_lines(A_LOCK, Target(python))) == ["one==1.0 --hash=sha256:aa --hash=sha256:bb", second]


def test_the_deployment_says_for_which_python() -> None:
    assert Target.of_deployment(ROOT / "infra" / "main.bicepparam").python in SUPPORTED


def test_a_deployment_that_says_no_python_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "main.bicepparam").write_text("param pythonVersion = readEnvironmentVariable('P')\n")
    with pytest.raises(PackageFailure, match="name one with --python"):
        Target.of_deployment(tmp_path / "main.bicepparam")


def test_an_unsupported_python_is_refused() -> None:
    with pytest.raises(PackageFailure, match=r"not on 3\.9"):
        Target("3.9")


@pytest.mark.parametrize("python", SUPPORTED)
def test_the_lock_holds_every_requirement_of_the_app_in_the_version_that_it_pins(python: str) -> None:
    """Where this fails, a requirement was changed: `python -m infra.package lock`."""
    markers = Target(python).markers
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pinned = {f"{each.name}{each.specifier}" for each in asked if not each.marker or each.marker.evaluate(markers)}
    locked = {line.split(" --hash")[0] for line in wanted_lines(LOCKED.read_text("utf-8"), Target(python))}
    assert pinned - locked == set()


def test_the_same_files_make_the_same_bytes_whenever_and_in_whatever_order_they_were_written(tmp_path: Path) -> None:
    files = {"b/two.py": "2", "a.py": "1", "b/one.py": "3"}
    for folder, names, time in (("early", sorted(files), 1_000_000_000), ("late", sorted(files)[::-1], 1_700_000_000)):
        for name in names:
            at = tmp_path / folder / name
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(files[name])
            os.utime(at, (time, time))
        (tmp_path / folder / "a.py").chmod(0o600 if folder == "early" else 0o755)
        archive(tmp_path / folder, tmp_path / f"{folder}.zip")
    assert (tmp_path / "early.zip").read_bytes() == (tmp_path / "late.zip").read_bytes()
    with ZipFile(tmp_path / "late.zip") as made:
        assert made.namelist() == ["a.py", "b/one.py", "b/two.py"]
        assert made.read("b/two.py") == b"2"
