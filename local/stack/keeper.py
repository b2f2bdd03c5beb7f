"""Ends the stack's process groups when their supervisor is gone, however it went: also by SIGKILL.

Reads a pipe whose other end only the supervisor holds. A pipe and not PR_SET_PDEATHSIG, because that is Linux only,
follows the thread instead of the process, and is cleared by some programs that a component may be. Lines are
`+<pid> <signal>` (a group to end, and the signal it ends gracefully on) and `-<pid>` (it has ended).

Standard library only, started with `python -I -S`.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 5.0


def main() -> None:
    """Listen until the pipe closes, then end what is left."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        pid, _, signal_number = line[1:].partition(" ")
        if line.startswith("+"):
            groups[int(pid)] = int(signal_number)
        else:
            groups.pop(int(pid), None)
    end(groups)


def end(groups: dict[int, int]) -> None:
    """Signal each group, wait until all are gone, kill what remains after the grace."""
    for group, signal_number in groups.items():
        send(group, signal_number)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(send(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


def send(group: int, signal_number: int) -> bool:
    """Signal a group; whether it was there. A zombie that nobody has collected may be refused (macOS)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal_number)
        return True
    return False


if __name__ == "__main__":
    main()
