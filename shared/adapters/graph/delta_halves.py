"""The delta of a window that Graph does not answer in time: the rounds of its parts, told as one.

A round is bound to its window for ever, so the parts stay parts: their links are one token, and each goes on by
itself until a full round is begun anew. What one part calls removed may stand in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.adapters.graph import asks
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.delta import Round
from shared.domain.booking import Window
from shared.domain.ids import MailboxId
from shared.ports.calendar import CalendarChanges
from shared.ports.errors import TimedOut

_BETWEEN = " "
_SHORTEST = timedelta(days=1)


def links(token: str) -> list[str]:
    """Return the links of which a token is made."""
    return token.split(_BETWEEN)


async def first_rounds(client: GraphClient, mailbox: MailboxId, window: Window) -> list[Round]:
    """Read a window in full; asked twice in vain, it is read in halves, down to a day."""
    start = asks.delta_start(mailbox, window)
    for _ in range(2):
        try:
            return [await whole_round(client, mailbox, start)]
        except TimedOut:
            if window.end - window.start <= _SHORTEST:
                raise
    middle = (window.start + (window.end - window.start) / 2).replace(microsecond=0)
    first = await first_rounds(client, mailbox, Window(window.start, middle))
    return first + await first_rounds(client, mailbox, Window(middle, window.end))


async def whole_round(client: GraphClient, mailbox: MailboxId, start: str) -> Round:
    """Read a round to its end."""
    told, link = Round(), start
    while (following := told.add(await client.fetch(asks.delta_page(mailbox, link)))) is not None:
        link = following
    return told


def as_one(parts: Sequence[CalendarChanges]) -> CalendarChanges:
    """Return what the rounds of all parts told, each booking once."""
    if len(parts) == 1:
        return parts[0]
    items = {item.key: item for part in parts for item in part.items}
    series = dict.fromkeys(master for part in parts for master in part.series)
    standing = {key.event for key in items} | {item.event for item in items.values()} | series.keys()
    hints = dict.fromkeys(hint for part in parts for hint in part.hints if hint not in standing)
    aside = {each.key: each for part in parts for each in part.set_aside}
    token = _BETWEEN.join(part.token for part in parts)
    return CalendarChanges(tuple(items.values()), tuple(hints), tuple(series), tuple(aside.values()), token)
