"""Identity: unmodified azure-identity credentials get tokens, and Graph answers 401 and 403 as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import AioHttpTransport, RequestsTransport
from azure.identity import ClientSecretCredential as SyncClientSecretCredential
from azure.identity import ManagedIdentityCredential as SyncManagedIdentityCredential
from azure.identity.aio import ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential
from kiota_abstractions.api_error import APIError
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from local.graph.tokens import LOCAL_IDENTITY_HEADER, NEEDED_ROLES, Grants, Wanted, make_token, read_token
from tests.integration.graph.simulator import Client, running

SCOPE = "https://graph.microsoft.com/.default"
ROOM = "/v1.0/users/eiger@contoso.example"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


@pytest.fixture
def app_service(graph: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The environment as App Service sets it for an application with a managed identity."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", graph.base + "/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", LOCAL_IDENTITY_HEADER)
    return graph


def claims(token: str) -> Any:
    return read_token(Grants(), f"Bearer {token}")


async def test_the_managed_identity_credential_works_over_loopback_http(app_service: Client) -> None:
    async with ManagedIdentityCredential() as credential:
        token = await credential.get_token(SCOPE)
    assert claims(token.token).roles == NEEDED_ROLES
    assert claims(token.token).tenant_id == app_service.store.tenant_id


async def test_the_synchronous_managed_identity_credential_works_too(app_service: Client) -> None:
    with SyncManagedIdentityCredential(client_id="11111111-2222-3333-4444-555555555555") as credential:
        token = await asyncio.to_thread(credential.get_token, SCOPE)
    assert claims(token.token).app_id == "11111111-2222-3333-4444-555555555555"


async def test_a_managed_identity_with_a_wrong_header_gets_no_token(
    app_service: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "guessed")
    async with ManagedIdentityCredential() as credential:
        with pytest.raises(ClientAuthenticationError):
            await credential.get_token(SCOPE)


async def test_a_token_for_another_resource_does_not_open_graph(app_service: Client) -> None:
    async with ManagedIdentityCredential() as credential:
        token = await credential.get_token("https://servicebus.azure.net/.default")
    answer = await app_service.get("/v1.0/users", token=token.token)
    assert answer.status == 401
    assert answer.body["error"]["message"] == "Access token validation failure. Invalid audience."


class LoopbackAio(AioHttpTransport):  # type: ignore[misc]  # azure.core exports it lazily, as Any
    """azure-identity insists on https authorities; this sends what it asks for to the simulator's http port."""

    async def send(self, request: Any, **config: Any) -> Any:
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        return await super().send(request, **config)


class LoopbackRequests(RequestsTransport):  # type: ignore[misc]  # azure.core exports it lazily, as Any
    """The same for the synchronous credentials, which are msal's and read the discovery document first."""

    def send(self, request: Any, **config: Any) -> Any:
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        request.headers["X-Forwarded-Proto"] = "https"
        return super().send(request, **config)


async def test_a_client_secret_gets_a_token(graph: Client) -> None:
    authority = graph.base.replace("http://", "https://")
    credential = ClientSecretCredential(
        graph.store.tenant_id, "an-app", "a secret", authority=authority, transport=LoopbackAio()
    )
    async with credential:
        token = await credential.get_token(SCOPE)
    assert claims(token.token).app_id == "an-app"


async def test_a_client_assertion_gets_a_token(graph: Client) -> None:
    authority = graph.base.replace("http://", "https://")
    credential = ClientAssertionCredential(
        graph.store.tenant_id, "an-app", lambda: "a.signed.assertion", authority=authority, transport=LoopbackAio()
    )
    async with credential:
        token = await credential.get_token(SCOPE)
    assert claims(token.token).roles == NEEDED_ROLES


async def test_msal_finds_the_token_endpoint_through_discovery(graph: Client) -> None:
    credential = SyncClientSecretCredential(
        graph.store.tenant_id,
        "an-app",
        "a secret",
        authority=graph.base.replace("http://", "https://"),
        transport=LoopbackRequests(),
        disable_instance_discovery=True,
    )
    with credential:
        token = await asyncio.to_thread(credential.get_token, SCOPE)
    assert claims(token.token).app_id == "an-app"


