"""Reading the organisers' own copies of meetings, twenty mailboxes with one request.

A series is read once, whatever the number of its occurrences that are asked for, and its exceptions once more where one
of them may say something by itself. A mailbox that does not answer spoils no other.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.graph import organisers
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import BATCH_LIMIT, Request
from shared.adapters.graph.wire_times import Json
from shared.domain.booking import MeetingKey, OrganiserCopy, Unread
from shared.ports.errors import PortError, Retry


async def read(client: GraphClient, meetings: Sequence[MeetingKey]) -> tuple[OrganiserCopy | Unread, ...]:
    """Return what the organisers' copies say, in the order of asking. Raises ``Retry`` where nothing could be asked."""
    wanted = list(dict.fromkeys(organisers.of_series(meeting) for meeting in meetings))
    listed = dict(zip(wanted, await _told(client, [organisers.own_copy(each) for each in wanted]), strict=True))
    alone = dict.fromkeys(organisers.of_series(each) for each in meetings if organisers.may_say_something(each))
    series = {each: asked for each in alone if (asked := _exceptions(each, listed[each]))}
    exceptions = dict(zip(series, await _told(client, list(series.values())), strict=True))
    return tuple(_said(each, listed[organisers.of_series(each)], exceptions) for each in meetings)


def _exceptions(meeting: MeetingKey, listed: Json | Unread) -> Request | None:
    return None if isinstance(listed, Unread) else organisers.exceptions(meeting, listed)


def _said(
    meeting: MeetingKey, listed: Json | Unread, exceptions: dict[MeetingKey, Json | Unread]
) -> OrganiserCopy | Unread:
    if isinstance(listed, Unread):
        return listed
    series = exceptions.get(organisers.of_series(meeting)) if organisers.may_say_something(meeting) else None
    if isinstance(series, Unread):
        # What its series says may not be what it says itself.
        return series
    return organisers.said_alone(series, meeting.start) or organisers.said(listed)


async def _told(client: GraphClient, asked: Sequence[Request]) -> list[Json | Unread]:
    """Return the answers to requests to many mailboxes, in their order."""
    told: list[Json | Unread] = []
    for first in range(0, len(asked), BATCH_LIMIT):
        answers = await client.send_batch(asked[first : first + BATCH_LIMIT], organisers.DOING)
        for answer in answers:
            try:
                told.append(client.told(answer, organisers.DOING))
            except Retry:
                told.append(Unread.BUSY)
            except PortError:
                told.append(Unread.REFUSED)
    return told
