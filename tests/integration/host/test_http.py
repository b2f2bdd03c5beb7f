"""The HTTP side of the host as a process: requests, keys, limits, admin endpoints, refusals at the start."""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration.host.driving import APPS, FUNCTION, MASTER, Process, refusal, until

Start = Callable[..., Process]


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Speaks HTTP to one host."""

    def __init__(self, host: Process, log: Path) -> None:
        self.host, self.log = host, log

    def __call__(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"http://127.0.0.1:{self.host.ports[0]}{path}"
        request = urllib.request.Request(address, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
                return Answer(answer.status, answer.getheaders(), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, list(error.headers.items()), error.read().decode())


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("host")
    settings = folder / "settings.json"
    section = {"MasterKey": MASTER, "FunctionKey": FUNCTION, "CORS": "http://a.example,http://b.example"}
    values = {"NIGHTLY": "0 0 3 * * *", "TIMER_LOG": str(folder / "ran"), "GIVEN": "yes"}
    settings.write_text(json.dumps({"Values": values, "Host": section}))
    options = ["--app-root", str(APPS / "plain"), "--settings", str(settings), "--port", "0", "--state", str(folder)]
    (folder / "ran").touch()
    host = Process(["local.host", *options]).start()
    yield Caller(host, folder / "ran")
    host.kill()


def test_a_function_sees_method_url_headers_query_route_and_body_as_azure_hands_them_over(call: Caller) -> None:
    """Facts 1.4.8: headers in lower case, empty query values dropped, route parameters as text, the body raw."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = call("/api/echo/J%C3%BCrg?a=1&a=2&b=&c=%20", "POST", b"\xff\x00", X_Key="V", traceparent=parent)
    seen = answer.json()
    assert answer.status == 200
    assert ("x-seen", "yes") in answer.headers
    assert seen["method"] == "POST"
    assert seen["url"].startswith("http://127.0.0.1:")
    assert seen["headers"]["x-key"] == "V"
    assert seen["query"] == {"a": "1,2", "c": " "}
    assert seen["route"] == {"name": "Jürg"}
    assert seen["body"] == "\xff\x00"
    assert seen["function"] == "echo"
    assert seen["trace"].split("-")[1] == parent.split("-")[1]


def test_an_optional_route_parameter_may_be_missing(call: Caller) -> None:
    assert call("/api/echo").json()["route"] == {}


def test_the_more_specific_route_answers(call: Caller) -> None:
    assert call("/api/ECHO/fixed").body == "fixed"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/none"), ("GET", "/echo"), ("GET", "/api/item/x"), ("DELETE", "/api/echo"), ("HEAD", "/api/echo")],
)
def test_no_route_and_a_wrong_method_are_both_404(call: Caller, method: str, path: str) -> None:
    """azure-functions-host issues 10098 and 11625: a wrong method is 404, not 405."""
    assert call(path, method).status == 404


def test_a_raised_exception_is_500_without_a_body_and_one_line_in_the_log(call: Caller) -> None:
    before = len(call.host.lines)
    answer = call("/api/fails")
    assert (answer.status, answer.body) == (500, "")
    [line] = until(lambda: [line for line in call.host.lines[before:] if "fails failed" in line])
    assert re.search(r"fails failed after \d+ ms: ValueError: told to fail at .*function_app\.py:\d+", line)


def test_a_function_that_returns_nothing_is_500(call: Caller) -> None:
    assert call("/api/nothing").status == 500


@pytest.mark.parametrize("origin", ["http://a.example", "http://b.example"])
def test_pages_of_listed_origins_may_ask_and_read(call: Caller, origin: str) -> None:
    asked = {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "x-functions-key"}
    before = call("/api/keyed", "OPTIONS", None, Origin=origin, **asked)
    assert before.status == 204
    assert ("Access-Control-Allow-Methods", "PUT") in before.headers
    assert ("Access-Control-Allow-Headers", "x-functions-key") in before.headers
    for answer in (before, call("/api/echo", Origin=origin), call("/api/keyed", Origin=origin)):
        assert ("Access-Control-Allow-Origin", origin) in answer.headers


def test_a_page_of_another_origin_may_neither_ask_nor_read(call: Caller) -> None:
    stranger = "http://c.example"
    assert call("/api/echo", "OPTIONS", Origin=stranger, Access_Control_Request_Method="PUT").status == 404
    names = {name.lower() for name, _ in call("/api/echo", Origin=stranger).headers}
    assert not names & {"access-control-allow-origin", "access-control-allow-credentials"}


def test_several_cookies_stay_several(call: Caller) -> None:
    answer = call("/api/cookies")
    cookies = [value for name, value in answer.headers if name.lower() == "set-cookie"]
    assert answer.status == 204
    assert cookies == ["a=1; path=/", "b=2; path=/; httponly"]


def test_settings_are_environment_variables_and_keys_are_not(call: Caller) -> None:
    assert call("/api/setting/GIVEN").body == "yes"
    assert call("/api/setting/MasterKey").status == 404


