"""Entra for the embedded stack: token endpoints, the managed identity endpoint, and who may call Graph.

Rule: `/v1.0` and `/beta` need a token, everything else does not. The endpoints follow the contracts that
azure-identity speaks: App Service managed identity (api-version 2019-08-01), client credentials with a secret
or an assertion, OpenID and instance discovery. They check form, not secrets, unless a secret was set.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from local.graph.assertions import RefusedProofError, Registered, check_proof, registered_from
from local.graph.permissions import access_denied, check, mailbox_of
from local.graph.simulation import Simulation
from local.graph.tokens import (
    GRAPH,
    LOCAL_APP,
    Claims,
    Grants,
    RefusedTokenError,
    Wanted,
    make_token,
    read_token,
)
from local.graph.wire import Call, Caller, GraphError, Handler, Json, Reply, Route

MSI_API_VERSION = "2019-08-01"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)
_CONTROLS = frozenset(
    ("roles", "tokenLifetime", "mailboxes", "clientSecret", "expireTokens", "applications", "registered")
)
_GRANTS: WeakKeyDictionary[Simulation, Grants] = WeakKeyDictionary()


def grants_of(sim: Simulation) -> Grants:
    """The grants of this simulator."""
    return _GRANTS.setdefault(sim, Grants())


def forget(sim: Simulation) -> None:
    """Back to the default grants; tokens given before stay good."""
    _GRANTS.pop(sim, None)


def routes() -> Iterable[Route]:
    """Token endpoints and their controls."""
    return (
        Route("GET", "/msi/token", managed_identity),
        Route("POST", "/{tenant}/oauth2/v2.0/token", client_credentials),
        Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", openid_configuration),
        Route("GET", "/common/discovery/instance", instance_discovery),
        Route("GET", "/sim/identity", show_grants),
        Route("POST", "/sim/identity", change_grants),
        Route("POST", "/sim/token", give_token),
    )


async def recognise(call: Call, proceed: Handler) -> Reply:
    """Tell those that come after who asks, where the token says so; whether they may is decided by ``middleware``."""
    if call.caller is not None or "Authorization" not in call.headers:
        return await proceed(call)
    try:
        caller = _caller(call)
    except GraphError:
        return await proceed(call)
    return await proceed(replace(call, caller=caller))


async def middleware(call: Call, proceed: Handler) -> Reply:
    """Let a call of Graph through when its token is good and its roles suffice: else 401 or 403."""
    if not call.path.lower().startswith(("/v1.0/", "/beta/")) or call.sim.settings.auth == "off":
        return await proceed(call)
    # An item of a batch is called by whoever sent the batch; its roles are checked, its token was.
    caller = call.caller if call.in_batch and call.caller else _caller(call)
    if caller.user is None:
        # A scope is one application's: others keep what they were granted (facts 6, RBAC for Applications).
        check(call, caller.roles, grants_of(call.sim).mailboxes if caller.app_id == LOCAL_APP else None)
    elif not _is_own(call, caller.user):
        raise access_denied()
    return await proceed(replace(call, caller=caller))


def _caller(call: Call) -> Caller:
    try:
        claims: Claims = read_token(grants_of(call.sim), call.headers.get("Authorization", ""))
    except RefusedTokenError as error:
        raise GraphError(
            401, "InvalidAuthenticationToken", str(error), headers={"WWW-Authenticate": _CHALLENGE}
        ) from error
    return Caller(claims.app_id, claims.tenant_id, claims.roles, claims.user)


def _is_own(call: Call, user: str) -> bool:
    """Whether a person's token is used on that person's own mailbox, or on no mailbox."""
    named = mailbox_of(call.path)
    if named is None:
        return True
    mailbox = call.sim.store.find_mailbox(named)
    return mailbox is not None and mailbox == call.sim.store.find_mailbox(user)


async def managed_identity(call: Call) -> Reply:
    """The App Service contract: X-IDENTITY-HEADER, api-version, resource; `expires_on` is a string."""
    grants = grants_of(call.sim)
    if call.headers.get("X-IDENTITY-HEADER") != grants.identity_header:
        return Reply(401, {"statusCode": 401, "message": "X-IDENTITY-HEADER is missing or not the one given."})
    resource = call.query.get("resource")
    if not resource or call.query.get("api-version") != MSI_API_VERSION:
        message = f"A resource and api-version={MSI_API_VERSION} are needed."
        return Reply(400, {"statusCode": 400, "message": message})
    client_id = call.query.get("client_id", LOCAL_APP)
    token, expires = make_token(grants, call.sim.store.tenant_id, Wanted(client_id, resource))
    return Reply(
        body={
            "access_token": token,
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }
    )


async def client_credentials(call: Call) -> Reply:
    """`grant_type=client_credentials` with a secret or an assertion, for one `…/.default` scope."""
    form = dict(parse_qsl(call.body.decode()))
    grants = grants_of(call.sim)
    refusal = _refused_request(form, grants)
    if refusal is not None:
        return refusal
    known = grants.registered.get(form["client_id"])
    if known is not None:
        try:
            check_proof(known, form, f"{call.base}{call.path}")
        except RefusedProofError as error:
            return _entra_error(401, "invalid_client", error.code, str(error))
    audience = form["scope"].removesuffix("/.default")
    token, expires = make_token(grants, call.sim.store.tenant_id, Wanted(form["client_id"], audience))
    life = max(expires - int(time.time()), 0)
    return Reply(body={"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token})


def _refused_request(form: dict[str, str], grants: Grants) -> Reply | None:
    if grants.applications is not None and form.get("client_id") not in grants.applications:
        text = f"Application with identifier '{form.get('client_id')}' was not found in the directory."
        return _entra_error(400, "unauthorized_client", 700016, text)
    secret = form.get("client_secret")
    assertion = form.get("client_assertion") and form.get("client_assertion_type") == ASSERTION
    if form.get("grant_type") != "client_credentials":
        return _entra_error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if "client_id" not in form:
        return _entra_error(
            400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."
        )
    if not secret and not assertion:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        return _entra_error(401, "invalid_client", 7000218, text)
    if secret and grants.client_secret not in (None, secret):
        return _entra_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if not form.get("scope", "").endswith("/.default") or " " in form["scope"]:
        text = "Client credential flows must have a scope value with /.default suffixed to the resource."
        return _entra_error(400, "invalid_scope", 1002012, text)
    return None


def _entra_error(status: int, error: str, code: int, text: str) -> Reply:
    description = f"AADSTS{code}: {text} Trace ID: {uuid.uuid4()}"
    return Reply(status, {"error": error, "error_description": description, "error_codes": [code]})


async def openid_configuration(call: Call) -> Reply:
    """The discovery document that msal reads before its first request; its endpoints are our own base."""
    tenant = call.params["tenant"]
    # msal refuses endpoints that are not https; who reaches us through a rewriting transport says so itself.
    scheme = call.headers.get("X-Forwarded-Proto", "")
    base = call.base.replace("http://", "https://", 1) if scheme == "https" else call.base
    return Reply(
        body={
            "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
            "issuer": f"https://login.microsoftonline.com/{call.sim.store.tenant_id}/v2.0",
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


async def instance_discovery(call: Call) -> Reply:
    """Every authority is known here."""
    authority = call.query.get("authorization_endpoint", f"{call.base}/common/oauth2/v2.0/authorize")
    tenant = authority.partition("/oauth2/")[0]
    return Reply(
        body={
            "tenant_discovery_endpoint": f"{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [],
        }
    )


async def show_grants(call: Call) -> Reply:
    """What is granted now."""
    return Reply(body=_grants_body(grants_of(call.sim)))


async def change_grants(call: Call) -> Reply:
    """Change `roles`, `tokenLifetime` (s), `mailboxes` (names or null), `clientSecret`, `applications` (consented
    to; null is every one), `registered` (what each of the applications named proves itself with, as
    `assertions.Registered`); `expireTokens` true makes every token given so far expired.
    """
    grants, body = grants_of(call.sim), call.json()
    unknown = body.keys() - _CONTROLS
    if unknown:
        raise GraphError(400, "BadRequest", f"/sim/identity knows no {', '.join(sorted(unknown))}.")
    if "roles" in body:
        grants.roles = frozenset(body["roles"])
    if "tokenLifetime" in body:
        grants.life_s = int(body["tokenLifetime"])
    if "mailboxes" in body:
        grants.mailboxes = _mailbox_ids(call, body["mailboxes"])
    if "applications" in body:
        grants.applications = None if body["applications"] is None else frozenset(body["applications"])
    if "registered" in body:
        grants.registered = _registered(call, body["registered"])
    if "clientSecret" in body:
        grants.client_secret = body["clientSecret"]
    if body.get("expireTokens"):
        grants.valid_since = time.time()
    return Reply(body=_grants_body(grants))


def _registered(call: Call, entries: Json) -> dict[str, Registered]:
    try:
        return {name: registered_from(entry, call.sim.store.tenant_id) for name, entry in entries.items()}
    except ValueError as error:
        raise GraphError(400, "BadRequest", f"/sim/identity: {error}.") from error


def _mailbox_ids(call: Call, names: Any) -> frozenset[str] | None:
    if names is None:
        return None
    found = {name: call.sim.store.find_mailbox(name) for name in names}
    for name, mailbox in found.items():
        if mailbox is None:
            raise GraphError(400, "BadRequest", f"There is no mailbox '{name}' to scope to.")
    return frozenset(mailbox.id for mailbox in found.values() if mailbox is not None)


async def give_token(call: Call) -> Reply:
    """A token for tests and the demo: optional `roles`, `expires_in` (s), `user` (a person's token), `resource`,
    `appId`.
    """
    body, grants = call.json(), grants_of(call.sim)
    roles = body.get("roles")
    wanted = Wanted(
        app_id=body.get("appId", LOCAL_APP),
        audience=body.get("resource", GRAPH),
        roles=None if roles is None else tuple(roles),
        life_s=body.get("expires_in"),
        user=body.get("user"),
    )
    token, expires = make_token(grants, call.sim.store.tenant_id, wanted)
    return Reply(
        body={
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": expires - int(time.time()),
            "expires_on": str(expires),
        }
    )


def _grants_body(grants: Grants) -> Json:
    return {
        "roles": sorted(grants.roles),
        "tokenLifetime": grants.life_s,
        "mailboxes": None if grants.mailboxes is None else sorted(grants.mailboxes),
        "identityHeader": grants.identity_header,
    }
