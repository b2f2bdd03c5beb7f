"""The default backend against the official `azure-functions-runtime`, one table of invocations through both.

Needs a Python 3.13: LOCKSTEP_PYTHON313, `python3.13` on the PATH, or one that pyenv has installed. The packages go into
an environment of their own in the temporary folder of the machine, where later runs find it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.driving import ROOT

PACKAGES = ["azure-functions-runtime==1.3.0", "azure-functions==2.3.0"]
TABLE = "tests.integration.host.conformance_table"


def _python313() -> str | None:
    """A 3.13 that runs; a name on the PATH may be one of a version manager that only answers with an error."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    installed = sorted(map(str, pyenv.glob("versions/3.13.*/bin/python3.13")))
    for candidate in (os.environ.get("LOCKSTEP_PYTHON313"), shutil.which("python3.13"), *installed):
        if candidate:
            command = [candidate, "-c", "import sys, venv; print(sys.version_info[:2] == (3, 13))"]
            tried = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            if tried.stdout.strip() == "True":
                return candidate
    return None


@pytest.fixture(scope="module")
def official() -> str:
    """A Python 3.13 that has the official runtime."""
    python = _python313()
    if python is None:
        pytest.skip("there is no Python 3.13 here; name one in LOCKSTEP_PYTHON313 to compare with the official runtime")
    folder = Path(tempfile.gettempdir()) / f"lockstep-official-runtime-{os.getuid()}"
    inside = folder / "bin" / "python"
    done = folder / "-".join(PACKAGES)
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        install = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        for command in ([python, "-m", "venv", str(folder)], install):
            made = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            if made.returncode:
                pytest.skip(f"the official runtime could not be installed: {made.stderr.strip().splitlines()[-1]}")
        done.touch()
    return str(inside)


def _run(python: str, *arguments: str) -> str:
    command = [python, "-m", TABLE, *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _table(python: str, backend: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(python, backend))
    return found


def test_both_backends_do_the_same_with_every_invocation_of_the_table(official: str) -> None:
    ours, theirs = _table(official, "direct"), _table(official, "runtime")
    assert set(ours) == set(theirs)
    assert len(ours) > 25
    assert {name: ours[name] for name in ours if ours[name] != theirs[name]} == {
        name: theirs[name] for name in ours if ours[name] != theirs[name]
    }


def test_the_default_backend_does_the_same_on_this_python(official: str) -> None:
    """azure-functions has a line for 3.13 and one before it."""
    assert _table(sys.executable, "direct") == _table(official, "direct")


HEAD = "import azure.functions as func\nfrom typing import List\napp = func.FunctionApp()\n"
QUEUE = "@app.service_bus_queue_trigger('m', 'Bus', 'q', cardinality='many')\n"
ROUTED = "@app.route()\ndef f(req: func.HttpRequest) -> str: ..."
APPS = {
    "sound": (True, ROUTED),
    "a batch annotated List[...]": (
        True,
        QUEUE + "def f(m: List[func.ServiceBusMessage]) -> None: ...",
    ),
    "a context without annotation": (True, "@app.route()\ndef f(req: func.HttpRequest, context) -> str: ..."),
    "no app": (False, "del app"),
    "two apps": (False, "second = func.FunctionApp()"),
    "two names for one app": (False, "second = app"),
    "a failing import": (False, "import no_such_module"),
    "a name used twice": (False, f"{ROUTED}\n@app.function_name('f')\n@app.route()\ndef g(req: func.HttpRequest): ..."),
    "no trigger": (False, "@app.function_name('f')\ndef f() -> None: ..."),
    "a parameter that nothing binds": (False, "@app.route()\ndef f(req: func.HttpRequest, more: str) -> str: ..."),
    "a binding without a parameter": (False, "@app.route()\ndef f() -> str: ..."),
    "a wrong annotation": (False, "@app.route()\ndef f(req: func.TimerRequest) -> str: ..."),
    "a wrong return annotation": (False, "@app.route()\ndef f(req: func.HttpRequest) -> int: ..."),
    "a context of another type": (False, "@app.route()\ndef f(req: func.HttpRequest, context: int) -> str: ..."),
    "an annotation that cannot be evaluated": (False, "@app.route()\ndef f(req: 'Nowhere') -> str: ..."),
    "Out on an input": (False, "@app.route()\ndef f(req: func.Out[str]) -> str: ..."),
    "a batch annotated list[...]": (
        False,
        QUEUE + "def f(m: list[func.ServiceBusMessage]) -> None: ...",
    ),
}


@pytest.mark.parametrize(("fits", "source"), APPS.values(), ids=APPS)
def test_both_backends_index_and_refuse_the_same_apps(official: str, tmp_path: Path, fits: bool, source: str) -> None:
    (tmp_path / "function_app.py").write_text(HEAD + textwrap.dedent(source) + "\n")
    verdicts = {backend: _run(official, backend, str(tmp_path)).split()[-1] for backend in ("direct", "runtime")}
    assert verdicts == {"direct": str(fits), "runtime": str(fits)}
