"""What no compiler checks: the installation has every setting, connection, queue and table that the code names."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import function_app
from local.servicebus.queues import load_queues
from local.stack.ports import Ports
from local.stack.settings import app_settings
from shared.composition import Installation
from shared.settings import BadSettings, read_settings
from tests.infra.bicep.evaluate import Evaluation
from tests.infra.bicep.roles import BUILT_IN

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
CLIENT = "11111111-2222-4333-8444-555555555555"
TENANT = "00000000-0000-4000-8000-000000000001"
# What Azure would say of the resources, by the names that they have in their modules.
EXAMPLES = {
    "group.name": "rg",
    "identity.id": "/identity",
    "identity.properties.clientId": CLIENT,
    "identity.properties.principalId": "66666666-2222-4333-8444-555555555555",
    "account.id": "/storage",
    "account.name": "stlockstep",
    "account.properties.primaryEndpoints.blob": "https://stlockstep.blob.core.windows.net/",
    "account.properties.primaryEndpoints.queue": "https://stlockstep.queue.core.windows.net/",
    "account.properties.primaryEndpoints.table": "https://stlockstep.table.core.windows.net/",
    "namespace.id": "/bus",
    "namespace.name": "sb-lockstep",
    "namespace.properties.serviceBusEndpoint": "https://sb-lockstep.servicebus.windows.net:443/",
    "workspace.id": "/workspace",
    "component.id": "/component",
    "component.name": "appi",
    "component.properties.ConnectionString": "InstrumentationKey=0",
    "storage.id": "/storage",
    "queue.id": "/queue",
    "plan.id": "/plan",
    "app.properties.defaultHostName": "func-lockstep.azurewebsites.net",
    "network.id": "/network",
    "appSubnet.id": "/network/app",
}


def _installation(environment: Mapping[str, str] | None = None, *, infra: Path = INFRA, **params: Any) -> Evaluation:
    """The installation as `azd up` would make it in an environment, with some params replaced."""
    given = Evaluation(infra / "main.bicepparam", infra.parent, {}, {}, environment).params_assigned()
    return Evaluation(infra / "main.bicep", infra.parent, {**given, **params}, EXAMPLES)


def _settings(environment: Mapping[str, str] | None = None, *, infra: Path = INFRA, **params: Any) -> dict[str, Any]:
    (body,) = _installation(environment, infra=infra, **params).module("functionApp").bodies("settings")
    settings: dict[str, Any] = body["properties"]
    return settings


class _Heard(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_of = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


def _functions() -> dict[str, list[dict[str, Any]]]:
    """The bindings of each function, by its name."""
    # The SDK remembers the names it has seen and would call a second look one at duplicates.
    function_app.app.functions_bindings = None
    functions = function_app.app.get_functions()
    function_app.app.functions_bindings = None
    return {str(each.get_function_name()): json.loads(each.get_function_json())["bindings"] for each in functions}


def _bindings() -> list[dict[str, Any]]:
    return [binding for bindings in _functions().values() for binding in bindings]


# Settings.


def test_the_app_reads_its_settings_from_what_the_installation_sets() -> None:
    settings = read_settings(_settings())
    (tenant,) = settings.tenants
    assert (tenant.id, settings.identity, settings.queue) == (TENANT, CLIENT, "wakeups")
    assert settings.notification_url == "https://func-lockstep.azurewebsites.net"
    assert settings.tables_endpoint == "https://stlockstep.table.core.windows.net"
    assert settings.servicebus_namespace == "sb-lockstep.servicebus.windows.net"


def test_the_platform_checks_tokens_for_the_registration_that_the_app_asks_for() -> None:
    installation = _installation(signInApplication=CLIENT).module("functionApp")
    (settings,), (sign_in,) = installation.bodies("settings"), installation.bodies("signIn")
    assert read_settings(settings["properties"]).sign_in == CLIENT
    provider = sign_in["properties"]["identityProviders"]["azureActiveDirectory"]
    assert provider["registration"]["clientId"] == CLIENT
    assert provider["registration"]["openIdIssuer"] == f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert CLIENT in provider["validation"]["allowedAudiences"]


def test_the_platform_proves_itself_by_the_identity_and_not_by_a_secret() -> None:
    installation = _installation(signInApplication=CLIENT).module("functionApp")
    (settings,), (sign_in,) = installation.bodies("settings"), installation.bodies("signIn")
    named = sign_in["properties"]["identityProviders"]["azureActiveDirectory"]["registration"][
        "clientSecretSettingName"
    ]
    # The name itself tells App Service that the value is an identity's client id.
    assert named == "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"
    assert settings["properties"][named] == settings["properties"]["AZURE_CLIENT_ID"]


def test_graph_and_signed_links_pass_the_platform_without_a_token() -> None:
    (sign_in,) = _installation(signInApplication=CLIENT).module("functionApp").bodies("signIn")
    passing = {"requireAuthentication": False, "unauthenticatedClientAction": "AllowAnonymous"}
    assert sign_in["properties"]["globalValidation"] == passing
    assert sign_in["properties"]["platform"]["enabled"] is True


NOT_SET = {
    "LOCKSTEP_TABLES": "a connection string holds a key; the endpoint is set instead",
    "ServiceBus": "a connection string holds a key; the namespace is set instead",
    "LOCKSTEP_GRAPH_URL": "follows from the cloud; a simulator's is set on the embedded stack",
    "SSL_CERT_FILE": "Azure's authorities are the usual ones; a simulator's is set on the embedded stack",
    "LOCKSTEP_READ_ONLY": "a pause of everything is a person's act, set by moreSettings while it lasts",
    "LOCKSTEP_GRAPH_SECRET": "a secret in plain sight is for one machine; in Azure the identity speaks",
}


def _unset(infra: Path = INFRA) -> set[str]:
    """The settings that the code or its bindings name and the installation does not set."""
    settings = _settings(infra=infra)
    heard = _Heard(settings)
    with suppress(BadSettings):
        read_settings(heard)
    assert "LOCKSTEP_TENANT" in heard.asked, "the code was not heard"
    named = set(re.findall(r"%(\w+)%", json.dumps(_bindings())))
    assert named >= {"LOCKSTEP_QUEUE", "LOCKSTEP_SWEEP_SCHEDULE"}, "the bindings were not read"
    return (heard.asked - set(settings) - set(NOT_SET)) | {name for name in named if not settings.get(name)}


def test_every_setting_that_the_code_or_a_binding_names_is_set() -> None:
    assert _unset() == set()


def test_what_is_left_unset_on_purpose_is_unset() -> None:
    assert set(NOT_SET) & set(_settings()) == set()


def test_every_connection_that_a_binding_names_is_made_under_the_identity() -> None:
    connections = {binding["connection"] for binding in _bindings() if "connection" in binding}
    assert connections == {"ServiceBus"}
    for name in (*connections, "AzureWebJobsStorage"):
        given = {key.partition("__")[2]: value for key, value in _settings().items() if key.startswith(f"{name}__")}
        assert given["credential"] == "managedidentity"
        assert given["clientId"] == CLIENT
        assert len(given) > 2, f"{name} leads nowhere"


def test_every_setting_of_the_embedded_stack_has_its_place_in_azure() -> None:
    elsewhere = {
        "FUNCTIONS_WORKER_RUNTIME": "the plan says it",
        "IDENTITY_ENDPOINT": "the platform sets it",
        "IDENTITY_HEADER": "the platform sets it",
        "LOCKSTEP_GRAPH_URL": "follows from the cloud",
    }
    ports = Ports(**dict.fromkeys(Ports.__dataclass_fields__, 1))
    local = {name for name in app_settings(ports, TENANT, {}) if name not in elsewhere}
    set_here = {key.partition("__")[0] for key in _settings()}
    assert {name.partition("__")[0] for name in local} - set_here == set()


def test_no_setting_holds_a_secret() -> None:
    held = {
        name for name, value in _settings().items() if re.search(r"AccountKey|SharedAccessKey|Password", str(value))
    }
    assert held == set()


@pytest.mark.parametrize(
    "name", ["FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE"]
)
def test_what_flex_consumption_refuses_is_not_set(name: str) -> None:
    assert name not in _settings()


def test_several_tenants_take_the_place_of_one() -> None:
    tenants = [{"id": TENANT, "keys": ["a" * 64]}, {"id": CLIENT, "keys": ["b" * 64]}]
    settings = read_settings(_settings({"LOCKSTEP_MAIL_FROM": "rooms@contoso.example"}, tenants=tenants))
    assert [tenant.id for tenant in settings.tenants] == [TENANT, CLIENT]


def test_the_settings_of_one_tenant_arrive() -> None:
    environment = {
        "LOCKSTEP_MAIL_FROM": "rooms@contoso.example",
        "LOCKSTEP_FOLLOW_PEOPLE": "true",
        "LOCKSTEP_CEILING": "users+5",
        "LOCKSTEP_KEPT_DAYS": "90",
        "LOCKSTEP_CANARY": "canary@contoso.example",
        "LOCKSTEP_LANGUAGE": "de",
        "LOCKSTEP_CLOUD": "us-government",
        "LOCKSTEP_PUBLIC_URL": "https://rooms.contoso.example",
    }
    settings = read_settings(_settings(environment))
    (tenant,) = settings.tenants
    assert (tenant.mail_from, tenant.follow_people) == ("rooms@contoso.example", True)
    assert tenant.ceiling is not None
    assert (tenant.retention.days, tenant.canary, tenant.language) == (90, "canary@contoso.example", "de")
    assert settings.graph_url == "https://graph.microsoft.us/v1.0"
    assert settings.notification_url == "https://rooms.contoso.example"


# Queues and tables.


def test_the_queues_are_made_from_the_file_that_the_embedded_stack_reads() -> None:
    declared = json.loads((INFRA / "queues.json").read_text("utf-8"))
    made = _installation().module("serviceBus").bodies("queue")
    assert {each["name"]: each["properties"] for each in made} == declared
    assert {queue.name for queue in load_queues(INFRA / "queues.json")} == set(declared)


def _queues_missing(infra: Path = INFRA) -> set[str]:
    settings = _settings(infra=infra)
    named = [binding["queueName"].strip("%") for binding in _bindings() if "queueName" in binding]
    assert named, "no binding names a queue"
    made = {each["name"] for each in _installation(infra=infra).module("serviceBus").bodies("queue")}
    return {settings.get(name, name) for name in named} - made


def test_every_queue_that_the_code_names_is_made() -> None:
    assert _queues_missing() == set()


def test_the_queue_of_a_trigger_with_sessions_has_sessions() -> None:
    with_sessions = [each for each in _bindings() if each.get("isSessionsEnabled")]
    assert with_sessions
    queues = {each["name"]: each["properties"] for each in _installation().module("serviceBus").bodies("queue")}
    assert [queues[_settings()[each["queueName"].strip("%")]]["requiresSession"] for each in with_sessions] == [True]


class _Tables:
    """Stands for the tables and remembers which ones the app wants."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()

    async def ensure_tables(self, names: Sequence[str]) -> None:
        self.wanted |= set(names)


