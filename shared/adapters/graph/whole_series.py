"""Series as a whole over Graph: made in one request, read back with their occurrences.

A create that may have happened is repeated under its transaction; what stands is returned as it stands, and nothing
here decides what of it is wanted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from shared.adapters.graph import asks, proof
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.drafts import changed_series, new_series
from shared.adapters.graph.errors import AlreadyThere, ItemMissing
from shared.adapters.graph.meetings import meeting_of
from shared.adapters.graph.recurrence import all_day_rule_of, rule_of
from shared.adapters.graph.wire import in_series, item, last_write
from shared.adapters.graph.wire_times import Json
from shared.adapters.graph.zones import zone
from shared.adapters.recurring.expansion import missing
from shared.domain.booking import CalendarItem, Meeting, Window
from shared.domain.ids import EventId, MailboxId, TransactionId, Version
from shared.domain.recurrence import Rule, begin, wall
from shared.domain.spans import AllDay
from shared.ports.calendar import SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import Rejected, Stale


async def create(client: GraphClient, mailbox: MailboxId, draft: SeriesDraft, window: Window) -> SeriesFound:
    """Make a series; one that its transaction made before is returned as it stands."""
    try:
        raw = await client.fetch(asks.create(mailbox, new_series(draft)))
    except AlreadyThere as there:
        standing = await _made_before(client, mailbox, draft, there.existing, window)
        if standing is None:
            raise Rejected(
                "The series made under this transaction was deleted since; make a new one.", "gone"
            ) from there
        return standing
    found = await read(client, mailbox, EventId(raw["id"]), window)
    if found is None:
        raise Rejected("The series made under this transaction was deleted since; make a new one.", "gone")
    return found


async def _made_before(
    client: GraphClient, mailbox: MailboxId, draft: SeriesDraft, existing: str | None, window: Window
) -> SeriesFound | None:
    if existing is not None:
        return await read(client, mailbox, EventId(existing), window)
    return await find(client, mailbox, draft.transaction, window)


async def change(
    client: GraphClient, mailbox: MailboxId, master: EventId, wanted: SeriesChange, window: Window
) -> SeriesFound:
    """Write a series as a whole, under the version that it has now."""
    try:
        raw = await client.fetch(asks.series(mailbox, master))
        version = Version(raw["@odata.etag"])
        await client.fetch(asks.change(mailbox, master, changed_series(wanted), version))
        found = await read(client, mailbox, master, window)
    except ItemMissing as gone:
        raise Stale("The series is not in the mailbox any more; read it again.") from gone
    if found is None:
        raise Stale("The series is not in the calendar any more; read it again.")
    return found


async def find(
    client: GraphClient, mailbox: MailboxId, transaction: TransactionId, window: Window
) -> SeriesFound | None:
    """Find a series by the mark of its transaction."""
    answer = await client.fetch(asks.marked(mailbox, transaction))
    masters: list[Json] = [raw for raw in answer.get("value") or () if raw.get("type") == "seriesMaster"]
    return await read(client, mailbox, EventId(masters[0]["id"]), window) if masters else None


async def find_copy(client: GraphClient, mailbox: MailboxId, ical_uid: str, window: Window) -> SeriesFound | None:
    """Find a mailbox's copy of a series by the iCalUId that all copies share."""
    answer = await client.fetch(asks.copies(mailbox, ical_uid))
    masters: list[Json] = [raw for raw in answer.get("value") or () if raw.get("type") == "seriesMaster"]
    return await read(client, mailbox, EventId(masters[0]["id"]), window) if masters else None


async def read(client: GraphClient, mailbox: MailboxId, master: EventId, window: Window) -> SeriesFound | None:
    """Read a series; one that was deleted still answers by its id, and has no occurrence in the calendar."""
    told = await _told(client, mailbox, master, window)
    if told is None:
        return None
    raw, lent, occurrences = told
    standing, rule = tuple(each for each, _ in occurrences), _rule(raw, lent)
    starts = {each.key.original_start for each in standing if each.key.original_start}
    cancelled = missing(rule, starts, window) if rule else ()
    return SeriesFound(master, _first(lent), _last(raw), standing, rule, cancelled)


async def meetings(
    client: GraphClient, mailbox: MailboxId, master: EventId, room: str, window: Window
) -> tuple[Meeting, ...] | None:
    """Read the occurrences of a series in its organiser's mailbox, each with the answer of a room."""
    told = await _told(client, mailbox, master, window)
    if told is None:
        return None
    return tuple(meeting_of(replace(each, modified=last_write(raw)), raw, room) for each, raw in told[2])


async def _told(
    client: GraphClient, mailbox: MailboxId, master: EventId, window: Window
) -> tuple[Json, CalendarItem, list[tuple[CalendarItem, Json]]] | None:
    """Return a standing series: its master twice, as it was told and as it is understood, and its occurrences."""
    try:
        raw = await client.fetch(asks.series(mailbox, master))
        raws = await proof.view_window(client, mailbox, window, partial(asks.instances_start, mailbox, master))
    except ItemMissing:
        return None
    lent = item(raw)
    if raw.get("type") != "seriesMaster" or not isinstance(lent, CalendarItem) or raw.get("isCancelled") is True:
        return None
    items = [(told, each) for each in raws if isinstance(told := item(each), CalendarItem)]
    if items and not await proof.is_listed(client, mailbox, items[0][0].event, items[0][0].booking.when):
        return None
    return raw, lent, [(in_series(told, lent), each) for told, each in items if not told.booking.cancelled]


def _rule(raw: Json, master: CalendarItem) -> Rule | None:
    """Return the rule of a series; None where it is in no form that is understood."""
    recurrence, when = raw["recurrence"], master.booking.when
    named = recurrence["range"].get("recurrenceTimeZone") or raw.get("originalStartTimeZone") or "UTC"
    try:
        if isinstance(when, AllDay):
            return all_day_rule_of(recurrence, (when.until - when.first).days, named)
        _, _, length = wall(when, zone(named).key)
        return rule_of(recurrence, when.start.replace(tzinfo=None), length, "UTC", "UTC")
    except (KeyError, ValueError):
        return None


def _first(master: CalendarItem) -> datetime:
    return begin(master.booking.when)


def _last(raw: Json) -> date | None:
    extent = raw["recurrence"]["range"]
    if extent["type"] == "noEnd":
        return None
    return date.fromisoformat(extent["endDate"]) if extent["type"] == "endDate" else date.max
