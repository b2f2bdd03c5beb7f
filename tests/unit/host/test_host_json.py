"""`host.json`: Azure's defaults, what is read, what is refused, what is only told."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.host.host_json import HostOptions, ServiceBusOptions, read_host_json
from local.host.refusal import Refusal
from local.host.timespans import seconds_of


def _read(tmp_path: Path, document: Any) -> HostOptions:
    path = tmp_path / "host.json"
    path.write_text(json.dumps(document))
    return read_host_json(path)


def test_what_is_left_out_has_the_defaults_of_the_extensions(tmp_path: Path) -> None:
    """Facts 4.6: auto complete, 8 sessions, batches of 1000, 5 minutes of renewal, no prefetch; 60 s idle (1.4.1)."""
    options = _read(tmp_path, {"version": "2.0"})
    assert options.service_bus == ServiceBusOptions(True, 0, 8, 16, 60.0, 300.0, 1000)
    assert options.http.route_prefix == "api"
    assert options.function_timeout == 1800.0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    bus = {
        "autoCompleteMessages": False, "maxConcurrentSessions": 64, "sessionIdleTimeout": "00:00:01",
        "maxAutoLockRenewalDuration": "00:10:00", "prefetchCount": 5, "maxMessageBatchSize": 50,
        "maxConcurrentCalls": 3,
    }  # fmt: skip
    extensions = {"http": {"routePrefix": "", "maxConcurrentRequests": -1}, "serviceBus": bus}
    options = _read(tmp_path, {"version": "2.0", "functionTimeout": "00:10:00", "extensions": extensions})
    assert options.function_timeout == 600.0
    assert options.http.max_concurrent is None
    assert options.http.route_prefix == ""
    assert options.service_bus == ServiceBusOptions(False, 5, 64, 3, 1.0, 600.0, 50)


def test_an_unset_idle_time_is_the_try_timeout_of_the_client(tmp_path: Path) -> None:
    """Facts 1.4.1: a session that is empty is held that long."""
    bus = {"clientRetryOptions": {"tryTimeout": "00:00:30"}}
    assert _read(tmp_path, {"version": "2.0", "extensions": {"serviceBus": bus}}).service_bus.session_idle == 30.0


def test_a_function_timeout_of_minus_one_is_unbounded(tmp_path: Path) -> None:
    assert _read(tmp_path, {"version": "2.0", "functionTimeout": "-1"}).function_timeout is None


def test_a_key_that_azure_does_not_know_is_named_and_ignored(tmp_path: Path) -> None:
    document = {"version": "2.0", "extensions": {"serviceBus": {"maxConcurentSessions": 64}}}
    options = _read(tmp_path, document)
    assert options.unknown == ("host.json extensions serviceBus maxConcurentSessions",)
    assert options.service_bus.max_concurrent_sessions == 8


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, '"version": "2.0"'),
        ({"version": "2.0", "functionTimeout": "ten"}, "functionTimeout is 'ten'"),
        ({"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentSessions": 0}}}, "at least 1"),
        ({"version": "2.0", "extensions": {"serviceBus": {"autoCompleteMessages": "yes"}}}, "true or false"),
        ({"version": "2.0", "extensions": {"http": {"routePrefix": 3}}}, "routePrefix"),
        ([], "no JSON object"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_its_place(tmp_path: Path, document: Any, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        _read(tmp_path, document)


def test_a_missing_host_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"needs a host\.json"):
        read_host_json(tmp_path / "host.json")


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:00:01", 1), ("01:02:03", 3723), ("1.00:00:00", 86400), ("00:00:00.5000000", 0.5)]
)
def test_time_spans_are_read_as_dotnet_writes_them(text: str, seconds: float) -> None:
    assert seconds_of(text, "here") == seconds


@pytest.mark.parametrize("text", ["24:00:00", "00:60:00", "00:00:60", "5", "", None, "1:2"])
def test_what_dotnet_would_not_parse_is_no_time_span(text: object) -> None:
    with pytest.raises(Refusal, match="here is"):
        seconds_of(text, "here")
