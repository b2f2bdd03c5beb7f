"""The administrator's page and script: with this installation's ids, for whoever holds the link, and no one else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from shared.domain.ids import TenantId
from shared.domain.setup_link import read_setup_token, setup_token
from tests.unit.functions.calling.environments import AZURE
from tests.unit.functions.calling.office import Office

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEYS = {"1": b"k" * 32, "2": b"q" * 32}
TENANT = TenantId(AZURE["LOCKSTEP_TENANT"].lower())


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, office: Office) -> None:
    # The page looks at the machine's clock, the office's stands still: the link is made now.
    office.world.clock.set(datetime.now(UTC))
    for name, value in {**AZURE, "LOCKSTEP_TENANT": office.world.outside.tenant}.items():
        monkeypatch.setenv(name, value)


async def _link(office: Office) -> str:
    made = await office.ask("GET", "/api/setup")
    return str(urlsplit(made["url"]).path)


async def test_the_link_is_at_this_installation_and_ends_after_30_days(office: Office) -> None:
    made = await office.ask("GET", "/api/setup")
    assert made["url"].startswith(f"{office.world.outside.notification_url}/api/setup/")
    assert datetime.fromisoformat(made["until"]) - office.world.clock.now() == pytest.approx(
        timedelta(days=30), abs=timedelta(seconds=1)
    )


async def test_the_page_names_tenant_and_application_and_warns_of_grants_without_a_scope(office: Office) -> None:
    page = await office.send("GET", await _link(office))
    assert page.status == 200
    for words in (office.world.outside.tenant, AZURE["AZURE_CLIENT_ID"], "Do not grant calendar rights in Entra"):
        assert words in page.body


async def test_the_script_has_this_installations_ids_in_it_and_no_place_left_to_fill(office: Office) -> None:
    script = (await office.send("GET", f"{await _link(office)}?script=true")).body
    assert f"$TenantId = '{office.world.outside.tenant}'" in script
    assert f"$ApplicationId = '{AZURE['AZURE_CLIENT_ID']}'" in script
    assert "$Cloud = 'public'" in script
    assert "$MailFrom = ''" in script
    assert "'<" not in script


async def test_a_quote_in_an_address_stays_inside_its_text(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCKSTEP_MAIL_FROM", "o'hara@contoso.example")
    script = (await office.send("GET", f"{await _link(office)}?script=true")).body
    assert "$MailFrom = 'o''hara@contoso.example'" in script


@pytest.mark.parametrize("change", ["x", ".", "0"])
async def test_a_changed_link_opens_nothing(office: Office, change: str) -> None:
    assert (await office.send("GET", (await _link(office)) + change)).status == 404


async def test_a_link_to_a_tenant_that_is_not_served_opens_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await _link(office)
    monkeypatch.setenv("LOCKSTEP_TENANT", "another")
    assert (await office.send("GET", link)).status == 404


async def test_an_odd_question_is_refused(office: Office) -> None:
    assert (await office.send("GET", f"{await _link(office)}?script=perhaps")).status == 400


def test_a_token_opens_its_tenants_page_until_its_last_second() -> None:
    token = setup_token("2", KEYS["2"], TENANT, NOW)
    assert read_setup_token(token, KEYS, NOW) == TENANT
    assert read_setup_token(token, KEYS, NOW + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "1",
        "1.a.b",
        "1.tenant.1795305600.00",
        "3" + setup_token("1", KEYS["1"], TENANT, NOW)[1:],
        setup_token("1", KEYS["2"], TENANT, NOW),
        setup_token("1", KEYS["1"], TENANT, NOW).replace(str(TENANT)[:4], "9999"),
        setup_token("1", KEYS["1"], TENANT, NOW) + "\ud800",
        "1." + "a" * 300,
    ],
)
def test_what_was_not_signed_so_opens_nothing(token: str) -> None:
    assert read_setup_token(token, KEYS, NOW) is None


async def test_a_link_survives_a_new_key_and_the_next_one_uses_it(office: Office) -> None:
    earlier = await _link(office)
    made = await office.ask("POST", "/api/subscriptions/keys")
    assert (await office.send("GET", earlier)).status == 200
    assert f"/{made['key']}." in await _link(office)
