"""The simulator's own controls under `/sim/`; they need no token and are no part of Graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from local.graph.event_actions import answer_meeting
from local.graph.faults import IMMEDIATE_KINDS, PROCESS_KINDS, Fault, same_mailbox
from local.graph.invitations import invite
from local.graph.journal import encode
from local.graph.lookup import find_event
from local.graph.notifier import Notifier
from local.graph.process_faults import Outage
from local.graph.seed import changed, populate
from local.graph.simulation import Simulation
from local.graph.values import Event, Mailbox, Subscription
from local.graph.wire import Call, GraphError, Json, Reply, Route

LIFECYCLE_EVENTS = ("reauthorizationRequired", "subscriptionRemoved", "missed")
_ANSWERS = {"accepted": "accepted", "tentativelyaccepted": "tentativelyAccepted", "declined": "declined"}


class Control:
    """The controls, with the parts that only they reach."""

    def __init__(self, outage: Outage, notifier: Notifier) -> None:
        self._outage = outage
        self._notifier = notifier

    def routes(self) -> Iterable[Route]:
        """Everything under `/sim/` but what identity adds."""
        return (
            Route("POST", "/sim/reset", self.reset),
            Route("GET", "/sim/faults", self.list_faults),
            Route("POST", "/sim/faults", self.set_fault),
            Route("DELETE", "/sim/faults", self.clear_faults),
            Route("DELETE", "/sim/faults/{fault}", self.clear_faults),
            Route("GET", "/sim/requests", requests),
            Route("DELETE", "/sim/requests", clear_requests),
            Route("GET", "/sim/outbox", outbox),
            Route("GET", "/sim/mailboxes", mailboxes),
            Route("PATCH", "/sim/mailboxes/{user}", change_mailbox),
            Route("POST", "/sim/mailboxes/{user}/answer", answer),
            Route("POST", "/sim/mailboxes/{user}/invitations", invitations),
            Route("GET", "/sim/settings", settings),
            Route("PATCH", "/sim/settings", change_settings),
            Route("GET", "/sim/subscriptions", subscriptions),
            Route("POST", "/sim/lifecycle", self.lifecycle),
        )

    async def reset(self, call: Call) -> Reply:
        """Replace the tenant by the company in the body, or by the default one; faults, log and settings go
        too.
        """
        body = call.json()
        try:
            populate(call.sim.store, body or None)
        except (KeyError, TypeError, ValueError) as error:
            raise _bad(f"The company cannot be used: {error}") from error
        call.sim.forget()
        self._outage.end()
        return await mailboxes(call)

    async def list_faults(self, call: Call) -> Reply:
        """The faults that are set, with their hits."""
        return Reply(200, {"value": [fault.shown() for fault in call.sim.faults.active]})

    async def set_fault(self, call: Call) -> Reply:
        """Set one fault; some act at once."""
        try:
            fault = call.sim.faults.add(call.json())
        except (TypeError, ValueError) as error:
            raise _bad(str(error)) from error
        if fault.kind in IMMEDIATE_KINDS or fault.kind in PROCESS_KINDS:
            call.sim.faults.clear(fault.id)
            fault.hits = self._act(call.sim, fault)
        return Reply(201, fault.shown())

    def _act(self, sim: Simulation, fault: Fault) -> int:
        if fault.kind in PROCESS_KINDS:
            self._outage.begin(sim, fault)
            return 1
        if fault.kind == "expire_tokens":
            found = [box for box in sim.store.mailboxes.values() if _meant(sim, fault, box.id)]
            for box in found:
                sim.store.expire_tokens(box.id)
            return len(found)
        return self._end_subscriptions(sim, fault)

    def _end_subscriptions(self, sim: Simulation, fault: Fault) -> int:
        """Remove subscriptions: with the lifecycle event (unless `silent`), or as expired, without a word."""
        found = [item for item in sim.store.subscriptions.values() if _meant_subscription(sim, fault, item)]
        for item in found:
            sim.store.drop_subscription(item.id)
            if fault.kind == "remove_subscription" and not fault.options.get("silent"):
                self._notifier.lifecycle(item, "subscriptionRemoved")
        return len(found)

    async def clear_faults(self, call: Call) -> Reply:
        """Remove one fault, or all; an outage ends."""
        wanted = call.params.get("fault")
        call.sim.faults.clear(int(wanted) if wanted is not None and wanted.isdecimal() else None)
        self._outage.end()
        return Reply(204)

    async def lifecycle(self, call: Call) -> Reply:
        """Send a lifecycle event: `event`, and optionally `subscription` or `mailbox` to choose whose."""
        body = call.json()
        event = body.get("event")
        if event not in LIFECYCLE_EVENTS:
            raise _bad(f"'{event}' is no lifecycle event; known are {', '.join(LIFECYCLE_EVENTS)}.")
        fault = Fault(0, "lifecycle", mailbox=body.get("mailbox"), options=body)
        found = [item for item in call.sim.store.subscriptions.values() if _meant_subscription(call.sim, fault, item)]
        for item in found:
            if event == "subscriptionRemoved":
                call.sim.store.drop_subscription(item.id)
            self._notifier.lifecycle(item, event)
        return Reply(202, {"sent": len(found)})


def _meant(sim: Simulation, fault: Fault, mailbox: str | None) -> bool:
    return fault.mailbox is None or same_mailbox(sim.store, fault.mailbox, mailbox)


def _meant_subscription(sim: Simulation, fault: Fault, item: Subscription) -> bool:
    wanted = fault.options.get("subscription")
    return wanted in (None, item.id) and _meant(sim, fault, item.mailbox)


def _bad(message: str) -> GraphError:
    return GraphError(400, "SimulatorBadRequest", message)


async def requests(call: Call) -> Reply:
    """The request log with counts by kind and status; `?since=` a sequence number."""
    since = call.query.get("since", "0")
    return Reply(200, dict(call.sim.log.shown(int(since) if since.isdecimal() else 0)))


async def clear_requests(call: Call) -> Reply:
    """Forget the log."""
    call.sim.log.clear()
    return Reply(204)


async def outbox(call: Call) -> Reply:
    """The mails Exchange would have sent; `?since=` a sequence number, `?kind=` one kind."""
    since, kind = call.query.get("since", "0"), call.query.get("kind")
    first = int(since) if since.isdecimal() else 0
    found = [mail for mail in call.sim.store.outbox[first:] if kind in (None, mail.kind)]
    value = [
        {
            "seq": mail.seq,
            "from": mail.sender,
            "to": list(mail.to),
            "kind": mail.kind,
            "subject": mail.subject,
            "event": mail.event,
            "time": mail.at.isoformat(),
            "body": mail.body,
            "headers": dict(mail.headers),
        }
        for mail in found
    ]
    return Reply(200, {"last": len(call.sim.store.outbox), "value": value})


async def mailboxes(call: Call) -> Reply:
    """All mailboxes with ids and settings."""
    store = call.sim.store
    value = [_shown(box, call.sim) for box in store.mailboxes.values()]
    return Reply(200, {"tenantId": store.tenant_id, "value": value})


def _shown(box: Mailbox, sim: Simulation) -> Json:
    return {
        "id": box.id,
        "userPrincipalName": box.upn,
        "displayName": box.display_name,
        "kind": box.purpose,
        "aliases": list(box.aliases),
        "timeZone": box.zone,
        "state": box.state,
        "place": asdict(box.place),
        "processing": {_camel(name): value for name, value in asdict(box.processing).items()},
        "workingHours": asdict(box.hours),
        "changes": sim.store.last_seq(box.id),
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _mailbox(call: Call) -> Mailbox:
    found = call.sim.store.find_mailbox(call.params["user"])
    if found is None:
        raise GraphError(404, "SimulatorNotFound", f"There is no mailbox '{call.params['user']}'.")
    return found


async def change_mailbox(call: Call) -> Reply:
    """Change a mailbox: state, names, place, `processing`, as in a company file."""
    try:
        box = changed(_mailbox(call), call.json())
    except (TypeError, ValueError) as error:
        raise _bad(str(error)) from error
    call.sim.store.put_mailbox(box)
    return Reply(200, _shown(box, call.sim))


async def answer(call: Call) -> Reply:
    """A delegate answers a request pending in this mailbox: `iCalUId` or `event`, `answer`, optional
    `comment`.
    """
    body, box = call.json(), _mailbox(call)
    response = _ANSWERS.get(str(body.get("answer", "")).lower())
    if response is None:
        raise _bad(f"'{body.get('answer')}' is no answer; known are {', '.join(_ANSWERS.values())}.")
    event = _named_event(call, box, body)
    # The value is one of the three literals above.
    answer_meeting(call.sim.store, box, event, response, str(body.get("comment", "")))  # type: ignore[arg-type]
    return Reply(202)


def _named_event(call: Call, box: Mailbox, body: Json) -> Event:
    if body.get("event"):
        return find_event(call.sim.store, box, str(body["event"]))
    found = call.sim.store.copy_of(box.id, str(body.get("iCalUId")))
    if found is None:
        raise GraphError(404, "SimulatorNotFound", "The mailbox has no meeting with that iCalUId.")
    return found


async def invitations(call: Call) -> Reply:
    """A request from outside arrives in this mailbox: `organizer` {name, address} and `event` as in a POST."""
    body = call.json()
    event = invite(call.sim, _mailbox(call), body)
    return Reply(202, {"iCalUId": event.uid})


async def settings(call: Call) -> Reply:
    """The settings."""
    return Reply(200, call.sim.settings.shown())


async def change_settings(call: Call) -> Reply:
    """Change settings while running."""
    try:
        call.sim.apply_settings(call.sim.settings.changed(call.json()))
    except (TypeError, ValueError) as error:
        raise _bad(str(error)) from error
    return await settings(call)


async def subscriptions(call: Call) -> Reply:
    """All subscriptions with what Graph hides."""
    return Reply(200, {"value": [encode(item) for item in call.sim.store.subscriptions.values()]})