async def test_a_wrong_secret_is_refused_where_one_was_set(graph: Client) -> None:
    await graph.post("/sim/identity", {"clientSecret": "the right one"})
    credential = ClientSecretCredential(
        graph.store.tenant_id,
        "an-app",
        "a wrong one",
        authority=graph.base.replace("http://", "https://"),
        transport=LoopbackAio(),
    )
    async with credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            await credential.get_token(SCOPE)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_secret": "s"}, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "a"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "a", "client_secret": "s", "scope": "x"}, "invalid_scope"),
    ],
)
async def test_a_malformed_token_request_is_refused_as_entra_does(
    graph: Client, form: dict[str, str], error: str
) -> None:
    async with graph.session.post(f"{graph.base}/a-tenant/oauth2/v2.0/token", data=form) as response:
        assert response.status in (400, 401)
        assert (await response.json())["error"] == error


async def test_the_sdk_reads_with_a_managed_identity_and_nothing_else(app_service: Client) -> None:
    async with ManagedIdentityCredential() as credential:
        provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE])
        adapter = GraphRequestAdapter(provider)
        adapter.base_url = app_service.base + "/v1.0"
        client = GraphServiceClient(request_adapter=adapter)
        user = await client.users.by_user_id("eiger@contoso.example").get()
        assert user is not None
        assert user.display_name == "Eiger"
        await app_service.post("/sim/identity", {"expireTokens": True})
        with pytest.raises(APIError) as caught:
            await client.users.get()
    assert caught.value.response_status_code == 401


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "Access token is empty."),
        ("rubbish", "CompactToken parsing failed with error code: 80049217"),
        ("a.e30.c", "CompactToken parsing failed with error code: 80049217"),
    ],
)
async def test_no_or_a_broken_token_is_401(graph: Client, token: str, message: str) -> None:
    answer = await graph.get("/v1.0/users", token=token)
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")
    assert answer.body["error"]["message"] == message
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_a_token_with_another_signature_is_401(graph: Client) -> None:
    token, _ = make_token(Grants(), "tenant", Wanted())
    answer = await graph.get("/v1.0/users", token=token[:-4] + "AAAA")
    assert answer.status == 401


async def test_an_expired_token_is_401(graph: Client) -> None:
    answer = await graph.get("/v1.0/users", token=await graph.new_token(expires_in=-1))
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")
    assert "expired" in answer.body["error"]["message"]


async def test_tokens_can_be_made_to_expire_and_the_next_one_is_good(graph: Client) -> None:
    await graph.post("/sim/identity", {"expireTokens": True})
    assert (await graph.get("/v1.0/users")).status == 401
    assert (await graph.get("/v1.0/users", token=await graph.new_token())).status == 200


async def test_the_controls_need_no_token(graph: Client) -> None:
    answer = await graph.get("/sim/identity", token="")
    assert answer.status == 200
    assert set(answer.body["roles"]) == NEEDED_ROLES


async def test_changed_roles_come_with_the_next_token(graph: Client) -> None:
    await graph.post("/sim/identity", {"roles": ["User.Read.All"], "tokenLifetime": 60})
    assert (await graph.get("/v1.0/places/graph.room")).status == 200
    token = await graph.new_token()
    assert claims(token).roles == {"User.Read.All"}
    assert (await graph.get("/v1.0/places/graph.room", token=token)).status == 403


MISSING = [
    ("GET", "/v1.0/places/microsoft.graph.room", "Place.Read.All", "ErrorAccessDenied"),
    ("GET", "/v1.0/users/delta()", "User.Read.All", "Authorization_RequestDenied"),
    ("GET", ROOM, "User.Read.All", "Authorization_RequestDenied"),
    ("GET", ROOM + "/mailboxSettings/userPurpose", "MailboxSettings.Read", "ErrorAccessDenied"),
    ("POST", ROOM + "/sendMail", "Mail.Send", "ErrorAccessDenied"),
    ("GET", ROOM + "/calendarView/delta()?startDateTime=a&endDateTime=b", "Calendars.ReadBasic", "ErrorAccessDenied"),
    ("GET", ROOM + "/events", "Calendars.Read", "ErrorAccessDenied"),
    ("POST", ROOM + "/events", "Calendars.ReadWrite", "ErrorAccessDenied"),
    ("PATCH", ROOM + "/events/AAk%3D", "Calendars.ReadWrite", "ErrorAccessDenied"),
    ("POST", ROOM + "/events/AAk%3D/decline", "Calendars.ReadWrite", "ErrorAccessDenied"),
    ("POST", ROOM + "/calendar/getSchedule", "Calendars.ReadBasic", "ErrorAccessDenied"),
    ("GET", ROOM + "/outlook/supportedTimeZones", "User.Read.All", "ErrorAccessDenied"),
]


