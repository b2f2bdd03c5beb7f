"""Imports run one way, and importing the app does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.components import CODE as ROOT

# Run in a process of its own: watches what an import does to the world, by Python's audit events.
WATCH = """
import sys, threading
seen = []
before = set(threading.enumerate())
WATCHED = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.fork",
           "os.mkdir", "os.remove", "os.rename")
def watch(event, arguments):
    if event in WATCHED:
        seen.append(f"{event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        if not str(arguments[0]).endswith(".pyc") and "__pycache__" not in str(arguments[0]):
            seen.append(f"open for writing {arguments[0]}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
import MODULE
seen += [f"thread {thread.name}" for thread in set(threading.enumerate()) - before]
print("\\n".join(seen))
"""


def effects_of_importing(module: str, folder: Path) -> list[str]:
    """What importing `module` from `folder` did outside its process, without any setting of the app."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH.replace("MODULE", module)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n") if done.stdout.strip() else []


@pytest.mark.skipif(not (ROOT / "shared/composition.py").exists(), reason="shared.composition is not there yet")
def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not (ROOT / "function_app.py").exists(), reason="there is no function_app.py yet")
def test_importing_function_app_does_nothing_and_needs_no_setting() -> None:
    assert effects_of_importing("function_app", ROOT) == []


@pytest.mark.parametrize(
    "statement",
    [
        "open('left_behind', 'w').close()",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import threading, time; threading.Thread(target=time.sleep, args=(1,)).start()",
    ],
)
def test_the_watch_sees_an_import_that_does_something(tmp_path: Path, statement: str) -> None:
    (tmp_path / "busy.py").write_text(statement)
    assert effects_of_importing("busy", tmp_path)
