"""Both sides and the ledger as values, with an applier that always succeeds: what a plan amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.booking import CalendarItem, CalendarKey, Gone, PlatformItem, Proof, Side
from shared.domain.ids import BookingId, MappingId
from shared.domain.ledger import CalendarRecord, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, CalendarReport, Plan, PlatformReport, Settlement, Step
from shared.domain.planner import plan
from shared.domain.policy import Policy
from shared.domain.records import calendar_record, platform_record
from tests.unit.domain.values import ADELE, KEY, NOW, booked, entry, ledger, meeting


def steps(settlement: Settlement) -> tuple[str, ...]:
    """Return the steps of a settlement in words; a change with its fields and the time it writes."""
    told = []
    for step in settlement.steps:
        changes = step.action == "change"
        start = f" {step.wanted.when.start:%H:%M}" if changes and step.wanted else ""  # type: ignore[union-attr] # timed
        fields = f" {', '.join(sorted(step.fields))}" if changes else ""
        told.append(f"{step.action}{fields} on {step.side}{start}")
    return tuple(told)


@dataclass(frozen=True)
class Stage:
    """What stands on both sides and what the ledger holds of it."""

    mappings: dict[MappingId, Mapping]
    events: dict[CalendarKey, CalendarItem]
    bookings: dict[BookingId, PlatformItem]
    policy: Policy
    open_steps: tuple[OpenStep, ...] = ()

    @classmethod
    def of(
        cls,
        mappings: Iterable[Mapping],
        events: Iterable[CalendarReport],
        bookings: Iterable[PlatformReport],
        policy: Policy,
    ) -> Stage:
        """Return the stage of what was seen; what is mapped and was not seen stands as it was remembered."""
        known, events, bookings = tuple(mappings), tuple(events), tuple(bookings)
        gone = {report.key for report in (*events, *bookings) if isinstance(report, Gone)}
        on_calendar = {event.key: event for event in events if isinstance(event, CalendarItem)}
        on_platform = {booking.id: booking for booking in bookings if isinstance(booking, PlatformItem)}
        for mapping in known:
            event, booking = _remembered(mapping)
            if event.key not in gone:
                on_calendar.setdefault(event.key, event)
            if booking.id not in gone:
                on_platform.setdefault(booking.id, booking)
        return cls({mapping.id: mapping for mapping in known}, on_calendar, on_platform, policy)

    def planned(self) -> Plan:
        """Return the plan for a full look at both sides."""
        known = self.mappings.values()
        events: list[CalendarReport] = [*self.events.values()]
        events += [
            Gone(mapping.calendar.key, Proof.NOT_FOUND)
            for mapping in known
            if mapping.calendar and mapping.calendar.key not in self.events
        ]
        bookings: list[PlatformReport] = [*self.bookings.values()]
        bookings += [
            Gone(mapping.platform.id, Proof.CANCELLED)
            for mapping in known
            if mapping.platform and mapping.platform.id not in self.bookings
        ]
        return plan(ledger(*known, open_steps=self.open_steps), events, bookings, self.policy, NOW)

    def after(self, made: Plan) -> Stage:
        """Return the stage once every step of a plan has happened and was remembered."""
        stage = replace(self, mappings=dict(self.mappings), events=dict(self.events), bookings=dict(self.bookings))
        open_steps = {step.mapping: step for step in self.open_steps}
        for settlement in made.settlements:
            stage._settle(settlement)
            open_steps.pop(settlement.id, None)
            if settlement.open is not None:
                open_steps[settlement.id] = settlement.open
        return replace(stage, open_steps=tuple(open_steps.values()))

    def _settle(self, settlement: Settlement) -> None:
        after = settlement.after
        for step in settlement.steps:
            after = self._written(settlement, step, after)
        self.mappings.pop(settlement.id, None)
        if after is not None:
            linked = after.state is MappingState.CREATING and bool(settlement.steps)
            self.mappings[after.id] = replace(after, state=MappingState.LINKED) if linked else after

    def _written(self, settlement: Settlement, step: Step, after: Mapping | None) -> Mapping | None:
        if step.side is Side.CALENDAR:
            event = self._on_calendar(settlement, step)
            return replace(after, calendar=calendar_record(event, KEY)) if after and event else after
        booking = self._on_platform(settlement, step)
        return replace(after, platform=platform_record(booking, KEY)) if after and booking else after

    def _on_calendar(self, settlement: Settlement, step: Step) -> CalendarItem | None:
        if step.action is Action.CREATE:
            assert step.wanted is not None
            made = entry(name=f"made-{settlement.id}-{len(self.events)}")
            return self._shown(replace(made, booking=replace(step.wanted, organiser=None)))
        key = settlement.calendar.key if settlement.calendar else _record(settlement).key
        if step.action is not Action.CHANGE:
            self.events.pop(key, None)  # what is gone already is done
            return None
        assert step.wanted is not None
        return self._shown(replace(self.events[key], booking=step.wanted))

    def _shown(self, event: CalendarItem) -> CalendarItem:
        self.events[event.key] = event
        return event

    def _on_platform(self, settlement: Settlement, step: Step) -> PlatformItem | None:
        if step.action is Action.CREATE:
            assert step.wanted is not None
            made = replace(booked(name=f"made-{settlement.id}-{len(self.bookings)}"), booking=step.wanted)
            self.bookings[made.id] = made
            return made
        known = settlement.before.platform if settlement.before else None
        booking = settlement.platform.id if settlement.platform else known.id if known else None
        assert booking is not None
        if step.action is not Action.CHANGE:
            self.bookings.pop(booking, None)
            return None
        assert step.wanted is not None
        self.bookings[booking] = replace(self.bookings[booking], booking=step.wanted)
        return self.bookings[booking]


def _record(settlement: Settlement) -> CalendarRecord:
    assert settlement.before is not None
    assert settlement.before.calendar is not None  # what is changed or cancelled is known or was seen
    return settlement.before.calendar


def _remembered(mapping: Mapping) -> tuple[CalendarItem, PlatformItem]:
    """Return both items of a linked mapping as the builders made them at its time."""
    assert mapping.calendar is not None
    assert mapping.platform is not None
    name, known_as = mapping.calendar.key.event, mapping.platform.id
    if mapping.calendar.is_organiser:
        return entry(when=mapping.when, name=name), booked(when=mapping.when, name=known_as)
    booking = booked(when=mapping.when, name=known_as, title="Adele Vance", owner=ADELE)
    return meeting(when=mapping.when, name=name), booking
