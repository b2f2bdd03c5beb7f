"""Room events that may be the copy of a request that is not settled: looked at again, never taken for bookings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.domain.booking import CalendarItem
from shared.domain.cases import Setting
from shared.domain.fingerprint import person_digest
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, OpenStep
from shared.domain.plan import Settlement
from shared.domain.waiting_requests import LOOKS, is_request


def withhold_copies(
    events: Sequence[CalendarItem], mappings: Iterable[Mapping], setting: Setting
) -> tuple[list[CalendarItem], list[Settlement]]:
    """Part what no mapping knows into bookings of their own and possible copies of requests that are not settled."""
    asked = {(m.when, m.request.person) for m in mappings if is_request(m) and m.request is not None}
    if not asked:
        return list(events), []
    own: list[CalendarItem] = []
    withheld: list[Settlement] = []
    for event in events:
        organiser = event.booking.organiser
        who = person_digest(organiser.address, setting.key) if organiser and not event.is_organiser else ""
        if (event.booking.when, who) in asked:
            withheld.append(_withheld(event, setting.now))
        else:
            own.append(event)
    return own, withheld


def _withheld(event: CalendarItem, now: datetime) -> Settlement:
    name = f"copy-{hashlib.sha256(str(event.key).encode()).hexdigest()[:24]}"
    step = OpenStep(name, Cause.AWAITING_ROOM, now, now + LOOKS[1], calendar=event.key)
    return Settlement(MappingId(name), None, None, open=step)
