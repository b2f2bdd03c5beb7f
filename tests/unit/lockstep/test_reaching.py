"""Where the app is, and what keeps it from being asked."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from lockstep.api import Api, Refused
from lockstep.reaching import NotReached, Reach, Wished, reach
from tests.unit.lockstep.console import Console

HERE = "https://lockstep.example"
SET = {"LOCKSTEP_URL": HERE, "LOCKSTEP_KEY": "k"}


@pytest.fixture(autouse=True)
def _no_stack_of_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def stack(folder: Path, name: str) -> Path:
    made = folder / name / "ready.json"
    made.parent.mkdir()
    made.write_text(json.dumps({"host": "http://127.0.0.1:7071", "function_key": f"of {name}"}))
    return made


CASES: dict[str, tuple[Wished, dict[str, str], Reach]] = {
    "an address and a key on the command line": (Wished(HERE, "k"), {}, Reach(HERE, "k")),
    "an address and a key in the environment": (Wished(), SET, Reach(HERE, "k")),
    "the command line goes before the environment": (
        Wished("https://other.example", "o"), SET, Reach("https://other.example", "o")
    ),
    "a key on the command line goes before a scope in the environment": (
        Wished(HERE, "k"), {"LOCKSTEP_SCOPE": "api://x/.default"}, Reach(HERE, "k")
    ),
    "a scope on the command line goes before a key in the environment": (
        Wished(HERE, scope="api://x/.default"), {"LOCKSTEP_KEY": "k"}, Reach(HERE, "", "api://x/.default")
    ),
    "an address that ends with the API's path": (Wished(f"{HERE}/api/", "k"), {}, Reach(HERE, "k")),
    "a tenant's key beside it": (Wished(HERE, "k", tenant_key="t"), {}, Reach(HERE, "k", "", "t")),
    "plain http on this machine": (Wished("http://127.0.0.1:7071", "k"), {}, Reach("http://127.0.0.1:7071", "k")),
}  # fmt: skip


@pytest.mark.parametrize(("wished", "environment", "found"), CASES.values(), ids=CASES)
def test_the_app_is_where(wished: Wished, environment: Mapping[str, str], found: Reach) -> None:
    assert reach(wished, environment) == found


def test_a_key_never_travels_in_the_clear() -> None:
    with pytest.raises(NotReached, match="is no https address"):
        reach(Wished("http://lockstep.example", "k"), {})


def test_the_one_stack_that_runs_here_is_found(tmp_path: Path) -> None:
    stack(tmp_path, "lockstep-one")
    assert reach(Wished(), {}) == Reach("http://127.0.0.1:7071", "of lockstep-one")


def test_of_several_stacks_one_has_to_be_named(tmp_path: Path) -> None:
    first = stack(tmp_path, "lockstep-one")
    stack(tmp_path, "lockstep-two")
    with pytest.raises(NotReached, match="name one with --stack"):
        reach(Wished(), {})
    assert reach(Wished(stack=str(first)), {}).key == "of lockstep-one"


def test_nothing_named_and_nothing_running_says_what_to_give() -> None:
    with pytest.raises(NotReached, match="Give --url with --key"):
        reach(Wished(), {})


def test_a_file_that_is_no_ready_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReached, match="is no ready file"):
        reach(Wished(stack=str(tmp_path / "none.json")), {})


def test_a_key_is_shown_nowhere() -> None:
    assert "hush" not in repr(Reach(HERE, "hush", "", "hush"))


def test_a_wrong_key_is_told_in_a_sentence() -> None:
    console = Console()
    console.environment["LOCKSTEP_KEY"] = "guessed"
    assert (
        console.refuses("resources", "list") == "The app refuses this key or token: give another with --key or --scope."
    )


def answering(*answers: httpx.Response | Exception) -> Api:
    """An API whose network answers in turn."""
    left = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        told = left.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    return Api(Reach(HERE, "k"), httpx.MockTransport(handle))


def test_a_busy_app_is_asked_again_where_it_only_reads() -> None:
    busy = {"error": {"code": "try_again", "message": "busy"}}
    api = answering(httpx.Response(503, json=busy, headers={"Retry-After": "0"}), httpx.Response(200, json={"ok": 1}))
    assert api.get("resources") == {"ok": 1}


def test_an_order_is_never_repeated() -> None:
    busy = {"error": {"code": "try_again", "message": "busy"}}
    api = answering(httpx.Response(503, json=busy, headers={"Retry-After": "0"}), httpx.Response(202, json={}))
    with pytest.raises(Refused, match="busy"):
        api.post("resources", {})


@pytest.mark.parametrize(
    ("told", "error", "says"),
    [
        (httpx.ConnectError("no"), NotReached, "cannot be reached"),
        (httpx.ReadTimeout("slow"), NotReached, "did not answer within"),
        (httpx.Response(200, text="<html>"), NotReached, "not as Lockstep does"),
        (httpx.Response(404, text=""), Refused, "no such operation"),
        (httpx.Response(500, text="oops"), Refused, "answered 500 without a word"),
    ],
    ids=["no connection", "no answer", "another page", "an older app", "a broken app"],
)
def test_what_goes_wrong_on_the_way_is_a_sentence(
    told: httpx.Response | Exception, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        answering(told).get("resources")
