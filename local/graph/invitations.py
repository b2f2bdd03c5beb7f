"""A meeting request of an organizer that is no user of the tenant, which no Graph call makes (facts 3.5): somebody of
another company, or, with an address of the tenant's domain, a Microsoft 365 group.
"""

from __future__ import annotations

from dataclasses import replace

from local.graph.event_write import written
from local.graph.events import blank
from local.graph.meetings import send_to
from local.graph.simulation import Simulation
from local.graph.values import Address, Event, Mailbox
from local.graph.wire import GraphError, Json


def invite(sim: Simulation, target: Mailbox, body: Json) -> Event:
    """Put a request on its way: `organizer` {name, address}, `event` as in a POST; optional `iCalUId` to
    update one.
    """
    given = body.get("organizer") or {}
    address = str(given.get("address") or "")
    if not address or sim.store.find_mailbox(address) is not None:
        raise GraphError(400, "SimulatorBadRequest", "organizer.address must be an address without a mailbox here.")
    event = written(blank(sim.store, target, None), body.get("event") or {}, target)
    organizer = Address(str(given.get("name") or address), address)
    event = replace(event, organizer=organizer, uid=str(body.get("iCalUId") or event.uid))
    sim.store.add_mail(address, (target.upn,), "request", event.subject, event=event.uid, body=event.body)
    send_to(sim, target, event, "request")
    return event
