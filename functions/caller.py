"""Who is calling, and what they may do: the one place that reads it from a request.

Behind App Service authentication (``LOCKSTEP_SIGN_IN``) the platform says who it is, in a header that it takes away
from whatever comes from outside; that header is believed only where the platform itself says that it is on duty, and
only for a token that was made for this app. Without it the host has let nobody in who had no key, and the header
counts for nothing. Nothing here asks anybody, and no key is ever told: only a digest names it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import azure.functions as func

from shared.settings import BadSettings, sign_in_of

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
"""The header in which App Service says who has signed in: claims in JSON, in base64."""

ON_DUTY = "WEBSITE_AUTH_ENABLED"
"""What App Service sets while its authentication is on."""

_LONGEST_PRINCIPAL = 64 * 1024
_LONGEST_NAME = 255
_ROLES = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
_OBJECT = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid")
_NAMES = ("preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "name")
# Names of accounts are the tenant's own to give, and nobody else's; a guest's stands for no mailbox.
_ADDRESSES = (*_NAMES[:-1], "email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress")
_OF_A_GUEST = "#ext#"
_APPLICATIONS = ("azp", "appid")

Claims = Mapping[str, tuple[str, ...]]


class Role(StrEnum):
    """What somebody may do; whoever may operate may read."""

    READER = "Reader"
    OPERATOR = "Operator"


class NotSignedIn(PermissionError):
    """Nobody is known to be calling; the sentence says how to sign in."""


class NotAllowed(PermissionError):
    """Somebody is calling who may not do this; the sentence names the role, or why nobody like them may."""

    def __init__(self, message: str, code: str = "role") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Caller:
    """Somebody who calls. ``id`` is the object id in Entra, or the digest of a key; ``name`` is for people to read.

    ``address`` is a person's, as far as Entra told it; ``called`` is what they are called.
    """

    name: str
    id: str
    roles: frozenset[Role]
    address: str = ""
    called: str = ""

    def may(self, role: Role) -> bool:
        """Tell whether a role is held, or one that includes it."""
        return bool(self.roles & {role, Role.OPERATOR})


def host_level() -> func.AuthLevel:
    """Return what the host has to ask of every call: a key, or nothing where people and programs sign in."""
    return func.AuthLevel.ANONYMOUS if sign_in_of(os.environ) else func.AuthLevel.FUNCTION


def caller_of(req: func.HttpRequest) -> Caller:
    """Return who is calling. Raises ``NotSignedIn``, and ``BadSettings`` where nobody could be told from a forger."""
    application = sign_in_of(os.environ)
    if not application:
        return _holder_of_key(req.headers.get("x-functions-key") or req.params.get("code") or "")
    if os.environ.get(ON_DUTY, "").casefold() != "true":
        raise BadSettings(
            f"LOCKSTEP_SIGN_IN is set, and {ON_DUTY} does not say that App Service authentication is on: nobody is let"
            " in. Turn it on (infra/modules/functionapp.bicep does), or clear LOCKSTEP_SIGN_IN on one machine."
        )
    header = req.headers.get(PRINCIPAL, "")
    if not header:
        raise NotSignedIn("sign in: send a token of Entra for this app, as `lockstep --scope` does")
    return principal_of(header, application)


def admit(req: func.HttpRequest, role: Role) -> Caller:
    """Return who is calling, if they hold the role. Raises ``NotSignedIn``, ``NotAllowed`` and ``BadSettings``."""
    caller = caller_of(req)
    if not caller.may(role):
        raise NotAllowed(f"this takes the role {role.value} of the app's registration in Entra, which you do not have")
    return caller


def principal_of(header: str, application: str) -> Caller:
    """Return whom a principal header names. Raises ``NotSignedIn`` where it names nobody or is not for us."""
    claims = _claims(header)
    if not {application, f"api://{application}"} & {each.casefold() for each in claims.get("aud", ())}:
        raise NotSignedIn("the token is for another app; ask for one with the scope of this app's registration")
    who, named = _first(claims, _OBJECT), _first(claims, _NAMES)
    if not who:
        raise NotSignedIn("the token does not say who it was given to; sign in again")
    held = {value for kind in _ROLES for value in claims.get(kind, ())}
    program = _first(claims, _APPLICATIONS)
    name = named or (f"application {program}" if program else who)
    roles = frozenset(each for each in Role if each.value in held)
    return Caller(name, who, roles, _address(claims), _first(claims, ("name",)))


def _address(claims: Claims) -> str:
    """Return the address of a person. A program has none."""
    named = (_first(claims, (kind,)) for kind in _ADDRESSES)
    return next((each for each in named if "@" in each and _OF_A_GUEST not in each.casefold()), "")


def _claims(header: str) -> Claims:
    """Return the values of each claim by its type. Whatever is no claim is passed over."""
    unreadable = NotSignedIn("who has signed in cannot be read; sign in again")
    if len(header) > _LONGEST_PRINCIPAL:
        raise unreadable
    try:
        said = json.loads(base64.b64decode(header, validate=True))
    except (ValueError, RecursionError):
        raise unreadable from None
    listed = said.get("claims") if isinstance(said, dict) else None
    if not isinstance(listed, list) or said.get("auth_typ") != "aad":
        raise unreadable
    found: dict[str, tuple[str, ...]] = {}
    for each in listed:
        kind, value = (each.get("typ"), each.get("val")) if isinstance(each, dict) else (None, None)
        if isinstance(kind, str) and isinstance(value, str):
            found[kind] = (*found.get(kind, ()), value)
    return found


def _first(claims: Claims, kinds: tuple[str, ...]) -> str:
    """Return the first claim of these kinds that says something, in one line."""
    values = (value for kind in kinds for value in claims.get(kind, ()))
    return next((shown for shown in map(_one_line, values) if shown), "")


def _one_line(text: str) -> str:
    kept = "".join(each for each in text[:_LONGEST_NAME] if unicodedata.category(each)[0] != "C")
    return kept.strip()


def _holder_of_key(key: str) -> Caller:
    """Return the holder of a key that the host has let in: its digest tells keys apart and opens nothing."""
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:8] if key else ""
    return Caller(f"key {digest}" if digest else "no key", digest, frozenset(Role))
