"""The plan as a value: frozen, ordered, comparable, printable. Conflicts and refusals are members of it.

A settlement is what was decided about one mapping: the steps that bring both sides together, each with its
reason, and the mapping as it stands once all of them have happened. A step that fails leaves the mapping as
it was before, so that the next run sees the same change again.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.booking import (
    Block,
    Booking,
    CalendarItem,
    CalendarKey,
    Gone,
    Meeting,
    PlatformItem,
    SetAside,
    Side,
    Window,
)
from shared.domain.decisions import Reason
from shared.domain.fingerprint import Field
from shared.domain.ids import EventId, MailboxId, MappingId, TransactionId
from shared.domain.ledger import BufferRecord, Mapping, OpenStep, RoomRequest
from shared.domain.made_at_once import made_at_once
from shared.domain.presence import RoomSeen
from shared.domain.recurrence import Rule
from shared.domain.standing import PutBack, StandingSeries


class Action(StrEnum):
    """What a step does to one side."""

    CREATE = "create"
    CHANGE = "change"
    CANCEL = "cancel"
    DECLINE = "decline"
    ACCEPT = "accept"


@made_at_once
@dataclass(frozen=True, slots=True)
class Step:
    """One write to one side. ``wanted`` is the booking as that side is to show it; ``fields`` what is written.

    ``on_copy`` means the copy that the ledger knows, and not what this run saw in its place.
    """

    action: Action
    side: Side
    reason: Reason
    wanted: Booking | None = None
    fields: frozenset[Field] = frozenset()
    on_copy: bool = False

    def __str__(self) -> str:
        what = f" {', '.join(sorted(self.fields))}" if self.fields else ""
        when = f" {self.wanted.when}" if self.wanted else ""
        return f"{self.action}{what} on {self.side}{when}: {self.reason.code}"


@dataclass(frozen=True)
class BufferStep:
    """One write to a buffer's entry in the calendar; ``record`` is the buffer as it is to be, or was."""

    action: Action
    record: BufferRecord

    def __str__(self) -> str:
        return f"{self.action} buffer {self.record.place} {self.record.when}"