@pytest.mark.parametrize(("method", "path", "least", "code"), MISSING)
async def test_a_missing_role_is_403_and_the_least_role_is_enough(
    graph: Client, method: str, path: str, least: str, code: str
) -> None:
    refused = await graph.ask(method, path, {}, token=await graph.new_token(roles=["Contacts.Read"]))
    assert (refused.status, refused.code) == (403, code)
    allowed = await graph.ask(method, path, {}, token=await graph.new_token(roles=[least]))
    assert allowed.status != 403


async def test_a_read_role_does_not_write(graph: Client) -> None:
    token = await graph.new_token(roles=["Calendars.Read"])
    assert (await graph.post(ROOM + "/events", {}, token=token)).status == 403
    assert (await graph.post(ROOM + "/calendar/events", {}, token=token)).status == 403


async def test_a_subscription_is_not_granted_by_the_write_role(graph: Client) -> None:
    wanted = {"resource": "users/eiger@contoso.example/events", "changeType": "updated"}
    token = await graph.new_token(roles=["Calendars.ReadWrite"])
    answer = await graph.post("/v1.0/subscriptions", wanted, token=token)
    assert (answer.status, answer.code) == (403, "ExtensionError")
    assert answer.body["error"]["message"].startswith("Operation: Create; Exception: [Status Code: Forbidden;")


async def test_rbac_for_applications_scopes_mailboxes(graph: Client) -> None:
    await graph.post("/sim/identity", {"mailboxes": ["eiger@contoso.example"]})
    assert (await graph.get(ROOM + "/mailboxSettings")).status == 200
    answer = await graph.get("/v1.0/users/adele.vance@contoso.example/mailboxSettings")
    assert (answer.status, answer.code) == (403, "ErrorAccessDenied")
    await graph.post("/sim/identity", {"mailboxes": None})
    assert (await graph.get("/v1.0/users/adele.vance@contoso.example/mailboxSettings")).status == 200


async def test_a_scope_is_that_of_one_application(graph: Client) -> None:
    await graph.post("/sim/identity", {"mailboxes": ["eiger@contoso.example"]})
    token = await graph.new_token(appId="99999999-0000-4000-8000-000000000001")
    found = await graph.get("/v1.0/users/adele.vance@contoso.example/mailboxSettings", token=token)
    assert found.status == 200


async def test_a_scope_holds_for_subscriptions_too(graph: Client) -> None:
    await graph.post("/sim/identity", {"mailboxes": ["eiger@contoso.example"]})
    wanted = {"resource": "/users/adele.vance@contoso.example/events", "changeType": "updated"}
    answer = await graph.post("/v1.0/subscriptions", wanted)
    assert (answer.status, answer.code) == (403, "ExtensionError")
    answer = await graph.post("/v1.0/subscriptions", wanted | {"resource": "users/eiger@contoso.example/events"})
    assert answer.status != 403


async def test_a_persons_token_opens_that_persons_mailbox_only(graph: Client) -> None:
    token = await graph.new_token(user="adele.vance@contoso.example")
    own = await graph.get("/v1.0/users/adele.vance@contoso.example/mailboxSettings", token=token)
    assert own.status == 200
    assert (await graph.get(ROOM + "/mailboxSettings", token=token)).status == 403


async def test_an_unknown_control_is_named(graph: Client) -> None:
    answer = await graph.post("/sim/identity", {"rolez": []})
    assert answer.status == 400
    assert "rolez" in answer.body["error"]["message"]
