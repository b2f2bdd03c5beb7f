"""`/subscriptions`: create with the handshake, list, read, renew, delete, reauthorize (facts 1.1 to 1.3,
1.8).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace

from local.graph.handshake import validate
from local.graph.subscription_rules import (
    PER_MAILBOX,
    Target,
    change_types,
    check_client_state,
    check_url,
    expiry,
    target_of,
)
from local.graph.times import parse_instant, wire_instant
from local.graph.values import Subscription
from local.graph.wire import Call, GraphError, Json, Reply, Route

_APP = "00000000-0000-0000-0000-000000000000"


def routes() -> Iterable[Route]:
    """The subscription resource."""
    base = "/v1.0/subscriptions"
    yield Route("POST", base, create)
    yield Route("GET", base, list_all)
    yield Route("GET", base + "/{subscription}", read)
    yield Route("PATCH", base + "/{subscription}", renew)
    yield Route("DELETE", base + "/{subscription}", delete)
    yield Route("POST", base + "/{subscription}/reauthorize", reauthorize)


async def create(call: Call) -> Reply:
    """201 once both URLs have answered their handshake; nothing is kept when one does not."""
    body = call.json()
    store = call.sim.store
    target = target_of(store, str(body.get("resource") or ""))
    wanted = _described(call, body, target)
    _refuse_duplicate(call, wanted)
    await validate(call.sim, wanted.notification_url)
    if wanted.lifecycle_url is not None:
        await validate(call.sim, wanted.lifecycle_url)
    # Another create may have come first while the endpoints were asked.
    _refuse_duplicate(call, wanted)
    store.put_subscription(wanted)
    return Reply(201, shown(call, wanted, with_state=True, context="subscriptions/$entity"))


def _described(call: Call, body: Json, target: Target) -> Subscription:
    if body.get("includeResourceData"):
        raise GraphError(400, "InvalidRequest", "Notifications with resource data are not simulated.")
    if body.get("expirationDateTime") is None:
        raise GraphError(400, "InvalidRequest", "expirationDateTime is required.")
    lifecycle = body.get("lifecycleNotificationUrl")
    now = call.sim.store.now()
    return Subscription(
        id=str(uuid.uuid4()),
        resource=str(body["resource"]),
        mailbox=target.mailbox,
        directory=target.directory,
        change_types=change_types(body, target),
        notification_url=check_url(body.get("notificationUrl"), "notificationUrl"),
        expires=expiry(parse_instant(body["expirationDateTime"]), now, target.directory),
        application_id=_app(call),
        lifecycle_url=None if lifecycle is None else check_url(lifecycle, "lifecycleNotificationUrl"),
        client_state=check_client_state(body.get("clientState")),
        immutable_ids=call.prefers().get("idtype", "").lower() == "immutableid",
        tls_version=str(body.get("latestSupportedTlsVersion") or "v1_2"),
    )


def _app(call: Call) -> str:
    return call.caller.app_id if call.caller is not None else _APP


def _refuse_duplicate(call: Call, wanted: Subscription) -> None:
    same_mailbox = 0
    for other in _live(call):
        same_mailbox += other.mailbox == wanted.mailbox and not other.directory
        same_target = (other.mailbox, other.directory) == (wanted.mailbox, wanted.directory)
        same_types = set(other.change_types) == set(wanted.change_types)
        if same_target and same_types and other.application_id == wanted.application_id:
            message = f"Subscription Id {other.id} already exists for the requested combination"
            raise GraphError(409, "Conflict", message)
    if same_mailbox >= PER_MAILBOX and not wanted.directory:
        raise GraphError(403, "ExtensionError", f"Limit of {PER_MAILBOX} subscriptions per mailbox has been reached.")


def _live(call: Call) -> list[Subscription]:
    now = call.sim.store.now()
    return [item for item in call.sim.store.subscriptions.values() if item.expires > now]


def shown(call: Call, item: Subscription, with_state: bool, context: str | None = None) -> Json:
    """The subscription resource; clientState is not given back by reads (facts 1.1)."""
    body: Json = {"@odata.context": f"{call.base}/v1.0/$metadata#{context}"} if context else {}
    return body | {
        "id": item.id,
        "resource": item.resource,
        "applicationId": item.application_id,
        "changeType": ",".join(item.change_types),
        "clientState": item.client_state if with_state else None,
        "notificationUrl": item.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": item.lifecycle_url,
        "expirationDateTime": wire_instant(item.expires),
        "creatorId": str(uuid.uuid5(uuid.NAMESPACE_URL, item.application_id)),
        "includeResourceData": None,
        "latestSupportedTlsVersion": item.tls_version,
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }


async def list_all(call: Call) -> Reply:
    """The subscriptions that this application created, without clientState."""
    mine = [item for item in _live(call) if item.application_id == _app(call)]
    value = [shown(call, item, with_state=False) for item in mine]
    return Reply(200, {"@odata.context": f"{call.base}/v1.0/$metadata#subscriptions", "value": value})


def _known(call: Call) -> Subscription:
    item = call.sim.store.subscriptions.get(call.params["subscription"])
    if item is None or item.expires <= call.sim.store.now() or item.application_id != _app(call):
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return item


async def read(call: Call) -> Reply:
    """One subscription, without clientState."""
    return Reply(200, shown(call, _known(call), with_state=False, context="subscriptions/$entity"))


async def renew(call: Call) -> Reply:
    """200 with the new expiry; a new notificationUrl is validated, a lifecycle URL cannot be added (facts
    1.1).
    """
    item = _known(call)
    body = call.json()
    if body.get("lifecycleNotificationUrl") not in (None, item.lifecycle_url):
        raise GraphError(400, "InvalidRequest", "lifecycleNotificationUrl cannot be changed by an update.")
    changed = replace(item, told_to_reauthorize=False)
    if body.get("expirationDateTime") is not None:
        wanted = parse_instant(body["expirationDateTime"])
        changed = replace(changed, expires=expiry(wanted, call.sim.store.now(), item.directory))
    url = body.get("notificationUrl")
    if url is not None and url != item.notification_url:
        changed = replace(changed, notification_url=check_url(url, "notificationUrl"))
        await validate(call.sim, changed.notification_url)
    call.sim.store.put_subscription(changed)
    return Reply(200, shown(call, changed, with_state=False, context="subscriptions/$entity"))


async def delete(call: Call) -> Reply:
    """204; nothing is sent to the endpoint."""
    call.sim.store.drop_subscription(_known(call).id)
    return Reply(204)


async def reauthorize(call: Call) -> Reply:
    """204; the expiry stays as it is."""
    call.sim.store.put_subscription(replace(_known(call), told_to_reauthorize=False))
    return Reply(204)
