"""Importing the app is what a cold start costs first: it loads the triggers, and nothing of what they reach for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.components import CODE as ROOT

HEAVY = ("msgraph", "msgraph_core", "kiota_http", "kiota_abstractions", "azure.identity", "azure.servicebus",
         "azure.data", "azure.core", "aiohttp", "httpx", "zoneinfo", "shared.adapters", "shared.app")  # fmt: skip


def loaded_by(statements: str, folder: Path = ROOT) -> set[str]:
    """The modules that a fresh process has loaded after running ``statements``."""
    program = f"{statements}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def heavy(modules: set[str]) -> list[str]:
    return sorted(name for name in HEAVY if any(each == name or each.startswith(f"{name}.") for each in modules))


def test_importing_the_app_loads_nothing_that_a_trigger_reaches_for() -> None:
    assert heavy(loaded_by("import function_app")) == []


def test_the_app_costs_few_modules_beside_azure_functions() -> None:
    ours = loaded_by("import function_app") - loaded_by("import azure.functions")
    assert len(ours) < 64, sorted(ours)


# What the path that Graph times loads when it is first used, over everything that is deployed and nothing running.
NOTIFIED = """
import asyncio, os
os.environ |= {"LOCKSTEP_TENANT": "t", "LOCKSTEP_NOTIFICATION_URL": "http://127.0.0.1:9", "LOCKSTEP_QUEUE": "wakeups",
  "LOCKSTEP_TABLES": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aHVzaA==;TableEndpoint=http://127.0.0.1:9;",
  "ServiceBus": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"}
import azure.functions as func
import function_app
class Context:
    class trace_context:
        trace_parent = ""
handlers = {each.get_function_name(): each.get_user_function() for each in function_app.app.get_functions()}
request = func.HttpRequest("POST", "http://x", body=b'{"value": [{}]}')
answer = asyncio.run(handlers["ENDPOINT"](request, Context()))
assert answer.status_code == 503, answer.status_code
"""


@pytest.mark.parametrize("endpoint", ["notify_changes", "notify_lifecycle"])
def test_a_notification_loads_no_msgraph(endpoint: str) -> None:
    loaded = loaded_by(NOTIFIED.replace("ENDPOINT", endpoint))
    assert "azure.data.tables" in loaded
    assert set(heavy(loaded)) & {"msgraph", "msgraph_core", "kiota_http", "kiota_abstractions", "httpx"} == set()


def test_the_measure_sees_what_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text("import azure.identity\n")
    assert "azure.identity" in heavy(loaded_by("import greedy", tmp_path))
