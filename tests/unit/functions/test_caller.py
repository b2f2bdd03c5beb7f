"""Who is let in: behind App Service authentication by roles, elsewhere by keys alone, and never by a header alone."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import azure.functions as func
import pytest

from functions.caller import ON_DUTY, PRINCIPAL, Caller, NotSignedIn, Role, caller_of, host_level, principal_of
from local.stack.components import CODE as ROOT
from shared.settings import BadSettings
from tests.unit.functions.calling.described import may_be_kept
from tests.unit.functions.calling.office import DOOR, ENDPOINTS, Endpoint, Office
from tests.unit.functions.calling.principals import (
    APPLICATION,
    BEHIND_SIGN_IN,
    OBJECT_ID,
    claims,
    header_of,
    signed_in,
)

OPEN = {"health", "notify_changes", "notify_lifecycle", "notify_people", "tell_story", "show_setup"}
OPEN |= {"show_console", "show_asset", "show_book", "show_panel", "show_panel_worker"}
AT_DOORS = {each.name for each in ENDPOINTS if each.path.startswith(DOOR)}
"""What a panel's token opens alone; held in test_door_api.py."""
FOR_ANY_ACCOUNT = {"tell_who_is_calling"}
GUARDED = [each for each in ENDPOINTS if each.name not in OPEN | AT_DOORS]
READ_WITH_A_BODY = {"discover", "examine_tenant", "judge_calendar_processing", "list_reservations", "preview_policy"}
FOR_EVERYBODY = [each for each in GUARDED if each.path.startswith("/api/book/")]
FOR_A_ROLE = [each for each in GUARDED if each.name not in FOR_ANY_ACCOUNT and each not in FOR_EVERYBODY]
CHANGING = [each for each in FOR_A_ROLE if each.methods != ("GET",) and each.name not in READ_WITH_A_BODY]
READING = [each for each in GUARDED if each not in CHANGING]


def named(endpoint: Endpoint) -> str:
    return f"{endpoint.methods[0]} {endpoint.path}"


def a_url(endpoint: Endpoint) -> str:
    return endpoint.path.replace("{", "").replace("}", "")


def request(**headers: str) -> func.HttpRequest:
    return func.HttpRequest("GET", "https://lockstep.example/api/resources", headers=headers, body=b"")


