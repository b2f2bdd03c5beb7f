"""The package from beginning to end: the app's files, the packages it needs, less what is not deployed, as a zip."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.package.archive import archive
from infra.package.install import SITE, compile_for, install
from infra.package.left_out import leave_out
from infra.package.target import PackageFailure, Target

ROOT = Path(__file__).resolve().parents[2]
APP = ("function_app.py", "host.json", "requirements.txt", "functions", "shared", "infra/tenant/grant.ps1")
"""What the app consists of; `.funcignore` says the same to tools that deploy the checkout itself."""
_LEFT = {"__pycache__"}
_WEB, _BUILT = Path("functions/web"), Path("functions/web/dist")


@dataclass(frozen=True, slots=True)
class Package:
    """What was built: the app's folder as it will be mounted, the zip of it, how many files were left out."""

    app: Path
    file: Path
    left_out: int
    compiled: bool


def build(target: Target, into: Path, *, whole: bool = False, root: Path = ROOT) -> Package:
    """Build into the folder ``into``; what stood there of an earlier package goes first. Raises ``PackageFailure``.

    ``whole`` leaves nothing out, to compare with.
    """
    if not (root / _BUILT / "assets").is_dir():
        raise PackageFailure(
            "The pages are not built: run `make web`, or `npm ci` and then `node build.mjs` in functions/web."
        )
    app = into / "app"
    shutil.rmtree(app, ignore_errors=True)
    for file in app_files(root):
        copy = app / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    own = list(app.rglob("*.py"))
    install(target, app / SITE)
    left_out = 0 if whole else leave_out(app / SITE, own)
    compiled = compile_for(target, app)
    # Deployment tools take a folder's own list of what to ignore over theirs, which would name the compiled files.
    (app / ".funcignore").write_text("local.settings.json\n", "utf-8")
    file = into / f"lockstep-{version(root)}.zip"
    archive(app, file)
    return Package(app, file, left_out, compiled)


def app_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield the files of the app in a checkout."""
    for name in APP:
        at = root / name
        inner = at.rglob("*") if at.is_dir() else [at]
        yield from (each for each in inner if each.is_file() and _belongs(each.relative_to(root)))


def _belongs(file: Path) -> bool:
    """Tell whether a file runs: of the pages it is what they were built into, never what they are built from."""
    if file.is_relative_to(_WEB):
        return file.is_relative_to(_BUILT) and not file.name.startswith(".")
    return not _LEFT & set(file.parts)


def version(root: Path = ROOT) -> str:
    """Return the version of the app."""
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
