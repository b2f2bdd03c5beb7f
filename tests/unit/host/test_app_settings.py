"""App settings: the file, the environment, %NAME%, and connections."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.host.app_settings import AppSettings, apply, read_settings_file
from local.host.connections import Identity, SharedKey, connection_of
from local.host.functions import FunctionName
from local.host.refusal import Refusal

STRING = "Endpoint=sb://localhost:5672;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"
RUN = FunctionName("run")


def _file(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "local.settings.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_values_of_the_file_become_environment_variables_and_win_over_those_already_set(tmp_path: Path) -> None:
    environment = {"A": "from outside", "KEPT": "1"}
    settings = apply(read_settings_file(_file(tmp_path, {"IsEncrypted": False, "Values": {"A": "1"}})), environment)
    assert environment == {"A": "1", "KEPT": "1"}
    assert settings.get("a") == "1"


def test_the_host_section_stays_out_of_the_environment(tmp_path: Path) -> None:
    document = {"Values": {}, "Host": {"LocalHttpPort": 7099, "MasterKey": "m", "FunctionKey": "f"}}
    settings = read_settings_file(_file(tmp_path, document))
    environment: dict[str, str] = {}
    apply(settings, environment)
    assert environment == {}
    assert (settings.host.port, settings.host.master_key, settings.host.function_key) == (7099, "m", "f")
    assert "'m'" not in repr(settings)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "is not JSON"),
        ([], "is no JSON object"),
        ({"IsEncrypted": True, "Values": {}}, "is encrypted"),
        ({"Values": {"A": 1}}, "The setting A in"),
        ({"Values": []}, "'Values'"),
        ({"Host": {"LocalHttpPort": "7071"}}, "'Host.LocalHttpPort'"),
        ({"Host": {"MasterKey": ""}}, "'Host.MasterKey'"),
    ],
)
def test_a_malformed_settings_file_is_refused_in_one_line(tmp_path: Path, document: Any, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refusal:
        read_settings_file(_file(tmp_path, document))
    assert "\n" not in str(refusal.value)


def test_a_missing_settings_file_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="--settings"):
        read_settings_file(tmp_path / "none.json")


def test_percent_names_are_resolved_by_the_host_without_regard_to_case() -> None:
    """Facts 1.2: `%SETTING%` is resolved by the host, not by the worker."""
    assert AppSettings({"QUEUE": "wakeups"}).resolve("%queue%-%Queue%", "here") == "wakeups-wakeups"


def test_a_percent_name_without_a_value_is_refused_with_the_name_of_the_setting() -> None:
    with pytest.raises(Refusal, match=r"add the app setting QUEUE"):
        AppSettings({"QUEUE": ""}).resolve("%QUEUE%", "Function run, queue name")


def test_a_connection_is_looked_up_with_the_prefix_of_webjobs_first() -> None:
    settings = AppSettings({"AzureWebJobsBus": STRING, "Bus": "unused"})
    assert connection_of(RUN, "Bus", settings) == SharedKey(STRING)


def test_identity_style_settings_name_namespace_credential_and_client() -> None:
    """Facts 4.3: `__fullyQualifiedNamespace`, `__credential=managedidentity`, `__clientId`."""
    settings = AppSettings(
        {
            "Bus__fullyQualifiedNamespace": "x.servicebus.windows.net",
            "Bus__credential": "managedidentity",
            "Bus__clientId": "id",
        }
    )
    assert connection_of(RUN, "Bus", settings) == Identity("x.servicebus.windows.net", managed=True, client_id="id")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "the connection 'Bus' is not known; set Bus"),
        ({"Bus": "nonsense"}, "no Service Bus connection string"),
        ({"Bus__fullyQualifiedNamespace": "x", "Bus__credential": "secret"}, "'managedidentity' or left out"),
    ],
)
def test_a_connection_that_leads_nowhere_is_refused(settings: dict[str, str], says: str) -> None:
    with pytest.raises(Refusal, match=says):
        connection_of(RUN, "Bus", AppSettings(settings))


def test_a_key_never_shows_in_the_text_of_a_connection() -> None:
    assert "SharedAccessKey" not in repr(SharedKey(STRING))
