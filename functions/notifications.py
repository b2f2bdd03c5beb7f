"""Graph's notifications: answered in milliseconds, believed in nothing but that something may have changed.

Each resource has URLs of its own, whose query names it; each entry of a body proves by its client state that it
is about that resource. The handshake echoes the decoded token as plain text. Nothing on this path loads
msgraph: a cold start must stay well under the three seconds that Graph waits.
"""

from __future__ import annotations

import html
import logging
import time
import traceback
from collections.abc import Awaitable, Callable

import azure.functions as func

from functions.answers import CAREFUL
from shared.composition import installed
from shared.domain.ids import ResourceId, TenantId, tenant_of
from shared.domain.trouble import Trouble
from shared.ports.errors import PortError
from shared.ports.telemetry import Metric, Stage
from shared.settings import BadSettings

notifications = func.Blueprint()
logger = logging.getLogger("lockstep.notifications")

_LONGEST_TOKEN = 4096

Taking = Callable[[func.HttpRequest, str], Awaitable[None]]
"""Takes the notifications of a request; the text is the trace context in which they came."""


@notifications.function_name("notify_changes")
@notifications.route("notifications/changes", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def notify_changes(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take change notifications: wake the resource."""
    return await _answered(req, context, _take_changes)


@notifications.function_name("notify_lifecycle")
@notifications.route("notifications/lifecycle", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def notify_lifecycle(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take what Graph says of the subscription itself."""
    return await _answered(req, context, _take_lifecycle)


@notifications.function_name("notify_people")
@notifications.route("notifications/people", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def notify_people(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take notifications about users, and what Graph says of that subscription: wake the reading of the directory."""
    return await _answered(req, context, _take_people)


async def _answered(req: func.HttpRequest, context: func.Context, take: Taking) -> func.HttpResponse:
    """Answer the handshake with its token, and notifications with 202 once they are queued.

    What makes no sense is answered 400, what could not be queued 503: Graph then sends the same again.
    """
    if "validationToken" in req.params:
        return _handshake(req.params["validationToken"])
    began, parent = time.monotonic(), context.trace_context.trace_parent or ""
    try:
        telemetry = (await installed()).telemetry
    except (PortError, BadSettings) as error:
        return _not_now(error)
    with telemetry.span(Stage.ACCEPT, parent) as span:
        answered = await _taken(req, take, telemetry.trace() or parent)
        if answered.status_code == 503:
            span.failed(Trouble.QUEUE_UNREACHABLE)
            telemetry.count(Metric.FAILURES, trouble=Trouble.QUEUE_UNREACHABLE)
    telemetry.count(Metric.NOTIFICATIONS, outcome=str(answered.status_code))
    telemetry.record(Metric.ENDPOINT, time.monotonic() - began)
    return answered


async def _taken(req: func.HttpRequest, take: Taking, trace: str) -> func.HttpResponse:
    from shared.app.accept_notifications import Malformed

    try:
        await take(req, trace)
    except Malformed as error:
        return _plain(str(error), 400)
    except (PortError, BadSettings) as error:
        return _not_now(error)
    except Exception as error:
        # What was sent stands in the error's own message, and that is no concern of the log's.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("notifications ended unexpectedly: %s at\n%s", type(error).__name__, where)
        return _plain("", 503)
    return _plain("", 202)


def _not_now(error: Exception) -> func.HttpResponse:
    logger.error("notifications not accepted, Graph will send them again: %s", error)
    return _plain("", 503)


def _handshake(token: str) -> func.HttpResponse:
    if len(token) > _LONGEST_TOKEN:
        return _plain("the validation token is too long", 400)
    return _plain(html.escape(token), 200)


def _plain(text: str, status: int) -> func.HttpResponse:
    return func.HttpResponse(text, status_code=status, headers=CAREFUL, mimetype="text/plain")


async def _take_changes(req: func.HttpRequest, trace: str) -> None:
    from shared.app.accept_notifications import accept_notifications

    common = await installed()
    accepted = await accept_notifications(common.secrets, common.wakeups, _resource(req), req.get_body(), trace)
    if accepted.dropped:
        logger.warning("%d notifications were not ours", accepted.dropped)


async def _take_lifecycle(req: func.HttpRequest, _: str) -> None:
    from shared.app.accept_lifecycle import accept_lifecycle
    from shared.app.accept_notifications import parse

    common, resource = await installed(), _resource(req)
    # Malformed bodies are told as such whatever resource the URL claims, so an unknown tenant is asked for last.
    if tenant_of(resource) not in common.tenants:
        parse(req.get_body())
        return
    events = await accept_lifecycle(common.of(tenant_of(resource)).outside, resource, req.get_body())
    if events:
        logger.info("lifecycle of the subscription of %s: %s", _resource(req), dict(events))


async def _take_people(req: func.HttpRequest, trace: str) -> None:
    from shared.app.accept_people import accept_people

    common, tenant = await installed(), TenantId(req.params.get("tenant", ""))
    await accept_people(common.secrets, common.wakeups, tenant, req.get_body(), trace)


def _resource(req: func.HttpRequest) -> ResourceId:
    """Return the resource that the URL names. It is only a claim; the client state of each entry proves it."""
    return ResourceId(req.params.get("resource", ""))