@made_at_once
@dataclass(frozen=True, slots=True)
class Settlement:
    """What was decided about one mapping.

    ``before`` is the row as it was read (None: a booking seen for the first time), ``after`` the row once all
    steps have happened (None: it is dropped). ``open`` is what stays unsettled even then. ``calendar`` and
    ``platform`` are the items that this run saw, whose versions the steps are based on. ``adopted`` is set where
    a copy was found whose creation was not remembered: the link as it would stand had it been. ``buffers`` are
    the writes to the entries around it; they follow its steps. ``look`` is the look at the other rooms of its meeting
    that waits beside what is ``open``.
    """

    id: MappingId
    before: Mapping | None
    after: Mapping | None
    steps: tuple[Step, ...] = ()
    decisions: tuple[Reason, ...] = ()
    open: OpenStep | None = None
    calendar: CalendarItem | None = None
    platform: PlatformItem | None = None
    adopted: Mapping | None = None
    buffers: tuple[BufferStep, ...] = ()
    look: OpenStep | None = None

    @property
    def base(self) -> Mapping | None:
        """What the decision starts from: the row that was read, or the link that it turned out to be."""
        return self.adopted or self.before

    @property
    def writes(self) -> bool:
        return bool(self.steps or self.buffers)

    @property
    def waiting(self) -> tuple[OpenStep, ...]:
        """What stays unsettled, the look at the other rooms included."""
        return tuple(step for step in (self.open, self.look) if step is not None)

    @property
    def cost(self) -> int:
        """How often it writes to a side."""
        return len(self.steps) + len(self.buffers)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all is to be remembered of it."""
        said = self.steps or self.buffers or self.decisions or self.open is not None
        return not said and self.before == self.after

    def __str__(self) -> str:
        written = "; ".join(str(step) for step in (*self.steps, *self.buffers))
        lines = [f"{self.id}: " + (written or "nothing to write")]
        return "\n".join(lines + [f"  because {reason.code}" for reason in self.decisions])


class SeriesAction(StrEnum):
    """What is done to a series as a whole."""

    CREATE = "create"
    CHANGE = "change"
    CANCEL = "cancel"
    DECLINE = "decline"
    SPLIT = "split"
    EXTEND = "extend"
    SHORTEN = "shorten"


@dataclass(frozen=True)
class SeriesWrite:
    """One write to the calendar that stands for the steps of several bookings of one series.

    ``rule`` begins at the first of ``members``. ``exceptions`` are the members that do not stand where the rule has
    them and are put there afterwards. ``master`` is the series in the calendar that is written or replaced, ``cut`` the
    first start of it that is touched, ``resets`` tells that its times or its rule change, at which Exchange drops its
    exceptions. ``mails`` is how many mails Exchange sends for it. ``generation`` is that of the copies made within it.
    ``put_back`` is what Exchange drops of ``master`` although it stays as it is. In a split, ``left`` is the rule of
    what stays of ``master``. ``mailbox`` is that of the person in whose name the room is asked, else the room's own.
    """

    action: SeriesAction
    members: tuple[MappingId, ...]
    transaction: TransactionId | None = None
    rule: Rule | None = None
    wanted: Booking | None = None
    exceptions: tuple[MappingId, ...] = ()
    master: EventId | None = None
    cut: datetime | None = None
    resets: bool = False
    mails: int = 0
    generation: int = 1
    put_back: tuple[PutBack, ...] = ()
    left: Rule | None = None
    mailbox: MailboxId | None = None

    def __str__(self) -> str:
        besides = f", {len(self.exceptions)} put elsewhere" if self.exceptions else ""
        besides += f", {len(self.put_back)} put back" if self.put_back else ""
        by = f": {self.rule}" if self.rule else ""
        return f"{self.action} a series of {len(self.members)}{besides}, {self.mails} mails{by}"


@dataclass(frozen=True)
class Plan:
    """The settlements of one run in the order in which they are applied: removals, changes, creations."""

    settlements: tuple[Settlement, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    series: tuple[SeriesWrite, ...] = ()

    @property
    def in_series(self) -> frozenset[MappingId]:
        """The bookings that are written together with their series."""
        return frozenset(member for write in self.series for member in write.members)

    def alone(self) -> Plan:
        """Return what is written one by one."""
        members = self.in_series
        return replace(self, settlements=tuple(s for s in self.settlements if s.id not in members), series=())

    @property
    def writes(self) -> int:
        return sum(settlement.cost for settlement in self.settlements)

    def __str__(self) -> str:
        lines = [*map(str, self.series), *map(str, self.settlements)]
        return "\n".join(lines) or "nothing to do"


@dataclass(frozen=True)
class LedgerView:
    """What the planner sees of the ledger: the mappings touched, their neighbours in time, open steps, blocks.

    ``key`` is the key of the fingerprints. ``zone`` is where the resource stands (IANA). ``bulk`` tells that
    this is a first or full read: overlaps found by it are held, never settled unasked. ``policy_changed`` tells that
    the policy was taken up in this run: what stands was agreed under another.
    ``stray_buffers`` are entries of ours that belong to no booking; ``astray`` are those that do not stand where they
    were left. ``meetings`` are the events in people's own mailboxes by which the room was asked, where this run has
    read them; ``requests`` are those of linked meetings whose organiser's own event may be written. ``first`` tells
    that nothing was read before, ``known`` how many mappings the whole ledger holds.
    ``takes_requests`` tells that the platform can show a booking as requested.
    ``foreseen`` are the digests of what was shown in shadow and may happen now. ``rebuild`` tells that the ledger was
    lost or restored from an earlier day.
    ``other_rooms`` is what was seen of the others of a meeting with several rooms. ``discarded`` are the held steps
    that a person let go. ``series`` are the series of ours of which the platform changed several occurrences, as they
    stand. ``unwritable`` says of meetings why their organiser's own event cannot be written. ``declined_series`` are
    the series in people's own mailboxes that the room declined as a whole.
    """

    mappings: tuple[Mapping, ...]
    open_steps: tuple[OpenStep, ...]
    blocks: tuple[Block, ...]
    key: bytes
    zone: str
    window: Window
    resource_name: str = ""
    bulk: bool = False
    policy_changed: bool = False
    stray_buffers: tuple[CalendarItem, ...] = ()
    astray: frozenset[EventId] = frozenset()
    meetings: MappingOf[MappingId, Meeting | Gone] = field(default_factory=dict)
    first: bool = False
    known: int = 0
    foreseen: frozenset[str] = frozenset()
    rebuild: bool = False
    requests: MappingOf[MappingId, RoomRequest] = field(default_factory=dict)
    takes_requests: bool = False
    other_rooms: MappingOf[CalendarKey, tuple[RoomSeen, ...]] = field(default_factory=dict)
    discarded: tuple[OpenStep, ...] = ()
    series: MappingOf[EventId, StandingSeries] = field(default_factory=dict)
    unwritable: MappingOf[MappingId, str] = field(default_factory=dict)
    declined_series: frozenset[EventId] = frozenset()


CalendarReport = CalendarItem | Gone
PlatformReport = PlatformItem | Gone
