"""The environment as settings: every mistake is named at once, and no value is ever shown."""

from __future__ import annotations

import pytest

from shared.settings import PUBLIC_GRAPH, BadSettings, read_settings
from tests.unit.functions.calling.environments import AZURE, LOCAL, TENANT


def test_connection_strings_are_taken_on_one_machine() -> None:
    settings = read_settings(LOCAL)
    assert (settings.tables, settings.servicebus) == (LOCAL["LOCKSTEP_TABLES"], LOCAL["ServiceBus"])
    assert (settings.tables_endpoint, settings.servicebus_namespace) == ("", "")
    assert settings.graph_url == "http://127.0.0.1:7072/v1.0"


def test_identities_are_taken_in_azure_and_the_public_graph_is_usual() -> None:
    settings = read_settings(AZURE)
    assert (settings.tables, settings.servicebus) == ("", "")
    assert settings.servicebus_namespace == "lockstep.servicebus.windows.net"
    assert settings.graph_url == PUBLIC_GRAPH
    assert settings.identity == AZURE["AZURE_CLIENT_ID"]


def test_a_tenant_is_lower_case_and_a_url_has_no_slash_at_its_end() -> None:
    settings = read_settings(LOCAL)
    assert [tenant.id for tenant in settings.tenants] == [TENANT.lower()]
    assert settings.notification_url == "http://127.0.0.1:7071"


def test_every_missing_key_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings({})
    for name in ("LOCKSTEP_TENANT", "LOCKSTEP_NOTIFICATION_URL", "LOCKSTEP_QUEUE", "LOCKSTEP_TABLES", "ServiceBus"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOCKSTEP_TENANT", "a.b"),
        ("LOCKSTEP_TENANT", "a|b"),
        ("LOCKSTEP_TENANT", "   "),
        ("LOCKSTEP_QUEUE", " "),
        ("LOCKSTEP_NOTIFICATION_URL", "lockstep.example"),
        ("LOCKSTEP_NOTIFICATION_URL", "http://lockstep.example"),
        ("LOCKSTEP_NOTIFICATION_URL", "https://lockstep.example?code=hush"),
        ("LOCKSTEP_NOTIFICATION_URL", "https://user:hush@lockstep.example"),
        ("LOCKSTEP_NOTIFICATION_URL", "https://"),
        ("LOCKSTEP_NOTIFICATION_URL", "https://[hush"),
        ("LOCKSTEP_TABLES__endpoint", "lockstep.table.core.windows.net"),
        ("LOCKSTEP_TABLES__endpoint", ""),
        ("LOCKSTEP_TABLES", "AccountKey=hush"),
        ("ServiceBus__fullyQualifiedNamespace", "sb://lockstep.servicebus.windows.net"),
        ("ServiceBus__fullyQualifiedNamespace", "lockstep"),
        ("ServiceBus", "Endpoint=sb://hush"),
        ("LOCKSTEP_GRAPH_URL", "http://graph.microsoft.com/v1.0"),
        ("LOCKSTEP_GRAPH_APPLICATION", "lockstep"),
        ("AZURE_CLIENT_ID", "lockstep"),
        ("LOCKSTEP_MAIL_FROM", "hush"),
        ("LOCKSTEP_FOLLOW_PEOPLE", "hush"),
        ("LOCKSTEP_CEILING", "hush"),
        ("LOCKSTEP_KEPT_DAYS", "29"),
        ("LOCKSTEP_KEPT_DAYS", "for ever"),
        ("LOCKSTEP_CEILING", "-1"),
        ("LOCKSTEP_CEILING", "users+5"),
        ("LOCKSTEP_MAIL_FROM", "hush@contoso.example/events"),
        ("LOCKSTEP_FRAMED_BY", "https://intranet.example/hush"),
        ("LOCKSTEP_FRAMED_BY", "http://hush.example"),
        ("LOCKSTEP_FRAMED_BY", "https://intranet.example; script-src hush"),
        ("LOCKSTEP_FRAMED_BY", "*"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_its_value_is_not(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings({**AZURE, name: value})
    assert name in str(caught.value)
    assert "hush" not in str(caught.value)


def test_no_public_address_is_said_and_not_left_out() -> None:
    assert read_settings(LOCAL | {"LOCKSTEP_NOTIFICATION_URL": "none"}).notification_url == ""
    with pytest.raises(BadSettings, match="LOCKSTEP_NOTIFICATION_URL is missing"):
        read_settings(LOCAL | {"LOCKSTEP_NOTIFICATION_URL": ""})


@pytest.mark.parametrize(("said", "means"), [("true", True), ("false", False), ("", False)])
def test_an_installation_may_only_read_where_that_is_said(said: str, means: bool) -> None:
    assert read_settings(LOCAL | {"LOCKSTEP_READ_ONLY": said}).read_only is means


def test_those_who_may_frame_are_listed_with_commas_or_spaces() -> None:
    given = "https://intranet.example, https://*.teams.microsoft.com https://intra.example:8443"
    assert read_settings(AZURE | {"LOCKSTEP_FRAMED_BY": given}).framed_by == (
        "https://intranet.example",
        "https://*.teams.microsoft.com",
        "https://intra.example:8443",
    )


def test_a_word_that_is_neither_is_not_taken_for_leave_to_write() -> None:
    with pytest.raises(BadSettings, match="LOCKSTEP_READ_ONLY is neither true nor false"):
        read_settings(LOCAL | {"LOCKSTEP_READ_ONLY": "yes"})


def test_a_secret_is_an_applications() -> None:
    application = "aaaaaaaa-0000-0000-0000-000000000002"
    given = LOCAL | {"LOCKSTEP_GRAPH_SECRET": "hush"}
    with pytest.raises(BadSettings, match="LOCKSTEP_GRAPH_APPLICATION must be set"):
        read_settings(given)
    (tenant,) = read_settings(given | {"LOCKSTEP_GRAPH_APPLICATION": application}).tenants
    assert (tenant.application, tenant.secret) == (application, "hush")
    assert "hush" not in repr(tenant)
