"""How an application proves to the token endpoint who it is: a secret, a certificate, or a federated credential.

Where a tenant has registered what an application proves itself with, exactly that opens the endpoint. The checks are
Entra's (facts on Graph, section 6): an assertion of a certificate is signed by its key, of this application and for
this endpoint; one of a federated credential is a token of the managed identity, of its own tenant and for the
exchange of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from local.graph.tokens import RefusedTokenError, Token, read_signed

EXCHANGE_AUDIENCES = frozenset({"api://AzureADTokenExchange", "fb60f99c-7a34-4190-8149-302f77469936"})
_KINDS = ("secret", "certificate", "federated")


class RefusedProofError(Exception):
    """What Entra answers to a proof that is none: the number of its AADSTS error, and its text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Registered:
    """What one application proves itself with: one of a secret, a certificate (PEM), or a managed identity.

    ``federated`` is the client id of the identity that speaks for the application, ``home`` the identity's tenant.
    """

    secret: str = ""
    certificate: str = ""
    federated: str = ""
    home: str = ""


def registered_from(entry: Mapping[str, Any], home: str) -> Registered:
    """Read one entry of the control. Raises ValueError for one that names not exactly one kind of proof."""
    given = {kind: str(entry[kind]) for kind in _KINDS if entry.get(kind)}
    if len(given) != 1 or entry.keys() - {*_KINDS, "home"}:
        raise ValueError(f"a registration names exactly one of {', '.join(_KINDS)}")
    return Registered(**given, home=str(entry.get("home", home)))


def check_proof(known: Registered, form: Mapping[str, str], endpoint: str) -> None:
    """Let a request of an application pass that proves what was registered. Raises ``RefusedProofError``."""
    assertion = form.get("client_assertion", "")
    if known.secret:
        if form.get("client_secret") != known.secret:
            raise RefusedProofError(7000215, "Invalid client secret provided.")
    elif not assertion:
        raise RefusedProofError(7000218, "The request must contain the parameter: 'client_assertion'.")
    elif known.certificate:
        _check_certificate(known.certificate, assertion, form["client_id"], endpoint)
    else:
        _check_identity(known, Token(assertion))


def _check_certificate(certificate: str, assertion: str, application: str, endpoint: str) -> None:
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise RefusedProofError(700027, "The certificate's key is no RSA key.")
    try:
        jwt.decode(
            assertion,
            key,
            algorithms=["PS256", "RS256"],
            audience=endpoint,
            issuer=application,
            subject=application,
            options={"require": ["exp", "iss", "sub", "aud"]},
        )
    except jwt.InvalidTokenError as error:
        raise RefusedProofError(700027, f"Client assertion failed signature validation: {error}.") from error


def _check_identity(known: Registered, token: Token) -> None:
    try:
        claims = read_signed(token)
    except RefusedTokenError as error:
        raise RefusedProofError(50027, f"JWT token is invalid or malformed: {error}") from error
    if claims["aud"] not in EXCHANGE_AUDIENCES:
        raise RefusedProofError(700212, "No matching federated identity record found for presented assertion audience.")
    if claims["appid"] != known.federated or claims["tid"] != known.home:
        raise RefusedProofError(70021, "No matching federated identity record found for presented assertion.")
