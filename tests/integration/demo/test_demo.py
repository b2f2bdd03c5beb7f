"""The demo as a stranger meets it: what it prints, what it asks one to try, how it ends."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from local.stack.components import CODE as ROOT

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
Wait = Callable[..., None]

DECISIONS = (
    "The time belongs to the meeting's organiser, so the",
    "by another booking that goes before this one.",
    "The meeting waits for the room's answer.",
    "Your request was declined because it is longer",
)


def day_of(text: str) -> str:
    """What was printed of the day, without the way lines were wrapped."""
    return " ".join(text[: text.index("At the end of the day")].split())


def test_every_change_of_the_day_is_seen_on_the_other_side(played: Any) -> None:
    assert "NOT SEEN" not in played.text()
    assert len(re.findall(r"(?:Outlook|Platform) +[^\n]* after \d+ ms", played.text())) >= 20


@pytest.mark.parametrize("sentence", DECISIONS)
def test_the_day_shows_decisions_in_the_words_of_the_product(played: Any, sentence: str) -> None:
    assert sentence in day_of(played.text())


def test_both_sides_of_every_room_are_equal_at_the_end(played: Any) -> None:
    assert len(re.findall(r"\d  yes\n", played.text())) == 7
    assert "What differs" not in played.text()


def test_figures_of_both_directions_and_the_graph_calls_are_shown(played: Any) -> None:
    assert re.search(r"Outlook to platform +[5-9] +\d+ ms +\d+ ms +\d+ ms", played.text())
    assert re.search(r"platform to Outlook +[5-9] +\d+ ms +\d+ ms +\d+ ms", played.text())
    assert re.search(r"all together +\d+\n", played.text())


def test_a_private_title_is_printed_only_where_its_owner_types_it(played: Any) -> None:
    naming = [line for line in played.text().splitlines() if "Salary review" in line]
    assert len(naming) == 2
    assert "Grace invites Hudson to a private" in naming[0]
    assert "is in none of its bookings" in naming[1]


def test_a_file_gets_ascii_of_80_columns_without_escapes(played: Any) -> None:
    demo = played.text()[played.text().index("The company") :]
    assert demo.isascii()
    assert "\x1b" not in demo
    # Only paths of this machine may be longer, and addresses with a key in them.
    longer = [line for line in demo.splitlines() if len(line) > 80 and not line.startswith("Logs")]
    assert [line for line in longer if "#" not in line or "http://" not in line] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands need curl")
def test_what_it_says_to_type_works_and_shows_in_its_window(played: Any, wait_for: Wait) -> None:
    text = played.text()
    commands = text[text.index("HOST=http") : text.index("The API ")]
    typed = subprocess.run(["bash", "-euc", commands], capture_output=True, text=True, timeout=300, check=False)
    assert typed.returncode == 0, typed.stderr
    assert '"error"' not in typed.stdout
    assert '"title":"Mine"' in typed.stdout
    wait_for(
        "the booking's decision", lambda: "It was new on the platform and was made in the calendar" in played.text()
    )
    wait_for(
        "the meeting's decision", lambda: "It was new in the calendar and was made on the platform" in played.text()
    )


def run_again(played: Any, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.demo", "--stack", str(played.ready_file), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={"PATH": "/usr/bin:/bin", **variables},
    )


def test_played_again_once_it_takes_another_day_and_ends_with_0(played: Any) -> None:
    again = run_again(played, "--once", NO_COLOR="1", FORCE_COLOR="1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "In a second terminal" not in again.stdout
    days = [re.search(r"A working day: (.*)", text) for text in (played.text(), again.stdout)]
    assert days[0]
    assert days[1]
    assert days[0][1] != days[1][1]
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", again.stdout)


def test_a_stack_that_is_not_there_is_one_line(played: Any) -> None:
    missing = subprocess.run(
        [sys.executable, "-m", "local.demo", "--stack", str(played.output.with_name("none.json"))],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert missing.returncode == 1
    assert missing.stderr.count("\n") == 1
    assert "No stack is described by" in missing.stderr


def test_an_interrupt_ends_it_quietly(played: Any, wait_for: Wait) -> None:
    command = [sys.executable, "-m", "local.demo", "--stack", str(played.ready_file)]
    output = played.output.with_name("interrupted")
    with output.open("wb") as sink:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink)
    try:
        wait_for("its first lines", lambda: "The company" in output.read_text() or demo.poll() is not None, 30.0)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(10) == 130
    finally:
        demo.kill()
    assert "Traceback" not in output.read_text()
    assert "Error" not in output.read_text()
