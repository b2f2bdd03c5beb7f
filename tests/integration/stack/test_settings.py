"""The settings the host is given: complete, overridable by name, and untouched by a developer's shell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.stack.cli import main
from local.stack.components import CODE
from local.stack.failure import StackFailure
from local.stack.identity_settings import identity_settings
from local.stack.ports import Ports
from local.stack.processes import environment
from local.stack.settings import app_settings, values_of, write_settings
from shared.settings import read_settings


def test_every_value_is_a_string_as_app_settings_are(tmp_path: Path) -> None:
    write_settings(tmp_path / "settings.json", Ports(), "t", {})
    content = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    assert content["IsEncrypted"] is False
    assert all(isinstance(value, str) and value for value in content["Values"].values())


def test_the_environment_overrides_settings_of_lockstep_and_no_others() -> None:
    settings = app_settings(Ports(), "t", {"LOCKSTEP_QUEUE": "other", "ServiceBus": "other", "PATH": "x"})
    assert settings["LOCKSTEP_QUEUE"] == "other"
    assert settings["ServiceBus"].startswith("Endpoint=sb://127.0.0.1:5672;")
    assert "PATH" not in settings


def test_addresses_follow_the_ports() -> None:
    settings = app_settings(Ports(1, 2, 3, 4, 5), "t", {})
    assert settings["LOCKSTEP_NOTIFICATION_URL"] == "http://127.0.0.1:1"
    assert settings["LOCKSTEP_GRAPH_URL"] == "http://127.0.0.1:2/v1.0"
    assert settings["IDENTITY_ENDPOINT"] == "http://127.0.0.1:2/msi/token"
    assert "http://127.0.0.1:3/" in settings["LOCKSTEP_TABLES"]
    assert "sb://127.0.0.1:4;" in settings["ServiceBus"]


def test_components_see_nothing_of_what_a_shell_says_about_azure() -> None:
    seen = environment({"PATH": "/bin", "AZURE_CLIENT_ID": "mine", "IDENTITY_ENDPOINT": "x", "LOCKSTEP_QUEUE": "y"})
    assert seen["PATH"] == "/bin"
    assert not {"AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "LOCKSTEP_QUEUE"} & set(seen)


def test_components_reach_loopback_without_a_proxy_and_others_as_before() -> None:
    seen = environment({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"})
    assert seen["HTTP_PROXY"] == "http://proxy:3128"
    assert seen["NO_PROXY"] == seen["no_proxy"] == "127.0.0.1,localhost,intranet"


def test_the_product_accepts_them() -> None:
    settings = read_settings(app_settings(Ports(), "tenant-id", {}))
    assert [tenant.id for tenant in settings.tenants] == ["tenant-id"]


def test_under_identities_alone_no_key_is_among_them_and_the_product_accepts_them(tmp_path: Path) -> None:
    identity = identity_settings(Ports(), "127.0.0.1", tmp_path / "authority.pem")
    values = app_settings(Ports(), "tenant-id", {}, identity)
    assert not {"LOCKSTEP_TABLES", "ServiceBus", "AzureWebJobsStorage"} & values.keys()
    assert "Key" not in " ".join(values.values())
    settings = read_settings(values)
    assert (settings.tables, settings.servicebus) == ("", "")
    assert settings.servicebus_namespace == "127.0.0.1"
    assert settings.tables_endpoint.startswith("https://")
    assert settings.authorities == str(tmp_path / "authority.pem")


def test_every_setting_that_a_binding_names_is_there() -> None:
    named = {name for file in (CODE / "functions").glob("*.py") for name in re.findall(r'"%(\w+)%"', file.read_text())}
    assert named - set(app_settings(Ports(), "t", {})) == set()


def test_values_of_a_settings_file_are_those_of_lockstep_alone(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text(json.dumps({"Values": {"LOCKSTEP_READ_ONLY": "true", "AzureWebJobsStorage": "x"}}), "utf-8")
    assert values_of(file) == {"LOCKSTEP_READ_ONLY": "true"}
    settings = read_settings(app_settings(Ports(), "t", values_of(file)))
    assert settings.read_only


@pytest.mark.parametrize("content", ["", "[]", '{"Values": 3}', "{}"])
def test_a_file_that_is_no_settings_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text(content, "utf-8")
    with pytest.raises(StackFailure, match="is no settings file"):
        values_of(file)


def test_a_demonstration_in_what_may_be_a_real_tenant_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--demo", "--settings", str(tmp_path / "local.settings.json")]) == 1
    assert "in which --demo would book" in capsys.readouterr().err
