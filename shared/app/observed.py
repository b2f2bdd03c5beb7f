"""What a run saw of both sides, of the ledger and of its orders: the value that is planned from."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime

from shared.app.orders import Orders
from shared.domain.booking import SetAside, Window
from shared.domain.drift import Drift
from shared.domain.plan import CalendarReport, LedgerView, PlatformReport


@dataclass(frozen=True)
class Observed:
    """What a run saw.

    ``found_nothing`` tells that both feeds were read and neither showed a change. ``differences`` is how many
    bookings a proof read found unequal that no feed had named (None: this run was no proof read). ``all_known``
    tells that the view holds every mapping of the resource, ``rebased`` that both sides were read in full.
    ``unreadable`` is what the head remembers next.
    ``cause`` is what woke the run. ``drift`` says of the differences which side had drifted, and since when.
    ``calendar_spoke`` tells that the calendar's feed named something.
    """

    view: LedgerView
    calendar: tuple[CalendarReport, ...]
    platform: tuple[PlatformReport, ...]
    set_aside: tuple[SetAside, ...]
    understood: frozenset[str]
    token: str | None
    cursor: str | None
    window: Window
    orders: Orders
    due: frozenset[str] = frozenset()
    found_nothing: bool = False
    differences: int | None = None
    all_known: bool = False
    rebased: bool = False
    unreadable: MappingOf[str, datetime] = field(default_factory=dict)
    cause: str = ""
    drift: tuple[Drift, ...] = ()
    calendar_spoke: bool = False
