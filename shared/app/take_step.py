"""Take one step through its port, and return what is there now.

A step writes to the version that this run saw, else to the one remembered. Whatever the port raises is for the
caller to settle.
"""

from __future__ import annotations

from shared.app import ask_room
from shared.app.applying import Applying
from shared.app.change_event import change_event
from shared.app.comment import comment
from shared.domain.booking import CalendarItem, Item, Person, PlatformItem, ShowAs, Side
from shared.domain.decisions import Code
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import Booker
from shared.ports.calendar import EventDraft
from shared.ports.connector import BookingDraft, CheckIns
from shared.ports.telemetry import Stage


async def take_step(applying: Applying, settlement: Settlement, step: Step) -> Item | None:
    """Take a step of a settlement; return the item as it is now, None where nothing of it is left to know."""
    with applying.outside.telemetry.span(Stage.WRITE, side=step.side.value, action=step.action.value):
        if step.side is Side.CALENDAR:
            return await _on_calendar(applying, settlement, step)
        return await _on_platform(applying, settlement, step)


async def _on_platform(applying: Applying, settlement: Settlement, step: Step) -> PlatformItem | None:
    platform, resource = applying.outside.platform, applying.platform_id
    if step.action is Action.CREATE:
        assert step.wanted is not None
        assert settlement.after is not None
        transaction = settlement.after.mark(Side.PLATFORM)
        return await platform.create(resource, BookingDraft(step.wanted, transaction))
    record = settlement.before.platform if settlement.before else None
    item = None if step.on_copy else settlement.platform
    booking = item.id if item else record.id if record else None
    assert booking is not None
    if step.action is Action.CHANGE:
        assert step.wanted is not None
        version = item.version if item else record.version if record else None
        assert version is not None
        return await platform.change(resource, booking, step.wanted, version)
    told = await comment(applying, settlement, step)
    if step.reason.code is Code.RELEASED and isinstance(platform, CheckIns):
        await platform.release(resource, booking, told)
        return None
    await platform.cancel(resource, booking, told)
    return None


async def _on_calendar(applying: Applying, settlement: Settlement, step: Step) -> CalendarItem | None:
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    zone = applying.resource.facts.zone
    asked = ask_room.request_of(settlement, step)
    if step.action is Action.CREATE:
        draft = _draft(applying, settlement, step)
        return await calendar.create(asked.mailbox if asked else mailbox, draft)
    if asked is not None and asked.event is not None:
        return await ask_room.write(applying, settlement, asked, step)
    record = settlement.before.calendar if settlement.before else None
    item = None if step.on_copy else settlement.calendar
    event = item.event if item else record.event if record else None
    assert event is not None
    match step.action:
        case Action.CHANGE:
            change = ask_room.change_of(step, zone)
            if item is not None:
                return await change_event(calendar, mailbox, item, change)
            assert record is not None
            return await calendar.change(mailbox, event, change, record.version)
        case Action.CANCEL:
            await calendar.cancel(mailbox, event, await comment(applying, settlement, step))
        case Action.ACCEPT:
            await calendar.accept(mailbox, event, await comment(applying, settlement, step))
        case _:
            await calendar.decline(mailbox, event, await comment(applying, settlement, step))
    return None


def _draft(applying: Applying, settlement: Settlement, step: Step) -> EventDraft:
    assert step.wanted is not None
    assert settlement.after is not None
    asks = settlement.after.request is not None
    is_single = not applying.bulk and not applying.plan_of(settlement.id)
    invites = applying.resource.policy.booker is Booker.INVITED and is_single and not asks
    return EventDraft(
        step.wanted.when,
        step.wanted.title,
        step.wanted.private,
        settlement.after.mark(Side.CALENDAR),
        applying.resource.facts.zone,
        step.wanted.organiser if invites else None,
        shown=ShowAs.TENTATIVE if step.wanted.requested else ShowAs.BUSY,
        room=Person(applying.resource.address, applying.resource.facts.name) if asks else None,
    )
