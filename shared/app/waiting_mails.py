"""Read what a mail that waits was about, so that it can be made again. Nothing is sent here.

A booking that was cancelled is gone, and its side may still show how it was last; where it does not, nobody can be
told. What was made good meanwhile (a booking restored, an overlap that is over) is no longer told.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from shared.app.applying import Applying
from shared.domain.booking import Gone, Item, Side
from shared.domain.ids import MappingId
from shared.domain.ledger import OpenStep
from shared.domain.notices import Notice, NoticeKind
from shared.domain.waiting_mails import notice_of
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.mails")


@dataclass(frozen=True)
class Waiting:
    """A mail that is due again: what it tells, its open step, and the booking where its side still shows it."""

    notice: Notice
    step: OpenStep
    booking: tuple[Item, Side] | None = None


async def due_mails(applying: Applying, steps: tuple[OpenStep, ...]) -> tuple[Waiting, ...]:
    """Return the waiting mails that are due. Raises the ports' errors where the ledger cannot be read."""
    found = []
    for step in steps:
        if step.due is None or step.due > applying.started:
            continue
        settlement = MappingId(step.wants.partition(" ")[2])
        told = notice_of(step, ())
        if told is None:
            continue
        decided = await applying.outside.ledgers.decisions(applying.resource.id, settlement)
        found.append(Waiting(notice_of(step, decided) or told, step, await _booking(applying, told, step)))
    return tuple(found)


async def _booking(applying: Applying, notice: Notice, step: OpenStep) -> tuple[Item, Side] | None:
    """Return a booking of the platform as it was told of; of an overlap both stand and are read by their mappings."""
    if step.platform is None or notice.kind is NoticeKind.OVERLAP:
        return None
    try:
        read = await applying.outside.platform.read(applying.platform_id, step.platform)
    except PortError as error:
        logger.info("the owner of %s cannot be told: %s", notice.mapping, error)
        return None
    is_gone = isinstance(read, Gone)
    item = read.last if isinstance(read, Gone) else read
    if item is None or step.time is None or is_gone is not (notice.kind is NoticeKind.CANCELLED):
        return None
    return replace(item, booking=replace(item.booking, when=step.time)), Side.PLATFORM
