"""The folder a stack lives in, and the lock by which others see whether it is alive."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.stack.failure import StackFailure

_LOCK = "stack.lock"


@contextlib.contextmanager
def state_folder(wish: Path | None) -> Iterator[Path]:
    """The folder asked for; otherwise a temporary one, removed at the end unless a failure's logs are in it."""
    if wish is not None:
        wish.mkdir(parents=True, exist_ok=True)
        yield wish.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="lockstep-")).resolve()
    failed = False
    try:
        yield folder
    except StackFailure:
        failed = True
        raise
    finally:
        if not failed:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state's lock. The system lets go of it when this process ends, however it ends.

    Raises StackFailure when another stack holds it.
    """
    with (state / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackFailure(
                f"Another stack runs on {state}: end it, or choose another folder with --state."
            ) from None
        yield


def is_alive(state: Path) -> bool:
    """Whether an `up` holds the lock of this folder."""
    try:
        with (state / _LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
