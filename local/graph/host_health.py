"""How Graph treats an endpoint that is slow: delayed after 10 % slow answers, dropped after 15 % (facts 1.5).

Judged per host over windows of ten minutes, once a window has enough answers to judge by (100, as the 2023
text says).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
DELAY = timedelta(minutes=10)
SLOW_S, LATE_S = 3.0, 10.0
SLOW_SHARE, LATE_SHARE = 0.10, 0.15
MINIMUM = 100

State = Literal["ok", "slow", "drop"]


@dataclass
class _Window:
    began: datetime
    answers: int = 0
    slow: int = 0
    late: int = 0
    state: State = "ok"


class HostHealth:
    """The state of every host that notifications go to."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Window] = {}

    def record(self, host: str, seconds: float, now: datetime) -> None:
        """Note how long the host took for one answer; a timeout counts with its limit."""
        window = self._window(host, now)
        window.answers += 1
        window.slow += seconds >= SLOW_S
        window.late += seconds >= LATE_S
        if window.answers < MINIMUM:
            return
        before = window.state
        if window.late > window.answers * LATE_SHARE:
            window.state = "drop"
        elif window.slow > window.answers * SLOW_SHARE and window.state == "ok":
            window.state = "slow"
        if window.state != before:
            log.warning(
                "%s: %d of %d answers took %g s or more, %d of them %g s: until %s new notifications to it are %s.",
                host,
                window.slow,
                window.answers,
                SLOW_S,
                window.late,
                LATE_S,
                f"{window.began + WINDOW:%H:%M:%S}",
                "delayed by ten minutes" if window.state == "slow" else "dropped",
            )

    def state(self, host: str, now: datetime) -> State:
        """How new notifications to the host are treated."""
        return self._window(host, now).state

    def _window(self, host: str, now: datetime) -> _Window:
        window = self._hosts.get(host)
        if window is None or now >= window.began + WINDOW:
            window = self._hosts[host] = _Window(now)
        return window