async def _tables_differing(infra: Path = INFRA) -> set[str]:
    """The tables that are made and not wanted, or wanted and not made."""
    installation, tables = Installation(read_settings(_settings())), _Tables()
    installation.__dict__["tables"] = tables
    await installation.ready()
    return {each["name"] for each in _installation(infra=infra).module("storage").bodies("table")} ^ tables.wanted


async def test_the_tables_that_the_code_names_are_made_and_no_others() -> None:
    assert await _tables_differing() == set()


# Faults that are planted into a copy.


def _copy_with(folder: Path, file: str, before: str, after: str) -> Path:
    infra = folder / "infra"
    shutil.copytree(INFRA, infra)
    source = (infra / file).read_text("utf-8")
    assert before in source, "what the fault is planted into no longer stands there"
    (infra / file).write_text(source.replace(before, after, 1), "utf-8")
    return infra


@pytest.mark.parametrize(
    ("file", "before", "after", "missing"),
    [
        pytest.param(
            "modules/functionapp.bicep", "LOCKSTEP_QUEUE:", "LOCKSTEP_QUEU:", "LOCKSTEP_QUEUE",
            id="a misspelt setting",
        ),
        pytest.param(
            "modules/functionapp.bicep", "      LOCKSTEP_READS_SCHEDULE: '30 */5 * * * *'\n", "",
            "LOCKSTEP_READS_SCHEDULE", id="a schedule that only a binding names",
        ),
        pytest.param(
            "modules/functionapp.bicep", "AZURE_CLIENT_ID:", "CLIENT_ID:", "AZURE_CLIENT_ID",
            id="the identity's id under another name",
        ),
        pytest.param(
            "modules/functionapp.bicep", "ServiceBus__fullyQualifiedNamespace", "ServiceBus__namespace",
            "ServiceBus__fullyQualifiedNamespace", id="a connection under another name",
        ),
        pytest.param(
            "main.bicep", "        LOCKSTEP_CEILING: ofOneTenant ? ceiling : ''\n", "", "LOCKSTEP_CEILING",
            id="an optional setting that cannot be set",
        ),
    ],
)  # fmt: skip
def test_a_setting_that_is_not_set_is_found(tmp_path: Path, file: str, before: str, after: str, missing: str) -> None:
    assert missing in _unset(_copy_with(tmp_path, file, before, after))