@pytest.fixture
def behind_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in BEHIND_SIGN_IN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("behind_sign_in")
class TestBehindSignIn:
    @pytest.mark.parametrize("endpoint", GUARDED, ids=named)
    async def test_nobody_gets_in_without_a_name(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}", {"x-functions-key": "a-key"})
        assert (answer.status, answer.code) == (401, "sign_in")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("endpoint", FOR_EVERYBODY, ids=named)
    async def test_the_booking_page_is_for_every_account(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}", signed_in())
        assert answer.status not in (401, 403)

    @pytest.mark.parametrize("endpoint", FOR_A_ROLE, ids=named)
    async def test_nobody_gets_in_without_a_role(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}", signed_in("Guest"))
        assert (answer.status, answer.code) == (403, "role")

    @pytest.mark.parametrize("endpoint", CHANGING, ids=named)
    async def test_a_reader_changes_nothing(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}", signed_in("Reader"))
        assert (answer.status, answer.code) == (403, "role")
        assert "Operator" in answer.message

    @pytest.mark.parametrize("endpoint", READING, ids=named)
    async def test_a_reader_may_read(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b'{"nonsense": 1}', signed_in("Reader"))
        assert answer.status not in (401, 403)

    @pytest.mark.parametrize("endpoint", GUARDED, ids=named)
    async def test_an_operator_may_do_everything(self, office: Office, endpoint: Endpoint) -> None:
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b'{"nonsense": 1}', signed_in("Operator"))
        assert answer.status not in (401, 403)

    @pytest.mark.parametrize("name", sorted(FOR_ANY_ACCOUNT))
    async def test_an_account_without_a_role_gets_what_is_for_anybody_of_the_tenant(
        self, office: Office, name: str
    ) -> None:
        (endpoint,) = (each for each in ENDPOINTS if each.name == name)
        answer = await office.send(endpoint.methods[0], a_url(endpoint), None, signed_in("Guest"))
        assert answer.status not in (401, 403)

    @pytest.mark.parametrize("name", sorted(OPEN))
    async def test_what_is_open_needs_nobody(self, office: Office, name: str) -> None:
        (endpoint,) = (each for each in ENDPOINTS if each.name == name)
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}")
        assert answer.status not in (401, 403)

    async def test_where_the_platform_is_not_on_duty_its_header_opens_nothing(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        for value in ("", "False", "0"):
            monkeypatch.setenv(ON_DUTY, value)
            answer = await office.send("GET", "/api/resources", None, signed_in("Operator"))
            assert (answer.status, answer.code) == (500, "not_set_up")
            assert ON_DUTY in caplog.text

    def test_the_caller_is_known_by_name_and_object_id(self) -> None:
        who = caller_of(request(**signed_in("Operator", "Reader")))
        address = "olga@contoso.example"
        assert who == Caller(address, OBJECT_ID, frozenset(Role), address, "Olga Operator")

    @pytest.mark.parametrize(
        ("told", "address"),
        [
            ({}, "olga@contoso.example"),
            ({"email": "o.operator@contoso.example"}, "olga@contoso.example"),
            ({"preferred_username": "", "upn": "olga@contoso.example"}, "olga@contoso.example"),
            ({"preferred_username": "o_fabrikam.example#EXT#@contoso.example", "email": "o@fabrikam.example"},
             "o@fabrikam.example"),
            ({"preferred_username": "olga"}, ""),
            ({"preferred_username": "", "name": ""}, ""),
        ],
        ids=str,
    )  # fmt: skip
    def test_a_persons_address_is_the_name_of_their_account(self, told: dict[str, str], address: str) -> None:
        assert caller_of(request(**signed_in("Reader", **told))).address == address

    def test_a_program_is_known_by_its_client_id(self) -> None:
        who = caller_of(request(**signed_in("Reader", preferred_username="", name="")))
        assert who == Caller("application 04b07795-8ddb-461a-bbee-02f9e1bf7b46", OBJECT_ID, frozenset({Role.READER}))

    def test_the_host_asks_for_no_key(self) -> None:
        assert host_level() is func.AuthLevel.ANONYMOUS


class TestPrincipals:
    @pytest.mark.parametrize(
        "header",
        [
            "no base64!", "e30", "ew==", header_of([]), header_of(7), header_of({}), header_of({"auth_typ": "aad"}),
            header_of({"auth_typ": "aad", "claims": {}}),
            header_of({"auth_typ": "aad", "claims": [1, None, {"typ": 1}]}),
            header_of({"auth_typ": "facebook", "claims": claims("Operator")}),
            header_of({"auth_typ": "aad", "claims": claims("Operator", aud="another-app")}),
            header_of({"auth_typ": "aad", "claims": claims("Operator", aud="")}),
            header_of({"auth_typ": "aad", "claims": [each for each in claims("Operator") if "//" not in each["typ"]]}),
            "W1" * 40_000, "é", "\x00", header_of({"auth_typ": "aad", "claims": claims("x" * 70_000)}),
        ],
        ids=lambda value: str(value)[:24],
    )  # fmt: skip
    def test_one_that_says_nothing_of_us_names_nobody(self, header: str) -> None:
        with pytest.raises(NotSignedIn):
            principal_of(header, APPLICATION)

    def test_a_role_by_its_long_name_counts(self) -> None:
        long = {"typ": "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "val": "Reader"}
        who = principal_of(header_of({"auth_typ": "aad", "claims": [*claims(), long]}), APPLICATION)
        assert who.roles == {Role.READER}

    @pytest.mark.parametrize("role", ["reader", "Operator ", "operator", "Reader,Operator", ""])
    def test_what_only_looks_like_a_role_is_none(self, role: str) -> None:
        assert principal_of(signed_in(role)[PRINCIPAL], APPLICATION).roles == frozenset()

    def test_a_name_stays_one_line(self) -> None:
        who = principal_of(
            signed_in("Reader", preferred_username="olga\r\nroot\u202e" + "x" * 500)[PRINCIPAL], APPLICATION
        )
        assert who.name == ("olgaroot" + "x" * 500)[: len(who.name)]
        assert len(who.name) <= 255

    def test_the_audience_may_be_the_applications_uri(self) -> None:
        assert principal_of(signed_in("Reader", aud=f"api://{APPLICATION}")[PRINCIPAL], APPLICATION).may(Role.READER)


class TestWithKeys:
    """On one machine the host has checked the key; nothing else says who is calling."""

    def test_the_header_of_a_principal_counts_for_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(ON_DUTY, "True")
        forged = request(**signed_in("Operator", preferred_username="root@contoso.example"))
        assert caller_of(forged).name == "no key"

    @pytest.mark.parametrize(
        "how", [{"headers": {"x-functions-key": "s3cr3t-key"}}, {"params": {"code": "s3cr3t-key"}}]
    )
    def test_a_key_is_told_by_its_digest_and_never_shown(self, how: dict[str, Any]) -> None:
        who = caller_of(func.HttpRequest("GET", "https://lockstep.example/api/resources", body=b"", **how))
        assert who.name == f"key {who.id}"
        assert len(who.id) == 8
        assert "s3cr3t" not in repr(who)

    def test_the_host_asks_for_a_key(self) -> None:
        assert host_level() is func.AuthLevel.FUNCTION


class TestIndexed:
    """What the host is told when it asks for the functions."""

    @pytest.mark.parametrize(("sign_in", "asked"), [("", "FUNCTION"), (APPLICATION, "ANONYMOUS")])
    def test_the_host_asks_for_keys_only_where_nobody_signs_in(self, sign_in: str, asked: str) -> None:
        program = (
            "import function_app as f\n"
            "print({str(t['authLevel']) for e in f.app.get_functions() for t in [e.get_trigger().get_dict_repr()]"
            " if t['type'] == 'httpTrigger' and e.get_function_name() == 'link_resource'})"
        )
        environment = {"PATH": "/usr/bin:/bin", "LOCKSTEP_SIGN_IN": sign_in}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert asked in done.stdout


class TestForeignPages:
    CHANGING_HERE = "/api/sweep"

    @pytest.mark.parametrize("endpoint", [*CHANGING, *FOR_EVERYBODY[5:]], ids=named)
    async def test_a_form_of_a_foreign_page_changes_nothing(self, office: Office, endpoint: Endpoint) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
        answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{}", form)
        assert (answer.status, answer.code) == (403, "cross_site")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://lockstep.example"},
            {"Origin": "https://lockstep.example.evil.example"}, {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"}, {"Content-Type": "text/plain"}, {"Content-Type": ""},
            {"Content-Type": "multipart/form-data"}, {"Content-Type": "text/plain; application/json"},
        ],
        ids=str,
    )  # fmt: skip
    async def test_what_a_browser_may_be_made_to_send_is_refused(self, office: Office, headers: dict[str, str]) -> None:
        answer = await office.send("POST", self.CHANGING_HERE, None, headers)
        assert (answer.status, answer.code) == (403, "cross_site")

    @pytest.mark.parametrize(
        "headers",
        [
            {}, {"Content-Type": "application/json; charset=utf-8"}, {"Origin": "https://lockstep.example"},
            {"Content-Type": "", "x-functions-key": "k"}, {"Content-Type": "text/plain", "Authorization": "Bearer t"},
            {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
        ],
        ids=str,
    )  # fmt: skip
    async def test_what_programs_and_own_pages_send_is_taken(self, office: Office, headers: dict[str, str]) -> None:
        assert (await office.send("POST", self.CHANGING_HERE, None, headers)).status == 202

    async def test_reading_is_not_asked_where_it_comes_from(self, office: Office) -> None:
        headers = {"Content-Type": "", "Origin": "https://evil.example"}
        answer = await office.send("GET", "/api/resources", None, headers)
        assert answer.status == 200
        # The browser keeps it from the foreign page: nothing here says otherwise.
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
async def test_every_answer_is_careful(office: Office, endpoint: Endpoint) -> None:
    answer = await office.send(endpoint.methods[0], a_url(endpoint), b"{", {"Accept": "text/html"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not may_be_kept(endpoint.path, endpoint.methods[0], answer.status):
        assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    policy = answer.headers["content-security-policy"]
    assert all(f"{each} 'none'" in policy for each in ("default-src", "frame-ancestors", "base-uri", "form-action"))
    assert "script-src" not in policy or "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


def test_a_sign_in_without_the_platform_on_duty_is_named_as_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCKSTEP_SIGN_IN", APPLICATION)
    monkeypatch.delenv(ON_DUTY, raising=False)
    with pytest.raises(BadSettings, match=ON_DUTY):
        caller_of(request(**signed_in("Operator")))
