"""The tenants that one installation serves, each with its own credential, keys and settings. Pure.

One tenant is named by ``LOCKSTEP_TENANT`` and the settings beside it. Several are a list in ``LOCKSTEP_TENANTS``, JSON
objects with these fields, of which only ``id`` and ``keys`` are needed:

field          meaning
-------------  ------------------------------------------------------------------------------------------
id             the tenant's id
keys           SHA-256 (hex) of each key with which this tenant's API is called
identity       client id of the managed identity (default: ``AZURE_CLIENT_ID``)
application    client id of the application that the tenant has consented to; it is spoken for by the managed
               identity as its federated credential, unless one of the next two is given
certificate    name of the app setting that holds the application's certificate (base64 of PKCS #12 or PEM)
secret         name of the app setting that holds the application's secret: the last resort
mail_from      mailbox from which mails to this tenant's people are sent
follow_people  true: the tenant's users are followed
ceiling        most linked resources: a number, or users+ and a number
kept_days      days for which decisions and acts are kept (default: 400)
canary         mailbox of the linked test resource on which canaries fly (default: none do)
language       en, de or fr: in which people are written to whose own language is not known (default: en)

Secrets stand in app settings of their own, so that each can be a reference to a key vault.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.ceiling import Ceiling
from shared.domain.ids import TenantId
from shared.domain.retention import USUAL, Retention

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_ADDRESS = re.compile(r"[^\s@/?#%]+@[^\s@/?#%]+")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
LANGUAGES = ("en", "de", "fr")
"""The languages that there are words in."""
_FIELDS = frozenset((
    "id", "keys", "identity", "application", "certificate", "secret", "mail_from", "follow_people", "ceiling",
    "kept_days", "canary", "language",
))  # fmt: skip


@dataclass(frozen=True)
class TenantSettings:
    """One tenant. ``keys`` are digests; without any, whoever may call the app at all may call for this tenant."""

    id: TenantId
    identity: str = ""
    application: str = ""
    certificate: bytes = field(default=b"", repr=False)
    secret: str = field(default="", repr=False)
    mail_from: str = ""
    follow_people: bool = False
    ceiling: Ceiling | None = None
    keys: frozenset[str] = field(default=frozenset(), repr=False)
    retention: Retention = field(default_factory=Retention)
    canary: str = ""
    language: str = ""


def is_mailbox(text: str) -> bool:
    """Tell whether a text is an address or an object id."""
    return bool(_ADDRESS.fullmatch(text) or _GUID.fullmatch(text))


def read_tenants(
    text: str, setting: Callable[[str], str], identity: str
) -> tuple[tuple[TenantSettings, ...], list[str]]:
    """Return the tenants of a list, and a sentence for each mistake; values are never shown.

    ``setting`` returns an app setting by its name, ``identity`` is the managed identity where an entry names none.
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return (), ["LOCKSTEP_TENANTS is no JSON"]
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        return (), ["LOCKSTEP_TENANTS is no list of objects"]
    mistakes: list[str] = []
    tenants = tuple(_Entry(place, entry, setting, mistakes).tenant(identity) for place, entry in enumerate(listed, 1))
    if len({tenant.id for tenant in tenants}) < len(tenants):
        mistakes.append("LOCKSTEP_TENANTS names a tenant twice")
    keys = [key for tenant in tenants for key in tenant.keys]
    if len(set(keys)) < len(keys):
        mistakes.append("LOCKSTEP_TENANTS gives the same key to two tenants")
    return tenants, mistakes


class _Entry:
    """One entry of the list, read field by field."""

    def __init__(
        self, place: int, given: Mapping[str, Any], setting: Callable[[str], str], mistakes: list[str]
    ) -> None:
        self._name = f"entry {place} of LOCKSTEP_TENANTS"
        self._given = given
        self._setting = setting
        self._mistakes = mistakes
        # A name that is not known may be a secret in the wrong place, so it is not repeated.
        if given.keys() - _FIELDS:
            self._wrong(f"has fields beside {', '.join(sorted(_FIELDS))}")

    def tenant(self, identity: str) -> TenantSettings:
        if "certificate" in self._given and "secret" in self._given:
            self._wrong("has both a certificate and a secret")
        application = self._matching("application", _GUID)
        if not application and ("certificate" in self._given or "secret" in self._given):
            self._wrong("has a certificate or a secret and no application")
        follows = self._given.get("follow_people", False)
        if not isinstance(follows, bool):
            self._wrong("has a follow_people that is neither true nor false")
        return TenantSettings(
            TenantId(self._matching("id", _ID, needed=True).lower()),
            self._matching("identity", _GUID) or identity,
            application,
            self._certificate(),
            self._named("secret"),
            self._mailbox("mail_from"),
            follows is True,
            self._ceiling(follows is True),
            self._keys(),
            self._retention(),
            self._mailbox("canary"),
            self._language(),
        )

    def _wrong(self, what: str) -> None:
        self._mistakes.append(f"{self._name} {what}")

    def _text(self, name: str) -> str:
        value = self._given.get(name, "")
        if not isinstance(value, str):
            self._wrong(f"has no text as its {name}")
            return ""
        return value.strip()

    def _language(self) -> str:
        value = self._text("language").casefold()
        if value and value not in LANGUAGES:
            self._wrong(f"has a language that is none of {', '.join(LANGUAGES)}")
        return value

    def _matching(self, name: str, form: re.Pattern[str], *, needed: bool = False) -> str:
        value = self._text(name)
        if (value or needed) and not form.fullmatch(value):
            self._wrong(f"has no usable {name}")
        return value

    def _mailbox(self, name: str) -> str:
        value = self._text(name)
        if value and not is_mailbox(value):
            self._wrong(f"has a {name} that is neither the address of a mailbox nor its object id")
        return value

    def _named(self, name: str) -> str:
        """Return the app setting that a field names."""
        named = self._text(name)
        found = self._setting(named) if named else ""
        if name in self._given and not found:
            self._wrong(f"names an app setting for its {name} that is not set")
        return found

    def _certificate(self) -> bytes:
        text = self._named("certificate")
        if text.startswith("-----BEGIN"):
            return text.encode()
        try:
            return base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            self._wrong("has a certificate that is neither PEM nor base64")
            return b""

    def _ceiling(self, follows: bool) -> Ceiling | None:
        if "ceiling" not in self._given:
            return None
        try:
            found = Ceiling.parse(str(self._given["ceiling"]))
        except ValueError:
            self._wrong("has a ceiling that is neither a number nor users+ and a number")
            return None
        if found.above_users and not follows:
            self._wrong("has a ceiling that counts users, so follow_people must be true")
        return found

    def _retention(self) -> Retention:
        days = self._given.get("kept_days", USUAL)
        try:
            return Retention(days if isinstance(days, int) and not isinstance(days, bool) else 0)
        except ValueError as error:
            self._wrong(f"has a kept_days that cannot be: {error}")
            return Retention()

    def _keys(self) -> frozenset[str]:
        keys = self._given.get("keys")
        if not isinstance(keys, list) or not keys or not all(isinstance(k, str) and _DIGEST.fullmatch(k) for k in keys):
            self._wrong("has no list 'keys' of SHA-256 digests in hex")
            return frozenset()
        return frozenset(key.lower() for key in keys)