def test_a_queue_under_another_name_is_found(tmp_path: Path) -> None:
    assert _queues_missing(_copy_with(tmp_path, "queues.json", '"wakeups"', '"wake-ups"')) == {"wakeups"}


async def test_a_table_that_is_not_made_is_found(tmp_path: Path) -> None:
    assert await _tables_differing(_copy_with(tmp_path, "modules/storage.bicep", "  'people'\n", "")) == {"people"}


# Rights.


def test_every_right_has_a_reason_and_reaches_no_further_than_one_resource() -> None:
    access = _installation().module("access")
    grants = access.name("grants")
    assert len({(each["role"], each["on"]) for each in grants}) == len(grants)
    assert [each for each in grants if len(each["reason"]) < 40] == []
    bodies = [body for name in ("onStorage", "onQueue", "onComponent") for body in access.bodies(name)]
    assert len(bodies) == len(grants)
    assert {body["scope"] for body in bodies} == {"<storage>", "<queue>", "<component>"}
    assert {body["properties"]["roleDefinitionId"].rpartition("/")[2] for body in bodies} <= set(BUILT_IN.values())


def test_nothing_is_opened_by_a_key_and_nothing_speaks_less_than_tls_1_2() -> None:
    here = _installation()
    (account,) = here.module("storage").bodies("account")
    (namespace,) = here.module("serviceBus").bodies("namespace")
    (component,) = here.module("monitoring").bodies("component")
    (workspace,) = here.module("monitoring").bodies("workspace")
    (site,) = here.module("functionApp").bodies("app")
    assert account["properties"]["allowSharedKeyAccess"] is False
    assert account["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert namespace["properties"]["disableLocalAuth"] is True
    assert namespace["properties"]["minimumTlsVersion"] == "1.2"
    assert component["properties"]["DisableLocalAuth"] is True
    assert workspace["properties"]["features"]["disableLocalAuth"] is True
    assert site["properties"]["siteConfig"]["minTlsVersion"] == "1.2"
    assert site["properties"]["httpsOnly"] is True


# Variants.


def test_always_ready_are_http_and_the_function_that_reconciles() -> None:
    (site,) = _installation().module("functionApp").bodies("app")
    groups = {each["name"] for each in site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["alwaysReady"]}
    names = {f"function:{each}" for each in _functions()}
    assert groups == {"http", "function:reconcile"}
    assert groups - {"http"} <= names


def test_with_zones_storage_and_instances_are_spread() -> None:
    here = _installation({"LOCKSTEP_ZONE_REDUNDANT": "true"})
    (account,) = here.module("storage").bodies("account")
    (site,) = here.module("functionApp").bodies("app")
    assert account["sku"]["name"] == "Standard_ZRS"
    ready = site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["alwaysReady"]
    assert [each["instanceCount"] for each in ready] == [2, 2]


def test_a_private_network_closes_storage_and_queue_and_leaves_the_notification_path_open() -> None:
    here = _installation({"LOCKSTEP_PRIVATE_NETWORKING": "true"})
    (account,) = here.module("storage").bodies("account")
    (namespace,) = here.module("serviceBus").bodies("namespace")
    (site,) = here.module("functionApp").bodies("app")
    assert account["properties"]["publicNetworkAccess"] == "Disabled"
    assert namespace["properties"]["publicNetworkAccess"] == "Disabled"
    assert namespace["sku"]["name"] == "Premium", "no other tier has private endpoints"
    assert site["properties"]["publicNetworkAccess"] == "Enabled"
    assert site["properties"]["virtualNetworkSubnetId"] == "/network/app"
