"""The actions on an event: accept, tentativelyAccept, decline, cancel, forward, permanentDelete (facts 3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from local.graph.answers import MeetingKey, Response, tell_organizer
from local.graph.calendar import save, soft_delete
from local.graph.copies import intended_status
from local.graph.lookup import event_of, item_not_found
from local.graph.meetings import attendees_of, call_off
from local.graph.simulation import Simulation
from local.graph.store import Store
from local.graph.values import Event, Mailbox
from local.graph.wire import Call, GraphError, Handler, Reply, Route

NOT_ORGANIZER = "Your request can't be completed. You need to be an organizer to cancel a meeting."
IS_ORGANIZER = (
    "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer."
)
_SHOWN: dict[Response, str] = {"tentativelyAccepted": "tentative"}


def routes() -> Iterable[Route]:
    """The actions, under `/events` and `/calendar/events`."""
    actions: dict[str, Handler] = {
        "accept": _answering("accepted"),
        "tentativelyAccept": _answering("tentativelyAccepted"),
        "decline": _answering("declined"),
        "cancel": cancel,
        "forward": forward,
        "permanentDelete": permanent_delete,
    }
    for root in ("", "/calendar", "/calendars/{calendar}"):
        for name, handler in actions.items():
            yield Route("POST", f"/v1.0/users/{{user}}{root}/events/{{event}}/{name}", handler)


def _answering(answer: Response) -> Handler:
    async def respond(call: Call) -> Reply:
        mailbox, event = event_of(call)
        body = call.action()
        send = body.get("sendresponse")
        answer_meeting(call.sim.store, mailbox, event, answer, str(body.get("comment") or ""), send is not False)
        return Reply(202)

    return respond


def answer_meeting(
    store: Store, mailbox: Mailbox, event: Event, answer: Response, comment: str = "", send: bool = True
) -> None:
    """Answer a meeting on the attendee's own copy; a declined one goes to Deleted Items."""
    if event.is_organizer:
        raise GraphError(400, "ErrorInvalidRequest", IS_ORGANIZER)
    if event.stored != "calendar":
        raise item_not_found()
    kept = replace(event, answer=answer, answered=store.now())
    if answer == "declined":
        soft_delete(store, kept)
    else:
        for changed in store.exceptions_of(event.id).values():
            save(store, _answered(changed, answer, kept.answered))
        save(store, _answered(kept, answer, kept.answered))
    if send:
        tell_organizer(store, mailbox, _key(store, event), answer, comment)


def _answered(copy: Event, answer: Response, at: datetime | None) -> Event:
    return replace(copy, answer=answer, answered=at, show_as=_SHOWN.get(answer) or intended_status(copy))


async def cancel(call: Call) -> Reply:
    """202: cancellations go out and the event moves to Deleted Items; 400 for an attendee."""
    _, event = event_of(call)
    if not event.is_organizer:
        raise GraphError(400, "ErrorInvalidRequest", NOT_ORGANIZER)
    if event.stored != "calendar":
        raise item_not_found()
    remove(call.sim, replace(event, is_cancelled=True), str(call.action().get("comment") or ""))
    return Reply(202)


def remove(sim: Simulation, event: Event, comment: str = "") -> None:
    """Take an event or occurrence out of its calendar; the organizer's attendees get cancellations."""
    soft_delete(sim.store, event)
    if event.is_organizer:
        call_off(sim, event, attendees_of(event), comment)
    elif sim.settings.delete_sends_decline:
        key = _key(sim.store, event)
        tell_organizer(sim.store, sim.store.mailboxes[event.mailbox], key, "declined", comment)


def _key(store: Store, event: Event) -> MeetingKey:
    master = store.event(event.series_master) if event.series_master is not None else None
    uid = master.uid if master is not None else event.uid
    return MeetingKey(uid, event.organizer, event.subject, event.original_date)


async def forward(call: Call) -> Reply:
    """202: the request goes to the recipients, and the organizer is told."""
    mailbox, event = event_of(call)
    body = call.action()
    store = call.sim.store
    for recipient in body.get("torecipients") or ():
        given = {key.lower(): value for key, value in recipient.items()}.get("emailaddress") or {}
        address = {key.lower(): value for key, value in given.items()}.get("address")
        if address:
            store.add_mail(mailbox.upn, (address,), "forward", f"FW: {event.subject}", event=event.uid)
    if not event.is_organizer:
        to = (event.organizer.address,)
        store.add_mail(
            mailbox.upn, to, "forwardNotice", f"Meeting Forward Notification: {event.subject}", event=event.uid
        )
    return Reply(202)


async def permanent_delete(call: Call) -> Reply:
    """204: the item is gone for good; its id answers 404 from now on."""
    _, event = event_of(call)
    if event.series_master is not None:
        remove(call.sim, event)
        return Reply(204)
    if event.stored == "calendar" and event.is_organizer:
        call_off(call.sim, event, attendees_of(event))
    call.sim.store.drop_event(event.id)
    return Reply(204)
