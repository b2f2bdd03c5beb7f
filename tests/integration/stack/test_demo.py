"""The demonstration runs against the stack that is ready, and decides the exit code when it is all there is to do."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Starter = Callable[..., Any]
Wait = Callable[[str, Callable[[], bool]], None]

STANDINS = "tests.integration.stack.standins"
DEMO = {"STANDIN_DEMO": f"{STANDINS}.demo", "STANDIN_DEMO_EXIT": "0"}


@pytest.fixture
def demo(start: Starter, tmp_path: Path) -> Starter:
    """Start stand-ins with a demonstration, for once or lasting."""

    def begin(once: str, **variables: str) -> Any:
        return start(STANDINS, "up", str(tmp_path / "ready.json"), "auto", "-", once, **(DEMO | variables))

    return begin


@pytest.mark.parametrize("code", [0, 3])
def test_once_ends_with_the_exit_code_of_the_demo(demo: Starter, code: int) -> None:
    started = demo("once", STANDIN_DEMO_EXIT=str(code))
    assert started.ends() == code
    assert " once" in started.text()
    assert not started.ready_file.exists()


def test_otherwise_the_stack_keeps_serving_after_the_demo(demo: Starter, wait_for: Wait) -> None:
    started = demo("-")
    wait_for("the end of the demo", lambda: "The demo is over (exit code 0)" in started.text())
    host = json.loads(started.ready_file.read_text("utf-8"))["host"]
    assert f"demo saw {host} lasting" in started.text()
    assert started.process.poll() is None
    started.process.send_signal(signal.SIGINT)
    assert started.ends() == 0


def test_a_checkout_without_a_demo_serves_and_says_so(demo: Starter, wait_for: Wait) -> None:
    started = demo("-", STANDIN_DEMO=f"{STANDINS}.no_such_demo")
    wait_for("the sentence", lambda: "There is no demo in this checkout" in started.text())
    assert started.process.poll() is None


def test_once_ends_at_once_without_a_demo(demo: Starter) -> None:
    assert demo("once", STANDIN_DEMO=f"{STANDINS}.no_such_demo").ends() == 0