@pytest.mark.parametrize(
    ("path", "offered", "status"),
    [
        ("/api/keyed", None, 401),
        ("/api/keyed", "wrong", 401),
        ("/api/keyed", FUNCTION, 200),
        ("/api/keyed", MASTER, 200),
        ("/api/master", FUNCTION, 401),
        ("/api/master", MASTER, 200),
        ("/admin/host/status", None, 401),
        ("/admin/host/status", FUNCTION, 401),
        ("/admin/functions", None, 401),
        ("/admin/host/ping", None, 200),
    ],
)
def test_levels_take_their_keys_from_the_query_and_from_the_header(
    call: Caller, path: str, offered: str | None, status: int
) -> None:
    assert call(f"{path}?code={offered}" if offered else path).status == status
    assert call(path, x_functions_key=offered or "").status == status


def test_the_status_is_shaped_like_the_real_one(call: Caller) -> None:
    status = call("/admin/host/status", x_functions_key=MASTER).json()
    assert status["state"] == "Running"
    assert status["version"].startswith("4.")
    assert status["processUptime"] > 0


def test_functions_are_listed_with_their_bindings(call: Caller) -> None:
    functions = {each["name"]: each for each in call("/admin/functions", x_functions_key=MASTER).json()}
    assert functions["item"]["invoke_url_template"].endswith("/api/item/{id:int}")
    assert functions["nightly"]["config"]["bindings"][0]["type"] == "timerTrigger"
    one = call("/admin/functions/NIGHTLY", x_functions_key=MASTER)
    assert one.json() == functions["nightly"]


def test_a_timer_runs_now_and_the_answer_does_not_wait_for_it(call: Caller) -> None:
    answer = call("/admin/functions/nightly", "POST", b'{"input": ""}', x_functions_key=MASTER)
    assert (answer.status, answer.body) == (202, "")
    until(lambda: "nightly False" in call.log.read_text())


def test_a_timer_runs_by_its_schedule(call: Caller) -> None:
    count = call.log.read_text().count("second")
    until(lambda: call.log.read_text().count("second") >= count + 2, 5)


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("none", b"", 404), ("nightly", b"[]", 400), ("nightly", b"{", 400), ("echo", b"{}", 400)],
)
def test_only_timers_are_run_from_the_admin_endpoint(call: Caller, name: str, body: bytes, status: int) -> None:
    assert call(f"/admin/functions/{name}", "POST", body, x_functions_key=MASTER).status == status


def _spans(call: Caller, path: str, count: int) -> list[tuple[float, float]]:
    with ThreadPoolExecutor(count) as pool:
        bodies = [answer.body for answer in pool.map(call, [path] * count)]
    return sorted((float(body.split()[0]), float(body.split()[1])) for body in bodies)


@pytest.mark.parametrize("path", ["/api/slow/0.5", "/api/blocking/0.5"])
def test_async_and_sync_functions_run_side_by_side(call: Caller, path: str) -> None:
    spans = _spans(call, path, 4)
    assert max(began for began, _ in spans) < min(ended for _, ended in spans)


def test_with_a_concurrency_of_one_requests_run_one_after_the_other(start_host: Start, tmp_path: Path) -> None:
    """Facts 4.2: Python's HTTP concurrency per instance is 1 where nothing is set."""
    host = start_host("plain", "--http-concurrency", "1", NIGHTLY="0 0 3 * * *", TIMER_LOG=str(tmp_path / "t"))
    spans = _spans(Caller(host, tmp_path), "/api/slow/0.1", 4)
    assert all(ended <= began for (_, ended), (began, _) in pairwise(spans))


def test_keys_that_are_not_given_are_made_once_and_kept(tmp_path: Path, started: list[Process]) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"Values": {"NIGHTLY": "0 0 3 * * *", "TIMER_LOG": str(tmp_path / "t")}}))
    options = ["--app-root", str(APPS / "plain"), "--settings", str(settings), "--state", str(tmp_path), "--port", "0"]
    made = []
    for _ in range(2):
        host = Process(["local.host", *options]).start()
        started.append(host)
        made.append(json.loads((tmp_path / "keys.json").read_text()))
        assert Caller(host, tmp_path)("/api/keyed", x_functions_key=made[-1]["functionKey"]).status == 200
        assert host.stop() == 0
    assert made[0] == made[1]
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_told_in_one_line_with_the_remedy(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"Values": {"NIGHTLY": "0 0 3 * * *", "TIMER_LOG": "/dev/null"}}))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ["--app-root", str(APPS / "plain"), "--settings", str(settings), "--state", str(tmp_path)]
        said = refusal([*options, "--port", str(port)])
    assert said == f"Port {port} on 127.0.0.1 cannot be opened (Address already in use); name another with --port."


def test_an_app_that_azure_would_not_index_is_told_in_one_line(tmp_path: Path) -> None:
    said = refusal(["--app-root", str(APPS / "plain"), "--state", str(tmp_path), "--port", "0"])
    assert said.splitlines()[-1].startswith("Function nightly, schedule: '%NIGHTLY%' does not resolve to a value")


def test_a_request_that_runs_while_the_host_ends_is_answered(start_host: Start, tmp_path: Path) -> None:
    host = start_host("plain", NIGHTLY="0 0 3 * * *", TIMER_LOG=str(tmp_path / "t"))
    caller = Caller(host, tmp_path)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(caller, "/api/slow/1")
        time.sleep(0.4)
        assert host.stop() == 0
        assert answer.result().status == 200
