"""Several tenants as one app setting: each with its credential; every mistake is named, and no value is shown."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from shared.app.messages import languages
from shared.composition import Installation, TenantUnknown, TenantUnnamed
from shared.domain.ceiling import Ceiling
from shared.settings import BadSettings, Settings, read_settings
from shared.tenants import LANGUAGES
from tests.unit.functions.calling.environments import AZURE

KEY, OTHER_KEY = "a key", "another key"
DIGEST, OTHER_DIGEST = (hashlib.sha256(key.encode()).hexdigest() for key in (KEY, OTHER_KEY))
HOME, GUEST = "0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0", "99999999-8888-7777-6666-555555555555"
APPLICATION = "aaaaaaaa-0000-0000-0000-00000000000f"
BASE = {name: value for name, value in AZURE.items() if name != "LOCKSTEP_TENANT"}


def read(*entries: object, **more: str) -> Settings:
    return read_settings({**BASE, "LOCKSTEP_TENANTS": json.dumps(entries), **more})


def mistakes(*entries: object, **more: str) -> str:
    with pytest.raises(BadSettings) as caught:
        read(*entries, **more)
    return str(caught.value)


def test_each_tenant_has_its_own_credential_mailbox_and_ceiling() -> None:
    settings = read(
        {"id": HOME, "keys": [DIGEST.upper()], "follow_people": True, "ceiling": "users+5"},
        {
            "id": GUEST,
            "keys": [OTHER_DIGEST],
            "application": APPLICATION,
            "secret": "GUEST_SECRET",
            "ceiling": 7,
            "kept_days": 90,
            "language": "DE",
        },
        GUEST_SECRET="hush",
    )
    home, guest = settings.tenants
    assert (home.id, home.identity, home.application) == (HOME.lower(), AZURE["AZURE_CLIENT_ID"], "")
    assert (home.ceiling, home.follow_people, home.keys) == (Ceiling(5, above_users=True), True, frozenset({DIGEST}))
    assert (home.retention.days, guest.retention.days) == (400, 90)
    assert (home.language, guest.language) == ("", "de")
    assert (guest.secret, guest.application, guest.ceiling) == ("hush", APPLICATION, Ceiling(7))
    assert "hush" not in repr(settings)
    assert DIGEST not in repr(settings)


@pytest.mark.parametrize("text", ["-----BEGIN CERTIFICATE-----\nabc", base64.b64encode(b"pkcs12").decode()])
def test_a_certificate_is_pem_or_base64(text: str) -> None:
    entry = {"id": GUEST, "keys": [DIGEST], "application": APPLICATION, "certificate": "GUEST_CERTIFICATE"}
    (tenant,) = read(entry, GUEST_CERTIFICATE=text).tenants
    assert tenant.certificate in (text.encode(), b"pkcs12")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "a.b"}, "no usable id"),
        ({"id": None}, "no text as its id"),
        ({"keys": []}, "no list 'keys'"),
        ({"keys": ["hush"]}, "no list 'keys'"),
        ({"application": "hush"}, "no usable application"),
        ({"identity": "hush"}, "no usable identity"),
        ({"application": APPLICATION, "secret": "NOT_THERE"}, "secret that is not set"),
        ({"application": APPLICATION, "certificate": "BAD"}, "neither PEM nor base64"),
        ({"application": APPLICATION, "certificate": "BAD", "secret": "BAD"}, "both a certificate and a secret"),
        ({"secret": "BAD"}, "no application"),
        ({"mail_from": "hush"}, "mail_from"),
        ({"follow_people": "hush"}, "follow_people"),
        ({"ceiling": "hush"}, "neither a number"),
        ({"kept_days": 29}, "from 30 to 3660 days"),
        ({"kept_days": "long"}, "kept_days"),
        ({"ceiling": "users+5"}, "counts users"),
        ({"hush": 1}, "has fields beside"),
    ],
    ids=str,
)
def test_a_mistake_in_an_entry_is_named_with_its_place(change: dict[str, object], says: str) -> None:
    told = mistakes({"id": HOME, "keys": [OTHER_DIGEST]}, {"id": GUEST, "keys": [DIGEST], **change}, BAD="hush!")
    assert "entry 2 of LOCKSTEP_TENANTS" in told
    assert says in told
    assert "hush" not in told


@pytest.mark.parametrize("text", ["hush", "{}", "[]", "[7]", "[" * 100_000])
def test_what_is_no_list_of_tenants_is_refused(text: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings({**BASE, "LOCKSTEP_TENANTS": text})
    assert "LOCKSTEP_TENANTS is no" in str(caught.value)


def test_a_language_that_there_are_no_words_in_is_refused() -> None:
    entry = {"id": HOME, "keys": [DIGEST]}
    assert "a language that is none of en, de, fr" in mistakes({**entry, "language": "it"})


def test_the_languages_of_tenants_are_those_that_there_are_words_in() -> None:
    assert set(LANGUAGES) == set(languages())


def test_a_tenant_and_a_key_stand_once() -> None:
    assert "names a tenant twice" in mistakes({"id": HOME, "keys": [DIGEST]}, {"id": HOME, "keys": [OTHER_DIGEST]})
    assert "the same key" in mistakes({"id": HOME, "keys": [DIGEST]}, {"id": GUEST, "keys": [DIGEST]})


@pytest.mark.parametrize("name", ["LOCKSTEP_TENANT", "LOCKSTEP_MAIL_FROM", "LOCKSTEP_CEILING"])
def test_settings_of_one_tenant_have_no_place_beside_a_list(name: str) -> None:
    assert f"{name} is about one tenant" in mistakes({"id": HOME, "keys": [DIGEST]}, **{name: "x@contoso.example"})


def test_a_key_leads_to_its_tenant_and_to_adapters_of_its_own() -> None:
    entries = ({"id": HOME, "keys": [DIGEST]}, {"id": GUEST, "keys": [OTHER_DIGEST], "application": APPLICATION})
    installation = Installation(read(*entries))
    assert (installation.called_with(KEY), installation.called_with(OTHER_KEY)) == (HOME.lower(), GUEST)
    for key in ("", "hush", DIGEST, "\ud800"):
        with pytest.raises(TenantUnnamed):
            installation.called_with(key)
    home, guest = (installation.of(tenant) for tenant in installation.tenants)
    assert home.outside.tenant != guest.outside.tenant
    assert home.outside.calendar is not guest.outside.calendar
    assert home.wakeups is guest.wakeups
    assert installation.of(installation.tenants[0]) is home
    with pytest.raises(TenantUnknown):
        installation.of(type(installation.tenants[0])("nobody"))


def test_the_one_tenant_of_an_installation_needs_no_key_and_one_of_a_list_does() -> None:
    assert Installation(read_settings(AZURE)).called_with("") == AZURE["LOCKSTEP_TENANT"].lower()
    with pytest.raises(TenantUnnamed):
        Installation(read({"id": HOME, "keys": [DIGEST]})).called_with("")
