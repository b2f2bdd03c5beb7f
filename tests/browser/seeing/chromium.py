"""The browser of the tests: one that is on this machine, or one that is brought by whichever way works.

`python -m tests.browser.seeing.chromium STAMP` brings one and writes its path into the stamp. Where none could be had
it says so in one line and leaves no stamp; that is a failure only where LOCKSTEP_BROWSER is `needed`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What a Chromium is called on the PATH."""
OPTIONS = (
    # Containers run tests as root, where Chromium's sandbox cannot be made; only pages of this machine are opened.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NONE = (
    "browser tests are skipped: no Chromium is on the PATH, none could be downloaded and none installed;"
    " install one or name it in LOCKSTEP_CHROMIUM"
)
_STARTS_WITHIN_SECONDS = 60
_DOWNLOADS_WITHIN_SECONDS = 420


def is_needed() -> bool:
    """Tell whether a missing browser is a failure here."""
    return os.environ.get("LOCKSTEP_BROWSER", "") == "needed"


def found() -> Path | None:
    """Return a Chromium that starts, None where this machine has none."""
    return next((each for each in _candidates() if _starts(each)), None)


def brought() -> Path | None:
    """Return a Chromium, after a download or an installation if need be; None where all ways failed."""
    for attempt in (_download, _install):
        if browser := found():
            return browser
        attempt()
    return found()


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("LOCKSTEP_CHROMIUM"):
        yield Path(named)
        return
    yield from (Path(path) for name in NAMES if (path := shutil.which(name)))
    for folder in _playwrights_folders():
        yield from sorted(folder.glob("chromium_headless_shell-*/*/*headless*shell"), reverse=True)


def _playwrights_folders() -> Sequence[Path]:
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return (Path(named),)
    return (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright")


def _starts(browser: Path) -> bool:
    # A name on the PATH is no proof: some are stubs that only say how to install it, some lack a library.
    try:
        done = subprocess.run(
            [str(browser), "--version"], capture_output=True, timeout=_STARTS_WITHIN_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _download() -> None:
    wanted = ["install", "--only-shell", "chromium", *(["--with-deps"] if _may_install() else [])]
    _try([sys.executable, "-m", "playwright", *wanted])


def _install() -> None:
    if _may_install():
        _try(["apt-get", "update", "-q"])
        _try(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _try(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=_DOWNLOADS_WITHIN_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return


def main(stamp: Path) -> int:
    """Bring a browser and note it in ``stamp``; the answer is the exit code."""
    browser = brought()
    if browser is not None:
        stamp.write_text(f"{browser}\n", "utf-8")
        return 0
    sys.stderr.write(f"{NONE}\n")
    return 1 if is_needed() else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
